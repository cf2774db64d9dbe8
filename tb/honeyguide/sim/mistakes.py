"""Every mistake in a design that its simulation or synthesis would trip over, in sentences.

Verilator looks at the design alone, without a bench: once for its own messages, once for its
syntax tree (see drivers.py). A second or two, so that a build can afford it, for whatever
simulator.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from honeyguide.sim.design import Design, Mistake
from honeyguide.sim.drivers import tree_mistakes
from honeyguide.sim.toolchain import clean_environment, verilator
from honeyguide.sim.verilator_messages import mistakes_in

VAGUE = " is driven in more than one place"


def find_mistakes(design: Design, parameters: Mapping[str, int | str]) -> list[Mistake]:
    """Return all mistakes in one configuration of a design, the fatal ones first."""
    # -O0: else a loop that nothing reads is removed before it is seen
    code, lines = run_verilator(design, parameters, ["--lint-only", "-Wall", "-O0"])
    found = mistakes_in(lines, design.root)
    if code and not found:
        found = [Mistake(file=design.top, line=0, module="", text=" ".join(lines), refused=True)]
    with tempfile.TemporaryDirectory() as folder:
        options = ["--json-only", "-Wno-fatal", "-Wno-lint", "-Wno-style", "--Mdir", folder]
        code, _ = run_verilator(design, parameters, options)
        if code == 0:  # else there is an error that Verilator told above
            found += tree_mistakes(Path(folder), design)
    return sorted(set(found) - vaguer(found), key=lambda one: (not one.fatal, one))


def vaguer(found: Sequence[Mistake]) -> set[Mistake]:
    """Return what Verilator says of signals with more than one driver and the tree says better."""
    better = {(one.module, one.text.partition(" is driven by ")[0]) for one in found}
    return {
        one
        for one in found
        if one.text.endswith(VAGUE) and (one.module, one.text.removesuffix(VAGUE)) in better
    }


def run_verilator(
    design: Design, parameters: Mapping[str, int | str], options: Sequence[str]
) -> tuple[int, list[str]]:
    """Run Verilator on the design; return its exit code and what it printed."""
    command = [
        verilator(), *options, "--default-language", "1364-2005", "--top-module", design.top,
        *(f"-I{folder}" for folder in design.includes),
        *(f"-G{parameter}={value}" for parameter, value in parameters.items()),
        *design.sources,
    ]  # fmt: skip
    done = subprocess.run(
        [str(word) for word in command], cwd=design.root, env=clean_environment(),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", check=False,
    )  # fmt: skip
    return done.returncode, [line.rstrip() for line in done.stdout.splitlines() if line.strip()]
