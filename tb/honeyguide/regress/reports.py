"""Reports of a regression: JSON for tools, JUnit for CI, a page for people."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

from honeyguide.project import ROOT
from honeyguide.regress.buckets import buckets
from honeyguide.regress.page import html
from honeyguide.regress.state import source_key
from honeyguide.regress.suite import repeat_command
from honeyguide.regress.summary import Story, Summary

if TYPE_CHECKING:
    from honeyguide.regress.explain import Explained

BROKEN = frozenset({"crash", "timeout", "error"})  # JUnit errors; a failed check is a failure


def write_reports(folder: Path, summary: Summary, story: Story | None = None) -> list[Path]:
    """Write regress.json, regress.xml and regress.html below `folder`; return the files."""
    story = story or Story()
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "regress.json": json.dumps(as_json(summary, story), indent=1) + "\n",
        "regress.xml": junit(summary),
        "regress.html": html(summary, story, folder),
    }
    return [write_whole(folder / name, text) for name, text in texts.items()]


def write_whole(path: Path, text: str) -> Path:
    """Write a file in one step, so that nobody reads half of it; return it."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text, encoding="utf-8")
    return temporary.replace(path)


def as_json(summary: Summary, story: Story) -> dict[str, Any]:
    """Return the report as JSON values."""
    functional = story.functional
    return {
        "pass": summary.passed,
        "summary": summary.sentence,
        "seconds": summary.seconds,
        "jobs": summary.jobs,
        "wanted": len(summary.runs),
        "sources": source_key(),
        "commit": commit(),
        "functional": None if functional is None else functional.grade,
        "counts": summary.counts,
        "buckets": [
            {
                "cause": bucket.cause,
                "status": bucket.status,
                "runs": [item.name for item in bucket.outcomes],
                "repeat": repeat_command(summary.runs[bucket.outcomes[0].name]),
                "first_difference": headline(story.explained, bucket.outcomes[0].name),
            }
            for bucket in buckets(summary.outcomes)
        ],
        "outcomes": [
            {**asdict(item), "repeat": repeat_command(summary.runs[item.name])}
            for item in summary.outcomes
        ],
    }


def headline(explained: Mapping[str, Explained], name: str) -> str | None:
    """Return the first difference of a run, None if it was not looked for."""
    return explained[name].headline if name in explained else None


@cache
def commit() -> str:
    """Return the short name of the checkout's commit, empty outside of git."""
    words = ["git", "rev-parse", "--short", "HEAD"]
    try:
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()


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
