"""The core in a bare C++ loop (tb/bare/bare_loop.cpp): how fast Verilator alone would be.

The same RTL, the same program and the same inputs as the bench runs; the output bytes are compared
with golden, so that what is measured is the work it is said to be.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from golden.config import CoreConfig
from golden.network import run_network
from honeyguide.cli import UserError
from honeyguide.place import full, plain, workshop
from honeyguide.project import BUILD
from honeyguide.sim import HdlError
from honeyguide.sim.builder import CODE, content_hash, locked
from honeyguide.sim.objects import compile_model
from honeyguide.sim.sources import hdl_files
from honeyguide.sim.supervise import supervise
from honeyguide.sim.toolchain import (
    clean_environment,
    error_lines,
    verilator,
    versions,
)
from scripts.runs.model import Model
from sw.compiler.program import NpuPhase
from tb.build import ROOT, rtl_include_dirs, rtl_sources

BARE = ROOT / "tb" / "bare" / "bare_loop.cpp"
BUILDS = BUILD / "bare"
MAGIC = 0x4C544152
SPARE = 4096
TIMEOUT_S = 600


@dataclass(frozen=True, kw_only=True)
class BareResult:
    """Cycles and seconds of the loop; a failure in a sentence, empty when all bytes were right."""

    cycles: int = 0
    seconds: float = 0.0
    failure: str = ""


def run_bare(model: Model, inputs: NDArray[np.int8], folder: Path) -> BareResult:
    """Run inputs [n, ...] of a network that is one job of the core.

    Raises:
        HdlError: the model did not build.
        UserError: part of the network runs on the host.
    """
    program = build_bare(model.core)
    folder.mkdir(parents=True, exist_ok=True)
    job, result = folder / "job.bin", folder / "result.json"
    job.write_bytes(job_file(model, inputs))
    result.unlink(missing_ok=True)
    done = subprocess.run(
        [str(program), str(job), str(result)],
        cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=TIMEOUT_S, check=False,
    )  # fmt: skip
    if not result.is_file():
        said = done.stderr.strip() or "no message"
        return BareResult(failure=f"the bare loop ended with {done.returncode}: {said}")
    found = json.loads(result.read_text(encoding="utf-8"))
    failure = ""
    if not found["alive"]:
        failure = "bare loop: the core hangs"
    elif found["wrong"]:
        failure = f"bare loop: {found['wrong']} output bytes differ from golden"
    return BareResult(cycles=found["cycles"], seconds=found["seconds"], failure=failure)


def job_file(model: Model, inputs: NDArray[np.int8]) -> bytes:
    """Return what bare_loop.cpp reads: program, memory, inputs and expected outputs."""
    program, network = model.program, model.network
    if len(program.phases) != 1 or not isinstance(program.phases[0], NpuPhase):
        raise UserError(f"{model.name} is not one job of the core, so the bare loop can't run it")
    steps = [step.instruction for step in program.phases[0].steps]
    memory = np.zeros(program.memory_end + SPARE, dtype=np.uint8)
    for address, data in program.image:
        memory[address : address + data.size] = data
    source, target = network.inputs[0], network.outputs[0]
    places = [program.regions[program.roots.get(tensor, tensor)] for tensor in (source, target)]
    sizes = [network.tensors[tensor].size for tensor in (source, target)]
    head = [MAGIC, len(steps), len(inputs), memory.size]
    for place, size in zip(places, sizes, strict=True):
        head += [place.address, size]
    parts = [np.array(head, dtype="<u4").tobytes()]
    parts.append(np.array([(i.word, i.rs1, i.rs2) for i in steps], dtype="<u4").tobytes())
    parts.append(memory.tobytes())
    for array in inputs:
        given = np.ascontiguousarray(array).reshape(model.input_shape)
        parts += [given.tobytes(), run_network(network, [given])[target].tobytes()]
    return b"".join(parts)


def build_bare(core: CoreConfig) -> Path:
    """Return the program, built first if it is not there."""
    sources = [plain(path) for path in [*rtl_sources(), BARE]]
    files = [*sources, *(file for folder in rtl_include_dirs() for file in hdl_files(folder))]
    text = json.dumps(
        [
            {str(path): content_hash(path) for path in files},
            {path.name: content_hash(path) for path in (*CODE, Path(__file__))},
            core.verilog_parameters(),
            versions(),
        ],
        sort_keys=True,
    )
    folder = workshop(BUILDS) / f"{core.name}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
    program = folder / "bare_loop"
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / "lock"):
        if not program.is_file():
            compile_bare(core, sources, folder, program)
    return program


def compile_bare(core: CoreConfig, sources: Sequence[Path], folder: Path, program: Path) -> None:
    """Verilate and compile; the program appears only when all of it went well."""
    made, log = folder / "model", folder / "build.log"
    parameters = [f"-G{name}={value}" for name, value in core.verilog_parameters().items()]
    includes = [f"-I{plain(path)}" for path in rtl_include_dirs()]
    with log.open("wb") as stream:

        def run(command: Sequence[str]) -> int:
            code = supervise(command, env=clean_environment(), cwd=folder, output=stream)
            return 1 if code is None or full(folder) else code

        code = run(
            [
                str(verilator()), "--cc", "--exe", "--no-timing", "-Wno-fatal", "--make", "json",
                "--top-module", "ratel_core", "-Mdir", str(made), *parameters, *includes,
                *map(str, sources),
            ]
        )  # fmt: skip
        code = code or compile_model(
            made, program, store=workshop(BUILD / "objects"), includes=[], quick=False, jobs=2,
            run=run,
        )  # fmt: skip
    if code:
        program.unlink(missing_ok=True)
        reasons = [full(folder, log)] if full(folder, log) else error_lines(log)
        reasons = reasons or ["no error line was found"]
        raise HdlError(f"building the bare loop failed: {reasons[0]}; log: {log}")
