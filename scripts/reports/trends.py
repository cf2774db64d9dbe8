"""Cycles beside the stored baseline: a part of a regression's page that only Ratel has."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from honeyguide.regress.page import coloured
from honeyguide.regress.summary import Summary
from honeyguide.report.page import part
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

TEMPLATES = Path(__file__).parent / "templates"
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
        colour = "" if not trend.change else "bad" if trend.change > 0 else "good"
        rows.append(
            [
                trend.name,
                f"{trend.now.cycles:,}" if trend.now else "-",
                f"{trend.before.cycles:,}" if trend.before else "-",
                coloured(colour, change_text(trend)),
                f"{100 * trend.now.utilisation:.1f}" if trend.now else "-",
                f"{100 * trend.before.utilisation:.1f}" if trend.before else "-",
            ]
        )
    return part("cycles.html", TEMPLATES, config=config, rows=rows, failures=failures)
