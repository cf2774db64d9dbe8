"""Check style and elaboration of the Python and the Verilog.

Steps: ruff-rules, ruff-format, python-style, mypy, actionlint, verilog-style, verilator, icarus,
yosys. Every finding is printed; the exit code is 1 if there is one. A step whose optional tool is
missing says so and is left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from os import cpu_count

from honeyguide.cli import UserError, add, did_you_mean, parser, run_command
from honeyguide.lint.elaborate import icarus_elaboration, verilator_lint, yosys_check
from honeyguide.lint.python import python_style, ruff_format, ruff_rules, types
from honeyguide.lint.step import Outcome
from honeyguide.lint.verilog_style import verilog_style
from honeyguide.lint.workflows import workflows
from honeyguide.project import BUILD
from honeyguide.sim import HdlError
from honeyguide.sim.design import Design
from honeyguide.sim.workers import threads
from tb.build import CORE, ROOT, core_design
from tb.core import RATEL

MOST_SHOWN = 40
LONG = ("yosys", "mypy")  # each about as long as all others together
BASES = ("tb/honeyguide", "examples/accumulator/bench")  # imported by the last name


def steps(config: str | None) -> dict[str, Callable[[], Outcome]]:
    """Return the checks by name, for one configuration or all of them."""
    return {
        "ruff-rules": lambda: ruff_rules(ROOT),
        "ruff-format": lambda: ruff_format(ROOT),
        "python-style": lambda: python_style(ROOT),
        "mypy": lambda: types(ROOT, cache=BUILD / "mypy", bases=BASES),
        "actionlint": lambda: workflows(ROOT),
        "verilog-style": lambda: verilog_style(ROOT, benches=("tb", "examples")),
        "verilator": lambda: verilator_lint(core(config)),
        "icarus": lambda: icarus_elaboration(core(config)),
        "yosys": lambda: yosys_check(core(config)),
    }


def core(config: str | None) -> Design:
    """Return the core as a design to elaborate.

    Raises:
        UserError: an unknown configuration, or no core.
    """
    chosen = RATEL.configurations() if config is None else {config: RATEL.parameters(config)}
    design = core_design()
    if not any(path.stem == CORE for path in design.sources):
        raise UserError(f"no {CORE}.v was found below rtl/")
    return replace(design, configurations=chosen)


def main(argv: list[str]) -> int:
    """Run the chosen checks; return 1 if one found something."""
    arguments = parser("lint", __doc__)
    add(arguments, "config", help="elaborate this configuration only")
    add(arguments, "only", help="run only these steps, with commas")
    wanted = arguments.parse_args(argv)
    if wanted.config is not None:
        RATEL.parameters(wanted.config)
    known = steps(wanted.config)
    only = wanted.only.split(",") if wanted.only else []
    for name in only:
        if name not in known:
            raise UserError(
                f"unknown step {name!r}{did_you_mean(name, known)}; there are {', '.join(known)}"
            )
    names = only or list(known)
    with threads(cpu_count() or 1) as pool:
        longest_first = sorted(set(names), key=lambda name: name not in LONG)
        running = {name: pool.submit(timed, known[name]) for name in longest_first}
        results = [report(name, *running[name].result()) for name in names]
    return 0 if all(results) else 1


def timed(step: Callable[[], Outcome]) -> tuple[Outcome, float]:
    """Run one check; return what came of it and the seconds that it took."""
    started = time.monotonic()
    try:
        outcome = step()
    except (UserError, HdlError) as error:
        outcome = Outcome(problems=(str(error),))
    return outcome, time.monotonic() - started


def report(name: str, outcome: Outcome, seconds: float) -> bool:
    """Print what a check found, return whether it passed."""
    if outcome.left_out:
        print(f"  {name:<14} left out: {outcome.left_out}", flush=True)
        return True
    verdict = "ok" if outcome.passed else f"{len(outcome.problems)} findings"
    print(f"  {name:<14} {verdict:<14} {seconds:5.1f} s  {outcome.checked}", flush=True)
    for problem in outcome.problems[:MOST_SHOWN]:
        print(f"    {problem}")
    if len(outcome.problems) > MOST_SHOWN:
        print(f"    ... and {len(outcome.problems) - MOST_SHOWN} more")
    return outcome.passed


if __name__ == "__main__":
    run_command(main, HdlError)
