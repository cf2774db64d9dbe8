"""Rules of operators that work element by element, and those on scales that others share.

What tflite-micro refuses is in add_common.cc, mul_common.cc, logistic_common.cc, tanh.cc,
softmax_common.cc and reduce_common.cc.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from golden.numerics import INT32_MAX, SHIFT_MAX, quantize_multiplier
from sw.importer.context import Operator

MOST_BROADCAST = 4  # dimensions
RELU_N1_TO_1, RELU6 = 2, 3  # fused activations with bounds, as the schema numbers them


def same_shape(op: Operator) -> None:
    """The output has the input's shape."""
    source, output = op.tensor(0), op.context.tensors[op.outputs[0]]
    if source.shape != output.shape:
        raise op.error(f"its output should be {source.shape}, it is {output.shape}; export it anew")


def same_quantisation(op: Operator) -> None:
    """Input and output have one scale and zero point."""
    source, output = op.activation(0), op.output()
    if (source.scale, source.zero_point) != (output.scale, output.zero_point):
        raise op.error(
            "input and output must have the same scale and zero point; quantise it again"
        )


def output_fixed_at(scale: float, zero_point: int) -> Callable[[Operator], None]:
    """Return the rule that the output has the quantisation TensorFlow Lite fixes."""

    def rule(op: Operator) -> None:
        output = op.output()
        if output.dtype == "int16" and op.name in ("LOGISTIC", "TANH"):
            if output.scale != 1 / 32768:
                raise op.error(
                    f"its int16 output must have scale 1/32768, it has {output.scale:g}; "
                    "quantise it again"
                )
            return
        if output.dtype != "int8":
            return  # the handler says what other types take
        if (output.scale, output.zero_point) != (scale, zero_point):
            raise op.error(
                f"its output must have scale 1/{round(1 / scale)} and zero point {zero_point}; "
                f"it has {output.scale:g} and {output.zero_point}: quantise it again"
            )

    return rule


def factor_in_range(op: Operator, real: float) -> None:
    """A factor of scales that integers can hold: below 2^30."""
    if not math.isfinite(real) or quantize_multiplier(real)[1] > SHIFT_MAX:
        raise op.error(
            f"its scales make a factor of {real:.3g}, which must be below 2^{SHIFT_MAX}; "
            "quantise it again"
        )


def ratio_scale(op: Operator) -> None:
    """Input scale over output scale; an output that is not int8 is the handler's business."""
    output = op.context.tensors[op.outputs[0]]
    if output.scale > 0:
        factor_in_range(op, op.activation(0).scale / op.output().scale)


def product_scale(op: Operator) -> None:
    """Product of both input scales over the output's."""
    if op.output().scale > 0:
        factor_in_range(op, op.activation(0).scale * op.activation(1).scale / op.output().scale)


def clamp_in_range(op: Operator) -> None:
    """A fused activation is a known one, and its bounds in steps of the output fit 32 bits."""
    kind = getattr(op.options, "fusedActivationFunction", None)
    bounded = kind is None or kind in (RELU_N1_TO_1, RELU6)  # RELU6 itself has no such option
    if op.output().dtype not in ("int8", "int16"):
        return  # whole numbers: the handler says what they take
    op.quantised(op.output())
    if bounded and not 6.0 / op.quantised(op.output()).scale <= INT32_MAX:
        raise op.error(
            f"its output scale {op.output().scale:g} is too small for a bound of 6; "
            "quantise it again"
        )
    op.clamp()


def broadcast(op: Operator) -> None:
    """ADD, SUB, MUL: shapes broadcast as NumPy's do, over at most four dimensions."""
    a, b, output = op.activation(0), op.activation(1), op.output()
    clamp_in_range(op)
    if max(len(a.shape), len(b.shape)) > MOST_BROADCAST:
        raise op.error(f"more than {MOST_BROADCAST} dimensions are not supported")
    try:
        shape = np.broadcast_shapes(a.shape, b.shape)
    except ValueError:
        raise op.error(f"shapes {a.shape} and {b.shape} do not go together") from None
    if output.shape != shape:
        raise op.error(f"its output should be {shape}, it is {output.shape}; export it anew")


def broadcast_shape(op: Operator) -> None:
    """Comparisons, logic, SELECT_V2, PRELU: the output has the shape that all inputs share."""
    shapes = [op.tensor(position).shape for position in range(len(op.inputs))]
    output = op.context.tensors[op.outputs[0]].shape
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError:
        raise op.error(f"shapes {shapes} do not go together") from None
    if output != shape:
        raise op.error(f"its output should be {shape}, it is {output}; export it anew")


def argument_shape(op: Operator) -> None:
    """ARG_MAX, ARG_MIN: the output is the input without the axis."""
    source = op.tensor(0).shape
    axes = op.axes(1, len(source))
    output = op.context.tensors[op.outputs[0]].shape
    if len(axes) != 1:
        raise op.error(f"its axes {axes} must be one")
    shape = tuple(size for axis, size in enumerate(source) if axis != axes[0])
    if output != shape:
        raise op.error(f"its output should be {shape}, it is {output}; export it anew")


def softmax_beta(op: Operator) -> None:
    """SOFTMAX: tflite-micro aborts where beta times input scale is 2^-26 or less."""
    beta, scale = float(op.options.beta), op.quantised(op.activation(0)).scale
    if op.activation(0).dtype == "int16":
        scale = 1.0
        if op.record(0).zero_points.any():
            raise op.error(
                "its int16 input has a zero point other than 0; quantise it symmetrically",
                tensor=op.tensor(0),
            )
    if not (math.isfinite(beta) and beta * scale * (1 << 26) > 1.0):
        raise op.error(
            f"beta {beta:g} with input scale {scale:g} is not supported; their product must be "
            "finite and above 2^-26"
        )
    if not op.activation(0).shape:
        raise op.error("its input is a single number; it needs an axis")


def leaky_slope(op: Operator) -> None:
    """LEAKY_RELU: a slope that is a number, not negative."""
    alpha = float(op.options.alpha)
    if not (math.isfinite(alpha) and alpha >= 0):
        raise op.error(f"its slope alpha is {alpha:g}; it must be a number of 0 or more")
    source, output = op.quantised(op.activation(0)), op.quantised(op.output())
    factor_in_range(op, source.scale * alpha / output.scale)


def slope_factors(op: Operator) -> None:
    """PRELU: factors of what is above zero and of what is below that integers can hold."""
    source, alpha, output = op.int8(0), op.int8(1), op.made_int8()
    factor_in_range(op, source.scale / output.scale)
    factor_in_range(op, source.scale * alpha.scale / output.scale)


def mean_axes(op: Operator) -> None:
    """MEAN: constant axes of the input, and the output's shape without them."""
    source, output = op.activation(0), op.output()
    rank = len(source.shape)
    axes = [int(axis) for axis in op.constant(1, "int32").reshape(-1)]
    if any(not -rank <= axis < rank for axis in axes):
        raise op.error(f"its axes {axes} are not all axes of {source.shape}")
    gone = {axis % rank for axis in axes}
    if op.options.keepDims:
        shape = tuple(1 if axis in gone else size for axis, size in enumerate(source.shape))
    else:
        shape = tuple(size for axis, size in enumerate(source.shape) if axis not in gone)
    if output.shape != shape:
        raise op.error(f"its output should be {shape}, it is {output.shape}; export it anew")


def named_types(*options: str) -> Callable[[Operator], None]:
    """Return the rule that options which name a type name one of the schema."""
    known = {code for name, code in vars(schema.TensorType).items() if not name.startswith("_")}

    def rule(op: Operator) -> None:
        for name in options:
            number = int(getattr(op.options, name, 0) or 0)
            if number not in known:
                raise op.error(f"option {name} is {number}, which is no type; export it anew")

    return rule


def condition(op: Operator) -> None:
    """SELECT_V2: the first input is bool."""
    if op.tensor(0).dtype != "bool":
        raise op.error("its condition must be bool", tensor=op.tensor(0))
