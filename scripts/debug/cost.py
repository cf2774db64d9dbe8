"""Measure what the recorders of debugging cost: CPU time of the same runs without and with them.

    bench          the simulation that tests run, compiled as debugging does (without optimisation)
    off            the same with stage_trace.sv and wait_trace.sv compiled in, and turned off
    on             turned on, with the first difference looked for

    python -m scripts.debug.cost --test layers.MacLayers -n 3    writes build/reports/cost.json

Each is run in turn, n times, in a process of its own; what counts is the ratio of the least times,
of one machine in one run. Runs that are not debugged have none of it, so they pay nothing.
"""

from __future__ import annotations

import json
import resource

from honeyguide import cli
from honeyguide.core import core
from honeyguide.project import BUILD
from honeyguide.runs import own_place
from honeyguide.sim import HdlError, SimBuild, SimRun, build, run
from honeyguide.waves.builds import built
from tb.build import bench_build

REPORT = BUILD / "reports" / "cost.json"


def seconds(wanted: SimRun) -> float:
    """CPU seconds of a run, the simulator's and its children's.

    Raises:
        UserError: it did not pass.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    result = run(wanted)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if not result.passed:
        raise cli.UserError(f"{wanted.test} is to be measured, but fails: {result.message}")
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(argv: list[str]) -> int:
    """Measure; the figures are for people, nothing fails."""
    options = cli.parser("debug.cost", __doc__)
    cli.add(options, "seed")
    cli.add(options, "test", default="layers.MacLayers", help="the test, as file.Class")
    options.add_argument("-n", type=int, default=3, help="times each is run")
    wanted = options.parse_args(argv)
    file, _, name = wanted.test.rpartition(".")
    plain = build(SimBuild(**bench_build(core().default), quick=True))
    recording = built(None, traced=False)
    ways = {"bench": (plain, {}), "off": (recording, {}), "on": (recording, dict(core().observed))}
    least = dict.fromkeys(ways, float("inf"))
    with own_place(BUILD / "debug") as folder:
        for number in range(wanted.n):
            for way, (where, env) in ways.items():
                taken = seconds(
                    SimRun(
                        build=where, module=f"tb.tests.{file}", test=name, seed=wanted.seed,
                        results_dir=folder / "cost" / f"{way}-{number}",
                        env={"RATEL_CONFIG": core().default, "RATEL_SPEED": "tile", **env},
                        warm=False,  # else it is no child of this process, and costs nothing here
                    )
                )  # fmt: skip
                least[way] = min(least[way], taken)
    found = {way: taken / least["bench"] for way, taken in least.items()}
    for way, ratio in found.items():
        print(f"{way:6} {least[way]:6.2f} CPU seconds, {ratio:.2f} times the bench")
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    REPORT.write_text(json.dumps({"test": wanted.test, "ratios": found}) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    cli.run_command(main, HdlError)
