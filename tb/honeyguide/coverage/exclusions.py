"""Points that no test can hit, each with a reason: the core's `exclusions`."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.coverage.code import KINDS, Point
from honeyguide.project import ROOT

_KEYS = frozenset({"file", "kind", "source", "what", "reason"})
_SHORTEST_REASON = 15  # characters


@dataclass(frozen=True, kw_only=True)
class Exclusion:
    """Points of `kind` (all kinds when empty) in `file` whose source line contains the text
    `source`, if given, and whose `what` matches the pattern, if given.
    """

    file: str
    kind: str
    source: str
    what: str
    reason: str

    def matches(self, point: Point, line: str) -> bool:
        """Tell whether a point on a source line is meant."""
        return (
            re.fullmatch(self.file, point.file) is not None
            and self.kind in ("", point.kind)
            and self.source in line
            and (not self.what or re.fullmatch(self.what, point.what) is not None)
        )

    def __str__(self) -> str:
        words = [self.file, self.kind, self.source and repr(self.source), self.what]
        return " ".join(word for word in words if word)


def load_exclusions(path: Path | None = None) -> list[Exclusion]:
    """Read the list, the core's own for None.

    Raises:
        UserError: it can't be read, an entry has no proper reason, or would exclude a whole file
            without naming what in it.
    """
    path = path or ROOT / core().exclusions
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise UserError(f"{path} can't be read: {error}") from None
    found = []
    for number, table in enumerate(content.get("exclude", []), start=1):
        where = f"{path.name}, exclusion {number}"
        if set(table) - _KEYS:
            raise UserError(f"{where}: {', '.join(sorted(set(table) - _KEYS))} means nothing")
        entry = Exclusion(
            file=table.get("file", ""),
            kind=table.get("kind", ""),
            source=table.get("source", ""),
            what=table.get("what", ""),
            reason=table.get("reason", "").strip(),
        )
        if len(entry.reason) < _SHORTEST_REASON:
            raise UserError(f"{where}: a reason is missing")
        if not entry.file or not (entry.source or entry.what):
            raise UserError(f"{where}: it must name a file, and a source text or what in it")
        if entry.kind and entry.kind not in KINDS.values():
            raise UserError(f"{where}: {entry.kind!r} is no kind of coverage")
        found.append(entry)
    return found


@lru_cache(maxsize=256)
def source_lines(file: str) -> tuple[str, ...]:
    """Return the lines of a source file of the repository; none if it is gone."""
    path = ROOT / file
    return tuple(path.read_text(encoding="utf-8").splitlines()) if path.is_file() else ()


def line_of(point: Point) -> str:
    """Return the source line of a point; empty if the file has changed and is shorter now."""
    lines = source_lines(point.file)
    return lines[point.line - 1] if point.line <= len(lines) else ""


def excluded_points(
    counts: Counter[Point],
    exclusions: list[Exclusion],
    line: Callable[[Point], str] = line_of,
) -> tuple[dict[Exclusion, list[Point]], list[str]]:
    """Return the points of each exclusion, and a sentence for each exclusion that is wrong.

    Wrong is one that no point matches, and one all of whose points were hit: both are left over
    from another time.
    """
    matched: dict[Exclusion, list[Point]] = {entry: [] for entry in exclusions}
    for point in counts:
        for entry in exclusions:
            if entry.matches(point, line(point)):
                matched[entry].append(point)
                break
    wrong = []
    for entry, points in matched.items():
        if not points:
            wrong.append(f"exclusion {entry} matches nothing")
        elif all(counts[point] for point in points):
            wrong.append(f"exclusion {entry}: every point was hit, so it is not needed")
    return matched, wrong
