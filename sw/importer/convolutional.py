"""Handlers of convolution, depthwise convolution, fully connected, matrix product and pooling."""

from __future__ import annotations

import numpy as np

from golden.network.operations import (
    Convolution,
    Depthwise,
    FullyConnected,
    MatrixProduct,
    Mean,
    Pooling,
    Requantisation,
)
from golden.operators.parameters import (
    convolution_multipliers,
    matmul_multiplier,
    rescale_multiplier,
)
from sw.importer.context import Operator


def convolution(op: Operator) -> Convolution:
    """CONV_2D, grouped where the weights' depth divides the input's."""
    weights = op.constant(1, "int8")
    return Convolution(
        weights=weights,
        bias=op.bias(2),
        window=op.window(weights.shape[1:3]),
        input_zero_point=op.activation(0).zero_point,
        requantisation=_per_channel(op),
    )


def depthwise(op: Operator) -> Depthwise:
    """DEPTHWISE_CONV_2D with any depth multiplier."""
    weights = op.constant(1, "int8")
    return Depthwise(
        weights=weights.reshape(weights.shape[-3:]),
        bias=op.bias(2),
        window=op.window(weights.shape[1:3]),
        input_zero_point=op.activation(0).zero_point,
        requantisation=_per_channel(op),
    )


def fully_connected(op: Operator) -> FullyConnected:
    """FULLY_CONNECTED with constant weights, per-tensor or per-channel scales."""
    weights = op.constant(1, "int8")
    if op.tensor(1).zero_point != 0:
        raise op.error("weights with a zero point other than 0 are not supported")
    return FullyConnected(
        weights=weights,
        bias=op.bias(2),
        input_zero_point=op.activation(0).zero_point,
        requantisation=_per_tensor(op) if len(op.weight_scales(1)) == 1 else _per_channel(op),
        output_shape=op.output().shape,
    )


def matrix_product(op: Operator) -> MatrixProduct:
    """BATCH_MATMUL; a factor may be a constant."""
    a, b = op.activation(0), op.activation(1)
    return MatrixProduct(
        a_zero_point=a.zero_point,
        b_zero_point=b.zero_point,
        adjoint_a=bool(op.options.adjX),
        adjoint_b=bool(op.options.adjY),
        requantisation=_requantisation(
            op, *matmul_multiplier(a.scale, b.scale, op.output().scale), clamp=(-128, 127)
        ),
    )


def average_pool(op: Operator) -> Pooling:
    """AVERAGE_POOL_2D."""
    return _pooling(op, average=True)


def max_pool(op: Operator) -> Pooling:
    """MAX_POOL_2D."""
    return _pooling(op, average=False)


def mean(op: Operator) -> Mean:
    """MEAN over constant axes."""
    source, output = op.activation(0), op.output()
    multiplier, shift = rescale_multiplier(source.scale, output.scale)
    rank = len(source.shape)
    return Mean(
        axes=tuple(sorted({int(a) % rank for a in op.constant(1, "int32").reshape(-1)})),
        keep_dims=bool(op.options.keepDims),
        input_zero_point=source.zero_point,
        output_zero_point=output.zero_point,
        multiplier=multiplier,
        shift=shift,
    )


def _pooling(op: Operator, *, average: bool) -> Pooling:
    source, output = op.activation(0), op.output()
    if (source.scale, source.zero_point) != (output.scale, output.zero_point):
        raise op.error("input and output must have the same scale and zero point")
    low, high = op.clamp()
    window = op.window((op.options.filterHeight, op.options.filterWidth))
    return Pooling(window=window, average=average, act_min=low, act_max=high)


def _per_channel(op: Operator) -> Requantisation:
    multipliers, shifts = convolution_multipliers(
        op.activation(0).scale, op.weight_scales(1), op.output().scale
    )
    return _requantisation(op, multipliers, shifts)


def _per_tensor(op: Operator) -> Requantisation:
    multiplier, shift = matmul_multiplier(
        op.activation(0).scale, float(op.weight_scales(1)[0]), op.output().scale
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
        output_zero_point=op.output().zero_point,
        act_min=low,
        act_max=high,
    )
