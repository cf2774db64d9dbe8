"""Simulations for debugging: the bench with what finds a first difference, with or without waves.

They run two times or so after each change of the core, so compiling them is what takes time.
"""

from __future__ import annotations

from pathlib import Path

from honeyguide.core import core
from honeyguide.sim import SimBuild, build
from honeyguide.sim.stand_in import stand_in

WINDOW = Path(__file__).resolve().parents[1] / "hdl" / "wave_window.sv"


def debug_build(config: str | None, *, traced: bool, rtl: Path | None = None) -> SimBuild:
    """Return what to build.

    Args:
        config: configuration of the core, the default for None.
        traced: with waves compiled in.
        rtl: a folder to take the core from instead of its own, laid out like it.
    """
    known = core()
    wanted = (known.debug_build or known.build)(config or known.default)
    if rtl is not None:
        wanted = stand_in(wanted, rtl)
    if traced:
        wanted["sources"] = [*wanted["sources"], WINDOW]
        wanted["defines"] = {**wanted.get("defines", {}), "HONEYGUIDE_TOP": known.top}
    return SimBuild(**wanted, traced=traced, quick=True)


def built(config: str | None, *, traced: bool, rtl: Path | None = None) -> Path:
    """Return the folder of the simulation, building it first if it is not there."""
    return build(debug_build(config, traced=traced, rtl=rtl))
