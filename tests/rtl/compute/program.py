"""Instructions for execute: geometry and numbers, the descriptor they make, and what they compute.

The result comes from golden/operators; nothing here knows how the hardware works.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from golden.numerics import Int8, Int32, add_bias, requantize
from golden.operators.convolution import convolution_accumulate, depthwise_accumulate
from golden.operators.elementwise import add, multiply
from golden.operators.lookup import lookup
from golden.operators.parameters import AddParameters
from golden.operators.pooling import average_pool, max_pool
from golden.operators.windows import Window
from tests.rtl.compute.chip import Chip, Place, ceil_div, pack

MAC_OPS = ("conv", "dwconv")
VEC_OPS = ("add", "sub", "mul", "maxpool", "avgpool", "lut", "copy", "fill")
BINARY_OPS = ("add", "sub", "mul")
PERCH, BIAS, ACC, HOLD = 1, 2, 4, 8
UNIT_WINDOW = Window(kernel_h=1, kernel_w=1, out_h=1, out_w=1)


@dataclass(frozen=True, kw_only=True)
class Numbers:
    """Zero points, clamp, fill value and scales (multiplier, shift)."""

    in_zp: int = 0
    w_zp: int = 0
    out_zp: int = 0
    act_min: int = -128
    act_max: int = 127
    fill: int = 0
    scale: tuple[int, int] = (1 << 30, 1)
    scale1: tuple[int, int] = (1 << 30, 0)
    scale2: tuple[int, int] = (1 << 30, 0)


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """One instruction. `source2` is that of add, sub, mul; a kept sum goes between conv of `hold`
    and `acc` in the caller's hands (see `run`).
    """

    op: str
    source: Place
    target: Place
    source2: Place | None = None
    window: Window = field(default=UNIT_WINDOW)
    flags: int = 0
    wbase: int = 0
    pbase: int = 0
    numbers: Numbers = field(default_factory=Numbers)
    wait: bool = False

    @property
    def steps(self) -> int:
        """Weight words an output block."""
        taps = self.window.kernel_h * self.window.kernel_w
        return taps * self.source.shape[2] if self.op == "conv" else taps

    def descriptor(self, cols: int) -> int:
        """The packed descriptor."""
        n, w, src, dst = self.numbers, self.window, self.source, self.target
        second = self.source2 or src
        blocks = [ceil_div(place.shape[2], cols) for place in (src, dst)]
        tails = [
            place.shape[2] - (b - 1) * cols for place, b in zip((src, dst), blocks, strict=True)
        ]
        return pack({
            "vec": self.op in VEC_OPS,
            "op": (VEC_OPS if self.op in VEC_OPS else MAC_OPS).index(self.op),
            "flags": self.flags, "in_base": src.base, "in2_base": second.base,
            "out_base": dst.base, "wbase": self.wbase, "pbase": self.pbase,
            "in_h": src.shape[0], "in_w": src.shape[1], "in_pitch": src.pitch, "in_cbs": src.cbs,
            "in_blocks": blocks[0], "in_tail": tails[0],
            "in2_pitch": second.pitch, "in2_cbs": second.cbs,
            "out_h": dst.shape[0], "out_w": dst.shape[1], "out_pitch": dst.pitch,
            "out_cbs": dst.cbs, "out_blocks": blocks[1], "out_tail": tails[1],
            "kh": w.kernel_h, "kw": w.kernel_w, "sy": w.stride_h, "sx": w.stride_w,
            "dy": w.dilation_h, "dx": w.dilation_w, "pad_top": w.pad_top, "pad_left": w.pad_left,
            "row_step": w.stride_h * src.pitch, "tap_step": w.dilation_h * src.pitch,
            "origin": w.pad_top * src.pitch + w.pad_left,
            "pixels": dst.shape[0] * dst.shape[1], "steps": self.steps,
            "in_zp": n.in_zp, "w_zp": n.w_zp, "out_zp": n.out_zp,
            "act_min": n.act_min, "act_max": n.act_max, "fill": n.fill,
            "mult": n.scale[0], "shift": n.scale[1], "mult1": n.scale1[0],
            "shift1": n.scale1[1], "mult2": n.scale2[0], "shift2": n.scale2[1],
        })  # fmt: skip

    def run(self, chip: Chip, held: Int32 | None) -> Int32 | None:
        """Carry it out on the memory images; takes and returns the sum kept by `hold`."""
        if self.op in MAC_OPS:
            return self._run_mac(chip, held)
        result = self._vector(chip)
        chip.write(self.target, result)
        return None

    def _run_mac(self, chip: Chip, held: Int32 | None) -> Int32 | None:
        n, cols = self.numbers, chip.cols
        x = chip.read(self.source)[None]
        channels = self.target.shape[2]
        blocks = ceil_div(channels, cols)
        words = chip.wbuf[self.wbase : self.wbase + blocks * self.steps].view(np.int8)
        # [block, step, column] -> [channel, step], zero point removed.
        kernel = words.reshape(blocks, self.steps, cols).transpose(0, 2, 1).reshape(-1, self.steps)
        kernel = kernel[:channels].astype(np.int16) - np.int16(n.w_zp)
        taps = (self.window.kernel_h, self.window.kernel_w)
        if self.op == "conv":
            acc = convolution_accumulate(
                x,
                kernel.reshape(channels, *taps, self.source.shape[2]),
                window=self.window,
                input_zero_point=n.in_zp,
            )
        else:
            acc = depthwise_accumulate(
                x,
                kernel.T.reshape(*taps, channels),
                window=self.window,
                input_zero_point=n.in_zp,
            )
        if self.flags & ACC:
            if held is None:
                raise ValueError("acc without a sum that was kept")
            acc = add_bias(acc, held)
        if self.flags & HOLD:
            return acc
        entries = slice(self.pbase, self.pbase + blocks)
        bias = chip.bias[entries].reshape(-1)[:channels] if self.flags & BIAS else None
        mult: Any
        shift: Any
        mult, shift = n.scale
        if self.flags & PERCH:
            mult = chip.mult[entries].reshape(-1)[:channels]
            shift = chip.shift[entries].reshape(-1)[:channels]
        result = requantize(
            add_bias(acc, bias),
            multiplier=mult,
            shift=shift,
            output_zero_point=n.out_zp,
            act_min=n.act_min,
            act_max=n.act_max,
        )
        chip.write(self.target, result[0])
        return None

    def _vector(self, chip: Chip) -> Int8:
        n = self.numbers
        if self.op == "fill":
            return np.full(self.target.shape, n.fill, dtype=np.int8)
        x = chip.read(self.source)
        if self.op == "copy":
            return x
        if self.op == "lut":
            return lookup(x, chip.table)
        act = {"act_min": n.act_min, "act_max": n.act_max}
        if self.op == "maxpool":
            largest: Int8 = max_pool(x[None], window=self.window, **act)[0]
            return largest
        if self.op == "avgpool":
            average: Int8 = average_pool(x[None], window=self.window, allow_empty=True, **act)[0]
            return average
        if self.source2 is None:
            raise ValueError(f"{self.op} needs a second operand")
        y = chip.read(self.source2)
        points = {"a_zero_point": n.in_zp, "b_zero_point": n.w_zp, "output_zero_point": n.out_zp}
        if self.op == "mul":
            return multiply(x, y, multiplier=n.scale[0], shift=n.scale[1], **points, **act)
        parameters = AddParameters(
            a_multiplier=n.scale1[0],
            a_shift=n.scale1[1],
            b_multiplier=n.scale2[0],
            b_shift=n.scale2[1],
            output_multiplier=n.scale[0],
            output_shift=n.scale[1],
        )
        return add(x, y, parameters=parameters, subtract=self.op == "sub", **points, **act)
