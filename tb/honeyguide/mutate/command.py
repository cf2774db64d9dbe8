"""Change the core at random places, one at a time, and see whether the bench notices.

Without --n changes within a few lines of what was edited since the commit --base; with --n a
random choice over the whole core, or over the modules that --module names. Each is given run after
run until one fails. For what passes them all a solver is asked whether it is a change at all; the
rest are listed with what the runs saw of them. Exit code 1 if too many are left: PASS asks for 99 %
of a random choice and 97 % of every module, or for all that an edit allows.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from honeyguide import cli
from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.mutate.campaign import Campaign
from honeyguide.mutate.kinds import Change, changes
from honeyguide.mutate.merge import applied
from honeyguide.mutate.merged_core import Means, MergedCore
from honeyguide.mutate.page import measured, page, reports_of
from honeyguide.mutate.python.campaign import PythonCampaign, changes_of
from honeyguide.mutate.reasons import explained, reasons
from honeyguide.mutate.report import (
    Fate,
    Mutant,
    by_module,
    content,
    module_table,
    score_of,
    why,
)
from honeyguide.mutate.rules import Rules, style_broken
from honeyguide.mutate.runs import kept_of, runs_of
from honeyguide.mutate.sample import edited_lines, near, of_modules, sample
from honeyguide.mutate.source import read_sources
from honeyguide.mutate.units import Units
from honeyguide.project import BUILD, ROOT
from honeyguide.proofs.elaborated import Elaborated
from honeyguide.proofs.equivalence import Answer
from honeyguide.proofs.table import Proof, load
from honeyguide.proofs.task import Sources
from honeyguide.report.command import make_command
from honeyguide.report.files import Results, shown
from honeyguide.report.progress import building
from honeyguide.runs import own_place

SCORE, MODULE_SCORE = 0.99, 0.97
FOLDER = BUILD / "mutate"
PAGE = "docs/trust.md"
FEW = 100  # changes for which one build does
MOST_NEAR = 60  # an answer in some five minutes on two processors
# Seconds for each question to the solver: before most of the runs, at last, and at last where
# somebody waits for what is near an edit.
MOMENT_S, LAST_S, NEAR_S = 2, 12, 3
# Seconds for the rules of the modules around, likewise.
AROUND_S, NEAR_AROUND_S = 40, 15


def main(argv: list[str], table: Path | None = None, sources: Sources | None = None) -> int:
    """Run the campaign; return 1 if the score is too low.

    `table` lists the proofs of the core: the solver may take their rules as known, and a mutant
    that breaks one is killed. `sources` is what they are about.
    """
    options = cli.parser("mutate", __doc__)
    cli.add(options, "n", help="so many random changes; those near an edit without it")
    cli.add(options, "seed", "jobs", "cluster")
    cli.add(options, "config", default=core().default)
    options.add_argument(
        "--part", choices=("rtl", *core().parts), default="rtl",
        help="what is changed: the core, or Python of the project",
    )  # fmt: skip
    cli.add(options, "module")
    cli.add(options, "base", help="what was edited since; HEAD by default")
    options.add_argument(
        "--no-proofs", action="store_true", help="ask no solver about those that are left"
    )
    options.add_argument(
        "--again", action="store_true",
        help="try what survived the last campaign on these changes with what is there now",
    )  # fmt: skip
    options.add_argument(
        "--runs", type=cli.count,
        help="give no mutant more runs than that: one that passes them counts as a survivor",
    )  # fmt: skip
    options.add_argument(
        "--now", action="store_true",
        help="run nothing more: what an interrupted campaign left open counts as a survivor",
    )  # fmt: skip
    options.add_argument("--publish", action="store_true", help=f"write {PAGE}")
    wanted = options.parse_args(argv)
    if wanted.part != "rtl":
        if wanted.again or wanted.now:
            raise UserError("--again and --now are for mutants of the core")
        return run_python(wanted)
    core().parameters(wanted.config)  # is there one?
    with own_place(FOLDER) as folder:
        return run(wanted, folder, load(table) if table else [], sources)


def run(
    wanted: argparse.Namespace, folder: Path, proofs: Sequence[Proof], sources: Sources | None
) -> int:
    """Choose, run, prove, report; return the code."""
    results = Results(command="mutate")
    results.start()
    started = time.monotonic()
    elaborated = elaborate(wanted.config, folder, proofs)
    chosen = choose(wanted, elaborated)
    if not chosen:
        if wanted.n is not None or wanted.module is not None:
            raise UserError(f"no change is possible there in the core as {wanted.config} has it")
        # No failure of whoever edited something else, but no pass either.
        print("NOT JUDGED: nothing that was edited can be changed")
        results.write({"pass": None, "seed": wanted.seed, "config": wanted.config, **content([])})
        return 0
    means = Means(
        config=wanted.config, runs=runs_of(wanted.config), folder=folder,
        jobs=wanted.jobs, cluster=wanted.cluster,
        kept=[one.name for one in kept_of(wanted.config)],
    )  # fmt: skip
    # Few are watched in the core that has them; of many that would make each run slow.
    few = len(chosen) <= FEW
    with building(f"simulation of {wanted.config} with {len(chosen)} changes"):
        numbered = dict(enumerate(chosen, start=1))
        merged = MergedCore(numbered, means, watched=few, built=not wanted.now)
    watched = merged
    if not few and not wanted.now:
        with building(f"simulation that watches {len(merged.changes)} places"):
            watched = MergedCore(merged.changes, means, watched=True, chosen=False)

    def ask(change: Change, last: bool) -> Answer:
        name = hashlib.sha256(change.name.encode()).hexdigest()[:16]
        where = (folder / "yosys" / name).resolve()
        seconds = (NEAR_S if is_near(wanted) else LAST_S) if last else None
        return unchanged(elaborated, change, where, last_s=seconds)

    around_s = NEAR_AROUND_S if is_near(wanted) else AROUND_S
    rules = Rules(proofs, sources, folder / "rules", around_s=around_s) if sources else None

    def break_rule(change: Change, last: bool) -> str:
        return rules.broken(change, own=not last) if rules else ""

    def left() -> dict[int, Change]:
        return {number: merged.changes[number] for number in campaign.alive()}

    blind = merged.changes.keys() - watched.changes.keys()
    units = Units(folder / "units", wanted.config, left, blind, few=few)

    def break_unit(change: Change, own: bool, others: bool) -> str:
        # Other cores take a minute to build: who waits is shown them for what no run comes to.
        return units.broken(change, own, others and (own or not is_near(wanted)))

    told = Told(len(chosen))
    with_solver = not wanted.no_proofs
    campaign = Campaign(
        merged, watched, means, told, ask if with_solver else None,
        break_rule if with_solver else None, break_unit, style_broken,
        again=wanted.again, most=wanted.runs, now=wanted.now,
    )  # fmt: skip
    mutants = campaign.run()
    return report(results, mutants, wanted, time.monotonic() - started, campaign.history())


def run_python(wanted: argparse.Namespace) -> int:
    """Choose among the changes of a part in Python, run, report; return the code."""
    started = time.monotonic()
    results = Results(command=f"mutate-{wanted.part}")
    results.start()
    part = core().parts[wanted.part]
    every = changes_of(part)
    if wanted.module is not None:
        every = [item for item in every if _named(item.module, wanted.module)]
    if not every:
        raise UserError(f"there is no file of {wanted.part} that --module {wanted.module} names")
    count = 100 if wanted.n is None else wanted.n
    chosen = sample(every, count, wanted.seed)
    print(f"{len(chosen)} of {len(every)} changes of {wanted.part}, seed {wanted.seed}", flush=True)
    told = Told(len(chosen))
    with own_place(BUILD / f"mutate-{wanted.part}") as folder:
        campaign = PythonCampaign(
            part=part, changes=chosen, folder=folder, tell=told, jobs=wanted.jobs
        )
        mutants = campaign.run()
    left = [item for item in mutants if item.fate is Fate.SURVIVED]
    print(f"\n{module_table(mutants)}\n")
    for item in left:
        print(f"{item.change}\n    {why(item)}")
    score = score_of(mutants)
    judged = any(item.fate is not Fate.NOT_BUILT for item in mutants)
    passed = judged and score >= MODULE_SCORE
    path = results.write(
        {
            "pass": passed, **measured(), "seed": wanted.seed, "part": wanted.part,
            "seconds": round(time.monotonic() - started, 1), **content(mutants),
        }
    )  # fmt: skip
    killed = sum(item.fate is Fate.KILLED for item in mutants)
    print(f"{killed} of {len(mutants)} killed: {100 * score:.2f} %; {shown(path)}")
    print("PASS" if passed else f"FAIL: below {100 * MODULE_SCORE:.0f} %")
    return 0 if passed else 1


def _named(module: str, words: str) -> bool:
    return any(word.strip() and word.strip() in module for word in words.split(","))


def elaborate(config: str, folder: Path, proofs: Sequence[Proof]) -> Elaborated:
    """Return the core's modules with their parameters in a configuration."""
    made = core().build(config)
    design = made.get("design")
    if design is None:
        raise UserError("the description of the core names no design of its own to look at")
    includes = [Path(path).resolve() for path in made.get("includes", ())]
    return Elaborated(
        design.top, core().parameters(config), (folder / "yosys").resolve(), includes,
        proofs=proofs,
    )  # fmt: skip


def choose(wanted: argparse.Namespace, elaborated: Elaborated) -> list[Change]:
    """Return the changes to try, and say what is left out."""
    every = [change for source in read_sources(core().hdl()) for change in changes(source)]
    if wanted.module is not None:
        every = of_modules(every, wanted.module)
    absent = sorted({item.module for item in every} - set(elaborated.parameters))
    if absent:
        print(f"not in the core as it is built here, so not judged: {', '.join(absent)}")
    every = [item for item in every if item.module not in absent]
    if is_near(wanted):
        edited = edited_lines(wanted.base)
        chosen = near(every, edited)
        files = ", ".join(sorted(edited)) or "nothing"
        print(f"{len(chosen)} changes near what was edited since {wanted.base}: {files}")
        if len(chosen) > MOST_NEAR:
            print(f"that is much: {MOST_NEAR} of them, seed {wanted.seed}")
        return sample(chosen, MOST_NEAR, wanted.seed)
    count = len(every) if wanted.n is None else wanted.n
    print(f"{min(count, len(every))} of {len(every)} changes, seed {wanted.seed}")
    return sample(every, count, wanted.seed)


def is_near(wanted: argparse.Namespace) -> bool:
    """Whether what is near an edit is tried, and somebody waits for it."""
    return wanted.n is None and wanted.module is None


class Told:
    """Prints a line for each mutant that is not just killed, and now and then how far it is."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.alive = total, 0, 0
        self._started = time.monotonic()

    def __call__(self, mutant: Mutant) -> None:
        """Hear of a mutant."""
        self.done += 1
        if mutant.fate is not Fate.KILLED:
            self.alive += 1
            print(f"  {mutant.fate}: {mutant.change}", flush=True)
        if self.done % max(1, self.total // 20) == 0 or self.done == self.total:
            seconds = time.monotonic() - self._started
            print(f"[{self.done}/{self.total}] {seconds:.0f} s, {self.alive} alive", flush=True)


def unchanged(
    elaborated: Elaborated, change: Change, folder: Path, *, last_s: float | None
) -> Answer:
    """Say whether a change of the core changes nothing that the module, or who has it, shows.

    In a moment, or at last in all ways there are, with so many seconds for each.
    """
    files = {path.stem: path for path in core().hdl()}
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    changed = folder / f"{change.module}.v"
    text = files[change.module].read_text(encoding="utf-8")
    changed.write_text(applied(text, change), encoding="utf-8")
    versions = files, {**files, change.module: changed}
    if last_s is None:
        return elaborated.same_in_a_moment(change.module, *versions, folder, timeout_s=MOMENT_S)
    answer = elaborated.same(change.module, *versions, folder, timeout_s=last_s)
    if answer.equal:
        return answer
    around = elaborated.around(change.module, *versions, folder, timeout_s=last_s)
    return around if around.equal else answer


def report(
    results: Results, mutants: Sequence[Mutant], wanted: argparse.Namespace, seconds: float,
    history: Mapping[str, Any],
) -> int:  # fmt: skip
    """Print the tables, write the report; return the code."""
    left = [item for item in mutants if item.fate is Fate.SURVIVED]
    print(f"\n{module_table(mutants)}\n")
    for item in left:
        print(f"{item.change}\n    {why(item)}")
    modules = by_module(mutants)
    low = [name for name, row in modules.items() if row["score"] < MODULE_SCORE]
    score = score_of(mutants)
    judged = any(item.fate is not Fate.NOT_BUILT for item in mutants)
    passed = judged and (not left or (wanted.n is not None and score >= SCORE and not low))
    said: dict[str, Any] = {
        "pass": passed, **measured(), "seed": wanted.seed, "config": wanted.config,
        "seconds": round(seconds, 1), **history, **content(mutants),
    }  # fmt: skip
    path = results.write(said)
    if wanted.publish:
        names = {"N": wanted.n, "SEED": wanted.seed}
        more = [f"--runs={wanted.runs}"] if wanted.runs else []
        command = make_command("mutate", names, [*more, "--publish"])
        runs = min(len(runs_of(wanted.config)), wanted.runs or sys.maxsize)
        known = reasons()
        said = {**said, "survivors": explained(said["survivors"], known)}
        parts = {
            name: {**part, "survivors": explained(part["survivors"], known)}
            for name, part in reports_of(list(core().parts), results.reports).items()
        }
        text = page(said, command=command, runs=runs, parts=parts)
        (ROOT / PAGE).write_text(text, encoding="utf-8")
    counts = {fate: sum(item.fate is fate for item in mutants) for fate in Fate}
    print(
        f"{counts[Fate.KILLED]} of {len(mutants)} killed, {counts[Fate.PROVED]} change nothing, "
        f"{counts[Fate.NOT_BUILT]} not built, {len(left)} survive: {100 * score:.2f} % "
        f"in {seconds:.0f} s, {history['cpu_seconds']:.0f} s of processors; {shown(path)}"
    )
    if not judged:
        print("FAIL: no tool takes any of these changes, so nothing was judged")
        return 1
    if not passed:
        print(f"FAIL: {', '.join(low) or 'survivors'} below what is asked for", file=sys.stdout)
        return 1
    print("PASS")
    return 0
