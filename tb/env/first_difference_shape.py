"""Count and pattern of a set of wrong elements, as a sentence: the pattern names the bug.

12 of 96 bytes differ: all in channel 3; each is 1 too high.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from golden.config import CoreConfig


def shape_sentence(
    wrong: NDArray[np.bool_],
    expected: NDArray[np.integer],
    actual: NDArray[np.integer],
    axes: tuple[str, ...],
    core: CoreConfig,
    *,
    unit: str = "bytes",
) -> str:
    """Describe which elements are wrong and by how much.

    `wrong` is bool with one axis for each name in `axes`; `expected` and `actual` are signed and of
    the same shape; `unit` is what an element is called.
    """
    count, total = int(wrong.sum()), wrong.size
    if count == 0:
        return f"none of {total} {unit} differs"
    text = f"{count} of {total} {unit} differ" if total > 1 else "the only one differs"
    places = [] if count < 2 else place_patterns(wrong, axes, core)
    values = [] if count < 2 else value_patterns(wrong, expected, actual)
    if places:
        text += ": " + ", ".join(places)
    return "; ".join([text, *values])


def place_patterns(wrong: NDArray[np.bool_], axes: tuple[str, ...], core: CoreConfig) -> list[str]:
    """What the places of the wrong elements have in common, the narrowest first."""
    if wrong.all():
        return ["every one"]
    found = []
    at = np.argwhere(wrong)
    for number, name in enumerate(axes):
        size = wrong.shape[number]
        used = np.unique(at[:, number])
        if size == 1:
            continue
        if len(used) == 1:
            last = " (the last)" if used[0] == size - 1 else ""
            found.append(f"all in {name} {used[0]}{last}")
        elif len(used) < size:
            found += _several(used, size, name, core)
    if axes[:2] == ("y", "x"):
        rows = np.unique((at[:, 0] * wrong.shape[1] + at[:, 1]) % core.rows)
        pixels = wrong.shape[0] * wrong.shape[1]
        if len(rows) == 1 and pixels > core.rows:
            found.append(f"all in row {rows[0]} of the array")
    return found or ["scattered"]


def _several(used: NDArray[np.int64], size: int, name: str, core: CoreConfig) -> list[str]:
    if name in ("channel", "lane", "n"):
        lanes = np.unique(used % core.cols)
        tail = size // core.cols * core.cols
        if size % core.cols and tail and used[0] >= tail:
            return [f"only in the tail ({name}s from {tail} on)"]
        if len(lanes) == 1 and size > core.cols:
            return [f"all in column {lanes[0]} of the array ({name} mod {core.cols})"]
    steps = np.unique(np.diff(used))
    if len(steps) == 1 and steps[0] == 1:
        if used[0] == 0:
            return [f"only {name} up to {used[-1]}"]
        if used[-1] == size - 1:
            return [f"only {name} from {used[0]} on"]
        return [f"only {name} {used[0]} to {used[-1]}"]
    if len(steps) == 1 and len(used) > 2:
        return [f"every {steps[0]}th {name} from {used[0]} on"]
    return []


def value_patterns(
    wrong: NDArray[np.bool_], expected: NDArray[np.integer], actual: NDArray[np.integer]
) -> list[str]:
    """What the values of the wrong elements have in common."""
    want, got = expected[wrong].astype(np.int64), actual[wrong].astype(np.int64)
    off = np.unique(got - want)
    found = []
    if len(off) == 1:
        found.append(f"each is {abs(off[0])} too {'high' if off[0] > 0 else 'low'}")
    elif (np.abs(off) <= 1).all():
        found.append("each is 1 off, a rounding")
    elif (off > 0).all() or (off < 0).all():
        found.append(f"all are too {'high' if off[0] > 0 else 'low'}")
    if len(np.unique(got)) == 1 and len(np.unique(want)) > 1:
        found.append(f"all are {got[0]}")
    elif len(want) > 3 and (got == -want).all():
        found.append("all have the wrong sign")
    return found
