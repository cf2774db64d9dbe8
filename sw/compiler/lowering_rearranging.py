"""Lowering of whatever only moves elements, by letting golden move positions instead of values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from golden.network import Layer
from golden.network import operations as ops
from sw.compiler.context import Context
from sw.compiler.moves import piece_count
from sw.compiler.operations import Box, LoweredOp
from sw.compiler.positions import Run, boxes_of, separable_boxes_of

# Each run is a load and a store at least: with more of them the host is faster.
MOST_RUNS = 512


def rearrangement(
    context: Context, layer: Layer, op: ops.Rearrangement | ops.ResizeNearest
) -> list[LoweredOp] | str:
    """Any operator that only moves elements."""
    tensors = context.tensors
    first, starts, positions = 0, [], []
    for index in layer.inputs:
        size = tensors[index].size
        starts.append(first)
        positions.append(np.arange(first, first + size).reshape(tensors[index].shape))
        first += size
    if isinstance(op, ops.Rearrangement):
        made = op.function(positions, -1)
    else:
        made = op.evaluate(positions, {})
    moves: list[LoweredOp] = []
    for output, wanted in zip(layer.outputs, made, strict=True):
        places = wanted.astype(np.int64)
        ways = [find(places, MOST_RUNS) for find in (boxes_of, separable_boxes_of)]
        boxes = [_boxes(context, layer, starts, runs) for runs in ways if runs is not None]
        if not boxes:
            return f"it would take more than {MOST_RUNS} moves"
        fill = None
        if isinstance(op, ops.Rearrangement) and (wanted < 0).any():
            fill = op.value
        fewest = min(boxes, key=lambda some: piece_count(context.config, some))
        moves.append(context.move(layer, output, fewest, fill=fill))
    return moves


def _boxes(context: Context, layer: Layer, starts: list[int], runs: Sequence[Run]) -> list[Box]:
    """Boxes of runs through the inputs, which begin at these positions."""
    tensors = context.tensors
    boxes = []
    for run in runs:
        number = int(np.searchsorted(starts, run.source, side="right")) - 1
        last = run.source + sum((count - 1) * max(step, 0) for count, step, _ in run.dims)
        low = run.source + sum((count - 1) * min(step, 0) for count, step, _ in run.dims)
        end = starts[number] + tensors[layer.inputs[number]].size
        if low < starts[number] or last >= end:
            boxes += _cut_by_input(context, layer, starts, run.source, run.target, run.dims)
            continue
        boxes.append(
            Box(
                source=layer.inputs[number],
                source_offset=run.source - starts[number],
                target_offset=run.target,
                dims=run.dims,
            )
        )
    return boxes


def _cut_by_input(
    context: Context,
    layer: Layer,
    starts: list[int],
    source: int,
    target: int,
    dims: tuple[tuple[int, int, int], ...],
) -> list[Box]:
    """Boxes of a run that goes through several inputs: each index of its outer dimension apart."""
    assert dims, "a run of one element lies in one tensor"
    (count, source_step, target_step), *inner = dims
    boxes = []
    for index in range(count):
        at = source + index * source_step
        number = int(np.searchsorted(starts, at, side="right")) - 1
        rest = tuple(inner)
        reach = at + sum((n - 1) * max(step, 0) for n, step, _ in rest)
        if reach >= starts[number] + context.tensors[layer.inputs[number]].size:
            boxes += _cut_by_input(context, layer, starts, at, target + index * target_step, rest)
            continue
        boxes.append(
            Box(
                source=layer.inputs[number],
                source_offset=at - starts[number],
                target_offset=target + index * target_step,
                dims=rest,
            )
        )
    return boxes
