"""What a page shows of a coverage point; `honeyguide.regress.reach` finds it in stored runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A test that could hit a missed bin of a point.

    Attributes:
        test: an entry of the suite, or a pytest file.
        why: what speaks for it.
        sampled, runs: how many of its stored runs sampled the point.
        bins: how many of the point's bins they hit.
    """

    test: str
    why: str
    sampled: int = 0
    runs: int = 0
    bins: int = 0


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """A missed bin that a stored run hit, and the command that does that run again."""

    bin: str
    command: str


@dataclass(frozen=True, kw_only=True)
class PointView:
    """A coverage point for a page: what was hit how often, what not, and who could.

    `command` runs more seeds of the tests, empty if none of them is in the suite.
    """

    name: str
    percent: float
    hit: Sequence[tuple[str, int]]
    missed: Sequence[str]
    tests: Sequence[Candidate] = ()
    earlier: Sequence[Earlier] = ()
    command: str = ""

    @property
    def bins(self) -> int:
        """How many bins it has."""
        return len(self.hit) + len(self.missed)

    @property
    def rows(self) -> list[list[str]]:
        """The tests as rows of a table."""
        return [
            [one.test, one.why, f"{one.sampled} of {one.runs}" if one.runs else "-", f"{one.bins}"]
            for one in self.tests
        ]
