"""A regression as a whole, and what is known of it beyond its outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from honeyguide.coverage.functional import FunctionalCoverage
from honeyguide.plan.plan import Entry as Planned
from honeyguide.regress.suite import Run
from honeyguide.regress.work import Outcome

if TYPE_CHECKING:
    from honeyguide.regress.explain import Explained


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
    def rate(self) -> float:
        """Runs a second."""
        return len(self.outcomes) / self.seconds if self.seconds else 0.0

    @property
    def sentence(self) -> str:
        """The result in one line."""
        counts = ", ".join(f"{count} {status}" for status, count in sorted(self.counts.items()))
        missing = len(self.runs) - len(self.outcomes)
        more = f", {missing} not run" if missing else ""
        word = "PASS" if self.passed else "FAIL"
        return (
            f"{word}: {len(self.outcomes)} runs: {counts or 'none'}{more}; "
            f"{self.seconds:.0f} s on {self.where}, {self.rate:.2f} runs/s"
        )


@dataclass(frozen=True, kw_only=True)
class Story:
    """What is known beyond the outcomes.

    Attributes:
        explained: what repeated failures told, by the name of the run.
        plan: the test plan, empty without one.
        functional: what the runs that passed hit; None if they left nothing.
        code: lines on code coverage, whose page is then beside this one.
        tallies: what the runs counted, kinds by heading.
        further: parts of the page that the project adds, as HTML.
        live: more is to come, and progress.js beside the page tells of it.
    """

    explained: Mapping[str, Explained] = field(default_factory=dict)
    plan: Sequence[Planned] = ()
    functional: FunctionalCoverage | None = None
    code: Sequence[str] = ()
    tallies: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    further: Sequence[str] = ()
    live: bool = False
