"""What a simulation of the system (CPU, Ratel, memory) is built from.

The CPU comes from an installed package; nothing of it is kept here.
"""

from __future__ import annotations

from importlib import util
from pathlib import Path
from typing import Any

from golden.config import load_config
from tb.build import (
    FRAMEWORK,
    HDL,
    include_dirs,
    looks_inside,
    monitors,
    pin_defines,
    rtl_sources,
)  # fmt: skip

SOC = Path(__file__).resolve().parent
TOP = "ratel_soc"
CPU_PACKAGE = "pythondata_cpu_cv32e40x"
# Packages and interfaces first; the rest is found by module name.
CPU_SOURCES = (
    "rtl/include/cv32e40x_pkg.sv",
    "rtl/if_c_obi.sv",
    "rtl/if_xif.sv",
    "bhv/cv32e40x_sim_clock_gate.sv",
    "rtl/cv32e40x_core.sv",
)
BENCH_SOURCES = ("bench_pkg.sv", "axi_memory.sv")
SOC_SOURCES = (
    "cv32e40x_flat.sv",
    "obi_memory.sv",
    "obi_router.sv",
    "obi_axil.sv",
    "soc_devices.sv",
    "user_mode.sv",
    "ratel_soc.sv",
)


class CpuMissingError(Exception):
    """The CPU's package is not installed."""


def cpu_folder() -> Path:
    """Return the folder of the CPU's SystemVerilog.

    Raises:
        CpuMissingError: its package is not installed.
    """
    spec = util.find_spec(CPU_PACKAGE)
    if spec is None or spec.origin is None:
        raise CpuMissingError(
            f"the CPU's package {CPU_PACKAGE} is not installed; run `make soc`, which installs it"
        )
    return Path(spec.origin).parent / "system_verilog"


def soc_build(config: str | None = None) -> dict[str, Any]:
    """Return what to build for a named configuration, as arguments of `honeyguide.sim.SimBuild`.

    Raises:
        CpuMissingError: the CPU's package is not installed.
        ValueError: there is no such configuration.
    """
    cpu = cpu_folder()
    return {
        "top": TOP,
        "sources": [
            SOC / "cv32e40x.vlt",
            *(cpu / name for name in CPU_SOURCES),
            *rtl_sources(),
            *(FRAMEWORK / name for name in BENCH_SOURCES),
            *looks_inside(),
            *(SOC / name for name in SOC_SOURCES),
            *monitors(),
        ],
        "includes": [*include_dirs(), cpu / "rtl" / "include"],
        "library_dirs": [cpu / "rtl"],
        "defines": pin_defines(TOP),
        "parameters": load_config(config).verilog_parameters(),
        "cpp_sources": [FRAMEWORK / "bench_store.cpp", HDL / "trace_store.cpp"],
        "export_symbols": True,
        # The CPU's `unique case` would be checked before its first reset, on random registers.
        "args": ["--no-assert-case"],
    }
