"""The framework's SystemVerilog, and what a bench is built from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

HDL = Path(__file__).resolve().parent
CHECKERS = HDL / "checkers"
# The package comes first.
SHARED = tuple(
    HDL / f"{name}.sv"
    for name in (
        "bench_pkg", "axi_memory", "command_player", "pin_recorder", "bind_recorder",
        "bind_checkers",
    )
)  # fmt: skip
STORE = HDL / "bench_store.cpp"


def axi_bench(
    core: str, sources: Sequence[Path], parameters: Mapping[str, int], *, writes: bool = False
) -> dict[str, Any]:
    """Return arguments of SimBuild for a core with AXI4-Lite, AXI4 and an interrupt (axi_tb.sv).

    Args:
        core: its module; parameters and ports are named as in axi_tb.sv.
        sources: its Verilog files.
        parameters: DataWidth, IdWidth, MaxBurst, as far as they differ from axi_tb.sv's.
        writes: its AXI4 port writes, too.
    """
    checkers = (CHECKERS / "axi_checker.sv", CHECKERS / "axil_checker.sv")
    return {
        "top": "axi_tb",
        "sources": [*sources, *SHARED, *checkers, HDL / "axi_tb.sv"],
        "includes": [HDL / "include"],
        "parameters": parameters,
        "defines": {
            "HONEYGUIDE_TOP": "axi_tb",
            "HONEYGUIDE_CORE": core,
            **({"HONEYGUIDE_WRITES": 1} if writes else {}),
        },
        "cpp_sources": [STORE],
        "export_symbols": True,
        "args": ["-Wno-fatal"],
    }
