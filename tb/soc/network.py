"""A whole network run by the CPU: every tensor of every layer against golden.

    RATEL_FIRMWARE  ELF file of the network's firmware      RATEL_NETWORK  the .tflite file
    RATEL_INPUTS    .npy, int8 [n, ...]                     RATEL_COUNT    inputs to run
    RATEL_CONFIG    configuration of the build              RATEL_STALL    wait probability

The firmware marks the end of each phase. Then the words that execute wrote are compared with the
tensors golden computed, and memory byte by byte with the golden machine and with those tensors.
Leaves soc.json and console.txt in the results folder.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import cocotb
import numpy as np
from numpy.typing import NDArray

from golden.config import load_config
from golden.network import run_network
from honeyguide.agents.axi.driver import Stalls
from honeyguide.agents.bus import known
from honeyguide.env.failures import FailedRunError
from honeyguide.env.settings import count, results_folder
from sw.compiler import compile_network
from sw.compiler.program import HostPhase, Program
from sw.firmware.codegen import BASE, NetworkImage, generate_network
from sw.firmware.elf import read_elf
from sw.importer import import_network
from tb.env.compared import ComparedElements, compared_elements, gaps
from tb.env.core_trace import CoreTrace
from tb.env.layer_checker import LayerChecker
from tb.soc.system import Mark, System

PAGE = 1 << 16


class NetworkRun:
    """One run of a network's firmware, phase by phase."""

    def __init__(self, system: System, program: Program, image: NetworkImage) -> None:
        self.system = system
        self.program = program
        self.image = image
        self.trace = CoreTrace()
        self.compared = ComparedElements()
        self.checker = LayerChecker(system.core, self.compared)
        self.tensor_bytes = 0
        self.elements = 0
        self.npu_cycles: list[int] = []
        self._started = 0

    async def infer(self, index: int, expected: dict[int, NDArray[np.generic]]) -> None:
        """Follow the firmware through one inference."""
        system = self.system
        cycles = 0
        self.compared.forget()
        for phase in self.program.phases:
            mark = await system.next_mark()
            wanted = Mark.HOST if isinstance(phase, HostPhase) else Mark.PHASE
            if mark != wanted:
                raise FailedRunError(
                    f"input {index}: expected {wanted!r}, the firmware said {mark}"
                )
            if isinstance(phase, HostPhase):
                self.compare(index, expected, phase.op.outputs)
                continue
            system.checkpoint()
            trace = self.trace.take()
            spans = [*trace.load, *trace.execute, *trace.store]
            start = min(span.start for span in spans)
            cycles += max(span.end for span in spans) - start
            self.checker.check(phase.steps, trace, expected, start)
            for layer in self.checker.layers.values():
                if layer.mismatches:
                    system.failures.add(f"input {index}: layer {layer.layer}: {layer.first}")
            made = [
                op.output
                for op in phase.ops
                if op.output in self.image.tensors and op.output in expected
            ]
            self.compare(index, expected, made)
        if await system.next_mark() != Mark.DONE:
            raise FailedRunError(f"input {index}: the firmware did not say that it is done")
        self.compare(index, expected, self.program.network.outputs)
        for sentence in gaps(self.program, self.compared):
            system.failures.add(f"input {index}: {sentence}")
        self.elements += compared_elements(self.program, self.compared)
        self.npu_cycles.append(cycles)

    def compare(
        self,
        index: int,
        expected: dict[int, NDArray[np.generic]],
        tensors: tuple[int, ...] | list[int],
    ) -> None:
        """Compare tensors in memory with golden's, byte by byte."""
        memory = self.system.store.memory
        for tensor in tensors:
            wanted = np.ascontiguousarray(expected[tensor]).reshape(-1).view(np.uint8)
            address = self.image.tensors[tensor]
            actual = memory[address : address + wanted.size]
            wrong = np.flatnonzero(actual != wanted)
            self.tensor_bytes += wanted.size
            self.compared.mark(tensor, expected[tensor])
            if wrong.size:
                at = int(wrong[0])
                self.system.failures.add(
                    f"input {index}: tensor {tensor} in memory: byte {at}: expected "
                    f"{int(wanted[at].view(np.int8))}, got {int(actual[at].view(np.int8))}, "
                    f"{wrong.size} of {wanted.size} differ"
                )


@cocotb.test()
async def network(dut: Any) -> None:
    """See the module."""
    core = load_config(os.environ.get("RATEL_CONFIG"))
    graph = import_network(Path(os.environ["RATEL_NETWORK"]))
    arrays = np.load(os.environ["RATEL_INPUTS"])
    number = min(count("RATEL_COUNT", len(arrays)), len(arrays))
    shape = graph.tensors[graph.inputs[0]].shape
    inputs = [np.ascontiguousarray(arrays[index]).reshape(shape) for index in range(number)]
    program = compile_network(core, graph, memory_base=BASE)
    image = generate_network(program, inputs, name=graph.name)
    firmware = read_elf(Path(os.environ["RATEL_FIRMWARE"]))
    system = System(dut, core, memory_bytes=-(-image.end // PAGE) * PAGE)
    system.load(firmware.segments)
    system.load(image.segments)
    run = NetworkRun(system, program, image)
    stall = float(os.environ.get("RATEL_STALL", "0"))
    await system.start(
        argument=number,
        seed=int(os.environ.get("RATEL_SEED", "1")),
        stalls=Stalls(ar=stall, r=stall, aw=stall, w=stall, b=stall),
        bus_stall=(stall, stall),
    )
    run.trace.take()
    for index, array in enumerate(inputs):
        expected = run_network(graph, [array])
        await run.infer(index, expected)
        if system.failures.count:
            break
    else:
        mark = await system.next_mark()
        if mark is not None or known(dut.value) != 0:
            system.failures.add(f"the firmware ended with {known(dut.value):#x}, mark {mark}")
    write_results(run, image, firmware.sections, number)
    system.finish(elsewhere=run.tensor_bytes)


def write_results(
    run: NetworkRun, image: NetworkImage, sections: dict[str, int], number: int
) -> None:
    """Leave what was measured where the launcher reads it."""
    folder = results_folder()
    if folder is None:
        return
    system = run.system
    layers = run.checker.layers.values()
    document = {
        "inputs": number,
        "npu_cycles": run.npu_cycles,
        "code_bytes": sections,
        "instructions": image.instructions,
        "issued": system.counts.issued,
        "accepted": system.counts.accepted,
        "killed": system.counts.killed,
        "elements": run.elements,
        "mismatches": sum(layer.mismatches for layer in layers),
        "layers": len(layers),
        "tensor_bytes": run.tensor_bytes,
        "comparisons": system.comparisons,
        "simulated_cycles": known(system.dut.cycle),
    }
    (folder / "soc.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
    (folder / "console.txt").write_text(system.console, encoding="utf-8")
