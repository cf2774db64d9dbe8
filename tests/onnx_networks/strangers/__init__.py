"""Small ONNX files as other people's exporters write them, each with one habit of theirs.

Where `models/onnx_networks.py` has every operator, these have every way to say the same: operator
sets, attributes that became inputs, constants as nodes, weights that are turned round on the way,
shapes that are computed. Each is a function of a fresh writer that returns the finished file.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from tests.onnx_networks.strangers import border, functions, operators, shapes, weights
from tests.onnx_networks.strangers.parts import Make

RUN: dict[str, tuple[dict[str, Any], Make]] = {
    **{
        f"opset {n}": ({"opset": n}, partial(weights.operator_set, n))
        for n in (10, *range(11, 22), 23)
    },
    **{f"axis {n}": ({}, partial(weights.axis_of_weights, n)) for n in (0, -4)},
    "Gemm": ({}, partial(weights.gemm, 0, 1, True)),
    "Gemm from behind": ({}, partial(weights.gemm, 0, -1, True)),
    "Gemm transB": ({}, partial(weights.gemm, 1, 0, True)),
    "Gemm one scale": ({}, partial(weights.gemm, 1, 0, False)),
    "Gemm alpha beta": ({}, weights.gemm_factors),
    "PyTorch linear": ({}, weights.linear_of_pytorch),
    "weights quantised in place": ({}, weights.quantised_where_they_are_used),
    "shared weights": ({}, weights.shared_weights),
    "int4": ({"opset": 21}, partial(weights.four_bits, "int4", False)),
    "int4 by channel": ({"opset": 21}, partial(weights.four_bits, "int4", True)),
    "uint4": ({"opset": 21}, partial(weights.four_bits, "uint4", False)),
    "scales of one element": ({}, weights.scales_of_one_element),
    "constants as nodes": ({}, weights.constants_as_nodes),
    "constants as inputs": ({"opset": 13}, weights.constants_as_inputs),
    "computed shape": ({}, shapes.computed_shape),
    "slice of a shape": ({}, shapes.slice_of_shape),
    "zeros and rests": ({}, shapes.zeros_and_rests),
    "channels last": ({}, shapes.channels_last),
    "normalised input": ({}, shapes.normalised_input),
    "turned and back": ({}, shapes.turned_and_back),
    "one dimension": ({}, shapes.one_dimension),
    "one dimension, QLinearConv": ({}, shapes.one_dimension_qlinear),
    **{
        f"Resize {mode} {how} {rule} {sizes}": (
            {"opset": 19}, partial(shapes.resized, mode, how, rule, sizes),
        )
        for mode, how, rule, sizes in (
            ("nearest", "half_pixel", "round_prefer_floor", False),
            ("nearest", "asymmetric", "floor", True),
            ("nearest", "asymmetric", "ceil", True),
            ("nearest", "align_corners", "round_prefer_ceil", True),
            ("nearest", "half_pixel_symmetric", "round_prefer_floor", True),
            ("linear", "half_pixel", "floor", False),
            ("linear", "half_pixel", "ceil", None),
            ("linear", "asymmetric", "ceil", None),
            ("linear", "pytorch_half_pixel", "floor", True),
            ("linear", "align_corners", "floor", True),
            ("linear", "asymmetric", "floor", False),
        )
    },
    "ConvTranspose groups": ({}, partial(shapes.transposed, size=10, group=2)),
    "ConvTranspose depthwise stride": (
        {}, partial(shapes.transposed, size=17, group=2, strides=[2, 2]),
    ),
    "ConvTranspose dilation": ({}, partial(shapes.transposed, size=12, dilations=[2, 2])),
    "ConvTranspose same": (
        {}, partial(shapes.transposed, size=16, auto_pad="SAME_UPPER", strides=[2, 2]),
    ),
    "ConvTranspose shape": (
        {}, partial(shapes.transposed, size=16, output_shape=[16, 16], strides=[2, 2]),
    ),
    "fused limits": ({}, functions.fused_limits),
    "hard swish in parts": ({}, functions.hard_swish_in_parts),
    "swish": ({}, functions.swish),
    "weighted by Softmax": ({}, functions.weighted),
    "functions": (
        {"opset": 22},
        partial(
            functions.functions,
            ("Selu", "Celu", "Softsign", "ThresholdedRelu", "Mish", "Sin", "Cos", "Atan", "Sinh",
             "Reciprocal", "Sign", "Floor", "Ceil", "Round"),
        ),
    ),
    **{
        f"{kind} {axes} {keep}": ({"opset": 18}, partial(functions.reduction, kind, axes, keep))
        for kind, axes, keep in (
            ("ReduceMean", (-2, -1), 0), ("ReduceMean", (1,), 1), ("ReduceMax", (2, 3), 1),
            ("ReduceMin", (-1,), 0), ("ReduceMax", (1,), 1),
        )
    },
    "ReduceSum": ({"opset": 13}, partial(functions.reduction, "ReduceSum", (2, 3), 1)),
    **{f"Softmax {n}": ({}, partial(functions.softmax, "Softmax", n)) for n in (1, -1, 3)},
    "LogSoftmax": ({}, partial(functions.softmax, "LogSoftmax", 1)),
    **{
        kind: ({}, partial(functions.normalisation, kind))
        for kind in ("BatchNormalization", "LayerNormalization", "InstanceNormalization")
    },
    "slopes": ({}, partial(functions.slopes, (8, 1, 1))),
    "slopes of pixels": ({}, partial(functions.slopes, (8, 6, 6))),
    **{
        f"{kind} by channel": ({}, partial(functions.by_channel, kind))
        for kind in ("Mul", "Add", "Sub", "Div")
    },
    "quotient": ({}, functions.quotient),
    **{
        f"{kind} of three": ({}, partial(functions.many_operands, kind))
        for kind in ("Max", "Min", "Sum")
    },
    "float Softmax at the end": ({}, partial(border.float_end, "Softmax")),
    "float Sigmoid at the end": ({}, partial(border.float_end, "Sigmoid")),
    "places of extremes": ({}, border.places),
    "several ports": ({}, border.several_ports),
    "one tensor twice": ({}, border.one_tensor_twice),
    "old habits": ({}, border.old_habits),
    "QLinear sums": ({}, operators.qlinear_sum),
    "QLinearConv automatic": ({}, operators.qlinear_automatic),
    "output type": ({"opset": 21}, operators.output_type),
    "contributed": ({}, operators.contributed),
    "attention": ({}, operators.attention),
    "batched product": ({}, operators.batched_product),
    "small moves": ({"opset": 18}, operators.small_moves),
}  # fmt: skip

REFUSED: dict[str, tuple[dict[str, Any], Make, str]] = {
    "squares": ({}, functions.squares, "too much float32"),
    "blocked scales": ({"opset": 21}, weights.blocked_scales, "scales of blocks"),
    "MatMulInteger": ({}, partial(operators.integer_product, "MatMulInteger"), "dynamic"),
    "ConvInteger": ({}, partial(operators.integer_product, "ConvInteger"), "dynamic"),
    "MatMulInteger with constants": ({}, operators.integer_product_fixed, "dynamic"),
    "ReduceMean of all": (
        {"opset": 18},
        partial(functions.reduction, "ReduceMean", (0, 1, 2, 3), 0),
        "must keep its dimensions",
    ),
    "cubic": (
        {},
        partial(shapes.resized, "cubic", "half_pixel", "floor", False),
        "only nearest and linear",
    ),
    "sixteen bits": ({"opset": 21}, operators.sixteen_bits, "uint16"),
    "half precision": ({}, operators.half_precision, "float16"),
    "quantised nowhere behind": ({}, border.quantised_nowhere_behind, "no QuantizeLinear rounds"),
}
