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


ALL_OPERATORS = tuple(_MAKERS)


def make_case(operator: str, rng: np.random.Generator) -> Case:
    """A random model of ``operator``; draws again until the draw is one tflite-micro defines."""
    while True:
        try:
            return _MAKERS[operator](rng, operator)
        except RedrawError:
            continue
