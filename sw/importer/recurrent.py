"""Handlers of recurrent operators: their state tensors become variables of the network."""

from __future__ import annotations

import math
from typing import Any

from numpy.typing import NDArray

from golden.network.operations import Arrays, Recurrent
from golden.numerics import quantize_multiplier
from golden.operators import recurrent as golden
from golden.operators.parameters import matmul_multiplier
from golden.operators.recurrent import Gate, Lstm, Svdf
from sw.importer.context import Operator
from sw.importer.registry import HOST, Entry

_GATE_SCALE, _UNIT_SCALE = 2.0**-12, 2.0**-15  # of a gate's argument and of its result
_GATES = ("input", "forget", "cell", "output")
_FIRST_INPUT_WEIGHTS, _FIRST_RECURRENT_WEIGHTS, _FIRST_BIAS = 1, 5, 12
_HIDDEN_STATE, _CELL_STATE = 18, 19
_NOT_SUPPORTED = {
    "peephole connections": range(9, 12),
    "projection": range(16, 18),
    "layer normalisation": range(20, 24),
}


def lstm(op: Operator) -> Recurrent:
    """UNIDIRECTIONAL_SEQUENCE_LSTM with int8 activations and weights and int16 cell state."""
    for what, positions in _NOT_SUPPORTED.items():
        if any(p < len(op.inputs) and op.inputs[p] >= 0 for p in positions):
            raise op.error(f"{what} is not supported")
    source, output = op.quantised(op.given(0, "int8")), op.quantised(op.made("int8"))
    hidden = op.quantised(op.given(_HIDDEN_STATE, "int8"))
    cell = op.quantised(op.given(_CELL_STATE, "int16"))
    if op.options.fusedActivationFunction != 4:  # TANH
        raise op.error("its activation must be TANH")
    fraction, exponent = math.frexp(cell.scale)
    if fraction != 0.5:
        raise op.error(f"the cell's scale {cell.scale} is no power of two")
    gates = {}
    for number, name in enumerate(_GATES):
        weights = op.constant(_FIRST_INPUT_WEIGHTS + number, "int8")
        recurrent_weights = op.constant(_FIRST_RECURRENT_WEIGHTS + number, "int8")
        scales = [
            matmul_multiplier(x.scale, op.quantised(op.tensor(p)).scale, _GATE_SCALE)
            for x, p in (
                (source, _FIRST_INPUT_WEIGHTS + number),
                (hidden, _FIRST_RECURRENT_WEIGHTS + number),
            )
        ]
        gates[name] = Gate(
            input_weights=weights,
            input_scale=scales[0],
            recurrent_weights=recurrent_weights,
            recurrent_scale=scales[1],
            bias=op.bias(_FIRST_BIAS + number),
        )
    clip = float(op.options.cellClip)
    layer = Lstm(
        input_gate=gates["input"],
        forget_gate=gates["forget"],
        cell_gate=gates["cell"],
        output_gate=gates["output"],
        forget_scale=quantize_multiplier(_UNIT_SCALE),
        input_scale=quantize_multiplier(_UNIT_SCALE * _UNIT_SCALE / cell.scale),
        output_scale=quantize_multiplier(_UNIT_SCALE * _UNIT_SCALE / float(hidden.scale)),
        cell_power=exponent - 1,
        cell_clip=int(min(clip / cell.scale, 32767.0)),
        input_zero_point=source.zero_point,
        hidden_zero_point=hidden.zero_point,
        time_major=bool(op.options.timeMajor),
    )
    if (output.scale, output.zero_point) != (hidden.scale, hidden.zero_point):
        raise op.error("its output and hidden state must have the same scale and zero point")
    batch = source.shape[1 if layer.time_major else 0]

    def step(inputs: Arrays, state: Arrays) -> tuple[list[NDArray[Any]], Arrays]:
        shapes = [values.shape for values in state]
        hidden_state, cell_state = (values.reshape(batch, -1) for values in state)
        result, hidden_after, cell_after = golden.lstm(inputs[0], hidden_state, cell_state, layer)
        after: tuple[NDArray[Any], ...] = (hidden_after, cell_after)
        return [result], [v.reshape(s) for v, s in zip(after, shapes, strict=True)]

    names = (op.variable(_HIDDEN_STATE), op.variable(_CELL_STATE))
    return Recurrent(variables=names, function=step)


def svdf(op: Operator) -> Recurrent:
    """SVDF with int8 features and int16 or int8 state."""
    source, output = op.quantised(op.given(0, "int8")), op.quantised(op.made("int8"))
    features, time = op.quantised(op.tensor(1)), op.quantised(op.tensor(2))
    state = op.quantised(op.given(4, "int16", "int8"))
    if op.inputs[3] >= 0:
        op.given(3, "int32")
    layer = Svdf(
        features=op.constant(1, "int8"),
        time=op.constant(2, state.dtype),
        bias=op.bias(3),
        rank=int(op.options.rank),
        feature_scale=matmul_multiplier(source.scale, features.scale, state.scale),
        output_scale=matmul_multiplier(state.scale, time.scale, output.scale),
        input_zero_point=source.zero_point,
        state_zero_point=state.zero_point if state.dtype == "int8" else 0,
        output_zero_point=output.zero_point,
    )

    def step(inputs: Arrays, values: Arrays) -> tuple[list[NDArray[Any]], Arrays]:
        result, after = golden.svdf(inputs[0], values[0], layer)
        return [result], [after]

    return Recurrent(variables=(op.variable(4),), function=step)


OPERATORS = (
    Entry(
        name="UNIDIRECTIONAL_SEQUENCE_LSTM",
        handler=lstm,
        where=HOST,
        limits="int8 with int16 cell state; no peepholes, projection or layer normalisation",
    ),
    Entry(name="SVDF", handler=svdf, types=("int8", "int16 state"), where=HOST),
)
