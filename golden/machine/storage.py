"""State of the core: scratchpad, weights, parameters, table, held accumulators, configuration.

Everything has a mask of what is *known*: the memories start with random content, so a byte is known
only once it was written from known bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.config import CoreConfig
from golden.isa_table import GROUPS
from golden.machine.layout import Tensor, gather, scatter
from golden.numerics import Int8, Int32

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
        values = getattr(self, name)[first:].reshape(-1)[:channels]
        return values, getattr(self, f"{name}_known")[first:].reshape(-1)[:channels]


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
