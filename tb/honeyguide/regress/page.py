"""Reports of a regression: JSON for tools, JUnit for CI, a page for people."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from statistics import median
from typing import Any, Protocol
from xml.etree import ElementTree

from honeyguide.regress.buckets import Bucket, buckets
from honeyguide.regress.state import source_key
from honeyguide.regress.suite import Run, repeat_command, waves_command
from honeyguide.regress.work import Outcome
from honeyguide.report.page import html_table, page, verdict

SHOWN = 10  # runs of a bucket that the page lists
BROKEN = frozenset({"crash", "timeout", "error"})  # JUnit errors; a failed check is a failure


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A regression as a whole: `runs` were asked for; fewer outcomes mean that it was cut off.

    `folder` is where it worked and where its reports are.
    """

    runs: Mapping[str, Run]
    outcomes: Sequence[Outcome]
    seconds: float
    jobs: int
    where: str
    folder: Path = Path()

    @property
    def passed(self) -> bool:
        """Whether everything that was asked for ran and passed, and there was something."""
        complete = len(self.outcomes) == len(self.runs) > 0
        return complete and all(outcome.passed for outcome in self.outcomes)

    @property
    def counts(self) -> dict[str, int]:
        """How many runs ended in which way."""
        found: dict[str, int] = {}
        for outcome in self.outcomes:
            found[outcome.status] = found.get(outcome.status, 0) + 1
        return found

    @property
    def folders(self) -> list[Path]:
        """Folders of the runs that passed."""
        return [Path(item.folder) for item in self.outcomes if item.passed and item.folder]

    @property
    def sentence(self) -> str:
        """The result in one line."""
        counts = ", ".join(f"{count} {status}" for status, count in sorted(self.counts.items()))
        missing = len(self.runs) - len(self.outcomes)
        more = f", {missing} not run" if missing else ""
        rate = len(self.outcomes) / self.seconds if self.seconds else 0.0
        word = "PASS" if self.passed else "FAIL"
        return (
            f"{word}: {len(self.outcomes)} runs: {counts or 'none'}{more}; "
            f"{self.seconds:.0f} s on {self.where}, {rate:.2f} runs/s"
        )


class Told(Protocol):
    """What the repetition of a failure told: a text, and HTML for the page."""

    @property
    def headline(self) -> str: ...

    @property
    def html(self) -> str: ...


def write_reports(
    folder: Path,
    summary: Summary,
    explained: Mapping[str, Told] | None = None,
    parts: Sequence[str] = (),
) -> list[Path]:
    """Write regress.json, regress.xml and regress.html below `folder`; return the files.

    Args:
        folder: made if it is not there.
        summary: what to report.
        explained: first differences of runs that failed, by the run's name.
        parts: further parts of the page, as HTML.
    """
    explained = explained or {}
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "regress.json": json.dumps(as_json(summary, explained), indent=1) + "\n",
        "regress.xml": junit(summary),
        "regress.html": html(summary, explained, parts),
    }
    written = []
    for name, text in texts.items():
        path = folder / name
        temporary = path.with_suffix(".tmp")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(path)
        written.append(path)
    return written


def as_json(summary: Summary, explained: Mapping[str, Told]) -> dict[str, Any]:
    """Return the report as JSON values."""
    return {
        "pass": summary.passed,
        "summary": summary.sentence,
        "seconds": summary.seconds,
        "jobs": summary.jobs,
        "wanted": len(summary.runs),
        "sources": source_key(),
        "counts": summary.counts,
        "buckets": [
            {
                "cause": bucket.cause,
                "status": bucket.status,
                "runs": [item.name for item in bucket.outcomes],
                "repeat": repeat_command(summary.runs[bucket.outcomes[0].name]),
                "first_difference": (
                    explained[bucket.outcomes[0].name].headline
                    if bucket.outcomes[0].name in explained
                    else None
                ),
            }
            for bucket in buckets(summary.outcomes)
        ],
        "outcomes": [
            {**asdict(item), "repeat": repeat_command(summary.runs[item.name])}
            for item in summary.outcomes
        ],
    }


def junit(summary: Summary) -> str:
    """Return the JUnit text: one test case a run, and one error for each run that is missing."""
    done = {outcome.name for outcome in summary.outcomes}
    missing = [name for name in summary.runs if name not in done]
    broken = sum(outcome.status in BROKEN for outcome in summary.outcomes)
    suite = ElementTree.Element(
        "testsuite",
        name="regress",
        tests=str(len(summary.runs)),
        failures=str(sum(not o.passed for o in summary.outcomes) - broken),
        errors=str(broken + len(missing)),
        skipped="0",
        time=f"{summary.seconds:.3f}",
    )
    for outcome in summary.outcomes:
        run = summary.runs[outcome.name]
        case = ElementTree.SubElement(
            suite, "testcase", classname=run.entry.name, name=outcome.name,
            time=f"{outcome.seconds:.3f}",
        )  # fmt: skip
        if not outcome.passed:
            kind = "error" if outcome.status in BROKEN else "failure"
            node = ElementTree.SubElement(case, kind, message=printable(outcome.message))
            node.text = printable(f"{repeat_command(run)}\n\n{outcome.tail}")
    for name in missing:
        case = ElementTree.SubElement(suite, "testcase", classname="not run", name=name)
        ElementTree.SubElement(case, "error", message="the regression was cut off before this run")
    root = ElementTree.Element("testsuites")
    root.append(suite)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def printable(text: str) -> str:
    """Return a text without the control characters that XML can't hold."""
    return "".join(c for c in text if c in "\n\t" or ord(c) >= 32)


def html(
    summary: Summary, explained: Mapping[str, Told] | None = None, parts: Sequence[str] = ()
) -> str:
    """Return the page."""
    explained = explained or {}
    more = list(parts)
    parts = [verdict(summary.passed, summary.sentence)]
    found = buckets(summary.outcomes)
    if found:
        parts.append(f"<h2>Failures by cause ({len(found)})</h2>")
        parts += [
            bucket_part(bucket, summary.runs, explained.get(bucket.outcomes[0].name))
            for bucket in found
        ]
    parts += more
    parts += ["<h2>Tests</h2>", tests_part(summary)]
    return page("Regression", *parts)


def bucket_part(bucket: Bucket, runs: Mapping[str, Run], told: Told | None) -> str:
    """Return one cause: how often, its first difference, how to repeat it, the end of a log."""
    first = bucket.outcomes[0]
    rows = [
        [
            escape(item.name),
            f"{runs[item.name].seed}",
            escape(item.message),
            f"<code>{escape(repeat_command(runs[item.name]))}</code>",
        ]
        for item in bucket.outcomes[:SHOWN]
    ]
    hidden = len(bucket.outcomes) - len(rows)
    more = f"<p>and {hidden} more</p>" if hidden > 0 else ""
    log = f"<pre>{escape(first.tail)}</pre>"
    return (
        f"<details open><summary><b class=bad>{len(bucket.outcomes)} × {escape(bucket.status)}</b> "
        f"{escape(bucket.cause)}</summary>\n"
        f"<p>Repeat: <code>{escape(repeat_command(runs[first.name]))}</code></p>\n"
        f"<p>Open: <code>{escape(waves_command(runs[first.name]))}</code></p>\n"
        f"{'' if told is None else told.html}\n"
        f"{html_table(['run', 'seed', 'message', 'repeat'], rows)}{more}\n<details><summary>"
        f"end of the log of {escape(first.name)}</summary>{log}</details></details>"
    )


def tests_part(summary: Summary) -> str:
    """Return the table of tests: runs, failures, seconds."""
    by_test: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in summary.outcomes:
        run = summary.runs[outcome.name]
        by_test.setdefault((run.entry.name, run.config), []).append(outcome)
    rows = []
    for (name, config), items in sorted(by_test.items()):
        failed = sum(not item.passed for item in items)
        seconds = [item.seconds for item in items]
        rows.append(
            [
                escape(name),
                escape(config),
                f"{len(items)}",
                f"<span class={'bad' if failed else 'good'}>{failed}</span>",
                f"{median(seconds):.1f}",
                f"{max(seconds):.1f}",
                f"{sum(item.sim_us for item in items) / 1000:.1f}",
            ]
        )
    head = ["test", "configuration", "runs", "failures", "median s", "longest s", "simulated ms"]
    return html_table(head, rows, numbers=5)
