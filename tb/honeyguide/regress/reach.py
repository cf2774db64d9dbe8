"""From a bin that nothing hit to the tests that could hit it.

Three witnesses: a stored run that hit this very bin, which can be repeated; a test that hit other
bins of the point, in any stored run; and a test that the plan names for the point.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from honeyguide.core import core, points
from honeyguide.coverage.collector import FILE
from honeyguide.coverage.functional import Bin, FunctionalCoverage
from honeyguide.coverage.point_view import Candidate, Earlier, PointView
from honeyguide.plan.plan import Entry as Planned
from honeyguide.plan.plan import load_plan
from honeyguide.project import ROOT
from honeyguide.regress.suite import Suite, load_suite
from honeyguide.report.command import make_command

SHOWN = 4  # tests of a point that nobody tried, and as many that were
SEEDS = 20  # that the command for them runs


@dataclass(kw_only=True)
class Seen:
    """What stored runs hit.

    Attributes:
        runs: how many there are of each test.
        sampled: how many of them sampled a point, by point and test.
        bins: which of its bins they hit, likewise.
        by: a run that hit a bin.
    """

    runs: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    sampled: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    bins: dict[tuple[str, str], set[str]] = field(default_factory=lambda: defaultdict(set))
    by: dict[Bin, str] = field(default_factory=dict)

    def add(self, path: Path) -> None:
        """Add what one run left; a file that is no longer whole or there is passed over."""
        try:
            hit = json.loads(path.read_text(encoding="utf-8"))["points"]
        except (OSError, ValueError, KeyError):
            return
        name = path.parent.name
        test = name.rsplit("-", 2)[0]
        self.runs[test] += 1
        for point, bins in hit.items():
            self.sampled[point, test] += 1
            self.bins[point, test] |= set(bins)
            for text in bins:
                self.by.setdefault((point, text), name)


def stored_runs(folder: Path) -> list[Path]:
    """Return what the runs of this regression left, then those stored beside it, newest first."""
    others = sorted(folder.resolve().parent.glob(f"[0-9]*/runs/*/{FILE}"), reverse=True)
    return [*folder.resolve().glob(f"runs/*/{FILE}"), *others]


def point_views(
    functional: FunctionalCoverage, folder: Path, plan: Sequence[Planned] | None = None
) -> list[PointView]:
    """Return every point; for missed bins stored runs beside `folder` and the plan are asked.

    Args:
        functional: what was hit.
        folder: of the regression.
        plan: the test plan; the core's own, if it has one, for None.
    """
    seen = Seen()
    suite = Suite(entries=(), configs=())
    if functional.holes():
        for path in dict.fromkeys(stored_runs(folder)):
            seen.add(path)
        suite = load_suite() if (ROOT / core().suite).is_file() else suite
        if plan is None:
            plan = load_plan() if (ROOT / core().plan).is_file() else []
    return [point_view(functional, name, seen, plan or (), suite) for name in points()]


def point_view(
    functional: FunctionalCoverage, name: str, seen: Seen, plan: Iterable[Planned], suite: Suite
) -> PointView:
    """Return one point."""
    bins = points()[name]
    missed = [text for text in bins if not functional.hits[name, text]]
    found = candidates(name, seen, plan) if missed else []
    known = {entry.name: entry for entry in suite.entries}
    tests = {entry.name.partition("@")[0] for entry in suite.entries} | set(known)
    again = [one.test for one in found if one.test in tests]
    return PointView(
        name=name,
        percent=functional.point(name),
        hit=[(text, functional.hits[name, text]) for text in bins if text not in missed],
        missed=missed,
        tests=found,
        earlier=[
            Earlier(bin=text, command=command_of(seen.by[name, text]))
            for text in missed
            if (name, text) in seen.by
        ],
        command=make_command("regress", {"N": SEEDS, "TESTS": ",".join(again)}) if again else "",
    )


def candidates(point: str, seen: Seen, plan: Iterable[Planned]) -> list[Candidate]:
    """Return the tests for a point: first the plan's that no stored run tried, of them cocotb's
    first; then those that hit most of its bins.
    """
    entries: Mapping[str, list[str]] = defaultdict(list)
    for item in plan:
        if point in item.coverage:
            for test in item.tests:
                entries[test].append(item.name)
    tests = {test for name, test in seen.sampled if name == point}
    planned = [test for test in entries if not any(one.partition("@")[0] == test for one in tests)]
    found = []
    for test in [*tests, *planned]:
        named = entries.get(test) or entries.get(test.partition("@")[0], [])
        why = [f"plan: {', '.join(named)}"] if named else []
        why.append("hits other bins of it" if test in tests else "no stored run")
        found.append(
            Candidate(
                test=test,
                why="; ".join(why),
                sampled=seen.sampled.get((point, test), 0),
                runs=seen.runs.get(test, 0),
                bins=len(seen.bins.get((point, test), ())),
            )
        )
    untried = [one for one in found if not one.runs]
    untried.sort(key=lambda one: ("/" in one.test, one.test))
    tried = [one for one in found if one.runs]
    tried.sort(key=lambda one: (-one.bins, -one.sampled, one.test))
    return [*untried[:SHOWN], *tried[:SHOWN]]


def command_of(run: str) -> str:
    """Return the command for a run by its name."""
    test, config, seed = run.rsplit("-", 2)
    return make_command("regress", {"N": 1, "TESTS": test, "CONFIG": config, "SEED": seed})
