"""What earlier regressions say: which runs failed, and how two regressions differ.

A run is flaky if it ended in two ways with one seed and the same sources: core, bench and tables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from honeyguide.cli import UserError
from honeyguide.project import BUILD
from honeyguide.regress.buckets import cause_of
from honeyguide.regress.suite import Run, Suite
from honeyguide.regress.work import Outcome

SLOWER = 1.5  # times as long, and LONG seconds at least: worth a line
LONG = 5.0


@dataclass(frozen=True, kw_only=True)
class Regression:
    """A regression that ended.

    Attributes:
        name: its folder, or what it was asked for by.
        sources: a name for core and bench as they were; empty in reports of older versions.
        outcomes: by the name of the run.
    """

    name: str
    sources: str
    outcomes: Mapping[str, Outcome]

    @property
    def failed(self) -> list[str]:
        """Names of the runs that did not pass."""
        return [name for name, outcome in self.outcomes.items() if not outcome.passed]


def load(word: str | None, base: Path = BUILD) -> Regression:
    """Read a regression: the latest for None, else a folder, a report, or a name below build/runs.

    Raises:
        UserError: there is none, or its report can't be read.
    """
    places = [base / "regress"] if word is None else [Path(word), base / "runs" / word]
    files = [path if path.suffix == ".json" else path / "regress.json" for path in places]
    for path in files:
        if path.is_file():
            return read(path)
    if word is None:
        raise UserError("there is no regression yet: run `make regress` first")
    known = sorted(path.parent.name for path in (base / "runs").glob("*/regress.json"))
    raise UserError(f"there is no regression {word!r}; there are {', '.join(known) or 'none'}")


def read(path: Path) -> Regression:
    """Read a report.

    Raises:
        UserError: it is none.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        outcomes = [outcome_of(entry) for entry in content["outcomes"]]
    except (ValueError, KeyError, TypeError) as error:
        raise UserError(f"{path} is no report of a regression ({error})") from None
    return Regression(
        name=path.resolve().parent.name, sources=str(content.get("sources", "")),
        outcomes={outcome.name: outcome for outcome in outcomes},
    )  # fmt: skip


def outcome_of(entry: Mapping[str, Any]) -> Outcome:
    """An outcome of a report."""
    return Outcome(**{name: value for name, value in entry.items() if name != "repeat"})


def failed_runs(regression: Regression, suite: Suite) -> tuple[Run, ...]:
    """Return the runs that failed, to be run again.

    Raises:
        UserError: none failed, or one is of an entry that the suite no longer has.
    """
    if not regression.failed:
        raise UserError(f"nothing failed in {regression.name}: there is nothing to run again")
    entries = {entry.name: entry for entry in suite.entries}
    runs = []
    for name in regression.failed:
        entry, config, seed = name.rsplit("-", 2)
        if entry not in entries:
            raise UserError(f"{name} failed, but the suite has no entry {entry} any more")
        runs.append(Run(entry=entries[entry], config=config, seed=int(seed)))
    return tuple(runs)


def flaky(one: Regression, other: Regression) -> list[str]:
    """Return the runs that ended in two ways although nothing had changed."""
    if not one.sources or one.sources != other.sources:
        return []
    return [
        name
        for name, outcome in one.outcomes.items()
        if name in other.outcomes and other.outcomes[name].status != outcome.status
    ]


def differences(before: Regression, after: Regression) -> dict[str, list[str]]:
    """Return lines on what changed, under what it is: only what there is something of."""
    both = [name for name in after.outcomes if name in before.outcomes]
    found: dict[str, list[str]] = {
        "fail now": [], "pass now": [], "fail for another reason": [], "slower": [],
        "flaky: the same seed and sources, another end": flaky(before, after),
        "only in the first": [name for name in before.outcomes if name not in after.outcomes],
        "only in the second": [name for name in after.outcomes if name not in before.outcomes],
    }  # fmt: skip
    for name in both:
        old, new = before.outcomes[name], after.outcomes[name]
        if old.passed and not new.passed:
            found["fail now"].append(f"{name}: {new.status}: {new.message}")
        elif new.passed and not old.passed:
            found["pass now"].append(f"{name}: was {old.status}: {old.message}")
        elif not new.passed and cause_of(old) != cause_of(new):
            found["fail for another reason"].append(f"{name}: {new.message}; was {old.message}")
        elif new.passed and new.seconds > max(LONG, SLOWER * old.seconds):
            found["slower"].append(f"{name}: {new.seconds:.1f} s, was {old.seconds:.1f} s")
    return {title: lines for title, lines in found.items() if lines}
