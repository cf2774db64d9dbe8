"""Random instructions of every kind, with awkward geometry, that a legal program could hold."""

from __future__ import annotations

import numpy as np

from golden.operators.windows import Window
from tests.rtl.compute.chip import Chip, Place, ceil_div
from tests.rtl.compute.program import (
    ACC,
    BIAS,
    BINARY_OPS,
    HOLD,
    MAC_OPS,
    PERCH,
    VEC_OPS,
    Instruction,
    Numbers,
)

WINDOW_OPS = ("conv", "dwconv", "maxpool", "avgpool")
MAX_STEPS = 400  # weight words a block: keeps a test of many instructions short


class ProgramMaker:
    """Makes instructions for a chip; every choice comes from `rng`."""

    def __init__(self, rng: np.random.Generator, chip: Chip) -> None:
        self.rng = rng
        self.chip = chip
        self.lines = chip.spad.shape[1]

    def pick(self, *values: int) -> int:
        """One of the values."""
        return int(self.rng.choice(values))

    def small(self, low: int, high: int) -> int:
        """A number of low..high, small ones more often."""
        return low + int((high - low + 1) * float(self.rng.random()) ** 2)

    def zero_point(self) -> int:
        """0, an extreme, or any int8."""
        return self.pick(0, -128, 127, int(self.rng.integers(-128, 128)))

    def scale(self, *, around: int) -> tuple[int, int]:
        """A multiplier and a shift, mostly such that values of `around` bits give some 8 bits."""
        if self.rng.random() < 0.25:
            mult = self.pick(0, 1, (1 << 31) - 1, 1 << 30, int(self.rng.integers(0, 1 << 31)))
            return mult, int(self.rng.integers(-31, 31))
        shift = 8 - around + int(self.rng.integers(-2, 3))
        return int(self.rng.integers(1 << 30, 1 << 31)), min(max(shift, -31), 30)

    def numbers(self, *, bits: int) -> Numbers:
        """Quantisation for results of about `bits` bits."""
        limits = sorted(int(v) for v in self.rng.integers(-128, 128, 2))
        if self.rng.random() < 0.6:
            limits = [-128, 127]
        return Numbers(
            in_zp=self.zero_point(),
            w_zp=self.pick(0, 0, self.zero_point()),
            out_zp=self.zero_point(),
            act_min=limits[0],
            act_max=limits[1],
            fill=self.zero_point(),
            scale=self.scale(around=bits),
            scale1=self.scale(around=8),
            scale2=self.scale(around=8),
        )

    def place(self, shape: tuple[int, int, int], budget: int) -> Place:
        """A place of at most `budget` lines, base 0 for now; the slack goes to pitch and stride."""
        blocks = ceil_div(shape[2], self.chip.cols)
        wide = Place(
            shape=shape,
            base=0,
            pitch=shape[1] + self.pick(0, 0, 1, self.small(0, 20)),
            cbs=blocks + self.pick(0, 0, 1, 3),
        )
        tight = Place(shape=shape, base=0, pitch=shape[1], cbs=blocks)
        fits = wide.lines(self.chip.rows, self.chip.cols)[1] <= budget
        return wide if fits else tight

    def layout(self, places: list[Place]) -> list[Place]:
        """Give the places bases, disjoint, in random order with random gaps."""
        sizes = [p.lines(self.chip.rows, self.chip.cols)[1] for p in places]
        gaps = self.rng.multinomial(
            self.lines - sum(sizes), [1 / (len(places) + 1)] * (len(places) + 1)
        )
        bases: dict[int, int] = {}
        at = 0
        order = self.rng.permutation(len(places))
        for gap, index in zip(gaps, order, strict=False):  # the last gap is behind all
            at += int(gap)
            bases[int(index)] = at
            at += sizes[index]
        return [
            Place(shape=p.shape, base=bases[i], pitch=p.pitch, cbs=p.cbs)
            for i, p in enumerate(places)
        ]

    def window(self, height: int, width: int) -> Window:
        """Any window: padding may exceed the image, taps may all fall outside."""
        kernel = [self.pick(1, 1, 2, 3, 3, self.small(1, 6)) for _ in range(2)]
        stride = [self.pick(1, 1, 2, self.small(1, 5)) for _ in range(2)]
        dilation = [self.pick(1, 1, 1, self.small(1, 4)) for _ in range(2)]
        outs, pads = [], []
        for size, k, s, d in zip((height, width), kernel, stride, dilation, strict=True):
            pad = self.pick(0, (k - 1) * d // 2, self.small(0, size + 3))
            fitting = max((size + 2 * pad - (k - 1) * d - 1) // s + 1, 1)
            outs.append(self.pick(fitting, fitting, self.small(1, fitting + 2)))
            pads.append(pad)
        return Window(
            kernel_h=kernel[0], kernel_w=kernel[1], stride_h=stride[0], stride_w=stride[1],
            dilation_h=dilation[0], dilation_w=dilation[1], pad_top=pads[0], pad_left=pads[1],
            out_h=outs[0], out_w=outs[1],
        )  # fmt: skip

    def instruction(self, op: str) -> Instruction:
        """A random instruction of one operation."""
        while True:
            made = self._try(op)
            if made is not None:
                return made

    def _try(self, op: str) -> Instruction | None:
        cols = self.chip.cols
        height, width = self.small(1, 14), self.small(1, 20)
        channels = self.pick(1, 3, cols, 2 * cols, self.small(1, 3 * cols))
        outputs = self.pick(1, cols, self.small(1, 3 * cols)) if op == "conv" else channels
        window = Window(kernel_h=1, kernel_w=1, out_h=height, out_w=width)
        if op in WINDOW_OPS:
            window = self.window(height, width)
        in_shape = (height, width, channels)
        out_shape = (window.out_h, window.out_w, outputs)
        count = 3 if op in BINARY_OPS else 2
        shapes = [in_shape, out_shape, in_shape][:count]
        places = [self.place(shape, self.lines // count) for shape in shapes]
        if sum(p.lines(self.chip.rows, cols)[1] for p in places) > self.lines:
            return None
        places = self.layout(places)
        if op in (*BINARY_OPS, "lut", "copy") and self.rng.random() < 0.3:
            places[1] = places[0]  # in place
        bits = 16 if op == "mul" else 20 if op in BINARY_OPS else 17
        made = Instruction(
            op=op, source=places[0], target=places[1],
            source2=places[2] if op in BINARY_OPS else None,
            window=window, numbers=self.numbers(bits=bits),
        )  # fmt: skip
        return self._weighted(made) if op in MAC_OPS else made

    def _weighted(self, made: Instruction) -> Instruction | None:
        blocks = ceil_div(made.target.shape[2], self.chip.cols)
        words = blocks * made.steps
        if words > self.chip.wbuf.shape[0] or made.steps > MAX_STEPS:
            return None
        return Instruction(
            **{
                **vars(made),
                "wbase": int(self.rng.integers(0, self.chip.wbuf.shape[0] - words + 1)),
                "pbase": int(self.rng.integers(0, self.chip.bias.shape[0] - blocks + 1)),
                "flags": self.pick(0, PERCH, BIAS, PERCH | BIAS),
            }
        )

    def split_sum(self) -> list[Instruction]:
        """A convolution of one tile and block in two to four parts: hold, acc and hold, acc."""
        rows, cols = self.chip.rows, self.chip.cols
        while True:
            first = self.instruction("conv")
            if first.window.out_h * first.window.out_w <= rows and first.target.shape[2] <= cols:
                break
        parts = self.pick(2, 2, 3, 4)
        made = []
        for index in range(parts):
            flags = first.flags if index == parts - 1 else HOLD | (first.flags & PERCH)
            if index:
                flags |= ACC
            wbase = int(self.rng.integers(0, self.chip.wbuf.shape[0] - first.steps + 1))
            made.append(Instruction(**{**vars(first), "flags": flags, "wbase": wbase}))
        return made

    def program(self, length: int, ops: tuple[str, ...]) -> list[Instruction]:
        """`length` instructions; one waits where it reads what an older one may still write."""
        made: list[Instruction] = []
        while len(made) < length:
            op = str(self.rng.choice(ops))
            split = op == "conv" and length - len(made) >= 4 and self.rng.random() < 0.2
            made.extend(self.split_sum() if split else [self.instruction(op)])
        return [
            Instruction(**{**vars(one), "wait": self._reads_written(one, made[max(0, i - 2) : i])})
            for i, one in enumerate(made)
        ]

    def _reads_written(self, one: Instruction, before: list[Instruction]) -> bool:
        reads = [p.lines(self.chip.rows, self.chip.cols) for p in (one.source, one.source2) if p]
        writes = [old.target.lines(self.chip.rows, self.chip.cols) for old in before]
        return any(a < d and c < b for a, b in reads for c, d in writes)


ALL_OPS = (*MAC_OPS, *VEC_OPS)
