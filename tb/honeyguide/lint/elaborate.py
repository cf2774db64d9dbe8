"""Elaboration of the core by three tools that refuse different things.

Verilator knows most about style and widths, Icarus is strict about the 2005 standard, Yosys sees
latches, undriven and doubly driven wires.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence

from honeyguide.lint.other_messages import icarus_mistakes, yosys_mistakes
from honeyguide.lint.step import Outcome, tool
from honeyguide.sim.design import Design, Mistake
from honeyguide.sim.mistakes import find_mistakes
from honeyguide.sim.yosys import yosys, yosys_environment

LATCHES = ("$dlatch", "$adlatch", "$dlatchsr", "$sr")


def verilator_lint(design: Design) -> Outcome:
    """Look for mistakes with Verilator, in each configuration."""
    return in_all(design, lambda parameters: find_mistakes(design, parameters))


def icarus_elaboration(design: Design) -> Outcome:
    """Elaborate with Icarus Verilog, where it is installed; every warning counts."""
    if shutil.which("iverilog") is None:
        return Outcome(left_out="iverilog is not installed (Debian: apt install iverilog)")
    return in_all(design, lambda parameters: elaborate(design, parameters))


def in_all(
    design: Design, check: Callable[[Mapping[str, int | str]], Sequence[Mistake]]
) -> Outcome:
    """Check each configuration; a mistake is said once, with the configurations that have it."""
    found: dict[Mistake, list[str]] = {}
    for name, parameters in design.configurations.items():
        for mistake in check(parameters):
            found.setdefault(mistake, []).append(name)
    problems = tuple(f"[{', '.join(names)}] {mistake}" for mistake, names in found.items())
    return Outcome(problems=problems, checked=", ".join(design.configurations))


def elaborate(design: Design, parameters: Mapping[str, int | str]) -> list[Mistake]:
    """Return what Icarus Verilog refuses or warns of in one configuration."""
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
    found = icarus_mistakes(lines, design)
    if code and not found:
        text = f"iverilog exited with {code}: {' '.join(lines)}"
        found = [Mistake(file=design.top, line=0, module="", text=text)]
    return found


def yosys_check(design: Design) -> Outcome:
    """Synthesise up to registers with Yosys; latches, loops and wrong drivers are findings."""
    return in_all(design, lambda parameters: synthesise(design, parameters))


def synthesise(design: Design, parameters: Mapping[str, int | str]) -> list[Mistake]:
    """Return what Yosys finds in one configuration."""
    includes = " ".join(f"-I{folder}" for folder in design.includes)
    sources = " ".join(str(path) for path in design.sources)
    latches = " ".join(f"t:{kind}" for kind in LATCHES)
    sets = " ".join(f"-set {parameter} {value}" for parameter, value in parameters.items())
    script = [
        f"read_verilog {includes} {sources}",
        *([f"chparam {sets} {design.top}"] if sets else []),
        f"hierarchy -check -top {design.top}",
        "proc",
        f"select -assert-none {latches}",
        "check -assert",
    ]
    words = yosys("-q", "-p", "; ".join(script))
    code, lines = tool(words, cwd=design.root, env=yosys_environment())
    if code == 0:
        return []
    found = yosys_mistakes(lines, design)
    text = f"yosys exited with {code}: {' '.join(lines)}"
    return found or [Mistake(file=design.top, line=0, module="", text=text)]
