"""Plan of one phase: which tensors are resident in the scratchpad, how operations are cut.

A resident tensor is known by (tensor, channels): two views of the same bytes with the same channel
count have the same pixels in the same order. What does not fit stays in memory, and the operations
around it work in strips. `placing` decides what is, `thickening` uses the lines that stay free.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from golden.config import CoreConfig
from sw.compiler.context import TensorTable
from sw.compiler.estimate import STRIP_OVERHEAD, Work, work
from sw.compiler.geometry import Shape, ceil_div
from sw.compiler.moves import buffer_lines
from sw.compiler.operations import ArrayOp, CoreOp, MoveOp
from sw.compiler.packing import Part, weight_parts
from sw.compiler.placement import Buffer
from sw.compiler.spreading import spread_pitch
from sw.compiler.strips import Strip, cut, legal_starts, strip_of
from sw.compiler.tiling import strip_lines

PROGRESSIVE_STRIPS = 12  # strips in which an input is loaded, or an output stored, under compute
PROGRESSIVE_BYTES = 1024  # smaller outputs are stored in one piece
MOVE_SHARE = 8  # of the scratchpad's lines, a buffer of a move takes one in so many

Key = tuple[int, int]
Limits = dict[int, tuple[int, int]]  # rows and columns of the strips of an operation, at most


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
    joined: frozenset[int]
    pairs: frozenset[int]
    resident: dict[Key, Buffer] = field(default_factory=dict)
    gaps: dict[Key, int] = field(default_factory=dict)
    first_load: dict[Key, int] = field(default_factory=dict)
    reloaded: set[int] = field(default_factory=set)
    plans: list[OpPlan] = field(default_factory=list)
    # Strips of an operation and the lines they need, by all that they depend on: most attempts to
    # place a phase differ in one operation.
    known_cuts: dict[tuple[object, ...], Cut] = field(default_factory=dict)
    known_keys: dict[int, list[Key]] = field(default_factory=dict)
    known_moves: dict[int, int] = field(default_factory=dict)
    # Channels that an operation takes at once, where a single pixel with all of them is too much.
    slices: dict[int, int] = field(default_factory=dict)

    @property
    def buffers(self) -> list[Buffer]:
        """All buffers with their lines."""
        return [*self.resident.values(), *(b for plan in self.plans for b in plan.buffers)]

    def key(self, tensor: int, shape: Shape) -> Key:
        """Name of a tensor in the scratchpad as an operation with that shape sees it."""
        return self.roots.get(tensor, tensor), shape.c

    @cached_property
    def pixels(self) -> dict[Key, set[tuple[int, int]]]:
        """Rows and columns that operations take each tensor for."""
        found: dict[Key, set[tuple[int, int]]] = {}
        for op in self.ops:
            if isinstance(op, ArrayOp):
                for slot, key in enumerate(self.operand_keys(op)):
                    shape = op.view(slot).shape
                    found.setdefault(key, set()).add((shape.h, shape.w))
        return found

    def operand_keys(self, op: ArrayOp) -> list[Key]:
        """Names of what an operation reads."""
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

    def attempt(self, spilled: set[Key], limits: Limits) -> list[Buffer]:
        """Plan anew with all resident but ``spilled``, and strips within ``limits``.

        Returns all buffers, which have no lines yet.
        """
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
                zip(op.operands, self.operand_keys(op), strict=True)
            ):
                if key in self.resident:
                    self.resident[key].last = index
                    continue
                owner = self.owner(tensor)
                if owner in made:  # made here, but spilled or seen with another channel count
                    self.reloaded.add(owner)
                if key not in spilled:
                    whole = op.view(slot).whole
                    self._add_resident(key, whole, index, self._gap(key, op, whole))
                    self.first_load[key] = index
            key = self.key(op.output, op.out_shape)
            made.add(self.owner(op.output))
            if key not in spilled:
                self._add_resident(key, op.out_shape, index, 0)

    def _gap(self, key: Key, op: ArrayOp, whole: Shape) -> int:
        """Pixels left free after each row so that the rows of a tile meet in fewer banks."""
        if strip_lines(self.config, whole.h, whole.w, whole.c) > self.config.spad_depth:
            return 0  # it will not be resident
        if self.pixels[key] != {(op.in_shape.h, op.in_shape.w)}:
            return 0
        return spread_pitch(self.config, op) - op.in_shape.w

    def _add_resident(self, key: Key, shape: Shape, index: int, gap: int) -> None:
        name = f"tensor {self.tensors[key[0]].name!r}"
        size = strip_lines(self.config, shape.h, shape.w + gap, shape.c)
        self.gaps[key] = gap
        self.resident[key] = Buffer(name=name, lines=size, first=index, last=index)

    # ------------------------------------------------------------------ cutting

    def _buffer_move(self, index: int, plan: OpPlan, op: MoveOp, limits: Limits) -> None:
        share = self.config.spad_depth // MOVE_SHARE
        if id(op) not in self.known_moves:
            self.known_moves[id(op)] = buffer_lines(self.config, op.boxes, share)
        needed = self.known_moves[id(op)]
        if op.fill is not None:  # a buffer of it is stored again and again
            needed = max(needed, ceil_div(op.size, self.config.rows * self.config.cols))
        plan.limit = limits.get(index, (max(1, min(share, needed)), 1))
        name = f"layer {op.layer}"
        plan.scratch = [
            Buffer(name=name, lines=plan.limit[0], first=index, last=index) for _ in range(2)
        ]

    def strips(
        self, index: int, op: ArrayOp, limit: tuple[int, int], size: int | None = None
    ) -> Cut:
        """Strips of an operation, ``size`` channels at once (0: all; None: as ``slices`` says)."""
        keys = self.operand_keys(op)
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
            given = {(s.y.in_size, s.x.in_size) for s in strips}  # few differ
            sizes = {(s.y.size, s.x.size) for s in strips}
            self.known_cuts[known] = Cut(
                strips=strips,
                in_lines=max(strip_lines(self.config, *size, channels) for size in given),
                out_lines=max(strip_lines(self.config, *size, made) for size in sizes),
            )
        return self.known_cuts[known]

    def _cut(self, index: int, plan: OpPlan, op: ArrayOp, limits: Limits) -> None:
        keys = self.operand_keys(op)
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
        elif {index, index - 1} & self.joined:
            plan.limit = (ceil_div(height, PROGRESSIVE_STRIPS), width)
        elif any(self.first_load.get(key) == index for key in keys) or self._exports(op):
            plan.limit = (ceil_div(height, self._progressive(index, op)), width)
        else:
            plan.limit = (height, width)
        made = self.strips(index, op, plan.limit)
        plan.strips = made.strips
        # One strip needs one buffer; a second name for it keeps the rest simple.
        whole = len(parts) == 1 and index not in self.slices
        copies = 1 if len(plan.strips) == 1 and whole else 2

        plan.streams = [
            self.stream_buffers(index, op, made.in_lines, copies if streams else 0)
            for streams in in_streams
        ]
        plan.out_stream = self.stream_buffers(
            index, op, made.out_lines, copies if out_streams else 0
        )

    def _progressive(self, index: int, op: ArrayOp) -> int:
        """Strips of an operation that loads or stores under compute: none with less to do than it
        takes to begin one.
        """
        whole = strip_of(op, 0, op.out_shape.h)
        loaded = sum(1 for key in self.operand_keys(op) if self.first_load.get(key) == index)
        one = work(self.config, op, [whole], loaded=loaded, stored=self._exports(op))
        busy = max(*one.array, *one.loads, *one.stores)
        return max(1, min(PROGRESSIVE_STRIPS, busy // STRIP_OVERHEAD))

    def _exports(self, op: ArrayOp) -> bool:
        return self.is_stored(op.output) and op.out_shape.bytes >= PROGRESSIVE_BYTES

    def estimate(self, index: int, strips: list[Strip], size: int | None = None) -> int:
        """About how long an operation takes, ``size`` channels at once."""
        return self.work(index, strips, size).cycles

    def work(self, index: int, strips: list[Strip], size: int | None = None) -> Work:
        """What an operation does in these strips, ``size`` channels at once."""
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

    @staticmethod
    def stream_buffers(index: int, op: ArrayOp, size: int, copies: int) -> list[Buffer]:
        """Buffers of ``size`` lines for the strips of an operation."""
        name = f"layer {op.layer}"
        return [Buffer(name=name, lines=size, first=index, last=index) for _ in range(copies)]


def _deepest(parts: list[Part]) -> int:
    """Most channels that a part has."""
    return max(end - first for first, end in (part.channels for part in parts))
