"""Measure the benchmark kernels by the core's own counters, and how fast the simulation is.

Every result is compared with golden as in a test. Prints a table and writes
build/reports/bench.json. Targets are those of a core of 8x8; a kernel that misses its target there
fails the command. --save-baseline stores the cycles that later runs are compared with. --loop
measures instead how long a verdict takes after an edit of the core.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from golden.config import CoreConfig
from golden.network import NetworkError
from honeyguide import cli
from honeyguide.report.files import Results, add_results_option, shown
from honeyguide.report.table import percent, table
from honeyguide.sim import HdlError
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
from scripts.runs.loop import EDITS, bare_seconds, entries, measure_loop, plain_build
from scripts.runs.speed import TILE_OF_BARE, TILE_OF_PIN, SpeedFigure, measure_speed, ratios
from sw.compiler.geometry import CompileError
from sw.kernels import KERNELS

# Share of the array's peak; by the core's counters, 8x8, 64-bit bus.
TARGETS = {"conv3x3": 0.90, "dw3x3_s1": 0.80, "gemm_64_onchip": 0.95}
TARGET_CONFIG = "8x8"


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
        return loop(core, wanted.results.resolve(), edits)
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


def loop(core: CoreConfig, folder: Path, edits: list[str]) -> int:
    """Measure from edits to verdicts; return 1 when an edit that changes nothing failed."""
    results = Results(command="loop", folder=folder)
    results.start()
    figures = measure_loop(core, results.runs, edits)
    plain = plain_build(core, results.runs / "plain")
    bare = bare_seconds(core, results.runs / "bare")
    head = ["edit", "first smoke", "smoke", "make sim", "Verilator", "compile", "link", "start",
            "simulate", "first / plain build"]  # fmt: skip
    rows = [
        [
            f.edit,
            *(f"{s:.1f}" for s in (f.first_smoke, f.smoke, f.sim, f.verilator, f.compile, f.link,
                                   f.start, f.simulate)),
            f"{f.first_smoke / plain:.2f}",
        ]
        for f in figures
    ]  # fmt: skip
    print("\n" + table(head, rows) + "\n")
    print(f"verilator --binary of the core: {plain:.1f} s")
    print(f"the bare loop on the images of make sim: {bare:.2f} s")
    print("left out: the pull request's verdict, which is that of make test on the edited checkout")
    from scripts.reports.loop import draw_loop  # the library takes half a second to load

    draw_loop(results.picture, figures, plain)
    reasons = [f"make sim failed after the edit {f.edit!r}" for f in figures if not f.passed]
    path = results.write(
        {
            "pass": not reasons,
            "reasons": reasons,
            "config": core.name,
            "plain_build_s": plain,
            "bare_loop_s": bare,
            "edits": entries(figures, plain),
        }
    )
    print(f"report {shown(path)}, {shown(results.published_picture)}")
    for reason in reasons:
        print(f"FAIL: {reason}")
    print("FAIL" if reasons else "PASS")
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


def judge(kernel: dict[str, Any]) -> None:
    """Add the target and whether it is met, and the cycles in which the array made no step."""
    if "left_out" in kernel:
        return
    if kernel["config"] == TARGET_CONFIG and kernel["name"] in TARGETS:
        kernel["target"] = TARGETS[kernel["name"]]
        kernel["met"] = kernel["utilisation"] >= kernel["target"]
    kernel["idle_cycles"] = kernel["cycles"] - kernel["counters"]["steps"]


def kernel_table(kernels: list[dict[str, Any]], changes: Mapping[str, str]) -> str:
    """Return the table of the kernels that ran; `changes` are those of cycles."""
    head = [
        "kernel",
        "config",
        "cycles",
        "change",
        "MACs",
        "MAC use",
        "idle",
        "commands",
        "bytes",
        "target",
        "",
    ]
    rows = []
    for kernel in kernels:
        if "left_out" in kernel:
            continue
        target = kernel.get("target")
        counters = kernel["counters"]
        rows.append(
            [
                kernel["name"],
                kernel["config"],
                kernel["cycles"],
                changes[kernel["name"]],
                kernel["macs"],
                percent(kernel["utilisation"], 1.0) if kernel["macs"] else "-",
                kernel["idle_cycles"],
                kernel["executes"],
                counters["bytes_read"] + counters["bytes_written"],
                "" if target is None else percent(target, 1.0),
                "" if target is None else "met" if kernel["met"] else "NOT MET",
            ]
        )
    return table(head, rows)


def speed_table(figures: list[SpeedFigure]) -> str:
    """Return the table of the simulation's speed."""
    rows = [
        [figure.level, figure.cycles, f"{figure.seconds:.2f}", round(figure.rate)]
        for figure in figures
    ]
    return table(["simulation", "cycles", "seconds", "cycles/s"], rows)


def ratio_lines(figures: list[SpeedFigure]) -> list[str]:
    """Return how the tile level compares with the others."""
    found = ratios(figures)
    bare, pin = found["tile_of_bare"], found["tile_of_pin"]
    return [
        f"tile level {100 * bare:.0f} % of the bare loop, target {100 * TILE_OF_BARE:.0f} %: "
        + ("met" if bare >= TILE_OF_BARE else "NOT MET"),
        f"tile level {pin:.1f} times the pin level, target {TILE_OF_PIN:.0f}: "
        + ("met" if pin >= TILE_OF_PIN else "NOT MET"),
    ]


if __name__ == "__main__":
    cli.run_command(main, HdlError, NetworkError, CompileError)
