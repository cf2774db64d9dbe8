"""A convolution on folded columns is the same convolution, whatever its stride and padding."""

from __future__ import annotations

import numpy as np
import pytest

from golden.operators.convolution import convolution_accumulate
from golden.operators.windows import Window
from sw.compiler.folding import fold_columns
from sw.compiler.geometry import Shape
from sw.compiler.operations import ArrayOp

ZERO_POINT = -9


@pytest.mark.parametrize("stride", [2, 3, 4])
@pytest.mark.parametrize("pad", [0, 1, 2, 3])
@pytest.mark.parametrize("kernel", [1, 3, 4, 7])
def test_folded_columns_give_the_same_sums(kernel: int, pad: int, stride: int) -> None:
    rng = np.random.default_rng(kernel)
    width, out_w = 12, (12 + pad - kernel) // stride + 1
    window = Window(
        kernel_h=2, kernel_w=kernel, stride_w=stride, pad_left=pad, out_h=4, out_w=out_w
    )
    op = ArrayOp(
        layer=0, kind="conv", operands=(0,), output=1, in_shape=Shape(h=5, w=width, c=2),
        out_shape=Shape(h=4, w=out_w, c=3), window=window,
        weights=rng.integers(-128, 128, (3, 2, kernel, 2)).astype(np.int8),
    )  # fmt: skip
    folded = fold_columns(op)
    assert op.weights is not None and folded.weights is not None
    image = rng.integers(-128, 128, (1, 5, width, 2)).astype(np.int8)
    as_folded = image.reshape(1, 5, folded.in_shape.w, folded.in_shape.c)
    np.testing.assert_array_equal(
        convolution_accumulate(
            as_folded, folded.weights, window=folded.window, input_zero_point=ZERO_POINT
        ),
        convolution_accumulate(image, op.weights, window=window, input_zero_point=ZERO_POINT),
    )
