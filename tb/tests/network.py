"""A whole network on real inputs: every tensor of every layer against golden, on the RTL.

    RATEL_NETWORK   a .tflite file          RATEL_INPUTS   .npy, int8 [n, ...]
    RATEL_FIRST     the first input to run  RATEL_COUNT    how many inputs to run
    RATEL_STALL     wait probability on the memory bus, 0..1

Leaves network.json and outputs.npz in the results folder, and progress.txt while it runs. Both are
left when something differs, too: the first layer that does is in them.
"""

from __future__ import annotations

import json
import logging
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cocotb
import numpy as np
import pyuvm
from numpy.typing import NDArray

from golden.isa_table import Counter
from golden.network import Layer, run_network
from golden.network import Network as Graph
from sw.compiler import compile_network
from sw.compiler.program import HostPhase, NpuPhase, Program
from sw.execution import Inference
from sw.importer import import_network
from tb.agents.axi.driver import Stalls
from tb.env.core_trace import CoreTrace
from tb.env.counters import counted, counter_values
from tb.env.job import offload
from tb.env.layer_checker import LayerChecker
from tb.env.settings import MEMORY_BASE, count, results_folder
from tb.tests.base import RatelTest

log = logging.getLogger("ratel.network")


@dataclass(kw_only=True)
class HostLayer:
    """What a host layer made so far: elements compared, elements that differ."""

    comparisons: int = 0
    mismatches: int = 0


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
        network = import_network(Path(os.environ["RATEL_NETWORK"]))
        inputs = np.load(os.environ["RATEL_INPUTS"])[int(os.environ.get("RATEL_FIRST", "0")) :]
        number = min(count("RATEL_COUNT", len(inputs)), len(inputs))
        stall = float(os.environ.get("RATEL_STALL", "0"))
        self.env.host.set_stalls(Stalls(ar=stall, r=stall, aw=stall, w=stall, b=stall))
        program = compile_network(self.configuration.core, network, memory_base=MEMORY_BASE)
        self.trace = CoreTrace()
        self.checker = LayerChecker(self.configuration.core)
        self.counters = dict.fromkeys(Counter, 0)
        state = {name: value.copy() for name, value in network.state.items()}
        shape = network.tensors[network.inputs[0]].shape
        self.host_layers: dict[int, HostLayer] = {}
        outputs, cycles = [], []
        first_program = Inference(program, RtlMemory(self), state)
        first_program.load_constants()
        started = time.perf_counter()
        for index in range(number):
            array = np.ascontiguousarray(inputs[index]).reshape(shape)
            expected = run_network(
                network, [array], {name: value.copy() for name, value in state.items()}
            )
            before = self.counters[Counter.BUSY]
            inference = Inference(program, RtlMemory(self), state)
            inference.load_inputs([array])
            await self.infer(program, inference, expected)
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
        self.write_results(network, program, outputs, cycles, time.perf_counter() - started)

    async def infer(
        self, program: Program, inference: Inference, expected: dict[int, NDArray[np.generic]]
    ) -> None:
        """Run all phases of one inference, up to the first that is wrong."""
        for phase in program.phases:
            if isinstance(phase, HostPhase):
                layer = self.host_layers.setdefault(phase.op.layer, HostLayer())
                for tensor, value in inference.run_host(phase).items():
                    layer.comparisons += value.size
                    layer.mismatches += int((value != expected[tensor]).sum())
                if layer.mismatches:
                    self.env.failures.add(f"layer {phase.op.layer}: the host's result differs")
            else:
                await self.play(phase, expected)
            if self.env.failures.count:
                return

    async def play(self, phase: NpuPhase, expected: dict[int, NDArray[np.generic]]) -> None:
        """Run one job on the core and compare every part of every tensor it made."""
        start = int(cocotb.top.cycle.value)
        await self.env.play(counted(offload([step.instruction for step in phase.steps])))
        for counter, value in counter_values(self.env.registers_read).items():
            self.counters[counter] += value
        self.env.registers_read.clear()
        self.checker.check(phase.steps, self.trace.take(), expected, start)
        for layer in self.checker.layers.values():
            if layer.mismatches:
                self.env.failures.add(f"layer {layer.layer}: {layer.first}")
                return

    def report_progress(self, done: int, number: int) -> None:
        """Tell who waits how far the run is."""
        folder = results_folder()
        if folder is not None:
            (folder / "progress.txt").write_text(f"{done} {number}\n", encoding="utf-8")

    def write_results(
        self,
        network: Graph,
        program: Program,
        outputs: list[list[NDArray[np.generic]]],
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
            "simulated_cycles": int(cocotb.top.cycle.value),
            "seconds": seconds,
            "counters": {counter.name.lower(): value for counter, value in self.counters.items()},
        }
        (folder / "network.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
        if outputs:
            stacked = [np.stack([o[i] for o in outputs]) for i in range(len(network.outputs))]
            np.savez(folder / "outputs.npz", *stacked)

    def layer_result(self, network: Graph, program: Program, layer: Layer) -> dict[str, Any]:
        """What came of one layer over all inputs.

        ``where``: on the core (npu), on the host, or nowhere, because the output is another name
        for the bytes of the input (alias).
        """
        on_core = self.checker.layers.get(layer.index)
        on_host = self.host_layers.get(layer.index)
        result = on_core or on_host or HostLayer()
        alias = bool(layer.outputs) and layer.outputs[0] in program.roots
        return {
            "index": layer.index,
            "operator": layer.operator,
            "shape": list(network.tensors[layer.outputs[0]].shape) if layer.outputs else [],
            "where": "npu" if on_core else "alias" if alias else "host",
            "cycles": on_core.cycles if on_core else 0,
            "comparisons": result.comparisons,
            "mismatches": result.mismatches,
            "first": on_core.first if on_core else "",
        }
