"""Seconds from each edit to its verdicts, beside a plain build of the core: table and bars."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from golden.config import CoreConfig
from honeyguide.report.figures import SOFT, drawing
from honeyguide.report.files import Results, shown
from honeyguide.report.table import table
from scripts.runs.loop import LoopFigure, bare_seconds, entries, measure_loop, plain_build

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


def report_loop(core: CoreConfig, folder: Path, edits: list[str]) -> int:
    """Measure from edits to verdicts; return 1 when an edit that changes nothing failed."""
    results = Results(command="loop", folder=folder)
    results.start()
    figures = measure_loop(core, results.runs, edits)
    plain = plain_build(core, results.runs / "plain")
    bare = bare_seconds(core, results.runs / "bare")
    head = ["edit", "first smoke", "smoke", "make sim", "Verilator", "compile", "link", "start",
            "simulate", "first / plain build"]  # fmt: skip
    rows = [
        [
            f.edit,
            *(f"{s:.1f}" for s in (f.first_smoke, f.smoke, f.sim, f.verilator, f.compile, f.link,
                                   f.start, f.simulate)),
            f"{f.first_smoke / plain:.2f}",
        ]
        for f in figures
    ]  # fmt: skip
    print("\n" + table(head, rows) + "\n")
    print(f"verilator --binary of the core: {plain:.1f} s")
    print(f"the bare loop on the images of make sim: {bare:.2f} s")
    print("left out: the pull request's verdict, which is that of make test on the edited checkout")
    draw_loop(results.picture, figures, plain)
    reasons = [f"make sim failed after the edit {f.edit!r}" for f in figures if not f.passed]
    path = results.write(
        {
            "pass": not reasons,
            "reasons": reasons,
            "config": core.name,
            "plain_build_s": plain,
            "bare_loop_s": bare,
            "edits": entries(figures, plain),
        }
    )
    print(f"report {shown(path)}, {shown(results.published_picture)}")
    for reason in reasons:
        print(f"FAIL: {reason}")
    print("FAIL" if reasons else "PASS")
    return 1 if reasons else 0
