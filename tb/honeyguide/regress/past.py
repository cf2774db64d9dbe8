"""The regressions that are stored beside one: runs, pass rate, coverage, runs a second."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from honeyguide.regress.summary import Story, Summary
from honeyguide.report.curves import curve
from honeyguide.report.page import relative

REPORT = "regress.json"


@dataclass(frozen=True, kw_only=True)
class Past:
    """One regression among those that are stored.

    Attributes:
        name: its folder.
        when: its date and time, as the folder says.
        runs, passed: how many.
        rate: runs a second.
        functional: functional coverage in percent; None if it had none.
        commit: of the checkout, empty where the report does not say.
        page: where its page is, as this page refers to it; empty for this one.
    """

    name: str
    when: str
    runs: int
    passed: int
    rate: float
    functional: float | None
    commit: str
    page: str = ""

    @property
    def share(self) -> float:
        """How many passed, in percent."""
        return 100 * self.passed / self.runs if self.runs else 0.0


def past_of(summary: Summary, story: Story, folder: Path) -> list[Past]:
    """Return the stored regressions of the same command, the oldest first, and this one last."""
    place = folder.resolve()
    command = place.name.split("-")[2:3]
    found = []
    for path in sorted(place.parent.glob(f"[0-9]*-{''.join(command)}-*/{REPORT}")):
        if path.parent != place and (one := read(path, folder)) is not None:
            found.append(one)
    found = [one for one in found if order(one.name) < order(place.name)]
    functional = story.functional
    this = Past(
        name=place.name, when=when(place.name), runs=len(summary.outcomes),
        passed=summary.counts.get("pass", 0), rate=summary.rate,
        functional=None if functional is None else functional.grade, commit="",
    )  # fmt: skip
    return [*sorted(found, key=lambda one: order(one.name)), this]


def read(path: Path, folder: Path) -> Past | None:
    """Return a stored regression; None if it ran nothing or its report can't be read."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        runs = len(content["outcomes"])
        if not runs:
            return None
        page = path.with_name("regress.html")
        return Past(
            name=path.parent.name, when=when(path.parent.name), runs=runs,
            passed=int(content["counts"].get("pass", 0)),
            rate=runs / content["seconds"] if content["seconds"] else 0.0,
            functional=content.get("functional"), commit=str(content.get("commit", "")),
            page=relative(page, folder) if page.is_file() else "",
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def order(name: str) -> tuple[str, int]:
    """Return what folders are sorted by: the time, then the number."""
    number = name.rpartition("-")[2]
    return name[:15], int(number) if number.isdigit() else 0


def when(name: str) -> str:
    """Return the time in a folder's name for people, the name if it has none."""
    date, _, rest = name.partition("-")
    if not (len(date) == 8 and date.isdigit() and rest[:6].isdigit()):
        return name
    return f"{date[:4]}-{date[4:6]}-{date[6:]} {rest[:2]}:{rest[2:4]}:{rest[4:6]}"


def charts(past: Sequence[Past]) -> list[tuple[str, Markup]]:
    """Return a curve a figure with its name, none of a single regression."""
    if len(past) < 2:
        return []
    labels = [one.when for one in past]
    figures: dict[str, list[float | None]] = {
        "runs": [float(one.runs) for one in past],
        "passed, %": [one.share for one in past],
        "functional coverage, %": [one.functional for one in past],
        "runs/s": [one.rate for one in past],
    }
    return [
        (name, curve(values, labels))
        for name, values in figures.items()
        if any(value is not None for value in values)
    ]
