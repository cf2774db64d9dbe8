"""docs/trust.md: what a campaign measured, written by the campaign."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from honeyguide.mutate.kinds import KINDS
from honeyguide.project import ROOT
from honeyguide.report.table import percent

_HEAD = """\
# How far a PASS can be trusted

Written by `{command}`; do not edit. Measured {date} at commit {commit}.

The core was changed at {mutants:,} random places, one at a time, and given the bench's runs on
{config} until one failed. What passed all {runs} was given to a solver; a change that it proves
to change nothing is no hole. What is left is listed below: a place at which the core could be wrong
and nobody would know.

| | |
|---|---|
| changes tried | {mutants:,} of {kinds} kinds in {modules} modules |
| killed by a run | {killed:,} |
| proved to change nothing | {proved:,} |
| no tool takes them | {not_built:,} |
| survived | {survived:,} |
| **score** | **{score}** |
"""
_HOW = """\
- A kill is a run that fails on the changed core and passes on the good one, which runs it first. A
  run without a verdict (a time-out of the clock, a simulator that dies) is repeated and then counts
  for nothing.
- Changes are drawn evenly over the kinds within a module, so that stuck and swapped signals, of
  which there are most, are not the whole score; a module's share is by its size.
- `make mutate` alone tries all changes near what was edited since the last commit.
"""


def page(content: Mapping[str, Any], *, command: str, runs: int) -> str:
    """Return the page for the content of a report."""
    head = _HEAD.format(
        command=command, date=datetime.now(UTC).strftime("%Y-%m-%d"), commit=commit(),
        config=content["config"], runs=runs, mutants=content["mutants"],
        killed=content["killed"], proved=content["proved"], not_built=content["not_built"],
        survived=len(content["survivors"]), score=percent(content["score"], 1),
        kinds=len(content["kinds"]), modules=len(content["modules"]),
    )  # fmt: skip
    modules = sorted(content["modules"].items(), key=lambda item: (item[1]["score"], item[0]))
    kinds = [(f"`{name}`: {KINDS[name]}", row) for name, row in content["kinds"].items()]
    return "\n".join(
        [
            head, "## How it is measured\n", _HOW,
            "## Modules\n", *_table("module", [(f"`{name}`", row) for name, row in modules]),
            "## Kinds of changes\n", *_table("kind", kinds),
            "## What survived\n", *_survivors(content["survivors"]),
        ]
    )  # fmt: skip


def _table(what: str, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> list[str]:
    lines = [
        f"| {what} | changes | killed | proved | survived | score |",
        "|---|--:|--:|--:|--:|--:|",
    ]
    for name, row in rows:
        cells = (row["mutants"], row["killed"], row["proved"], row["survived"])
        text = " | ".join(f"{cell:,}" for cell in cells)
        lines.append(f"| {name} | {text} | {percent(row['score'], 1)} |")
    return [*lines, ""]


def _survivors(survivors: Sequence[Mapping[str, Any]]) -> list[str]:
    if not survivors:
        return ["Nothing."]
    lines = ["| where | change | why it is not seen |", "|---|---|---|"]
    for item in survivors:
        old, new = (" ".join(str(item[key]).split()).replace("|", "\\|") for key in ("old", "new"))
        change = f"`{old}` → `{new}`" if new else f"without `{old}`"
        lines.append(
            f"| `{item['module']}.v:{item['line']}` | {change} ({item['kind']}) | {item['why']} |"
        )
    return [*lines, ""]


def commit() -> str:
    """Return the short name of the commit, with a plus sign if something is not committed."""

    def git(*words: str) -> str:
        done = subprocess.run(
            ["git", *words], cwd=ROOT, capture_output=True, text=True, check=False
        )
        return done.stdout.strip()

    return (git("rev-parse", "--short", "HEAD") or "unknown") + "+" * bool(
        git("status", "--porcelain", "--untracked-files=no")
    )
