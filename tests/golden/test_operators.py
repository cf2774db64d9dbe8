"""Operators against element-by-element loops written from the definitions."""

import itertools

import numpy as np
import pytest

from golden.operators import (
    convolution,
    elementwise,
    lookup,
    matmul,
    mean,
    parameters,
    pooling,
    windows,
)
from golden.operators.windows import Window


def random_int8(rng: np.random.Generator, *shape: int) -> np.ndarray:
    return rng.integers(-128, 128, shape, dtype=np.int8)


def taps(window: Window, oy: int, ox: int, height: int, width: int) -> list[tuple[int, ...]]:
    """(ky, kx, y, x) of the taps of one output pixel that lie inside the image."""
    found: list[tuple[int, ...]] = []
    for ky, kx in itertools.product(range(window.kernel_h), range(window.kernel_w)):
        y = oy * window.stride_h - window.pad_top + ky * window.dilation_h
        x = ox * window.stride_w - window.pad_left + kx * window.dilation_w
        if 0 <= y < height and 0 <= x < width:
            found.append((ky, kx, y, x))
    return found


# Explicit windows, some of which no TensorFlow padding produces: padding larger than the kernel,
# negative padding (a tile cut from a larger image), outputs beyond the image.
WINDOWS = [
    Window(kernel_h=3, kernel_w=3, pad_top=1, pad_left=1, out_h=5, out_w=6),
    Window(kernel_h=2, kernel_w=4, stride_h=2, stride_w=3, pad_left=2, out_h=2, out_w=3),
    Window(kernel_h=3, kernel_w=2, dilation_h=2, dilation_w=3, pad_top=3, out_h=4, out_w=2),
    Window(kernel_h=1, kernel_w=1, pad_top=-1, pad_left=-2, out_h=3, out_w=3),
    Window(kernel_h=2, kernel_w=2, pad_top=4, pad_left=5, out_h=12, out_w=13),
    Window(kernel_h=1, kernel_w=1, pad_top=-7, pad_left=-8, out_h=2, out_w=2),
]


@pytest.mark.parametrize("window", WINDOWS)
def test_convolution_accumulators(window: Window) -> None:
    rng = np.random.default_rng(1)
    x = random_int8(rng, 2, 5, 6, 3)
    weights = random_int8(rng, 4, window.kernel_h, window.kernel_w, 3)
    actual = convolution.convolution_accumulate(
        x, weights, window=window, input_zero_point=-7, weight_zero_point=9
    )
    assert actual.dtype == np.int32
    assert actual.shape == (2, window.out_h, window.out_w, 4)
    for n, oy, ox, oc in np.ndindex(actual.shape):
        total = sum(
            (int(x[n, iy, ix, c]) + 7) * (int(weights[oc, ky, kx, c]) - 9)
            for ky, kx, iy, ix in taps(window, oy, ox, 5, 6)
            for c in range(3)
        )
        assert actual[n, oy, ox, oc] == total


@pytest.mark.parametrize("window", WINDOWS)
def test_depthwise_accumulators(window: Window) -> None:
    rng = np.random.default_rng(2)
    x = random_int8(rng, 1, 5, 6, 3)
    weights = random_int8(rng, 1, window.kernel_h, window.kernel_w, 6)
    actual = convolution.depthwise_accumulate(
        x, weights, window=window, input_zero_point=11, weight_zero_point=-3
    )
    assert actual.dtype == np.int32
    for n, oy, ox, oc in np.ndindex(actual.shape):
        total = sum(
            (int(x[n, iy, ix, oc // 2]) - 11) * (int(weights[0, ky, kx, oc]) + 3)
            for ky, kx, iy, ix in taps(window, oy, ox, 5, 6)
        )
        assert actual[n, oy, ox, oc] == total


@pytest.mark.parametrize("window", WINDOWS)
def test_pooling(window: Window) -> None:
    rng = np.random.default_rng(3)
    x = random_int8(rng, 1, 5, 6, 2)
    largest = pooling.max_pool(x, window=window)
    average = pooling.average_pool(x, window=window, allow_empty=True)
    for n, oy, ox, c in np.ndindex(largest.shape):
        values = [int(x[n, iy, ix, c]) for _, _, iy, ix in taps(window, oy, ox, 5, 6)]
        assert largest[n, oy, ox, c] == max(values, default=-128)
        total, count = sum(values), max(len(values), 1)
        rounded = (abs(total) * 2 + count) // (2 * count)  # half away from zero
        assert average[n, oy, ox, c] == (rounded if total >= 0 else -rounded)


def test_average_pool_refuses_an_empty_window() -> None:
    x = np.zeros((1, 2, 2, 1), dtype=np.int8)
    window = Window(kernel_h=1, kernel_w=1, pad_top=1, out_h=1, out_w=1)
    with pytest.raises(ValueError, match="covers no pixel"):
        pooling.average_pool(x, window=window)


def test_average_pool_ties() -> None:
    x = np.array([[[[3, -3, 1, -1]], [[4, -4, 0, 0]]]], dtype=np.int8)
    window = Window(kernel_h=2, kernel_w=1, out_h=1, out_w=1)
    assert pooling.average_pool(x, window=window).ravel().tolist() == [4, -4, 1, -1]


@pytest.mark.parametrize("depth", [1, 258, 259, 5000])
def test_matmul_is_exact_at_the_extremes(depth: int) -> None:
    a = np.full((2, depth), -128, dtype=np.int8)
    b = np.full((depth, 3), 127, dtype=np.int8)
    acc = matmul.matmul_accumulate(a, b, a_zero_point=127, b_zero_point=-128)
    assert np.all(acc == -255 * 255 * depth)


def test_matmul_accumulators_wrap() -> None:
    depth = 40000  # 255 * 255 * 40000 > 2^31
    a = np.full((1, depth), -128, dtype=np.int8)
    acc = matmul.matmul_accumulate(a, a.T, a_zero_point=127, b_zero_point=127)
    assert int(acc[0, 0]) == 255 * 255 * depth - 2**32


def test_matmul_refuses_shapes() -> None:
    with pytest.raises(ValueError, match="do not multiply"):
        matmul.matmul_accumulate(np.zeros((2, 3), np.int8), np.zeros((2, 3), np.int8))


def test_convolution_refuses_shapes() -> None:
    x, window = np.zeros((1, 4, 4, 3), np.int8), WINDOWS[0]
    with pytest.raises(ValueError, match="do not fit"):
        convolution.convolution_accumulate(
            x, np.zeros((2, 3, 3, 2), np.int8), window=window, input_zero_point=0
        )
    with pytest.raises(ValueError, match="window says otherwise"):
        convolution.convolution_accumulate(
            x, np.zeros((2, 1, 3, 3), np.int8), window=window, input_zero_point=0
        )
    with pytest.raises(ValueError, match="no multiple"):
        convolution.depthwise_accumulate(
            x, np.zeros((1, 3, 3, 4), np.int8), window=window, input_zero_point=0
        )


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "dilation", "padding", "out", "before"),
    [
        (28, 3, 1, 1, "SAME", 28, 1),
        (28, 3, 2, 1, "SAME", 14, 0),  # one row of padding in all, and it goes behind
        (27, 3, 2, 1, "SAME", 14, 1),
        (5, 2, 1, 1, "SAME", 5, 0),
        (10, 3, 1, 2, "SAME", 10, 2),
        (3, 1, 3, 1, "SAME", 1, 0),
        (10, 3, 2, 1, "VALID", 4, 0),
        (10, 3, 1, 3, "VALID", 4, 0),
    ],
)
def test_padding(
    size: int, kernel: int, stride: int, dilation: int, padding: str, out: int, before: int
) -> None:
    window = windows.resolve_padding(
        size,
        1,
        kernel=(kernel, 1),
        stride=(stride, 1),
        dilation=(dilation, 1),
        padding=padding,
    )
    assert (window.out_h, window.pad_top) == (out, before)


def test_impossible_windows_are_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        windows.resolve_padding(2, 2, kernel=(3, 3), padding="VALID")
    with pytest.raises(ValueError, match="SAME or VALID"):
        windows.resolve_padding(2, 2, kernel=(1, 1), padding="FULL")
    with pytest.raises(ValueError, match="stride_h must be at least 1"):
        Window(kernel_h=1, kernel_w=1, stride_h=0, out_h=1, out_w=1)


def test_add_of_equal_scales_is_plain_addition() -> None:
    rng = np.random.default_rng(4)
    a, b = random_int8(rng, 500), random_int8(rng, 500)
    result = elementwise.add(
        a,
        b,
        a_zero_point=3,
        b_zero_point=-5,
        output_zero_point=7,
        parameters=parameters.add_parameters(0.5, 0.5, 0.5),
    )
    exact = np.clip(a.astype(int) - 3 + b.astype(int) + 5 + 7, -128, 127)
    assert result.tolist() == exact.tolist()


def test_add_refuses_what_the_kernel_aborts_on() -> None:
    with pytest.raises(ValueError, match="too small"):
        parameters.add_parameters(1.0, 1.0, 2.0**-20)


def test_lookup_index_is_the_input_byte() -> None:
    table = np.arange(256, dtype=np.uint8).view(np.int8)
    x = np.array([[-128, -1], [0, 127]], dtype=np.int8)
    assert lookup.lookup(x, table).tolist() == x.tolist()
    with pytest.raises(ValueError, match=r"int8 \[256\]"):
        lookup.lookup(x, table[:255])


def test_tables_refuse_undefined_scales() -> None:
    with pytest.raises(ValueError, match="not defined"):
        lookup.logistic_table(input_scale=2.0**-29, input_zero_point=0)
    with pytest.raises(ValueError, match="not defined"):
        lookup.hard_swish_table(
            input_scale=1.0, input_zero_point=0, output_scale=2.0**-8, output_zero_point=0
        )


def test_mean_folds_the_count_into_the_multiplier() -> None:
    assert mean.mean_multiplier(1 << 30, 1, 4) == (1 << 30, -1)
    assert mean.mean_multiplier(1 << 30, 1, 3) == ((1 << 31) // 3, 0)
    assert mean.mean_multiplier(1 << 30, -31, 3) == ((1 << 30) // 3, -31)
    with pytest.raises(ValueError, match="not defined"):
        mean.mean_multiplier(1 << 30, 1, 0)
