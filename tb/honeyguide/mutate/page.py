"""docs/trust.md: what campaigns measured, written by a campaign from the reports of the last ones.

Its last line is a seal, a hash of all above it: what is written in by hand breaks it.
"""

from __future__ import annotations

import hashlib
import json
import math
import subprocess
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from honeyguide.mutate.kinds import KINDS
from honeyguide.mutate.report import RULE, STYLE
from honeyguide.project import ROOT
from honeyguide.report.table import percent

_HEAD = """\
# How far a PASS can be trusted

Written by `{command}`; do not edit. Measured {date} at commit {commit}, seed {seed}.

The core was changed at {mutants:,} random places, one at a time, and given the bench's runs on
{config} until one failed; a solver was asked about what passed some of them, and a change that it
proves to change nothing is no hole. Of {runs} runs a change is given those in which its place takes
another value. What passed them, the rules and the tests of its unit is listed below: a place at
which the core could be wrong and nobody would know.{so_far}

| | |
|---|---|
| changes tried | {mutants:,} of {kinds} kinds in {modules} modules |
| killed by a run | {by_run:,} |
| killed by a test of a unit alone, or of the core with other parameters | {by_unit:,} |
| killed by a rule that is proved of the module | {by_rule:,} |
| broke the rule of `make lint` that a reset is whole, and to zero or a named value | {by_style:,} |
| proved to change nothing | {proved:,} |
| no tool takes them | {not_built:,} |
| not decided when this was written, so counted as survivors | {undecided:,} |
| survived | {survived:,} |
| **score**: killed of those that are neither proved nor refused | **{score}** |
| {of_all} lies, with 95 %, between | {low} and {high} |
| time of processors{less} | {cpu:,.0f} s, {each:.1f} s a change |
"""
_SO_FAR = """ So is what was not
decided when this was written, with the number of runs that it had passed by then."""
_LESS = ", at least: this was killed {times}, and its last work is not in it"
_AGAIN = """
The campaign began on {date} and settled {kept:,}; the other {left:,} were tried again, on the same
core, with the tests and rules that had been added since, most of them for these. So the score is
that of these changes; what all others would have had when it began, the first try says.
"""
_OF_ALL = "the score of all changes there are"
_FIRST = ", when {first} of these were seen,"
_HOW = """\
- A kill is a run that fails on the changed core and passes on the good one, which runs it first. A
  run without a verdict (a time-out of the clock, a simulator that dies) is repeated and then counts
  for nothing. What passed some runs is shown to the rules that are proved of its module, what
  passed all to those of the modules around it: a counterexample to one of them is a kill, too. So
  is a failing test of a unit alone or, for a place that no run reaches, of the core with other
  parameters.
- Changes are drawn evenly over the kinds within a module, so that stuck and swapped signals, of
  which there are most, are not the whole score; a module's share is by its size.
- `make mutate` alone tries all changes near what was edited since the last commit.
"""


def page(
    content: Mapping[str, Any], *, command: str, runs: int,
    parts: Mapping[str, Mapping[str, Any]] | None = None,
) -> str:  # fmt: skip
    """Return the page for the content of a report, and of those of the parts in Python."""
    by_rule = sum(item["test"].startswith(f"{RULE} ") for item in content["kills"])
    undecided = sum(item["why"].startswith("not decided") for item in content["survivors"])
    by_style = sum(item["test"] == f"{RULE} {STYLE}" for item in content["kills"])
    by_unit = sum("::" in item["test"] for item in content["kills"])
    judged = content["killed"] + len(content["survivors"])
    # Tests that were written for a sample say nothing of what is outside of it.
    left = content["mutants"] - content["not_built"] - content["kept"] if "kept" in content else 0
    first = min(content["killed"], judged - left)
    low, high = between(first, judged)
    head = _HEAD.format(
        by_run=content["killed"] - by_rule - by_unit, by_rule=by_rule - by_style, by_unit=by_unit,
        by_style=by_style,
        command=command, date=content["date"], commit=content["commit"], seed=content["seed"],
        config=content["config"], runs=runs, mutants=content["mutants"],
        proved=content["proved"], not_built=content["not_built"],
        survived=len(content["survivors"]) - undecided, undecided=undecided,
        score=percent(content["score"], 1),
        kinds=len(content["kinds"]), modules=len(content["modules"]),
        low=percent(low, 1), high=percent(high, 1),
        of_all=_OF_ALL + (_FIRST.format(first=percent(first / judged, 1)) if first < judged and left
                          else ""),
        so_far=_SO_FAR if undecided else "",
        less=_LESS.format(times=_times(content["broken_off"])) if "broken_off" in content else "",
        cpu=content["cpu_seconds"], each=content["cpu_seconds"] / max(1, content["mutants"]),
    )  # fmt: skip
    if "began" in content:
        head += _AGAIN.format(**content["began"], kept=content["kept"], left=left)
    modules = sorted(content["modules"].items(), key=lambda item: (item[1]["score"], item[0]))
    kinds = [(f"`{name}`: {KINDS[name]}", row) for name, row in content["kinds"].items()]
    return sealed(
        "\n".join([
            head, "## How it is measured\n", _HOW,
            "## Modules\n", *_table("module", [(f"`{name}`", row) for name, row in modules]),
            "## Kinds of changes\n", *_table("kind", kinds),
            "## What survived\n", *_survivors(content["survivors"]),
            *_parts(parts or {}),
        ])
    )  # fmt: skip


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")


def between(part: int, whole: int) -> tuple[float, float]:
    """Return the bounds of a share of which a sample of `whole` had `part`, with 95 % (Wilson)."""
    if not whole:
        return 0.0, 1.0
    z2, share = 1.96**2, part / whole
    middle = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    width = math.sqrt(z2 * (share * (1 - share) + z2 / (4 * whole)) / whole) / (1 + z2 / whole)
    return max(0.0, middle - width), min(1.0, middle + width)


def sealed(text: str) -> str:
    """Return a page with its seal."""
    text = text.rstrip() + "\n"
    return f"{text}\n<!-- {_hash(text)}: a page that a run wrote -->\n"


def unbroken(page: str) -> bool:
    """Whether a page is as a run wrote it."""
    return sealed(page.rpartition("\n<!-- ")[0]) == page


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def measured() -> dict[str, str]:
    """Return what a report says of when and on what it was made."""
    return {"date": datetime.now(UTC).strftime("%Y-%m-%d"), "commit": commit()}


def reports_of(parts: Sequence[str], folder: Path) -> dict[str, dict[str, Any]]:
    """Return the reports of the last campaigns on parts in Python, of those that ended."""
    found = {}
    for part in parts:
        path = folder / f"mutate-{part}.json"
        content = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        if "mutants" in content:
            found[part] = content
    return found


def _parts(parts: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Say how far the models, the compiler and the checkers themselves are tested."""
    if not parts:
        return ["## Models, compiler, bench\n", "Not measured beside this run."]
    lines = [
        "## Models, compiler, bench\n",
        "Python is changed in the same way (`make mutate PART=...`) and given the tests that call "
        "what was changed. No solver is asked, so what survives may also be no change at all.\n",
        "| part | changes | killed | survived | score | measured |",
        "|---|--:|--:|--:|--:|---|",
    ]
    for name, row in parts.items():
        lines.append(
            f"| {name} | {row['mutants']:,} | {row['killed']:,} | {len(row['survivors']):,} | "
            f"{percent(row['score'], 1)} | {row['date']}, {row['commit']} |"
        )
    for name, row in parts.items():
        if row["survivors"]:
            lines += [f"\n### What survived in {name}\n", *_survivors(row["survivors"])]
    return lines


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
            f"| `{item['file']}:{item['line']}` | {change} ({item['kind']}) | {item['why']} |"
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
