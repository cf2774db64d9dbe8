"""What a network has to stand: importer, golden against its oracle, compiler, RTL against golden.

bytes -> import -> golden == tflite-micro / LiteRT -> compile -> RTL == golden
         refused   differs, not judged                refused    differs, raises

Each has a stage of its own, so that a smaller network can be asked for the same failure.
"""

from __future__ import annotations

import json
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from golden.config import CoreConfig
from golden.network import Network, NetworkError
from honeyguide.sim import SimRun, run
from scripts.runs.model import inputs_of
from scripts.runs.oracle import Oracles, compare_with_oracle
from sw.compiler.fastest import compile_network
from sw.compiler.geometry import CompileError
from sw.compiler.program import MEMORY_BASE, NpuPhase, write_program
from sw.importer import import_network

Array = NDArray[np.generic]

INFERENCES = 2  # of a network with state, so that the state counts
MEMORY_KIB = 4096
TIMEOUT_S = 3600.0


@dataclass(frozen=True, kw_only=True)
class Failure:
    """What is wrong with a network: at which stage, and how."""

    stage: str
    text: str

    @property
    def line(self) -> str:
        """The first line that says something, the last one of a traceback."""
        lines = [line.strip() for line in self.text.splitlines() if line.strip()] or ["no message"]
        return lines[-1] if lines[0].startswith("Traceback") else lines[0]


@dataclass(frozen=True, kw_only=True)
class Equal:
    """A network whose every element is that of golden: how many, and cycles of an inference."""

    comparisons: int
    cycles: int


@dataclass(kw_only=True)
class Judged:
    """A network that was looked at before it is simulated."""

    path: Path
    inputs: Path
    failure: Failure | None = None
    judge: str = ""
    comparisons: int = 0
    operators: list[str] = field(default_factory=list)
    runs_on_core: bool = False
    predicted: int = 0

    @property
    def program(self) -> Path:
        """Where the compiled network is left for the simulation."""
        return self.path.with_suffix(".program")


def judge(
    path: Path, seed: int, oracles: Oracles, core: CoreConfig, inputs: Array | None = None
) -> Judged:
    """Import a file, compare golden with its oracle, and compile it.

    Args:
        path: of the file; its inputs are left beside it.
        seed: of random inputs.
        oracles: who is asked.
        core: what it is compiled for.
        inputs: see sw/execution.py; random ones without.
    """
    found = Judged(path=path, inputs=path.with_suffix(".npy"))
    try:
        network = import_network(path)
        found.operators = [layer.operator for layer in network.layers]
        if inputs is None:
            inputs = inputs_of(network, INFERENCES if network.state else 1, seed)
        np.save(found.inputs, inputs)
    except NetworkError as error:
        found.failure = Failure(stage="import", text=str(error))
        return found
    except Exception:  # noqa: BLE001 (any other is what is looked for)
        found.failure = Failure(stage="import", text=traceback.format_exc())
        return found
    found.failure = _oracle(found, network, inputs, oracles) or _compile(found, network, core)
    return found


def _oracle(found: Judged, network: Network, inputs: Array, oracles: Oracles) -> Failure | None:
    try:
        result = compare_with_oracle(network, found.path, inputs, oracles=oracles)
    except Exception:  # noqa: BLE001 (the same)
        return Failure(stage="golden", text=traceback.format_exc())
    found.judge, found.comparisons = result.judge, result.comparisons
    if result.mismatches:
        return Failure(stage="oracle", text=result.first)
    if not result.judged and result.expected:
        return Failure(stage="no oracle", text=result.sentence())
    return None


def _compile(found: Judged, network: Network, core: CoreConfig) -> Failure | None:
    try:
        program = compile_network(core, network, memory_base=MEMORY_BASE)
        write_program(found.program, program)
        found.predicted = program.predicted_cycles
        found.runs_on_core = any(isinstance(phase, NpuPhase) for phase in program.phases)
    except CompileError as error:
        return Failure(stage="compile", text=str(error))
    except Exception:  # noqa: BLE001 (the same)
        return Failure(stage="compile", text=traceback.format_exc())
    return None


def simulate(
    networks: Sequence[Judged],
    *,
    build: Path,
    core: CoreConfig,
    folder: Path,
    seed: int,
    module: str = "tb.tests.networks",
) -> dict[Path, Failure | Equal]:
    """Run networks in one process; return what is wrong with each, or what was compared.

    What comes behind a failure is not there: run these again.
    """
    wanted = SimRun(
        build=build,
        module=module,
        test="Networks",
        results_dir=folder,
        seed=seed,
        timeout_s=TIMEOUT_S,
        env={
            "RATEL_CONFIG": core.name,
            "RATEL_NETWORKS": json.dumps([[str(n.program), str(n.inputs)] for n in networks]),
            "RATEL_TRACE": "1",
            "RATEL_MEMORY_KIB": str(MEMORY_KIB),
            "RATEL_TIMEOUT_US": str(10**9),
        },
    )
    result = run(wanted)
    ended: dict[Path, Failure | Equal] = {}
    lines = folder / "networks.jsonl"
    paths = {str(network.program): network.path for network in networks}
    for line in lines.read_text(encoding="utf-8").splitlines() if lines.is_file() else ():
        entry = json.loads(line)
        if entry["kind"] == "equal":
            cycles = max(entry["cycles"], default=0)
            end: Failure | Equal = Equal(comparisons=entry["comparisons"], cycles=cycles)
        else:
            end = Failure(stage="RTL", text=entry["text"])
        ended[paths[entry["path"]]] = end
    if not result.passed and not any(isinstance(end, Failure) for end in ended.values()):
        last = [network.path for network in networks if network.path not in ended][:1]
        # With all of them done, what was left over at the end belongs to none: blame the last.
        for path in last or [networks[-1].path]:
            ended[path] = Failure(stage="RTL", text=result.message)
    return ended
