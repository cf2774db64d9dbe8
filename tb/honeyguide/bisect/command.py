"""Find the commit of the core that a run fails from, with the bench as it is now.

    GOOD ... a ... b ... HEAD       only commits that change the core's Verilog count
                 |
                 core of that commit + today's bench, test, seed

The core of each commit is taken out of git beside the checkout, which is not touched. A commit
whose core today's bench can't be built around is passed over, and named if it may be the one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import Enum
from pathlib import Path

from honeyguide import cli
from honeyguide.cli import UserError
from honeyguide.commits import commit_named, git, take_out
from honeyguide.core import core
from honeyguide.project import BUILD, variable
from honeyguide.report.command import make_command
from honeyguide.runs import new_run
from honeyguide.sim import HdlError, SimBuild, SimRun, build, run
from honeyguide.sim.stand_in import stand_in
from honeyguide.waves.command import chosen
from honeyguide.waves.command import variable as pair


class Verdict(Enum):
    """How a commit did."""

    GOOD = "good"
    BAD = "bad"
    UNKNOWN = "can't be built"


Judge = Callable[[str], Verdict]


def main(argv: list[str]) -> int:
    """Find it; return 0 if one was found."""
    options = cli.parser("bisect", __doc__)
    options.add_argument("--good", required=True, metavar="COMMIT", help="a commit that passes")
    cli.add(options, "test", required=True, help="the test, as file.Class")
    cli.add(options, "seed", "config", "speed", "env")
    wanted = options.parse_args(argv)
    title, module, name = chosen(wanted.test)
    config = wanted.config or core().default
    core().parameters(config)
    place = new_run("bisect", BUILD).path
    env = {variable("CONFIG"): config, variable("SPEED"): wanted.speed,
           **dict(pair(text) for text in wanted.env)}  # fmt: skip

    def judge(commit: str) -> Verdict:
        return try_commit(
            commit, place, SimRun(
                build=place, module=module, test=name, seed=wanted.seed, env=env,
                results_dir=place / "results" / commit[:12],
            ), config,
        )  # fmt: skip

    good = commit_named(wanted.good)
    found = first_bad([good, *commits(good)], judge)
    told = git("log", "-1", "--format=%h %ad %s", "--date=short", found[-1]).strip()
    if len(found) > 1:
        print(f"one of {len(found)} commits, of which only the last could be built:")
        print("".join(f"  {git('log', '-1', '--format=%h %s', one)}" for one in found[:-1]), end="")
    print(f"first bad commit: {told}")
    rtl = place / "cores" / found[-1][:12] / core().rtl
    names = {"TEST": title, "SEED": wanted.seed, "CONFIG": config}
    print(f"look at it: {make_command('waves', names, ['--rtl', str(rtl)])}")
    return 0


def commits(good: str) -> list[str]:
    """The commits after `good` that change the core, the oldest first."""
    return git("rev-list", "--reverse", f"{good}..HEAD", "--", core().rtl).split()


def first_bad(listed: Sequence[str], judge: Judge) -> list[str]:
    """Return the first bad of commits, after those just before it that could not be judged.

    Args:
        listed: the first of them is said to be good.
        judge: tells how a commit does.

    Raises:
        UserError: the first is not good, or the last not bad.
    """
    known = {0: judge(listed[0])}
    if known[0] is not Verdict.GOOD:
        how = "fails" if known[0] is Verdict.BAD else known[0].value
        raise UserError(f"{listed[0][:12]} is not good: it {how}")
    if len(listed) == 1:
        raise UserError("no commit after the good one changes the core")
    low, high = 0, len(listed) - 1
    known[high] = judge(listed[high])
    if known[high] is not Verdict.BAD:
        raise UserError(
            "the core of the last commit passes with this test and seed: there is nothing to find"
        )
    while open_ones := [n for n in range(low + 1, high) if n not in known]:
        middle = open_ones[len(open_ones) // 2]
        known[middle] = judge(listed[middle])
        print(f"{listed[middle][:12]} {known[middle].value}; {len(open_ones) - 1} left", flush=True)
        if known[middle] is Verdict.GOOD:
            low = middle
        elif known[middle] is Verdict.BAD:
            high = middle
    return list(listed[low + 1 : high + 1])


def try_commit(commit: str, place: Path, wanted: SimRun, config: str) -> Verdict:
    """Build the bench around the core of a commit and run the test."""
    folder = place / "cores" / commit[:12]
    take_out(commit, folder)
    try:
        where = build(SimBuild(**stand_in(core().build(config), folder / core().rtl), quick=True))
    except (HdlError, UserError):
        return Verdict.UNKNOWN
    done = run(
        SimRun(
            build=where, module=wanted.module, test=wanted.test, seed=wanted.seed, env=wanted.env,
            results_dir=wanted.results_dir,
        )
    )  # fmt: skip
    return Verdict.GOOD if done.passed else Verdict.BAD
