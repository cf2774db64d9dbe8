"""Builds a program: places data in memory, tensors in the scratchpad, and writes instructions.

program = Program(core, memory, random)
x = program.tensor(h=5, w=7, c=13)          # scratchpad lines, random gaps
program.load(x, data)                       # memory with random pitches, in random slices
...
program.store(y)
await env.run(program.finish())
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden import isa_builders as isa
from golden.config import CoreConfig
from golden.isa import Instruction
from golden.machine.storage import Tensor
from tb.sequences.values import Random, chance, pick

Write = Callable[[int, NDArray[Any]], None]


class DoesNotFitError(Exception):
    """A random choice needs more room than there is; draw again."""


class Program:
    """Instructions so far, and what they use. `write` puts bytes into external memory.

    Args:
        core: parameters of the core.
        write: called with an address and data.
        random: stream of all choices.
        room: bytes of external memory to use, first and end.
    """

    def __init__(
        self, core: CoreConfig, write: Write, random: Random, room: tuple[int, int]
    ) -> None:
        self.core = core
        self.random = random
        self.instructions: list[Instruction] = []
        self._write = write
        self._next, self._end = room
        # Lines are given out from a random start, so that every line is used by some program.
        self._line = int(random.integers(core.spad_depth // 2))
        self._word = 0
        self._entry = 0
        self.size = (1, 1)  # of the input image that a window slides over

    def emit(self, *instructions: Instruction) -> None:
        """Append instructions."""
        self.instructions += instructions

    def finish(self) -> list[Instruction]:
        """Append a fence and return the program."""
        self.emit(isa.fence())
        return self.instructions

    # ---- room

    def address(self, size: int, *, align: int = 1) -> int:
        """Return a place for `size` bytes in memory, at any alignment allowed."""
        start = self._next + int(self.random.integers(40))
        start = -(-start // align) * align
        if start + size > self._end:
            raise DoesNotFitError
        self._next = start + size
        return start

    def lines(self, count: int) -> int:
        """Return the first of `count` unused scratchpad lines."""
        start = self._line + int(self.random.integers(3))
        if start + count > self.core.spad_depth:
            raise DoesNotFitError
        self._line = start + count
        return start

    def words(self, count: int) -> int:
        """Return the first of `count` unused weight words."""
        start = self._word + int(self.random.integers(4))
        if start + count > self.core.wbuf_depth:
            raise DoesNotFitError
        self._word = start + count
        return start

    def entries(self, count: int) -> int:
        """Return the first of `count` unused parameter entries."""
        start = self._entry + int(self.random.integers(2))
        if start + count > self.core.param_depth:
            raise DoesNotFitError
        self._entry = start + count
        return start

    def tensor(self, *, h: int, w: int, c: int) -> Tensor:
        """Return a tensor at unused lines, with a random pitch and block stride."""
        blocks = self.core.blocks(c)
        p = w + pick(self.random, [0, 0, 0, 1, int(self.random.integers(self.core.rows + 1))])
        cbs = blocks + pick(self.random, [0, 0, 0, 1, 2])
        count = ((h - 1) * p + w - 1) // self.core.rows * cbs + blocks
        return Tensor(base=self.lines(count), h=h, w=w, c=c, p=p, cbs=cbs)

    # ---- transfers

    def _pitches(self, h: int, w: int, c: int) -> tuple[int, int]:
        """Row and pixel pitch in memory: dense half of the time."""
        pix = c + pick(self.random, [0, 0, 0, 1, int(self.random.integers(9))])
        row = (w - 1) * pix + c if chance(self.random, 0.2) else w * pix
        return row + pick(self.random, [0, 0, 0, 3, int(self.random.integers(17))]), pix

    def put_image(self, data: NDArray[np.int8]) -> tuple[int, int, int]:
        """Place [h, w, c] in memory among random bytes; return address, row and pixel pitch."""
        h, w, c = data.shape
        row, pix = self._pitches(h, w, c)
        size = (h - 1) * row + (w - 1) * pix + c
        raw = self.random.integers(-128, 128, size).astype(np.int8)
        view = np.lib.stride_tricks.as_strided(raw, shape=(h, w, c), strides=(row, pix, 1))
        view[:] = data
        address = self.address(size)
        self._write(address, raw)
        return address, row, pix

    def put_words(self, data: NDArray[Any], *, align: int = 1) -> int:
        """Place an array in memory; return its address."""
        address = self.address(data.nbytes, align=align)
        self._write(address, data)
        return address

    def _slices(self, tensor: Tensor) -> list[tuple[int, int, int, int]]:
        """Cut a tensor for transfers: (first row, rows, first block, channels) of each part."""
        cols, blocks = self.core.cols, self.core.blocks(tensor.c)
        how = int(self.random.integers(4))
        if how == 0 and tensor.h > 1:
            cut = int(self.random.integers(1, tensor.h))
            return [(0, cut, 0, tensor.c), (cut, tensor.h - cut, 0, tensor.c)]
        if how == 1 and blocks > 1:
            cut = int(self.random.integers(1, blocks))
            return [(0, tensor.h, 0, cut * cols), (0, tensor.h, cut, tensor.c - cut * cols)]
        return [(0, tensor.h, 0, tensor.c)]

    def load(self, tensor: Tensor, data: NDArray[np.int8]) -> None:
        """Load [h, w, c] into the scratchpad."""
        address, row, pix = self.put_image(data)
        self.emit(isa.cfg_ld_pitch(row_pitch=row, pix_pitch=pix, p=tensor.p))
        for y, rows, block, c in self._slices(tensor):
            self.emit(
                isa.cfg_ld_shape(w=tensor.w, h=rows, c=c, cbs=tensor.cbs),
                isa.ld_t(
                    addr=address + y * row + block * self.core.cols, base=tensor.base + block,
                    p0=y * tensor.p,
                ),
            )  # fmt: skip

    def store(self, tensor: Tensor) -> int:
        """Store a tensor to a new place in memory; return its address."""
        row, pix = self._pitches(tensor.h, tensor.w, tensor.c)
        address = self.address((tensor.h - 1) * row + (tensor.w - 1) * pix + tensor.c)
        self.emit(isa.cfg_st_pitch(row_pitch=row, pix_pitch=pix, p=tensor.p))
        for y, rows, block, c in self._slices(tensor):
            self.emit(
                isa.cfg_st_shape(w=tensor.w, h=rows, c=c, cbs=tensor.cbs),
                isa.st_t(
                    addr=address + y * row + block * self.core.cols, base=tensor.base + block,
                    p0=y * tensor.p,
                ),
            )  # fmt: skip
        return address

    def weights(self, data: NDArray[np.int8]) -> int:
        """Load weight words [words, Cols]; return the first word."""
        first = self.words(len(data))
        self.emit(isa.ld_w(addr=self.put_words(data), first=first, count=len(data)))
        return first

    def matrix(self, data: NDArray[np.int8]) -> int:
        """Load a matrix [K, N] as weights, as it lies or transposed; return the first word."""
        K, N = data.shape
        transposed = chance(self.random, 0.5)
        source = data.T if transposed else data
        outer, inner = source.shape
        rows = pick(self.random, [n for n in (1, 2, 3, outer) if outer % n == 0])
        address, row, pix = self.put_image(source.reshape(rows, outer // rows, inner))
        first = self.words(self.core.blocks(N) * K)
        self.emit(
            isa.cfg_ld_shape(w=outer // rows, h=rows, c=inner, cbs=0),
            isa.cfg_ld_pitch(row_pitch=row, pix_pitch=pix, p=0),
            (isa.ld_mt if transposed else isa.ld_m)(addr=address, first=first),
        )
        return first

    def parameters(
        self, bias: NDArray[np.int32], mult: NDArray[np.int32], shift: NDArray[np.int8]
    ) -> int:
        """Load entries for as many channels as the arrays have; return the first entry."""
        cols = self.core.cols
        count = self.core.blocks(len(bias))
        packed = np.zeros((count, 9 * cols), dtype=np.uint8)
        for index in range(count):
            part = slice(index * cols, (index + 1) * cols)
            for start, values in ((0, bias), (4 * cols, mult), (8 * cols, shift)):
                raw = np.ascontiguousarray(values[part]).view(np.uint8)
                packed[index, start : start + raw.size] = raw
        first = self.entries(count)
        self.emit(isa.ld_p(addr=self.put_words(packed, align=4), first=first, count=count))
        if chance(self.random, 0.1):  # biases once more, alone
            fresh = self.random.integers(-(1 << 31), 1 << 31, count * cols).astype(np.int32)
            self.emit(isa.ld_b(addr=self.put_words(fresh, align=4), first=first, count=count))
        return first

    def like(self, tensor: Tensor) -> Tensor:
        """Return a tensor of the same size elsewhere, with its own pitch."""
        return self.tensor(h=tensor.h, w=tensor.w, c=tensor.c)
