"""Compile a network: memory map, placement, units, schedule; one phase between host layers."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from golden import isa_builders
from golden.config import CoreConfig
from golden.network import Network
from sw.compiler.emitter import Emitter
from sw.compiler.folding import can_fold, fold_columns
from sw.compiler.geometry import CompileError, Shape
from sw.compiler.lowering import Alias, ArrayOp, HostOp, lower, require_known
from sw.compiler.ordering import order_loads
from sw.compiler.packing import pack_parameters, pack_weights
from sw.compiler.placement import Buffer, assign_lines, refuse, tensor_buffer
from sw.compiler.predict import PhasePrediction, predict_phase
from sw.compiler.program import HostPhase, LayerPlan, NpuPhase, Program, Region, Step
from sw.compiler.schedule import schedule
from sw.compiler.strips import Strip, cut, legal_starts
from sw.compiler.tiling import Constants, Source, Target, strip_lines, tile
from sw.compiler.units import Unit

__all__ = ["CompileError", "compile_network"]

ALIGNMENT = 64  # bytes: every constant and tensor starts on a bus word of any width
PROGRESSIVE_STRIPS = 8  # strips in which an input is loaded, or an output stored, under compute
PROGRESSIVE_BYTES = 1024  # smaller outputs are stored in one piece


def compile_network(
    config: CoreConfig, network: Network, *, memory_base: int, export_all: bool = False
) -> Program:
    """Program for ``network`` on ``config`` with its memory image from ``memory_base`` on.

    ``export_all`` stores every tensor the core computes to memory, for debugging. Raises
    CompileError when the core cannot run the network.
    """

    def attempt(folded: frozenset[int]) -> tuple[Program, list[int]]:
        compiler = _Compiler(config, network, memory_base, export_all, folded)
        return compiler.compile(), compiler.foldable

    best, foldable = attempt(frozenset())
    chosen: frozenset[int] = frozenset()
    for position in foldable:
        other, _ = attempt(chosen | {position})
        if other.predicted_cycles < best.predicted_cycles:
            best, chosen = other, chosen | {position}
    return best


@dataclass(kw_only=True)
class _OpPlan:
    """One array operation with its strips and its strip buffers."""

    op: ArrayOp
    strips: list[Strip] = field(default_factory=list)
    streams: list[list[Buffer]] = field(default_factory=list)
    out_stream: list[Buffer] = field(default_factory=list)
    rows: int = 0


class _Compiler:
    def __init__(
        self,
        config: CoreConfig,
        network: Network,
        memory_base: int,
        export_all: bool,
        folded: frozenset[int],
    ) -> None:
        self._config = config
        self._network = network
        self._export_all = export_all
        self._lowered = lower(network)
        require_known(network, self._lowered)
        self.foldable = self._fold(folded)
        self._program = Program(network=network, config=config)
        self._next_address = memory_base
        self._roots: dict[int, int] = {}
        for op in self._lowered:
            if isinstance(op, Alias):
                self._roots[op.output] = self._root(op.source)
        self._program.roots = self._roots
        self._constants: dict[int, Constants] = {}

    def compile(self) -> Program:
        """Run all passes."""
        self._map_constants()
        first = 0
        for position, op in enumerate([*self._lowered, None]):
            if op is None or isinstance(op, HostOp):
                self._compile_phase(first, position)
                if op is not None:
                    self._program.phases.append(HostPhase(op=op))
                first = position + 1
        self._program.memory_end = self._next_address
        return self._program

    def _fold(self, wanted: frozenset[int]) -> list[int]:
        """Fold the operations at these positions; return where it would be possible."""
        made: set[int] = set()
        possible = []
        for position, op in enumerate(self._lowered):
            if not isinstance(op, ArrayOp):
                continue
            # What the core itself computes lies in the scratchpad, unfolded.
            if op.operands[0] not in made and can_fold(self._config, op):
                possible.append(position)
                if position in wanted:
                    self._lowered[position] = fold_columns(op)
            made.add(op.output)
        return possible

    # ------------------------------------------------------------------ memory

    def _root(self, tensor: int) -> int:
        return self._roots.get(tensor, tensor)

    def _allocate(self, size: int) -> int:
        address = self._next_address
        self._next_address += -(-size // ALIGNMENT) * ALIGNMENT
        return address

    def _map_constants(self) -> None:
        for position, op in enumerate(self._lowered):
            if isinstance(op, ArrayOp):
                self._constants[position] = self._pack(op)

    def _pack(self, op: ArrayOp) -> Constants:
        weights = parameters = table = None
        steps = entry_bytes = 0
        if op.weights is not None:
            packed = pack_weights(self._config, op)
            steps = packed.shape[1]
            weights = self._add_image(packed)
            entries = pack_parameters(self._config, op)
            if entries is not None:
                entry_bytes = entries.shape[1]
                parameters = self._add_image(entries)
        if op.table is not None:
            table = self._add_image(op.table)
        if steps > self._config.wbuf_depth:
            name = self._network.tensors[op.output].name
            raise CompileError(
                f"layer {op.layer} (output {name!r}) needs {steps} weight words an output block, "
                f"the configuration has {self._config.wbuf_depth}; choose a larger WbufDepth"
            )
        return Constants(
            weights=weights,
            steps=steps,
            parameters=parameters,
            entry_bytes=entry_bytes,
            table=table,
        )

    def _add_image(self, array: NDArray[np.generic]) -> int:
        data = np.ascontiguousarray(array).view(np.uint8).reshape(-1)
        address = self._allocate(data.size)
        self._program.image.append((address, data))
        return address

    def _region(self, tensor: int) -> int:
        """Address of a tensor's bytes in memory, allocated when first asked for."""
        root = self._root(tensor)
        for index in (root, tensor):
            if index not in self._program.regions:
                address = (
                    self._program.regions[root].address
                    if root in self._program.regions
                    else self._allocate(self._network.tensors[root].size)
                )
                self._program.regions[index] = Region(
                    address=address, shape=Shape.of(self._network.tensors[index].shape)
                )
        return self._program.regions[root].address

    # ------------------------------------------------------------------ phases

    def _compile_phase(self, first: int, end: int) -> None:
        ops = [
            (position, op)
            for position, op in enumerate(self._lowered[first:end], start=first)
            if isinstance(op, ArrayOp)
        ]
        if not ops:
            return
        plan = _PhasePlan(
            config=self._config,
            network=self._network,
            ops=[op for _, op in ops],
            roots=self._roots,
            exported=self._exported(first, end),
        )
        plan.place()
        units: list[Unit] = []
        for index, (position, op) in enumerate(ops):
            sources = tuple(self._source(plan, index, slot) for slot in range(len(op.operands)))
            target = self._target(plan, index)
            strips = plan.plans[index].strips
            units += tile(
                self._config,
                op,
                strips,
                sources,
                target,
                self._constants[position],
                first_of_phase=index == 0,
            )
        order_loads(self._config, units)
        emitter = Emitter()
        schedule(self._config, units, emitter)
        emitter.steps.append(Step(instruction=isa_builders.fence(clear=0, done=1), layer=-1))
        prediction = predict_phase(self._config, emitter.steps)
        self._program.phases.append(
            NpuPhase(ops=plan.ops, steps=emitter.steps, predicted_cycles=prediction.cycles)
        )
        self._record_plans(plan, units, emitter.steps, prediction)

    def _exported(self, first: int, end: int) -> set[int]:
        """Roots of tensors that must be in memory when the phase ends."""
        wanted = {self._root(t) for t in self._network.outputs}
        for op in self._lowered[end:]:
            reads = (op.source,) if isinstance(op, Alias) else op.operands
            wanted |= {self._root(t) for t in reads}
        made = {self._root(op.output) for op in self._lowered[first:end] if isinstance(op, ArrayOp)}
        return made if self._export_all else wanted & made

    def _source(self, plan: _PhasePlan, index: int, slot: int) -> Source:
        tensor = plan.ops[index].operands[slot]
        root = self._root(tensor)
        streams = plan.plans[index].streams[slot]
        if streams:
            return Source(bases=tuple(b.base for b in streams), address=self._region(root))
        key = plan.key(tensor, plan.ops[index].in_shape)
        base = plan.resident[key].base
        loads_here = plan.first_load.get(key) == index
        return Source(bases=(base,), address=self._region(root) if loads_here else None)

    def _target(self, plan: _PhasePlan, index: int) -> Target:
        op = plan.ops[index]
        root = self._root(op.output)
        if plan.plans[index].out_stream:
            bases = tuple(b.base for b in plan.plans[index].out_stream)
            return Target(bases=bases, address=self._region(root))
        base = plan.resident[plan.key(op.output, op.out_shape)].base
        stored = root in plan.exported or root in plan.reloaded
        return Target(bases=(base,), address=self._region(root) if stored else None)

    def _record_plans(
        self,
        plan: _PhasePlan,
        units: list[Unit],
        steps: list[Step],
        prediction: PhasePrediction,
    ) -> None:
        for op_plan in plan.plans:
            op = op_plan.op
            mine = [u for u in units if u.op is op]
            chunks = {id(c): c for u in mine for c in u.chunks}
            self._program.plans[op.layer] = LayerPlan(
                layer=op.layer,
                kind=op.kind,
                strips=len(op_plan.strips),
                chunks=len({u.part.first_channel for u in mine}),
                macs=op.macs,
                choice=op.choice,
                predicted_cycles=prediction.layers.get(op.layer, 0),
                instructions=sum(1 for s in steps if s.layer == op.layer),
                bytes_read=sum(c.bytes for c in chunks.values())
                + sum(t.shape.bytes for u in mine for t in u.loads),
                bytes_written=sum(t.shape.bytes for u in mine for t in u.stores),
            )


@dataclass(kw_only=True)
class _PhasePlan:
    """Placement of one phase: which tensors are resident, how operations are cut into strips.

    A resident tensor is known by (root tensor, channels): two views of the same bytes with the same
    channel count have the same pixels in the same order.
    """

    config: CoreConfig
    network: Network
    ops: list[ArrayOp]
    roots: dict[int, int]
    exported: set[int]
    resident: dict[tuple[int, int], Buffer] = field(default_factory=dict)
    first_load: dict[tuple[int, int], int] = field(default_factory=dict)
    reloaded: set[int] = field(default_factory=set)
    plans: list[_OpPlan] = field(default_factory=list)

    def key(self, tensor: int, shape: Shape) -> tuple[int, int]:
        """Name of a tensor in the scratchpad as an operation with that shape sees it."""
        return self.roots.get(tensor, tensor), shape.c

    def place(self) -> None:
        """Choose residents and strips until all fits. Raises CompileError if nothing does."""
        spilled: set[tuple[int, int]] = set()
        rows: dict[int, int] = {}
        while True:
            buffers = self._attempt(spilled, rows)
            failed = assign_lines(self.config, buffers)
            if failed is None:
                return
            self._give_way(buffers[failed], spilled, rows)

    def _attempt(self, spilled: set[tuple[int, int]], rows: dict[int, int]) -> list[Buffer]:
        self._find_residents(spilled)
        self.plans = [_OpPlan(op=op) for op in self.ops]
        for index, plan in enumerate(self.plans):
            self._cut(index, plan, rows)
        buffers = list(self.resident.values())
        for plan in self.plans:
            buffers += [b for pair in plan.streams for b in pair] + plan.out_stream
        return buffers

    def _find_residents(self, spilled: set[tuple[int, int]]) -> None:
        self.resident, self.first_load, self.reloaded = {}, {}, set()
        made: dict[int, int] = {}
        for index, op in enumerate(self.ops):
            for tensor in op.operands:
                key = self.key(tensor, op.in_shape)
                if key in self.resident:
                    self.resident[key].last = index
                    continue
                if key[0] in made:  # made here, but spilled or seen with another channel count
                    self.reloaded.add(key[0])
                if key not in spilled:
                    self._add_resident(key, op.in_shape, index)
                    self.first_load[key] = index
            key = self.key(op.output, op.out_shape)
            made[key[0]] = index
            if key not in spilled:
                self._add_resident(key, op.out_shape, index)

    def _add_resident(self, key: tuple[int, int], shape: Shape, index: int) -> None:
        name = f"tensor {self.network.tensors[key[0]].name!r}"
        self.resident[key] = tensor_buffer(self.config, name, shape, index, index)

    def _cut(self, index: int, plan: _OpPlan, rows: dict[int, int]) -> None:
        op = plan.op
        keys = [self.key(t, op.in_shape) for t in op.operands]
        in_streams = [key not in self.resident for key in keys]
        out_streams = self.key(op.output, op.out_shape) not in self.resident
        starts = legal_starts(
            self.config,
            op,
            input_resident=not all(in_streams),
            output_resident=not out_streams,
        )
        height = op.out_shape.h
        if any(in_streams) or out_streams:
            plan.rows = rows.get(index, -(-height // 2))
        elif any(self.first_load.get(key) == index for key in keys) or self._exports(op):
            plan.rows = -(-height // PROGRESSIVE_STRIPS)
        else:
            plan.rows = height
        plan.strips = cut(op, starts, plan.rows)
        name = f"layer {op.layer}"
        in_lines = max(
            strip_lines(self.config, s.in_rows, op.in_shape.w, op.in_shape.c) for s in plan.strips
        )
        for streams in in_streams:
            plan.streams.append(
                [Buffer(name=name, lines=in_lines, first=index, last=index) for _ in range(2)]
                if streams
                else []
            )
        if out_streams:
            out_lines = max(
                strip_lines(self.config, s.out_rows, op.out_shape.w, op.out_shape.c)
                for s in plan.strips
            )
            plan.out_stream = [
                Buffer(name=name, lines=out_lines, first=index, last=index) for _ in range(2)
            ]

    def _exports(self, op: ArrayOp) -> bool:
        root = self.roots.get(op.output, op.output)
        return root in self.exported and op.out_shape.bytes >= PROGRESSIVE_BYTES

    def _give_way(
        self, failed: Buffer, spilled: set[tuple[int, int]], rows: dict[int, int]
    ) -> None:
        """Make ``failed`` likelier to fit: thinner strips, else one resident tensor less."""
        for index in range(failed.first, failed.last + 1):
            plan = self.plans[index]
            streaming = any(plan.streams) or plan.out_stream
            thinner = -(-plan.rows // 2)
            if streaming and thinner < plan.rows:
                shorter = cut_length(self.config, plan, thinner, self)
                if shorter:
                    rows[index] = thinner
                    return
        candidates = [
            (key not in self.first_load, -buffer.lines, key)
            for key, buffer in self.resident.items()
            if buffer.first <= failed.last and failed.first <= buffer.last
        ]
        if not candidates:
            raise refuse(failed.name, failed.lines, self.config.spad_depth)
        spilled.add(min(candidates)[2])


def cut_length(config: CoreConfig, plan: _OpPlan, rows: int, phase: _PhasePlan) -> bool:
    """Whether cutting to ``rows`` makes the longest strip of ``plan`` shorter."""
    op = plan.op
    keys = [phase.key(t, op.in_shape) for t in op.operands]
    starts = legal_starts(
        config,
        op,
        input_resident=any(key in phase.resident for key in keys),
        output_resident=phase.key(op.output, op.out_shape) in phase.resident,
    )
    longest = max(s.out_rows for s in cut(op, starts, rows))
    return longest < max(s.out_rows for s in plan.strips)
