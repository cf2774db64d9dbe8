"""The counterexample of a rule, as waves with a view: what the rule reads first, then the module.

    waves.vcd      the trace that the solver gave, one cycle a step
    view.gtkw      the rule's own signals, ports, registers and modules inside; marker at the cycle
    view.sucl      the same for Surfer
    difference.txt the rule, its text, and the change of the module if it is a fault

A clocked rule is sampled at the end of its cycle, so the trace has one more step than the cycle
that breaks it; a rule without a clock is broken in the last one.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from honeyguide.proofs.table import INSTANCE, Fault, Proof
from honeyguide.proofs.task import INDUCTION
from honeyguide.waves.hierarchy import signals, text_lines
from honeyguide.waves.save_file import VIEW, group_of_names, head, note, surfer_of_names

STEP = 10  # units of time that a cycle has in the solver's traces


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Where the waves of a counterexample are, and what they show."""

    folder: Path
    view: Path
    headline: str


def show(proof: Proof, rule: str, trace: Path, folder: Path, *, fault: Fault | None) -> Shown:
    """Put a trace and its views into a folder.

    Args:
        proof: whose module it is a run of.
        rule: that is broken.
        trace: the solver's: a run from a reset, or a step of the induction that goes wrong, from
            a state that perhaps no run comes to.
        folder: made if it is not there.
        fault: the change of the module, if the module is not as it should be.
    """
    folder.mkdir(parents=True, exist_ok=True)
    waves = folder / "waves.vcd"
    shutil.copyfile(trace, waves)
    last = last_step(waves)
    clocked = proof.kinds.get(rule) != "ALWAYS"
    cycle = max(last - 1, 0) if clocked else last
    headline = f"{proof.module}: {rule} is broken in cycle {cycle}"
    if trace.stem == INDUCTION:
        headline += ", from a state that only the induction knows of"
    told = [headline, *proof.text_of(rule).splitlines()]
    if fault is not None:
        told += [f"with  {fault.new}", f"for   {fault.old}"]
    groups = groups_of(signals(waves), proof, rule)
    lines = head(waves, first=0, last=last, cycle=cycle, issued=None, clock=STEP)
    lines += note(told)
    for name, listed in groups.items():
        lines += group_of_names(name, listed, opened=not name.startswith(INSIDE))
    view = folder / VIEW
    view.write_text("\n".join([*lines, ""]), encoding="utf-8")
    surfer_of_names(folder / "view.sucl", groups, time=cycle * STEP)
    (folder / "difference.txt").write_text("\n".join([*told, ""]), encoding="utf-8")
    return Shown(folder=folder, view=view, headline=headline)


INSIDE = "Inside "


def groups_of(there: Mapping[str, str], proof: Proof, rule: str) -> dict[str, Sequence[str]]:
    """Return the groups of a view: a heading, and the names that GTKWave knows signals by."""
    words = set(re.findall(r"\w+", proof.text_of(rule)))
    rules = f"{proof.module}.{INSTANCE}."
    groups: dict[str, list[str]] = {"The rule": [], "Ports": [], "Registers": [], "Wires": []}
    for path, name in there.items():
        if path.startswith(rules):
            if path.removeprefix(rules) in words:
                groups["The rule"].append(name)
        elif path.startswith(f"{proof.module}."):
            inner, dot, _ = path.removeprefix(f"{proof.module}.").partition(".")
            if inner == "_witness_":
                continue
            if dot:
                groups.setdefault(INSIDE + inner, []).append(name)
            elif inner.endswith(("_i", "_o", "_ni", "_no")):
                groups["Ports"].append(name)
            else:
                groups["Registers" if re.search(r"_n?q\b", inner) else "Wires"].append(name)
    return {name: sorted(listed) for name, listed in groups.items() if listed}


def last_step(waves: Path) -> int:
    """The number of the last step of a trace; the first is 0."""
    times = [int(line[1:]) for line in text_lines(waves) if re.fullmatch(r"#\d+\s*", line)]
    return max(times[-1] // STEP - 1, 0)
