"""Programs of users that try to reach memory which is not theirs, by kinds of attempt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from golden import isa_builders as isa
from golden.config import CoreConfig
from golden.isa import Instruction
from golden.machine.windows import GRANULE, Window

TOP = 1 << 32
MOST = 0xFFFF
ENDLESS = 0.01


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """Configuration and the load or store that it is for; `legal` if a window allows all of it."""

    kind: str
    program: tuple[Instruction, ...]
    legal: bool = False


def region(
    core: CoreConfig, random: np.random.Generator, addr: int, *, store: bool, w: int = 0,
    h: int = 1, pix_pitch: int = 0, row_pitch: int = 0,
) -> tuple[Instruction, ...]:  # fmt: skip
    """Return a tensor transfer of words of Cols bytes from or to an address."""
    w = w or int(random.integers(1, 20))
    c, addr = core.cols, addr % TOP
    pix_pitch = pix_pitch or c
    row_pitch = row_pitch or w * pix_pitch
    line = int(random.integers(0, core.spad_depth - 1 - -(-(w * h) // core.rows)))
    shape = {"w": w, "h": h, "c": c, "cbs": 1}
    pitch = {"row_pitch": row_pitch, "pix_pitch": pix_pitch, "p": w}
    if store:
        return isa.cfg_st_shape(**shape), isa.cfg_st_pitch(**pitch), isa.st_t(addr=addr, base=line)
    return isa.cfg_ld_shape(**shape), isa.cfg_ld_pitch(**pitch), isa.ld_t(addr=addr, base=line)


class Escapes:
    """Makes attempts of one user, who has some windows and knows those of the others."""

    def __init__(
        self,
        core: CoreConfig,
        random: np.random.Generator,
        mine: list[Window],
        others: list[Window],
    ) -> None:
        self.core = core
        self.random = random
        self.mine = mine
        self.others = others

    def attempt(self) -> Attempt:
        """Return any attempt."""
        if self.random.random() < ENDLESS:
            return self.endless()
        kinds: list[Callable[[], Attempt]] = [
            self.inside, self.inside, self.before, self.behind, self.across, self.wrap,
            self.foreign, self.direction, self.stride, self.linear, self.spy, self.swap,
        ]  # fmt: skip
        return kinds[int(self.random.integers(len(kinds)))]()

    def _window(self, *, store: bool) -> Window | None:
        fit = [w for w in self.mine if (w.write if store else w.read) and w.limit >= w.base]
        return fit[int(self.random.integers(len(fit)))] if fit else None

    def _store(self) -> bool:
        return bool(self.random.random() < 0.5)

    def inside(self) -> Attempt:
        """What is allowed: as much as fits, from anywhere inside."""
        store = self._store()
        window = self._window(store=store)
        if window is None:
            return self.foreign()
        size = window.limit + GRANULE - window.base
        w = min(size // self.core.cols, 19)
        if not w:
            return self.foreign()
        start = window.base + int(self.random.integers(0, size - w * self.core.cols + 1))
        start = start // GRANULE * GRANULE if start + w * self.core.cols == size else start
        program = region(self.core, self.random, start, store=store, w=w)
        return Attempt(kind="inside", program=program, legal=True)

    def spy(self) -> Attempt:
        """Store lines that this user may never have written, to memory of his own."""
        window = self._window(store=True)
        if window is None:
            return self.foreign()
        size = window.limit + GRANULE - window.base
        w = size // self.core.cols
        h = min(max(w // 16, 1), 8)
        w = max(min(w // h, 16), 1)
        if w * h * self.core.cols > size:
            return self.foreign()
        program = region(self.core, self.random, window.base, store=True, w=w, h=h)
        return Attempt(kind="spy", program=program, legal=True)

    def before(self) -> Attempt:
        """Begin one byte to one granule before the window."""
        store = self._store()
        window = self._window(store=store) or self.others[0]
        addr = max(window.base - int(self.random.choice([1, 4, GRANULE])), 0)
        return Attempt(kind="before", program=region(self.core, self.random, addr, store=store))

    def behind(self) -> Attempt:
        """Begin in the last bytes of the window and go on behind it."""
        store = self._store()
        window = self._window(store=store) or self.others[0]
        addr = window.limit + GRANULE - int(self.random.choice([0, 1, 4, 8, GRANULE]))
        w = int(self.random.integers(3, 20)) + GRANULE // self.core.cols
        return Attempt(
            kind="behind", program=region(self.core, self.random, addr, store=store, w=w)
        )

    def across(self) -> Attempt:
        """A burst from a window of one's own into what follows, or over all of a small one."""
        store = self._store()
        window = self._window(store=store) or self.others[0]
        block = self.core.axi_bytes * self.core.max_burst
        addr = max(window.limit // block * block - int(self.random.integers(0, 8)), 0)
        w = 2 * block // self.core.cols + 1
        w = min(w, self.core.rows * 8)
        return Attempt(
            kind="across", program=region(self.core, self.random, addr, store=store, w=w)
        )

    def wrap(self) -> Attempt:
        """Past 2^32, so that the last address is small again."""
        store = self._store()
        addr = TOP - int(self.random.choice([1, 4, 8, 64, 4096]))
        rows = int(self.random.choice([1, 2]))
        program = region(
            self.core, self.random, addr, store=store, w=8, h=rows, row_pitch=TOP - 0x1000
        )
        return Attempt(kind="wrap", program=program)

    def foreign(self) -> Attempt:
        """Another user's window."""
        window = self.others[int(self.random.integers(len(self.others)))]
        store = self._store()
        return Attempt(
            kind="foreign", program=region(self.core, self.random, window.base, store=store)
        )

    def direction(self) -> Attempt:
        """Write what is only to be read, or the other way round."""
        one_way = [w for w in self.mine if w.read != w.write]
        if not one_way:
            return self.foreign()
        window = one_way[0]
        program = region(self.core, self.random, window.base, store=window.read, w=1)
        return Attempt(kind="direction", program=program)

    def stride(self) -> Attempt:
        """The first pixel inside, the others anywhere."""
        store = self._store()
        window = self._window(store=store) or self.others[0]
        program = region(
            self.core, self.random, window.base, store=store, w=4,
            pix_pitch=int(self.random.integers(0x400, MOST)),
        )  # fmt: skip
        return Attempt(kind="stride", program=program)

    def swap(self) -> Attempt:
        """A legal transfer, and behind it the shapes of one that is not: between check and use."""
        start = self.inside()
        late = self.stride()
        return Attempt(
            kind="swap",
            program=(*start.program, *late.program[:2], late.program[2]),
        )

    def endless(self) -> Attempt:
        """Nothing forbidden, but 2^32 cycles of it: the watchdog has to end it."""
        program = (
            isa.cfg_in(w=1, h=1, c=1, cbs=1), isa.cfg_out(ow=1, oh=1, oc=1, cbs=1),
            isa.cfg_pitch(in_p=1, out_p=1), isa.cfg_kernel(kw=MOST, kh=MOST),
            isa.cfg_act(), isa.maxpool(in_base=0, out_base=1),
        )  # fmt: skip
        return Attempt(kind="endless", program=program, legal=True)

    def linear(self) -> Attempt:
        """Weights, parameters or the table from another's memory."""
        addr = self.others[int(self.random.integers(len(self.others)))].base
        choices = (
            isa.ld_w(addr=addr, first=0, count=4), isa.ld_l(addr=addr),
            isa.ld_b(addr=addr, first=0, count=1), isa.ld_p(addr=addr, first=0, count=1),
        )  # fmt: skip
        return Attempt(kind="linear", program=(choices[int(self.random.integers(len(choices)))],))
