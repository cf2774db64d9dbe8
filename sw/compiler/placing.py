"""Which residents and strips of a phase fit: what does not gives way, step by step.

    thinner strips  ->  one resident tensor less  ->  fewer columns  ->  fewer channels at once
                    ->  LayerError

Each step is the smallest that makes what failed likelier to fit.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sw.compiler.geometry import ceil_div
from sw.compiler.operations import ArrayOp, MoveOp
from sw.compiler.packing import is_one_tile, splits_kernel, weight_parts
from sw.compiler.phase import Key, Limits, OpPlan, PhasePlan
from sw.compiler.placement import Buffer, assign_lines, refuse
from sw.compiler.thickening import pair_up, thicken


def place(phase: PhasePlan) -> None:
    """Choose residents and strips until all fits. Raises LayerError if nothing does."""
    Placing(phase=phase, spilled=_must_spill(phase)).settle()
    thicken(phase)
    if phase.pairs:
        pair_up(phase)


def _must_spill(phase: PhasePlan) -> set[Key]:
    """Tensors of operations that take their input in parts."""
    spilled: set[Key] = set()
    for op in phase.ops:
        if (
            isinstance(op, ArrayOp)
            and len(weight_parts(phase.config, op)) > 1
            and not (is_one_tile(phase.config, op) and not splits_kernel(phase.config, op))
        ):
            spilled |= set(phase.operand_keys(op))
            spilled.add(phase.key(op.output, op.out_shape))
    return spilled


@dataclass(kw_only=True)
class Placing:
    """Who gave way: tensors that are not resident, and how strips were limited."""

    phase: PhasePlan
    spilled: set[Key]
    limits: Limits = field(default_factory=dict)

    def settle(self) -> None:
        """Give way until all fits."""
        while True:
            buffers = self.phase.attempt(self.spilled, self.limits)
            if self.give_way_everywhere(buffers):
                continue
            failed = assign_lines(self.phase.config, buffers)
            if failed is None:
                break
            self.give_way(buffers[failed])

    def give_way_everywhere(self, buffers: list[Buffer]) -> bool:
        """Give way wherever more lines are needed at once than there are; whether it was so.

        What one operation changes says nothing about those far from it: all of them at a time, so
        that a long network takes no more attempts than a short one.
        """
        needed = [0] * len(self.phase.ops)
        largest: list[Buffer | None] = [None] * len(self.phase.ops)
        for buffer in buffers:
            for index in range(buffer.first, buffer.last + 1):
                needed[index] += buffer.lines
                before = largest[index]
                if before is None or buffer.lines > before.lines:
                    largest[index] = buffer
        changed = -1  # last operation that the changes so far may have relieved
        found = False
        for index, (lines, most) in enumerate(zip(needed, largest, strict=True)):
            if lines > self.phase.config.spad_depth and index > changed and most is not None:
                here = Buffer(name=most.name, lines=lines, first=index, last=index)
                changed = self.give_way(here)
                found = True
        return found

    def give_way(self, failed: Buffer) -> int:
        """Make ``failed`` likelier to fit: thinner strips, else one resident tensor less.

        Returns the last operation that has more room now.
        """
        for index in range(failed.first, failed.last + 1):
            thinner = self._thinner(index, self.phase.plans[index])
            if thinner is not None:
                self.limits[index] = thinner
                return index
        candidates = [
            (key not in self.phase.first_load, -buffer.lines, key)
            for key, buffer in self.phase.resident.items()
            if buffer.first <= failed.last and failed.first <= buffer.last
        ]
        if candidates:
            key = min(candidates)[2]
            self.spilled.add(key)
            return self.phase.resident[key].last
        for index in range(failed.first, failed.last + 1):
            narrower = self._narrower(self.phase.plans[index])
            if narrower is not None:
                self.limits[index] = narrower
                return index
        for index in range(failed.first, failed.last + 1):
            fewer = self._fewer_channels(index, self.phase.plans[index])
            if fewer is not None:
                self.phase.slices[index] = fewer
                return index
        # Each buffer alone may fit; what does not are those that must be there at once.
        together = {
            id(buffer): buffer.lines
            for index in range(failed.first, failed.last + 1)
            for buffer in self.phase.plans[index].buffers
        }
        layer = self.phase.ops[failed.first].layer
        raise refuse(layer, failed.name, sum(together.values()), self.phase.config.spad_depth)

    def _thinner(self, index: int, plan: OpPlan) -> tuple[int, int] | None:
        """A limit of fewer rows that makes strips shorter, if there is one."""
        rows, columns = plan.limit
        if isinstance(plan.op, MoveOp):
            return (ceil_div(rows, 2), 1) if rows > 1 else None
        if not plan.buffers:
            return None
        thinner = ceil_div(rows, 2)
        strips = self.phase.strips(index, plan.op, (thinner, columns)).strips
        longest = max(s.y.size for s in strips)
        return (thinner, columns) if longest < max(s.y.size for s in plan.strips) else None

    def _narrower(self, plan: OpPlan) -> tuple[int, int] | None:
        """A limit of fewer columns, where nothing of the operation is resident."""
        rows, columns = plan.limit
        op = plan.op
        if isinstance(op, MoveOp) or columns <= 1:
            return None
        everything = all(plan.streams) and plan.out_stream
        return (rows, ceil_div(columns, 2)) if everything else None

    def _fewer_channels(self, index: int, plan: OpPlan) -> int | None:
        """Half the channels at once, where channels stay apart and nothing is resident."""
        op = plan.op
        if (
            isinstance(op, MoveOp)
            or op.kind == "conv"
            or op.is_padded
            or not (all(plan.streams) and plan.out_stream)
        ):
            return None
        now = self.phase.slices.get(index, op.in_shape.c)
        if now <= self.phase.config.cols:
            return None
        return ceil_div(ceil_div(now, 2), self.phase.config.cols) * self.phase.config.cols
