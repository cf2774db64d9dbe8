"""A whole network on real inputs: every tensor of every layer against golden, on the RTL.

    RATEL_PROGRAM   see sw/compiler/program.py  RATEL_INPUTS   .npy, see sw/execution.py
    RATEL_FIRST     the first input to run  RATEL_COUNT    how many inputs to run
    RATEL_STALL     wait probability on the memory bus, 0..1

Leaves network.json, spans.json (of the first input) and outputs.npz in the results folder, and
progress.txt while it runs.
"""

from __future__ import annotations

import json
import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyuvm
from numpy.typing import NDArray

from golden.isa_table import Counter
from golden.network import Layer, run_network
from golden.network import Network as Graph
from golden.network.operations import AssignVariable
from honeyguide.agents.axi import Stalls
from honeyguide.env.host import offload
from honeyguide.env.order import Announced
from honeyguide.project import count, results_folder
from sw.compiler.operations import MoveOp
from sw.compiler.program import HostPhase, NpuPhase, Program, Step, read_program
from sw.execution import Inference, split_inputs
from tb.env.counters import counted, counter_values
from tb.env.layer_checker import ComparedElements, LayerChecker, LayerResult, gaps
from tb.env.trace_records import CoreTrace
from tb.tests.base import RatelTest

log = logging.getLogger("ratel.network")
REPORT_S = 0.2

Array = NDArray[Any]


@dataclass(kw_only=True)
class OtherLayer:
    """A layer of the host, or one that only moves bytes in memory: elements compared so far."""

    comparisons: int = 0
    mismatches: int = 0
    first: str = ""

    def compare(self, name: str, actual: Array, expected: Array, new: int) -> None:
        """Compare a whole tensor, of which so many elements had not been compared before."""
        self.comparisons += new
        wrong = actual != expected
        if expected.dtype.kind == "f":
            wrong &= ~(np.isnan(actual) & np.isnan(expected))
        if wrong.any():
            at = tuple(int(i) for i in np.argwhere(wrong)[0])
            self.mismatches += int(wrong.sum())
            self.first = self.first or (
                f"tensor {name!r} at {at}: expected {expected[at]}, got {actual[at]}"
            )


class RtlMemory:
    """External memory of the bench as `Inference` sees it."""

    def __init__(self, test: RatelTest) -> None:
        self._env = test.env

    def read(self, address: int, size: int) -> NDArray[np.uint8]:
        """Return bytes that the core wrote or was given."""
        return self._env.store.memory[address : address + size].copy()

    def write(self, address: int, data: NDArray[np.uint8]) -> None:
        """Write bytes behind the core's back, in the golden memory too."""
        self._env.memory.write(address, data)


@pyuvm.test()
class Network(RatelTest):
    """See the module."""

    async def body(self) -> None:
        program = read_program(Path(os.environ["RATEL_PROGRAM"]))
        self.network = network = program.network
        inputs = np.load(os.environ["RATEL_INPUTS"])[int(os.environ.get("RATEL_FIRST", "0")) :]
        number = min(count("RATEL_COUNT", len(inputs)), len(inputs))
        stall = float(os.environ.get("RATEL_STALL", "0"))
        self.env.host.set_stalls(Stalls(ar=stall, r=stall, aw=stall, w=stall, b=stall))
        self.reported = -REPORT_S
        self.trace = CoreTrace()
        self.spans: list[dict[str, list[tuple[int, int]]]] = []  # of each job, for a time line
        self.compared = ComparedElements()
        self.checker = LayerChecker(self.configuration.core, self.compared)
        self.counters = dict.fromkeys(Counter, 0)
        state = {name: value.copy() for name, value in network.state.items()}
        self.other_layers: dict[int, OtherLayer] = {}
        self.runs: dict[int, int] = {}  # inferences that reached a layer, the last may have failed
        outputs, cycles = [], []
        first_program = Inference(program, RtlMemory(self), state)
        first_program.load_constants()
        started = time.process_time()
        for index in range(number):
            arrays = split_inputs(network, inputs[index])
            after = {name: value.copy() for name, value in state.items()}
            expected = run_network(network, arrays, after)
            before = self.counters[Counter.BUSY]
            inference = Inference(program, RtlMemory(self), state)
            inference.load_inputs(arrays)
            self.compared.forget()
            measured = {layer: result.cycles for layer, result in self.checker.layers.items()}
            await self.infer(program, inference, expected, after)
            for layer, result in self.checker.layers.items():
                if result.cycles != measured.get(layer, 0):
                    self.runs[layer] = self.runs.get(layer, 0) + 1
            if not self.env.failures.count:
                for sentence in gaps(program, self.compared):
                    self.env.failures.add(f"input {index}: {sentence}")
            if self.env.failures.count:
                break
            outputs.append([np.asarray(value).copy() for value in inference.outputs()])
            for tensor, value in zip(network.outputs, outputs[-1], strict=True):
                if not np.array_equal(value, expected[tensor]):
                    name = network.tensors[tensor].name
                    self.env.failures.add(f"input {index}: output {name!r} differs from golden")
            cycles.append(self.counters[Counter.BUSY] - before)
            self.report_progress(index + 1, number)
            if self.env.failures.count:
                break
        self.write_results(network, program, outputs, cycles, time.process_time() - started)

    async def infer(
        self,
        program: Program,
        inference: Inference,
        expected: dict[int, Array],
        after: dict[str, Array],
    ) -> None:
        """Run all phases of one inference, up to the first that is wrong.

        Args:
            program: the compiled network.
            inference: what the host knows of this one.
            expected: tensors by index, as golden has them.
            after: variables after it, as golden has them.
        """
        for phase in program.phases:
            if isinstance(phase, HostPhase):
                layer = self.other_layers.setdefault(phase.op.layer, OtherLayer())
                for tensor, value in inference.run_host(phase).items():
                    wanted = expected[tensor]
                    new = self.compared.mark(tensor, wanted)
                    layer.compare(self.network.tensors[tensor].name, value, wanted, new)
                if layer.first:
                    self.env.failures.add(f"layer {phase.op.layer}: {layer.first}")
            else:
                await self.play(phase, expected)
                self.check_moves(program, phase, expected, after)
            if self.env.failures.count:
                return

    def check_moves(
        self,
        program: Program,
        phase: NpuPhase,
        expected: dict[int, Array],
        after: dict[str, Array],
    ) -> None:
        """Compare the tensors and variables that a phase only moved in memory."""
        for index in sorted({op.layer for op in phase.ops if isinstance(op, MoveOp)}):
            layer, result = self.network.layers[index], OtherLayer()
            wanted = {tensor: expected[tensor] for tensor in layer.outputs}
            if isinstance(layer.operation, AssignVariable):
                name = layer.operation.variable
                wanted[program.variables[name]] = after[name]
            # Where a move only prepares a tensor, the rest is compared as it is written.
            moved = {op.output for op in phase.ops if isinstance(op, MoveOp)}
            wanted = {
                tensor: value
                for tensor, value in wanted.items()
                if program.roots.get(tensor, tensor) in moved or tensor in moved
            }
            for tensor, value in wanted.items():
                region = program.regions[tensor]
                data = self.env.store.memory[region.address : region.address + value.size]
                new = self.compared.mark(tensor, value)
                found = data.view(value.dtype).reshape(value.shape)
                result.compare(str(tensor), found, value, new)
            kept = self.other_layers.setdefault(index, OtherLayer())
            kept.comparisons += result.comparisons
            kept.mismatches += result.mismatches
            kept.first = kept.first or result.first
            if result.first:
                self.env.failures.add(f"layer {index}: {result.first}")

    async def play(self, phase: NpuPhase, expected: dict[int, Array]) -> None:
        """Run one job on the core and compare every part of every tensor it made."""
        start = int(self.env.dut.cycle.value)
        self.env.milestones.write(
            Announced(labels=lambda: [self.label(step) for step in phase.steps])
        )
        await self.env.play(counted(offload([step.instruction for step in phase.steps])))
        for counter, value in counter_values(self.env.registers_read).items():
            self.counters[counter] += value
        self.env.registers_read.clear()
        trace = self.trace.take()
        self.spans.append(
            {
                engine: [(span.start, span.end) for span in getattr(trace, engine)]
                for engine in ("load", "execute", "store")
            }
        )
        self.checker.check(phase.steps, trace, expected, start)
        for layer in self.checker.layers.values():
            if layer.mismatches:
                self.env.failures.add(f"layer {layer.layer}: {layer.first}")
                return

    def label(self, step: Step) -> str:
        """What a layer's instruction works on, for a first difference."""
        if step.layer < 0:
            return ""
        operator = self.network.layers[step.layer].operator
        tensor = "" if step.part is None else self.network.tensors[step.part.tensor].name
        return f"layer {step.layer} {operator}" + (f", tensor {tensor!r}" if tensor else "")

    def report_progress(self, done: int, number: int) -> None:
        """Tell who waits how far the run is, not more often than they look."""
        folder, now = results_folder(), time.monotonic()
        if folder is not None and (done == number or now > self.reported + REPORT_S):
            self.reported = now
            part = folder / "progress.part"
            part.write_text(f"{done} {number}\n", encoding="utf-8")
            part.replace(folder / "progress.txt")

    def write_results(
        self,
        network: Graph,
        program: Program,
        outputs: list[list[Array]],
        cycles: list[int],
        seconds: float,
    ) -> None:
        """Leave what was measured where the launcher reads it."""
        folder = results_folder()
        if folder is None:
            return
        document = {
            "inputs": len(outputs),
            "cycles": cycles,
            "layers": [self.layer_result(network, program, layer) for layer in network.layers],
            "stray_bytes": self.checker.stray_words,
            "simulated_cycles": int(self.env.dut.cycle.value),
            "seconds": seconds,
            "counters": {counter.name.lower(): value for counter, value in self.counters.items()},
        }
        jobs = sum(1 for phase in program.phases if isinstance(phase, NpuPhase))
        first_input = json.dumps(self.spans[:jobs])
        (folder / "spans.json").write_text(first_input, encoding="utf-8")
        (folder / "network.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
        if outputs:
            stacked = [np.stack([o[i] for o in outputs]) for i in range(len(network.outputs))]
            np.savez(folder / "outputs.npz", *stacked)

    def layer_result(self, network: Graph, program: Program, layer: Layer) -> dict[str, Any]:
        """What came of one layer over all inputs.

        ``where``: on the core (npu), on the host, or nowhere, because the output is another name
        for the bytes of the input (alias) or because another layer does its work (folded).
        """
        # A layer may have both: a PAD is filled by an instruction, and compared in memory.
        computed = self.checker.layers.get(layer.index, LayerResult(layer=layer.index))
        moved = self.other_layers.get(layer.index, OtherLayer())
        return {
            "index": layer.index,
            "operator": layer.operator,
            "shape": list(network.tensors[layer.outputs[0]].shape) if layer.outputs else [],
            "where": program.where(layer),
            "cycles": computed.cycles,
            "runs": self.runs.get(layer.index, 0),
            "comparisons": computed.comparisons + moved.comparisons,
            "mismatches": computed.mismatches + moved.mismatches,
            "first": computed.first or moved.first,
        }
