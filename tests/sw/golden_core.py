"""Play a compiled network on the golden machine and compare every part it writes with golden."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.config import CoreConfig
from golden.machine import Machine
from golden.machine.storage import gather
from golden.memory import Memory
from golden.network import Network, run_network
from sw.compiler.fastest import compile_network
from sw.compiler.program import HostPhase, OutputPart, Program
from sw.execution import Inference

BASE = 0x1000_0000
SIZE = 4 << 20


@dataclass(kw_only=True)
class Comparison:
    """Elements compared and the parts that differed, as text."""

    elements: int = 0
    differences: list[str] = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        self.differences = []

    def check(self, name: str, actual: NDArray[Any], expected: NDArray[Any]) -> None:
        """Compare two arrays element by element."""
        self.elements += expected.size
        if not np.array_equal(actual, expected):
            self.differences.append(name)


def play(
    config: CoreConfig,
    network: Network,
    inputs: list[NDArray[Any]],
    state: dict[str, NDArray[Any]] | None = None,
    program: Program | None = None,
) -> Comparison:
    """One inference; ``state`` is updated in place. ``program`` is compiled if it is not given."""
    state = {k: v.copy() for k, v in network.state.items()} if state is None else state
    after = {k: v.copy() for k, v in state.items()}
    expected = run_network(network, inputs, after)
    program = program or compile_network(config, network, memory_base=BASE)
    memory = Memory(base=BASE, size=SIZE)
    machine = Machine(config, memory)
    inference = Inference(program, memory, state)
    inference.load_constants()
    inference.load_inputs(inputs)
    result = Comparison()
    for phase in program.phases:
        if isinstance(phase, HostPhase):
            for tensor, value in inference.run_host(phase).items():
                result.check(f"host tensor {tensor}", value, expected[tensor])
            continue
        for step in phase.steps:
            outcome = machine.execute(step.instruction)
            if outcome.error is not None:
                result.differences.append(f"{outcome.mnemonic}: {outcome.error}")
            if step.part is not None:
                actual, wanted = part_values(config, machine, step.part, expected)
                result.check(f"{outcome.mnemonic} {step.part}", actual, wanted)
    for tensor, value in zip(network.outputs, inference.outputs(), strict=True):
        result.check(f"output {tensor}", value, expected[tensor])
    for name, value in state.items():
        result.check(f"variable {name}", value, after[name])
    return result


def part_values(
    config: CoreConfig,
    machine: Machine,
    part: OutputPart,
    expected: dict[int, NDArray[Any]],
) -> tuple[NDArray[np.int8], NDArray[Any]]:
    """What the scratchpad holds of a part, and what golden has there: [rows, width, channels]."""
    written = gather(config, machine.storage.spad, part.place())
    return written[..., part.extra :], part.select(expected[part.tensor])
