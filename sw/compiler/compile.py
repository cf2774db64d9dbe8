"""Compile a network: memory map, placement, units, schedule; one phase between host layers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden import isa_builders
from golden.config import CoreConfig
from golden.network import Network
from sw.compiler.folding import can_fold, fold_columns
from sw.compiler.geometry import Shape
from sw.compiler.joining import can_join, take_turns
from sw.compiler.lowering import lower
from sw.compiler.memory import Lives, MemoryUse
from sw.compiler.moves import move_units
from sw.compiler.operations import Alias, ArrayOp, CoreOp, HostOp, LoweredOp, MoveOp
from sw.compiler.ordering import order_loads
from sw.compiler.packing import pack_parameters, pack_weights
from sw.compiler.phase import OpPlan, PhasePlan
from sw.compiler.placement import Buffer, lines_at_once
from sw.compiler.placing import place
from sw.compiler.predict import PhasePrediction, predict_phase
from sw.compiler.program import HostPhase, LayerPlan, NpuPhase, Program, Region, Step
from sw.compiler.schedule import Emitter, schedule
from sw.compiler.tiling import Constants, Place, tile
from sw.compiler.units import Unit

Choice = tuple[str, int]  # "fold", "join" or "pair", position of the operation
PAIRS: Choice = ("pairs", 0)  # every pair of operations whose strips can take turns
ALIGNMENT = 64  # bytes: every constant and tensor starts on a bus word of any width


def compile_choices(
    config: CoreConfig,
    network: Network,
    *,
    memory_base: int,
    choices: frozenset[Choice] = frozenset(),
    refused: Mapping[int, str] | None = None,
) -> tuple[Program, list[Choice]]:
    """Program with these alternatives taken, and all that there are; see `lower`.

    Raises LayerError, CompileError.
    """
    compiler = _Compiler(config, network, memory_base, choices, refused)
    return compiler.compile(), compiler.possible


@dataclass(frozen=True, kw_only=True)
class _Phase:
    """A stretch of operations for the core, with their positions, and where their tensors are."""

    ops: list[tuple[int, CoreOp]]
    plan: PhasePlan


def mark_first(lowered: list[LoweredOp]) -> None:
    """Tell the first operation of each phase that it is; what the host does is between two."""
    begins = True
    for position, op in enumerate(lowered):
        if isinstance(op, ArrayOp) and begins:
            lowered[position] = replace(op, first_of_phase=True)
        begins = isinstance(op, HostOp) or (begins and isinstance(op, Alias))


class _Compiler:
    def __init__(
        self,
        config: CoreConfig,
        network: Network,
        memory_base: int,
        choices: frozenset[Choice],
        refused: Mapping[int, str] | None,
    ) -> None:
        self._config = config
        self._network = network
        self._lowered, self._tensors = lower(network, config, refused)
        self._choices = choices
        self.possible: list[Choice] = []
        mark_first(self._lowered)
        self._fold()
        layers = tuple(op.layer for op in self._lowered)
        self._program = Program(network=network, config=config, operations=layers)
        self._next_address = memory_base
        self._addresses: dict[int, int] = {}
        self._roots: dict[int, int] = {}
        for op in self._lowered:
            if isinstance(op, Alias):
                self._roots[op.output] = self._root(op.source)
        self._program.roots = self._roots
        self._constants: dict[int, Constants] = {}
        self._lives: Lives | None = Lives()  # until addresses are known
        self._positions: set[int] = set()

    def compile(self) -> Program:
        """Run all passes."""
        plans: list[_Phase | HostOp] = []
        first = 0
        for position, op in enumerate([*self._lowered, None]):
            if op is None or isinstance(op, HostOp):
                phase = self._place_phase(first, position)
                plans += [phase] if phase is not None else []
                plans += [op] if op is not None else []
                first = position + 1
        self._map_memory(plans)
        for plan in plans:
            if isinstance(plan, HostOp):
                self._program.phases.append(HostPhase(op=plan))
            else:
                self._compile_phase(plan)
        for op in self._lowered:
            if isinstance(op, Alias) and self._owner(op.output) in self._addresses:
                self._region(op.output)  # whoever looks for it in memory finds it
        self._program.memory_end = self._next_address
        return self._program

    def _fold(self) -> None:
        """Fold the operations that are to be; note where it would be possible."""
        made: set[int] = set()
        for position, op in enumerate(self._lowered):
            if isinstance(op, HostOp | Alias):
                continue
            # What the core itself computes lies in the scratchpad, unfolded.
            if (
                isinstance(op, ArrayOp)
                and op.operands[0] not in made
                and can_fold(self._config, op)
            ):
                self.possible.append(("fold", position))
                if ("fold", position) in self._choices:
                    self._lowered[position] = fold_columns(op)
            made.add(op.output)

    # ------------------------------------------------------------------ memory

    def _root(self, tensor: int) -> int:
        return self._roots.get(tensor, tensor)

    def _owner(self, tensor: int) -> int:
        return self._tensors.base(self._root(tensor))[0]

    def _allocate(self, size: int) -> int:
        address = self._next_address
        self._next_address += -(-size // ALIGNMENT) * ALIGNMENT
        return address

    def _map_memory(self, plans: list[_Phase | HostOp]) -> None:
        """Addresses: of variables, of tensors for as long as they are needed, of constants."""
        lives = self._lives
        assert lives is not None
        for plan in plans:
            if not isinstance(plan, HostOp):
                self._note_uses(plan, lives)
        end = len(self._lowered)
        for position, op in enumerate(self._lowered):
            if isinstance(op, HostOp):
                for tensor in (*op.reads, *op.outputs):
                    lives.extend(self._owner(tensor), position)
        for tensor in self._network.inputs:
            lives.extend(self._owner(tensor), -1)
        for tensor in self._network.outputs:
            lives.extend(self._owner(tensor), end)
        for plan in plans:
            if not isinstance(plan, HostOp):
                self._program.short_lived |= {
                    op.output
                    for _, op in plan.ops
                    if lives.ends_before(self._owner(op.output), plan.ops[-1][0])
                }
        offsets, size, bound = lives.plan(ALIGNMENT)
        self._lives = None
        start = self._next_address
        for tensor, offset in offsets.items():
            self._addresses[tensor] = start + offset
        self._next_address += size
        for name, tensor in self._tensors.variables.items():
            self._region(tensor)
            self._program.variables[name] = tensor
        self._map_constants()
        buffers = [plan.plan.buffers for plan in plans if not isinstance(plan, HostOp)]
        self._program.memory = MemoryUse(
            constants=self._next_address - start - size,
            tensors=size,
            bound=bound,
            lines=max((b.base + b.lines for some in buffers for b in some), default=0),
            line_bound=max((lines_at_once(some) for some in buffers if some), default=0),
        )

    def _note_uses(self, phase: _Phase, lives: Lives) -> None:
        """Which tensors the operations of a phase need in memory."""
        for index, (position, op) in enumerate(phase.ops):
            # Operations whose strips take turns are at work at the same time.
            pair = [k for k in (index - 1, index) if k in phase.plan.joined]
            self._positions = {position} | {phase.ops[k + n][0] for k in pair for n in (0, 1)}
            if isinstance(op, MoveOp):
                for tensor in (*op.reads, op.output):
                    self._region(tensor)
                # What is only moved is compared in memory when the phase has ended.
                lives.extend(self._owner(op.output), phase.ops[-1][0])
                continue
            for slot in range(len(op.operands)):
                self._source(phase.plan, index, op, slot)
            self._target(phase.plan, index, op)
            if op.matrix is not None:
                self._region(op.matrix)

    def _map_constants(self) -> None:
        for position, op in enumerate(self._lowered):
            if isinstance(op, ArrayOp):
                self._constants[position] = self._pack(op)

    def _pack(self, op: ArrayOp) -> Constants:
        weights = parameters = table = None
        steps = entry_bytes = matrix = 0
        if op.weights is not None:
            packed = pack_weights(self._config, op)
            steps = packed.shape[1]
            weights = self._add_image(packed)
        elif op.matrix is not None:
            steps = op.in_shape.c
            weights = self._region(op.matrix)
            matrix = op.in_shape.c if op.transposed else op.out_shape.c
        entries = pack_parameters(self._config, op) if op.multiplies else None
        if entries is not None:
            entry_bytes = entries.shape[1]
            parameters = self._add_image(entries)
        if op.table is not None:
            table = self._add_image(op.table)
        return Constants(
            weights=weights,
            steps=steps,
            matrix=matrix,
            parameters=parameters,
            entry_bytes=entry_bytes,
            table=table,
        )

    def _add_image(self, array: NDArray[Any]) -> int:
        data = np.ascontiguousarray(array).view(np.uint8).ravel()
        address = self._allocate(data.size)
        self._program.image.append((address, data))
        return address

    def _region(self, tensor: int) -> int:
        """Address of a tensor's bytes in memory, allocated when first asked for."""
        root = self._root(tensor)
        owner, offset = self._tensors.base(root)
        entry = self._tensors[owner]
        if self._lives is not None:
            if entry.data is None and owner not in self._tensors.variables.values():
                for position in self._positions:
                    self._lives.note(owner, entry.size, position)
            return 0
        if owner not in self._addresses:
            self._addresses[owner] = (
                self._allocate(entry.size) if entry.data is None else self._add_image(entry.data)
            )
        start = self._addresses[owner]
        for index, address in ((owner, start), (root, start + offset), (tensor, start + offset)):
            if index not in self._program.regions:
                shape = Shape.of(self._tensors[index].shape)
                self._program.regions[index] = Region(address=address, shape=shape)
        return start + offset

    # ------------------------------------------------------------------ phases

    def _place_phase(self, first: int, end: int) -> _Phase | None:
        ops = [
            (position, op)
            for position, op in enumerate(self._lowered[first:end], start=first)
            if isinstance(op, ArrayOp | MoveOp)
        ]
        if not ops:
            return None
        plan = PhasePlan(
            config=self._config,
            tensors=self._tensors,
            ops=[op for _, op in ops],
            roots=self._roots,
            exported=self._exported(end, {self._owner(op.output) for _, op in ops}),
            joined=self._joined(ops),
            pairs=self._pairs(ops),
        )
        place(plan)
        if any(p.out_stream for p in plan.plans) and PAIRS not in self.possible:
            self.possible.append(PAIRS)
        self.possible += [("pair", ops[index][0]) for index in sorted(plan.joined & plan.pairs)]
        return _Phase(ops=ops, plan=plan)

    def _compile_phase(self, phase: _Phase) -> None:
        ops, plan = phase.ops, phase.plan
        by_op = [self._units(plan, index, position, op) for index, (position, op) in enumerate(ops)]
        for index in plan.joined:
            by_op[index : index + 2] = [
                take_turns(
                    by_op[index],
                    plan.plans[index].strips,
                    by_op[index + 1],
                    plan.plans[index + 1].strips,
                ),
                [],
            ]
        units = [unit for made in by_op for unit in made]
        order_loads(self._config, units)
        emitter = Emitter()
        schedule(self._config, units, emitter)
        emitter.steps.append(Step(instruction=isa_builders.fence(clear=0, done=1), layer=-1))
        prediction = predict_phase(self._config, emitter.steps)
        self._program.phases.append(
            NpuPhase(ops=plan.ops, steps=emitter.steps, predicted_cycles=prediction.cycles)
        )
        self._record_plans(plan, units, emitter.steps, prediction)

    def _units(self, plan: PhasePlan, index: int, position: int, op: CoreOp) -> list[Unit]:
        if isinstance(op, MoveOp):
            addresses = {t: self._region(t) for t in (*op.reads, op.output)}
            scratch = plan.plans[index].scratch
            bases = (scratch[0].base, scratch[1].base)
            return move_units(self._config, op, addresses, bases, scratch[0].lines)
        return tile(
            self._config,
            op,
            plan.plans[index].strips,
            tuple(self._source(plan, index, op, slot) for slot in range(len(op.operands))),
            self._target(plan, index, op),
            self._constants[position],
            first_of_phase=index == 0,
            joined=index in plan.joined or index - 1 in plan.joined,
            channels=plan.slices.get(index, 0),
        )

    def _joined(self, ops: list[tuple[int, CoreOp]]) -> frozenset[int]:
        """Whether the strips of a phase's first two operations take turns.

        The first waits for its input to be loaded; meanwhile the second can work on what is there.
        """
        if len(ops) < 2 or not can_join(self._config, ops[0][1], ops[1][1]):
            return frozenset()
        choice = ("join", ops[0][0])
        self.possible.append(choice)
        return frozenset({0}) if choice in self._choices else frozenset()

    def _pairs(self, ops: list[tuple[int, CoreOp]]) -> frozenset[int]:
        """Operations that may take turns with the next one."""
        return frozenset(
            index
            for index, (position, _) in enumerate(ops)
            if PAIRS in self._choices or ("pair", position) in self._choices
        )

    def _exported(self, end: int, made: set[int]) -> set[int]:
        """Owners of tensors that a phase made and that must be in memory when it ends."""
        wanted = {self._owner(t) for t in self._network.outputs}
        for op in self._lowered[end:]:
            wanted |= {self._owner(t) for t in op.reads}
        return wanted & made

    def _source(self, plan: PhasePlan, index: int, op: ArrayOp, slot: int) -> Place:
        tensor = op.operands[slot]
        streams = plan.plans[index].streams[slot]
        if streams:
            return Place(bases=_two_bases(streams), address=self._region(tensor))
        key = plan.key(tensor, op.view(slot).whole)
        loads_here = plan.first_load.get(key) == index and tensor not in op.operands[:slot]
        return Place(
            bases=(plan.resident[key].base,),
            address=self._region(tensor) if loads_here else None,
            gap=plan.gaps[key],
        )

    def _target(self, plan: PhasePlan, index: int, op: ArrayOp) -> Place:
        if plan.plans[index].out_stream:
            bases = _two_bases(plan.plans[index].out_stream)
            return Place(bases=bases, address=self._region(op.output))
        base = plan.resident[plan.key(op.output, op.out_shape)].base
        address = self._region(op.output) if plan.is_stored(op.output) else None
        return Place(bases=(base,), address=address)

    def _record_plans(
        self,
        plan: PhasePlan,
        units: list[Unit],
        steps: list[Step],
        prediction: PhasePrediction,
    ) -> None:
        instructions = Counter(step.layer for step in steps)
        units_of: dict[int, list[Unit]] = {}
        for unit in units:
            units_of.setdefault(id(unit.op), []).append(unit)
        for op_plan in plan.plans:
            op = op_plan.op
            made = self._program.plans.setdefault(
                op.layer,
                LayerPlan(
                    layer=op.layer,
                    kind=op.kind,
                    predicted_cycles=prediction.layers.get(op.layer, 0),
                    instructions=instructions[op.layer],
                ),
            )
            _add_to_plan(self._config, made, op_plan, units_of.get(id(op), []))


def _two_bases(buffers: list[Buffer]) -> tuple[int, int]:
    return buffers[0].base, buffers[-1].base


def _add_to_plan(config: CoreConfig, plan: LayerPlan, op_plan: OpPlan, units: list[Unit]) -> None:
    """Add what an operation does to the plan of its layer, which may have several."""
    op = op_plan.op
    if plan.kind == "move":
        plan.kind = op.kind
    chunks = {id(c): c for u in units for c in u.chunks}
    plan.strips = max(plan.strips, len(op_plan.strips))
    plan.chunks = max(plan.chunks, len({u.part.first_channel for u in units if u.part}))
    plan.tiles += sum(_tiles(config, u) for u in units if u.executes)
    plan.macs += op.macs
    plan.choice = op.choice or plan.choice
    plan.bytes_read += sum(c.bytes for c in chunks.values())
    plan.bytes_read += sum(t.shape.bytes for u in units for t in u.loads)
    plan.bytes_written += sum(t.shape.bytes for u in units for t in u.stores)


def _tiles(config: CoreConfig, unit: Unit) -> int:
    shape = unit.out_shape
    return -(-shape.pixels // config.rows) * config.blocks(shape.c)
