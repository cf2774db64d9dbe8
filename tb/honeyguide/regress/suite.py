"""What a regression consists of: the suite of the core, dealt out into runs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import Any

from honeyguide.cli import UserError, did_you_mean
from honeyguide.core import core
from honeyguide.plan.catalogue import bench_tests
from honeyguide.project import ROOT
from honeyguide.report.command import make_command

SPEEDS = ("tile", "pin")
_KEYS = frozenset({"speed", "weight", "env", "timeout_s", "configs"})


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One test at one speed. `name` is `file.Class`, or `file.Class@variant`."""

    name: str
    speed: str = "tile"
    weight: float = 1
    timeout_s: float
    env: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The file in the package of the tests, or a module with dots."""
        return self.name.partition("@")[0].rpartition(".")[0]

    @property
    def test(self) -> str:
        """The test's class."""
        return self.name.partition("@")[0].rpartition(".")[2]

    @property
    def module(self) -> str:
        """The Python module."""
        return self.file if "." in self.file else f"{core().tests}.{self.file}"


@dataclass(frozen=True, kw_only=True)
class Run:
    """One process: an entry with a configuration and a seed."""

    entry: Entry
    config: str
    seed: int

    @property
    def name(self) -> str:
        """Unique within a regression; also the name of its folder."""
        return f"{self.entry.name}-{self.config}-{self.seed}"


@dataclass(frozen=True, kw_only=True)
class Suite:
    """The entries and the configurations they run in."""

    entries: tuple[Entry, ...]
    configs: tuple[str, ...]


def load_suite(path: Path | None = None) -> Suite:
    """Read a suite, the core's own for None.

    Raises:
        UserError: the file is missing, can't be read, or says something that is not known.
    """
    own = path is None
    path = path or ROOT / core().suite
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"there is no suite {path}") from None
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path} can't be read: {error}") from None
    default = float(content.get("timeout_s", 300))
    entries = [_entry(path, name, table, default) for name, table in content["entry"].items()]
    if own:
        entries += registered(entries, default)
    return Suite(entries=tuple(entries), configs=tuple(content["configs"]))


def registered(listed: Sequence[Entry], timeout_s: float) -> list[Entry]:
    """Return entries of the tests that say themselves how they run, and are not listed."""
    known = {entry.name.partition("@")[0] for entry in listed}
    found = []
    for test in bench_tests():
        if test.registered is None or str(test) in known or not test.registered.get("weight", 1):
            continue
        table = {key: value for key, value in test.registered.items() if key != "features"}
        found.append(_entry(Path(f"{test.file}.py"), str(test), table, timeout_s))
    return found


def _entry(path: Path, name: str, table: Mapping[str, Any], timeout_s: float) -> Entry:
    unknown = sorted(set(table) - _KEYS)
    if unknown:
        raise UserError(f"{path}: {name} has {', '.join(unknown)}, which means nothing")
    entry = Entry(
        name=name,
        speed=table.get("speed", "tile"),
        weight=float(table.get("weight", 1)),
        timeout_s=float(table.get("timeout_s", timeout_s)),
        env=dict(table.get("env", {})),
    )
    if entry.speed not in SPEEDS or not 0 < entry.weight < inf or not entry.file:
        raise UserError(f"{path}: {name} has a bad speed, weight or name")
    return entry


def chosen_entries(suite: Suite, words: str | None) -> tuple[Entry, ...]:
    """Return the entries that words, separated by commas, name: an entry, a test, a file.

    Raises:
        UserError: a word names nothing; the sentence lists what there is.
    """
    if words is None:
        return suite.entries
    found = [entry for entries in named(suite, words).values() for entry in entries]
    if not found:
        raise UserError("TESTS names no test")
    return tuple({entry.name: entry for entry in found}.values())


def named(suite: Suite, words: str) -> dict[str, list[Entry]]:
    """Return for each of the words, separated by commas, the entries that it names.

    Raises:
        UserError: a word names nothing; the sentence lists what there is.
    """
    found: dict[str, list[Entry]] = {}
    for word in filter(None, (part.strip() for part in words.split(","))):
        exact = [entry for entry in suite.entries if entry.name == word]
        found[word] = exact or [
            entry
            for entry in suite.entries
            if word in (entry.file, entry.test, entry.name.partition("@")[0])
        ]
        if not found[word]:
            names = [name for entry in suite.entries for name in (entry.name, entry.test)]
            near = did_you_mean(word, names) or f"; there are {', '.join(names[::2])}"
            raise UserError(f"unknown test {word!r}{near} (tests are entered in {core().suite})")
    return found


def check_named(suite: Suite, runs: Sequence[Run], tests: str | None, configs: str | None) -> None:
    """Refuse to call a regression what leaves out something that was asked for by name.

    Raises:
        UserError: no run is of a test or of a configuration that was named.
    """
    left = [
        word
        for word, entries in (named(suite, tests) if tests else {}).items()
        if not any(run.entry in entries for run in runs)
    ]
    if configs is not None:
        ran = {run.config for run in runs}
        left += [name for name in chosen_configs(suite, configs) if name not in ran]
    if left:
        raise UserError(
            f"N={len(runs)} leaves out what was asked for by name: {', '.join(left)}; "
            "give a larger N or name less"
        )


def left_out(entries: Sequence[Entry], runs: Sequence[Run]) -> str:
    """Return a sentence on the entries that have no run, empty when each has one."""
    ran = {run.entry.name for run in runs}
    missing = [entry.name for entry in entries if entry.name not in ran]
    if not missing:
        return ""
    return f"left out with N={len(runs)}: {', '.join(missing)}"


def chosen_configs(suite: Suite, words: str | None) -> tuple[str, ...]:
    """Return the configurations that words, separated by commas, name; the suite's for None."""
    if words is None:
        return suite.configs
    names = tuple(dict.fromkeys(filter(None, (part.strip() for part in words.split(",")))))
    if not names:
        raise UserError("CONFIG names no configuration")
    for name in names:
        core().parameters(name)
    return names


def deal(
    entries: Sequence[Entry], configs: Sequence[str], *, count: int, seed: int
) -> tuple[Run, ...]:
    """Return `count` runs: entries by weight, evenly mixed; configurations in turn.

    Smooth weighted round robin: each entry earns its weight a turn, the richest runs and pays what
    all have earned. So the first few runs are already a mix.
    """
    total = sum(entry.weight for entry in entries)
    credit = dict.fromkeys(range(len(entries)), 0.0)
    taken = dict.fromkeys(range(len(entries)), 0)
    runs = []
    for number in range(count):
        for index, entry in enumerate(entries):
            credit[index] += entry.weight
        richest = max(credit, key=lambda index: (credit[index], -index))
        credit[richest] -= total
        config = configs[(taken[richest] + richest) % len(configs)]
        taken[richest] += 1
        runs.append(Run(entry=entries[richest], config=config, seed=seed + number))
    return tuple(runs)


def repeat_command(run: Run) -> str:
    """Return the command that does the same run again, with waves of all of it."""
    names = {"N": 1, "TESTS": run.entry.name, "CONFIG": run.config, "SEED": run.seed, "WAVES": 1}
    return make_command("regress", names)


def waves_command(run: Run) -> str:
    """Return the command that repeats a run, finds its first difference and opens its waves."""
    words = ["--speed", run.entry.speed] if run.entry.speed != "tile" else []
    for name, value in run.entry.env.items():
        words += ["--env", f"{name}={value}"]
    test = f"{run.entry.file}.{run.entry.test}"
    names = {"TEST": test, "SEED": run.seed, "CONFIG": run.config}
    return make_command("waves", names, words)
