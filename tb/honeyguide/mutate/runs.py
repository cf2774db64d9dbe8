"""Which runs a mutant is given, and in which order: what kills most a second comes first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from honeyguide.regress.kept import kept_runs
from honeyguide.regress.suite import Run, load_suite

SEED = 1  # of the entries that a pull request's runs do not have


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


@dataclass
class Killers:
    """What is known of the runs: seconds, and which modules' mutants they killed.

    Attributes:
        runs: all there are.
        kept: names of those that a pull request has, of which much is expected from the start.
        seconds: how long each takes.
    """

    runs: Sequence[Run]
    kept: Collection[str] = ()
    seconds: dict[str, float] = field(default_factory=dict)
    _tried: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    _killed: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))

    def learn(self, run: str, module: str, *, killed: bool) -> None:
        """Enter how a run ended on a mutant of a module."""
        for key in ((run, module), (run, "")):
            self._tried[key] += 1
            self._killed[key] += killed

    def best(self, module: str, named: Collection[str]) -> Run | None:
        """Return the run of those named that is expected to kill the most a second."""
        left = [run for run in self.runs if run.name in named]
        return max(left, key=lambda run: self._worth(run.name, module), default=None)

    def _worth(self, run: str, module: str) -> float:
        # The rate in all modules weighs as much as two tries of this one.
        expected = 1 if run in self.kept else 0.2
        overall = (self._killed[run, ""] + expected) / (self._tried[run, ""] + 2)
        rate = (self._killed[run, module] + 2 * overall) / (self._tried[run, module] + 2)
        return rate / max(self.seconds.get(run, 1.0), 0.1)
