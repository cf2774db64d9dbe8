"""Measure shrinking: how small the programs get, and how long it takes, for faults of a table.

Every fault of scripts/debug/faults.toml that one of its random tests catches is shrunk on the
simulation that holds them all. Not part of `make test`.

Counted are the instructions of the program, without the fence that ends every program: those that
do something, and those that write configuration. Beside them stands the least that golden takes
after a reset: the instruction that fails and the groups that must not be 0 for it.

    python -m scripts.debug.shrinks --fault 001,005      writes build/reports/shrinks.json
"""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import product
from statistics import median

from golden.config import load_config
from golden.isa import BY_NAME
from honeyguide import cli
from honeyguide.core import core
from honeyguide.faults.merge import plusargs
from honeyguide.project import BUILD
from honeyguide.runs import own_place
from honeyguide.sim import HdlError
from scripts.debug.score import SEEDS, SETS, build_faulty, load_table, number_of
from tb.shrink.least import least_groups
from tb.shrink.shrink import PASSES, SECONDS, Wanted, shrink

FOLDER = BUILD / "debug"
REPORT = BUILD / "reports" / "shrinks.json"
RANDOM = ("layers.", "hazards.RandomPrograms")  # how the names of random tests begin
WANTED = 4  # instructions that are no configuration, in the median


def main(argv: list[str]) -> int:
    """Measure; return 1 if the median is larger than wanted."""
    options = cli.parser("debug.shrinks", __doc__)
    cli.add(options, "fault", "seed")
    options.add_argument("--table", choices=SETS, default=SETS[0], help="of which faults")
    options.add_argument("--limit", type=float, default=SECONDS, metavar="S", help="seconds each")
    wanted = options.parse_args(argv)
    words = wanted.fault.split(",")
    table = load_table(wanted.table)
    chosen = [
        (entry, [test for test in entry.tests if test.startswith(RANDOM)])
        for entry in table
        if any(word in entry.fault for word in words)
    ]
    chosen = [(entry, tests) for entry, tests in chosen if tests]
    if not chosen:
        raise cli.UserError(f"no fault that a random test catches has {wanted.fault!r} in its name")
    found = {}
    config = load_config(core().default)
    with own_place(FOLDER) as folder:
        where = build_faulty(table, folder / wanted.table)
        for entry, tests in chosen:
            runs = product(range(wanted.seed, wanted.seed + SEEDS), tests)
            for seed, test in runs:
                file, _, name = test.rpartition(".")
                done = shrink(
                    Wanted(
                        build=where, module=f"tb.tests.{file}", test=name, seed=seed,
                        config=core().default, folder=folder / "shrinks" / entry.fault, title=test,
                        command=f"fault {entry.fault}", seconds=wanted.limit,
                        plusargs=plusargs(number_of(entry)),
                    )
                )  # fmt: skip
                if done.said != PASSES:
                    break
            least = 1 + len(least_groups(done.blamed, config)) if done.blamed in BY_NAME else 0
            found[entry.fault] = {**asdict(done), "path": str(done.path or ""), "least": least}
            print(
                f"{entry.fault:<28} {done.before:4} -> {done.work:2} {done.blamed:<8} + "
                f"{done.configures:2} configuration (least in all {least}), "
                f"{done.tried:4} tried, {done.seconds:5.1f} s"
                f"{'' if done.confirmed else '  NOT CONFIRMED: ' + done.said}", flush=True,
            )  # fmt: skip
            REPORT.parent.mkdir(parents=True, exist_ok=True)
            REPORT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    small = [entry["work"] for entry in found.values() if entry["confirmed"]]
    times = [entry["seconds"] for entry in found.values()]
    if not small:
        print("none was shrunk")
        return 1
    kept = [entry for entry in found.values() if entry["confirmed"]]
    whole = median(entry["work"] + entry["configures"] for entry in kept)
    print(f"{len(small)} of {len(found)} shrunk: median {median(small)} instructions, with "
          f"configuration {whole}, where at least {median(entry['least'] for entry in kept)} are "
          f"legal; longest {max(times):.0f} s")  # fmt: skip
    return 0 if median(small) <= WANTED else 1


if __name__ == "__main__":
    cli.run_command(main, HdlError)
