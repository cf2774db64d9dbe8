"""A picture of bars: seconds from each edit to its verdicts, beside a plain build of the core."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from honeyguide.report.figures import SOFT, drawing
from scripts.runs.loop import LoopFigure

# From the darkest to the lightest, each up to its verdict.
SHADES = (
    ("first_smoke", "first smoke test", "#1f6f43"),
    ("smoke", "smoke tests", "#78af82"),
    ("sim", "make sim", "#cde1cd"),
)


def draw_loop(path: Path, figures: Sequence[LoopFigure], plain: float) -> None:
    """Write a PNG.

    Args:
        path: the file.
        figures: a bar each.
        plain: seconds of a plain build of the core, the bar below.
    """
    names = [*(figure.edit for figure in figures), "verilator --binary"]
    with drawing(path, 8, 0.36 * len(names) + 1.1) as figure:
        axes = figure.add_subplot()
        for name, label, colour in reversed(SHADES):
            seconds = [getattr(one, name) for one in figures]
            axes.barh(names[:-1], seconds, color=colour, label=label)
        axes.barh(names[-1], plain, color=SOFT)
        for row, one in enumerate(figures):
            axes.annotate(
                f"{one.first_smoke:.1f} / {one.sim:.1f} s", (one.sim, row), (5, 0),
                textcoords="offset points", va="center", fontsize=9,
            )  # fmt: skip
        axes.annotate(
            f"{plain:.1f} s", (plain, len(names) - 1), (5, 0), textcoords="offset points",
            va="center", fontsize=9,
        )  # fmt: skip
        axes.invert_yaxis()
        axes.margins(x=0.15)
        axes.grid(axis="y", visible=False)
        axes.set_xlabel("seconds from the edit to the verdict")
        axes.legend(*(reversed(part) for part in axes.get_legend_handles_labels()), fontsize=9)
