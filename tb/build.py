"""What a simulation of the bench is built from.

The result are keyword arguments of `honeyguide.sim.SimBuild`, so the bench needs no build tool:

    from honeyguide.sim import SimBuild, build
    where = build(SimBuild(**bench_build("8x8")))
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from golden.config import load_config
from honeyguide.sim.design import Design
from honeyguide.sim.errors import HdlError

ROOT = Path(__file__).resolve().parents[1]
HDL = ROOT / "tb" / "hdl"
TOP = "ratel_tb"
CORE = "ratel_core"
FRAMEWORK = ROOT / "tb" / "honeyguide" / "hdl"
PROOFS = ROOT / "tb" / "proofs" / "proofs.toml"
# The package comes first.
FRAMEWORK_SOURCES = ("bench_pkg.sv", "axi_memory.sv", "command_player.sv")


def rtl_sources() -> list[Path]:
    """Return every Verilog file of the core, sorted, as absolute paths.

    Raises:
        HdlError: there is none.
    """
    found = sorted((ROOT / "rtl").glob("**/*.v"))
    if not found:
        raise HdlError(f"no Verilog file was found below {ROOT / 'rtl'}")
    return found


def rtl_include_dirs() -> list[Path]:
    """Return the folders that the core's `include lines are looked up in."""
    return [ROOT / "rtl" / "include"]


def include_dirs() -> list[Path]:
    """Return the same for the bench, which has the core in it."""
    return [*rtl_include_dirs(), HDL / "include", FRAMEWORK / "include"]


def monitors() -> list[Path]:
    """Return recorder and protocol checkers, and what binds them to the top (`pin_defines`)."""
    bound = ("pin_recorder.sv", "bind_recorder.sv", "bind_checkers.sv")
    return [*sorted((FRAMEWORK / "checkers").glob("*.sv")), *(FRAMEWORK / x for x in bound)]


def pin_defines(top: str) -> dict[str, str | int]:
    """Return the macros that tell the framework's HDL whose pins to watch, and which."""
    return {"HONEYGUIDE_TOP": top, "HONEYGUIDE_XIF": 1}


def looks_inside() -> list[Path]:
    """Return what looks inside: traces of engines and dependencies, rules of outputs, aborts."""
    names = (
        "core_trace", "core_checker", "idle_checker", "bind_core_checker", "abort_states",
        "dependency_trace",
    )  # fmt: skip
    return [HDL / f"{name}.sv" for name in names]


def core_design(rtl: Path = ROOT / "rtl") -> Design:
    """Return the core alone, from `rtl/` or a folder laid out like it, to look for mistakes in."""
    root = rtl.resolve().parent
    return Design(
        root=root,
        top=CORE,
        sources=[path.relative_to(root) for path in sorted(rtl.resolve().glob("**/*.v"))],
        includes=[Path(rtl.name) / "include"],
        configurations={},
    )


def debug_build(config: str) -> dict[str, Any]:
    """Return the same with the recorders of stages and waits, which a failure is explained by."""
    wanted = bench_build(config)
    recorders = [HDL / "stage_trace.sv", HDL / "wait_trace.sv"]
    defines = {**wanted["defines"], **inner_defines(wanted["parameters"])}
    return {**wanted, "sources": [*wanted["sources"], *recorders], "defines": defines}


def inner_defines(parameters: dict[str, int]) -> dict[str, str | int]:
    """Return the macros for what the recorders can only see in a core with these parameters."""
    whole = parameters.get("WriteAfterData", 0) == 1
    return {"RATEL_AW_HELD": "gen_whole.aw_queued" if whole else "gen_direct.aw_valid_q"}


def ruled_build(config: str) -> dict[str, Any]:
    """Return the same with the rules of the proofs as assertions, in every module that has some.

    It is slower by half, so a few runs of the suite have it, and all others the checkers alone.
    """
    from honeyguide.project import BUILD
    from honeyguide.proofs.binding import bind_rules
    from honeyguide.proofs.table import load

    wanted = bench_build(config)
    rules = bind_rules(load(PROOFS), BUILD / "rules" / "bind_rules.sv")
    return {**wanted, "sources": [*wanted["sources"], *rules]}


def bench_build(config: str | None = None, *, core: list[Path] | None = None) -> dict[str, Any]:
    """Return what to build for a named configuration (None: the default).

    Args:
        config: a name in spec/configs.toml.
        core: Verilog files to use instead of the core in `rtl/`.

    Raises:
        ValueError: there is no such configuration.
    """
    # They look inside the core, so a stand-in has none.
    trace = looks_inside() if core is None else []
    return {
        "top": TOP,
        "sources": [
            *(rtl_sources() if core is None else core),
            *(FRAMEWORK / name for name in FRAMEWORK_SOURCES),
            HDL / f"{TOP}.sv",
            *trace,
            *monitors(),
        ],
        "includes": include_dirs(),
        "defines": pin_defines(TOP),
        "parameters": load_config(config).verilog_parameters(),
        "cpp_sources": [FRAMEWORK / "bench_store.cpp", HDL / "trace_store.cpp"],
        "export_symbols": True,
        # The design's own mistakes are looked for apart; a warning must not keep the bench from it.
        "args": ["-Wno-fatal"],
        "design": core_design() if core is None else None,
    }
