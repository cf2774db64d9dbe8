"""Run a test in this terminal, so that Python's debugger works inside the simulation.

breakpoint() in a test, a sequence or the model stops there, with the simulation standing still in
the middle of its cycle; an exception that nobody catches stops where it is raised. There is no
time-out, and the log is what the terminal shows. TEST is a test of the core: file.Class.

PYTHONBREAKPOINT=debugpy.breakpoint or the like takes an IDE's debugger, if it is installed.
"""

from __future__ import annotations

from honeyguide import cli
from honeyguide.core import core
from honeyguide.project import variable
from honeyguide.report.files import add_results_option
from honeyguide.runs import new_run
from honeyguide.sim import SimBuild, SimRun, run_here
from honeyguide.waves.command import chosen


def main(argv: list[str]) -> int:
    """Do it; return 1 unless the test passed."""
    options = cli.parser("debug", __doc__)
    cli.add(options, "test", required=True, help="the test, as file.Class")
    cli.add(options, "seed", help="seed of the run")
    cli.add(options, "config", "speed")
    add_results_option(options)
    wanted = options.parse_args(argv)
    config = wanted.config or core().default
    core().parameters(config)
    title, module, name = chosen(wanted.test)
    result = run_here(
        SimRun(
            build=SimBuild(**core().build(config)),
            module=module,
            test=name,
            seed=wanted.seed,
            results_dir=new_run("debug", wanted.results).path / "run",
            env={variable("CONFIG"): config, variable("SPEED"): wanted.speed},
        )
    )
    print(f"{title}: {result.status}" + (f": {result.message}" if result.message else ""))
    return 0 if result.passed else 1
