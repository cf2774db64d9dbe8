"""The coverage report: JSON and the forms of `exchange` for tools, a page for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from honeyguide.core import points
from honeyguide.coverage.code import CodeCoverage, Point, Share, shares
from honeyguide.coverage.exchange import exchange
from honeyguide.coverage.exclusions import Exclusion, line_of
from honeyguide.coverage.functional import FunctionalCoverage, total_bins
from honeyguide.report.page import bar, html_table, page, verdict

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


def write_coverage(folder: Path, report: CoverageReport) -> tuple[list[Path], str]:
    """Write the report in every form; return the files, the page last, and what was left out."""
    folder.mkdir(parents=True, exist_ok=True)
    counts = None if report.code is None else report.code.counts
    others, left_out = exchange(
        report.functional, counts, report.excluded(), passed=not report.problems()
    )
    texts = {
        "coverage.json": json.dumps(as_json(report), indent=1) + "\n",
        **others,
        "coverage.html": html(report),
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


def html(report: CoverageReport) -> str:
    """Return the page."""
    problems = report.problems()
    parts = [
        verdict(not problems, "PASS" if not problems else f"FAIL: {problems[0]}"),
        "<pre>" + escape("\n".join(report.lines())) + "</pre>",
        "<h2>Functional coverage</h2>",
        functional_part(report.functional),
    ]
    if report.code is not None:
        parts += ["<h2>Code coverage</h2>", code_part(report), "<h2>Missed points</h2>"]
        parts += missed_part(report)
        parts += ["<h2>Exclusions</h2>", exclusions_part(report)]
    return page("Coverage", *parts)


def functional_part(functional: FunctionalCoverage) -> str:
    """Return each point with its bins, the missed ones first."""
    rows = []
    for name, bins in points().items():
        percent = functional.point(name)
        missed = [text for text in bins if not functional.hits[name, text]]
        hit = [f"{text} ({functional.hits[name, text]})" for text in bins if text not in missed]
        shown = "".join(f"<b class=bad>{escape(text)}</b>; " for text in missed)
        detail = f"<details><summary>{len(hit)} of {len(bins)}</summary>{escape('; '.join(hit))}"
        rows.append([escape(name), bar(percent), f"{shown}{detail}</details>", f"{percent:.1f}"])
    return html_table(["point", "", "bins", "%"], rows, numbers=1)


def code_part(report: CoverageReport) -> str:
    """Return the shares of each file."""
    assert report.code is not None
    excluded = report.excluded()
    files = sorted({point.file for point in report.code.counts})
    rows = []
    for file in files:
        counts = type(report.code.counts)(
            {point: count for point, count in report.code.counts.items() if point.file == file}
        )
        measured = shares(counts, excluded)
        cells = [
            f"{share.percent:.1f}" if share.total > share.excluded else "-"
            for share in measured.values()
        ]
        rows.append([escape(file), *cells])
    return html_table(["file", "line", "branch", "toggle", "expression"], rows, numbers=4)


def missed_part(report: CoverageReport) -> list[str]:
    """Return the points that nothing hit and nobody excluded, by kind."""
    assert report.code is not None
    excluded = report.excluded()
    parts = []
    for kind in ("line", "branch", "expression", "toggle"):
        missed = sorted(
            point
            for point, count in report.code.counts.items()
            if point.kind == kind and not count and point not in excluded
        )
        rows = [
            [
                f"{escape(p.file)}:{p.line}",
                escape(p.what),
                f"<code>{escape(line_of(p).strip())}</code>",
            ]
            for p in missed[:SHOWN]
        ]
        more = f"<p>and {len(missed) - SHOWN} more</p>" if len(missed) > SHOWN else ""
        parts.append(
            f"<details><summary>{kind}: {len(missed)}</summary>"
            f"{html_table(['where', 'what', 'source'], rows)}{more}</details>"
        )
    return parts


def exclusions_part(report: CoverageReport) -> str:
    """Return each exclusion with its reason and how many points it takes out."""
    rows = [
        [escape(str(entry)), escape(entry.reason), str(len(points))]
        for entry, points in report.exclusions.items()
    ]
    return html_table(["what", "reason", "points"], rows, numbers=1)
