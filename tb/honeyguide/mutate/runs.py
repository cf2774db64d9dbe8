"""Which runs a mutant is given, and in which order: what kills most a second comes first.

What kills most at first, a short run that meets everything a little, seldom kills what has passed
three such runs. So what is known of a run is kept by how much its mutants had passed before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from honeyguide.regress.kept import kept_runs
from honeyguide.regress.suite import Run, load_suite

SEED = 1  # of the entries that a pull request's runs do not have
STAGES = (3, 8)  # passed runs from which on another run may be the best


def runs_of(config: str) -> list[Run]:
    """Return the runs of a configuration: a pull request's, then the suite's other entries."""
    suite = load_suite()
    chosen = kept_of(config)
    named = {run.entry.name for run in chosen}
    others = [entry for entry in suite.entries if entry.name not in named]
    return [*chosen, *(Run(entry=entry, config=config, seed=SEED) for entry in others)]


def kept_of(config: str) -> list[Run]:
    """Return the runs of a pull request in a configuration."""
    return [run for run in kept_runs(load_suite()) if run.config == config]


def stage_of(passed: int) -> int:
    """Return the stage of a mutant that has passed so many runs."""
    return sum(passed >= bound for bound in STAGES)


@dataclass
class Killers:
    """What is known of the runs: seconds, and which modules' mutants they killed at which stage.

    Attributes:
        runs: all there are.
        kept: names of those that a pull request has, of which much is expected from the start.
        seconds: how long each takes.
    """

    runs: Sequence[Run]
    kept: Collection[str] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    _tried: dict[tuple[str, str, int], int] = field(default_factory=lambda: defaultdict(int))
    _killed: dict[tuple[str, str, int], int] = field(default_factory=lambda: defaultdict(int))

    def learn(self, run: str, module: str, *, killed: bool, passed: int) -> None:
        """Enter how a run ended on a mutant of a module that had passed so many before."""
        stage = stage_of(passed)
        for key in ((run, module, stage), (run, "", stage)):
            self._tried[key] += 1
            self._killed[key] += killed

    def best(self, module: str, named: Collection[str], *, passed: int) -> Run | None:
        """Return the run of those named that is expected to kill the most a second."""
        left = [run for run in self.runs if run.name in named]
        stage = stage_of(passed)
        return max(left, key=lambda run: self._worth(run.name, module, stage), default=None)

    def _worth(self, run: str, module: str, stage: int) -> float:
        seconds = max(self.seconds.get(run, 1.0), 0.1)
        # At first a short run is worth more; of what passes those, a run that does more kills more.
        expected = 1.0 if run in self.kept else 0.2
        expected *= min(1.0, 0.2 * seconds) if stage else 1.0
        # The rate in all modules weighs as much as two tries of this one.
        overall = self._rate(run, "", stage, expected / 2)
        return self._rate(run, module, stage, overall) / seconds

    def _rate(self, run: str, module: str, stage: int, expected: float) -> float:
        key = run, module, stage
        return (self._killed[key] + 2 * expected) / (self._tried[key] + 2)
