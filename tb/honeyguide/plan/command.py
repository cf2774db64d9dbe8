"""Check the plan of features, tests and coverage points, and show the state of each entry.

Exits with 1 when an entry has no test or no coverage point, when a test, a coverage point or a part
of the specification is in no entry, and when an entry names what does not exist. The state comes
from the last `make coverage`, if there was one: the mean of the entry's coverage points.
"""

from __future__ import annotations

import json
import sys

from honeyguide import cli
from honeyguide.plan.plan import Entry, load_plan, problems, universe
from honeyguide.project import BUILD
from honeyguide.report.table import table

MEASURED = BUILD / "coverage" / "coverage.json"


def main(argv: list[str]) -> int:
    """Print the plan and what is wrong with it; return 1 when something is."""
    cli.parser("testplan", __doc__).parse_args(argv)
    plan = load_plan()
    measured = measured_points()
    rows = [
        [entry.stage, entry.name, len(entry.tests), len(entry.coverage), state(entry, measured)]
        for entry in plan
    ]
    print(table(["stage", "entry", "tests", "points", "covered"], rows))
    found = problems(plan, universe())
    for sentence in found:
        print(sentence, file=sys.stderr)
    print(f"{len(plan)} entries, {len(found)} problems")
    return 1 if found else 0


def measured_points() -> dict[str, float]:
    """Return the percentage of each point in the last coverage report; empty without one."""
    try:
        report = json.loads(MEASURED.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):
        return {}
    return {name: point["percent"] for name, point in report["functional"]["points"].items()}


def state(entry: Entry, measured: dict[str, float]) -> str:
    """Return the mean of an entry's points, a dash when none was measured."""
    known = [measured[name] for name in entry.coverage if name in measured]
    return f"{sum(known) / len(known):.1f}%" if known else "-"
