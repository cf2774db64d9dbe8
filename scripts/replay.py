"""Show that a seed decides everything: twice at tile level and once at pin level, same log.

Random tests of the suite are run with --n seeds each of the three ways, and their transaction logs
compared byte by byte. build/replay leads to the runs. As a check of the check, logs of different
seeds must differ.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from honeyguide import cli
from honeyguide.regress.command import tell
from honeyguide.regress.engine import Plan, regress
from honeyguide.regress.suite import Entry, Run, chosen_configs, load_suite
from honeyguide.sim import HdlError

LOG = "transactions.txt"
SHORTEST = 10  # lines; a log of less has nothing to compare
# Short enough for the slow level; every kind of stimulus.
TESTS = {
    "layers.AnyLayers": {"RATEL_LAYERS": "2"},
    "hazards.RandomPrograms": {"RATEL_PROGRAMS": "2"},
    "offload.KillsAndWaits": {"RATEL_PROGRAMS": "3"},
    "memory_port.ErrorsInPrograms": {"RATEL_PROGRAMS": "2"},
}
WAYS = {"first": "tile", "again": "tile", "pin": "pin"}
TIMEOUT_S = 600.0


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One test with one seed, run in every way."""

    test: str
    seed: int
    runs: tuple[Run, ...]


def main(argv: list[str]) -> int:
    """Run and compare; return 1 unless all logs of a seed are the same."""
    options = cli.parser("replay", __doc__)
    cli.add(options, "n", default=4, help="seeds, dealt out over the tests")
    cli.add(options, "config", help="configuration; the suite's first by default")
    cli.add(options, "seed", help="first seed")
    cli.add(options, "jobs")
    wanted = options.parse_args(argv)
    configs = chosen_configs(load_suite(), wanted.config)
    trials = make_trials(wanted.n, wanted.seed, configs[0])
    runs = tuple(run for trial in trials for run in trial.runs)
    summary = regress(Plan(runs=runs, jobs=wanted.jobs, command="replay"))
    tell(summary, summary.folder, {})
    found = differences(trials, summary.folder / "runs")
    print("\n".join([*found, f"{len(trials)} seeds, {len(WAYS)} runs each: {len(found)} differ"]))
    return 0 if summary.passed and not found else 1


def make_trials(count: int, seed: int, config: str) -> list[Trial]:
    """Return `count` trials with seeds in a row, tests in turn."""
    names = list(TESTS)
    trials = []
    for number in range(count):
        test = names[number % len(names)]
        entries = [
            Entry(name=f"{test}@{way}", speed=speed, timeout_s=TIMEOUT_S, env=TESTS[test])
            for way, speed in WAYS.items()
        ]
        runs = tuple(Run(entry=entry, config=config, seed=seed + number) for entry in entries)
        trials.append(Trial(test=test, seed=seed + number, runs=runs))
    return trials


def differences(trials: Sequence[Trial], folder: Path) -> list[str]:
    """Return a sentence for each trial whose logs differ, lack, or say nothing, and for two trials
    of one test that have the same log, which would mean that the seed does nothing.
    """
    found = []
    first_of: dict[tuple[str, bytes], int] = {}
    for trial in trials:
        logs = {run.entry.name.rpartition("@")[2]: read(folder / run.name) for run in trial.runs}
        name = f"{trial.test} seed {trial.seed}"
        if missing := [way for way, log in logs.items() if log.count(b"\n") < SHORTEST]:
            found.append(f"{name}: no transactions of {', '.join(missing)}")
            continue
        reference = logs["first"]
        found += [
            f"{name}: {way} differs in line {first_line(reference, log)}"
            for way, log in logs.items()
            if log != reference
        ]
        other = first_of.setdefault((trial.test, reference), trial.seed)
        if other != trial.seed:
            found.append(f"{name}: the same transactions as with seed {other}")
    return found


def read(folder: Path) -> bytes:
    """Return a run's log; nothing if there is none."""
    path = folder / LOG
    return path.read_bytes() if path.is_file() else b""


def first_line(one: bytes, other: bytes) -> int:
    """Return the number of the first line in which two logs differ."""
    pairs = zip(one.splitlines(), other.splitlines(), strict=False)  # one may be longer
    for number, (left, right) in enumerate(pairs, start=1):
        if left != right:
            return number
    return min(one.count(b"\n"), other.count(b"\n")) + 1


if __name__ == "__main__":
    cli.run_command(main, HdlError)
