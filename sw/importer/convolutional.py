"""Handlers of convolution, depthwise convolution, fully connected, matrix product and pooling.

Activations are int8, which the core computes, or int16 with int8 weights, which the host does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network.operations import (
    Convolution,
    Depthwise,
    FullyConnected,
    HostFunction,
    MatrixProduct,
    Operation,
    Pooling,
    Requantisation,
    TransposedConvolution,
)
from golden.numerics import Integers
from golden.operators import pooling, transposed, wide
from golden.operators.parameters import convolution_multipliers, matmul_multiplier
from sw.importer.context import Operator
from sw.importer.registry import Entry


def convolution(op: Operator) -> Operation:
    """CONV_2D, grouped where the weights' depth divides the input's."""
    weights = op.constant(1, "int8")
    window = op.window(weights.shape[1:3])
    if _is_wide(op):
        return _wide(op, 2, lambda x: wide.convolution_sums(x, weights, window))
    return Convolution(
        weights=weights,
        bias=op.bias(2),
        window=window,
        input_zero_point=op.int8(0).zero_point,
        requantisation=_per_channel(op),
        weight_zero_point=_weight_zero_point(op),
    )


def depthwise(op: Operator) -> Operation:
    """DEPTHWISE_CONV_2D with any depth multiplier."""
    weights = op.constant(1, "int8")
    kernel = weights.reshape(weights.shape[-3:])
    window = op.window(weights.shape[1:3])
    if _is_wide(op):
        return _wide(op, 2, lambda x: wide.depthwise_sums(x, kernel, window))
    return Depthwise(
        weights=kernel,
        bias=op.bias(2),
        window=window,
        input_zero_point=op.int8(0).zero_point,
        requantisation=_per_channel(op),
        weight_zero_point=_weight_zero_point(op),
    )


def transposed_convolution(op: Operator) -> Operation:
    """TRANSPOSE_CONV: its inputs are the output's shape, weights, the image, biases."""
    source = op.quantised(op.given(2, "int8", "int16"))
    weights = op.constant(1, "int8")
    output = op.quantised(op.made(source.dtype))
    _, out_h, out_w, _ = op.nhwc(output)
    _, in_h, in_w, _ = op.nhwc(source)
    stride = (int(op.options.strideH), int(op.options.strideW))
    padding = tuple(
        _transposed_padding(op, out, size, kernel, step)
        for out, size, kernel, step in zip(
            (out_h, out_w), (in_h, in_w), weights.shape[1:3], stride, strict=True
        )
    )
    where: dict[str, Any] = {"stride": stride, "padding": padding, "size": (out_h, out_w)}
    if source.dtype == "int16":
        return _wide(
            op,
            3,
            lambda x: transposed.transposed_sums(x, weights, zero_point=0, **where),
            source=2,
        )
    return TransposedConvolution(
        weights=weights,
        bias=op.bias(3),
        input_zero_point=source.zero_point,
        requantisation=_per_channel(op, source=2),
        **where,
    )


def _transposed_padding(op: Operator, out: int, size: int, kernel: int, step: int) -> int:
    same = op.options.padding == 0
    if same:
        windows = -(-out // step)
        return max((windows - 1) * step + kernel - out, 0) // 2
    return 0


def fully_connected(op: Operator) -> Operation:
    """FULLY_CONNECTED with constant weights, per-tensor or per-channel scales."""
    weights = op.constant(1, "int8")
    target = op.made("int8", "int16")
    if _is_wide(op):
        return _wide(op, 2, lambda x: wide.fully_connected_sums(x, weights), shape=target.shape)
    return FullyConnected(
        weights=weights,
        bias=op.bias(2),
        input_zero_point=op.int8(0).zero_point,
        requantisation=_per_tensor(op) if len(op.weight_scales(1)) == 1 else _per_channel(op),
        output_shape=target.shape,
        weight_zero_point=op.tensor(1).zero_point,
    )


def matrix_product(op: Operator) -> Operation:
    """BATCH_MATMUL; a factor may be a constant."""
    a, b = (op.quantised(op.given(p, "int8", "int16")) for p in (0, 1))
    output = op.quantised(op.made("int8", "int16"))
    multiplier, shift = matmul_multiplier(a.scale, b.scale, output.scale)
    adjoint_a, adjoint_b = bool(op.options.adjX), bool(op.options.adjY)
    if not a.dtype == b.dtype == output.dtype:
        raise op.error(f"its types {a.dtype}, {b.dtype} and {output.dtype} differ")
    if a.dtype == "int16":

        def product(inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
            left = np.swapaxes(inputs[0], -1, -2) if adjoint_a else inputs[0]
            right = np.swapaxes(inputs[1], -1, -2) if adjoint_b else inputs[1]
            return [
                wide.scale_sums(
                    wide.exact_product(left, right),
                    bias=None,
                    multiplier=multiplier,
                    shift=shift,
                    act_min=-32768,
                    act_max=32767,
                )
            ]

        return HostFunction(function=product)
    return MatrixProduct(
        a_zero_point=a.zero_point,
        b_zero_point=b.zero_point,
        adjoint_a=adjoint_a,
        adjoint_b=adjoint_b,
        requantisation=_requantisation(op, multiplier, shift, clamp=(-128, 127)),
    )


def average_pool(op: Operator) -> Operation:
    """AVERAGE_POOL_2D."""
    return _pooling(op, average=True)


def max_pool(op: Operator) -> Operation:
    """MAX_POOL_2D."""
    return _pooling(op, average=False)


def _pooling(op: Operator, *, average: bool) -> Operation:
    source = op.quantised(op.given(0, "int8", "int16"))
    output = op.quantised(op.made(source.dtype))
    if (source.scale, source.zero_point) != (output.scale, output.zero_point):
        raise op.error("input and output must have the same scale and zero point")
    low, high = op.clamp()
    window = op.window((op.options.filterHeight, op.options.filterWidth))
    if source.dtype == "int16":
        return HostFunction(
            function=lambda inputs: [
                pooling.pool_any(
                    inputs[0], window=window, average=average, act_min=low, act_max=high
                )
            ]
        )
    return Pooling(
        window=window,
        average=average,
        act_min=low,
        act_max=high,
        half_up=average and source.flipped,
    )


def _is_wide(op: Operator) -> bool:
    return op.quantised(op.given(0, "int8", "int16")).dtype == "int16"


def _weight_zero_point(op: Operator) -> int:
    """Zero point of the weights: only those of uint8 files have one, with one scale for all.

    tflite-micro takes it for 0 in int8 files, whatever they say.
    """
    weights = op.tensor(1)
    return weights.zero_point if weights.flipped else 0


def _wide(
    op: Operator,
    bias_position: int,
    sums: Callable[[Integers], NDArray[np.int64]],
    *,
    source: int = 0,
    shape: tuple[int, ...] | None = None,
) -> HostFunction:
    """A product of int16 activations and int8 weights, given the function that makes its sums."""
    bias = None
    if bias_position < len(op.inputs) and op.inputs[bias_position] >= 0:
        dtype = op.given(bias_position, "int32", "int64").dtype
        bias = op.constant(bias_position, dtype).reshape(-1)
    output = op.quantised(op.made("int16"))
    multiplier, shift = convolution_multipliers(
        op.tensor(source).scale, op.weight_scales(1), output.scale
    )
    low, high = op.clamp()

    def function(inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        made = wide.scale_sums(
            sums(inputs[0]),
            bias=bias,
            multiplier=multiplier,
            shift=shift,
            act_min=low,
            act_max=high,
        )
        return [made if shape is None else made.reshape(shape)]

    return HostFunction(function=function)


def _per_channel(op: Operator, source: int = 0) -> Requantisation:
    multipliers, shifts = convolution_multipliers(
        op.int8(source).scale, op.weight_scales(1), op.made_int8().scale
    )
    return _requantisation(op, multipliers, shifts)


def _per_tensor(op: Operator) -> Requantisation:
    multiplier, shift = matmul_multiplier(
        op.int8(0).scale, float(op.weight_scales(1)[0]), op.made_int8().scale
    )
    return _requantisation(op, multiplier, shift)


def _requantisation(
    op: Operator,
    multiplier: np.ndarray | int,
    shift: np.ndarray | int,
    clamp: tuple[int, int] | None = None,
) -> Requantisation:
    low, high = clamp if clamp is not None else op.clamp()
    return Requantisation(
        multiplier=np.atleast_1d(np.asarray(multiplier, dtype=np.int32)),
        shift=np.atleast_1d(np.asarray(shift, dtype=np.int32)),
        output_zero_point=op.made_int8().zero_point,
        act_min=low,
        act_max=high,
    )


_WIDE = ("int8", "int16")
_ON_HOST = "int16 is the host's"
_SPARSE = "2 MiB of them where groups outnumber the array's cells (more is the host's)"
OPERATORS = (
    Entry(
        name="CONV_2D",
        handler=convolution,
        types=_WIDE,
        limits=f"grouped ones with zeros in between, {_SPARSE}; {_ON_HOST}",
    ),
    Entry(
        name="DEPTHWISE_CONV_2D",
        handler=depthwise,
        types=_WIDE,
        limits=f"a depth multiplier with zeros in between, {_SPARSE}; {_ON_HOST}",
    ),
    Entry(
        name="TRANSPOSE_CONV",
        handler=transposed_convolution,
        types=_WIDE,
        limits=_ON_HOST,
        data=2,
    ),
    Entry(name="FULLY_CONNECTED", handler=fully_connected, types=_WIDE, limits=_ON_HOST),
    Entry(
        name="BATCH_MATMUL",
        handler=matrix_product,
        types=_WIDE,
        limits=_ON_HOST,
        constants_are_inputs=True,
    ),
    Entry(name="AVERAGE_POOL_2D", handler=average_pool, types=_WIDE, limits=_ON_HOST),
    Entry(name="MAX_POOL_2D", handler=max_pool, types=_WIDE, limits=_ON_HOST),
)
