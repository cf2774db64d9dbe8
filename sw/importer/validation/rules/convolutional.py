"""Rules of operators with weights or windows: geometry, channels, scales, biases, factors.

What tflite-micro refuses is in conv_common.cc, depthwise_conv_common.cc, fully_connected_common.cc,
pooling_common.cc and kernel_util.cc (PopulateConvolutionQuantizationParams and
GetQuantizedConvolutionMultipler); what it only assumes, in the reference kernels' DCHECKs.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from golden.network import Tensor
from sw.importer.context import Operator
from sw.importer.validation.rules.pointwise import clamp_in_range, factor_in_range

# How far a bias may be off because its scale is not the product of the scales: in output steps a
# unit of bias, as tflite-micro has it.
BIAS_STRAY = 0.02


LONGEST_STEP = 32767  # of strides, dilations, multipliers: tflite-micro has them in 16 bits
LARGEST_WINDOW = 256  # of pooling, which has no weights that would bound it


def window_geometry(op: Operator) -> None:
    """Strides, dilations and the padding's kind."""
    options = op.options
    for name in ("strideH", "strideW", "dilationHFactor", "dilationWFactor"):
        value = getattr(options, name, 1)
        if not 1 <= value <= LONGEST_STEP:
            raise op.error(f"option {name} is {value}; it must be 1 to {LONGEST_STEP}")
    if options.padding not in (0, 1):
        raise op.error(f"padding number {options.padding} is not known; SAME or VALID are")
    clamp_in_range(op)


def convolution_shapes(op: Operator) -> None:
    """CONV_2D: channels in groups, one bias and one output channel for each filter."""
    batch, _, _, channels = op.nhwc(op.activation(0))
    out_batch, _, _, out_channels = op.nhwc(op.output())
    filters, height, width, depth = op.nhwc(_weights(op))
    if channels % depth:
        raise op.error(f"its input has {channels} channels, its weights are {depth} deep")
    if filters % (channels // depth):
        raise op.error(f"{filters} filters do not share out over {channels // depth} groups")
    _same(op, "channels of the output", out_channels, filters)
    _same(op, "batch of the output", out_batch, batch)
    op.window((height, width))


def depthwise_shapes(op: Operator) -> None:
    """DEPTHWISE_CONV_2D: weights [1, h, w, channels * multiplier]."""
    batch, _, _, channels = op.nhwc(op.activation(0))
    out_batch, _, _, out_channels = op.nhwc(op.output())
    one, height, width, made = op.nhwc(_weights(op))
    _same(op, "first size of its weights", one, 1)
    _same(op, "option depthMultiplier", op.options.depthMultiplier, made // channels)
    if made // channels > LONGEST_STEP:
        raise op.error(f"option depthMultiplier is {made // channels}; {LONGEST_STEP} is the most")
    _same(op, "channels of its weights", made, channels * (made // channels))
    _same(op, "channels of the output", out_channels, made)
    _same(op, "batch of the output", out_batch, batch)
    op.window((height, width))


def transposed_shapes(op: Operator) -> None:
    """TRANSPOSE_CONV: output's shape, weights [out, h, w, in], image, biases."""
    batch, height, width, channels = op.nhwc(op.tensor(2))
    out_batch, out_h, out_w, out_channels = op.nhwc(op.output())
    filters, kernel_h, kernel_w, depth = op.nhwc(_weights(op))
    options = op.options
    strides = (options.strideH, options.strideW)
    if not all(1 <= s <= LONGEST_STEP for s in strides) or options.padding not in (0, 1):
        raise op.error(f"its strides must be 1 to {LONGEST_STEP}, its padding SAME or VALID")
    if getattr(options, "fusedActivationFunction", 0):
        raise op.error("a fused activation is not supported; put it into an operator of its own")
    _same(op, "depth of its weights", depth, channels)
    _same(op, "channels of the output", out_channels, filters)
    _same(op, "batch of the output", out_batch, batch)
    told = [int(v) for v in op.constant(0, "int32").reshape(-1)]
    if told != [out_batch, out_h, out_w, out_channels]:
        raise op.error(f"its shape operand says {told}, its output is another; export it anew")
    same = options.padding == 0
    for out, size, kernel, step in (
        (out_h, height, kernel_h, options.strideH),
        (out_w, width, kernel_w, options.strideW),
    ):
        expected = -(-out // step) if same else (out - kernel + step) // step
        _same(op, "rows or columns of its input", size, expected)
    if op.record(1).scales.size not in (1, filters):
        raise op.error("its weights need one scale, or one for each channel")
    if op.record(1).zero_points.any() and not op.tensor(1).flipped:
        raise op.error("its weights have a zero point other than 0; quantise them symmetrically")
    for scale in op.record(1).scales:
        source, output = op.quantised(op.tensor(2)), op.quantised(op.output())
        factor_in_range(op, source.scale * float(scale) / output.scale)
    values = op.bias(3)
    if values is not None:
        bias_element(op, 3, source=2)
        _same(op, "number of biases", values.size, filters)


def fully_connected_shapes(op: Operator) -> None:
    """FULLY_CONNECTED: weights [units, depth]; the input is rows of that depth."""
    weights, source, output = _weights(op), op.activation(0), op.output()
    if len(weights.shape) != 2:
        raise op.error("its weights must be [units, depth]", tensor=weights)
    units, depth = weights.shape
    if source.size % depth:
        raise op.error(f"its input of {source.size} values is not rows of {depth}")
    if not output.shape or output.shape[-1] != units or output.size != source.size // depth * units:
        raise op.error(
            f"its output should be {source.size // depth} rows of {units}, it is {output.shape}"
        )
    if op.options.weightsFormat:
        raise op.error("shuffled weights are not supported; export them in the default format")
    clamp_in_range(op)


def matrix_shapes(op: Operator) -> None:
    """BATCH_MATMUL: [..., M, K] times [..., K, N], adjoints swapped, all of one type."""
    made = op.context.records[op.outputs[0]].dtype
    for position in (0, 1):
        if op.record(position).dtype != made:
            raise op.error(
                f"it is {op.record(position).dtype}, the output is {made}; quantise them alike",
                tensor=op.tensor(position),
            )
    shapes = []
    for position, adjoint in ((0, op.options.adjX), (1, op.options.adjY)):
        shape = list(op.activation(position).shape)
        if not 2 <= len(shape) <= 4:
            raise op.error(f"input {position} has {len(shape)} dimensions, 2 to 4 are supported")
        shapes.append([*shape[:-2], shape[-1], shape[-2]] if adjoint else shape)
    a, b = shapes
    if a[-1] != b[-2]:
        raise op.error(f"{a} times {b} is no product of matrices")
    try:
        outer = np.broadcast_shapes(tuple(a[:-2]), tuple(b[:-2]))
    except ValueError:
        raise op.error(f"the batches of {a} and {b} do not fit") from None
    if op.output().shape != (*outer, a[-2], b[-1]):
        raise op.error(f"its output should be {(*outer, a[-2], b[-1])}, it is {op.output().shape}")


def pooling_shapes(op: Operator) -> None:
    """AVERAGE_POOL_2D and MAX_POOL_2D: batch and channels stay, the window is not empty."""
    batch, _, _, channels = op.nhwc(op.activation(0))
    out_batch, _, _, out_channels = op.nhwc(op.output())
    kernel = (op.options.filterHeight, op.options.filterWidth)
    if min(kernel) < 1:
        raise op.error(f"its window is {kernel[0]} x {kernel[1]}; both must be 1 or more")
    if max(kernel) > LARGEST_WINDOW:
        raise op.error(f"its window is {kernel[0]} x {kernel[1]}; {LARGEST_WINDOW} is the most")
    _same(op, "channels of the output", out_channels, channels)
    _same(op, "batch of the output", out_batch, batch)
    op.window(kernel)


def weights(*, axis: int) -> Callable[[Operator], None]:
    """Return the rule on weights whose output channels lie on an axis: zero points, scales."""

    def rule(op: Operator) -> None:
        tensor, record = _weights(op), op.record(1)
        if not record.scales.size:
            raise op.error("its weights have no scale; quantise them to int8", tensor=tensor)
        if tensor.flipped and record.scales.size > 1:
            raise op.error(
                "its uint8 weights have a scale for each channel; give them one", tensor=tensor
            )
        if record.zero_points.any() and not tensor.flipped:
            raise op.error(
                "its weights have a zero point other than 0; quantise them symmetrically",
                tensor=tensor,
            )
        if record.scales.size > 1 and record.axis != axis:
            raise op.error(
                f"its weights are quantised along axis {record.axis}, their channels are axis "
                f"{axis}; quantise them along that",
                tensor=tensor,
            )
        source = op.quantised(op.activation(0)).scale
        output = op.quantised(op.output()).scale
        for scale in record.scales:
            factor_in_range(op, source * float(scale) / output)

    return rule


def bias_type(op: Operator) -> None:
    """The option that names the type of the bias, where there is one: not given, or int32."""
    kind = getattr(op.options, "quantizedBiasType", 0)
    if kind not in (schema.TensorType.FLOAT32, schema.TensorType.INT32):
        raise op.error(f"option quantizedBiasType is {kind}; only int32 biases are supported")


def bias(op: Operator) -> None:
    """One int32 value for each channel, in steps of input scale times weight scale."""
    if len(op.inputs) < 3 or op.inputs[2] < 0:
        return
    bias_element(op, 2)
    values, tensor, record = op.bias(2), op.tensor(2), op.record(2)
    assert values is not None
    channels = op.output().shape[-1]
    if values.size != channels:
        raise op.error(
            f"it has {values.size} biases for {channels} channels; give one for each", tensor=tensor
        )
    if record.zero_points.any():
        raise op.error("its bias has a zero point other than 0; quantise it again", tensor=tensor)
    factors = op.record(1).scales.astype(np.float64) * op.quantised(op.activation(0)).scale
    if not record.scales.size and op.name != "FULLY_CONNECTED":
        return  # the other kernels do not look at it
    scales = record.scales.astype(np.float64) if record.scales.size else np.zeros(1)
    if op.name == "FULLY_CONNECTED" and factors.size > 1:
        return  # the same
    if 1 not in (scales.size, factors.size) and scales.size != factors.size:
        raise op.error(f"its bias has {scales.size} scales, its weights {factors.size}")
    stray = float(np.abs(factors - scales).max()) / op.quantised(op.output()).scale
    if not stray <= BIAS_STRAY:
        raise op.error(
            "the scale of its bias is not input scale times weight scale; quantise it again",
            tensor=tensor,
        )


def bias_element(op: Operator, position: int, source: int = 0) -> None:
    """The type of a bias, which decides how sums are rounded: int32 beside int8 activations."""
    found = op.record(position).dtype
    if op.tensor(source).dtype == "int8":
        known: tuple[str, ...] = ("int32",)
    else:
        known = ("int32", "int64") if op.name == "CONV_2D" else ("int64",)
    if found not in known:
        raise op.error(
            f"it is {found}; only {' or '.join(known)} is supported for a bias beside "
            f"{op.record(source).dtype}, export it so",
            tensor=op.tensor(position),
        )


def _weights(op: Operator) -> Tensor:
    op.constant(1, "int8")
    return op.tensor(1)


def _same(op: Operator, what: str, found: int, wanted: int) -> None:
    if found != wanted:
        raise op.error(f"{what}: {wanted} is wanted, the file says {found}; export it anew")
