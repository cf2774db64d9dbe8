"""Figures of nights, from the reports that commands left, and the page of their curves."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from honeyguide import cli
from honeyguide.report.curves import curve
from honeyguide.report.page import render

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number of a night.

    Attributes:
        name: what it is, with its unit.
        report: the file that has it.
        of: takes it from the file's content.
    """

    name: str
    report: str
    of: Callable[[Any], float]


def mean(values: Sequence[float]) -> float:
    """Return the mean of numbers, of which there must be one."""
    return sum(values) / len(values)


def coverage_of(kind: str) -> Figure:
    """Return the figure of a kind of code coverage."""
    return Figure(
        name=f"{kind} coverage, %",
        report="coverage.json",
        of=lambda content: content["code"][kind]["percent"],
    )


FIGURES = (
    Figure(
        name="tests passed", report="test.json",
        of=lambda d: sum(stage["passed"] for stage in d["stages"]),
    ),
    Figure(name="functional coverage, %", report="coverage.json",
           of=lambda d: d["functional"]["grade"]),
    *(coverage_of(kind) for kind in ("line", "branch", "toggle", "expression")),
    Figure(name="random runs", report="regress.json", of=lambda d: len(d["outcomes"])),
    Figure(name="faults caught, %", report="selftest.json",
           of=lambda d: 100 * d["caught"] / d["faults"]),
    Figure(name="mutation score, %", report="mutate.json", of=lambda d: 100 * d["score"]),
    Figure(name="rules proved", report="prove.json",
           of=lambda d: sum(proof["verdict"] == "proved" for proof in d["proofs"])),
    Figure(name="files tried", report="fuzz.json", of=lambda d: d["files"]),
    Figure(name="networks compared", report="networks.json", of=lambda d: len(d["networks"])),
    Figure(
        name="cycles over the floor, mean of networks", report="networks.json",
        of=lambda d: mean([one["multiple_of_floor"] for one in d["networks"]]),
    ),
    Figure(name="utilisation, mean of kernels, %", report="bench.json",
           of=lambda d: 100 * mean([one["utilisation"] for one in d["kernels"]])),
)  # fmt: skip


def entry(folder: Path, *, commit: str, date: str) -> dict[str, Any]:
    """Return a night's entry from the reports below a folder.

    Raises:
        UserError: there is no report at all, two of one name, or one that can't be read.
    """
    figures: dict[str, float] = {}
    absent: set[str] = set()
    failed: set[str] = set()
    contents = {name: read(folder, name) for name in dict.fromkeys(f.report for f in FIGURES)}
    if not any(contents.values()):
        raise cli.UserError(f"no report was found below {folder}; give --reports the right folder")
    for figure in FIGURES:
        content = contents[figure.report]
        if content is None:
            absent.add(figure.report)
            continue
        if content.get("pass") is not True:
            failed.add(figure.report)
        try:
            figures[figure.name] = round(float(figure.of(content)), 4)
        except (KeyError, TypeError, ZeroDivisionError):
            failed.add(figure.report)
    return {
        "commit": commit, "date": date, "figures": figures,
        "absent": sorted(absent), "failed": sorted(failed),
    }  # fmt: skip


def read(folder: Path, name: str) -> dict[str, Any] | None:
    """Return the one report of a name below a folder, None if there is none."""
    found = {path.resolve() for path in folder.rglob(name) if "runs" not in path.parts}
    if not found:
        return None
    if len(found) > 1:
        names = ", ".join(sorted(str(path) for path in found))
        raise cli.UserError(f"there are several {name}: {names}; give --reports one night's folder")
    path = found.pop()
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise cli.UserError(f"{path} can't be read: {error}") from None
    if not isinstance(content, dict):
        raise cli.UserError(f"{path} is no report")
    return content


def load(path: Path) -> list[dict[str, Any]]:
    """Return the nights so far, none if there is no file yet.

    Raises:
        UserError: it is not what this command writes.
    """
    if not path.is_file():
        return []
    try:
        nights = json.loads(path.read_text(encoding="utf-8"))
        if any(not {"commit", "date", "figures"} <= set(night) for night in nights):
            raise ValueError("an entry lacks commit, date or figures")
    except (OSError, ValueError, TypeError) as error:
        raise cli.UserError(f"{path} is no history of figures: {error}") from None
    return list(nights)


def html(nights: Sequence[Mapping[str, Any]]) -> str:
    """Return the page: a curve a figure, and the last night's gaps."""
    labels = [f"{night['date'][:10]} {night['commit'][:12]}" for night in nights]
    figures = []
    for figure in FIGURES:
        values = [night["figures"].get(figure.name) for night in nights]
        known = [value for value in values if value is not None]
        picture = curve(values, labels) if known else "no value yet"
        figures.append((figure.name, picture, f"{known[-1]:g}" if known else ""))
    return render("trend.html", TEMPLATES, nights=nights, last=nights[-1], figures=figures)
