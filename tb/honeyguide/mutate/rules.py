"""The rules that are proved of modules, as judges of what has passed many runs.

A simulation needs the right stimulus to show a fault; a solver finds it, if a rule speaks of what
is wrong. Those of the changed module itself are asked soon, as that costs less than the rest of the
runs; those of the modules that contain it at the end. `make prove` shows that the good module
keeps its rules, so one that has a counterexample within some cycles of reset is a check that falls.
Before such a kill counts, the good module is seen to keep that rule in as many.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.lint.verilog_resets import reset_rules
from honeyguide.lint.verilog_text import code_of
from honeyguide.mutate.kinds import Change
from honeyguide.mutate.merge import applied
from honeyguide.mutate.report import STYLE
from honeyguide.proofs.table import Proof
from honeyguide.proofs.task import Outcome, Sources, below, hunt

SOON = 4  # cycles in which most that breaks a rule does: so many are asked of all before more
# Seconds for one change of its own module's rules: of those that fall, nearly all do within 10.
OWN_S = 12


class Rules:
    """Proofs of a design, and a folder for what the solver leaves.

    What the rules of the modules around have not refuted in `around_s` seconds has survived.
    """

    def __init__(
        self, proofs: Sequence[Proof], sources: Sources, folder: Path, *, around_s: int
    ) -> None:
        self.proofs, self.sources, self.folder = proofs, sources, folder
        self.around_s = around_s
        self._kept: dict[str, int] = {}  # for how many cycles the good module keeps a rule
        self._good = threading.Lock()  # the good module has one folder for all that ask

    def of(self, module: str, *, own: bool) -> list[Proof]:
        """Return the proofs of a module's own, or those of the modules that contain it."""
        if own:
            return [proof for proof in self.proofs if proof.module == module]
        return [
            proof
            for proof in self.proofs
            if proof.module != module
            and module in {path.stem for path in below(proof.module, self.sources)}
        ]

    def broken(self, change: Change, *, own: bool) -> str:
        """Return the rule that a change breaks, as module.rule; empty if none is seen to fall.

        Args:
            change: the change.
            own: ask the rules of its module, else those of the modules that contain it.
        """
        asked = self.of(change.module, own=own)
        if not asked:
            return ""
        # Several changes of one place are asked about at the same time.
        name = hashlib.sha256(change.name.encode()).hexdigest()[:16]
        place = self.folder / f"{change.module}-{name}"
        place.mkdir(parents=True, exist_ok=True)
        copy = place / f"{change.module}.v"
        files = []
        for path in self.sources.files:
            if path.stem == change.module:
                copy.write_text(applied(path.read_text(encoding="utf-8"), change), encoding="utf-8")
            files.append(copy if path.stem == change.module else path)
        changed = replace(self.sources, files=files)
        last = time.monotonic() + (OWN_S if own else self.around_s)
        for proof, depth in _questions(asked):
            left = round(last - time.monotonic())
            if left < 1:
                return ""
            given = replace(proof, timeout=left)
            found = hunt(given, changed, place / proof.name, depth)
            if found is not None:
                with self._good:
                    self._control(proof, found)
                return f"{proof.module}.{found.rule}"
        return ""

    def _control(self, proof: Proof, broken: Outcome) -> None:
        key, cycles = f"{proof.module}.{broken.rule}", broken.step + 1
        if self._kept.get(key, 0) >= cycles:
            return
        folder = self.folder / f"{proof.name}-good"
        if hunt(proof, self.sources, folder, cycles, [broken.rule]) is not None:
            raise UserError(f"the core without a change breaks {key}")
        self._kept[key] = cycles


def _questions(asked: Sequence[Proof]) -> list[tuple[Proof, int]]:
    """Return proofs, and for how many cycles each is asked about.

    Of one with one set of parameters the deep question finds as soon what is not deep.
    """
    one = len(asked) == 1 and len(asked[0].variants) == 1
    soon = [] if one else [(proof, min(SOON, proof.fault_depth)) for proof in asked]
    deep = [(proof, proof.fault_depth) for proof in asked]
    return [*soon, *(question for question in deep if question not in soon)]


def style_broken(change: Change) -> str:
    """Return the rule of `make lint` that a change of the core breaks, if there is one.

    Of those rules only this one speaks of what the core does; the others are about its looks.
    """
    path = next(path for path in core().hdl() if path.stem == change.module)
    text = path.read_text(encoding="utf-8")
    before = {found for _, found in reset_rules(code_of(text))}
    after = {found for _, found in reset_rules(code_of(applied(text, change)))}
    return STYLE if after - before else ""
