"""Where a tensor lies in the scratchpad (docs/architecture.md section 2).

pixel p = p0 + y*P + x, block b        bank = p mod Rows, line = base + (p div Rows)*CBS + b
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from golden.config import CoreConfig

Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, kw_only=True)
class Tensor:
    """A tensor of h x w pixels with c channels; ``base`` in lines, ``p`` and ``p0`` in pixels,
    ``cbs`` in lines.
    """

    base: int
    h: int
    w: int
    c: int
    p: int
    cbs: int
    p0: int = 0

    @property
    def last_pixel(self) -> int:
        """Number of the pixel at the lower right."""
        return self.p0 + (self.h - 1) * self.p + self.w - 1


def dense(config: CoreConfig, *, base: int, h: int, w: int, c: int) -> Tensor:
    """Tensor without gaps: pitch W, block stride ceil(C / Cols)."""
    return Tensor(base=base, h=h, w=w, c=c, p=w, cbs=config.blocks(c))


def tensor_lines(config: CoreConfig, tensor: Tensor) -> tuple[int, int]:
    """First line and first line past the end of what a tensor occupies."""
    first = tensor.base + tensor.p0 // config.rows * tensor.cbs
    last = tensor.base + tensor.last_pixel // config.rows * tensor.cbs
    return first, last + config.blocks(tensor.c)


@lru_cache(maxsize=256)  # a network comes back to the same places
def words(config: CoreConfig, tensor: Tensor) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Line [h, w, blocks] and bank [h, w, 1] of every word of a tensor, not to be written to."""
    y = np.arange(tensor.h, dtype=np.int64)[:, None]
    pixel = tensor.p0 + y * tensor.p + np.arange(tensor.w, dtype=np.int64)
    line = tensor.base + (pixel // config.rows * tensor.cbs)[:, :, None]
    lines, banks = line + np.arange(config.blocks(tensor.c)), (pixel % config.rows)[:, :, None]
    lines.flags.writeable = banks.flags.writeable = False
    return lines, banks


def gather(config: CoreConfig, scratchpad: NDArray[Scalar], tensor: Tensor) -> NDArray[Scalar]:
    """Read a tensor: [lines, Rows, Cols] of any type -> dense copy [h, w, c]."""
    line, bank = words(config, tensor)
    return scratchpad[line, bank].reshape(tensor.h, tensor.w, -1)[:, :, : tensor.c]


def scatter(
    config: CoreConfig, scratchpad: NDArray[Scalar], tensor: Tensor, values: NDArray[Scalar]
) -> None:
    """Write [h, w, c] into [lines, Rows, Cols]; bytes beyond the last channel stay as they are."""
    line, bank = words(config, tensor)
    full, tail = divmod(tensor.c, config.cols)
    whole = values[:, :, : full * config.cols]
    if full:
        scratchpad[line[:, :, :full], bank] = whole.reshape(tensor.h, tensor.w, full, config.cols)
    if tail:
        scratchpad[line[:, :, full], bank[:, :, 0], :tail] = values[:, :, full * config.cols :]
