"""Open the waves of a proof's counterexample.

NAME is a proof: the first of its variants that does not hold is shown, or, if all hold, the first
fault that must break it. NAME-fault-N is one of its faults, by the number that `make prove` gives
it. build/waves/proof-<name> leads to the waves, their views, and the broken rule in words.
"""

from __future__ import annotations

from pathlib import Path

from honeyguide import cli
from honeyguide.cli import UserError, did_you_mean
from honeyguide.project import BUILD
from honeyguide.proofs.campaign import Job, Result, jobs_of, run
from honeyguide.proofs.counterexample import show
from honeyguide.proofs.table import TableError, load
from honeyguide.proofs.task import Sources, Verdict, check
from honeyguide.report.files import shown
from honeyguide.runs import new_run
from honeyguide.waves.command import FOLDER, open_viewer


def main(argv: list[str], table: Path, sources: Sources) -> int:
    """Do it; return 1 if the proof does not hold, or if a fault does not break it.

    Args:
        argv: the command line.
        table: of the proofs.
        sources: where the modules are.
    """
    options = cli.parser("waves", __doc__)
    cli.add(options, "proof", required=True)
    cli.add(options, "no-view")
    wanted = options.parse_args(argv)
    try:
        proofs = load(table)
        jobs = chosen(jobs_of(proofs), wanted.proof)
        check([jobs[0].proof], sources)
    except TableError as error:
        raise UserError(str(error)) from None
    folder = new_run("waves", BUILD)
    for job in jobs:
        result = run(job, sources, folder.path)
        print(f"{job.name:30} {result.outcome.verdict:12} {result.outcome.seconds:6.1f} s")
        if result.outcome.trace is not None and result.outcome.verdict is not Verdict.VACUOUS:
            break
        if not result.passed:
            print(f"no waves    {result.sentence}")
            return 1
    else:
        raise UserError(f"{wanted.proof} holds and has no counterexample; its faults have")
    return tell(result, folder.publish_as(FOLDER / f"proof-{wanted.proof}"), not wanted.no_view)


def tell(result: Result, folder: Path, view: bool) -> int:
    """Write the views, say what they show, and open them."""
    job, outcome = result.job, result.outcome
    assert outcome.trace is not None
    rule = outcome.rule or (job.fault.breaks if job.fault else "")
    made = show(job.proof, rule, outcome.trace, folder, fault=job.fault)
    print(made.headline)
    if job.fault is not None:
        print(f"with the fault {job.fault.old!r} -> {job.fault.new!r}, which must break it")
    print(f"waves       {shown(folder / 'waves.vcd')}\nview        {shown(made.view)}")
    if view:
        open_viewer(made.view)
    return 0 if result.passed else 1


def chosen(jobs: list[Job], name: str) -> list[Job]:
    """Return the jobs that a name stands for, those to look at first in front.

    Raises:
        UserError: it stands for none.
    """
    found = [
        job for job in jobs
        if name in (job.name, job.proof.name, job.proof.module)
    ]  # fmt: skip
    if not found:
        names = {word for job in jobs for word in (job.name, job.proof.name, job.proof.module)}
        listed = ", ".join(dict.fromkeys(job.proof.name for job in jobs))
        hint = did_you_mean(name, sorted(names)) or f"; there are {listed}"
        raise UserError(f"there is no proof {name!r}{hint}")
    return found
