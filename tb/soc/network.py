"""A whole network run by the CPU: every tensor of every layer against golden.

    RATEL_FIRMWARE  ELF file of the network's firmware      RATEL_PROGRAM  sw/compiler/program.py
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

import numpy as np
import pyuvm
from numpy.typing import NDArray

from golden.config import load_config
from golden.network import run_network
from honeyguide.agents.bus import known
from honeyguide.env.checker import Checker, FailedRunError
from honeyguide.project import count, results_folder
from sw.compiler.program import HostPhase, NpuPhase, read_program
from sw.firmware.codegen import generate_network
from sw.firmware.elf import read_elf
from tb.env.layer_checker import ComparedElements, LayerChecker, compared_elements, gaps
from tb.env.trace_records import CoreTrace
from tb.soc.base import SystemTest, asked_stalls, firmware_path
from tb.soc.environment import Mark

PAGE = 1 << 16


class TensorChecker(Checker):
    """Counts the bytes of tensors in memory that the test compares with golden's."""


@pyuvm.test()
class Network(SystemTest):
    """See the module; one run of a network's firmware, phase by phase."""

    def build_phase(self) -> None:
        """Read the program first: it says how much memory is needed."""
        self.program = read_program(Path(os.environ["RATEL_PROGRAM"]))
        self.graph = self.program.network
        arrays = np.load(os.environ["RATEL_INPUTS"])
        number = min(count("RATEL_COUNT", len(arrays)), len(arrays))
        shape = self.graph.tensors[self.graph.inputs[0]].shape
        self.inputs = [np.ascontiguousarray(arrays[i]).reshape(shape) for i in range(number)]
        core = load_config(os.environ.get("RATEL_CONFIG"))
        self.image = generate_network(self.program, self.inputs, name=self.graph.name)
        self.compared = ComparedElements()
        self.words = ComparedElements()  # those that execute wrote, by the words themselves
        self.checker = LayerChecker(core, self.words)
        self.elements = 0
        self.npu_cycles: list[int] = []
        super().build_phase()
        self.tensors = TensorChecker.create("tensors", self.env)

    def memory_bytes(self) -> int:
        """What the network needs, in whole pages."""
        return -(-self.image.end // PAGE) * PAGE

    async def body(self) -> None:
        """Load, boot, and follow the firmware from input to input."""
        env = self.env
        self.firmware = read_elf(firmware_path())
        env.load(self.firmware.segments)
        env.load(self.image.segments)
        self.trace = CoreTrace()
        stalls, bus = asked_stalls()
        await env.boot(argument=len(self.inputs), stalls=stalls, bus_stall=bus)
        self.trace.take()
        for index, array in enumerate(self.inputs):
            await self.infer(index, run_network(self.graph, [array]))
            if env.failures.count:
                break
        else:
            mark = await env.next_mark()
            if mark is not None or known(env.dut.value) != 0:
                env.failures.add(f"the firmware ended with {known(env.dut.value):#x}, mark {mark}")

    async def infer(self, index: int, expected: dict[int, NDArray[Any]]) -> None:
        """Follow the firmware through one inference."""
        env = self.env
        cycles = 0
        self.compared.forget()
        self.words.forget()
        for phase in self.program.phases:
            mark = await env.next_mark()
            wanted = Mark.HOST if isinstance(phase, HostPhase) else Mark.PHASE
            if mark != wanted:
                raise FailedRunError(
                    f"input {index}: expected {wanted!r}, the firmware said {mark}"
                )
            if isinstance(phase, HostPhase):
                self.compare(index, expected, phase.op.outputs)
                continue
            env.checkpoint()
            trace = self.trace.take()
            spans = [*trace.load, *trace.execute, *trace.store]
            start = min(span.start for span in spans)
            cycles += max(span.end for span in spans) - start
            self.checker.check(phase.steps, trace, expected, start)
            for layer in self.checker.layers.values():
                if layer.mismatches:
                    env.failures.add(f"input {index}: layer {layer.layer}: {layer.first}")
            made = [
                op.output
                for op in phase.ops
                if op.output in self.image.tensors
                and op.output in expected
                and op.output not in self.program.short_lived
            ]
            self.compare(index, expected, made)
        if await env.next_mark() != Mark.DONE:
            raise FailedRunError(f"input {index}: the firmware did not say that it is done")
        self.compare(index, expected, self.program.network.outputs)
        self.check_words(index, expected)
        for sentence in gaps(self.program, self.compared):
            env.failures.add(f"input {index}: {sentence}")
        self.elements += compared_elements(self.program, self.compared)
        self.npu_cycles.append(cycles)

    def check_words(self, index: int, expected: dict[int, NDArray[Any]]) -> None:
        """Every element that execute makes must have been compared as it was written."""
        phases = (phase for phase in self.program.phases if isinstance(phase, NpuPhase))
        parts = (step.part for phase in phases for step in phase.steps)
        for tensor in sorted({part.tensor for part in parts if part is not None}):
            size = expected[tensor].size
            missing = self.words.missing(tensor, size)
            if missing:
                self.env.failures.add(
                    f"input {index}: tensor {tensor}: {missing} of {size} elements were not "
                    "compared as execute wrote them"
                )
            else:
                self.compared.mark(tensor, expected[tensor])

    def compare(
        self,
        index: int,
        expected: dict[int, NDArray[Any]],
        tensors: tuple[int, ...] | list[int],
    ) -> None:
        """Compare tensors in memory with golden's, byte by byte."""
        memory = self.env.store.memory
        for tensor in tensors:
            wanted = np.ascontiguousarray(expected[tensor]).reshape(-1).view(np.uint8)
            address = self.image.tensors[tensor]
            actual = memory[address : address + wanted.size]
            wrong = np.flatnonzero(actual != wanted)
            self.tensors.comparisons += wanted.size
            self.compared.mark(tensor, expected[tensor])
            if wrong.size:
                at = int(wrong[0])
                self.env.failures.add(
                    f"input {index}: tensor {tensor} in memory: byte {at}: expected "
                    f"{int(wanted[at].view(np.int8))}, got {int(actual[at].view(np.int8))}, "
                    f"{wrong.size} of {wanted.size} differ"
                )

    def report_phase(self) -> None:
        """Leave what was measured where the launcher reads it."""
        super().report_phase()
        folder = results_folder()
        if folder is None:
            return
        layers, cpu = self.checker.layers.values(), self.env.cpu
        document = {
            "inputs": len(self.inputs),
            "npu_cycles": self.npu_cycles,
            "code_bytes": self.firmware.sections,
            "instructions": self.image.instructions,
            "issued": cpu.issued,
            "accepted": cpu.accepted,
            "killed": cpu.killed,
            "elements": self.elements,
            "mismatches": sum(layer.mismatches for layer in layers),
            "layers": len(layers),
            "tensor_bytes": self.tensors.comparisons,
            "comparisons": self.env.comparisons,
            "simulated_cycles": known(self.env.dut.cycle),
        }
        (folder / "soc.json").write_text(json.dumps(document, indent=1), encoding="utf-8")
