"""The coverage report: JSON and the forms of `exchange` for tools, a page for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from honeyguide.core import points
from honeyguide.coverage.code import CodeCoverage, Point, Share, shares
from honeyguide.coverage.exchange import exchange
from honeyguide.coverage.exclusions import Exclusion, line_of
from honeyguide.coverage.functional import FunctionalCoverage, total_bins
from honeyguide.coverage.point_view import PointView
from honeyguide.project import NAME
from honeyguide.report.page import render

SHOWN = 400  # missed points that the page lists of each kind


@dataclass(frozen=True, kw_only=True)
class Bars:
    """What has to be reached, in percent; None where nothing is asked."""

    functional: float | None = None
    line: float | None = None
    branch: float | None = None
    toggle: float | None = None


@dataclass(kw_only=True)
class CoverageReport:
    """Everything that is known. `code` is None when only functional coverage was collected."""

    functional: FunctionalCoverage
    code: CodeCoverage | None
    exclusions: Mapping[Exclusion, Sequence[Point]]
    wrong: Sequence[str]
    bars: Bars
    chosen: Sequence[str]
    seconds_all: float
    seconds_chosen: float

    def excluded(self) -> set[Point]:
        """Return all points that are left out."""
        return {point for points in self.exclusions.values() for point in points}

    def shares(self) -> dict[str, Share]:
        """Return the share of each kind of code coverage; empty without any."""
        return {} if self.code is None else shares(self.code.counts, self.excluded())

    def problems(self) -> list[str]:
        """Return why the result is not a pass, a sentence each."""
        found = [f"{item} stands for no bin" for item in sorted(self.functional.outside)]
        found += self.wrong
        if not self.functional.files:
            found.append("no run left any functional coverage")
        bar_set = self.bars.functional
        if bar_set is not None and self.functional.grade < bar_set:
            found.append(f"functional coverage is {self.functional.grade:.2f} %, not {bar_set:g} %")
        measured = self.shares()
        for kind in ("line", "branch", "toggle"):
            wanted = getattr(self.bars, kind)
            if wanted is None:
                continue
            if kind not in measured or not measured[kind].total:
                found.append(f"no {kind} coverage was collected")
            elif measured[kind].percent < wanted:
                found.append(f"{kind} coverage is {measured[kind].percent:.2f} %, not {wanted:g} %")
        return found

    def lines(self) -> list[str]:
        """Return the result as text."""
        covered, total = self.functional.covered, total_bins()
        text = [
            f"functional  {self.functional.grade:6.2f} %  mean of {len(points())} points; "
            f"{covered} of {total} bins, {self.functional.files} runs"
        ]
        for kind, share in self.shares().items():
            text.append(
                f"{kind:<11} {share.percent:6.2f} %  raw {share.raw:.2f} %; {share.hit} of "
                f"{share.total} points, {share.excluded} excluded"
            )
        if self.chosen:
            text.append(
                f"{len(self.chosen)} runs ({self.seconds_chosen:.0f} s) hit all that "
                f"{self.functional.files} runs ({self.seconds_all:.0f} s) hit"
            )
        return text


def write_coverage(
    folder: Path, report: CoverageReport, seen: Sequence[PointView]
) -> tuple[list[Path], str]:
    """Write the report in every form; return the files, the page last, and what was left out.

    `seen` are the points of functional coverage as the page shows them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    counts = None if report.code is None else report.code.counts
    others, left_out = exchange(
        report.functional, counts, report.excluded(), passed=not report.problems()
    )
    texts = {
        "coverage.json": json.dumps(as_json(report), indent=1) + "\n",
        **others,
        "coverage.html": html(report, seen),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts], left_out


def as_json(report: CoverageReport) -> dict[str, Any]:
    """Return the report as JSON values."""
    functional = report.functional
    return {
        "pass": not report.problems(),
        "problems": report.problems(),
        "functional": {
            "grade": functional.grade,
            "bins": total_bins(),
            "covered": functional.covered,
            "runs": functional.files,
            "points": {
                name: {
                    "percent": functional.point(name),
                    "bins": {text: functional.hits[name, text] for text in bins},
                }
                for name, bins in points().items()
            },
        },
        "code": {
            kind: {
                "percent": share.percent, "raw": share.raw, "points": share.total,
                "hit": share.hit, "excluded": share.excluded,
            }
            for kind, share in report.shares().items()
        },
        "chosen_runs": list(report.chosen),
    }  # fmt: skip


def html(report: CoverageReport, seen: Sequence[PointView]) -> str:
    """Return the page."""
    problems = report.problems()
    return render(
        "coverage.html",
        project=NAME,
        verdict="PASS" if not problems else f"FAIL: {problems[0]}",
        problems=problems,
        lines=report.lines(),
        points=seen,
        code=[] if report.code is None else code_rows(report),
        missed=[] if report.code is None else missed_rows(report),
        shown=SHOWN,
        exclusions=[
            [str(entry), entry.reason, f"{len(left_out)}"]
            for entry, left_out in report.exclusions.items()
        ],
    )


def code_rows(report: CoverageReport) -> list[list[str]]:
    """Return the shares of each file."""
    assert report.code is not None
    excluded = report.excluded()
    rows = []
    for file in sorted({point.file for point in report.code.counts}):
        counts = type(report.code.counts)(
            {point: count for point, count in report.code.counts.items() if point.file == file}
        )
        measured = shares(counts, excluded)
        cells = [
            f"{share.percent:.1f}" if share.total > share.excluded else "-"
            for share in measured.values()
        ]
        rows.append([file, *cells])
    return rows


def missed_rows(report: CoverageReport) -> list[tuple[str, int, list[list[str]]]]:
    """Return by kind how many points nothing hit and nobody excluded, and the first of them."""
    assert report.code is not None
    excluded = report.excluded()
    found = []
    for kind in ("line", "branch", "expression", "toggle"):
        missed = sorted(
            point
            for point, count in report.code.counts.items()
            if point.kind == kind and not count and point not in excluded
        )
        rows = [[f"{p.file}:{p.line}", p.what, line_of(p).strip()] for p in missed[:SHOWN]]
        found.append((kind, len(missed), rows))
    return found
