"""Run every known network on all its inputs, and compare every tensor.

The MNIST network, the wake-word networks step by step with their state, ONNX, and those of MLPerf
Tiny and public ones where they are on this machine (RATEL_MODELS). Prints a line for each and what
is left out; writes build/reports/networks.json.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from typing import Any

from golden.network import NetworkError
from honeyguide import cli
from honeyguide.report.files import Results, add_results_option, shown
from honeyguide.report.progress import Progress
from honeyguide.sim import HdlError
from models.onnx_networks import NETWORKS as ONNX
from scripts.reports.networks import (
    TARGET_CONFIG,
    TARGETS,
    networks_table,
    over_budget,
    report_entry,
)
from scripts.reports.whole import stall_line
from scripts.runs.bench import bench, configuration
from scripts.runs.model import load_model
from scripts.runs.onnx_packages import ensure_packages
from scripts.runs.whole import run_whole
from scripts.runs.zoo import Entry, zoo
from sw.compiler.geometry import CompileError


def main(argv: list[str]) -> int:
    """Run what the command line asks for; return 1 when something differs."""
    options = cli.parser("networks", __doc__)
    cli.add(options, "config", "seed", "stall")
    cli.add(options, "only", help="run only these networks, with commas")
    cli.add(options, "count", help="inputs of each; all by default")
    add_results_option(options)
    wanted = options.parse_args(argv)
    core = configuration(wanted.config)
    if wanted.only is None or {word.strip() for word in wanted.only.split(",")} & set(ONNX):
        ensure_packages()
    entries = chosen(zoo(wanted.seed), wanted.only)
    files = Results(command="networks", folder=wanted.results.resolve())
    files.start()
    build = bench(core)
    results, reasons = [], []
    started = time.monotonic()
    for entry in entries:
        if entry.path is None:
            print(f"left out: {entry.name}: {entry.missing}", flush=True)
            if wanted.only is not None:
                reasons.append(f"{entry.name} was asked for by name and is not here")
            continue
        line, wrong = run_entry(entry, core.name, build, wanted, files)
        results.append(line)
        reasons += [f"{entry.name}: {reason}" for reason in wrong]
    if results:
        print("\n" + networks_table(results) + "\n")
    else:
        reasons.append("there is no network to run")
    left_out = {entry.name: entry.missing for entry in entries if entry.path is None}
    path = files.write(
        {
            "pass": not reasons,
            "reasons": reasons,
            "config": core.name,
            "seed": wanted.seed,
            "stall": wanted.stall,
            "seconds": time.monotonic() - started,
            "networks": results,
            "left_out": left_out,
        },
    )
    if wanted.stall:
        print(stall_line(wanted.stall))
    print(f"report {shown(path)}")
    if left_out:
        print(f"left out: {', '.join(left_out)}")
    gaps = [f"{line['name']}: {line['not_judged']}" for line in results if line["not_judged"]]
    for gap in gaps:
        print(gap)
    for reason in reasons:
        print(f"FAIL: {reason}")
    if not reasons:
        print(f"PASS, {len(gaps)} network(s) without their oracle" if gaps else "PASS")
    return 1 if reasons else 0


def chosen(entries: list[Entry], words: str | None) -> list[Entry]:
    """Return the entries that words name, all of them without words.

    Raises:
        UserError: there is no network of that name; the sentence lists those there are.
    """
    if words is None:
        return entries
    names = [word.strip() for word in words.split(",")]
    known = [entry.name for entry in entries]
    for name in names:
        if name not in known:
            raise cli.UserError(f"unknown network {name!r}; there are {', '.join(known)}")
    return [entry for entry in entries if entry.name in names]


def run_entry(
    entry: Entry, config: str, build: Path, wanted: argparse.Namespace, files: Results
) -> tuple[dict[str, Any], list[str]]:
    """Run one network; return its entry in the report and what is wrong, a sentence each."""
    assert entry.path is not None
    model = load_model(entry.path, configuration(config))
    inputs = entry.inputs(model)[: wanted.count]
    progress = Progress(entry.name)
    result = run_whole(
        model,
        inputs,
        build=build,
        folder=files.runs / entry.name,
        seed=wanted.seed,
        stall=wanted.stall,
        absent=entry.absent,
        progress=progress.update,
    )
    progress.done()
    reasons = result.reasons()
    judged = not wanted.stall and config == TARGET_CONFIG and entry.name in TARGETS
    if judged and result.cycles and result.multiple > TARGETS[entry.name]:
        reasons.append(
            f"{result.cycles} cycles are {result.multiple:.3f} of the floor, "
            f"the target is {TARGETS[entry.name]:.2f}"
        )
    if not wanted.stall and config == TARGET_CONFIG and entry.budgeted:
        reasons += over_budget(result.cycles, model.program)
    reasons += result.off_prediction()
    return report_entry(entry, result, reasons), reasons


if __name__ == "__main__":
    cli.run_command(main, HdlError, NetworkError, CompileError)
