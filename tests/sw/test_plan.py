"""What a program says of itself is what it does: plans, memory, regions, where layers run."""

from __future__ import annotations

import pickle
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from golden.config import CoreConfig, load_config
from golden.machine import Machine
from golden.memory import Memory
from golden.network import Network, run_network
from golden.network import operations as ops
from sw.compiler.fastest import compile_network
from sw.compiler.program import NpuPhase, Program, read_program, write_program
from sw.compiler.timing.decode import Decoded, decode
from sw.execution import Inference, core_phases
from tests.sw.golden_core import BASE, SIZE, play
from tests.sw.layers import add, conv, depthwise, pool, transpose
from tests.sw.measured_networks import NETWORKS
from tests.sw.random_networks import Builder

CONFIG = load_config("8x8")
COMPUTING = (
    "mnist", "blocks of mobilenet", "residual", "image in strips", "strips in turn",
    "sums in parts", "largest of wide rows", "many filters", "batch",
)  # fmt: skip


def _compiled(name: str) -> Program:
    return compile_network(CONFIG, NETWORKS[name](), memory_base=BASE)


def _by_layer(program: Program) -> list[tuple[int, Decoded]]:
    """Instructions of all jobs, each with its layer."""
    found: list[tuple[int, Decoded]] = []
    for phase in core_phases(program):
        decoded = decode(CONFIG, [step.instruction for step in phase.steps])
        found += zip([step.layer for step in phase.steps], decoded, strict=True)
    return found


@pytest.mark.parametrize(
    "name", [*COMPUTING, "concatenated", "padded", "attention", "repeated", "products"]
)
def test_a_plan_counts_what_the_instructions_move(name: str) -> None:
    program = _compiled(name)
    number: Counter[int] = Counter()
    moved: Counter[tuple[int, str]] = Counter()
    for layer, item in _by_layer(program):
        number[layer] += 1
        if item.transfer is not None:
            moved[layer, item.engine] += item.transfer.bytes
    assert program.plans
    for layer, plan in program.plans.items():
        assert plan.layer == layer
        assert plan.instructions == number[layer]
        assert plan.bytes_read == moved[layer, "load"]
        assert plan.bytes_written == moved[layer, "store"]
    assert sum(moved.values()) == sum(
        p.bytes_read + p.bytes_written for p in program.plans.values()
    )


@pytest.mark.parametrize("name", COMPUTING)
def test_a_plan_counts_what_the_array_does(name: str) -> None:
    program = _compiled(name)
    network = program.network
    steps = [step for phase in core_phases(program) for step in phase.steps]
    for layer, plan in program.plans.items():
        parts = [step.part for step in steps if step.layer == layer and step.part is not None]
        if name != "batch":  # each image has as many
            assert plan.strips == len({(part.first_row, part.first_column) for part in parts})
        assert plan.chunks == len({part.first_channel for part in parts})
        if name != "sums in parts":  # of which most write nothing yet
            tiles = [-(-p.rows * p.width // 8) * -(-p.channels // 8) for p in parts]
            assert plan.tiles == sum(tiles)
        weights = getattr(network.layers[layer].operation, "weights", None)
        pixels = np.prod(network.tensors[network.layers[layer].outputs[0]].shape[:-1])
        assert plan.macs == (0 if weights is None else weights.size * pixels)


def test_a_plan_has_the_operation_that_computes_not_the_move_before_it() -> None:
    (plan,) = _compiled("smaller of two").plans.values()
    assert (plan.kind, plan.choice) == ("lut", "")
    assert [plan.kind for plan in _compiled("transposed image").plans.values()] == ["move"]
    (plan,) = _compiled("folded columns").plans.values()
    assert (plan.kind, plan.choice) == ("conv", "2 columns folded")


@pytest.mark.parametrize(
    "name",
    ["products", "attention", "grouped", "batch", "spread", "kept in a ring", "many channels",
     "concatenated", "padded", "sliced", "repeated", "smaller of two", "reduced", "eight rows",
     "two rows", "folded after the host", "folded columns, then joined", "few columns to fold"],
)  # fmt: skip
def test_what_was_measured_is_right(name: str) -> None:
    network = NETWORKS[name]()
    rng = np.random.default_rng(4)
    inputs = [
        rng.integers(-128, 128, network.tensors[t].shape).astype(np.int8) for t in network.inputs
    ]
    for config in (CONFIG, load_config("16x4")):
        result = play(config, network, inputs)
        assert result.differences == [] and result.elements > 0


def _two_jobs() -> Network:
    """A large phase, a layer of the host, a small phase."""
    b = Builder(rng=np.random.default_rng(1))
    x = b.tensor((1, 24, 24, 16))
    y = pool(b, conv(b, depthwise(b, x), 24), (4, 4), (4, 4), average=False)
    (z,) = b.layer(ops.Softmax(input_scale=0.1, beta=1.0), [y], b.shape(y))
    last = add(b, conv(b, z, 8, (1, 1)), conv(b, y, 8, (1, 1)))
    return Network(
        name="two jobs", tensors=tuple(b.tensors), layers=tuple(b.layers),
        inputs=(x,), outputs=(last,),
    )  # fmt: skip


def test_lines_and_bytes_are_those_of_the_largest_job() -> None:
    program = compile_network(CONFIG, _two_jobs(), memory_base=BASE)
    assert len(program.phases) == 3
    touched = [
        max(
            end
            for item in decode(CONFIG, [step.instruction for step in phase.steps])
            for what, _, end in (*item.reads, *item.writes)
            if what == "spad"
        )
        for phase in core_phases(program)
    ]
    assert touched[0] > 2 * touched[1]
    use = program.memory
    assert use.lines == touched[0]
    assert touched[1] < use.line_bound <= use.lines
    starts = [address for address, _ in program.image]
    assert all(address % 64 == 0 for address in starts)
    assert use.constants == sum(-(-data.size // 64) * 64 for _, data in program.image)
    assert program.memory_end == BASE + use.constants + use.tensors
    assert use.tensors >= use.bound >= 24 * 24 * 16
    assert program.predicted_cycles == sum(p.predicted_cycles for p in core_phases(program))
    assert program.instructions == sum(len(p.steps) for p in core_phases(program))


def _kept(program: Program, network: Network, phase: NpuPhase, memory: Memory) -> tuple[int, int]:
    """How many tensors that a phase left in memory are there, and how many another one has."""
    there = gone = 0
    rng = np.random.default_rng(3)
    inputs = [
        rng.integers(-128, 128, network.tensors[t].shape).astype(np.int8) for t in network.inputs
    ]
    expected = run_network(network, inputs, {})
    inference = Inference(program, memory, {})
    inference.load_constants()
    inference.load_inputs(inputs)
    machine = Machine(program.config, memory)
    for step in phase.steps:
        machine.execute(step.instruction)
    stored = {op.output for op in phase.ops if op.output in expected}
    for tensor in sorted(stored & set(program.regions)):
        region = program.regions[tensor]
        data = memory.read(region.address, region.end - region.address).view(np.int8)
        same = np.array_equal(data, expected[tensor].reshape(-1))
        assert same or tensor in program.short_lived, network.tensors[tensor].name
        there, gone = there + same, gone + (not same)
    return there, gone


def test_what_another_tensor_overwrites_is_known_and_nothing_else_is_gone() -> None:
    b = Builder(rng=np.random.default_rng(1))
    first = x = b.tensor((1, 12, 12, 8))
    for _ in range(5):
        x = transpose(b, x, (0, 2, 1, 3))
        x = conv(b, x, 8)
    network = Network(
        name="moved", tensors=tuple(b.tensors), layers=tuple(b.layers), inputs=(first,),
        outputs=(x,),
    )  # fmt: skip
    program = compile_network(CoreConfig(name="small", spad_depth=64), network, memory_base=BASE)
    (phase,) = core_phases(program)
    there, gone = _kept(program, network, phase, Memory(base=BASE, size=SIZE))
    assert there >= 5 and gone >= 2
    assert len(program.short_lived) >= gone


def test_a_layer_is_where_it_is_computed() -> None:
    b = Builder(rng=np.random.default_rng(1))
    x = b.tensor((1, 8, 8, 4))
    paddings = ((0, 0), (1, 1), (1, 1), (0, 0))
    (padded,) = b.layer(ops.Pad(paddings=paddings, value=0), [x], (1, 10, 10, 4))
    y = conv(b, padded, 8, padding="VALID")
    operation = b.layers[-1].operation
    assert isinstance(operation, ops.Convolution)
    object.__setattr__(operation, "input_zero_point", 0)
    (flat,) = b.layer(ops.Reshape(shape=(1, 512)), [y], (1, 512))
    (z,) = b.layer(ops.Softmax(input_scale=0.1, beta=1.0), [flat], (1, 512))
    network = Network(
        name="everywhere", tensors=tuple(b.tensors), layers=tuple(b.layers), inputs=(x,),
        outputs=(z,),
    )  # fmt: skip
    program = compile_network(CONFIG, network, memory_base=BASE)
    assert [program.where(layer) for layer in network.layers] == ["folded", "npu", "alias", "host"]


def test_layers_at_a_position_are_those_of_the_operation_and_the_next() -> None:
    program = Program(network=_two_jobs(), config=CONFIG, operations=(3, 5, 5, 9))
    assert [program.layers_at(position) for position in range(4)] == [{3, 5}, {5}, {5, 9}, {9}]


def test_a_program_is_read_as_it_was_written(tmp_path: Path) -> None:
    program = _compiled("mnist")
    read = read_program(write_program(tmp_path / "program", program))
    assert read.plans == program.plans and read.predicted_cycles == program.predicted_cycles
    other = tmp_path / "other"
    other.write_bytes(pickle.dumps("no program"))
    with pytest.raises(TypeError, match="holds no compiled network"):
        read_program(other)
