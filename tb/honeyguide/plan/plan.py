"""Reads spec/testplan.toml and compares it with what there really is."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from golden.config import CoreConfig
from golden.isa_table import GROUPS, INSTRUCTIONS, Counter, ErrorCode
from golden.registers_table import REGISTERS
from honeyguide.cli import UserError
from honeyguide.project import ROOT
from scripts.runs.catalogue import bench_tests
from tb.coverage.points import POINTS

FILE = ROOT / "spec" / "testplan.toml"
CHECKERS = Path(__file__).parents[1] / "hdl" / "checkers"
# Folders whose pytest files prove something about the core itself.
TEST_FOLDERS = ("tests/rtl", "tests/sim", "tests/four_state", "tests/golden_machine")
STAGES = ("V1", "V2", "V3")
_KEYS = frozenset({"name", "feature", "stage", "tests", "coverage", "spec"})
_ASSERTION = re.compile(r"^\s*(\w+)\s*:\s*assert\s+property", re.MULTILINE)


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


def load_plan(path: Path = FILE) -> list[Entry]:
    """Read the plan.

    Raises:
        UserError: it can't be read or an entry has not the right form.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{path} can't be read: {error}") from None
    return [_entry(path, table) for table in content.get("entry", [])]


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
    files = {
        str(path.relative_to(ROOT))
        for folder in TEST_FOLDERS
        for path in (ROOT / folder).rglob("test_*.py")
    }
    spec = {
        *(f"instruction:{item.name}" for item in (*GROUPS, *INSTRUCTIONS)),
        *(f"error:{code.name}" for code in ErrorCode if code is not ErrorCode.NONE),
        *(f"register:{register.name}" for register in REGISTERS),
        *(f"counter:{counter.name}" for counter in Counter),
        *(f"parameter:{name}" for name in CoreConfig().verilog_parameters()),
    }
    return Universe(
        tests=frozenset(files | {str(test) for test in bench_tests()}),
        coverage=frozenset({*POINTS, *(f"assert:{name}" for name in assertions(CHECKERS))}),
        spec=frozenset(spec),
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
