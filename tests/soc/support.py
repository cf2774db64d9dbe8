"""Builds the system and firmware once, and runs programs on it."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from golden.config import load_config
from honeyguide.project import BUILD
from honeyguide.runs import session_run
from honeyguide.sim import SimResult, SimRun, run
from scripts.soc.system import built_system
from sw.firmware.compiler import FIRMWARE, Compiled, compile_firmware

PLACE = session_run("pytest", BUILD) / "soc"


@lru_cache(maxsize=8)
def system(config: str) -> Path:
    """Return the built system of a configuration."""
    return built_system(load_config(config))


@lru_cache(maxsize=32)
def firmware(*sources: str) -> Compiled:
    """Return a compiled program and the driver library."""
    names = [FIRMWARE / "programs" / name for name in sources]
    return compile_firmware([*names, FIRMWARE / "ratel.c"], PLACE / "firmware")


def run_program(
    *sources: str,
    config: str = "8x8",
    seed: int = 1,
    stall: float = 0.0,
    spoil: bool = False,
    module: str = "tb.soc.program",
    test: str | None = None,
    **settings: str,
) -> SimResult:
    """Run a program on the system; `settings` become further environment variables."""
    return run(
        SimRun(
            build=system(config),
            module=module,
            test=test,
            results_dir=PLACE
            / f"{Path(sources[0]).stem}-{config}-{stall}-{spoil}-{module}-{test or 'all'}",
            seed=seed,
            timeout_s=900,
            env={
                "RATEL_FIRMWARE": str(firmware(*sources).path),
                "RATEL_CONFIG": config,
                "RATEL_STALL": str(stall),
                "RATEL_SPOIL": str(int(spoil)),
                **settings,
            },
        )
    )
