"""Elements at other places: shapes, concatenation, padding, slices, resizing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network.operations.operation import Arrays, Operation, State
from golden.operators import resizing
from golden.operators.movement import transpose


@dataclass(frozen=True, kw_only=True)
class Reshape(Operation):
    """RESHAPE, SQUEEZE, EXPAND_DIMS: the same bytes in another shape."""

    shape: tuple[int, ...]

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [inputs[0].reshape(self.shape)]


@dataclass(frozen=True, kw_only=True)
class Concatenation(Operation):
    """CONCATENATION along ``axis``."""

    axis: int

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [np.concatenate(inputs, axis=self.axis)]


@dataclass(frozen=True, kw_only=True)
class Pad(Operation):
    """PAD and PADV2 with (before, after) elements of ``value`` on each axis."""

    paddings: tuple[tuple[int, int], ...]
    value: int

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [np.pad(inputs[0], self.paddings, constant_values=self.value)]


@dataclass(frozen=True, kw_only=True)
class Transpose(Operation):
    """TRANSPOSE: output axis i is input axis ``permutation[i]``."""

    permutation: tuple[int, ...]

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [transpose(inputs[0], permutation=self.permutation)]


@dataclass(frozen=True, kw_only=True)
class Slice(Operation):
    """STRIDED_SLICE, SLICE, and SPLIT as several slices: one tuple of Python slices an output."""

    slices: tuple[tuple[slice, ...], ...]
    output_shapes: tuple[tuple[int, ...], ...]

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [
            np.ascontiguousarray(inputs[0][index]).reshape(shape)
            for index, shape in zip(self.slices, self.output_shapes, strict=True)
        ]


@dataclass(frozen=True, kw_only=True)
class ResizeNearest(Operation):
    """RESIZE_NEAREST_NEIGHBOR to ``size``."""

    size: tuple[int, int]
    align_corners: bool
    half_pixel: bool

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [
            resizing.resize_nearest(
                inputs[0],
                self.size,
                align_corners=self.align_corners,
                half_pixel=self.half_pixel,
            )
        ]


@dataclass(frozen=True, kw_only=True)
class ResizeBilinear(Operation):
    """RESIZE_BILINEAR to ``size``."""

    size: tuple[int, int]
    align_corners: bool
    half_pixel: bool

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [
            resizing.resize_bilinear(
                inputs[0],
                self.size,
                align_corners=self.align_corners,
                half_pixel=self.half_pixel,
            )
        ]


@dataclass(frozen=True, kw_only=True)
class Rearrangement(Operation):
    """Any operator that only moves elements: a function of arrays of any type and of ``value``.

    ``value`` stands where no element goes (None: nowhere). Given positions instead of elements,
    the function tells which goes where.
    """

    function: Callable[[Arrays, int], list[NDArray[Any]]]
    value: int | None = None

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return self.function(inputs, self.value or 0)
