"""Prove the rules of the core's modules with SymbiYosys, and refute the faults put into them.

The rules are in tb/proofs/rules/, the table of proofs in tb/proofs/proofs.toml; docs/proofs.md says
how to write one. The report is build/reports/prove.json. A proof that runs out of time is not
proved.
"""

from __future__ import annotations

import sys

from honeyguide import cli
from honeyguide.cli import UserError
from honeyguide.faults.faults import load_faults
from honeyguide.project import BUILD, ROOT
from honeyguide.proofs.campaign import Result, jobs_of, report, run_all
from honeyguide.proofs.planted import catch
from honeyguide.proofs.planted import chosen as chosen_faults
from honeyguide.proofs.table import Proof, TableError, counted, load
from honeyguide.proofs.task import check
from honeyguide.report.files import Results, shown
from honeyguide.report.table import table
from honeyguide.runs import new_run
from tb.proofs.sources import SOURCES, TABLE

PAGE = ROOT / "docs" / "proofs.md"
BEGIN, END = "<!-- planted: make prove ARGS=--planted=... -->", "<!-- end -->"


def main(argv: list[str]) -> int:
    """Run the chosen proofs; return 1 unless all hold and all faults are refuted."""
    options = cli.parser("prove", __doc__)
    cli.add(options, "only", help="only these, with commas; a module's name does, too")
    cli.add(options, "jobs")
    options.add_argument("--quick", action="store_true", help="those of a pull request")
    options.add_argument(
        "--planted", metavar="FAULTS",
        help="not the proofs themselves: which faults of the self-test they catch, by name with "
             "commas or, as a number, the slowest of the last self-test",
    )  # fmt: skip
    wanted = options.parse_args(argv)
    if wanted.planted is not None:
        return planted(wanted.planted)
    try:
        proofs = chosen(load(TABLE), wanted.only, quick=wanted.quick)
        check(proofs, SOURCES)
        left = Results(command="prove")
        left.start()
        results = run_all(
            jobs_of(proofs), SOURCES, left.run.path, parallel=wanted.jobs, tell=show_progress
        )
    except TableError as error:
        raise UserError(str(error)) from None
    path = left.write(report(results))
    rows = [
        [entry.name, len(entry.properties), len(entry.assumptions), entry.method, entry.depth,
         f"{sum(r.outcome.seconds for r in results if r.job.proof is entry):.1f}",
         "ok" if all(r.passed for r in results if r.job.proof is entry) else "FAIL"]
        for entry in proofs
    ]  # fmt: skip
    head = ["proof", "properties", "assumptions", "method", "depth", "seconds", "verdict"]
    print(table(head, rows))
    for result in results:
        if result.sentence:
            print(result.sentence, file=sys.stderr)
    failed = sum(not result.passed for result in results)
    print(f"report      {shown(path)}")
    print(f"{counted(proofs)}: {failed} of {len(results)} runs are not as they must be")
    print("FAIL" if failed else "PASS")
    return 1 if failed else 0


def planted(words: str) -> int:
    """Print which faults of the self-test the proofs catch; the same goes into docs/proofs.md."""
    faults = chosen_faults(words, load_faults(), BUILD / "reports" / "selftest.json")
    run = new_run("prove", BUILD)
    rows = []
    for caught in catch(faults, load(TABLE), SOURCES, ROOT, run.path):
        rows.append(caught.row)
        print(" | ".join(caught.row), flush=True)
    head = ["fault", "what it breaks", "proof", "how", "seconds"]
    lines = [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text("\n".join([before + BEGIN, "", *lines, "", END + after]), encoding="utf-8")
    return 0


def chosen(proofs: list[Proof], only: str | None, *, quick: bool) -> list[Proof]:
    """Return the proofs to run.

    Raises:
        UserError: there is no such proof.
    """
    if only is not None:
        known = {name: proof for proof in proofs for name in (proof.name, proof.module)}
        for name in only.split(","):
            if name not in known:
                names = ", ".join(proof.name for proof in proofs)
                raise UserError(f"there is no proof {name!r}; there are {names}")
        proofs = [known[name] for name in only.split(",")]
        if quick and (late := [proof.name for proof in proofs if not proof.quick]):
            raise UserError(f"not among the quick proofs: {', '.join(late)}; leave --quick out")
    found = [proof for proof in proofs if proof.quick or not quick]
    if not found:
        raise UserError(f"no proof is in {TABLE.relative_to(ROOT)}, so nothing would be proved")
    return found


def show_progress(result: Result) -> None:
    """Say how a run ended."""
    print(
        f"{result.job.name:30} {result.outcome.verdict:12} {result.outcome.seconds:6.1f} s",
        flush=True,
    )


if __name__ == "__main__":
    cli.run_command(main)
