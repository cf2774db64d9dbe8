"""Run networks on a whole system: a RISC-V CPU with Ratel as its coprocessor runs C firmware.

Without --model: the MNIST network on 10 real images, then the networks of MLPerf Tiny that are on
this machine (RATEL_MODELS), one input each. The CPU issues every custom instruction; every tensor
is compared with golden, and the firmware prints what it recognises. With --programs: so many random
programs instead, custom instructions among loads, stores, branches and interrupts; a failure names
its program, and --first repeats it alone. With --program: one of the firmware's own programs, with
what it prints. Writes build/reports/soc.json.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path
from typing import Any

import numpy as np

from golden.config import CoreConfig
from golden.network import NetworkError
from honeyguide import cli
from honeyguide.report.files import Results, add_results_option, shown
from honeyguide.sim import HdlError
from scripts.reports.whole import stall_line
from scripts.runs.bench import configuration
from scripts.runs.model import load_model, random_inputs, read_inputs
from scripts.runs.zoo import Entry, zoo
from scripts.soc import networks, program, programs
from scripts.soc.networks import Job
from scripts.soc.system import built_system
from sw.compiler.geometry import CompileError
from sw.firmware.compiler import FirmwareError, cross_compiler
from tb.soc.build import CpuMissingError

IMAGES = 10  # of MNIST when nobody says how many


def main(argv: list[str]) -> int:
    """Run what the command line asks for; return 1 when something differs."""
    options = cli.parser("soc", __doc__)
    cli.add(
        options, "model", type=str, help="a network's name (mnist, resnet8, ...) or a .tflite file"
    )
    cli.add(options, "input", help="inputs for a .tflite file, .npy")
    cli.add(options, "count", help="inputs to run; 10 of MNIST, else 1")
    cli.add(options, "config", "seed", "stall", "no-oracle")
    options.add_argument(
        "--compare", action="store_true", help="also run without a CPU and compare the cycles"
    )
    options.add_argument("--programs", type=cli.count, help="random programs to run, no network")
    cli.add(options, "first", help="number of the first random program")
    options.add_argument("--program", help=f"one program: {', '.join(program.PROGRAMS)}")
    add_results_option(options)
    wanted = options.parse_args(argv)
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    logging.getLogger("sw.firmware").setLevel(logging.INFO)
    core = configuration(wanted.config)
    check_programs(wanted)
    jobs = [] if wanted.programs or wanted.program else chosen(wanted, core)
    results = Results(command="soc", folder=wanted.results.resolve())
    results.start()
    where = built_system(core)
    print(f"compiler    {cross_compiler().name}")
    found: dict[str, Any]
    if wanted.program:
        entry = program.run_program(
            where, wanted.program, config=core.name, seed=wanted.seed, stall=wanted.stall,
            results=results,
        )  # fmt: skip
        passed, found = entry["pass"], {"program": entry}
    elif wanted.programs:
        entry = programs.run_programs(
            where, config=core.name, first=wanted.first, number=wanted.programs,
            seed=wanted.seed, results=results,
        )  # fmt: skip
        print("\n" + programs.summary(entry) + "\n")
        passed, found = entry["pass"], {"programs": entry}
    else:
        entries = [networks.run_job(job, where, wanted, results) for job in jobs]
        print("\n" + networks.summary(entries, compare=wanted.compare) + "\n")
        for entry in entries:
            if not entry["pass"]:
                print(f"FAIL: {entry['name']}: {entry['reason']}")
            elif entry["not_judged"]:
                print(f"{entry['name']}: {entry['not_judged']}")
        passed, found = all(entry["pass"] for entry in entries), {"networks": entries}
    path = results.write(
        {
            "pass": passed,
            "config": core.name,
            "compiler": cross_compiler().name,
            "seed": wanted.seed,
            "stall": wanted.stall,
            **found,
        }
    )
    if wanted.stall:
        print(stall_line(wanted.stall))
    print(f"report      {shown(path)}")
    print("PASS" if passed else "FAIL")
    return 0 if passed else 1


def check_programs(wanted: argparse.Namespace) -> None:
    """Refuse options that say nothing about random programs, and the other way round.

    Raises:
        UserError: with the first of them.
    """
    if wanted.program is not None:
        program.known_program(wanted.program)
        for name in ("model", "input", "count", "compare", "programs", "first"):
            if getattr(wanted, name):
                raise cli.UserError(f"PROGRAM runs one program, {name.upper()} is for others")
        return
    if wanted.programs is None:
        if wanted.first:
            raise cli.UserError("FIRST counts random programs: it needs PROGRAMS")
        return
    for name in ("model", "input", "count", "compare", "stall"):
        if getattr(wanted, name):
            raise cli.UserError(f"PROGRAMS runs random programs, {name.upper()} is for a network")
    if wanted.first + wanted.programs > programs.MOST:
        raise cli.UserError(f"random programs are numbered up to {programs.MOST - 1}")


# ---- what to run


def chosen(wanted: argparse.Namespace, core: CoreConfig) -> list[Job]:
    """Return the jobs of a command line."""
    known = {entry.name: entry for entry in zoo(wanted.seed)}
    if wanted.model is None:
        names = ["mnist", "resnet8", "ds_cnn", "mobilenet", "autoencoder"]
        missing = [name for name in names if known[name].path is None]
        if missing:
            print(f"left out: {', '.join(missing)}: {known[missing[0]].missing}")
        return [known_job(known[name], core, wanted.count) for name in names if name not in missing]
    if wanted.model in known:
        entry = known[wanted.model]
        if entry.path is None:
            raise cli.UserError(f"{entry.name} is not here: {entry.missing}")
        return [known_job(entry, core, wanted.count)]
    path = Path(wanted.model)
    if not path.is_file():
        raise cli.UserError(f"{wanted.model} is neither a file nor one of {', '.join(known)}")
    model = load_model(path, core)
    if wanted.input is None:
        inputs = random_inputs(model, wanted.count or 1, wanted.seed)
    else:
        inputs = read_inputs(wanted.input, model)[: wanted.count or 1]
    return [Job(name=path.stem, model=model, inputs=inputs, absent=wanted.oracle)]


def known_job(entry: Entry, core: CoreConfig, count: int | None) -> Job:
    """Return a job for a network of the zoo."""
    assert entry.path is not None
    model = load_model(entry.path, core)
    number = count or (IMAGES if entry.name == "mnist" else 1)
    inputs = entry.inputs(model)
    if number > len(inputs):
        raise cli.UserError(f"{entry.name} has {len(inputs)} inputs, not {number}")
    if inputs.dtype != np.int8:
        raise cli.UserError(f"{entry.name} takes {inputs.dtype}; the firmware's networks take int8")
    taken = inputs[:number].astype(np.int8)
    return Job(name=entry.name, model=model, inputs=taken, absent=entry.absent)


if __name__ == "__main__":
    cli.run_command(main, HdlError, NetworkError, CompileError, FirmwareError, CpuMissingError)
