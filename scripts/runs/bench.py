"""The simulation that a command runs on, built when it is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from golden.config import CoreConfig, load_config
from honeyguide.report.progress import building
from honeyguide.sim import SimBuild, build, build_first
from honeyguide.sim.workers import threads
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
    with building(f"simulation of {core.name}"):
        return build(wanted_bench(core, traced=traced, rtl=rtl))


def wanted_bench(core: CoreConfig, *, traced: bool = False, rtl: Path | None = None) -> SimBuild:
    """Return what `bench` builds."""
    wanted = bench_build(core.name)
    if rtl is not None:
        from honeyguide.sim.stand_in import stand_in

        wanted = stand_in(wanted, rtl)
    return SimBuild(**wanted, traced=traced)


@contextmanager
def benches(
    core: CoreConfig, *, traced: bool = False, rtl: Path | None = None
) -> Iterator[tuple[Path, Callable[[], Path]]]:
    """Give a simulation for the first tests, and what returns that for volume.

    After an edit that changes most of the model the first is compiled without optimisation, and
    the other while the first tests run.
    """
    wanted = wanted_bench(core, traced=traced, rtl=rtl)
    with building(f"simulation of {core.name}"):
        first = build_first(wanted)
        where = build(first)
    with threads(1) as pool:
        if first == wanted:
            yield where, lambda: where
            return
        fast = pool.submit(build, wanted)

        def wait() -> Path:
            with building(f"fast simulation of {core.name}"):
                return fast.result()

        yield where, wait
