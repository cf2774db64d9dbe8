"""All proofs of a table, several at a time, and what came of each property.

Every variant of every proof must hold, and every fault must be refuted by the rule it names: a
proof that no fault refutes would hold for anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from honeyguide.proofs.table import Fault, Proof
from honeyguide.proofs.task import Outcome, Sources, Verdict, prove, refute
from honeyguide.sim.workers import threads

GOOD = (Verdict.PROVED, Verdict.BOUNDED)


@dataclass(frozen=True, kw_only=True)
class Job:
    """One variant of a proof, or one of its faults."""

    proof: Proof
    values: dict[str, int]
    fault: Fault | None = None
    number: int = 0

    @property
    def name(self) -> str:
        """What the job's folder is called, and what the progress says."""
        return f"{self.proof.name}-{'fault' if self.fault else 'proof'}-{self.number}"


@dataclass(frozen=True, kw_only=True)
class Result:
    """A job and how it ended."""

    job: Job
    outcome: Outcome

    @property
    def passed(self) -> bool:
        """A proof holds; a fault is refuted by the rule it names."""
        if self.job.fault is None:
            return self.outcome.verdict in GOOD
        return self.outcome.verdict is Verdict.REFUTED

    @property
    def sentence(self) -> str:
        """What is wrong, empty if nothing is."""
        if self.passed:
            return ""
        what = self.outcome.detail or self.outcome.rule
        if self.job.fault is None:
            values = ", ".join(f"{name} = {value}" for name, value in self.job.values.items())
            return f"{self.job.proof.module} ({values}): {self.outcome.verdict}: {what}"
        change = f"{self.job.fault.old!r} -> {self.job.fault.new!r}"
        found = "holds in spite of" if self.outcome.verdict in GOOD else f"{what}, with"
        return f"{self.job.proof.module}: {self.job.fault.breaks} {found} the fault {change}"


def jobs_of(proofs: Iterable[Proof]) -> list[Job]:
    """Return every variant and every fault of the proofs; a fault is put into the last variant."""
    jobs = []
    for proof in proofs:
        for number, values in enumerate(proof.variants):
            jobs.append(Job(proof=proof, values=dict(values), number=number))
        last = dict(proof.variants[-1])
        for number, fault in enumerate(proof.faults):
            jobs.append(Job(proof=proof, values=last, fault=fault, number=number))
    return jobs


def run_all(
    jobs: Sequence[Job], sources: Sources, folder: Path, *, parallel: int,
    tell: Callable[[Result], None],
) -> list[Result]:  # fmt: skip
    """Run the jobs, `parallel` at a time; `tell` hears of each as it ends, in the jobs' order."""
    results = []
    with threads(parallel) as pool:
        for result in pool.map(lambda job: run(job, sources, folder), jobs):
            tell(result)
            results.append(result)
    return results


def run(job: Job, sources: Sources, folder: Path) -> Result:
    """Run one job, in a folder of its name."""
    where = folder / job.name
    if job.fault is None:
        outcome = prove(job.proof, job.values, sources, where)
    else:
        outcome = refute(job.proof, job.values, job.fault, sources, where)
    return Result(job=job, outcome=outcome)


def report(results: Sequence[Result]) -> dict[str, object]:
    """Return the report: an entry a property, and every fault with what came of it."""
    entries = []
    for proof in {result.job.proof.name: result.job.proof for result in results}.values():
        own = [result for result in results if result.job.proof is proof]
        whole = [result for result in own if result.job.fault is None]
        wrong = next((result for result in whole if not result.passed), None)
        verdict = (wrong or whole[0]).outcome.verdict
        for name in proof.properties:
            refuted = wrong is not None and wrong.outcome.rule not in ("", name)
            entries.append(
                {
                    "name": f"{proof.name}.{name}",
                    "module": proof.module,
                    "method": proof.method,
                    "depth": proof.depth,
                    "limits": proof.limits,
                    "reason": proof.reason,
                    "seconds": round(sum(result.outcome.seconds for result in whole), 1),
                    "verdict": str(Verdict.NOT_PROVED if refuted else verdict),
                }
            )
    return {
        "pass": all(result.passed for result in results),
        "proofs": entries,
        "faults": [
            {
                "module": result.job.proof.module,
                "old": result.job.fault.old,
                "new": result.job.fault.new,
                "breaks": result.job.fault.breaks,
                "verdict": str(result.outcome.verdict),
                "seconds": round(result.outcome.seconds, 1),
            }
            for result in results
            if result.job.fault is not None
        ],
    }
