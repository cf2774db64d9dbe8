"""Sorts failures by cause: messages that differ only in numbers, times and paths are one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from honeyguide.regress.work import Outcome

# In this order: what a later rule would tear apart comes first.
_MASKS = (
    (re.compile(r";? ?log: \S+"), ""),
    (re.compile(r" \(and \d+ more\)"), ""),
    (re.compile(r"(?:/[\w.@+-]+){2,}/?"), "<path>"),
    (re.compile(r"^\[\d+\] "), ""),  # simulated time in front of an assertion
    (re.compile(r"\b\d+(?:\.\d+)? ?(?:fs|ps|ns|us|ms|s)\b"), "<time>"),
    (re.compile(r"`(\S+)[^`]*`"), r"`\1`"),  # operands of an instruction
    (re.compile(r"\b0x[0-9a-fA-F]+\b"), "#"),
    (re.compile(r"\b[0-9a-f]{8,}\b"), "#"),
    (re.compile(r"-?\b\d+(?:\.\d+)?\b"), "#"),
)


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """Failures with one cause, the quickest first: it is the one to look at."""

    cause: str
    status: str
    outcomes: tuple[Outcome, ...]


def cause_of(outcome: Outcome) -> str:
    """Return a failure's message without what differs from run to run."""
    text = outcome.message
    for pattern, replacement in _MASKS:
        text = pattern.sub(replacement, text)
    return text.strip() or outcome.status


def buckets(outcomes: Iterable[Outcome]) -> list[Bucket]:
    """Return the failures by cause, the most frequent first."""
    found: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in outcomes:
        if not outcome.passed:
            found.setdefault((outcome.status, cause_of(outcome)), []).append(outcome)
    made = [
        Bucket(cause=cause, status=status,
               outcomes=tuple(sorted(members, key=lambda item: (item.seconds, item.name))))
        for (status, cause), members in found.items()
    ]  # fmt: skip
    return sorted(made, key=lambda bucket: (-len(bucket.outcomes), bucket.cause))
