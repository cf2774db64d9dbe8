"""Programs on the golden machine with NHWC arrays on both ends."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.config import CoreConfig, load_config
from golden.isa import Instruction
from golden.isa_builders import (
    cfg_in,
    cfg_ld_pitch,
    cfg_ld_shape,
    cfg_out,
    cfg_pitch,
    cfg_st_pitch,
    cfg_st_shape,
    ld_l,
    ld_p,
    ld_t,
    ld_w,
    st_t,
)
from golden.machine import Machine, Outcome, Tensor
from golden.memory import Memory

BASE = 0x8000_0000


class Harness:
    """A machine with 1 MiB of memory that is handed out from the bottom."""

    def __init__(self, config: str | CoreConfig = "8x8", seed: int = 1) -> None:
        self.config = load_config(config) if isinstance(config, str) else config
        self.memory = Memory(base=BASE, size=1 << 20)
        self.machine = Machine(self.config, self.memory)
        self.rng = np.random.default_rng(seed)
        self._free = BASE

    def ok(self, *program: Instruction) -> Outcome:
        """Execute instructions that must all be accepted without an error; returns the last."""
        outcome = None
        for instruction in program:
            outcome = self.machine.execute(instruction)
            assert outcome.accepted, hex(instruction.word)
            assert outcome.error is None, f"{outcome.mnemonic}: {outcome.error}"
        assert outcome is not None
        return outcome

    def allocate(self, size: int, align: int = 4) -> int:
        """Take bytes of memory."""
        address = -(-self._free // align) * align
        self._free = address + size
        return address

    def put(self, array: NDArray[Any], align: int = 4) -> int:
        """Copy an array to memory; returns its address."""
        address = self.allocate(array.nbytes, align)
        self.memory.write(address, array)
        return address

    def int8(self, *shape: int) -> NDArray[np.int8]:
        """Random activations."""
        return self.rng.integers(-128, 128, shape, dtype=np.int8)

    def load(self, tensor: Tensor, array: NDArray[np.int8]) -> Outcome:
        """Put [h, w, c] densely into memory and load it with ld.t."""
        return self.ok(
            *self.load_config(tensor, row_pitch=tensor.w * tensor.c, pix_pitch=tensor.c),
            ld_t(addr=self.put(array, align=1), base=tensor.base, p0=tensor.p0),
        )

    def load_config(self, tensor: Tensor, *, row_pitch: int, pix_pitch: int) -> list[Instruction]:
        """Configuration of ld.t for a tensor."""
        return [
            cfg_ld_shape(w=tensor.w, h=tensor.h, c=tensor.c, cbs=tensor.cbs),
            cfg_ld_pitch(row_pitch=row_pitch, pix_pitch=pix_pitch, p=tensor.p),
        ]

    def store(self, tensor: Tensor) -> NDArray[np.int8]:
        """Store a tensor densely with st.t and read it back; every byte must be known."""
        address = self.allocate(tensor.h * tensor.w * tensor.c)
        outcome = self.ok(
            cfg_st_shape(w=tensor.w, h=tensor.h, c=tensor.c, cbs=tensor.cbs),
            cfg_st_pitch(row_pitch=tensor.w * tensor.c, pix_pitch=tensor.c, p=tensor.p),
            st_t(addr=address, base=tensor.base, p0=tensor.p0),
        )
        assert outcome.memory_write is not None
        assert outcome.memory_write.known.all(), "unspecified bytes were stored"
        raw = self.memory.read(address, tensor.h * tensor.w * tensor.c)
        return raw.view(np.int8).reshape(tensor.h, tensor.w, tensor.c)

    def weights(self, first: int, weights: NDArray[np.int8]) -> None:
        """Pack [channels, steps] as the array eats them and load them with ld.w."""
        channels, steps = weights.shape
        blocks = self.config.blocks(channels)
        packed = np.zeros((blocks * self.config.cols, steps), dtype=np.int8)
        packed[:channels] = weights
        words = packed.reshape(blocks, self.config.cols, steps).transpose(0, 2, 1).copy()
        self.ok(ld_w(addr=self.put(words, align=1), first=first, count=blocks * steps))

    def parameters(
        self, first: int, bias: NDArray[Any], mult: NDArray[Any], shift: NDArray[Any]
    ) -> None:
        """Pack parameters of channels into entries and load them with ld.p."""
        cols, count = self.config.cols, self.config.blocks(len(bias))
        entries = bytearray()
        for entry in range(count):
            part = slice(entry * cols, (entry + 1) * cols)
            for values, kind in ((bias, "<i4"), (mult, "<i4"), (shift, "i1")):
                padded = np.zeros(cols, dtype=kind)
                padded[: len(values[part])] = values[part]
                entries += padded.tobytes()
        address = self.put(np.frombuffer(bytes(entries), dtype=np.uint8))
        self.ok(ld_p(addr=address, first=first, count=count))

    def table(self, table: NDArray[np.int8]) -> None:
        """Load the table."""
        self.ok(ld_l(addr=self.put(table, align=1)))

    def operands(self, x: Tensor, out: Tensor, y: Tensor | None = None) -> list[Instruction]:
        """Groups in, out and pitch for an instruction on these tensors."""
        return [
            cfg_in(w=x.w, h=x.h, c=x.c, cbs=x.cbs),
            cfg_out(ow=out.w, oh=out.h, oc=out.c, cbs=out.cbs),
            cfg_pitch(in_p=x.p, out_p=out.p, in2_p=y.p if y else 0, in2_cbs=y.cbs if y else 0),
        ]
