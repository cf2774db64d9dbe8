"""Measure the benchmark kernels by the core's own counters, and how fast the simulation is.

Every result is compared with golden as in a test. Prints a table and writes
build/reports/bench.json. Targets are those of a core of 8x8; a kernel that misses its target there
fails the command. --save-baseline stores the cycles that later runs are compared with. --loop
measures instead how long a verdict takes after an edit of the core.
"""

from __future__ import annotations

from pathlib import Path

from golden.config import CoreConfig
from golden.network import NetworkError
from honeyguide import cli
from honeyguide.report.files import Results, add_results_option, shown
from honeyguide.sim import HdlError
from scripts.reports.kernels import judge, kernel_table, ratio_lines, speed_table
from scripts.reports.loop import report_loop
from scripts.runs.bench import bench, configuration
from scripts.runs.cycles import (
    BASELINE,
    Figure,
    change_text,
    kernel_figures,
    load_baseline,
    measure_kernels,
    measure_network,
    save_baseline,
    trends,
)
from scripts.runs.loop import EDITS
from scripts.runs.speed import SpeedFigure, measure_speed, ratios
from sw.compiler.geometry import CompileError
from sw.kernels import KERNELS


def main(argv: list[str]) -> int:
    """Run the kernels; return 1 when a result is wrong or a target is missed."""
    options = cli.parser("bench", __doc__)
    cli.add(options, "config", "seed")
    cli.add(
        options, "only",
        help="run only these kernels, or with --loop these edits, with commas; all by default",
    )  # fmt: skip
    options.add_argument(
        "--save-baseline", action="store_true", help=f"write {BASELINE.name}, with MNIST"
    )
    options.add_argument("--no-speed", action="store_true", help="leave the simulation speed out")
    options.add_argument(
        "--loop",
        action="store_true",
        help="measure instead how long a verdict takes after an edit: loop.json, loop.png",
    )
    add_results_option(options)
    wanted = options.parse_args(argv)
    if wanted.save_baseline and wanted.only is not None:
        raise cli.UserError("a baseline is of all kernels; leave ONLY out")
    core = configuration(wanted.config)
    if wanted.loop:
        edits = chosen(wanted.only, [edit.name for edit in EDITS], "edit")
        return report_loop(core, wanted.results.resolve(), edits)
    names = chosen(wanted.only, [kernel.name for kernel in KERNELS], "kernel")
    results = Results(command="bench", folder=wanted.results.resolve())
    results.start()
    build = bench(core)
    kernels, failure = measure_kernels(core, build, results.runs, names=names, seed=wanted.seed)
    figures = kernel_figures(kernels)
    for kernel in kernels:
        judge(kernel)
    if kernels:
        changes = {
            trend.name: change_text(trend) for trend in trends(figures, load_baseline(core.name))
        }
        print("\n" + kernel_table(kernels, changes) + "\n")
    for kernel in kernels:
        if "left_out" in kernel:
            print(f"{kernel['name']} is left out on {core.name}: {kernel['left_out']}")
    speed: list[SpeedFigure] = []
    if not wanted.no_speed and not failure:
        speed = measure_speed(core, build, results.runs / "speed", wanted.seed)
        print(speed_table(speed) + "\n")
        for line in ratio_lines(speed):
            print(line)
        print()
    missed = [kernel["name"] for kernel in kernels if kernel.get("met") is False]
    reasons = [failure] if failure else []
    if not failure and all("left_out" in kernel for kernel in kernels):
        reasons.append(f"no kernel was measured on {core.name}")
    reasons += [f"{name} is below its target" for name in missed]
    if wanted.only is not None:
        reasons += [
            f"{kernel['name']} was asked for by name and is left out"
            for kernel in kernels
            if "left_out" in kernel
        ]
    reasons += [figure.failure for figure in speed if figure.failure]
    path = results.write(
        {
            "pass": not reasons,
            "reasons": reasons,
            "config": core.name,
            "seed": wanted.seed,
            "kernels": [kernel for kernel in kernels if "left_out" not in kernel],
            "left_out": {k["name"]: k["left_out"] for k in kernels if "left_out" in k},
            "simulation": [figure.entry() for figure in speed],
            "ratios": ratios(speed) if speed else {},
        },
    )
    print(f"report {shown(path)}")
    if wanted.save_baseline and not reasons:
        store(core, build, figures, results)
    for reason in reasons:
        print(f"FAIL: {reason}")
    if not reasons:
        print("PASS")
    return 1 if reasons else 0


def store(core: CoreConfig, build: Path, figures: list[Figure], results: Results) -> None:
    """Store a baseline, the MNIST network with it.

    Raises:
        UserError: the network failed.
    """
    network, failure = measure_network(core, build, results.runs)
    if failure:
        raise cli.UserError(f"no baseline is stored: {failure}")
    save_baseline(core.name, [*figures, *network])
    print(f"baseline {shown(BASELINE)}")


def chosen(words: str | None, known: list[str], what: str) -> list[str]:
    """Return the names of what to run, a kernel or an edit.

    Raises:
        UserError: there is none of that name; the sentence lists those there are.
    """
    names = known if words is None else [word.strip() for word in words.split(",")]
    for name in names:
        if name not in known:
            raise cli.UserError(f"unknown {what} {name!r}; there are {', '.join(known)}")
    return names


if __name__ == "__main__":
    cli.run_command(main, HdlError, NetworkError, CompileError)
