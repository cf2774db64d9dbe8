"""What the array works on, tile after tile: row words to gather and bytes of steps they feed.

    tile t, tap k:  rounds[t, k] = rows of the fullest bank  (rows outside the image need no read)

A convolution gathers each tap once for every input block; a word of the block feeds as many steps
as it has channels. Everything else does one step a gathered set.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True)
class TileShape:
    """Geometry of one execute instruction: all that its cycles depend on.

    ``words`` are the bytes each gathered word feeds, one entry an input block in convolutions;
    ``second_pitch`` is the pitch of a second operand, 0 for none; ``reads`` is False for fill.
    """

    rows: int
    in_h: int
    in_w: int
    in_pitch: int
    out_h: int
    out_w: int
    kernel: tuple[int, int]
    stride: tuple[int, int]
    dilation: tuple[int, int]
    padding: tuple[int, int]
    words: tuple[int, ...]
    second_pitch: int = 0
    reads: bool = True

    @property
    def pixels(self) -> int:
        """Output pixels."""
        return self.out_h * self.out_w

    @property
    def tiles(self) -> int:
        """Tiles of one output block."""
        return -(-self.pixels // self.rows)

    @property
    def last_rows(self) -> int:
        """Pixels of the last tile."""
        return self.pixels - (self.tiles - 1) * self.rows

    @property
    def steps(self) -> int:
        """Steps of a tile."""
        operands = 2 if self.second_pitch else 1
        return self.kernel[0] * self.kernel[1] * sum(self.words) * operands


def bank_reads(shape: TileShape) -> NDArray[np.int64]:
    """Rows that each bank is read for, [tiles, taps, banks]."""
    if not shape.reads:
        return np.zeros((shape.tiles, 1, shape.rows), np.int64)
    if shape.second_pitch:
        first = _reads(shape, shape.in_pitch)
        return np.concatenate([first, _reads(shape, shape.second_pitch)], axis=1)
    return _reads(shape, shape.in_pitch)


def _reads(shape: TileShape, pitch: int) -> NDArray[np.int64]:
    rows = shape.rows
    number = np.arange(shape.tiles * rows)
    valid = (number < shape.pixels).reshape(-1, rows)
    y0: NDArray[Any] = number // shape.out_w * shape.stride[0] - shape.padding[0]
    x0: NDArray[Any] = number % shape.out_w * shape.stride[1] - shape.padding[1]
    # A tap moves all rows of a tile by the same distance, so who collides with whom is fixed.
    bank = ((y0 * pitch + x0) % rows).reshape(-1, rows)
    same = bank[:, :, None] == np.arange(rows)
    y0, x0 = y0.reshape(-1, rows), x0.reshape(-1, rows)
    columns = []
    for ky in range(shape.kernel[0]):
        y = y0 + ky * shape.dilation[0]
        inside_y = valid & (y >= 0) & (y < shape.in_h)
        for kx in range(shape.kernel[1]):
            x = x0 + kx * shape.dilation[1]
            inside = inside_y & (x >= 0) & (x < shape.in_w)
            moved = ky * shape.dilation[0] * pitch + kx * shape.dilation[1]
            columns.append(np.roll((same & inside[:, :, None]).sum(axis=1), moved % rows, axis=1))
    return np.stack(columns, axis=1)
