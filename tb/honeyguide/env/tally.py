"""What a run counted, for the sums of a regression: `tally.json` in the run's folder."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from honeyguide.project import results_folder

FILE = "tally.json"

Tally = Mapping[str, Mapping[str, int]]


def leave_tally(tally: Tally) -> None:
    """Leave counts by heading and kind, if the launcher wants files."""
    folder = results_folder()
    if folder is not None:
        text = json.dumps({name: dict(counts) for name, counts in tally.items()})
        Path(folder, FILE).write_text(text + "\n", encoding="utf-8")


def add_tallies(folders: Iterable[Path]) -> dict[str, Counter[str]]:
    """Return the sums over the runs that left counts."""
    sums: dict[str, Counter[str]] = {}
    for folder in folders:
        path = folder / FILE
        if path.is_file():
            for name, counts in json.loads(path.read_text(encoding="utf-8")).items():
                sums.setdefault(name, Counter()).update(counts)
    return sums


def tally_lines(sums: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Return a line a heading: the sum, and the kinds, most first."""
    return [
        f"{name}: {sum(counts.values())} ("
        + ", ".join(f"{kind} {n}" for kind, n in Counter(counts).most_common())
        + ")"
        for name, counts in sums.items()
    ]
