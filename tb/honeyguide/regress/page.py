"""The page of a regression: what its template, report/templates/regress.html, shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from markupsafe import Markup

from honeyguide.core import core, points
from honeyguide.coverage.functional import total_bins
from honeyguide.plan.plan import Entry as Planned
from honeyguide.project import NAME
from honeyguide.regress.buckets import buckets
from honeyguide.regress.past import charts, past_of
from honeyguide.regress.reach import point_views
from honeyguide.regress.suite import repeat_command, waves_command
from honeyguide.regress.summary import Story, Summary
from honeyguide.regress.work import Outcome
from honeyguide.report.command import make_command
from honeyguide.report.page import relative, render

LINKED = ("log.txt",)  # of a run's folder


@dataclass(frozen=True, kw_only=True)
class Row:
    """A run in the table of runs; `cause` is the number of its failure's cause, 0 if it passed."""

    name: str
    status: str
    test: str
    config: str
    seed: int
    seconds: float | None
    sim_ms: float | None
    message: str
    repeat: str
    log: str
    cause: int


@dataclass(frozen=True, kw_only=True)
class Tile:
    """A number that is seen first; `live` is its name in progress.js."""

    value: str
    what: str
    live: str = ""
    colour: str = ""


def html(summary: Summary, story: Story | None = None, folder: Path | None = None) -> str:
    """Return the page, as it is to lie in `folder`, by default the regression's."""
    story = story or Story()
    folder = folder or summary.folder
    found = buckets(summary.outcomes)
    past = past_of(summary, story, folder)
    functional = story.functional
    return render(
        "regress.html",
        project=NAME,
        live=story.live,
        summary=summary,
        tiles=tiles(summary, story),
        causes=[
            {
                "bucket": bucket,
                "first": bucket.outcomes[0],
                "told": story.explained.get(bucket.outcomes[0].name),
                "commands": commands(summary, bucket.outcomes[0]),
            }
            for bucket in found
        ],
        rows=run_rows(summary, folder),
        tests=test_rows(summary),
        plan=plan_rows(summary, story),
        functional=functional,
        bins=total_bins(),
        points=[] if functional is None else point_views(functional, folder, story.plan or None),
        code=story.code,
        tallies=[
            (name, sorted(counts.items(), key=lambda item: -item[1]), sum(counts.values()))
            for name, counts in story.tallies.items()
        ],
        further=[Markup(text) for text in story.further],
        past=past,
        charts=charts(past),
        relative=lambda path: relative(path, folder),
    )


def tiles(summary: Summary, story: Story) -> list[Tile]:
    """Return the numbers above all else."""
    passed = summary.counts.get("pass", 0)
    failed = len(summary.outcomes) - passed
    missing = len(summary.runs) - len(summary.outcomes)
    made = [
        Tile(value=f"{len(summary.outcomes):,} of {len(summary.runs):,}", what="runs", live="runs"),
        Tile(value=f"{passed:,}", what="passed", live="passed", colour="good" if passed else ""),
        Tile(value=f"{failed:,}", what="failed", live="failed", colour="bad" if failed else ""),
    ]
    if missing or story.live:
        made.append(Tile(value=f"{missing:,}", what="not run", live="missing",
                         colour="" if story.live else "bad"))  # fmt: skip
    made += [
        Tile(value=f"{summary.rate:.2f}", what="runs/s", live="rate"),
        Tile(value=f"{summary.seconds:,.0f} s", what=f"on {summary.where}", live="seconds"),
    ]
    if story.functional is not None:
        made.append(Tile(value=f"{story.functional.grade:.1f} %", what="functional coverage"))
    return made


def commands(summary: Summary, outcome: Outcome) -> list[tuple[str, str]]:
    """Return the commands for a failure, each with what it does."""
    run = summary.runs[outcome.name]
    found = [("repeat", repeat_command(run)), ("open waves", waves_command(run))]
    if core().shrink is not None:
        found.append(("make smaller", waves_command(run).replace("make waves", "make shrink", 1)))
    if summary.counts.get("pass", 0) < len(summary.outcomes) - 1:
        found.append(("all that failed", make_command("regress", {}, ["--rerun-failed"])))
    return found


def run_rows(summary: Summary, folder: Path) -> list[Row]:
    """Return every run that was asked for, those that failed first, those not run last."""
    cause = {
        outcome.name: number
        for number, bucket in enumerate(buckets(summary.outcomes), 1)
        for outcome in bucket.outcomes
    }
    rows = []
    for outcome in sorted(summary.outcomes, key=lambda item: (item.passed, item.name)):
        run = summary.runs[outcome.name]
        log = next((Path(outcome.folder) / name for name in LINKED if outcome.folder), None)
        rows.append(
            Row(
                name=outcome.name,
                status=outcome.status,
                test=run.entry.name,
                config=run.config,
                seed=run.seed,
                seconds=outcome.seconds,
                sim_ms=outcome.sim_us / 1000,
                message=outcome.message,
                repeat=repeat_command(run),
                log=relative(log, folder) if log is not None and log.is_file() else "",
                cause=cause.get(outcome.name, 0),
            )
        )
    done = {outcome.name for outcome in summary.outcomes}
    for name, run in summary.runs.items():
        if name not in done:
            rows.append(
                Row(
                    name=name,
                    status="not run",
                    test=run.entry.name,
                    config=run.config,
                    seed=run.seed,
                    seconds=None,
                    sim_ms=None,
                    message="",
                    repeat=repeat_command(run),
                    log="",
                    cause=0,
                )
            )
    return rows


def test_rows(summary: Summary) -> list[list[str | Markup]]:
    """Return the table of tests: runs, failures, seconds."""
    by_test: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in summary.outcomes:
        run = summary.runs[outcome.name]
        by_test.setdefault((run.entry.name, run.config), []).append(outcome)
    rows: list[list[str | Markup]] = []
    for (name, config), items in sorted(by_test.items()):
        failed = sum(not item.passed for item in items)
        seconds = [item.seconds for item in items]
        rows.append(
            [
                name,
                config,
                f"{len(items)}",
                coloured("bad" if failed else "good", failed),
                f"{median(seconds):.1f}",
                f"{max(seconds):.1f}",
                f"{sum(item.sim_us for item in items) / 1000:.1f}",
            ]
        )
    return rows


def plan_rows(summary: Summary, story: Story) -> list[list[str | Markup]]:
    """Return the state of each entry of the test plan: by its tests that ran, and its points."""
    by_test: dict[str, list[Outcome]] = {}
    for outcome in summary.outcomes:
        entry = summary.runs[outcome.name].entry
        by_test.setdefault(f"{entry.file}.{entry.test}", []).append(outcome)
    rows: list[list[str | Markup]] = []
    for item in story.plan:
        ran = [outcome for test in item.tests for outcome in by_test.get(test, [])]
        failed = sum(not outcome.passed for outcome in ran)
        rows.append(
            [
                item.name, item.stage, plan_state(len(ran), failed),
                tests_cell(item, [test for test in item.tests if test not in by_test]),
                f"{len(ran)}", f"{failed}", covered(item, story),
            ]
        )  # fmt: skip
    return rows


def plan_state(ran: int, failed: int) -> str | Markup:
    """Return the state of an entry as a word in its colour."""
    if not ran:
        return "not run"
    return coloured("bad", "FAIL") if failed else coloured("good", "pass")


def coloured(colour: str, value: object) -> Markup:
    """Return a cell in a colour."""
    return Markup("<span class='{}'>{}</span>").format(colour, value)


def tests_cell(item: Planned, absent: Sequence[str]) -> Markup:
    """Return how many tests of an entry ran, with all names behind it."""
    names = "; ".join(f"{test}{' (not run)' if test in absent else ''}" for test in item.tests)
    count = f"{len(item.tests) - len(absent)} of {len(item.tests)} ran"
    cell = Markup("<details><summary>{}</summary>{}<br>{}</details>")
    return cell.format(count, item.feature, names)


def covered(item: Planned, story: Story) -> str:
    """Return the mean of an entry's coverage points, a dash when it has none or none were sampled.

    Assertions are not counted here: they cover nothing, they fail.
    """
    named = [name for name in item.coverage if name in points()]
    functional = story.functional
    if functional is None or not named:
        return "-"
    return f"{sum(functional.point(name) for name in named) / len(named):.1f}"
