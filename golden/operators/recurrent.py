"""Recurrent layers: LSTM with int8 activations and int16 cell state, SVDF with int16 or int8 state.

    gate  = f(x Wx + bx, rescaled to int16  +  h Wh, rescaled to int16)        f: sigmoid or tanh
    cell  = cell * forget + input * candidate                                  int16, saturating
    h     = output * tanh(cell)                                                int8

Sources: TensorFlow Lite Micro ``lstm_eval.h``, ``lstm_eval_common.cc``, ``svdf_common.cc``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from golden.numerics import Int8, Int32, Integers, multiply_by_quantized_multiplier, narrow
from golden.operators.matmul import integer_matmul
from golden.operators.sigmoid import logistic_int16, tanh_int16

Int16 = NDArray[np.int16]
Rescale = tuple[int, int]  # multiplier and shift


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One gate: weights int8 [state, input] and [state, state], bias int32 [state] or None."""

    input_weights: Int8
    input_scale: Rescale
    recurrent_weights: Int8
    recurrent_scale: Rescale
    bias: Int32 | None


@dataclass(frozen=True, kw_only=True)
class Lstm:
    """Integer parameters of a layer; ``cell_power`` is the exponent of the cell's scale."""

    input_gate: Gate
    forget_gate: Gate
    cell_gate: Gate
    output_gate: Gate
    forget_scale: Rescale
    input_scale: Rescale
    output_scale: Rescale
    cell_power: int
    cell_clip: int
    input_zero_point: int
    hidden_zero_point: int
    time_major: bool


def lstm(x: Int8, hidden: Int8, cell: Int16, layer: Lstm) -> tuple[Int8, Int8, Int16]:
    """All steps of x int8 [batch, time, input]: outputs [batch, time, state], and the new states.

    ``hidden`` int8 and ``cell`` int16 are [batch, state]. With ``time_major`` the first two axes
    of x and of the outputs are swapped.
    """
    steps = np.moveaxis(x, 0 if layer.time_major else 1, 0)
    outputs = []
    for step in steps:
        hidden, cell = _lstm_step(step, hidden, cell, layer)
        outputs.append(hidden)
    return np.stack(outputs, axis=0 if layer.time_major else 1), hidden, cell


def _lstm_step(x: Int8, hidden: Int8, cell: Int16, layer: Lstm) -> tuple[Int8, Int16]:
    forget = logistic_int16(_gate(x, hidden, layer.forget_gate, layer))
    candidate = tanh_int16(_gate(x, hidden, layer.cell_gate, layer))
    chosen = logistic_int16(_gate(x, hidden, layer.input_gate, layer))
    output = logistic_int16(_gate(x, hidden, layer.output_gate, layer))
    kept = _product(forget, cell, layer.forget_scale)
    cell = _saturating_sum(kept, _product(chosen, candidate, layer.input_scale))
    if layer.cell_clip > 0:
        cell = narrow(cell, "int16", -layer.cell_clip, layer.cell_clip)
    bent = tanh_int16(cell, left_shift=12 + layer.cell_power)
    scaled = multiply_by_quantized_multiplier(
        output.astype(np.int32) * bent.astype(np.int32), *layer.output_scale
    )
    return narrow(scaled.astype(np.int64) + layer.hidden_zero_point, "int8"), cell


def _gate(x: Int8, hidden: Int8, gate: Gate, layer: Lstm) -> Int16:
    from_input = _connected(
        x, layer.input_zero_point, gate.input_weights, gate.bias, gate.input_scale
    )
    from_hidden = _connected(
        hidden, layer.hidden_zero_point, gate.recurrent_weights, None, gate.recurrent_scale
    )
    return _saturating_sum(from_input, from_hidden)


def _connected(
    x: Int8, zero_point: int, weights: Int8, bias: Int32 | None, scale: Rescale
) -> Int16:
    sums = integer_matmul(x.astype(np.int16) - np.int16(zero_point), weights.T)
    total = sums.astype(np.int64) + (0 if bias is None else bias.astype(np.int64))
    return narrow(multiply_by_quantized_multiplier(total.astype(np.int32), *scale), "int16")


def _product(a: Int16, b: Int16, scale: Rescale) -> Int16:
    product = a.astype(np.int32) * b.astype(np.int32)
    return narrow(multiply_by_quantized_multiplier(product, *scale), "int16")


def _saturating_sum(a: Int16, b: Int16) -> Int16:
    return narrow(a.astype(np.int32) + b.astype(np.int32), "int16")


@dataclass(frozen=True, kw_only=True)
class Svdf:
    """Integer parameters of SVDF: features [filters, input], time [filters, memory]."""

    features: Int8
    time: Integers
    bias: Int32 | None
    rank: int
    feature_scale: Rescale
    output_scale: Rescale
    input_zero_point: int
    state_zero_point: int
    output_zero_point: int


def svdf(x: Int8, state: Integers, layer: Svdf) -> tuple[Int8, Integers]:
    """One step of x int8 [batch, input]: output int8 [batch, units], and the new state.

    ``state`` int16 or int8 [batch, filters * memory]: it moves on by one, and the projection of x
    takes the place at its end.
    """
    filters, memory = layer.time.shape
    kind = str(state.dtype)
    projected = integer_matmul(
        x.astype(np.int16) - np.int16(layer.input_zero_point), layer.features.T
    )
    newest = multiply_by_quantized_multiplier(projected, *layer.feature_scale).astype(np.int64)
    history = state.reshape(x.shape[0], filters, memory)
    # The zero point is added behind the clamp, and what then does not fit wraps.
    entered = (narrow(newest, kind).astype(np.int64) + layer.state_zero_point).astype(kind)
    moved = np.concatenate([history[:, :, 1:], entered[:, :, None]], axis=2)
    centred = moved.astype(np.int64) - layer.state_zero_point
    by_filter = (centred * layer.time.astype(np.int64)).sum(axis=2)
    units = by_filter.reshape(x.shape[0], filters // layer.rank, layer.rank).sum(axis=2)
    if layer.bias is not None:
        units = units + layer.bias
    scaled = multiply_by_quantized_multiplier(units.astype(np.int32), *layer.output_scale)
    output = narrow(scaled.astype(np.int64) + layer.output_zero_point, "int8")
    return output, moved.reshape(state.shape)
