"""Run the smoke tests at each save of a source, and show the first difference of what fails.

Tests that failed the last time come first. --test runs other tests of the bench instead. ^C ends
it. A PASS here is one of these tests alone: the verdict on a change is that of `make test`.
"""

from __future__ import annotations

import threading
import time
from argparse import Namespace
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from honeyguide import cli
from honeyguide.project import BUILD, ROOT
from honeyguide.watching import Round, watch

if TYPE_CHECKING:
    from golden.config import CoreConfig
    from honeyguide.plan.catalogue import BenchTest

FOLDERS = ("rtl", "tb", "golden", "sw", "spec", "models", "scripts")


def main(argv: list[str]) -> int:
    """Watch until an interrupt, and return 0 then; 1 if there is nothing to run."""
    options = cli.parser("watch", __doc__)
    cli.add(options, "config", "seed", "test", "rtl")
    options.add_argument(
        "--results", type=Path, default=BUILD, help="write runs below this folder, not build"
    )
    wanted = options.parse_args(argv)
    folders = [ROOT / name for name in FOLDERS]
    if wanted.rtl is not None:
        folders[0] = wanted.rtl.resolve()
    return 0 if watch(folders, lambda: prepared(wanted)) else 1


def prepared(wanted: Namespace) -> Round:
    """Import what runs tests, in the worker, and return what it does at each save.

    Raises:
        UserError: there is no such test, configuration or folder of Verilog.
    """
    from honeyguide.plan.catalogue import tests_named
    from scripts.runs.bench import configuration, wanted_bench
    from scripts.runs.smoke import SMOKE

    core = configuration(wanted.config)
    tests = tests_named(wanted.test or SMOKE)
    if wanted.rtl is not None:
        wanted_bench(core, rtl=wanted.rtl)
    failed: list[str] = []
    return lambda: one_round(wanted, core, tests, failed)


def one_round(
    wanted: Namespace, core: CoreConfig, tests: Sequence[BenchTest], failed: list[str]
) -> None:
    """Build, run the tests, say what came of them; `failed` are those of the last round.

    Raises:
        HdlError: the design was refused.
    """
    from honeyguide.report.files import Results
    from honeyguide.report.progress import building
    from honeyguide.sim import HdlError, build, build_first
    from honeyguide.waves.repeat import Repeat, repeat
    from scripts.runs.bench import wanted_bench
    from scripts.runs.smoke import SMOKE_LAYERS, Settings, run_tests

    started = time.monotonic()
    results = Results(command="watch", folder=wanted.results.resolve())
    bench = wanted_bench(core, rtl=wanted.rtl)
    with building(f"simulation of {core.name}"):
        first = build_first(bench)
        where = build(first)
    layers = SMOKE_LAYERS if wanted.test is None else None
    ordered = sorted(tests, key=lambda test: str(test) not in failed)
    settings = Settings(
        core=core, build=where, seed=wanted.seed, waves=False, rtl=wanted.rtl, results=results
    )
    ended = run_tests(ordered, settings, layers=layers)
    bad = [test for test, result in zip(ordered, ended, strict=True) if not result.passed]
    failed[:] = map(str, bad)
    seconds = time.monotonic() - started
    if bad:
        print(f"FAIL: {len(bad)} of {len(tests)}, {seconds:.1f} s after the save")
    else:
        print(f"PASS: all {len(tests)} of these, {seconds:.1f} s after the save")
    if first != bench:  # the next edits recompile only what they change of the optimised one

        def build_fast() -> None:
            with suppress(HdlError):  # what is wrong was said
                build(bench)

        threading.Thread(target=build_fast, daemon=True).start()
    if not bad:
        return
    with building(f"first difference of {bad[0]}"):
        env = {"RATEL_LAYERS": layers} if layers else {}
        again = Repeat(
            module=bad[0].module, test=bad[0].name, seed=wanted.seed, config=core.name,
            folder=results.runs / "difference", rtl=wanted.rtl, env=env,
        )  # fmt: skip
        done = repeat(again, waves=False)
    print(f"  {done.headline}")


if __name__ == "__main__":
    cli.run_command(main)
