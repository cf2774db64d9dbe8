"""Counts the bins that a run hit, and has cocotb-coverage grade what all runs hit together.

The library's own sampling walks through all bins of a point and takes 20 to 120 us, so a value goes
through it once for all runs that are merged; how often it came is counted here.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from honeyguide.core import points as all_points
from honeyguide.project import NAME

FILE = "functional.json"


class Collector:
    """Hits of a run. `hit` is called for every transaction: it has to stay cheap.

    Attributes:
        outside: values that no bin of their point stands for; a fault of the model or of the plan.
    """

    def __init__(self) -> None:
        self.hits: Counter[tuple[str, str]] = Counter()
        self.outside: Counter[tuple[str, str]] = Counter()
        self._known = {(point, name) for point, bins in all_points().items() for name in bins}

    def hit(self, point: str, name: str) -> None:
        """Count a bin of a point."""
        key = (point, name)
        if key in self._known:
            self.hits[key] += 1
        else:
            self.outside[key] += 1

    def write(self, folder: Path) -> Path:
        """Write the hits below `folder` and return the file."""
        points: dict[str, dict[str, int]] = {}
        for (point, name), count in sorted(self.hits.items()):
            points.setdefault(point, {})[name] = count
        outside = [f"{point}: {name}" for point, name in sorted(self.outside)]
        path = folder / FILE
        text = json.dumps({"points": points, "outside": outside})
        path.write_text(text + "\n", encoding="utf-8")
        return path


def library_grade(hits: dict[str, dict[str, int]]) -> float:
    """Return the mean of the coverpoints, 0..100, as cocotb-coverage grades them.

    Raises:
        RuntimeError: the library counted another set of bins than we did.
    """
    database = library_points()
    for point, bins in hits.items():
        for name in bins:
            database[point].sample(name)
    for point, item in database.items():
        expected = set(hits.get(point, {}))
        if item.covered != expected:
            raise RuntimeError(f"cocotb-coverage disagrees on {point}: {item.covered ^ expected}")
    return sum(item.percentage for item in database.values()) / len(database)


class LibraryPoint:
    """One CoverPoint of cocotb-coverage and the function that samples it."""

    def __init__(self, name: str, bins: tuple[str, ...]) -> None:
        from cocotb_coverage.coverage import CoverPoint, coverage_db

        # Points may contain dots, which the library takes for levels of its own.
        self._path = f"{NAME}.{name.replace('.', '_')}"
        coverage_db.pop(self._path, None)  # what was graded before in this process

        @CoverPoint(self._path, xf=lambda value: value, bins=list(bins))
        def sample(value: str) -> None:
            """Take a value; the decorator counts it."""

        self.sample = sample
        self._item: Any = coverage_db[self._path]

    @property
    def covered(self) -> set[str]:
        """Bins that were hit."""
        return {name for name, count in self._item.detailed_coverage.items() if count}

    @property
    def percentage(self) -> float:
        """Share of the bins that were hit, 0..100."""
        return float(self._item.cover_percentage)


def library_points() -> dict[str, LibraryPoint]:
    """Return every point as one of the library, without a hit."""
    return {name: LibraryPoint(name, bins) for name, bins in all_points().items()}
