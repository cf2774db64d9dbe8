"""A campaign of two changes, with a stand-in for the simulator."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from honeyguide.mutate import campaign as campaign_module
from honeyguide.mutate.campaign import WATCH, Campaign
from honeyguide.mutate.kinds import Change, changes
from honeyguide.mutate.merged_core import Means
from honeyguide.mutate.report import Mutant
from honeyguide.mutate.source import Source
from honeyguide.project import variable
from honeyguide.proofs.equivalence import Answer
from honeyguide.regress.suite import Entry, Run
from honeyguide.regress.work import Order, Outcome

RUNS = [Run(entry=Entry(name=f"demo.{name}", timeout_s=9), config="c", seed=1) for name in "AB"]


def outcome(wanted: Order, status: str) -> Outcome:
    """Return what comes of a run."""
    return Outcome(
        name=wanted.name, status=status, message=f"{status} it", seconds=1.0, sim_us=1.0, folder="",
        host="h",
    )  # fmt: skip


class Simulated:
    """Stands in for the simulator: says how a run of a mutant ends, and counts."""

    def __init__(self, folder: Path, ends: dict[str, str], active: dict[str, str]) -> None:
        self.folder, self.ends, self.active = folder, ends, active
        self.ran: list[str] = []
        self.limits: list[str | None] = []

    def __call__(self, orders: Sequence[Order], jobs: int) -> Iterator[Outcome]:
        """Run them."""
        for wanted in orders:
            self.ran.append(wanted.name)
            self.limits.append(wanted.env.get(variable("TIMEOUT_US")))
            number, _, run = wanted.name.partition("-")
            if number == WATCH:
                folder = self.folder / wanted.name
                folder.mkdir(exist_ok=True)
                seen = "".join(
                    f"choice {one} differs\n" for one in self.active.get(run[5], "12")
                ).replace("choice r differs", "choice 1 differs in reset")
                seen = seen.replace("choice R differs", "choice 2 differs in reset")
                (folder / "log.txt").write_text(seen)
                yield replace(outcome(wanted, "pass"), folder=str(folder))
            else:
                yield outcome(wanted, self.ends.get(f"{int(number)}{run[5]}", "pass"))


def campaign_of(
    demo: Source, folder: Path, monkeypatch: pytest.MonkeyPatch, ends: dict[str, str],
    active: dict[str, str] | None = None, ask: Callable[[Change, bool], Answer] | None = None,
    *, again: bool = False,
) -> tuple[Campaign, Simulated]:  # fmt: skip
    """Return a campaign of two changes whose runs end as `ends` says, by number and test.

    `active` are the changes whose place differs in a test, both if it does not say.
    """
    simulated = Simulated(folder, ends, active or {})
    monkeypatch.setattr(campaign_module, "run_local", simulated)
    monkeypatch.setattr(campaign_module, "core", lambda: SimpleNamespace(hdl=tuple))
    monkeypatch.setattr(campaign_module, "sources", tuple)
    one, two = changes(demo)[:2]
    two = replace(two, reset="R" in "".join((active or {}).values()))
    built = SimpleNamespace(changes={1: one, 2: two}, refused={}, build=folder)
    means = Means(config="c", runs=RUNS, folder=folder, jobs=1)
    campaign = Campaign(built, built, means, lambda _: None, ask, again=again)  # type: ignore[arg-type]
    return campaign, simulated


def fates(mutants: Sequence[Mutant]) -> list[str]:
    """Return the fates in order."""
    return [str(item.fate) for item in mutants]
