"""Mutate network files, and show that each ends in a network or in one sentence.

Bytes and bits flipped, files cut, indices swapped, every field of the schema driven to extremes,
from sound networks that have every operator and type. Each mutant is imported and compiled in a
worker process with 1 GiB and 5 s of the processor; of every so many, those that are networks are
compared with TensorFlow Lite Micro. With `--onnx`, ONNX files are, with onnxruntime. Writes
build/reports/fuzz.json.
"""

from __future__ import annotations

import argparse
import time

from honeyguide import cli
from honeyguide.report.files import Results, add_results_option, shown
from honeyguide.report.progress import Progress
from scripts.fuzz.campaign import Tally, campaign
from scripts.fuzz.mutate import KINDS, mutants
from scripts.fuzz.mutate_onnx import KINDS as ONNX_KINDS
from scripts.fuzz.mutate_onnx import mutants as onnx_mutants
from scripts.fuzz.mutate_onnx import seed_files
from scripts.fuzz.seeds import seed_models
from scripts.runs.onnx_packages import ensure_packages
from scripts.runs.oracle import ONNXRUNTIME, TFLITE_MICRO

FILES = 5000
SHOWN = 10  # wrong endings that are printed; the report has all


def main(argv: list[str]) -> int:
    """Run a campaign; return 1 when a mutant ended otherwise than it may."""
    options = cli.parser("fuzz", __doc__)
    cli.add(options, "n", default=FILES, help=f"files, default {FILES}")
    cli.add(options, "jobs", "seed")
    cli.add(options, "first", help="number of the first file")
    options.add_argument(
        "--oracle-every", type=cli.count, default=1, metavar="K",
        help="ask TensorFlow Lite Micro about the networks of each K-th file, default 1",
    )  # fmt: skip
    options.add_argument(
        "--kinds", type=chosen_kinds, metavar="NAMES",
        help=f"kinds of mutation, with commas: {', '.join(sorted(set(KINDS)))}",
    )  # fmt: skip
    options.add_argument("--onnx", action="store_true", help="mutate ONNX files")
    add_results_option(options)
    wanted = options.parse_args(argv)
    results = Results(command="fuzz", folder=wanted.results.resolve())
    results.start()
    if wanted.onnx:
        ensure_packages()
        models, draw, kinds, judge = seed_files(), onnx_mutants, ONNX_KINDS, ONNXRUNTIME
    else:
        models, draw, kinds, judge = seed_models(), mutants, KINDS, TFLITE_MICRO
    kinds = wanted.kinds or kinds
    if foreign := set(kinds) - set(ONNX_KINDS if wanted.onnx else KINDS):
        raise cli.UserError(f"ONNX files have no kind {', '.join(sorted(foreign))}")
    files = list(draw(models, wanted.seed, wanted.n, wanted.first, kinds))
    progress, started = Progress("files"), time.monotonic()
    tally = campaign(
        files, jobs=wanted.jobs, oracle_every=wanted.oracle_every, progress=progress.update
    )
    progress.done()
    missing = gaps(tally, len(files), judge)
    path = results.write(
        {
            "pass": not tally.wrong and not missing,
            "reasons": missing,
            "seed": wanted.seed,
            "files": len(files),
            "kinds": sorted(set(kinds)),
            "models": sorted(models),
            "judge": judge,
            "endings": dict(tally.kinds),
            "judged": tally.judged,
            "unjudged": tally.unjudged,
            "wrong": [[name, vars(ending)] for name, ending in tally.wrong],
            "slowest_s": tally.slowest,
            "peak_kib": tally.peak,
            "seconds": time.monotonic() - started,
        }
    )
    for line in summary(tally, len(files), judge):
        print(line)
    print(f"report    {shown(path)}")
    for reason in missing:
        print(f"FAIL: {reason}")
    if not missing:
        print("FAIL" if tally.wrong else "PASS")
    return 1 if tally.wrong or missing else 0


def gaps(tally: Tally, files: int, judge: str) -> list[str]:
    """Return what was to be tried and was not: without it a pass says nothing."""
    found = []
    if (tried := tally.kinds.total()) < files:
        found.append(f"{files - tried} of {files} files were not tried")
    if tally.kinds["network"] and not tally.judged and not tally.wrong:
        found.append(
            f"none of {tally.kinds['network']} networks was judged by {judge}; ask for more files "
            "or a smaller --oracle-every"
        )
    return found


def chosen_kinds(text: str) -> tuple[str, ...]:
    """Read names of kinds of mutation.

    Raises:
        ArgumentTypeError: there is no such kind.
    """
    kinds = tuple(word.strip() for word in text.split(","))
    for kind in kinds:
        if kind not in KINDS:
            known = ", ".join(sorted(set(KINDS)))
            raise argparse.ArgumentTypeError(f"there is no kind {kind!r}; there are {known}")
    return kinds


def summary(tally: Tally, files: int, judge: str) -> list[str]:
    """Return the lines for people."""
    kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(tally.kinds.items()))
    lines = [
        f"files     {files:,}: {kinds}",
        f"oracle    {tally.judged:,} networks equal {judge}, "
        f"{len(tally.unjudged)} were not judged by it",
        f"limits    slowest {tally.slowest:.2f} s of the processor, most {tally.peak >> 10} MiB",
    ]
    lines += [f"not judged: {name}: {why}" for name, why in tally.unjudged[:SHOWN]]
    for name, ending in tally.wrong[:SHOWN]:
        said = ending.text.strip().splitlines()[-1:] or [""]
        lines.append(f"WRONG     {name}: {ending.kind}: {said[0]}")
    return lines


if __name__ == "__main__":
    cli.run_command(main)
