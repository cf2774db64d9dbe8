"""Operators against element-by-element loops written from the definitions."""

import itertools
import warnings
from dataclasses import replace

import numpy as np
import pytest

from golden import numerics
from golden.operators import (
    convolution,
    elementwise,
    lookup,
    matmul,
    mean,
    movement,
    parameters,
    pooling,
    rearranging,
    recurrent,
    rescaling,
    resizing,
    softmax_wide,
    transfer,
    transposed,
    wide,
    windows,
)
from golden.operators.windows import Window, gather_windows


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
    assert {
        item.dtype for item in pooling.average_pool_accumulate(x, window=window)
    } == {np.dtype(np.int32)}  # fmt: skip
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
    for size in ({"out_h": 0, "out_w": 1}, {"out_h": 1, "out_w": 0}):
        with pytest.raises(ValueError, match="is empty"):
            Window(kernel_h=1, kernel_w=1, **size)
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
    with pytest.raises(ValueError, match="too small"):
        parameters.add_parameters(1.0, 1.0, 2.0**-19)
    assert parameters.add_parameters(1.0, 1.0, 2.0**-19 * 1.25).output_shift == 0, "the last"


def test_scales_of_weights_are_of_float32() -> None:
    tenth = [float(np.float32(0.1))]
    narrow = parameters.convolution_multipliers(0.5, [0.1], 0.25)
    assert [item.tolist() for item in narrow] == [
        item.tolist() for item in parameters.convolution_multipliers(0.5, tenth, 0.25)
    ]
    exact = numerics.quantize_multiplier(0.5 * 0.1 / 0.25)
    assert narrow[0].tolist() != [exact[0]]


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
    assert mean.mean_multiplier(1 << 30, 5, 1 << 34) == (1 << 28, 5 - 32), "32 at most"
    with pytest.raises(ValueError, match="not defined"):
        mean.mean_multiplier(1 << 30, 1, 0)


def test_products_of_many_matrices_are_as_exact() -> None:
    """The type is chosen by the depth of the products, not by another size of the array."""
    rng = np.random.default_rng(7)
    a, b = rng.integers(-255, 256, (3, 2, 3001)), rng.integers(200, 256, (3, 3001, 2))
    a = np.abs(a) | 129
    product = matmul.integer_matmul(a.astype(np.int16), b.astype(np.int16))
    assert product.tolist() == (a @ b).tolist()


def test_a_slice_names_every_axis() -> None:
    x = np.arange(6, dtype=np.int8).reshape(2, 3)
    assert movement.strided_slice(x, begin=[1, 0], end=[2, 3], strides=[1, 2]).tolist() == [[3, 5]]
    with pytest.raises(ValueError, match="zip"):
        movement.strided_slice(x, begin=[0], end=[1, 1], strides=[1, 1])


def test_a_divisor_of_zero_is_refused_wherever_it_stands() -> None:
    one = (1 << 30, 1)
    binary = rescaling.Binary(
        dtype="int8", a_zero_point=0, b_zero_point=2, output_zero_point=0, a_scale=one, b_scale=one,
        output_scale=one, left_shift=0, act_min=-128, act_max=127,
    )  # fmt: skip
    a = np.array([4, 4], dtype=np.int8)
    with pytest.raises(ValueError, match="divisor of zero"):
        rescaling.divide(a, np.array([3, 2], dtype=np.int8), binary)


def test_plain_numbers_wrap_without_a_warning() -> None:
    large = np.array(1 << 62, dtype=np.int64)
    low, high = -(1 << 63), (1 << 63) - 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert rescaling.plain("MUL", large, np.array(6), low, high) == -(1 << 63)
        assert rescaling.plain("ADD", large, large, low, high) == -(1 << 63)


def test_what_is_beyond_float32_saturates_without_a_warning() -> None:
    x = np.array([np.inf, -np.inf, 3e38, -3e38, np.nan, 1.0], dtype=np.float32)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        quantised = rescaling.quantize_float(x, "int8", scale=0.25, zero_point=3)
        assert quantised.tolist() == [127, -128, 127, -128, 3, 7]
        with pytest.raises(ValueError, match="too small for a bound of 6"):
            numerics.quantize_bound(6.0, 1e-38, 0)
        with pytest.raises(ValueError, match="too small for a bound of 6"):
            numerics.quantize_bound(6.0, 1e-45, 0)


@pytest.mark.parametrize(
    ("name", "scales", "said"),
    [
        ("EXP", (2.0**125, 1.0), "steps of input scale .* are beyond float32"),
        ("ELU", (2.0**30, 2.0**-2), "ELU of .* leaves int32"),
        ("LOG", (1.0, 2.0**-140), "has no inverse"),
    ],
)
def test_tables_say_which_scale_they_can_t_take(
    name: str, scales: tuple[float, float], said: str
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ValueError, match=said):
            transfer.real_table(
                name, input_scale=scales[0], input_zero_point=0, output_scale=scales[1],
                output_zero_point=0,
            )  # fmt: skip
        small = transfer.real_table(
            "EXP", input_scale=1.0, input_zero_point=0, output_scale=2.0**-126,
            output_zero_point=0,
        )  # fmt: skip
    assert small.max() == 127


def test_softmax_of_int16_is_by_the_last_axis() -> None:
    rng = np.random.default_rng(8)
    x = rng.integers(-(1 << 15), 1 << 15, (2, 3, 4)).astype(np.int16)
    whole = softmax_wide.softmax_int16(x, 2.0**-12, 1.0)
    rows = [softmax_wide.softmax_int16(row[None], 2.0**-12, 1.0)[0] for row in x.reshape(6, 4)]
    assert whole.reshape(6, 4).tolist() == np.array(rows).tolist()


def test_svdf_without_a_bias_is_one_with_zeros() -> None:
    rng = np.random.default_rng(9)
    layer = recurrent.Svdf(
        features=random_int8(rng, 4, 3), time=rng.integers(-99, 99, (4, 5)).astype(np.int16),
        bias=None, rank=2, feature_scale=(1 << 30, 4), output_scale=(1 << 30, -18),
        input_zero_point=3, state_zero_point=0, output_zero_point=-1,
    )  # fmt: skip
    x, state = random_int8(rng, 1, 3), rng.integers(-99, 99, (1, 20)).astype(np.int16)
    without = recurrent.svdf(x, state, layer)
    zeros = recurrent.svdf(x, state, replace(layer, bias=np.zeros(2, dtype=np.int32)))
    assert [item.tolist() for item in without] == [item.tolist() for item in zeros]
    assert np.unique(without[0]).size > 1


def test_hard_swish_at_the_last_scale_it_has() -> None:
    """Its int16 shift is by 15 at most, and the upper half of a multiplier is an int16."""
    assert lookup._downscale_to_int16((1 << 31) - 1) == 32767
    last = 1.5 * 2.0**-16 * 128 * 3 / 32768

    def table(input_scale: float) -> np.ndarray:
        return lookup.hard_swish_table(
            input_scale=input_scale, input_zero_point=0, output_scale=last / 64, output_zero_point=0
        )

    assert table(last).shape == (256,)
    with pytest.raises(ValueError, match="not defined"):
        table(last / 2)


def test_casts_truncate_floats_alone() -> None:
    assert rescaling.cast(np.array([1.5, -1.5], np.float32), "float32").tolist() == [1.5, -1.5]
    assert rescaling.cast(np.array([1.5, -1.5], np.float32), "int8").tolist() == [1, -1]
    large = np.array([(1 << 60) + 3], np.int64)
    assert rescaling.cast(large, "int32").tolist() == [3]


@pytest.mark.parametrize("dtype", [np.int8, np.int16])
def test_windows_have_the_type_of_their_pixels(dtype: type[np.generic]) -> None:
    x = np.ones((1, 2, 2, 1), dtype)
    window = Window(kernel_h=3, kernel_w=3, pad_top=1, pad_left=1, out_h=2, out_w=2)
    assert gather_windows(x, window, 7).dtype == dtype


def test_rsqrt_takes_the_shifts_that_its_kernel_has() -> None:
    """-31 .. 30 behind the point, whatever the scale of the input."""

    def table(output_scale: float) -> np.ndarray:
        return transfer.rsqrt_table(
            input_scale=1.0, input_zero_point=0, output_scale=output_scale, output_zero_point=0
        )

    for shift in range(-34, 34):
        scale = 2.0 ** -(shift + transfer._SHIFT - 1)
        if -31 <= shift <= 30:
            assert table(scale).shape == (256,)
        else:
            with pytest.raises(ValueError, match="rsqrt is not defined for scales"):
                table(scale)


def test_the_corners_of_one_pixel_are_the_first_pixel() -> None:
    """There is no step between corners; the kernel takes that of an image without them."""
    x = np.arange(2 * 3 * 4 * 2, dtype=np.int8).reshape(2, 3, 4, 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for resize in (resizing.resize_nearest, resizing.resize_bilinear):
            for size in ((1, 1), (1, 4), (3, 1)):
                made = resize(x, size, align_corners=True, half_pixel=False)
                assert np.array_equal(made, x[:, : size[0], : size[1]])


def test_a_logarithm_of_nothing_or_less_is_the_least_there_is() -> None:
    table = transfer.real_table(
        "LOG", input_scale=0.5, input_zero_point=-3, output_scale=0.25, output_zero_point=7
    )
    assert (table.view(np.uint8)[128:254] == 0x80).all()  # -128 .. -3: as bytes 128 .. 253
    assert [int(table[index]) for index in (254, 255, 0, 1)] == [4, 7, 9, 10]


@pytest.mark.parametrize(("groups", "each"), [(1, 3), (2, 3), (3, 1)])
def test_int16_convolutions_see_their_group(groups: int, each: int) -> None:
    rng = np.random.default_rng(7)
    x = rng.integers(-3000, 3000, (2, 5, 4, 2 * groups)).astype(np.int16)
    w = random_int8(rng, groups * each, 3, 2, 2)
    window = windows.resolve_padding(5, 4, kernel=(3, 2), stride=(2, 1))
    made = wide.convolution_sums(x, w, window)
    assert made.shape == (2, window.out_h, window.out_w, groups * each)
    for batch, oy, ox, oc in np.ndindex(made.shape):
        first = oc // each * 2
        total = sum(
            int(x[batch, yy, xx, first + c]) * int(w[oc, ky, kx, c])
            for ky, kx, yy, xx in taps(window, oy, ox, 5, 4)
            for c in range(2)
        )
        assert made[batch, oy, ox, oc] == total


@pytest.mark.parametrize("wrong", [[0, 31], [31, 0], [-32, 0], [0, -32]])
def test_one_shift_out_of_range_is_enough_to_be_refused(wrong: list[int]) -> None:
    x, multipliers = np.array([5, 5], dtype=np.int32), np.array([1 << 30, 1 << 30])
    with pytest.raises(ValueError, match=r"shift must lie in -31\.\.30"):
        numerics.multiply_by_quantized_multiplier(x, multipliers, np.array(wrong))
    for bad in ([-1, 1], [1, -1], [1 << 31, 1], [1, 1 << 31]):
        with pytest.raises(ValueError, match="multiplier must lie in"):
            numerics.multiply_by_quantized_multiplier(x, np.array(bad), np.array([0, 0]))


def test_gather_takes_of_each_batch_its_own() -> None:
    x = np.arange(2 * 3 * 4, dtype=np.int8).reshape(2, 3, 4)
    indices = np.array([[2, 0], [1, 1]])
    made = rearranging.gather(x, indices, axis=1, batch_dims=1)
    assert made.tolist() == [[x[b, i].tolist() for i in indices[b]] for b in range(2)]


@pytest.mark.parametrize("padding", [(0, 0), (2, 0), (0, 3)])
@pytest.mark.parametrize("size", [(3, 4), (9, 5), (4, 11), (12, 13)])
def test_a_transposed_convolution_adds_where_its_taps_fall(
    padding: tuple[int, int], size: tuple[int, int]
) -> None:
    """Also where the result is larger than they reach: nothing falls there."""
    rng = np.random.default_rng(8)
    x, w, stride = random_int8(rng, 1, 3, 2, 2), random_int8(rng, 3, 2, 3, 2), (2, 3)
    made = transposed.transposed_sums(x, w, stride=stride, padding=padding, size=size, zero_point=5)
    wanted = np.zeros((1, *size, 3), dtype=np.int64)
    for iy, ix, ky, kx in itertools.product(range(3), range(2), range(2), range(3)):
        oy, ox = iy * stride[0] + ky - padding[0], ix * stride[1] + kx - padding[1]
        if 0 <= oy < size[0] and 0 <= ox < size[1]:
            wanted[0, oy, ox] += w[:, ky, kx].astype(np.int64) @ (x[0, iy, ix].astype(np.int64) - 5)
    assert np.array_equal(made, wanted)
