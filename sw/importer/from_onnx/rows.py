"""Windows along one axis, [n, c, w]: those of an image that is one row of pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import overload

from sw.importer.from_onnx.builder import Builder
from sw.importer.from_onnx.values import IMAGE, Quantised, Sums, Target, Weights


def one_row(b: Builder, x: Quantised) -> Quantised:
    """A tensor of rank 3 as an image of one row; any other as it is."""
    if len(x.shape) != 3:
        return x
    n, c, w = x.shape
    return Quantised(shape=(n, c, 1, w), scaling=x.scaling, forms={IMAGE: b.form(x, IMAGE)})


@overload
def along_one_axis(x: Quantised, made: Quantised) -> Quantised: ...
@overload
def along_one_axis(x: Quantised, made: Sums) -> Sums: ...
def along_one_axis(x: Quantised, made: Quantised | Sums) -> Quantised | Sums:
    """What was made of such an image, with the axes that the operand has."""
    if len(x.shape) != 3 or len(made.shape) != 4:
        return made
    n, c, _, w = made.shape
    if isinstance(made, Quantised):
        return Quantised(shape=(n, c, w), scaling=made.scaling, forms=made.forms)
    make: Callable[[Target], Quantised] = made.make
    return replace(made, shape=(n, c, w), make=lambda to: along_one_axis(x, make(to)))


def kernel_row(w: Weights) -> Weights:
    """Kernels [out, in, width] as those of one row."""
    return replace(w, data=w.data[:, :, None, :]) if w.data.ndim == 3 else w
