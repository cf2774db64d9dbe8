"""The simulation that a command runs on, built when it is not there."""

from __future__ import annotations

from pathlib import Path

from golden.config import CoreConfig, load_config
from honeyguide.report.progress import building
from honeyguide.sim import SimBuild, build
from honeyguide.sim.stand_in import stand_in
from tb.build import bench_build
from tb.core import RATEL


def configuration(name: str | None) -> CoreConfig:
    """Return a named configuration, the default for None.

    Raises:
        UserError: there is none of that name; the sentence lists those there are.
    """
    if name is not None:
        RATEL.parameters(name)
    return load_config(name)


def bench(core: CoreConfig, *, traced: bool = False, rtl: Path | None = None) -> Path:
    """Return the folder of the built simulation, and say so when it has to be built first.

    Args:
        core: which configuration.
        traced: with waves compiled in.
        rtl: a folder to take the Verilog of the core from instead of `rtl/`, laid out like it.

    Raises:
        UserError: `rtl` is no such folder.
        HdlError: the design was refused.
    """
    wanted = bench_build(core.name)
    if rtl is not None:
        wanted = stand_in(wanted, rtl)
    with building(f"simulation of {core.name}"):
        return build(SimBuild(**wanted, traced=traced))
