"""What came of the mutants: a line each, a table of modules, build/reports/mutate.json."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from honeyguide.mutate.kinds import Change
from honeyguide.report.table import percent, table

STYLE = "style.reset"  # the rule of lint that a reset is whole and plain
RULE = "rule"  # begins the name of what killed, where that is a proved rule and no run


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    PROVED = "proved"  # that it changes nothing
    SURVIVED = "survived"
    NOT_BUILT = "not built"


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """A change, its number in the merged core, and what became of it.

    Attributes:
        test: the run that killed it, by name; or RULE and a rule.
        message: that run's first difference; for others, why.
        tried: how many runs it was given.
        differs: of a survivor, how many of the runs saw the changed place take another value.
    """

    number: int
    change: Change
    fate: Fate
    test: str = ""
    message: str = ""
    tried: int = 0
    differs: int | None = None


def score_of(mutants: Sequence[Mutant]) -> float:
    """Return killed / (built and not proved to change nothing), 1 if there is none."""
    killed = sum(item.fate is Fate.KILLED for item in mutants)
    judged = killed + sum(item.fate is Fate.SURVIVED for item in mutants)
    return killed / judged if judged else 1.0


def module_table(mutants: Sequence[Mutant]) -> str:
    """Return the table of modules, the lowest score first."""
    rows = [
        [
            name, row["mutants"], row["killed"], row["proved"], row["survived"], row["not_built"],
            percent(row["killed"], row["killed"] + row["survived"]),
        ]
        for name, row in sorted(by_module(mutants).items(), key=lambda item: item[1]["score"])
    ]  # fmt: skip
    head = ["module", "mutants", "killed", "proved", "survived", "not built", "score"]
    return table(head, rows)


def by_module(mutants: Sequence[Mutant]) -> dict[str, dict[str, Any]]:
    """Return the figures of each module."""
    found: dict[str, list[Mutant]] = {}
    for item in mutants:
        found.setdefault(item.change.module, []).append(item)
    return {name: figures(own) for name, own in sorted(found.items())}


def figures(mutants: Sequence[Mutant]) -> dict[str, Any]:
    """Return how many there are of each fate, and the score."""
    counts = {fate: sum(item.fate is fate for item in mutants) for fate in Fate}
    return {
        "mutants": len(mutants),
        "killed": counts[Fate.KILLED],
        "proved": counts[Fate.PROVED],
        "not_built": counts[Fate.NOT_BUILT],
        "survived": counts[Fate.SURVIVED],
        "score": round(score_of(mutants), 4) if mutants else None,
    }


def content(mutants: Sequence[Mutant]) -> dict[str, Any]:
    """Return the report's figures, its lists of survivors and of what killed the others."""
    return {
        **figures(mutants),
        "modules": by_module(mutants),
        "kinds": {
            kind: figures([item for item in mutants if item.change.kind == kind])
            for kind in sorted({item.change.kind for item in mutants})
        },
        "survivors": [
            {**described(item), "tried": item.tried, "differs": item.differs, "why": why(item)}
            for item in mutants
            if item.fate is Fate.SURVIVED
        ],
        "kills": [
            {**described(item), "test": item.test, "message": item.message}
            for item in mutants
            if item.fate is Fate.KILLED
        ],
        "others": [
            {**described(item), "fate": str(item.fate), "why": item.message}
            for item in mutants
            if item.fate in (Fate.PROVED, Fate.NOT_BUILT)
        ],
    }


def described(mutant: Mutant) -> dict[str, Any]:
    """Return where a mutant is and what it changes."""
    change = mutant.change
    return {
        "name": change.name, "module": change.module, "file": change.file, "line": change.line,
        "kind": change.kind, "old": change.old, "new": change.new,
    }  # fmt: skip


def why(mutant: Mutant) -> str:
    """Say in a sentence why the runs did not see a survivor."""
    if mutant.message:
        return mutant.message
    if mutant.differs is None:
        return f"{mutant.tried} runs passed"
    if not mutant.differs:
        return f"in {mutant.tried} runs the place never took another value: stimulus is missing"
    return (
        f"in {mutant.differs} of {mutant.tried} runs the place took another value and nothing "
        "that is compared did: a check is missing"
    )
