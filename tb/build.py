"""What a simulation of the bench is built from.

The result are keyword arguments of `scripts.hdl.SimBuild`, so that the bench needs no build tool:

    from scripts.hdl import SimBuild, build
    where = build(SimBuild(**bench_build("8x8")))
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from golden.config import load_config

ROOT = Path(__file__).resolve().parents[1]
HDL = ROOT / "tb" / "hdl"
TOP = "ratel_tb"
# The package comes first; the checkers bind themselves to the top.
BENCH_SOURCES = (
    "bench_pkg.sv",
    "axi_memory.sv",
    "command_player.sv",
    "pin_recorder.sv",
    f"{TOP}.sv",
)


def bench_build(config: str | None = None, *, core: list[Path] | None = None) -> dict[str, Any]:
    """Return what to build for a named configuration (None: the default).

    Args:
        config: a name in spec/configs.toml.
        core: Verilog files to use instead of the core in `rtl/`.

    Raises:
        ValueError: there is no such configuration.
    """
    checkers = sorted((HDL / "checkers").glob("*.sv"))
    # The trace looks inside the core, so a stand-in has none.
    trace = [HDL / "core_trace.sv"] if core is None else []
    return {
        "top": TOP,
        "sources": [
            *(sorted((ROOT / "rtl").glob("**/*.v")) if core is None else core),
            *(HDL / name for name in BENCH_SOURCES),
            *trace,
            *checkers,
        ],
        "includes": [ROOT / "rtl" / "include"],
        "parameters": load_config(config).verilog_parameters(),
        "cpp_sources": [HDL / "bench_store.cpp", HDL / "trace_store.cpp"],
        "export_symbols": True,
        # Lint is a check of its own (make lint); a warning must not keep a simulation from running.
        "args": ["-Wno-fatal"],
    }
