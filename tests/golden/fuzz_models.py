"""Random single-operator models, each with the golden model's answer.

``make_case(operator, rng)`` draws a model for one operator. The flatbuffer goes to tflite-micro;
``golden()`` answers from the same quantisation. What is left out, because tflite-micro aborts the
process or its C++ is undefined there (golden raises ValueError instead):

- rescaling shifts above 30 (``1 << 31`` on int32) and RELU6 bounds near 2^31;
- FULLY_CONNECTED whose bias scale strays from the product of scales by over 2 % of the output
  scale (refused; with factors above 2^16 the weight scale is a power of two, so that the float32
  bias scale is exact);
- ADD and SUB whose output scale is below 2^-19 of the larger input's (the kernel aborts);
- logistic and tanh with an input scale below 2^-28 (shift by a negative amount), softmax with one
  of at most 2^-26 / beta (aborts);
- hard swish with right shifts of more than 15 on its int16 values (undefined), and with an output
  scale below 1/128 of the input's (refused).

Left shifts that overflow int32 and accumulators that wrap are undefined in C++ too, but are part of
the contract (the hardware wraps), and the machine code of tflite-micro wraps: they are included.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tests.golden import fuzz_arithmetic, fuzz_functions, fuzz_products, fuzz_rearranging
from tests.golden.fuzz_case import Case, RedrawError
from tests.golden.fuzz_layers import batch_matmul_case, convolution_case, fully_connected_case
from tests.golden.fuzz_pointwise import elementwise_case, softmax_case, table_case
from tests.golden.fuzz_regions import mean_case, movement_case, pool_case

MATRIX_OPERATORS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")


_MAKERS: dict[str, Callable[[np.random.Generator, str], Case]] = {
    "CONV_2D": convolution_case,
    "DEPTHWISE_CONV_2D": convolution_case,
    "FULLY_CONNECTED": fully_connected_case,
    "BATCH_MATMUL": batch_matmul_case,
    "ADD": elementwise_case,
    "SUB": elementwise_case,
    "MUL": elementwise_case,
    "AVERAGE_POOL_2D": pool_case,
    "MAX_POOL_2D": pool_case,
    "LOGISTIC": table_case,
    "TANH": table_case,
    "HARD_SWISH": table_case,
    "QUANTIZE": table_case,
    "RELU": table_case,
    "RELU6": table_case,
    "LEAKY_RELU": table_case,
    "SOFTMAX": softmax_case,
    "MEAN": mean_case,
    "CONCATENATION": movement_case,
    "PAD": movement_case,
    "PADV2": movement_case,
    "TRANSPOSE": movement_case,
    "STRIDED_SLICE": movement_case,
}

# Generators that go through the importer; a name is an operator and the types of its data.
_FILE_MAKERS: dict[str, tuple[Callable[[np.random.Generator, str], Case], tuple[str, ...]]] = {
    "ADD SUB MUL": (fuzz_arithmetic.arithmetic_case, ("int16", "int32")),
    "SQUARED_DIFFERENCE": (fuzz_arithmetic.arithmetic_case, ("int8", "int16", "int32")),
    "DIV": (fuzz_arithmetic.arithmetic_case, ("int8",)),
    "EQUAL NOT_EQUAL": (fuzz_arithmetic.comparison_case, ("int8", "int32", "bool")),
    "GREATER GREATER_EQUAL LESS LESS_EQUAL": (fuzz_arithmetic.comparison_case, ("int8", "int32")),
    "MAXIMUM MINIMUM": (fuzz_arithmetic.comparison_case, ("int8", "int16", "int32")),
    "ARG_MAX ARG_MIN": (fuzz_arithmetic.argument_case, ("int8",)),
    "LOGICAL_AND LOGICAL_OR LOGICAL_NOT": (fuzz_arithmetic.logical_case, ("bool",)),
    "SELECT_V2": (fuzz_arithmetic.select_case, ("int8", "int16")),
    "QUANTIZE": (
        fuzz_arithmetic.quantize_case,
        ("int8 to int16", "int16", "int16 to int8", "int32 to int8", "float32 to int8"),
    ),
    "DEQUANTIZE": (fuzz_arithmetic.dequantize_case, ("int8", "int16")),
    "CAST": (fuzz_arithmetic.cast_case, ("int8", "int16", "int32", "bool", "float32")),
    "ABS": (fuzz_arithmetic.absolute_case, ("int8", "int16")),
    "PRELU": (fuzz_arithmetic.prelu_case, ("int8",)),
    "ELU GELU EXP LOG RELU_0_TO_1 RELU_N1_TO_1": (fuzz_functions.real_case, ("int8",)),
    "NEG": (fuzz_functions.negate_case, ("int8", "int16", "int32")),
    "RSQRT": (fuzz_functions.rsqrt_case, ("int8",)),
    "LOGISTIC TANH": (fuzz_functions.sigmoid_case, ("int16",)),
    "RELU LEAKY_RELU": (fuzz_functions.leaky_case, ("int16",)),
    "SOFTMAX": (fuzz_functions.softmax_wide_case, ("int8 to int16", "int16")),
    "CONV_2D DEPTHWISE_CONV_2D FULLY_CONNECTED TRANSPOSE_CONV": (
        fuzz_products.wide_case,
        ("int16",),
    ),
    "TRANSPOSE_CONV": (fuzz_products.transposed_case, ("int8",)),
    "BATCH_MATMUL": (fuzz_products.matmul_wide_case, ("int16",)),
    "AVERAGE_POOL_2D MAX_POOL_2D": (fuzz_products.pool_wide_case, ("int16",)),
    "SUM": (fuzz_products.reduction_case, ("int8", "int16")),
    "MEAN": (fuzz_products.reduction_case, ("int16",)),
    "REDUCE_MAX REDUCE_MIN": (fuzz_products.reduction_case, ("int8",)),
    "UNIDIRECTIONAL_SEQUENCE_LSTM": (fuzz_products.lstm_case, ("int8",)),
    "SVDF": (fuzz_products.svdf_case, ("int8", "int16 state")),
    "PACK UNPACK TILE BROADCAST_TO FILL ZEROS_LIKE": (
        fuzz_rearranging.movement_case,
        ("int8", "int32"),
    ),
    "REVERSE_V2 RESHAPE CONCATENATION SPLIT SPLIT_V SLICE STRIDED_SLICE": (
        fuzz_rearranging.movement_case,
        ("int8", "int16", "int32"),
    ),
    "PAD PADV2 TRANSPOSE RESIZE_NEAREST_NEIGHBOR": (
        fuzz_rearranging.movement_case,
        ("int8", "int16"),
    ),
    "MIRROR_PAD GATHER GATHER_ND SPACE_TO_DEPTH DEPTH_TO_SPACE SPACE_TO_BATCH_ND "
    "BATCH_TO_SPACE_ND RESIZE_BILINEAR SHAPE SQUEEZE EXPAND_DIMS": (
        fuzz_rearranging.movement_case,
        ("int8",),
    ),
}
for _names, (_maker, _types) in _FILE_MAKERS.items():
    for _name in _names.split():
        for _kind in _types:
            # int8 goes without saying. Where the golden function has a generator of its own that
            # draws the same operator, the one through the importer is called "... file".
            _key = _name if _kind == "int8" else f"{_name} {_kind}"
            _MAKERS[_key if _key not in _MAKERS else f"{_key} int8"] = _maker


ALL_OPERATORS = tuple(_MAKERS)


def make_case(operator: str, rng: np.random.Generator) -> Case:
    """A random model of ``operator``; draws again until the draw is one tflite-micro defines."""
    while True:
        try:
            return _MAKERS[operator](rng, operator)
        except RedrawError:
            continue
