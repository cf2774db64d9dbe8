"""Weights and parameters as the core reads them from memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.config import CoreConfig
from sw.compiler.geometry import blocks, ceil_div
from sw.compiler.operations import ArrayOp

LARGEST_KERNEL = 255  # rows or columns that an instruction has bits for
FIRST_PART_WORDS = 320  # weight words that the array waits for at the beginning of a phase


@dataclass(frozen=True, kw_only=True)
class Part:
    """Rows, columns and input channels of a kernel, [first, end) each, summed up at once."""

    rows: tuple[int, int]
    columns: tuple[int, int]
    channels: tuple[int, int]

    @property
    def words(self) -> int:
        """Weight words of one block."""
        sizes = [end - first for first, end in (self.rows, self.columns, self.channels)]
        return sizes[0] * sizes[1] * sizes[2]


def weight_parts(config: CoreConfig, op: ArrayOp) -> list[Part]:
    """Parts of a convolution whose weights for one block fit half the weight buffer.

    One part where everything fits at once, and for what is no convolution. Channels are divided
    first, then the rows of the kernel, then its columns. An output of one tile is computed in parts
    already when the weights of two blocks do not fit: no part of it is loaded twice, and the array
    need not wait for all weights of the next block; for the first of a phase, which the array has
    nothing else to do before, the parts are smaller.
    """
    height, width, channels = op.window.kernel_h, op.window.kernel_w, op.in_shape.c
    most, words = config.wbuf_depth, config.wbuf_depth // 2
    if is_one_tile(config, op):
        words = min(words, FIRST_PART_WORDS) if op.first_of_phase else words
        most = words
    fits = height * width * channels <= most and max(height, width) <= LARGEST_KERNEL
    if op.kind != "conv" or fits:
        return [Part(rows=(0, height), columns=(0, width), channels=(0, channels))]
    block = min(channels, config.cols)
    if height * width * block > words:
        words = config.wbuf_depth
    columns = _ranges(width, min(words // block, LARGEST_KERNEL), 1)
    widest = columns[0][1]
    rows = _ranges(height, min(words // (block * widest), LARGEST_KERNEL), 1)
    deepest = words // (widest * rows[0][1])
    return [
        Part(rows=r, columns=c, channels=d)
        for d in _ranges(channels, deepest, config.cols)
        for r in rows
        for c in columns
    ]


def _ranges(size: int, most: int, step: int) -> list[tuple[int, int]]:
    """About equal ranges of at most ``most``, each but the last a multiple of ``step``."""
    count = ceil_div(size, max(step, most // step * step))
    each = ceil_div(ceil_div(size, count), step) * step
    return [(first, min(first + each, size)) for first in range(0, size, each)]


def splits_kernel(config: CoreConfig, op: ArrayOp) -> bool:
    """Whether the parts of a convolution are parts of its kernel, not only of its channels."""
    first = weight_parts(config, op)[0]
    return (first.rows[1], first.columns[1]) != (op.window.kernel_h, op.window.kernel_w)


def is_one_tile(config: CoreConfig, op: ArrayOp) -> bool:
    """Whether the accumulators hold all output pixels of a block at once."""
    return op.out_shape.pixels <= config.rows and op.matrix is None


def pack_weights(config: CoreConfig, op: ArrayOp) -> NDArray[np.int8]:
    """Weight words int8 [output blocks, steps, Cols] in the order the array eats them.

    conv: steps run over ky, kx, c, part after part; dwconv: over ky, kx. Columns past the last
    channel are zero.
    """
    if op.weights is None:
        raise ValueError(f"{op.kind} has no weights")
    if op.kind == "conv":
        out_c = op.weights.shape[0]
        by_part = [
            op.weights[:, slice(*part.rows), slice(*part.columns), slice(*part.channels)]
            .reshape(out_c, -1)
            .T
            for part in weight_parts(config, op)
        ]
        by_step = np.concatenate(by_part)
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
