"""Run a network on the RTL: inputs are shared out over processes, results are put together.

    inputs 0..n-1  -->  part 0: tb.tests.network   -->  layers, cycles, outputs of all inputs
                        part 1: tb.tests.network

How many parts there are does not depend on the machine, so a run is the same everywhere; a network
with state runs in one part, because each input needs what the one before left.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, wait
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network import Network
from honeyguide.sim import SimResult, SimRun, run
from honeyguide.sim.workers import processes, task
from scripts.runs.model import Model
from sw.compiler.program import write_program

PARTS = 2
POLL_S = 0.3
SPARE_KIB = 4


@dataclass(frozen=True, kw_only=True)
class NetworkRun:
    """One network, one build, some inputs.

    Attributes:
        build: folder of the simulation.
        model: the network, compiled for it.
        inputs: of n inferences, see sw/execution.py.
        folder: where logs and results go.
        stall: wait probability on the memory bus.
        parts: processes the inputs are shared out over.
        speed: tile or pin, see tb/env/ports.py.
        waves: record waves; needs a traced build.
        warm: fork the simulations from one that has loaded Python; pays off from a second run on.
    """

    build: Path
    model: Model
    inputs: NDArray[Any]
    folder: Path
    seed: int = 1
    stall: float = 0.0
    parts: int = PARTS
    speed: str = "tile"
    waves: bool = False
    warm: bool = True
    timeout_s: float = 3600.0


@dataclass(kw_only=True)
class NetworkResult:
    """What came of a run, over all inputs.

    Attributes:
        passed: every part passed.
        failure: one line on the first difference or what else went wrong.
        inputs: inputs that ran to their end.
        layers: one entry a layer, see `Network.layer_result` in tb/tests/network.py.
        cycles: busy cycles of the core, for each input.
        outputs: for each output of the network [inputs, ...].
        seconds: of the processor, spent in inferences, summed over the processes.
        waves: wave files.
        spans: of each job of the first input: (first, last) cycles by engine.
    """

    passed: bool = True
    failure: str = ""
    inputs: int = 0
    layers: list[dict[str, Any]] = field(default_factory=list)
    cycles: list[int] = field(default_factory=list)
    counters: dict[str, int] = field(default_factory=dict)
    outputs: list[NDArray[Any]] = field(default_factory=list)
    simulated_cycles: int = 0
    seconds: float = 0.0
    waves: list[Path] = field(default_factory=list)
    spans: list[dict[str, list[list[int]]]] = field(default_factory=list)

    @property
    def comparisons(self) -> int:
        """Elements compared with golden."""
        return sum(layer["comparisons"] for layer in self.layers)

    @property
    def mismatches(self) -> int:
        """Elements that differ from golden."""
        return sum(layer["mismatches"] for layer in self.layers)

    @property
    def cycles_per_second(self) -> float:
        """Simulated cycles a second of one process."""
        return self.simulated_cycles / self.seconds if self.seconds else 0.0


def run_on_rtl(
    wanted: NetworkRun, progress: Callable[[int, int], None] | None = None
) -> NetworkResult:
    """Run it and return what came of it; something wrong in the core is a result, no exception.

    Args:
        wanted: what to run.
        progress: called with inputs done and inputs in all, several times a second.
    """
    wanted.folder.mkdir(parents=True, exist_ok=True)
    inputs = wanted.folder / "inputs.npy"
    np.save(inputs, wanted.inputs)
    program = write_program(wanted.folder / "program.pickle", wanted.model.program)
    total = len(wanted.inputs)
    jobs = [
        simulation(wanted, program, inputs, number, first, count)
        for number, (first, count) in enumerate(shares(total, part_count(wanted)))
    ]
    with processes(min(len(jobs), os.cpu_count() or 1)) as pool:
        futures = [pool.submit(task, run, job) for job in jobs]
        watch(futures, [Path(job.results_dir) for job in jobs], total, progress)
        results = [future.result() for future in futures]
    return merged(wanted.model.network, jobs, results)


def part_count(wanted: NetworkRun) -> int:
    """Return over how many processes the inputs are shared out."""
    return 1 if wanted.model.network.state else min(wanted.parts, len(wanted.inputs))


def shares(total: int, parts: int) -> list[tuple[int, int]]:
    """Return (first, count) of each part; the first parts take what does not divide."""
    ends = [-(-total * number // parts) for number in range(parts + 1)]
    return [(first, end - first) for first, end in pairwise(ends)]


def simulation(
    wanted: NetworkRun, program: Path, inputs: Path, number: int, first: int, count: int
) -> SimRun:
    """Return the process that runs `count` inputs from `first` on."""
    return SimRun(
        build=wanted.build,
        module="tb.tests.network",
        test="Network",
        results_dir=wanted.folder / f"part{number}",
        seed=wanted.seed,
        timeout_s=wanted.timeout_s,
        waves=wanted.waves,
        warm=wanted.warm,
        env={
            "RATEL_CONFIG": wanted.model.core.name,
            "RATEL_PROGRAM": str(program.resolve()),
            "RATEL_INPUTS": str(inputs.resolve()),
            "RATEL_FIRST": str(first),
            "RATEL_COUNT": str(count),
            "RATEL_STALL": str(wanted.stall),
            "RATEL_SPEED": wanted.speed,
            "RATEL_TRACE": "1",
            "RATEL_MEMORY_KIB": str((wanted.model.program.memory_end >> 10) + SPARE_KIB),
            "RATEL_TIMEOUT_US": str(10**9),  # the wall clock is the limit, see timeout_s
        },
    )


def watch(
    futures: Sequence[Future[SimResult]],
    folders: Sequence[Path],
    total: int,
    progress: Callable[[int, int], None] | None,
) -> None:
    """Wait for all parts, telling `progress` how far they are."""
    pending: set[Future[SimResult]] = set(futures)
    while pending:
        _, pending = wait(pending, timeout=POLL_S)
        if progress is not None:
            progress(sum(inputs_done(folder) for folder in folders), total)


def inputs_done(folder: Path) -> int:
    """Return what a part wrote into progress.txt; 0 before it did."""
    try:
        words = (folder / "progress.txt").read_text(encoding="utf-8").split()
    except FileNotFoundError:
        return 0
    return int(words[0]) if words else 0


def merged(network: Network, jobs: Sequence[SimRun], results: Sequence[SimResult]) -> NetworkResult:
    """Put the parts together, in the order of the inputs."""
    whole = NetworkResult()
    outputs: list[list[NDArray[Any]]] = []
    for job, result in zip(jobs, results, strict=True):
        folder = Path(job.results_dir)
        if result.waves is not None:
            whole.waves.append(result.waves)
        document = read_json(folder / "network.json")
        whole.spans = whole.spans or read_json(folder / "spans.json") or []
        if document is not None:
            add_part(whole, document)
        if not result.passed:
            whole.passed = False
            whole.failure = whole.failure or failure_of(job, result, document)
        if (folder / "outputs.npz").is_file():
            with np.load(folder / "outputs.npz") as arrays:
                outputs.append([arrays[name] for name in arrays.files])
    if outputs:
        whole.outputs = [
            np.concatenate([part[i] for part in outputs]) for i in range(len(network.outputs))
        ]
    return whole


def read_json(path: Path) -> Any:
    """Return a file's content, None when it is not there."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def add_part(whole: NetworkResult, part: dict[str, Any]) -> None:
    """Add a part's figures to those of the parts before it."""
    if not whole.layers:
        whole.layers = part["layers"]
    else:
        for layer, other in zip(whole.layers, part["layers"], strict=True):
            for name in ("cycles", "runs", "comparisons", "mismatches"):
                layer[name] += other[name]
            layer["first"] = layer["first"] or other["first"]
    whole.inputs += part["inputs"]
    whole.cycles += part["cycles"]
    whole.simulated_cycles += part["simulated_cycles"]
    whole.seconds += part["seconds"]
    for name, value in part["counters"].items():
        whole.counters[name] = whole.counters.get(name, 0) + value


def failure_of(job: SimRun, result: SimResult, document: dict[str, Any] | None) -> str:
    """Return one line: the first layer that differs, else what the test or the simulator said."""
    for layer in document["layers"] if document else ():
        if layer["mismatches"]:
            place = int(job.env["RATEL_FIRST"]) + (document or {})["inputs"]
            said = layer["first"] or "the host's result differs from golden"
            return f"input {place}, layer {layer['index']} {layer['operator']}: {said}"
    return result.message
