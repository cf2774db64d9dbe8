"""Plain text tables: numbers to the right, words to the left."""

from __future__ import annotations

from collections.abc import Sequence


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return the lines of a table under a head; every row has one cell for each word of it.

    int cells get thousands separators; make a text of any other number first.
    """
    texts = [[cell(value) for value in row] for row in rows]
    widths = [
        max(len(head[column]), *(len(row[column]) for row in texts), 0)
        for column in range(len(head))
    ]
    right = [
        all(is_number(row[column]) for row in texts) and bool(texts) for column in range(len(head))
    ]
    lines = []
    for row in [list(head), *texts]:
        cells = [
            text.rjust(width) if numeric else text.ljust(width)
            for text, width, numeric in zip(row, widths, right, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def cell(value: object) -> str:
    """Return the text of a cell."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return str(value)


def is_number(text: str) -> bool:
    """Tell whether a cell belongs in a column of numbers; an empty one and a dash do."""
    digits = text.strip("+-%").replace(",", "").replace(".", "")
    return not digits or digits.isdigit()


def percent(part: float, whole: float) -> str:
    """Return a share as a text, a dash when there is no whole."""
    return f"{100 * part / whole:.1f}%" if whole else "-"


def shape_text(shape: Sequence[int]) -> str:
    """Return a shape as people write it, 1x28x28x8."""
    return "x".join(map(str, shape)) or "scalar"
