"""Benchmark kernels: cycles by the core's own counters, results compared as in every test.

RATEL_KERNELS names them, with commas; all by default. Leaves kernels.json in the results folder.
"""

from __future__ import annotations

import json
import os

import numpy as np
import pyuvm

from golden.isa_table import Counter
from golden.network import run_network
from honeyguide.agents.axi import Stalls
from honeyguide.env.host import offload
from honeyguide.project import results_folder
from sw.compiler.fastest import compile_network
from sw.compiler.program import MEMORY_BASE
from sw.execution import Inference, core_phases
from sw.kernels import KERNELS, Kernel, timed_program
from tb.env.counters import counted, counter_values
from tb.env.layer_checker import executes
from tb.tests.base import RatelTest
from tb.tests.network import RtlMemory


@pyuvm.test()
class Kernels(RatelTest):
    """See the module."""

    async def body(self) -> None:
        wanted = os.environ.get("RATEL_KERNELS", "")
        names = wanted.split(",") if wanted else [kernel.name for kernel in KERNELS]
        self.env.host.set_stalls(Stalls())
        results = [await self.measure(k) for k in KERNELS if k.name in names]
        folder = results_folder()
        if folder is not None:
            (folder / "kernels.json").write_text(json.dumps(results, indent=1), encoding="utf-8")

    async def measure(self, kernel: Kernel) -> dict[str, object]:
        """Run one kernel and return its figures."""
        core = self.configuration.core
        network = kernel.make(self.seeds.word(kernel.name))
        try:
            program = compile_network(core, network, memory_base=MEMORY_BASE)
            jobs = timed_program(program, on_chip=kernel.on_chip)
        except ValueError as error:  # also CompileError: this core is too small for it
            return {"name": kernel.name, "config": core.name, "left_out": str(error)}
        random = self.seeds.stream(f"{kernel.name} input")
        arrays = [
            random.integers(-128, 128, network.tensors[index].shape, dtype=np.int8)
            for index in network.inputs
        ]
        inference = Inference(program, RtlMemory(self), {})
        inference.load_constants()
        inference.load_inputs(arrays)
        if jobs.before:
            await self.env.run(jobs.before)
        self.env.registers_read.clear()
        await self.env.play(counted(offload(jobs.timed)))
        counters = counter_values(self.env.registers_read)
        if jobs.after:
            await self.env.run(jobs.after)
        expected = run_network(network, arrays)
        for index, value in zip(network.outputs, inference.outputs(), strict=True):
            if not np.array_equal(value, expected[index]):
                self.env.failures.add(f"kernel {kernel.name}: the result differs from golden")
        (phase,) = core_phases(program)
        macs = sum(op.macs for op in phase.ops)
        cycles = counters[Counter.BUSY]
        return {
            "name": kernel.name,
            "config": core.name,
            "cycles": cycles,
            "macs": macs,
            "utilisation": macs / (cycles * core.rows * core.cols),
            "executes": sum(executes(instruction) for instruction in jobs.timed),
            "counters": {counter.name.lower(): value for counter, value in counters.items()},
        }
