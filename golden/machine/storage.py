"""State of the core: scratchpad, weights, parameters, table, held accumulators, configuration.

Where a tensor lies in the scratchpad (docs/architecture.md section 2):

    pixel p = p0 + y*P + x, block b    bank = p mod Rows, line = base + (p div Rows)*CBS + b

Everything has a mask of what is *known*: the memories start with random content, so a byte is known
only once it was written from known bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from golden.config import CoreConfig
from golden.isa_table import GROUPS
from golden.numerics import Int8, Int32

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
    y = np.arange(tensor.h)[:, None]
    pixel = tensor.p0 + y * tensor.p + np.arange(tensor.w)
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


Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Held:
    """Accumulators that a conv with hold left: int32 and known mask [OH*OW, OC]."""

    products: Int32
    known: Mask


class Storage:
    """Memories of a core. Arrays are public: a bench may compare or preload them.

    ========== ============================ =================
    spad       int8 [SpadDepth, Rows, Cols]  spad_known
    wbuf       int8 [WbufDepth, Cols]        wbuf_known
    bias, mult int32 [ParamDepth, Cols]      bias_known, mult_known
    shift      int8 [ParamDepth, Cols]       shift_known
    lut        int8 [256]                    lut_known
    ========== ============================ =================
    """

    def __init__(self, config: CoreConfig) -> None:
        self.config = config
        lines = (config.spad_depth, config.rows, config.cols)
        entries = (config.param_depth, config.cols)
        self.spad = np.zeros(lines, dtype=np.int8)
        self.spad_known = np.zeros(lines, dtype=np.bool_)
        self.wbuf = np.zeros((config.wbuf_depth, config.cols), dtype=np.int8)
        self.wbuf_known = np.zeros(self.wbuf.shape, dtype=np.bool_)
        self.bias = np.zeros(entries, dtype=np.int32)
        self.bias_known = np.zeros(entries, dtype=np.bool_)
        self.mult = np.zeros(entries, dtype=np.int32)
        self.mult_known = np.zeros(entries, dtype=np.bool_)
        self.shift = np.zeros(entries, dtype=np.int8)
        self.shift_known = np.zeros(entries, dtype=np.bool_)
        self.lut = np.zeros(256, dtype=np.int8)
        self.lut_known = np.zeros(256, dtype=np.bool_)

    def sweep(self) -> None:
        """Set every byte to 0, as when the core gets another owner."""
        for name in ("spad", "wbuf", "bias", "mult", "shift", "lut"):
            getattr(self, name)[...] = 0
            getattr(self, f"{name}_known")[...] = True

    def read(self, tensor: Tensor) -> tuple[Int8, Mask]:
        """Copy of a tensor and its known mask, both [h, w, c]."""
        return gather(self.config, self.spad, tensor), gather(self.config, self.spad_known, tensor)

    def write(self, tensor: Tensor, values: Int8, known: Mask) -> None:
        """Write a tensor [h, w, c] and its known mask."""
        scatter(self.config, self.spad, tensor, values)
        scatter(self.config, self.spad_known, tensor, known)

    def parameters(self, first: int, channels: int, name: str) -> tuple[NDArray[Any], Mask]:
        """``bias``, ``mult`` or ``shift`` from entry ``first`` on, and known mask, both [c]."""
        values = getattr(self, name)[first:].ravel()[:channels]
        return values, getattr(self, f"{name}_known")[first:].ravel()[:channels]


class ConfigFile:
    """The configuration groups: values of the fields by group and field name; all 0 at reset."""

    def __init__(self) -> None:
        self._formats = {item.name.removeprefix("cfg."): item for item in GROUPS}
        self.groups: dict[str, dict[str, int]] = {}
        self.reset()

    def reset(self) -> None:
        """Set every group to 0."""
        for name in self._formats:
            self.write(name, 0, 0)

    def write(self, name: str, rs1: int, rs2: int) -> None:
        """Write both operands of a group."""
        self.groups[name] = self._formats[name].unpack(rs1, rs2)

    def __getitem__(self, name: str) -> dict[str, int]:
        return self.groups[name]
