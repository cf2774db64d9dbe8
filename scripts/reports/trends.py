"""Cycles beside the stored baseline: a part of a regression's page that only Ratel has."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from honeyguide.regress.page import Summary
from honeyguide.report.page import html_table
from honeyguide.sim import HdlError, SimBuild, build
from scripts.runs.bench import configuration
from scripts.runs.cycles import (
    Trend,
    change_text,
    kernel_figures,
    load_baseline,
    measure_kernels,
    measure_network,
    trends,
)
from tb.build import bench_build

CYCLES_S = 120.0  # a core that hangs must not hold up the report


def cycles_part(summary: Summary, folder: Path) -> str:
    """Measure on the first configuration of the regression; return the part of the page."""
    core = configuration(next(iter(summary.runs.values())).config)
    place = folder / "cycles"
    try:
        where = build(SimBuild(**bench_build(core.name)))
        kernels, failure = measure_kernels(core, where, place, timeout_s=CYCLES_S)
        network, other = measure_network(core, where, place, timeout_s=CYCLES_S)
    except HdlError as error:
        kernels, network, failure, other = [], [], str(error), ""
    found = trends([*kernel_figures(kernels), *network], load_baseline(core.name))
    return trends_part(core.name, found, [reason for reason in (failure, other) if reason])


def trends_part(config: str, found: Sequence[Trend], failures: Sequence[str]) -> str:
    """Return cycles and utilisation beside the stored baseline."""
    rows = []
    for trend in found:
        colour = {None: "", 0.0: ""}.get(trend.change, "bad" if (trend.change or 0) > 0 else "good")
        rows.append(
            [
                escape(trend.name),
                f"{trend.now.cycles:,}" if trend.now else "-",
                f"{trend.before.cycles:,}" if trend.before else "-",
                f"<span class='{colour}'>{change_text(trend)}</span>",
                f"{100 * trend.now.utilisation:.1f}" if trend.now else "-",
                f"{100 * trend.before.utilisation:.1f}" if trend.before else "-",
            ]
        )
    wrong = "".join(f"<p class=bad>{escape(reason)}</p>" for reason in failures)
    note = (
        f"<p>On {escape(config)}, without bus waits: the same on every machine, so a change is "
        "real. The baseline is <code>spec/cycles.json</code>; "
        "<code>make bench ARGS=--save-baseline</code> writes it.</p>"
    )
    head = ["kernel or network", "cycles", "baseline", "change", "MAC use %", "baseline %"]
    return "<h2>Cycles</h2>" + wrong + note + html_table(head, rows, numbers=5)
