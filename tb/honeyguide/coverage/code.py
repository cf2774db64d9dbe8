r"""Code coverage of the core from Verilator's files.

A line of a .dat file is `C '<\x01 key \x02 value ...>' <count>`. A point is counted once for a
place in the source: instances of a module, and variants of it by parameters, add up.

page         kind       a point is
v_line       line       a block of statements
v_branch     branch     one way out of an if or case
v_toggle     toggle     one bit of a signal going up, or down
v_expr       expression one term of a condition deciding it
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.project import ROOT

KINDS = {
    "v_line": "line",
    "v_branch": "branch",
    "v_toggle": "toggle",
    "v_expr": "expression",
}
COUNTS = "counts.npz"
COUNT_MAX = 255


@dataclass(frozen=True, order=True)
class Point:
    """A place in the source; `what` is the branch, the bit and its edge, or the term."""

    kind: str
    file: str
    line: int
    column: int
    what: str


@dataclass(kw_only=True)
class CodeCoverage:
    """Counts of every point over all runs added so far; counts of a run saturate at 255."""

    counts: Counter[Point] = field(default_factory=Counter)
    runs: int = 0
    _sums: dict[Path, np.ndarray] = field(default_factory=dict)

    def add(self, folder: Path) -> None:
        """Add what `compact` made of a run.

        Raises:
            UserError: the counts do not belong to their list of points.
        """
        with np.load(folder / COUNTS) as stored:
            counts = stored["counts"].astype(np.int64)
            layout = layout_path(folder, str(stored["layout"]))
        if layout in self._sums and self._sums[layout].shape != counts.shape:
            raise UserError(f"{folder / COUNTS} has another number of points than {layout}")
        self._sums[layout] = self._sums.get(layout, 0) + counts
        self.runs += 1

    def finish(self) -> None:
        """Make `counts` of what was added."""
        self.counts.clear()
        for layout, sums in self._sums.items():
            keys = layout.read_bytes().splitlines()
            if len(keys) != len(sums):
                raise UserError(f"{layout} lists {len(keys)} points for {len(sums)} counts")
            for key, count in zip(keys, sums.tolist(), strict=True):
                point = parse_point(key.decode("utf-8", "replace"))
                if point is not None:
                    self.counts[point] += count


def compact(folder: Path) -> None:
    """Replace a run's coverage.dat (18 MB) by its counts (100 kB).

    The points of one simulation are the same in every file, in the same order; their list is
    written once beside the runs.

    Raises:
        UserError: it is not a file of Verilator's.
    """
    path = folder / "coverage.dat"
    lines = path.read_bytes().splitlines()
    if not lines or not lines[0].startswith(b"# SystemC::Coverage"):
        raise UserError(f"{path} is no coverage file of Verilator's")
    pairs = [line.rpartition(b" ") for line in lines if line.startswith(b"C ")]
    keys = b"\n".join(pair[0] for pair in pairs)
    name = hashlib.sha256(keys).hexdigest()[:16]
    layout = layout_path(folder, name)
    if not layout.is_file():
        layout.parent.mkdir(exist_ok=True)
        temporary = layout.with_suffix(f".{os.getpid()}")
        temporary.write_bytes(keys)
        temporary.replace(layout)
    counts = np.array([min(int(pair[2]), COUNT_MAX) for pair in pairs], dtype=np.uint8)
    np.savez_compressed(folder / COUNTS, counts=counts, layout=np.array(name))
    path.unlink()


def layout_path(folder: Path, name: str) -> Path:
    """Return where the list of points of a simulation is kept, given a run's folder."""
    return folder.parent / ".layouts" / name


def parse_point(text: str) -> Point | None:
    r"""Return the point of a line without its count, None for what is not the core's code."""
    parts = dict(part.split("\x02", 1) for part in text[3:-1].split("\x01") if part)
    kind = KINDS.get(parts["page"].partition("/")[0])
    path = Path(parts["f"])
    file = str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
    if kind is None or not file.startswith(f"{core().rtl}/"):
        return None
    return Point(kind, file, int(parts["l"]), int(parts["n"]), parts["o"])


@dataclass(frozen=True, kw_only=True)
class Share:
    """Points of a kind: all, hit, excluded (of which `excluded_hit` were hit all the same)."""

    total: int
    hit: int
    excluded: int = 0
    excluded_hit: int = 0

    @property
    def raw(self) -> float:
        """Percentage before exclusions."""
        return 100 * self.hit / self.total if self.total else 0.0

    @property
    def percent(self) -> float:
        """Percentage after exclusions."""
        left = self.total - self.excluded
        return 100 * (self.hit - self.excluded_hit) / left if left else 0.0


def shares(counts: Counter[Point], excluded: set[Point]) -> dict[str, Share]:
    """Return the share of each kind."""
    found = {}
    for kind in KINDS.values():
        points = [point for point in counts if point.kind == kind]
        out = [point for point in points if point in excluded]
        found[kind] = Share(
            total=len(points),
            hit=sum(counts[point] > 0 for point in points),
            excluded=len(out),
            excluded_hit=sum(counts[point] > 0 for point in out),
        )
    return found
