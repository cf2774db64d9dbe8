"""Rules of recurrent operators: shapes of weights, biases and states go together.

What tflite-micro refuses is in lstm_eval_common.cc (ValidateTensorSize) and svdf_common.cc.
"""

from __future__ import annotations

import math

import numpy as np

from sw.importer.context import Operator

# How far the scale of an SVDF's bias may be from the product of scales, as tflite-micro has it.
BIAS_STRAY = 1e-5
# Exponents of an LSTM's cell scale: tanh shifts it by 12 more, 3 to the left or a sum to the right,
# in 32 bits with a sign.
LEAST_CELL, MOST_CELL = -43, 17


def lstm_shapes(op: Operator) -> None:
    """UNIDIRECTIONAL_SEQUENCE_LSTM: [state, input] and [state, state] weights, [state] biases."""
    source, output = op.activation(0).shape, op.output().shape
    if len(source) != 3 or len(output) != 3 or source[:2] != output[:2]:
        raise op.error(f"its input {source} and output {output} must be sequences of one length")
    batch, depth, units = source[1 if op.options.timeMajor else 0], source[2], output[2]
    for first, columns in ((1, depth), (5, units)):
        for position in range(first, first + 4):
            _shape(op, position, (units, columns))
            if op.record(position).zero_points.any():
                raise op.error(
                    "its weights have a zero point other than 0; quantise them symmetrically",
                    tensor=op.tensor(position),
                )
    for position in range(12, 16):
        _shape(op, position, (units,))
        op.given(position, "int32")
    for position in (18, 19):
        _shape(op, position, (batch, units))
        _state(op, position)
    clip, scale = float(op.options.cellClip), op.quantised(op.tensor(19)).scale
    if not 2.0**LEAST_CELL <= scale <= 2.0**MOST_CELL:
        raise op.error(
            f"its cell has scale {scale:g}; it must be 2^{LEAST_CELL} to 2^{MOST_CELL}",
            tensor=op.tensor(19),
        )
    if not math.isfinite(clip) or clip < 0 or 0 < clip < scale:
        raise op.error(f"option cellClip is {clip:g}; it must be 0, or {scale:g} or more")


def svdf_shapes(op: Operator) -> None:
    """SVDF: features [filters, input], time [filters, memory], state [batch, filters * memory]."""
    source, output = op.activation(0).shape, op.output().shape
    rank = int(op.options.rank)
    features, time = op.tensor(1).shape, op.tensor(2).shape
    if rank < 1 or any(len(s) != 2 for s in (source, output, features, time)):
        raise op.error(f"rank {rank}, {source}, {features} and {time} do not go together")
    filters, memory = time
    if filters % rank or features != (filters, source[1]):
        raise op.error(f"rank {rank}, {source}, {features} and {time} do not go together")
    if output != (source[0], filters // rank):
        raise op.error(f"its output should be {(source[0], filters // rank)}, it is {output}")
    if op.inputs[3] >= 0:
        _shape(op, 3, (filters // rank,))
    _shape(op, 4, (source[0], filters * memory))
    _state(op, 4)


def svdf_bias(op: Operator) -> None:
    """SVDF: its bias is in steps of state scale times the time weights' scale."""
    if op.inputs[3] < 0:
        return
    factors = [np.float32(op.quantised(op.tensor(position)).scale) for position in (4, 2)]
    scales = op.record(3).scales
    scale = float(scales[0]) if scales.size else 0.0
    if not abs(scale - float(factors[0] * factors[1])) < BIAS_STRAY:
        raise op.error(
            "the scale of its bias is not state scale times time weights' scale; quantise it again",
            tensor=op.tensor(3),
        )


def _shape(op: Operator, position: int, wanted: tuple[int, ...]) -> None:
    tensor = op.tensor(position)
    if tensor.shape != wanted:
        raise op.error(f"it should have shape {wanted}, it has {tensor.shape}", tensor=tensor)


def _state(op: Operator, position: int) -> None:
    if not op.record(position).variable:
        raise op.error("its state must be a variable tensor", tensor=op.tensor(position))
