"""Random firmware: machine code that mixes custom instructions with everything else a CPU does.

Each simulation runs a share of the programs. A program depends on the seed and its number alone,
so any one of them can be repeated by itself, however the others were shared out.
"""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from honeyguide.report.files import Results
from honeyguide.report.progress import Progress
from honeyguide.report.table import table
from honeyguide.sim import SimRun, run
from honeyguide.sim.workers import threads
from sw.firmware.compiler import FIRMWARE, compile_firmware

SHARE = 25  # programs a simulation: a few seconds
LIMIT_S = 1800.0
MOST = 1_000_003  # the next seed's programs begin there (tb/soc/random_programs.py)
PROGRAM = re.compile(r"program (\d+):")
COUNTS = ("programs", "accepted", "killed", "interrupts", "comparisons")


def run_programs(
    where: Path, *, config: str, first: int, number: int, seed: int, results: Results
) -> dict[str, Any]:
    """Run programs `first` to `first + number - 1`; return their entry in the report.

    Args:
        where: the built system.
        config: name of its configuration.
        first: number of the first program.
        number: how many.
        seed: root seed.
        results: where simulations leave their logs.
    """
    started = time.monotonic()
    folder = results.runs / "random"
    firmware = compile_firmware([FIRMWARE / "programs" / "random.c"], folder / "firmware").path
    progress = Progress("programs")
    entry: dict[str, Any] = {"first": first, **dict.fromkeys(COUNTS, 0), "failures": []}

    def one(start: int) -> tuple[int, str, dict[str, int]]:
        place = folder / f"from{start}"
        left = place / "random.json"
        left.unlink(missing_ok=True)
        result = run(
            SimRun(
                build=where,
                module="tb.soc.random_programs",
                results_dir=place,
                seed=seed,
                timeout_s=LIMIT_S,
                env={
                    "RATEL_FIRMWARE": str(firmware),
                    "RATEL_CONFIG": config,
                    "RATEL_FIRST": str(start),
                    "RATEL_COUNT": str(min(SHARE, first + number - start)),
                },
            )
        )
        counts = json.loads(left.read_text(encoding="utf-8")) if left.is_file() else {}
        return start, "" if result.passed else f"{result.message}; log: {result.log}", counts

    with threads(os.cpu_count() or 1) as pool:
        for start, failure, counts in pool.map(one, range(first, first + number, SHARE)):
            for name in COUNTS:
                entry[name] += counts.get(name, 0)
            if failure:
                progress.done()
                print(f"FAIL: {failure}", flush=True)
                named = PROGRAM.search(failure)
                number_of = named.group(1) if named else start
                print(
                    f"repeat: make soc PROGRAMS=1 FIRST={number_of} SEED={seed} CONFIG={config}",
                    flush=True,
                )
                entry["failures"].append(failure)
            progress.update(min(start + SHARE, first + number) - first, number)
    progress.done()
    entry["pass"] = not entry["failures"] and entry["programs"] == number
    entry["seconds"] = round(time.monotonic() - started, 1)
    return entry


def summary(entry: dict[str, Any]) -> str:
    """Return the table of what the programs did."""
    head: Sequence[str] = (*COUNTS, "mismatches", "seconds")
    return table([*head], [[*(entry[name] for name in COUNTS), len(entry["failures"]),
                            entry["seconds"]]])  # fmt: skip
