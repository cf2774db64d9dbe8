"""What the self-test shows: a line a fault, a table, and build/reports/selftest.json."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from honeyguide.faults.benches import Benches
from honeyguide.faults.campaign import Outcome
from honeyguide.report.files import Results
from honeyguide.report.table import table

MESSAGE = 160  # characters of a message in the table; the report has all


def short(test: str) -> str:
    """Return a pytest id without its folders."""
    return test.rpartition("/")[2].replace(".py::", "::")


def verdict(outcome: Outcome) -> str:
    """Return the test that caught a fault, or what happened instead."""
    if outcome.failure is None:
        return "NOT CAUGHT"
    return short(outcome.failure.test) if outcome.caught else "NOT BUILT"


def message(outcome: Outcome) -> str:
    """Return the first difference, an empty text for a fault that was not caught."""
    return outcome.failure.message if outcome.failure else ""


def outcome_line(outcome: Outcome, number: int, total: int) -> str:
    """Return the line that is printed when an outcome is known."""
    line = f"[{number}/{total}] {outcome.seconds:4.0f} s  {outcome.fault.name}: {verdict(outcome)}"
    return f"{line}: {message(outcome)[:MESSAGE]}" if outcome.failure else line


def outcome_table(outcomes: Sequence[Outcome]) -> str:
    """Return the table of all outcomes."""
    rows = [
        [
            outcome.fault.name,
            verdict(outcome),
            message(outcome)[:MESSAGE],
            f"{outcome.seconds:.0f}",
        ]
        for outcome in outcomes
    ]
    return table(["fault", "caught by", "first difference", "s"], rows)


def write_json(
    results: Results,
    outcomes: Sequence[Outcome],
    *,
    benches: Benches | None,
    controls: Sequence[str],
    tests: int,
    seconds: float,
) -> Path:
    """Write the report and return its path.

    Args:
        results: where it goes.
        outcomes: one a fault.
        benches: the broken benches, None when they were not run.
        controls: tests that caught a fault and pass on the good core.
        tests: how many tests a fault could have been caught by.
        seconds: of the whole.
    """
    caught = sum(outcome.caught for outcome in outcomes)
    return results.write(
        {
            "pass": caught == len(outcomes) and (benches is None or benches.good),
            "faults": len(outcomes),
            "caught": caught,
            "seconds": seconds,
            "tests": tests,
            "benches": None if benches is None else asdict(benches),
            "control": {"pass": True, "tests": list(controls)},
            "outcomes": [
                {
                    "fault": outcome.fault.name,
                    "module": outcome.fault.module,
                    "kind": outcome.fault.kind,
                    "breaks": outcome.fault.breaks,
                    "named": outcome.fault.named,
                    "caught": outcome.caught,
                    "test": outcome.failure.test if outcome.failure else "",
                    "message": message(outcome),
                    "passed_before": outcome.failure.passed if outcome.failure else tests,
                    "seconds": outcome.seconds,
                }
                for outcome in outcomes
            ],
        },
    )
