"""Run networks on a whole system: a RISC-V CPU with Ratel as its coprocessor runs C firmware.

Without --model: the MNIST network on 10 real images, then the networks of MLPerf Tiny that are on
this machine (RATEL_MODELS), one input each. The CPU issues every custom instruction; every tensor
is compared with golden, and the firmware prints what it recognises. Writes build/reports/soc.json.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import logging
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib import invalidate_caches, metadata
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.config import CoreConfig
from golden.network import NetworkError
from scripts import cli
from scripts.hdl import ROOT, HdlError, SimBuild, SimRun, build, run
from scripts.reports.files import Results, add_results_option, shown
from scripts.reports.table import table
from scripts.runs.arguments import share
from scripts.runs.bench import bench, configuration
from scripts.runs.model import Model, load_model, random_inputs, read_inputs
from scripts.runs.whole import run_whole
from scripts.runs.zoo import Entry, zoo
from sw.compiler import CompileError, compile_network
from sw.firmware.codegen import BASE, generate_network
from sw.firmware.compiler import FIRMWARE, Compiled, FirmwareError, compile_firmware, cross_compiler
from tb.soc.build import CPU_PACKAGE, CpuMissingError, cpu_folder, soc_build

REQUIREMENTS = ROOT / "requirements-soc.txt"
IMAGES = 10  # of MNIST when nobody says how many
LIMIT_S = 1800.0
CYCLES = re.compile(r"(\d+) cycles on Ratel, (\d+) on the CPU")


@dataclass(frozen=True, kw_only=True)
class Job:
    """A network and the inputs it is to run on, int8 [n, ...]."""

    name: str
    model: Model
    inputs: NDArray[np.int8]


def main(argv: list[str]) -> int:
    """Run what the command line asks for; return 1 when something differs."""
    options = cli.parser("soc", __doc__)
    options.add_argument("--model", help="a network's name (mnist, resnet8, ...) or a .tflite file")
    options.add_argument("--input", type=Path, help="inputs for a .tflite file, .npy")
    options.add_argument("--count", type=cli.count, help="inputs to run; 10 of MNIST, else 1")
    options.add_argument("--config", help="configuration of the core, as in spec/configs.toml")
    options.add_argument("--stall", type=share, default=0.0, help="chance that a bus waits")
    options.add_argument("--seed", type=cli.seed, default=1, help="root of every random choice")
    options.add_argument(
        "--compare", action="store_true", help="also run without a CPU and compare the cycles"
    )
    add_results_option(options)
    wanted = options.parse_args(argv)
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    logging.getLogger("sw.firmware").setLevel(logging.INFO)
    core = configuration(wanted.config)
    jobs = chosen(wanted, core)
    results = Results(command="soc", folder=wanted.results.resolve())
    results.start()
    where = built_system(core)
    print(f"compiler    {cross_compiler().name}")
    entries = [run_job(job, where, wanted, results) for job in jobs]
    print("\n" + summary(entries, compare=wanted.compare) + "\n")
    path = results.write(
        {
            "pass": all(entry["pass"] for entry in entries),
            "config": core.name,
            "compiler": cross_compiler().name,
            "seed": wanted.seed,
            "stall": wanted.stall,
            "networks": entries,
        }
    )
    print(f"report      {shown(path)}")
    for entry in entries:
        if not entry["pass"]:
            print(f"FAIL: {entry['name']}: {entry['reason']}")
    if all(entry["pass"] for entry in entries):
        print("PASS")
        return 0
    return 1


# ---- what to run


def chosen(wanted: argparse.Namespace, core: CoreConfig) -> list[Job]:
    """Return the jobs of a command line."""
    known = {entry.name: entry for entry in zoo(wanted.seed)}
    if wanted.model is None:
        names = ["mnist", "resnet8", "ds_cnn", "mobilenet", "autoencoder"]
        missing = [name for name in names if known[name].path is None]
        if missing:
            print(f"left out: {', '.join(missing)}: {known[missing[0]].missing}")
        return [known_job(known[name], core, wanted.count) for name in names if name not in missing]
    if wanted.model in known:
        entry = known[wanted.model]
        if entry.path is None:
            raise cli.UserError(f"{entry.name} is not here: {entry.missing}")
        return [known_job(entry, core, wanted.count)]
    path = Path(wanted.model)
    if not path.is_file():
        raise cli.UserError(f"{wanted.model} is neither a file nor one of {', '.join(known)}")
    model = load_model(path, core)
    if wanted.input is None:
        inputs = random_inputs(model, wanted.count or 1, wanted.seed)
    else:
        inputs = read_inputs(wanted.input, model)[: wanted.count or 1]
    return [Job(name=path.stem, model=model, inputs=inputs)]


def known_job(entry: Entry, core: CoreConfig, count: int | None) -> Job:
    """Return a job for a network of the zoo."""
    assert entry.path is not None
    model = load_model(entry.path, core)
    number = count or (IMAGES if entry.name == "mnist" else 1)
    inputs = entry.inputs(model)
    if number > len(inputs):
        raise cli.UserError(f"{entry.name} has {len(inputs)} inputs, not {number}")
    return Job(name=entry.name, model=model, inputs=inputs[:number])


# ---- what to run it on


def ensure_cpu() -> None:
    """Install the CPU's package (1 MB) into this environment if it is not there.

    Raises:
        UserError: it could not be installed.
    """
    pinned = REQUIREMENTS.read_text(encoding="utf-8").strip().splitlines()[-1]
    lock = ROOT / "build" / "cpu.lock"
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        try:
            if f"{CPU_PACKAGE}=={metadata.version(CPU_PACKAGE)}" == pinned:
                return
        except metadata.PackageNotFoundError:
            pass
        print(f"installing the CPU, {pinned} (once)", flush=True)
        words = [
            sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet",
            "--no-deps", "--only-binary", ":all:", "-r", str(REQUIREMENTS),
        ]  # fmt: skip
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise cli.UserError(f"installing {pinned} failed: {lines[-1] if lines else 'see pip'}")
    invalidate_caches()


def built_system(core: CoreConfig) -> Path:
    """Return the folder of the built system, and say what it is made of."""
    ensure_cpu()
    print(f"CPU         CV32E40X of {CPU_PACKAGE} {metadata.version(CPU_PACKAGE)}")
    cpu_folder()
    started = time.monotonic()
    print(f"system with {core.name}: ", end="", flush=True)
    folder = build(SimBuild(**soc_build(core.name)))
    seconds = time.monotonic() - started
    print(f"built in {seconds:.0f} s" if seconds > 1.0 else "already built", flush=True)
    return folder


def network_firmware(job: Job, folder: Path) -> tuple[Compiled, int]:
    """Compile a network to firmware; return it and the bytes of its code and constants alone.

    Raises:
        FirmwareError: a layer that the host library lacks, or the C compiler refused.
    """
    model = job.model
    program = compile_network(model.core, model.network, memory_base=BASE)
    image = generate_network(program, list(job.inputs), name=job.name)
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "network_data.c"
    source.write_text(image.source, encoding="utf-8")
    library = [FIRMWARE / name for name in ("programs/network.c", "host_ops.c", "ratel.c")]
    compiled = compile_firmware([*library, source], folder)
    symbols = compiled.elf.sizes
    return compiled, sum(size for name, size in symbols.items() if name.startswith("phase_"))


# ---- run


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
                "RATEL_NETWORK": str(job.model.path),
                "RATEL_INPUTS": str(inputs),
                "RATEL_CONFIG": job.model.core.name,
                "RATEL_STALL": str(wanted.stall),
                "RATEL_TRACE": "1",
            },
        )
    )
    entry: dict[str, Any] = {
        "name": job.name,
        "pass": result.passed,
        "reason": result.message,
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
    if wanted.compare:
        whole = run_whole(
            job.model, job.inputs, build=bench(job.model.core), folder=folder / "bench",
            seed=wanted.seed, stall=wanted.stall, progress=lambda *_: None,
        )  # fmt: skip
        entry["bench_cycles"] = list(whole.rtl.cycles)
    entry["seconds"] = round(time.monotonic() - started, 1)
    return entry


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


if __name__ == "__main__":
    cli.run_command(main, HdlError, NetworkError, CompileError, FirmwareError, CpuMissingError)
