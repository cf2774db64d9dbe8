"""Layers that are added to a network under construction; each function returns its output."""

from __future__ import annotations

from golden.network import operations as ops
from golden.operators.parameters import add_parameters
from golden.operators.windows import resolve_padding
from tests.sw.random_networks import Builder


def conv(
    b: Builder, x: int, channels: int, kernel: tuple[int, int] = (3, 3),
    stride: tuple[int, int] = (1, 1), padding: str = "SAME",
) -> int:  # fmt: skip
    """Convolution."""
    _, h, w, c = b.shape(x)
    window = resolve_padding(h, w, kernel=kernel, stride=stride, padding=padding)
    operation = ops.Convolution(
        weights=b.int8((channels, *kernel, c)), bias=b.bias(channels), window=window,
        input_zero_point=b.integer(-9, 9),
        requantisation=b.requantisation(kernel[0] * kernel[1] * c, channels),
    )  # fmt: skip
    return b.layer(operation, [x], (1, window.out_h, window.out_w, channels))[0]


def depthwise(b: Builder, x: int, kernel: int = 3, stride: int = 1) -> int:
    """Depthwise convolution."""
    _, h, w, c = b.shape(x)
    window = resolve_padding(h, w, kernel=(kernel, kernel), stride=(stride, stride))
    operation = ops.Depthwise(
        weights=b.int8((kernel, kernel, c)), bias=b.bias(c), window=window,
        input_zero_point=b.integer(-9, 9), requantisation=b.requantisation(kernel * kernel, c),
    )  # fmt: skip
    return b.layer(operation, [x], (1, window.out_h, window.out_w, c))[0]


def pool(
    b: Builder, x: int, kernel: tuple[int, int], stride: tuple[int, int], average: bool
) -> int:
    """Pooling."""
    _, h, w, c = b.shape(x)
    window = resolve_padding(h, w, kernel=kernel, stride=stride)
    operation = ops.Pooling(window=window, average=average, act_min=-128, act_max=127)
    return b.layer(operation, [x], (1, window.out_h, window.out_w, c))[0]


def product(b: Builder, x: int, units: int) -> int:
    """Product of rows with a matrix."""
    _, h, w, depth = b.shape(x)
    rows = h * w
    operation = ops.FullyConnected(
        weights=b.int8((units, depth)), bias=b.bias(units), input_zero_point=3,
        requantisation=b.requantisation(depth, units), output_shape=(1, 1, rows, units),
    )  # fmt: skip
    return b.layer(operation, [x], (1, 1, rows, units))[0]


def add(b: Builder, x: int, y: int) -> int:
    """Sum."""
    operation = ops.Addition(
        parameters=add_parameters(0.05, 0.04, 0.07), subtract=False, a_zero_point=2,
        b_zero_point=-5, output_zero_point=2, act_min=-128, act_max=127,
    )  # fmt: skip
    return b.layer(operation, [x, y], b.shape(x))[0]


def transpose(b: Builder, x: int, axes: tuple[int, ...]) -> int:
    """Transposition."""
    shape = tuple(b.shape(x)[axis] for axis in axes)
    return b.layer(ops.Transpose(permutation=axes), [x], shape)[0]
