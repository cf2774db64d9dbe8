"""What the page of a regression says beyond its failures: test plan, coverage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from honeyguide.core import points as all_points
from honeyguide.coverage.functional import FunctionalCoverage, total_bins
from honeyguide.coverage.page import functional_part
from honeyguide.plan.plan import Entry
from honeyguide.regress.page import Summary
from honeyguide.regress.work import Outcome
from honeyguide.report.page import html_table


def plan_part(
    summary: Summary, plan: Sequence[Entry], functional: FunctionalCoverage | None
) -> str:
    """Return the state of each entry of the test plan: by its tests that ran, and its points."""
    by_test: dict[str, list[Outcome]] = {}
    for outcome in summary.outcomes:
        entry = summary.runs[outcome.name].entry
        by_test.setdefault(f"{entry.file}.{entry.test}", []).append(outcome)
    rows = []
    for item in plan:
        ran = [outcome for test in item.tests for outcome in by_test.get(test, [])]
        failed = sum(not outcome.passed for outcome in ran)
        absent = [test for test in item.tests if test not in by_test]
        rows.append(
            [
                escape(item.name),
                item.stage,
                state(len(ran), failed),
                tests_cell(item, absent),
                f"{len(ran)}",
                f"{failed}",
                covered(item, functional),
            ]
        )
    note = (
        "<p>An entry passes when all of its tests that ran passed. Tests that are pytest files run "
        "in <code>make test</code>.</p>"
    )
    head = ["entry", "stage", "state", "tests", "runs", "failures", "covered %"]
    return "<h2>Test plan</h2>" + note + html_table(head, rows, numbers=3)


def state(ran: int, failed: int) -> str:
    """Return the state of an entry as a word in its colour."""
    if not ran:
        return "not run"
    return "<b class=bad>FAIL</b>" if failed else "<span class=good>pass</span>"


def tests_cell(item: Entry, absent: Sequence[str]) -> str:
    """Return how many tests of an entry ran, with all names behind it."""
    names = "; ".join(
        f"{escape(test)}{' (not run)' if test in absent else ''}" for test in item.tests
    )
    count = f"{len(item.tests) - len(absent)} of {len(item.tests)} ran"
    return f"<details><summary>{count}</summary>{escape(item.feature)}<br>{names}</details>"


def covered(item: Entry, functional: FunctionalCoverage | None) -> str:
    """Return the mean of an entry's coverage points, a dash when it has none or none were sampled.

    Assertions are not counted here: they cover nothing, they fail.
    """
    points = [name for name in item.coverage if name in all_points()]
    if functional is None or not points:
        return "-"
    return f"{sum(functional.point(name) for name in points) / len(points):.1f}"


def coverage_part(functional: FunctionalCoverage | None, code: Sequence[str]) -> str:
    """Return functional coverage of the runs that passed; `code` are lines on code coverage."""
    if functional is None:
        return "<h2>Coverage</h2><p>No run that passed left any functional coverage.</p>"
    said = (
        f"{functional.grade:.2f} %, the mean of {len(all_points())} points; "
        f"{functional.covered} of "
        f"{total_bins()} bins, by {functional.files} runs that passed"
    )
    if code:
        lines = escape("\n".join(code))
        measured = f"<pre>{lines}</pre><p><a href='coverage.html'>by file and line</a></p>"
    else:
        measured = "<p>Code coverage: not measured here; <code>make coverage</code> does.</p>"
    points = functional_part(functional)
    return (
        f"<h2>Coverage</h2><p>Functional coverage: {said}</p>{measured}"
        f"<details><summary>points</summary>{points}</details>"
    )


def tally_part(sums: Mapping[str, Mapping[str, int]]) -> str:
    """Return what the runs counted, a table a heading."""
    parts = []
    for name, counts in sums.items():
        rows = [[escape(kind), f"{n}"] for kind, n in sorted(counts.items(), key=lambda x: -x[1])]
        rows.append(["all", f"{sum(counts.values())}"])
        parts.append(f"<h2>{escape(name)}</h2>" + html_table(["kind", "count"], rows, numbers=1))
    return "".join(parts)
