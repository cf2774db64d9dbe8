"""Weights and parameters as the core reads them from memory."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.config import CoreConfig
from sw.compiler.geometry import blocks, ceil_div
from sw.compiler.operations import ArrayOp

FIRST_PART_WORDS = 320  # weight words that the array waits for at the beginning of a phase


def channel_parts(config: CoreConfig, op: ArrayOp) -> list[tuple[int, int]]:
    """Ranges of input channels whose weights for one block fit half the weight buffer.

    One range of all channels where everything fits at once, and for what is no convolution. An
    output of one tile is computed in parts already when the weights of two blocks do not fit: no
    part of it is loaded twice, and the array need not wait for all weights of the next block; for
    the first of a phase, which the array has nothing else to do before, the parts are smaller.
    """
    taps, channels = op.window.kernel_h * op.window.kernel_w, op.in_shape.c
    most, words = config.wbuf_depth, config.wbuf_depth // 2
    if is_one_tile(config, op):
        words = min(words, FIRST_PART_WORDS) if op.first_of_phase else words
        most = words
    if op.kind != "conv" or taps * channels <= most:
        return [(0, channels)]
    if taps * config.cols > words:
        words = config.wbuf_depth
    largest = words // taps // config.cols * config.cols
    count = ceil_div(channels, largest)
    size = ceil_div(ceil_div(channels, count), config.cols) * config.cols
    return [(first, min(first + size, channels)) for first in range(0, channels, size)]


def is_one_tile(config: CoreConfig, op: ArrayOp) -> bool:
    """Whether the accumulators hold all output pixels of a block at once."""
    return op.out_shape.pixels <= config.rows and op.matrix is None


def pack_weights(config: CoreConfig, op: ArrayOp) -> NDArray[np.int8]:
    """Weight words int8 [output blocks, steps, Cols] in the order the array eats them.

    conv: steps run over ky, kx, c, part after part of the channels; dwconv: over ky, kx. Columns
    past the last channel are zero.
    """
    if op.weights is None:
        raise ValueError(f"{op.kind} has no weights")
    if op.kind == "conv":
        out_c = op.weights.shape[0]
        parts = channel_parts(config, op)
        by_part = [op.weights[..., c0:c1].reshape(out_c, -1).T for c0, c1 in parts]
        by_step = np.concatenate(by_part, axis=0)
    else:
        out_c = op.weights.shape[2]
        by_step = op.weights.reshape(-1, out_c)
    count = blocks(config, out_c)
    padded = np.zeros((by_step.shape[0], count * config.cols), dtype=np.int8)
    padded[:, :out_c] = by_step
    return np.ascontiguousarray(padded.reshape(-1, count, config.cols).transpose(1, 0, 2))


def pack_parameters(config: CoreConfig, op: ArrayOp) -> NDArray[np.uint8] | None:
    """Parameter entries uint8 [output blocks, bytes]: 9*Cols with scales, 4*Cols with biases only.

    None when the operation needs neither.
    """
    if op.scaling is None or (op.bias is None and not op.scaling.per_channel):
        return None
    out_c = op.out_shape.c
    count = blocks(config, out_c)
    fields = [_by_block(config, op.bias if op.bias is not None else np.zeros(out_c), count, "<i4")]
    if op.scaling.per_channel:
        fields.append(_by_block(config, op.scaling.multiplier, count, "<i4"))
        fields.append(_by_block(config, op.scaling.shift, count, "<i1"))
    return np.concatenate(fields, axis=1)


def _by_block(
    config: CoreConfig, values: NDArray[Any], count: int, dtype: str
) -> NDArray[np.uint8]:
    padded = np.zeros(count * config.cols, dtype=dtype)
    padded[: values.size] = values
    return padded.view(np.uint8).reshape(count, -1)
