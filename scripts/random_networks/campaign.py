"""Many random networks: drawn, judged in this process, simulated in batches, failures shrunk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import numpy as np

from golden.config import CoreConfig
from honeyguide.report.command import make_command
from scripts.random_networks.generate import random_network
from scripts.random_networks.judge import Array, Equal, Failure, Judged, judge, simulate
from scripts.random_networks.shrink import Shrunk, shrink
from scripts.runs.oracle import Oracles
from scripts.runs.whole import is_off, prediction_sentence
from sw.execution import split_inputs
from sw.importer import import_network

BATCH = 20  # networks of one simulation
PREDICTED = "8x8"  # whose cycles have to be those that were predicted: its bus has no wait states

Progress = Callable[[int, int], None]


@dataclass(kw_only=True)
class Finding:
    """A network that failed, and what it was shrunk to."""

    index: int
    failure: Failure
    shrunk: Shrunk
    file: Path
    commands: list[str] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """Cycles of a network as they were predicted and measured."""

    index: int
    predicted: int
    measured: int

    @property
    def error(self) -> float:
        """How far it is off, as a share of what was measured."""
        return (self.predicted - self.measured) / self.measured


@dataclass(kw_only=True)
class Tally:
    """What came of all networks."""

    networks: int = 0
    simulated: int = 0
    without_core: int = 0
    operators: Counter[str] = field(default_factory=Counter)
    judges: Counter[str] = field(default_factory=Counter)
    judged_values: int = 0
    rtl_values: int = 0
    predictions: list[Prediction] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """What is to be run; ``build`` of None leaves the simulation out (tests of golden alone)."""

    core: CoreConfig
    build: Path | None
    folder: Path
    seed: int
    only: Sequence[str] = ()
    module: str = "tb.tests.networks"

    def run(
        self, numbers: Iterable[int], oracles: Oracles, progress: Progress | None = None
    ) -> Tally:
        """Run the networks of these numbers."""
        tally, waiting = Tally(), list(numbers)
        total = len(waiting)
        while waiting:
            batch, waiting = waiting[:BATCH], waiting[BATCH:]
            drawn = {}
            for index in batch:
                found = self._judged(index, oracles)
                tally.networks += 1
                tally.operators.update(found.operators)
                tally.judges[found.judge] += 1
                tally.judged_values += found.comparisons
                if found.failure is not None:
                    tally.findings.append(self._finding(index, found, oracles))
                elif found.runs_on_core:
                    drawn[index] = found
                else:
                    tally.without_core += 1
            if self.build is not None:
                self._simulated(tally, drawn, oracles)
            if progress is not None:
                progress(total - len(waiting), total)
        return tally

    def path(self, index: int) -> Path:
        """Return where a network lies."""
        return self.folder / "networks" / f"network_{self.seed}_{index}.tflite"

    def _judged(self, index: int, oracles: Oracles) -> Judged:
        path = self.path(index)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(random_network(self.seed, index, self.only))
        return judge(path, self.seed + index, oracles, self.core)

    def _simulated(self, tally: Tally, drawn: dict[int, Judged], oracles: Oracles) -> None:
        pending = list(drawn)
        for number in count():
            if not pending:
                return
            ended = simulate(
                [drawn[index] for index in pending], build=self.build or Path(), core=self.core,
                folder=self.folder / "rtl" / f"{pending[0]}_{number}", seed=self.seed,
                module=self.module,
            )  # fmt: skip
            for index in list(pending):
                end = ended.get(drawn[index].path)
                if end is None:
                    continue
                pending.remove(index)
                tally.simulated += 1
                found = drawn[index]
                if isinstance(end, Equal):
                    tally.rtl_values += end.comparisons
                    tally.predictions.append(
                        Prediction(index=index, predicted=found.predicted, measured=end.cycles)
                    )
                found.failure = self._verdict(found, end)
                if found.failure is not None:
                    tally.findings.append(self._finding(index, found, oracles))

    def _verdict(self, found: Judged, end: Failure | Equal) -> Failure | None:
        """What is wrong with a network that was simulated."""
        if isinstance(end, Failure):
            return end
        if self.core.name != PREDICTED or not is_off(found.predicted, end.cycles):
            return None
        return Failure(stage="cycles", text=prediction_sentence(found.predicted, end.cycles))

    def examine(
        self, oracles: Oracles, stage: str
    ) -> Callable[[bytes, Array | None], Failure | None]:
        """Return a function that says how a smaller network fails."""
        path = self.folder / "shrinking" / "smaller.tflite"
        path.parent.mkdir(parents=True, exist_ok=True)

        def examined(raw: bytes, inputs: Array | None) -> Failure | None:
            path.write_bytes(raw)
            found = judge(path, self.seed, oracles, self.core, inputs)
            simulated = stage in ("RTL", "cycles")
            if found.failure is not None or not simulated or self.build is None:
                return found.failure
            if not found.runs_on_core:
                return None
            folder = self.folder / "shrinking" / "rtl"
            ended = simulate(
                [found], build=self.build, core=self.core, folder=folder, seed=self.seed,
                module=self.module,
            )  # fmt: skip
            end = ended.get(path)
            return None if end is None else self._verdict(found, end)

        return examined

    def _finding(self, index: int, found: Judged, oracles: Oracles) -> Finding:
        failure = found.failure
        assert failure is not None
        raw = found.path.read_bytes()
        inputs = np.load(found.inputs) if found.inputs.is_file() else None
        examine = self.examine(oracles, failure.stage)  # makes the folder
        scratch = self.folder / "shrinking" / "scratch.tflite"
        shrunk = shrink(raw, inputs, failure, examine, scratch)
        file = self.folder / f"failure_{self.seed}_{index}.tflite"
        file.write_bytes(shrunk.raw)
        words = {"MODEL": str(file), "CONFIG": self.core.name}
        if shrunk.inputs is not None:
            words["INPUT"] = str(write_inputs(file, shrunk.inputs))
        again: dict[str, object] = {
            "N": 1,
            "SEED": self.seed,
            "CONFIG": self.core.name,
            "FIRST": index,
        }
        again["ONLY"] = ",".join(self.only)
        return Finding(
            index=index, failure=failure, shrunk=shrunk, file=file,
            commands=[
                make_command("run", words),
                make_command("fuzz", again),
            ],
        )  # fmt: skip


def write_inputs(file: Path, inputs: Array) -> Path:
    """Write inputs as `make run` takes them: .npy for one, .npz by name for several."""
    network = import_network(file)
    tensors = [network.tensors[index] for index in network.inputs]
    if len(tensors) == 1:
        np.save(file.with_suffix(".npy"), inputs)
        return file.with_suffix(".npy")
    rows = [split_inputs(network, row) for row in inputs]
    arrays = {t.name: np.stack([row[i] for row in rows]) for i, t in enumerate(tensors)}
    np.savez(file.with_suffix(".npz"), **arrays)  # type: ignore[arg-type]
    return file.with_suffix(".npz")
