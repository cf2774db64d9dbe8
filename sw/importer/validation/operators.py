"""The table of operators: what each must look like, and the rules on its numbers.

To support another operator, give it a line here (its signature) and its rules in `rules/`. A rule
is a function of the operator that raises `op.error("what is wrong; what to do")`; it states what
tflite-micro's kernel refuses, crashes on or silently takes for something else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from golden.network import NetworkError
from sw.importer.context import Operator
from sw.importer.records import FileRecord, OperatorRecord, TensorRecord
from sw.importer.validation.rules import (
    convolutional,
    movement,
    operands,
    pointwise,
    recurrent,
    variables,
)

Rule = Callable[[Operator], None]


@dataclass(frozen=True, kw_only=True)
class Signature:
    """What an operator must have.

    Attributes:
        inputs: fewest and most inputs.
        outputs: fewest and most outputs.
        optional: inputs that may be left out (-1).
        options: its table of options, None if it needs none.
        newest: newest version of the operator that TensorFlow Lite knows.
        intermediates: whether it may name tensors of its own work.
        state: inputs that are variable tensors, which keep their values between inferences.
        rules: checked in this order.
    """

    inputs: tuple[int, int]
    outputs: tuple[int, int] = (1, 1)
    optional: frozenset[int] = frozenset()
    options: str | None = None
    newest: int = 1
    intermediates: bool = False
    state: frozenset[int] = frozenset()
    rules: tuple[Rule, ...] = ()


MANY = 1 << 16
TYPE_OPTIONS = ("quantizedBiasType", "outputType", "outType", "inDataType", "outDataType")
KNOWN_TYPES = {code for name, code in vars(schema.TensorType).items() if not name.startswith("_")}
BIAS = frozenset({2})
_c, _p, _m, _v, _r = convolutional, pointwise, movement, variables, recurrent
_vector, _single, _pairs = operands.vector, operands.single, operands.pairs
_KEPT, _types = movement.same_type(0), pointwise.named_types

SIGNATURES: dict[str, Signature] = {
    "CONV_2D": Signature(
        inputs=(2, 3), optional=BIAS, options="Conv2DOptions", newest=8,
        rules=(
            _c.window_geometry, _c.convolution_shapes, _c.weights(axis=0), _c.bias_type, _c.bias,
            _types("quantizedBiasType"),
        ),
    ),
    "DEPTHWISE_CONV_2D": Signature(
        inputs=(2, 3), optional=BIAS, options="DepthwiseConv2DOptions", newest=7,
        rules=(
            _c.window_geometry, _c.depthwise_shapes, _c.weights(axis=3), _c.bias_type, _c.bias,
        ),
    ),
    "FULLY_CONNECTED": Signature(
        inputs=(2, 3), optional=BIAS, options="FullyConnectedOptions", newest=14,
        rules=(
            _c.fully_connected_shapes, _c.weights(axis=0), _c.bias_type, _c.bias,
            _types("quantizedBiasType"),
        ),
    ),
    "BATCH_MATMUL": Signature(
        inputs=(2, 2), options="BatchMatMulOptions", newest=4,
        rules=(_c.matrix_shapes, _p.product_scale),
    ),
    "AVERAGE_POOL_2D": Signature(
        inputs=(1, 1), options="Pool2DOptions", newest=3,
        rules=(_c.window_geometry, _c.pooling_shapes, _p.same_quantisation),
    ),
    "MAX_POOL_2D": Signature(
        inputs=(1, 1), options="Pool2DOptions", newest=3,
        rules=(_c.window_geometry, _c.pooling_shapes, _p.same_quantisation),
    ),
    "MEAN": Signature(
        inputs=(2, 2), options="ReducerOptions", newest=3, rules=(_p.mean_axes, _p.ratio_scale)
    ),
    "ADD": Signature(
        inputs=(2, 2), options="AddOptions", newest=5, rules=(operands.plain_integers, _p.broadcast)
    ),
    "SUB": Signature(
        inputs=(2, 2), options="SubOptions", newest=5, rules=(operands.plain_integers, _p.broadcast)
    ),
    "MUL": Signature(
        inputs=(2, 2), options="MulOptions", newest=7, rules=(_p.broadcast, _p.product_scale)
    ),
    "SOFTMAX": Signature(
        inputs=(1, 1), options="SoftmaxOptions", newest=3,
        rules=(_p.same_shape, _p.output_fixed_at(1 / 256, -128), _p.softmax_beta),
    ),
    "LOGISTIC": Signature(
        inputs=(1, 1), newest=3, rules=(_p.same_shape, _p.output_fixed_at(1 / 256, -128))
    ),
    "TANH": Signature(
        inputs=(1, 1), newest=3, rules=(_p.same_shape, _p.output_fixed_at(1 / 128, 0))
    ),
    "HARD_SWISH": Signature(inputs=(1, 1), rules=(_p.same_shape,)),
    "RELU": Signature(inputs=(1, 1), newest=3, rules=(_p.same_shape, _p.ratio_scale)),
    "RELU6": Signature(inputs=(1, 1), newest=3, rules=(_p.same_shape, _p.clamp_in_range)),
    "LEAKY_RELU": Signature(
        inputs=(1, 1), options="LeakyReluOptions", newest=2,
        rules=(_p.same_shape, _p.ratio_scale, _p.leaky_slope),
    ),
    "QUANTIZE": Signature(inputs=(1, 1), newest=3, rules=(_p.same_shape, _p.ratio_scale)),
    "RESHAPE": Signature(inputs=(1, 2), rules=(_m.reshape_size, _m.reshape_shape, _KEPT)),
    "SQUEEZE": Signature(
        inputs=(1, 1), options="SqueezeOptions", newest=2,
        rules=(_m.reshape_size, _m.squeezed_axes, _KEPT),
    ),
    "EXPAND_DIMS": Signature(
        inputs=(2, 2), rules=(_single(1), _m.reshape_size, _m.expanded_axis, _KEPT)
    ),
    "CONCATENATION": Signature(
        inputs=(1, 10), options="ConcatenationOptions", newest=4,
        rules=(_m.concatenated_shapes, _m.same_type()),
    ),
    "PAD": Signature(inputs=(2, 3), newest=4, rules=(_m.paddings, _p.same_quantisation, _KEPT)),
    "PADV2": Signature(
        inputs=(3, 3), newest=4, rules=(_m.paddings, _p.same_quantisation, _KEPT)
    ),
    "TRANSPOSE": Signature(
        inputs=(2, 2), newest=6,
        rules=(_vector(1), _m.permutation, _p.same_quantisation, _KEPT),
    ),
    "STRIDED_SLICE": Signature(
        inputs=(4, 4), options="StridedSliceOptions", newest=8,
        rules=(_m.strides, _p.same_quantisation, _KEPT),
    ),
    "SLICE": Signature(
        inputs=(3, 3), newest=6,
        rules=(_m.slice_bounds, _p.same_quantisation, _KEPT),
    ),
    "SPLIT": Signature(
        inputs=(2, 2), outputs=(1, MANY), options="SplitOptions", newest=4,
        rules=(_m.equal_parts, _m.same_type(1)),
    ),
    "SPLIT_V": Signature(inputs=(3, 3), outputs=(1, MANY), newest=2, rules=(_m.named_parts, _KEPT)),
    "TRANSPOSE_CONV": Signature(
        inputs=(3, 4), optional=frozenset({3}), options="TransposeConvOptions", newest=5,
        rules=(_c.transposed_shapes, _types("quantizedBiasType")),
    ),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": Signature(
        inputs=(24, 24), optional=frozenset({1, 5, *range(9, 12), 16, 17, *range(20, 24)}),
        options="UnidirectionalSequenceLSTMOptions", newest=4,
        intermediates=True, state=frozenset({18, 19}), rules=(_r.lstm_shapes,),
    ),
    "SVDF": Signature(
        inputs=(5, 5), optional=frozenset({3}), options="SVDFOptions", newest=4,
        state=frozenset({4}), rules=(_r.svdf_shapes, _r.svdf_bias),
    ),
    "SQUARED_DIFFERENCE": Signature(inputs=(2, 2), newest=2, rules=(_p.broadcast,)),
    "DIV": Signature(inputs=(2, 2), options="DivOptions", newest=2, rules=(_p.broadcast,)),
    "MAXIMUM": Signature(inputs=(2, 2), newest=4, rules=(_p.broadcast,)),
    "MINIMUM": Signature(inputs=(2, 2), newest=4, rules=(_p.broadcast,)),
    **{
        name: Signature(inputs=(2, 2), newest=4, rules=(_p.broadcast_shape,))
        for name in (
            "EQUAL", "NOT_EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL",
            "LOGICAL_AND", "LOGICAL_OR",
        )
    },
    "LOGICAL_NOT": Signature(inputs=(1, 1), rules=(_p.same_shape,)),
    "SELECT_V2": Signature(
        inputs=(3, 3), newest=2, rules=(_p.condition, _p.broadcast_shape, _m.same_type(1, 2))
    ),
    "ARG_MAX": Signature(inputs=(2, 2), newest=3, rules=(_p.argument_shape, _types("outputType"))),
    "ARG_MIN": Signature(inputs=(2, 2), newest=3, rules=(_p.argument_shape, _types("outputType"))),
    "DEQUANTIZE": Signature(inputs=(1, 1), newest=6, rules=(_p.same_shape,)),
    "CAST": Signature(
        inputs=(1, 1), newest=7,
        rules=(_p.same_shape, _types("inDataType", "outDataType")),
    ),
    **{
        name: Signature(inputs=(1, 1), newest=newest, rules=(_p.same_shape,))
        for name, newest in (
            ("ABS", 5), ("RSQRT", 5), ("ELU", 5), ("EXP", 2), ("LOG", 2),
            ("NEG", 1), ("RELU_0_TO_1", 1), ("RELU_N1_TO_1", 1),
        )
    },
    "GELU": Signature(
        inputs=(1, 1), options="GeluOptions", newest=2, rules=(_p.same_shape,)
    ),
    "PRELU": Signature(
        inputs=(2, 2), newest=2, rules=(_p.broadcast_shape, _p.slope_factors)
    ),
    "SUM": Signature(
        inputs=(2, 2), options="ReducerOptions", newest=3, rules=(_p.mean_axes, _p.ratio_scale)
    ),
    "REDUCE_MAX": Signature(
        inputs=(2, 2), options="ReducerOptions", newest=3,
        rules=(_p.mean_axes, _p.same_quantisation),
    ),
    "REDUCE_MIN": Signature(
        inputs=(2, 2), options="ReducerOptions", newest=3,
        rules=(_p.mean_axes, _p.same_quantisation),
    ),
    "RESIZE_NEAREST_NEIGHBOR": Signature(
        inputs=(2, 2), options="ResizeNearestNeighborOptions", newest=4,
        rules=(_vector(1), _m.resized_shape, _p.same_quantisation),
    ),
    "RESIZE_BILINEAR": Signature(
        inputs=(2, 2), options="ResizeBilinearOptions", newest=4,
        rules=(_vector(1), _m.resized_shape, _p.same_quantisation),
    ),
    "PACK": Signature(
        inputs=(1, MANY), options="PackOptions", newest=4, rules=(_m.packed_count, _m.same_type())
    ),
    "UNPACK": Signature(
        inputs=(1, 1), outputs=(1, MANY), options="UnpackOptions", newest=4,
        rules=(_m.unpacked_count, _m.same_type()),
    ),
    "MIRROR_PAD": Signature(
        inputs=(2, 2), options="MirrorPadOptions", newest=3, rules=(_pairs(1), _m.mirrored, _KEPT)
    ),
    "REVERSE_V2": Signature(
        inputs=(2, 2), newest=3, rules=(_vector(1), _m.reversed_axes, _KEPT)
    ),
    "TILE": Signature(inputs=(2, 2), newest=2, rules=(_m.tiled_shape, _KEPT)),
    "BROADCAST_TO": Signature(
        inputs=(2, 2), newest=3, rules=(_vector(1), _m.filled_shape, _KEPT)
    ),
    "GATHER": Signature(
        inputs=(2, 2), options="GatherOptions", newest=7,
        rules=(_m.gathered_axis, _KEPT),
    ),
    "GATHER_ND": Signature(
        inputs=(2, 2), newest=5, rules=(_m.gathered_depth, _KEPT)
    ),
    "SPACE_TO_DEPTH": Signature(
        inputs=(1, 1), options="SpaceToDepthOptions", newest=2, rules=(_m.whole_blocks, _KEPT)
    ),
    "DEPTH_TO_SPACE": Signature(
        inputs=(1, 1), options="DepthToSpaceOptions", newest=2, rules=(_m.whole_blocks, _KEPT)
    ),
    "SPACE_TO_BATCH_ND": Signature(
        inputs=(3, 3), newest=4,
        rules=(_vector(1), _pairs(2), _m.blocks_and_pairs, _p.same_quantisation, _KEPT),
    ),
    "BATCH_TO_SPACE_ND": Signature(
        inputs=(3, 3), newest=4, rules=(_vector(1), _pairs(2), _m.blocks_and_pairs, _KEPT)
    ),
    "SHAPE": Signature(inputs=(1, 1), newest=1, rules=(_m.shape_vector, _types("outType"))),
    "FILL": Signature(
        inputs=(2, 2), newest=4, rules=(_vector(0), _m.filled_shape, _m.same_type(1))
    ),
    "ZEROS_LIKE": Signature(inputs=(1, 1), rules=(_p.same_shape,)),
    "VAR_HANDLE": Signature(inputs=(0, 0), options="VarHandleOptions"),
    "CALL_ONCE": Signature(inputs=(0, 0), outputs=(0, 0), options="CallOnceOptions"),
    "READ_VARIABLE": Signature(inputs=(1, 1), rules=(_v.handle,)),
    "ASSIGN_VARIABLE": Signature(inputs=(2, 2), outputs=(0, 0), rules=(_v.handle,)),
}  # fmt: skip


def check_signature(file: FileRecord, operator: OperatorRecord) -> None:
    """Raise NetworkError unless an operator has the inputs, outputs, version and options it needs.

    It looks at counts alone, before any tensor is believed.
    """
    code = file.codes[operator.code]
    signature = SIGNATURES[code.name]
    where = f"{file.path}: operator {operator.index} {code.name}"
    for what, given, (least, most) in (
        ("inputs", operator.inputs, signature.inputs),
        ("outputs", operator.outputs, signature.outputs),
    ):
        if not least <= len(given) <= most:
            wanted = f"{least}" if least == most else f"{least} to {most}"
            raise NetworkError(f"{where} has {len(given)} {what}, not {wanted}; export it anew")
    for position, index in enumerate(operator.inputs):
        if index < 0 and position not in signature.optional:
            raise NetworkError(f"{where}: input {position} is missing; export it anew")
    if not 1 <= code.version <= signature.newest:
        raise NetworkError(
            f"{where} has version {code.version}, 1 to {signature.newest} are known; "
            "convert it with a known version of TensorFlow Lite"
        )
    tensors = file.graphs[0].tensors
    for position, index in enumerate((*operator.inputs, *operator.outputs)):
        if index >= 0 and tensors[index].variable and position not in signature.state:
            raise NetworkError(
                f"{where}: tensor {tensors[index].name!r} is a variable, which this operator does "
                "not keep; export it without"
            )
    if operator.custom:
        raise NetworkError(f"{where} has custom options, which it must not; export it anew")
    if operator.intermediates and not signature.intermediates:
        raise NetworkError(f"{where} has intermediate tensors, which it must not; export it anew")
    _check_intermediates(tensors, operator, where)
    if signature.options is not None and operator.kind != signature.options:
        found = operator.kind or "none"
        raise NetworkError(
            f"{where}: its options must be {signature.options}, they are {found}; export it anew"
        )


def _check_intermediates(
    tensors: Sequence[TensorRecord], operator: OperatorRecord, where: str
) -> None:
    for index in operator.intermediates:
        if not 0 <= index < len(tensors):
            raise NetworkError(
                f"{where} names intermediate tensor {index}, there are {len(tensors)}: the file is "
                "damaged"
            )
        if math.prod(tensors[index].shape):
            raise NetworkError(
                f"{where}: intermediate tensor {tensors[index].name!r} has elements, it must have "
                "none; export it anew"
            )


def check_operator(op: Operator) -> None:
    """Raise NetworkError unless an operator keeps its rules, and names types that there are."""
    for name in TYPE_OPTIONS:
        code = getattr(op.options, name, None)
        if code is not None and code not in KNOWN_TYPES:
            raise op.error(f"its option {name} is {code}, which is no type; export it anew")
    for rule in (*operands.EVERYWHERE, *SIGNATURES[op.name].rules):
        rule(op)
