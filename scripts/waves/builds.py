"""Simulations for debugging: the bench with the recorder of stages, and with waves or without.

They run two times or so after each change of the core, so compiling them is what takes time.
"""

from __future__ import annotations

from pathlib import Path

from honeyguide.sim import SimBuild, build
from scripts.runs.bench import inside, verilog
from tb.build import FRAMEWORK, HDL, bench_build, core_design

STAGES = HDL / "stage_trace.sv"
WINDOW = FRAMEWORK / "wave_window.sv"


def debug_build(config: str | None, *, traced: bool, rtl: Path | None = None) -> SimBuild:
    """Return what to build.

    Args:
        config: configuration of the core, the default for None.
        traced: with waves compiled in.
        rtl: a folder to take the core from instead of `rtl/`, laid out like it.
    """
    wanted = bench_build(config)
    if rtl is not None:
        others = [path for path in wanted["sources"] if not inside(Path(path))]
        wanted["sources"] = [*verilog(rtl), *others]
        wanted["includes"] = [rtl / "include"]
        wanted["design"] = core_design(rtl)
    wanted["sources"] = [*wanted["sources"], STAGES, *([WINDOW] if traced else [])]
    return SimBuild(**wanted, traced=traced, quick=True)


def built(config: str | None, *, traced: bool, rtl: Path | None = None) -> Path:
    """Return the folder of the simulation, building it first if it is not there."""
    return build(debug_build(config, traced=traced, rtl=rtl))
