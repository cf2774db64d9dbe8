"""What a layer does: one frozen dataclass an operator, with integer parameters and ``evaluate``.

``evaluate`` takes the layer's activation inputs (int8 NHWC arrays, or constants where the operator
reads one) and the network's persistent state, and returns the outputs. The compiler reads the same
fields, so what the hardware is told and what golden computes come from one place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.numerics import INT8_MAX, INT8_MIN, Int8, Int32, add_bias, requantize, wrap_int32
from golden.operators import ordering, reduction, resizing, transposed
from golden.operators.convolution import convolution
from golden.operators.depthwise import depthwise
from golden.operators.elementwise import add, multiply
from golden.operators.lookup import lookup
from golden.operators.matmul import fully_connected, matmul
from golden.operators.mean import mean
from golden.operators.movement import transpose
from golden.operators.parameters import AddParameters
from golden.operators.pooling import average_pool, average_pool_half_up, max_pool
from golden.operators.softmax import softmax
from golden.operators.windows import Window

Arrays = Sequence[NDArray[Any]]
State = dict[str, NDArray[Any]]


@dataclass(frozen=True, kw_only=True)
class Requantisation:
    """Accumulator to int8: multipliers and shifts (one, or one a channel), zero point, clamp."""

    multiplier: Int32
    shift: Int32
    output_zero_point: int
    act_min: int = INT8_MIN
    act_max: int = INT8_MAX

    def arguments(self) -> dict[str, Any]:
        """As keyword arguments of the golden operators."""
        return {
            "multiplier": self.multiplier,
            "shift": self.shift,
            "output_zero_point": self.output_zero_point,
            "act_min": self.act_min,
            "act_max": self.act_max,
        }


class Operation:
    """Base of all operations."""

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        """Outputs for these inputs; only variable operations touch ``state``."""
        raise NotImplementedError(type(self).__name__)


@dataclass(frozen=True, kw_only=True)
class Convolution(Operation):
    """CONV_2D. ``weights`` int8 [out_c, kernel_h, kernel_w, in_c / groups], ``bias`` [out_c]."""

    weights: Int8
    bias: Int32 | None
    window: Window
    input_zero_point: int
    requantisation: Requantisation
    weight_zero_point: int = 0

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [
            convolution(
                inputs[0],
                self.weights,
                bias=self.bias,
                window=self.window,
                input_zero_point=self.input_zero_point,
                weight_zero_point=self.weight_zero_point,
                **self.requantisation.arguments(),
            )
        ]


@dataclass(frozen=True, kw_only=True)
class Depthwise(Operation):
    """DEPTHWISE_CONV_2D. ``weights`` int8 [kernel_h, kernel_w, out_c]."""

    weights: Int8
    bias: Int32 | None
    window: Window
    input_zero_point: int
    requantisation: Requantisation
    weight_zero_point: int = 0

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [
            depthwise(
                inputs[0],
                self.weights,
                bias=self.bias,
                window=self.window,
                input_zero_point=self.input_zero_point,
                weight_zero_point=self.weight_zero_point,
                **self.requantisation.arguments(),
            )
        ]


@dataclass(frozen=True, kw_only=True)
class FullyConnected(Operation):
    """FULLY_CONNECTED. ``weights`` int8 [units, depth]; the output takes ``output_shape``."""

    weights: Int8
    bias: Int32 | None
    input_zero_point: int
    requantisation: Requantisation
    output_shape: tuple[int, ...]
    weight_zero_point: int = 0

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        result = fully_connected(
            inputs[0],
            self.weights,
            bias=self.bias,
            input_zero_point=self.input_zero_point,
            weight_zero_point=self.weight_zero_point,
            **self.requantisation.arguments(),
        )
        return [result.reshape(self.output_shape)]


@dataclass(frozen=True, kw_only=True)
class MatrixProduct(Operation):
    """BATCH_MATMUL of activations [..., M, K] and [..., K, N]; adjoints swap the last two axes."""

    a_zero_point: int
    b_zero_point: int
    adjoint_a: bool
    adjoint_b: bool
    requantisation: Requantisation

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        a, b = inputs
        return [
            matmul(
                np.swapaxes(a, -1, -2) if self.adjoint_a else a,
                np.swapaxes(b, -1, -2) if self.adjoint_b else b,
                a_zero_point=self.a_zero_point,
                b_zero_point=self.b_zero_point,
                **self.requantisation.arguments(),
            )
        ]


@dataclass(frozen=True, kw_only=True)
class Addition(Operation):
    """ADD, or SUB with ``subtract``; broadcasting as TensorFlow Lite allows it."""

    a_zero_point: int
    b_zero_point: int
    output_zero_point: int
    parameters: AddParameters
    subtract: bool
    act_min: int
    act_max: int

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [
            add(
                inputs[0],
                inputs[1],
                a_zero_point=self.a_zero_point,
                b_zero_point=self.b_zero_point,
                output_zero_point=self.output_zero_point,
                parameters=self.parameters,
                subtract=self.subtract,
                act_min=self.act_min,
                act_max=self.act_max,
            )
        ]


@dataclass(frozen=True, kw_only=True)
class Multiplication(Operation):
    """MUL; broadcasting as TensorFlow Lite allows it."""

    a_zero_point: int
    b_zero_point: int
    output_zero_point: int
    multiplier: int
    shift: int
    act_min: int
    act_max: int

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [
            multiply(
                inputs[0],
                inputs[1],
                a_zero_point=self.a_zero_point,
                b_zero_point=self.b_zero_point,
                output_zero_point=self.output_zero_point,
                multiplier=self.multiplier,
                shift=self.shift,
                act_min=self.act_min,
                act_max=self.act_max,
            )
        ]


@dataclass(frozen=True, kw_only=True)
class Maximum(Operation):
    """MAXIMUM, or MINIMUM if ``smallest``; shapes broadcast."""

    smallest: bool

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        pick = ordering.minimum if self.smallest else ordering.maximum
        return [pick(inputs[0], inputs[1])]


@dataclass(frozen=True, kw_only=True)
class Extreme(Operation):
    """REDUCE_MAX, or REDUCE_MIN if ``smallest``, over ``axes``."""

    axes: tuple[int, ...]
    keep_dims: bool
    smallest: bool

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [
            reduction.extreme(
                inputs[0], axes=self.axes, keep_dims=self.keep_dims, largest=not self.smallest
            )
        ]


@dataclass(frozen=True, kw_only=True)
class Total(Operation):
    """SUM over ``axes``."""

    axes: tuple[int, ...]
    keep_dims: bool
    input_zero_point: int
    output_zero_point: int
    multiplier: int
    shift: int

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [
            reduction.total(
                inputs[0],
                axes=self.axes,
                keep_dims=self.keep_dims,
                zero_point=self.input_zero_point,
                output_zero_point=self.output_zero_point,
                multiplier=self.multiplier,
                shift=self.shift,
            )
        ]


@dataclass(frozen=True, kw_only=True)
class TransposedConvolution(Operation):
    """TRANSPOSE_CONV. ``weights`` int8 [out_c, kernel_h, kernel_w, in_c], ``bias`` [out_c].

    ``padding`` are the rows and columns of the whole result in front of the output's first.
    """

    weights: Int8
    bias: Int32 | None
    stride: tuple[int, int]
    padding: tuple[int, int]
    size: tuple[int, int]
    input_zero_point: int
    requantisation: Requantisation

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        sums = transposed.transposed_sums(
            inputs[0],
            self.weights,
            stride=self.stride,
            padding=self.padding,
            size=self.size,
            zero_point=self.input_zero_point,
        )
        acc = add_bias(wrap_int32(sums), self.bias)
        return [requantize(acc, **self.requantisation.arguments())]


@dataclass(frozen=True, kw_only=True)
class Pooling(Operation):
    """MAX_POOL_2D or AVERAGE_POOL_2D; ``half_up`` is how uint8 files round averages."""

    window: Window
    average: bool
    act_min: int
    act_max: int
    half_up: bool = False

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        if self.half_up:
            return [
                average_pool_half_up(
                    inputs[0], window=self.window, act_min=self.act_min, act_max=self.act_max
                )
            ]
        pool = average_pool if self.average else max_pool
        return [pool(inputs[0], window=self.window, act_min=self.act_min, act_max=self.act_max)]


@dataclass(frozen=True, kw_only=True)
class Mean(Operation):
    """MEAN over ``axes``; ``multiplier`` and ``shift`` express input scale / output scale."""

    axes: tuple[int, ...]
    keep_dims: bool
    input_zero_point: int
    output_zero_point: int
    multiplier: int
    shift: int

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [
            mean(
                inputs[0],
                axes=self.axes,
                input_zero_point=self.input_zero_point,
                output_zero_point=self.output_zero_point,
                multiplier=self.multiplier,
                shift=self.shift,
                keep_dims=self.keep_dims,
            )
        ]


@dataclass(frozen=True, kw_only=True)
class Lookup(Operation):
    """Any function of a byte as a table of 256 entries, indexed by the input byte.

    ``dtype`` int8 or uint8 is what the bytes of the output are.
    """

    table: Int8
    dtype: str = "int8"

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [lookup(inputs[0].view(np.int8), self.table).view(self.dtype)]


@dataclass(frozen=True, kw_only=True)
class Softmax(Operation):
    """SOFTMAX over the last axis; the output is int8 or int16."""

    input_scale: float
    beta: float
    dtype: str = "int8"

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [
            softmax(
                inputs[0], input_scale=self.input_scale, beta=self.beta, output_dtype=self.dtype
            )
        ]


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


@dataclass(frozen=True, kw_only=True)
class ReadVariable(Operation):
    """READ_VARIABLE of a streaming network."""

    variable: str

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [state[self.variable].copy()]


@dataclass(frozen=True, kw_only=True)
class AssignVariable(Operation):
    """ASSIGN_VARIABLE of a streaming network."""

    variable: str

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        state[self.variable] = np.asarray(inputs[-1]).copy()
        return []


Function = Callable[[Arrays], list[NDArray[Any]]]
StepFunction = Callable[[Arrays, Arrays], tuple[list[NDArray[Any]], Arrays]]


@dataclass(frozen=True, kw_only=True)
class HostFunction(Operation):
    """What golden can compute and the core cannot: a function of the inputs."""

    function: Function

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return self.function(inputs)


@dataclass(frozen=True, kw_only=True)
class Recurrent(Operation):
    """A host function with memory: (inputs, values of ``variables``) to (outputs, new values)."""

    variables: tuple[str, ...]
    function: StepFunction

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        outputs, values = self.function(inputs, [state[name] for name in self.variables])
        state.update(zip(self.variables, values, strict=True))
        return outputs
