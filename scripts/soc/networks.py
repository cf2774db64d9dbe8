"""Networks on the system: compiled to firmware, run, every tensor compared with golden.

Golden answers to TensorFlow Lite Micro here as in `make run`, and so does what the firmware prints.
"""

from __future__ import annotations

import argparse
import json
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network import run_network
from honeyguide.report.files import Results
from honeyguide.report.table import table
from honeyguide.sim import SimRun, run
from scripts.runs.bench import bench
from scripts.runs.model import Model
from scripts.runs.oracle import compare_with_oracle
from scripts.runs.whole import run_whole
from sw.compiler.fastest import compile_network
from sw.compiler.program import write_program
from sw.firmware.codegen import BASE, generate_network
from sw.firmware.compiler import FIRMWARE, Compiled, compile_firmware
from tb.env.layer_checker import required_elements

LIMIT_S = 1800.0
PROGRAM = "program.pickle"
CYCLES = re.compile(r"(\d+) cycles on Ratel, (\d+) on the CPU")
SAID = re.compile(r"^input (\d+): (.*), \d+ cycles on Ratel", re.M)


@dataclass(frozen=True, kw_only=True)
class Job:
    """A network, the inputs it is to run on, int8 [n, ...], and why it has no oracle, if so."""

    name: str
    model: Model
    inputs: NDArray[np.int8]
    absent: str = ""


def network_firmware(job: Job, folder: Path) -> tuple[Compiled, int]:
    """Compile a network to firmware; return it and the bytes of its code and constants alone.

    What the simulation is to know of it is left beside it, in PROGRAM.

    Raises:
        FirmwareError: a layer that the host library lacks, or the C compiler refused.
    """
    model = job.model
    program = compile_network(model.core, model.network, memory_base=BASE)
    image = generate_network(program, list(job.inputs), name=job.name)
    folder.mkdir(parents=True, exist_ok=True)
    write_program(folder / PROGRAM, program)
    source = folder / "network_data.c"
    source.write_text(image.source, encoding="utf-8")
    library = [FIRMWARE / name for name in ("programs/network.c", "host_ops.c", "ratel.c")]
    compiled = compile_firmware([*library, source], folder)
    symbols = compiled.elf.sizes
    return compiled, sum(size for name, size in symbols.items() if name.startswith("phase_"))


def run_job(job: Job, where: Path, wanted: argparse.Namespace, results: Results) -> dict[str, Any]:
    """Run one network on the system; return its entry in the report."""
    folder = results.runs / job.name
    started = time.monotonic()
    compiled, job_bytes = network_firmware(job, folder / "firmware")
    inputs = folder / "inputs.npy"
    np.save(inputs, job.inputs)
    result = run(
        SimRun(
            build=where,
            module="tb.soc.network",
            results_dir=folder / "run",
            seed=wanted.seed,
            timeout_s=LIMIT_S,
            env={
                "RATEL_FIRMWARE": str(compiled.path),
                "RATEL_PROGRAM": str(folder / "firmware" / PROGRAM),
                "RATEL_INPUTS": str(inputs),
                "RATEL_CONFIG": job.model.core.name,
                "RATEL_STALL": str(wanted.stall),
                "RATEL_TRACE": "1",
            },
        )
    )
    oracle = compare_with_oracle(job.model.network, job.model.path, job.inputs, absent=job.absent)
    entry: dict[str, Any] = {
        "name": job.name,
        "oracle": oracle.report(),
        "not_judged": oracle.gap(),
        "inputs": len(job.inputs),
        "firmware_bytes": compiled.elf.code_bytes,
        "job_bytes": job_bytes,
        "seconds": 0.0,
        "cpu_cycles": [],
        "host_cycles": [],
        "bench_cycles": [],
    }
    console = folder / "run" / "console.txt"
    text = console.read_text(encoding="utf-8") if console.is_file() else ""
    print(f"\n{text.strip()}", flush=True)
    for npu, host in CYCLES.findall(text):
        entry["cpu_cycles"].append(int(npu))
        entry["host_cycles"].append(int(host))
    measured = folder / "run" / "soc.json"
    if measured.is_file():
        entry.update(json.loads(measured.read_text(encoding="utf-8")))
    print(oracle.sentence(), flush=True)
    reasons = [] if result.passed else [result.message]
    reasons += incomplete(job, entry) + wrong_words(job, text) if result.passed else []
    reasons += oracle.reasons()
    if wanted.compare:
        whole = run_whole(
            job.model, job.inputs, build=bench(job.model.core), folder=folder / "bench",
            seed=wanted.seed, stall=wanted.stall, absent=job.absent, progress=lambda *_: None,
        )  # fmt: skip
        entry["bench_cycles"] = list(whole.rtl.cycles)
        reasons += [f"without the CPU: {reason}" for reason in whole.reasons()]
    entry.update({"pass": not reasons, "reason": "; ".join(reasons)})
    entry["seconds"] = round(time.monotonic() - started, 1)
    return entry


def incomplete(job: Job, entry: dict[str, Any]) -> list[str]:
    """Return a sentence unless every element that core and host write was compared."""
    wanted = required_elements(job.model.program) * len(job.inputs)
    compared = entry.get("elements", 0)
    if wanted and compared == wanted:
        return []
    return [f"{compared} of {wanted} elements were compared"]


def wrong_words(job: Job, console: str) -> list[str]:
    """Return a sentence for the first input of which the console does not say what golden says."""
    network = job.model.network
    said = dict(SAID.findall(console))
    for number, given in enumerate(job.inputs):
        array = np.ascontiguousarray(given).reshape(job.model.input_shape)
        output = run_network(network, [array])[network.outputs[0]].reshape(-1)
        wanted = found_by_golden(array.reshape(-1), output)
        if str(number) not in said:
            return [f"input {number}: the firmware printed nothing, golden has {wanted}"]
        if said[str(number)] != wanted:
            return [f"input {number}: the firmware printed {said[str(number)]}, golden {wanted}"]
    return []


def found_by_golden(given: NDArray[Any], output: NDArray[Any]) -> str:
    """Return what the firmware is to print of an input and golden's output for it."""
    if given.size != output.size:
        best = int(output.argmax())
        return f"class {best} ({output[best]})"
    difference = np.abs(output.astype(np.int64) - given.astype(np.int64)).sum()
    return f"difference {difference}"


def summary(entries: list[dict[str, Any]], *, compare: bool) -> str:
    """Return the table of all networks; cycles are the most of any input."""
    head = ["network", "inputs", "tensors", "values", "differ", "instructions", "job bytes",
            "cycles", "of them host"]  # fmt: skip
    head += ["without CPU", "more"] if compare else []
    rows = []
    for entry in entries:
        cycles = max(entry["cpu_cycles"], default=0)
        row = [
            entry["name"], entry["inputs"], entry.get("layers", 0), entry.get("elements", 0),
            entry.get("mismatches", 0), entry.get("instructions", 0), entry["job_bytes"],
            cycles + max(entry["host_cycles"], default=0), max(entry["host_cycles"], default=0),
        ]  # fmt: skip
        if compare:
            alone = max(entry["bench_cycles"], default=0)
            more = f"{100 * (cycles - alone) / alone:+.2f} %" if alone else "-"
            row += [alone, more]
        rows.append(row)
    return table(head, rows)
