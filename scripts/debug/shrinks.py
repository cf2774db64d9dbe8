"""Measure shrinking: how small the programs get, and how long it takes, for faults of a table.

Every fault of scripts/debug/faults.toml that one of its random tests catches is shrunk on the
simulation that holds them all. Not part of `make test`.

    python -m scripts.debug.shrinks --fault 001,005      writes build/reports/shrinks.json
"""

from __future__ import annotations

import json
from dataclasses import asdict
from statistics import median

from honeyguide import cli
from honeyguide.core import core
from honeyguide.faults.merge import plusargs
from honeyguide.project import BUILD
from honeyguide.runs import own_place
from honeyguide.sim import HdlError
from scripts.debug.score import SETS, build_faulty, load_table, number_of
from tb.shrink.shrink import SECONDS, Wanted, shrink

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
        (entry, test)
        for entry in table
        if any(word in entry.fault for word in words)
        for test in [next((name for name in entry.tests if name.startswith(RANDOM)), "")]
        if test
    ]
    if not chosen:
        raise cli.UserError(f"no fault that a random test catches has {wanted.fault!r} in its name")
    found = {}
    with own_place(FOLDER) as folder:
        where = build_faulty(table, folder / wanted.table)
        for entry, test in chosen:
            file, _, name = test.rpartition(".")
            done = shrink(
                Wanted(
                    build=where, module=f"tb.tests.{file}", test=name, seed=wanted.seed,
                    config=core().default, folder=folder / "shrinks" / entry.fault, title=test,
                    command=f"fault {entry.fault}", seconds=wanted.limit,
                    plusargs=plusargs(number_of(entry)),
                )
            )  # fmt: skip
            found[entry.fault] = {**asdict(done), "path": str(done.path or "")}
            print(
                f"{entry.fault:<32} {done.before:4} -> {done.after:3} instructions, {done.work:3} "
                f"without configuration, {done.tried:4} tried, {done.seconds:5.1f} s"
                f"{'' if done.confirmed else '  NOT CONFIRMED: ' + done.said}", flush=True,
            )  # fmt: skip
            REPORT.parent.mkdir(parents=True, exist_ok=True)
            REPORT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    small = [entry["work"] for entry in found.values() if entry["confirmed"]]
    times = [entry["seconds"] for entry in found.values()]
    if not small:
        print("none was shrunk")
        return 1
    print(f"{len(small)} of {len(found)} shrunk: median {median(small)} instructions, "
          f"longest {max(times):.0f} s")  # fmt: skip
    return 0 if median(small) <= WANTED else 1


if __name__ == "__main__":
    cli.run_command(main, HdlError)
