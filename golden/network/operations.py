"""All operations that a layer can be: frozen, with integer parameters and ``evaluate``.

What an operator of golden takes besides arrays are the fields of its operation, by the same names,
so an operation is its fields and the name of its operator, which is imported when it is first
evaluated. The compiler reads the same fields: what the hardware is told and what golden computes
come from one place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from importlib import import_module
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from golden.numerics import INT8_MAX, INT8_MIN, Int8, Int32, add_bias, requantize, wrap_int32
from golden.operators.parameters import AddParameters
from golden.operators.windows import Window

Arrays = Sequence[NDArray[Any]]
State = dict[str, NDArray[Any]]
Function = Callable[[Arrays], list[NDArray[Any]]]
StepFunction = Callable[[Arrays, Arrays], tuple[list[NDArray[Any]], Arrays]]


def operator_of(name: str) -> Callable[..., Any]:
    """Return the function of ``golden/operators/``, as ``module.function``."""
    module, _, function = name.partition(".")
    found: Callable[..., Any] = getattr(import_module(f"golden.operators.{module}"), function)
    return found


class Operation:
    """Base of all operations.

    ``evaluate`` takes the layer's activation inputs (int8 NHWC arrays, or constants where the
    operator reads one) and the network's persistent state, and returns the outputs.
    """

    operator: ClassVar[str] = ""

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        """Outputs for these inputs; only variable operations touch ``state``."""
        return [operator_of(self.operator)(*inputs, **self.arguments())]

    def arguments(self) -> dict[str, Any]:
        """The fields as keyword arguments; a requantisation gives each of its own."""
        given = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore[arg-type]
        requantisation = given.pop("requantisation", None)
        return given if requantisation is None else given | requantisation.arguments()


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
        return {field.name: getattr(self, field.name) for field in fields(self)}


# ---- sums of products


@dataclass(frozen=True, kw_only=True)
class _Windowed(Operation):
    weights: Int8
    bias: Int32 | None
    window: Window
    input_zero_point: int
    requantisation: Requantisation
    weight_zero_point: int = 0


class Convolution(_Windowed):
    """CONV_2D. ``weights`` int8 [out_c, kernel_h, kernel_w, in_c / groups], ``bias`` [out_c]."""

    operator = "convolution.convolution"


class Depthwise(_Windowed):
    """DEPTHWISE_CONV_2D. ``weights`` int8 [kernel_h, kernel_w, out_c]."""

    operator = "convolution.depthwise"


@dataclass(frozen=True, kw_only=True)
class FullyConnected(Operation):
    """FULLY_CONNECTED. ``weights`` int8 [units, depth]; the output takes ``output_shape``."""

    operator = "matmul.fully_connected"
    weights: Int8
    bias: Int32 | None
    input_zero_point: int
    requantisation: Requantisation
    output_shape: tuple[int, ...]
    weight_zero_point: int = 0

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        arguments = self.arguments()
        shape = arguments.pop("output_shape")
        return [operator_of(self.operator)(inputs[0], **arguments).reshape(shape)]


@dataclass(frozen=True, kw_only=True)
class MatrixProduct(Operation):
    """BATCH_MATMUL of activations [..., M, K] and [..., K, N]; adjoints swap the last two axes."""

    operator = "matmul.matmul"
    a_zero_point: int
    b_zero_point: int
    adjoint_a: bool
    adjoint_b: bool
    requantisation: Requantisation

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        arguments = self.arguments()
        turned = [
            np.swapaxes(array, -1, -2) if arguments.pop(name) else array
            for name, array in zip(("adjoint_a", "adjoint_b"), inputs, strict=True)
        ]
        return [operator_of(self.operator)(*turned, **arguments)]


@dataclass(frozen=True, kw_only=True)
class TransposedConvolution(Operation):
    """TRANSPOSE_CONV. ``weights`` int8 [out_c, kernel_h, kernel_w, in_c], ``bias`` [out_c].

    ``padding`` are the rows and columns of the whole result in front of the output's first.
    """

    operator = "transposed.transposed_sums"
    weights: Int8
    bias: Int32 | None
    stride: tuple[int, int]
    padding: tuple[int, int]
    size: tuple[int, int]
    input_zero_point: int
    requantisation: Requantisation

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        sums = operator_of(self.operator)(
            inputs[0],
            self.weights,
            stride=self.stride,
            padding=self.padding,
            size=self.size,
            zero_point=self.input_zero_point,
        )
        acc = add_bias(wrap_int32(sums), self.bias)
        return [requantize(acc, **self.requantisation.arguments())]


# ---- an element for an element


@dataclass(frozen=True, kw_only=True)
class Addition(Operation):
    """ADD, or SUB with ``subtract``; broadcasting as TensorFlow Lite allows it."""

    operator = "elementwise.add"
    a_zero_point: int
    b_zero_point: int
    output_zero_point: int
    parameters: AddParameters
    subtract: bool
    act_min: int
    act_max: int


@dataclass(frozen=True, kw_only=True)
class Multiplication(Operation):
    """MUL; broadcasting as TensorFlow Lite allows it."""

    operator = "elementwise.multiply"
    a_zero_point: int
    b_zero_point: int
    output_zero_point: int
    multiplier: int
    shift: int
    act_min: int
    act_max: int


@dataclass(frozen=True, kw_only=True)
class Maximum(Operation):
    """MAXIMUM, or MINIMUM if ``smallest``; shapes broadcast."""

    smallest: bool

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [operator_of(f"ordering.{'minimum' if self.smallest else 'maximum'}")(*inputs)]


@dataclass(frozen=True, kw_only=True)
class ParametricRelu(Operation):
    """PRELU of a tensor and its slopes, which broadcast.

    ``positive`` and ``negative`` are multiplier and shift on either side of zero.
    """

    operator = "rescaling.prelu"
    zero_point: int
    alpha_zero_point: int
    output_zero_point: int
    positive: tuple[int, int]
    negative: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Lookup(Operation):
    """Any function of a byte as a table of 256 entries, indexed by the input byte.

    ``dtype`` int8 or uint8 is what the bytes of the output are. Below ``least`` the function has no
    value, where tflite-micro stops: the core has an entry all the same, golden raises ValueError.
    """

    operator = "lookup.lookup"
    table: Int8
    dtype: str = "int8"
    least: int = -128

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        if inputs[0].size and int(inputs[0].min()) < self.least:
            raise ValueError(f"its function has no value for an input below {self.least}")
        made = operator_of(self.operator)(inputs[0].view(np.int8), self.table)
        return [made.view(self.dtype)]


@dataclass(frozen=True, kw_only=True)
class Softmax(Operation):
    """SOFTMAX over the last axis; the output is int8 or int16."""

    operator = "softmax.softmax"
    input_scale: float
    beta: float
    output_dtype: str = "int8"


# ---- fewer elements than before


@dataclass(frozen=True, kw_only=True)
class Pooling(Operation):
    """MAX_POOL_2D or AVERAGE_POOL_2D; ``half_up`` is how uint8 files round averages."""

    window: Window
    average: bool
    act_min: int
    act_max: int
    half_up: bool = False

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        name = "average_pool" if self.average else "max_pool"
        pool = operator_of(f"pooling.{'average_pool_half_up' if self.half_up else name}")
        return [pool(inputs[0], window=self.window, act_min=self.act_min, act_max=self.act_max)]


@dataclass(frozen=True, kw_only=True)
class Sum(Operation):
    """A sum over ``axes``; ``multiplier`` and ``shift`` express input scale / output scale."""

    axes: tuple[int, ...]
    keep_dims: bool
    input_zero_point: int
    output_zero_point: int
    multiplier: int
    shift: int


class Mean(Sum):
    """MEAN."""

    operator = "mean.mean"


class Total(Sum):
    """SUM."""

    operator = "reduction.total"


@dataclass(frozen=True, kw_only=True)
class Extreme(Operation):
    """REDUCE_MAX, or REDUCE_MIN if ``smallest``, over ``axes``."""

    operator = "reduction.extreme"
    axes: tuple[int, ...]
    keep_dims: bool
    smallest: bool


# ---- elements at other places


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

    operator = "movement.transpose"
    permutation: tuple[int, ...]


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
class _Resize(Operation):
    size: tuple[int, int]
    align_corners: bool
    half_pixel: bool


class ResizeNearest(_Resize):
    """RESIZE_NEAREST_NEIGHBOR to ``size``."""

    operator = "resizing.resize_nearest"


class ResizeBilinear(_Resize):
    """RESIZE_BILINEAR to ``size``."""

    operator = "resizing.resize_bilinear"


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


# ---- variables, and what the host computes by a function of golden


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
