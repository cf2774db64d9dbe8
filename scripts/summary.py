"""Print what came of `make test` as Markdown, for the page of a pull request.

Reads test.json and junit-*.xml in a folder, build/reports by default: the verdict, each stage,
what was not run, and of each failure its first lines, which name the first difference and the
command that repeats it. Without a report the page says that the run did not get that far.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from honeyguide import cli
from honeyguide.project import BUILD
from honeyguide.report.junit import read_junit

MOST_FAILURES = 20
MOST_LINES = 25


def summary(folder: Path) -> str:
    """Return the text for a folder of reports."""
    try:
        report = json.loads((folder / "test.json").read_text(encoding="utf-8"))
        parts = [*verdict(report)]
    except (OSError, ValueError, KeyError, TypeError):
        parts = ["## FAIL: make test left no report", "It broke off; the log has its last words."]
    failures = [one for path in sorted(folder.glob("junit-*.xml")) for one in failed(path)]
    for name, text in failures[:MOST_FAILURES]:
        lines = text.strip().splitlines()
        more = [f"... {len(lines) - MOST_LINES} lines more"] if len(lines) > MOST_LINES else []
        parts += [f"### {name}", fenced("\n".join([*lines[:MOST_LINES], *more]))]
    if len(failures) > MOST_FAILURES:
        parts.append(f"... and {len(failures) - MOST_FAILURES} failures more")
    if failures:
        parts.append("What failed is in the artefact *failures*: waves, log and first difference.")
    return "\n\n".join([*parts, ""])


def verdict(report: Mapping[str, Any]) -> Iterator[str]:
    """Yield verdict, table of stages and what was not run."""
    word = "PASS" if report["pass"] is True else "FAIL"
    yield f"## {word} in {report['seconds']:.0f} s"
    rows = [
        "| stage | verdict | passed | failed | skipped | seconds |",
        "|---|---|---|---|---|---|",
    ]
    for stage in report["stages"]:
        said = f"{stage['verdict']} {cell(stage.get('reason', ''))}".strip()
        rows.append(
            f"| {stage['name']} | {said} | {stage['passed']} | {stage['failed']} | "
            f"{stage['skipped']} | {stage['seconds']:.0f} |"
        )
    yield "\n".join(rows)
    if report.get("not_run"):
        told = (f"- {count} x {cell(why)}" for why, count in sorted(report["not_run"].items()))
        yield "\n".join(["Not run, and so not judged:", "", *told])


def cell(text: str) -> str:
    """Return a text that breaks no table."""
    return text.replace("|", "\\|").replace("\n", " ")


def fenced(text: str) -> str:
    """Return a block of code, whatever is in it."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}\n{text}\n{fence}"


def failed(path: Path) -> Iterator[tuple[str, str]]:
    """Yield name and text of each failure in a JUnit file."""
    cases = read_junit(path)
    if cases is None:
        yield path.name, "this file can't be read"
    for case in cases or ():
        if case.failed:
            name = ".".join(filter(None, (case.classname, case.name)))
            yield name, case.text or case.message or "no text"


def main(argv: list[str]) -> int:
    """Print the text."""
    options = cli.parser("summary", __doc__)
    options.add_argument(
        "folder", type=Path, nargs="?", default=BUILD / "reports", help="of the reports"
    )
    print(summary(options.parse_args(argv).folder))
    return 0


if __name__ == "__main__":
    cli.run_command(main)
