"""Reads the test plan and compares it with what there really is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from honeyguide.cli import UserError, did_you_mean
from honeyguide.core import core, points
from honeyguide.plan.catalogue import BenchTest, bench_tests
from honeyguide.project import ROOT

CHECKERS = Path(__file__).parents[1] / "hdl" / "checkers"
STAGES = ("V1", "V2", "V3")
_KEYS = frozenset({"name", "feature", "stage", "tests", "coverage", "spec"})
_ASSERTION = re.compile(r"^\s*(?:`STAYS\(|(?=\w+\s*:\s*assert\s+property))(\w+)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One feature."""

    name: str
    feature: str
    stage: str
    tests: tuple[str, ...]
    coverage: tuple[str, ...]
    spec: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Universe:
    """Everything that a plan has to name, and may name."""

    tests: frozenset[str]
    coverage: frozenset[str]
    spec: frozenset[str]


def load_plan(path: Path | None = None) -> list[Entry]:
    """Read the plan, the core's own for None.

    Raises:
        UserError: it can't be read or an entry has not the right form.
    """
    own = path is None
    path = path or ROOT / core().plan
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{path} can't be read: {error}") from None
    entries = [_entry(path, table) for table in content.get("entry", [])]
    return with_registered(entries, bench_tests()) if own else entries


def with_registered(entries: list[Entry], tests: Iterable[BenchTest]) -> list[Entry]:
    """Return the entries with the tests that name them.

    Raises:
        UserError: a test names an entry that there is not.
    """
    more: dict[str, list[str]] = {entry.name: [] for entry in entries}
    for test in tests:
        for feature in (test.registered or {}).get("features", ()):
            if feature not in more:
                raise UserError(
                    f"{test}: the plan has no entry {feature!r}{did_you_mean(feature, more)}"
                )
            more[feature].append(str(test))
    return [
        replace(entry, tests=tuple(dict.fromkeys([*entry.tests, *more[entry.name]])))
        for entry in entries
    ]


def _entry(path: Path, table: dict[str, Any]) -> Entry:
    name = table.get("name", "an entry without a name")
    if unknown := sorted(set(table) - _KEYS):
        raise UserError(f"{path.name}: {name}: {', '.join(unknown)} means nothing")
    if missing := sorted(_KEYS - {"spec"} - set(table)):
        raise UserError(f"{path.name}: {name} has no {', '.join(missing)}")
    if table["stage"] not in STAGES:
        raise UserError(f"{path.name}: {name}: {table['stage']!r} is no stage")
    lists = {key: tuple(table.get(key, ())) for key in ("tests", "coverage", "spec")}
    return Entry(name=name, feature=table["feature"], stage=table["stage"], **lists)


def universe() -> Universe:
    """Return what there is: tests, coverage points, and things of the specification."""
    return Universe(
        tests=frozenset({*core().proofs(), *map(str, bench_tests())}),
        coverage=frozenset({*points(), *(f"assert:{name}" for name in assertions(CHECKERS))}),
        spec=frozenset(core().claims()),
    )


def assertions(folder: Path) -> list[str]:
    """Return the names of all assertions in the checkers."""
    return [
        name
        for path in sorted(folder.glob("*.sv"))
        for name in _ASSERTION.findall(path.read_text(encoding="utf-8"))
    ]


def problems(plan: Iterable[Entry], there: Universe) -> list[str]:
    """Return a sentence for everything in which plan and reality differ."""
    entries = list(plan)
    found = [] if entries else ["the plan has no entry"]
    names = [entry.name for entry in entries]
    found += [
        f"two entries are called {name}" for name in sorted(set(names)) if names.count(name) > 1
    ]
    for entry in entries:
        if not entry.tests:
            found.append(f"{entry.name}: no test proves it")
        if not entry.coverage:
            found.append(f"{entry.name}: no coverage point shows that it was tried")
        for kind in ("tests", "coverage", "spec"):
            for word in getattr(entry, kind):
                if word not in getattr(there, kind):
                    found.append(f"{entry.name}: {word} does not exist")
    for kind, text in (
        ("tests", "test"), ("coverage", "coverage point"), ("spec", "part of the specification"),
    ):  # fmt: skip
        named = {word for entry in entries for word in getattr(entry, kind)}
        found += [
            f"{word}: no entry names this {text}" for word in sorted(getattr(there, kind) - named)
        ]
    return found
