"""Plan of one phase: which tensors are resident in the scratchpad, how operations are cut.

A resident tensor is known by (tensor, channels): two views of the same bytes with the same channel
count have the same pixels in the same order. What does not fit stays in memory, and the operations
around it work in strips.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from golden.config import CoreConfig
from sw.compiler.geometry import Shape, ceil_div
from sw.compiler.operations import ArrayOp, CoreOp, MoveOp
from sw.compiler.packing import channel_parts
from sw.compiler.placement import Buffer, assign_lines, refuse
from sw.compiler.spreading import spread_pitch
from sw.compiler.strips import Strip, cut, legal_starts
from sw.compiler.tensors import TensorTable
from sw.compiler.tiling import strip_lines

PROGRESSIVE_STRIPS = 12  # strips in which an input is loaded, or an output stored, under compute
PROGRESSIVE_BYTES = 1024  # smaller outputs are stored in one piece
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

    ``joined`` are operations whose strips take turns with those of the next one.
    """

    config: CoreConfig
    tensors: TensorTable
    ops: list[CoreOp]
    roots: dict[int, int]
    exported: set[int]
    joined: frozenset[int] = frozenset()
    resident: dict[Key, Buffer] = field(default_factory=dict)
    gaps: dict[Key, int] = field(default_factory=dict)
    first_load: dict[Key, int] = field(default_factory=dict)
    reloaded: set[int] = field(default_factory=set)
    plans: list[OpPlan] = field(default_factory=list)
    # Strips of an operation and the lines they need, by all that they depend on: most attempts to
    # place a phase differ in one operation.
    known_cuts: dict[tuple[object, ...], Cut] = field(default_factory=dict)
    # Channels that an operation takes at once, where a single pixel with all of them is too much.
    slices: dict[int, int] = field(default_factory=dict)

    def key(self, tensor: int, shape: Shape) -> Key:
        """Name of a tensor in the scratchpad as an operation with that shape sees it."""
        return self.roots.get(tensor, tensor), shape.c

    def owner(self, tensor: int) -> int:
        """Tensor whose memory holds ``tensor``."""
        return self.tensors.base(self.roots.get(tensor, tensor))[0]

    def is_stored(self, tensor: int) -> bool:
        """Whether what makes ``tensor`` has to store it."""
        root = self.roots.get(tensor, tensor)
        owner = self.owner(tensor)
        return owner != root or owner in self.exported or owner in self.reloaded

    def place(self) -> None:
        """Choose residents and strips until all fits. Raises CompileError if nothing does."""
        spilled: set[Key] = set()
        for op in self.ops:
            if isinstance(op, ArrayOp) and len(channel_parts(self.config, op)) > 1:
                spilled |= {self.key(t, op.in_shape) for t in op.operands}
                spilled.add(self.key(op.output, op.out_shape))
        limits: dict[int, tuple[int, int]] = {}
        while True:
            buffers = self._attempt(spilled, limits)
            failed = assign_lines(self.config, buffers)
            if failed is None:
                return
            self._give_way(buffers[failed], spilled, limits)

    def _attempt(self, spilled: set[Key], limits: dict[int, tuple[int, int]]) -> list[Buffer]:
        self._find_residents(spilled)
        self.plans = [OpPlan(op=op) for op in self.ops]
        for index, plan in enumerate(self.plans):
            if isinstance(plan.op, MoveOp):
                self._buffer_move(index, plan, plan.op, limits)
            else:
                self._cut(index, plan, plan.op, limits)
        buffers = [*self.resident.values(), *(b for plan in self.plans for b in plan.buffers)]
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
            for tensor in op.operands:
                key = self.key(tensor, op.in_shape)
                if key in self.resident:
                    self.resident[key].last = index
                    continue
                owner = self.owner(tensor)
                if owner in made:  # made here, but spilled or seen with another channel count
                    self.reloaded.add(owner)
                if key not in spilled:
                    self._add_resident(key, op.in_shape, index, self._gap(key, op))
                    self.first_load[key] = index
            key = self.key(op.output, op.out_shape)
            made.add(self.owner(op.output))
            if key not in spilled:
                self._add_resident(key, op.out_shape, index, 0)

    def _gap(self, key: Key, op: ArrayOp) -> int:
        """Pixels left free after each row so that the rows of a tile meet in fewer banks."""
        for other in self.ops:
            if isinstance(other, ArrayOp):
                for tensor in other.operands:
                    if self.key(tensor, other.in_shape) == key and other.in_shape != op.in_shape:
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

    def _strips(self, index: int, op: ArrayOp, limit: tuple[int, int]) -> Cut:
        keys = [self.key(t, op.in_shape) for t in op.operands]
        residents = [key for key in keys if key in self.resident]
        pitch = op.in_shape.w + self.gaps[residents[0]] if residents else None
        output_resident = self.key(op.output, op.out_shape) in self.resident
        size = self.slices.get(index, 0)
        known = (id(op), pitch, output_resident, limit, size)
        if known not in self.known_cuts:
            starts = legal_starts(
                self.config, op, input_pitch=pitch, output_resident=output_resident
            )
            strips = cut(op, starts, *limit)
            channels = size or max(c1 - c0 for c0, c1 in channel_parts(self.config, op))
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
        keys = [self.key(t, op.in_shape) for t in op.operands]
        in_streams = [key not in self.resident for key in keys]
        out_streams = self.key(op.output, op.out_shape) not in self.resident
        height, width = op.out_shape.h, op.out_shape.w
        parts = channel_parts(self.config, op)
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

        def buffers(size: int) -> list[Buffer]:
            name = f"layer {op.layer}"
            return [Buffer(name=name, lines=size, first=index, last=index) for _ in range(copies)]

        plan.streams = [buffers(made.in_lines) if streams else [] for streams in in_streams]
        plan.out_stream = buffers(made.out_lines) if out_streams else []

    def _exports(self, op: ArrayOp) -> bool:
        return self.is_stored(op.output) and op.out_shape.bytes >= PROGRESSIVE_BYTES

    # ------------------------------------------------------------------ giving way

    def _give_way(
        self, failed: Buffer, spilled: set[Key], limits: dict[int, tuple[int, int]]
    ) -> None:
        """Make ``failed`` likelier to fit: thinner strips, else one resident tensor less."""
        for index in range(failed.first, failed.last + 1):
            thinner = self._thinner(index, self.plans[index])
            if thinner is not None:
                limits[index] = thinner
                return
        candidates = [
            (key not in self.first_load, -buffer.lines, key)
            for key, buffer in self.resident.items()
            if buffer.first <= failed.last and failed.first <= buffer.last
        ]
        if candidates:
            spilled.add(min(candidates)[2])
            return
        for index in range(failed.first, failed.last + 1):
            narrower = self._narrower(self.plans[index])
            if narrower is not None:
                limits[index] = narrower
                return
        for index in range(failed.first, failed.last + 1):
            fewer = self._fewer_channels(index, self.plans[index])
            if fewer is not None:
                self.slices[index] = fewer
                return
        # Each buffer alone may fit; what does not are those that must be there at once.
        together = {
            id(buffer): buffer.lines
            for index in range(failed.first, failed.last + 1)
            for buffer in self.plans[index].buffers
        }
        raise refuse(failed.name, sum(together.values()), self.config.spad_depth)

    def _thinner(self, index: int, plan: OpPlan) -> tuple[int, int] | None:
        """A limit of fewer rows that makes strips shorter, if there is one."""
        rows, columns = plan.limit
        if isinstance(plan.op, MoveOp):
            return (ceil_div(rows, 2), 1) if rows > 1 else None
        if not plan.buffers or rows <= 1 or len(channel_parts(self.config, plan.op)) > 1:
            return None
        thinner = ceil_div(rows, 2)
        strips = self._strips(index, plan.op, (thinner, columns)).strips
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
            or not (all(plan.streams) and plan.out_stream)
        ):
            return None
        now = self.slices.get(index, op.in_shape.c)
        if now <= self.config.cols:
            return None
        return ceil_div(ceil_div(now, 2), self.config.cols) * self.config.cols
