"""What the strips of a placed phase do with the lines that stayed free.

    thicken   more rows a strip: fewer rows are loaded twice
    pair_up   strips of two neighbours take turns: one computes while the other waits for the bus

Both only take what is free: no resident tensor gives way.
"""

from __future__ import annotations

from itertools import product

from sw.compiler.estimate import together
from sw.compiler.geometry import ceil_div
from sw.compiler.joining import can_take_turns
from sw.compiler.operations import ArrayOp, MoveOp
from sw.compiler.packing import weight_parts
from sw.compiler.phase import Cut, OpPlan, PhasePlan
from sw.compiler.placement import Buffer, squeeze

PAIR_SHARE = 0.95  # of the time apart that two operations must take at most to take turns
LEAST_SHARE = 4  # of the rows that fit in any case, so many that thinner strips are tried
FEW_STRIPS = 256  # up to here heights that differ by an eighth are tried, beyond by half
MOST_SHARES = 6  # of their strips' rows, as many thinner ones are tried


def thicken(phase: PhasePlan) -> None:
    """Give strips the lines that stayed free where they work: fewer rows are loaded twice."""
    by_index = _by_index(phase)
    for index, plan in enumerate(phase.plans):
        op = plan.op
        if (
            isinstance(op, MoveOp)
            or not plan.buffers
            or {index, index - 1} & phase.joined
            or index in phase.slices
            or len(weight_parts(phase.config, op)) > 1
        ):
            continue
        own = {id(buffer) for buffer in plan.buffers}
        others = [buffer for buffer in by_index[index] if id(buffer) not in own]
        _thicken_one(phase, index, plan, op, others)


def pair_up(phase: PhasePlan) -> None:
    """Let strips of neighbours take turns where one has work for the array while the other
    waits for the bus, and the buffers of both fit.
    """
    by_index = _by_index(phase)
    index = 0
    while index + 1 < len(phase.plans):
        index += 2 if _pair(phase, index, by_index) else 1


def _by_index(phase: PhasePlan) -> list[list[Buffer]]:
    """Buffers that are needed while an operation works."""
    everywhere = phase.buffers
    result: list[list[Buffer]] = [[] for _ in phase.plans]
    for buffer in everywhere:
        for index in range(buffer.first, buffer.last + 1):
            result[index].append(buffer)
    return result


def _pair(phase: PhasePlan, index: int, by_index: list[list[Buffer]]) -> bool:
    pair = phase.plans[index : index + 2]
    first, second = pair[0].op, pair[1].op
    if (
        index not in phase.pairs
        or {index - 1, index, index + 1} & phase.joined
        or not can_take_turns(phase.config, first, second)
        or not pair[0].out_stream
        or not pair[1].buffers
    ):
        return False
    assert isinstance(first, ArrayOp) and isinstance(second, ArrayOp)
    apart = sum(phase.estimate(index + k, plan.strips) for k, plan in enumerate(pair))
    own = {id(buffer) for plan in pair for buffer in plan.buffers}
    others = {id(b): b for k in (0, 1) for b in by_index[index + k] if id(b) not in own}
    least, best = apart * PAIR_SHARE, None
    for shares in product(range(1, MOST_SHARES + 1), repeat=2):
        cuts = []
        for k, (op, share) in enumerate(zip((first, second), shares, strict=True)):
            rows = ceil_div(min(pair[k].limit[0], op.out_shape.h), share)
            cuts.append(phase.strips(index + k, op, (rows, op.out_shape.w), 0))
        if any(len(made.strips) < 2 for made in cuts):
            continue
        cycles = together(*(phase.work(index + k, made.strips, 0) for k, made in enumerate(cuts)))
        fresh = [_fresh(phase, index + k, made) for k, made in enumerate(cuts)]
        buffers = [b for streams, out in fresh for stream in (*streams, out) for b in stream]
        for buffer in buffers:
            buffer.first, buffer.last = index, index + 1
        if cycles < least and squeeze(phase.config, buffers, list(others.values())):
            least, best = cycles, (cuts, fresh)
    if best is None:
        return False
    for plan, made, (streams, out) in zip(pair, *best, strict=True):
        plan.strips, plan.streams, plan.out_stream = made.strips, streams, out
    phase.slices.pop(index, None)
    phase.slices.pop(index + 1, None)
    phase.joined |= {index}
    return True


def _fresh(phase: PhasePlan, index: int, made: Cut) -> tuple[list[list[Buffer]], list[Buffer]]:
    """Buffers for these strips of an operation."""
    plan = phase.plans[index]
    assert isinstance(plan.op, ArrayOp)
    streams = [
        phase.stream_buffers(index, plan.op, made.in_lines, 2 if pair else 0)
        for pair in plan.streams
    ]
    count = 2 if plan.out_stream else 0
    return streams, phase.stream_buffers(index, plan.op, made.out_lines, count)


def _thicken_one(
    phase: PhasePlan, index: int, plan: OpPlan, op: ArrayOp, others: list[Buffer]
) -> None:
    height, width = op.out_shape.h, op.out_shape.w
    least = phase.estimate(index, plan.strips)
    heights = _heights(height, plan.limit[0])
    for size, rows in product(_sizes(phase, plan, op), heights):
        made = phase.strips(index, op, (rows, width), size)
        cycles = phase.estimate(index, made.strips, size)
        if cycles >= least:
            continue
        copies = 1 if len(made.strips) == 1 and not size else 2
        streams = [
            phase.stream_buffers(index, op, made.in_lines, copies) if pair else []
            for pair in plan.streams
        ]
        out = phase.stream_buffers(index, op, made.out_lines, copies if plan.out_stream else 0)
        fresh = [buffer for pair in streams for buffer in pair] + out
        if not squeeze(phase.config, fresh, others):
            continue
        least = cycles
        plan.limit, plan.strips = (rows, width), made.strips
        plan.streams, plan.out_stream = streams, out
        if size:
            phase.slices[index] = size


def _sizes(phase: PhasePlan, plan: OpPlan, op: ArrayOp) -> list[int]:
    """Channels that the operation may take at once: all (0), or fewer with more rows."""
    cols = phase.config.cols
    if op.kind not in ("dwconv", "maxpool", "avgpool") or not plan.streams[0]:
        return [0]
    count = ceil_div(op.in_shape.c, cols)
    sizes = sorted({ceil_div(count, parts) * cols for parts in range(2, count + 1)})
    return [0, *reversed(sizes)]


def _heights(height: int, least: int) -> list[int]:
    """Rows of a strip, from a share of ``least`` to all, so many that neighbours differ.

    Each is cut and estimated strip by strip: of a tensor of very many rows only few are tried.
    """
    heights = {least, height}
    count = 1
    while count <= height and (rows := ceil_div(height, count)) * LEAST_SHARE > least:
        heights.add(rows)
        count += 1 + count // (8 if count <= FEW_STRIPS else 2)
    return sorted(heights)
