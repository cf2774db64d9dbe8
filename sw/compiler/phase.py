"""Plan of one phase: which tensors are resident in the scratchpad, how operations are cut.

A resident tensor is known by (tensor, channels): two views of the same bytes with the same channel
count have the same pixels in the same order. What does not fit stays in memory, and the operations
around it work in strips.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product

from golden.config import CoreConfig
from sw.compiler.estimate import Work, together, work
from sw.compiler.geometry import CompileError, Shape, ceil_div
from sw.compiler.joining import can_take_turns
from sw.compiler.operations import ArrayOp, CoreOp, MoveOp
from sw.compiler.packing import Part, is_one_tile, splits_kernel, weight_parts
from sw.compiler.placement import Buffer, assign_lines, refuse, squeeze
from sw.compiler.spreading import spread_pitch
from sw.compiler.strips import Strip, cut, legal_starts
from sw.compiler.tensors import TensorTable
from sw.compiler.tiling import strip_lines

PROGRESSIVE_STRIPS = 12  # strips in which an input is loaded, or an output stored, under compute
PROGRESSIVE_BYTES = 1024  # smaller outputs are stored in one piece
# How much longer than without strips an operation may take before a resident tensor gives way.
PATIENCES = (1e9, 1.15)
PAIR_SHARE = 0.95  # of the time apart that two operations must take at most to take turns
LEAST_SHARE = 4  # of the rows that fit in any case, so many that thinner strips are tried
MOST_SHARES = 6  # of their strips' rows, as many thinner ones are tried
MOVE_SHARE = 8  # of the scratchpad's lines, a buffer of a move takes one in so many

Key = tuple[int, int]


@dataclass(kw_only=True)
class OpPlan:
    """One operation with its strips and its strip buffers; a move has only ``scratch``."""

    op: CoreOp
    strips: list[Strip] = field(default_factory=list)
    streams: list[list[Buffer]] = field(default_factory=list)
    out_stream: list[Buffer] = field(default_factory=list)
    scratch: list[Buffer] = field(default_factory=list)
    limit: tuple[int, int] = (0, 0)

    @property
    def buffers(self) -> list[Buffer]:
        """All buffers of its own."""
        return [b for pair in self.streams for b in pair] + self.out_stream + self.scratch


@dataclass(frozen=True, kw_only=True)
class Cut:
    """Strips, and the lines that the largest of them needs on either side."""

    strips: list[Strip]
    in_lines: int
    out_lines: int


@dataclass(kw_only=True)
class PhasePlan:
    """Placement of one phase. ``exported`` are tensors that must be in memory at its end.

    ``joined`` are operations whose strips take turns with those of the next one; ``pairs`` may,
    where both work through strip buffers.
    """

    config: CoreConfig
    tensors: TensorTable
    ops: list[CoreOp]
    roots: dict[int, int]
    exported: set[int]
    joined: frozenset[int] = frozenset()
    pairs: frozenset[int] = frozenset()
    resident: dict[Key, Buffer] = field(default_factory=dict)
    gaps: dict[Key, int] = field(default_factory=dict)
    first_load: dict[Key, int] = field(default_factory=dict)
    reloaded: set[int] = field(default_factory=set)
    plans: list[OpPlan] = field(default_factory=list)
    # Strips of an operation and the lines they need, by all that they depend on: most attempts to
    # place a phase differ in one operation.
    known_cuts: dict[tuple[object, ...], Cut] = field(default_factory=dict)
    known_keys: dict[int, list[Key]] = field(default_factory=dict)
    # Channels that an operation takes at once, where a single pixel with all of them is too much.
    slices: dict[int, int] = field(default_factory=dict)
    _patience: float = PATIENCES[0]
    _impatient: bool = False

    @property
    def buffers(self) -> list[Buffer]:
        """All buffers with their lines."""
        return [*self.resident.values(), *(b for plan in self.plans for b in plan.buffers)]

    def key(self, tensor: int, shape: Shape) -> Key:
        """Name of a tensor in the scratchpad as an operation with that shape sees it."""
        return self.roots.get(tensor, tensor), shape.c

    def _operand_keys(self, op: ArrayOp) -> list[Key]:
        keys = self.known_keys.get(id(op))
        if keys is None:
            keys = [self.key(t, op.view(slot).whole) for slot, t in enumerate(op.operands)]
            self.known_keys[id(op)] = keys
        return keys

    def owner(self, tensor: int) -> int:
        """Tensor whose memory holds ``tensor``."""
        return self.tensors.base(self.roots.get(tensor, tensor))[0]

    def is_stored(self, tensor: int) -> bool:
        """Whether what makes ``tensor`` has to store it."""
        root = self.roots.get(tensor, tensor)
        owner = self.owner(tensor)
        return owner != root or owner in self.exported or owner in self.reloaded

    def place(self) -> None:
        """Choose residents and strips until all fits. Raises CompileError if nothing does.

        Thin strips leave room for residents, and residents save what strips load twice; which is
        better depends on the network. Both are tried where they differ.
        """
        best: tuple[int, set[Key], dict[int, tuple[int, int]], dict[int, int]] | None = None
        failure: CompileError | None = None
        for patience in PATIENCES:
            self._patience, self._impatient = patience, False
            self.slices = {}
            try:
                found = self._settle(self._must_spill(), {})
            except CompileError as error:
                failure = error
                continue
            if best is None or found[0] < best[0]:
                best = found
            if not self._impatient:
                break  # a smaller patience would have led to the same
        if best is None:
            assert failure is not None
            raise failure
        _, spilled, limits, self.slices = best
        self._patience = PATIENCES[0]
        assign_lines(self.config, self._attempt(spilled, limits))
        self._thicken()
        if self.pairs:
            self._pair_up()

    def _must_spill(self) -> set[Key]:
        """Tensors of operations that take their input in parts."""
        spilled: set[Key] = set()
        for op in self.ops:
            if (
                isinstance(op, ArrayOp)
                and len(weight_parts(self.config, op)) > 1
                and not (is_one_tile(self.config, op) and not splits_kernel(self.config, op))
            ):
                spilled |= set(self._operand_keys(op))
                spilled.add(self.key(op.output, op.out_shape))
        return spilled

    def _settle(
        self, spilled: set[Key], limits: dict[int, tuple[int, int]]
    ) -> tuple[int, set[Key], dict[int, tuple[int, int]], dict[int, int]]:
        """Give way until all fits; the estimate with thicker strips, and what led to it."""
        while True:
            buffers = self._attempt(spilled, limits)
            if self._give_way_everywhere(buffers, spilled, limits):
                continue
            failed = assign_lines(self.config, buffers)
            if failed is None:
                break
            self._give_way(buffers[failed], spilled, limits)
        slices = dict(self.slices)
        self._thicken()
        cycles = sum(
            self._estimate(index, plan.strips)
            for index, plan in enumerate(self.plans)
            if isinstance(plan.op, ArrayOp)
        )
        return cycles, spilled, limits, slices

    def _attempt(self, spilled: set[Key], limits: dict[int, tuple[int, int]]) -> list[Buffer]:
        self._find_residents(spilled)
        self.plans = [OpPlan(op=op) for op in self.ops]
        for index, plan in enumerate(self.plans):
            if isinstance(plan.op, MoveOp):
                self._buffer_move(index, plan, plan.op, limits)
            else:
                self._cut(index, plan, plan.op, limits)
        buffers = self.buffers
        for index in self.joined:
            for buffer in buffers:  # both operations are at work at the same time
                buffer.first = index if buffer.first == index + 1 else buffer.first
                buffer.last = index + 1 if buffer.last == index else buffer.last
        return buffers

    # ------------------------------------------------------------------ residents

    def _find_residents(self, spilled: set[Key]) -> None:
        self.resident, self.first_load, self.reloaded, self.gaps = {}, {}, set(), {}
        made: set[int] = set()
        for index, op in enumerate(self.ops):
            if isinstance(op, MoveOp) or op.matrix is not None:
                through_memory = op.reads if isinstance(op, MoveOp) else (op.matrix,)
                self.reloaded |= made & {self.owner(t) for t in through_memory if t is not None}
            if isinstance(op, MoveOp):
                made.add(self.owner(op.output))
                continue
            for slot, (tensor, key) in enumerate(
                zip(op.operands, self._operand_keys(op), strict=True)
            ):
                if key in self.resident:
                    self.resident[key].last = index
                    continue
                owner = self.owner(tensor)
                if owner in made:  # made here, but spilled or seen with another channel count
                    self.reloaded.add(owner)
                if key not in spilled:
                    self._add_resident(key, op.view(slot).whole, index, self._gap(key, op))
                    self.first_load[key] = index
            key = self.key(op.output, op.out_shape)
            made.add(self.owner(op.output))
            if key not in spilled:
                self._add_resident(key, op.out_shape, index, 0)

    def _gap(self, key: Key, op: ArrayOp) -> int:
        """Pixels left free after each row so that the rows of a tile meet in fewer banks."""
        for other in self.ops:
            if isinstance(other, ArrayOp):
                for slot, other_key in enumerate(self._operand_keys(other)):
                    pixels = (other.view(slot).shape.h, other.view(slot).shape.w)
                    if other_key == key and pixels != (op.in_shape.h, op.in_shape.w):
                        return 0
        return spread_pitch(self.config, op) - op.in_shape.w

    def _add_resident(self, key: Key, shape: Shape, index: int, gap: int) -> None:
        name = f"tensor {self.tensors[key[0]].name!r}"
        size = strip_lines(self.config, shape.h, shape.w + gap, shape.c)
        self.gaps[key] = gap
        self.resident[key] = Buffer(name=name, lines=size, first=index, last=index)

    # ------------------------------------------------------------------ cutting

    def _buffer_move(
        self, index: int, plan: OpPlan, op: MoveOp, limits: dict[int, tuple[int, int]]
    ) -> None:
        share = self.config.spad_depth // MOVE_SHARE
        needed = ceil_div(op.size, self.config.rows * self.config.cols)
        plan.limit = limits.get(index, (max(1, min(share, needed)), 1))
        name = f"layer {op.layer}"
        plan.scratch = [
            Buffer(name=name, lines=plan.limit[0], first=index, last=index) for _ in range(2)
        ]

    def _strips(
        self, index: int, op: ArrayOp, limit: tuple[int, int], size: int | None = None
    ) -> Cut:
        keys = self._operand_keys(op)
        residents = [key for key in keys if key in self.resident]
        pitch = op.in_shape.w + self.gaps[residents[0]] if residents else None
        output_resident = self.key(op.output, op.out_shape) in self.resident
        size = self.slices.get(index, 0) if size is None else size
        known = (id(op), pitch, output_resident, limit, size)
        if known not in self.known_cuts:
            starts = legal_starts(
                self.config, op, input_pitch=pitch, output_resident=output_resident
            )
            strips = cut(op, starts, *limit)
            channels = size or _deepest(weight_parts(self.config, op))
            made = size or op.out_shape.c
            self.known_cuts[known] = Cut(
                strips=strips,
                in_lines=max(
                    strip_lines(self.config, s.y.in_size, s.x.in_size, channels) for s in strips
                ),
                out_lines=max(strip_lines(self.config, s.y.size, s.x.size, made) for s in strips),
            )
        return self.known_cuts[known]

    def _cut(
        self, index: int, plan: OpPlan, op: ArrayOp, limits: dict[int, tuple[int, int]]
    ) -> None:
        keys = self._operand_keys(op)
        in_streams = [key not in self.resident for key in keys]
        out_streams = self.key(op.output, op.out_shape) not in self.resident
        height, width = op.out_shape.h, op.out_shape.w
        parts = weight_parts(self.config, op)
        if len(parts) > 1:
            columns = min(width, self.config.rows)
            rows = max(1, self.config.rows // columns) if columns == width else 1
            plan.limit = (rows, columns)
        elif any(in_streams) or out_streams:
            share = PROGRESSIVE_STRIPS if index in self.joined else 2
            plan.limit = limits.get(index, (ceil_div(height, share), width))
        elif (
            {index, index - 1} & self.joined
            or any(self.first_load.get(key) == index for key in keys)
            or self._exports(op)
        ):
            plan.limit = (ceil_div(height, PROGRESSIVE_STRIPS), width)
        else:
            plan.limit = (height, width)
        made = self._strips(index, op, plan.limit)
        plan.strips = made.strips
        # One strip needs one buffer; a second name for it keeps the rest simple.
        whole = len(parts) == 1 and index not in self.slices
        copies = 1 if len(plan.strips) == 1 and whole else 2

        plan.streams = [
            self._stream_buffers(index, op, made.in_lines, copies if streams else 0)
            for streams in in_streams
        ]
        plan.out_stream = self._stream_buffers(
            index, op, made.out_lines, copies if out_streams else 0
        )

    def _exports(self, op: ArrayOp) -> bool:
        return self.is_stored(op.output) and op.out_shape.bytes >= PROGRESSIVE_BYTES

    # ------------------------------------------------------------------ thicker strips

    def _estimate(self, index: int, strips: list[Strip], size: int | None = None) -> int:
        """About how long an operation takes, ``size`` channels at once."""
        return self._work(index, strips, size).cycles

    def _work(self, index: int, strips: list[Strip], size: int | None = None) -> Work:
        plan = self.plans[index]
        op = plan.op
        assert isinstance(op, ArrayOp)
        return work(
            self.config,
            op,
            strips,
            loaded=sum(1 for pair in plan.streams if pair),
            stored=bool(plan.out_stream),
            channels=self.slices.get(index, 0) if size is None else size,
        )

    def _thicken(self) -> None:
        """Give strips the lines that stayed free where they work: fewer rows are loaded twice."""
        by_index = self._by_index()
        for index, plan in enumerate(self.plans):
            op = plan.op
            if (
                isinstance(op, MoveOp)
                or not plan.buffers
                or {index, index - 1} & self.joined
                or index in self.slices
                or len(weight_parts(self.config, op)) > 1
            ):
                continue
            own = {id(buffer) for buffer in plan.buffers}
            others = [buffer for buffer in by_index[index] if id(buffer) not in own]
            self._thicken_one(index, plan, op, others)

    def _by_index(self) -> list[list[Buffer]]:
        """Buffers that are needed while an operation works."""
        everywhere = self.buffers
        result: list[list[Buffer]] = [[] for _ in self.plans]
        for buffer in everywhere:
            for index in range(buffer.first, buffer.last + 1):
                result[index].append(buffer)
        return result

    def _pair_up(self) -> None:
        """Let strips of neighbours take turns where one has work for the array while the other
        waits for the bus, and the buffers of both fit.
        """
        by_index = self._by_index()
        index = 0
        while index + 1 < len(self.plans):
            index += 2 if self._pair(index, by_index) else 1

    def _pair(self, index: int, by_index: list[list[Buffer]]) -> bool:
        pair = self.plans[index : index + 2]
        first, second = pair[0].op, pair[1].op
        if (
            index not in self.pairs
            or {index - 1, index, index + 1} & self.joined
            or not can_take_turns(self.config, first, second)
            or not pair[0].out_stream
            or not pair[1].buffers
        ):
            return False
        assert isinstance(first, ArrayOp) and isinstance(second, ArrayOp)
        apart = sum(self._estimate(index + k, plan.strips) for k, plan in enumerate(pair))
        own = {id(buffer) for plan in pair for buffer in plan.buffers}
        others = {id(b): b for k in (0, 1) for b in by_index[index + k] if id(b) not in own}
        least, best = apart * PAIR_SHARE, None
        for shares in product(range(1, MOST_SHARES + 1), repeat=2):
            cuts = []
            for k, (op, share) in enumerate(zip((first, second), shares, strict=True)):
                rows = ceil_div(min(pair[k].limit[0], op.out_shape.h), share)
                cuts.append(self._strips(index + k, op, (rows, op.out_shape.w), 0))
            if any(len(made.strips) < 2 for made in cuts):
                continue
            cycles = together(
                *(self._work(index + k, made.strips, 0) for k, made in enumerate(cuts))
            )
            fresh = [self._fresh(index + k, made) for k, made in enumerate(cuts)]
            buffers = [b for streams, out in fresh for stream in (*streams, out) for b in stream]
            for buffer in buffers:
                buffer.first, buffer.last = index, index + 1
            if cycles < least and squeeze(self.config, buffers, list(others.values())):
                least, best = cycles, (cuts, fresh)
        if best is None:
            return False
        for plan, made, (streams, out) in zip(pair, *best, strict=True):
            plan.strips, plan.streams, plan.out_stream = made.strips, streams, out
        self.slices.pop(index, None)
        self.slices.pop(index + 1, None)
        self.joined |= {index}
        return True

    def _fresh(self, index: int, made: Cut) -> tuple[list[list[Buffer]], list[Buffer]]:
        """Buffers for these strips of an operation."""
        plan = self.plans[index]
        assert isinstance(plan.op, ArrayOp)
        streams = [
            self._stream_buffers(index, plan.op, made.in_lines, 2 if pair else 0)
            for pair in plan.streams
        ]
        count = 2 if plan.out_stream else 0
        return streams, self._stream_buffers(index, plan.op, made.out_lines, count)

    def _thicken_one(self, index: int, plan: OpPlan, op: ArrayOp, others: list[Buffer]) -> None:
        height, width = op.out_shape.h, op.out_shape.w
        least = self._estimate(index, plan.strips)
        heights = _heights(height, plan.limit[0])
        for size, rows in product(self._sizes(plan, op), heights):
            made = self._strips(index, op, (rows, width), size)
            cycles = self._estimate(index, made.strips, size)
            if cycles >= least:
                continue
            copies = 1 if len(made.strips) == 1 and not size else 2
            streams = [
                self._stream_buffers(index, op, made.in_lines, copies) if pair else []
                for pair in plan.streams
            ]
            out = self._stream_buffers(index, op, made.out_lines, copies if plan.out_stream else 0)
            fresh = [buffer for pair in streams for buffer in pair] + out
            if not squeeze(self.config, fresh, others):
                continue
            least = cycles
            plan.limit, plan.strips = (rows, width), made.strips
            plan.streams, plan.out_stream = streams, out
            if size:
                self.slices[index] = size

    def _sizes(self, plan: OpPlan, op: ArrayOp) -> list[int]:
        """Channels that the operation may take at once: all (0), or fewer with more rows."""
        cols = self.config.cols
        if op.kind not in ("dwconv", "maxpool", "avgpool") or not all(plan.streams):
            return [0]
        count = ceil_div(op.in_shape.c, cols)
        sizes = sorted({ceil_div(count, parts) * cols for parts in range(2, count + 1)})
        return [0, *reversed(sizes)]

    @staticmethod
    def _stream_buffers(index: int, op: ArrayOp, size: int, copies: int) -> list[Buffer]:
        name = f"layer {op.layer}"
        return [Buffer(name=name, lines=size, first=index, last=index) for _ in range(copies)]

    # ------------------------------------------------------------------ giving way

    def _give_way_everywhere(
        self, buffers: list[Buffer], spilled: set[Key], limits: dict[int, tuple[int, int]]
    ) -> bool:
        """Give way wherever more lines are needed at once than there are; whether it was so.

        What one operation changes says nothing about those far from it: all of them at a time, so
        that a long network takes no more attempts than a short one.
        """
        needed = [0] * len(self.ops)
        largest: list[Buffer | None] = [None] * len(self.ops)
        for buffer in buffers:
            for index in range(buffer.first, buffer.last + 1):
                needed[index] += buffer.lines
                before = largest[index]
                if before is None or buffer.lines > before.lines:
                    largest[index] = buffer
        changed = -1  # last operation that the changes so far may have relieved
        found = False
        for index, (lines, most) in enumerate(zip(needed, largest, strict=True)):
            if lines > self.config.spad_depth and index > changed and most is not None:
                here = Buffer(name=most.name, lines=lines, first=index, last=index)
                changed = self._give_way(here, spilled, limits)
                found = True
        return found

    def _give_way(
        self, failed: Buffer, spilled: set[Key], limits: dict[int, tuple[int, int]]
    ) -> int:
        """Make ``failed`` likelier to fit: thinner strips, else one resident tensor less.

        Returns the last operation that has more room now.
        """
        for index in range(failed.first, failed.last + 1):
            thinner = self._thinner(index, self.plans[index])
            if thinner is not None:
                limits[index] = thinner
                return index
        candidates = [
            (key not in self.first_load, -buffer.lines, key)
            for key, buffer in self.resident.items()
            if buffer.first <= failed.last and failed.first <= buffer.last
        ]
        if candidates:
            key = min(candidates)[2]
            spilled.add(key)
            return self.resident[key].last
        for index in range(failed.first, failed.last + 1):
            thinner = self._thinner(index, self.plans[index], last_way=True)
            if thinner is not None:
                limits[index] = thinner
                return index
        for index in range(failed.first, failed.last + 1):
            narrower = self._narrower(self.plans[index])
            if narrower is not None:
                limits[index] = narrower
                return index
        for index in range(failed.first, failed.last + 1):
            fewer = self._fewer_channels(index, self.plans[index])
            if fewer is not None:
                self.slices[index] = fewer
                return index
        # Each buffer alone may fit; what does not are those that must be there at once.
        together = {
            id(buffer): buffer.lines
            for index in range(failed.first, failed.last + 1)
            for buffer in self.plans[index].buffers
        }
        raise refuse(failed.name, sum(together.values()), self.config.spad_depth)

    def _thinner(
        self, index: int, plan: OpPlan, *, last_way: bool = False
    ) -> tuple[int, int] | None:
        """A limit of fewer rows that makes strips shorter, if there is one."""
        rows, columns = plan.limit
        if isinstance(plan.op, MoveOp):
            return (ceil_div(rows, 2), 1) if rows > 1 else None
        if not plan.buffers or rows <= 1 or len(weight_parts(self.config, plan.op)) > 1:
            return None
        thinner = ceil_div(rows, 2)
        strips = self._strips(index, plan.op, (thinner, columns)).strips
        longest = max(s.y.size for s in strips)
        if longest >= max(s.y.size for s in plan.strips):
            return None
        whole = self._strips(index, plan.op, (plan.op.out_shape.h, plan.op.out_shape.w)).strips
        if not last_way and self._estimate(index, strips) > self._patience * self._estimate(
            index, whole
        ):
            self._impatient = True
            return None
        return thinner, columns

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
        now = self.slices.get(index, op.in_shape.c)
        if now <= self.config.cols:
            return None
        return ceil_div(ceil_div(now, 2), self.config.cols) * self.config.cols


def _heights(height: int, least: int) -> list[int]:
    """Rows of a strip, from a share of ``least`` to all, so many that neighbours differ."""
    heights = {least, height}
    count = 1
    while count <= height and (rows := ceil_div(height, count)) * LEAST_SHARE > least:
        heights.add(rows)
        count += 1 + count // 8
    return sorted(heights)


def _deepest(parts: list[Part]) -> int:
    """Most channels that a part has."""
    return max(end - first for first, end in (part.channels for part in parts))
