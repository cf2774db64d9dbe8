"""Which of the faults that the self-test plants does a proof catch, and in how many seconds.

A fault is put into a copy of the design; then the proofs of its module, and of the modules it is
part of, are run on that. A rule that is refuted has a counterexample from a reset; a proof whose
induction fails where it held before has caught the fault, too, and that is what it says.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from honeyguide.cli import UserError
from honeyguide.faults.faults import Fault, faults_named
from honeyguide.faults.patches import apply_patch
from honeyguide.proofs.table import Proof
from honeyguide.proofs.task import Outcome, Sources, Verdict, below, prove


@dataclass(frozen=True, kw_only=True)
class Caught:
    """What the proofs made of a fault: the first that does not hold, or none of those asked."""

    fault: Fault
    asked: Sequence[Proof]
    proof: Proof | None
    outcome: Outcome | None

    @property
    def row(self) -> list[str]:
        """Fault, what it breaks, who caught it, how, seconds."""
        name = self.fault.name
        if self.proof is None or self.outcome is None:
            who = ", ".join(proof.name for proof in self.asked)
            return [
                name,
                self.fault.breaks,
                f"holds: {who}" if who else "no proof",
                "not caught",
                "",
            ]
        how = "induction fails" if self.outcome.inductive else str(self.outcome.verdict)
        rule = f"{self.proof.name}.{self.outcome.rule}" if self.outcome.rule else self.proof.name
        return [name, self.fault.breaks, rule, how, f"{self.outcome.seconds:.0f}"]


def chosen(words: str, faults: list[Fault], report: Path) -> list[Fault]:
    """Return the faults that words name, or the slowest N of the last self-test if it is a number.

    Raises:
        UserError: there is no such fault, or no report of a self-test.
    """
    if not words.isdecimal():
        return faults_named(words, faults)
    try:
        outcomes = json.loads(report.read_text(encoding="utf-8"))["outcomes"]
    except (OSError, KeyError, json.JSONDecodeError):
        raise UserError(f"{report} has no outcomes; run `make selftest`, or name faults") from None
    slowest = sorted(outcomes, key=lambda entry: -float(entry["seconds"]))
    by_name = {fault.name: fault for fault in faults}
    return [by_name[entry["fault"]] for entry in slowest if entry["fault"] in by_name][: int(words)]


def catch(
    faults: Sequence[Fault], proofs: Sequence[Proof], sources: Sources, root: Path, folder: Path
) -> Iterator[Caught]:
    """Yield what the proofs make of each fault.

    Args:
        faults: to look at.
        proofs: all there are.
        sources: the design without a fault.
        root: of the checkout, which the patches' paths start from.
        folder: for copies of the design and what the solver leaves.
    """
    for fault in faults:
        copy = folder / fault.name / "design"
        files = []
        for path in [*sources.files, *(h for i in sources.includes for h in i.glob("*.vh"))]:
            to = copy / path.relative_to(root)
            to.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, to)
            if path in sources.files:
                files.append(to)
        apply_patch(fault.patch, copy)
        broken = replace(
            sources, files=files, includes=[copy / i.relative_to(root) for i in sources.includes]
        )
        asked = [
            proof for proof in proofs
            if fault.module in (proof.module, *(p.stem for p in below(proof.module, broken)))
        ]  # fmt: skip
        asked.sort(key=lambda proof: proof.module != fault.module)
        yield first_caught(fault, asked, broken, folder / fault.name)


def first_caught(fault: Fault, asked: Sequence[Proof], sources: Sources, folder: Path) -> Caught:
    """Run the proofs until one does not hold."""
    for proof in asked:
        for number, values in enumerate(proof.variants):
            outcome = prove(proof, values, sources, folder / f"{proof.name}-{number}")
            if outcome.verdict in (Verdict.REFUTED, Verdict.VACUOUS) or outcome.inductive:
                return Caught(fault=fault, asked=asked, proof=proof, outcome=outcome)
    return Caught(fault=fault, asked=asked, proof=None, outcome=None)
