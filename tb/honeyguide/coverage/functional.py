"""Merges what runs hit, grades it, and ranks runs by what they add."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import isclose
from pathlib import Path

from honeyguide.cli import UserError
from honeyguide.core import points
from honeyguide.coverage.collector import FILE, library_grade

Bin = tuple[str, str]


@dataclass(kw_only=True)
class FunctionalCoverage:
    """Hits of every bin over all runs added so far.

    Attributes:
        hits: how often each bin was hit.
        runs: how many runs hit it.
        outside: values that no bin stands for.
    """

    hits: Counter[Bin] = field(default_factory=Counter)
    runs: Counter[Bin] = field(default_factory=Counter)
    outside: set[str] = field(default_factory=set)
    files: int = 0

    def add(self, path: Path) -> set[Bin]:
        """Add the file of one run and return the bins it hit.

        Raises:
            UserError: it can't be read, or names a point or bin that there is not.
        """
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, json.JSONDecodeError) as error:
            raise UserError(f"{path} can't be read: {error}") from None
        found = set()
        for point, bins in content["points"].items():
            for name, count in bins.items():
                if name not in points().get(point, ()):
                    raise UserError(f"{path} hits {point}: {name}, which is no bin; run it again")
                self.hits[point, name] += count
                self.runs[point, name] += 1
                found.add((point, name))
        self.outside |= set(content["outside"])
        self.files += 1
        return found

    def point(self, name: str) -> float:
        """Return the share of a point's bins that were hit, 0..100."""
        bins = points()[name]
        return 100 * sum((name, text) in self.hits for text in bins) / len(bins)

    @property
    def grade(self) -> float:
        """Return the mean of the points, 0..100: a small point weighs as much as a large one."""
        return sum(self.point(name) for name in points()) / len(points())

    @property
    def covered(self) -> int:
        """Number of bins that were hit."""
        return len(self.hits)

    def holes(self) -> list[Bin]:
        """Return the bins that nothing hit."""
        return [
            (point, name)
            for point, bins in points().items()
            for name in bins
            if (point, name) not in self.hits
        ]


def total_bins() -> int:
    """Return how many bins there are."""
    return sum(len(bins) for bins in points().values())


def add_runs(folders: Iterable[Path]) -> tuple[FunctionalCoverage, dict[str, set[Bin]]]:
    """Add every run that left a file; also return what each hit, by the folder's name.

    Raises:
        RuntimeError: cocotb-coverage counts other bins for the same hits, or grades them otherwise.
    """
    merged, each = FunctionalCoverage(), {}
    for folder in folders:
        path = folder / FILE
        if path.is_file():
            each[folder.name] = merged.add(path)
    if each:
        hits: dict[str, dict[str, int]] = {}
        for (point, name), count in merged.hits.items():
            hits.setdefault(point, {})[name] = count
        graded = library_grade(hits)
        if not isclose(graded, merged.grade):
            raise RuntimeError(f"cocotb-coverage grades {graded:.4f} %, we {merged.grade:.4f} %")
    return merged, each


def smallest_set(hit_by: Mapping[str, set[Bin]], cost: Mapping[str, float]) -> list[str]:
    """Return few runs that together hit what all hit, the one that adds most for its cost first.

    Greedy set cover by bins gained a microsecond of simulated time (not of the machine's: the same
    runs are chosen everywhere), then every run that the later ones made needless is dropped.
    Finding the true minimum is NP-hard; greedy is within ln(bins) of it.
    """
    left: set[Bin] = set().union(*hit_by.values()) if hit_by else set()
    chosen: list[str] = []
    while left:
        best = max(sorted(hit_by), key=lambda name: len(hit_by[name] & left) / max(cost[name], 0.1))
        chosen.append(best)
        left -= hit_by[best]
    for name in sorted(chosen, key=lambda item: (-cost[item], item)):
        others = set().union(*(hit_by[other] for other in chosen if other != name), set())
        if hit_by[name] <= others:
            chosen.remove(name)
    return chosen
