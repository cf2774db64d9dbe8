"""The core's modules with their parameters, and the ways in which two versions of one are compared.

apart    the modules within that keep something are left out: what they give is any value, the
         same in both, if what they are given is equal. Of a large module little is left so
opened   where it is not, that module is put back, if its own parts keep to that; ports and
         registers alone are paired: a wire between them may differ where what is behind it
         hides that, and so may a register
whole    with all but memories, then with these
rules    of a module with proved rules, with what they ask of its surroundings: a simulation of
         the core asserts that, for every instance
around   last, the modules that it is directly in, with the rules of both: what differs may be what
         nobody looks at, as a value that is not offered
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.proofs.equivalence import (
    NO_ANSWER,
    TIMEOUT_S,
    Answer,
    Bounded,
    Files,
    Question,
    bounded,
    copied,
    in_parts,
    read,
    run_yosys,
    same,
    unproven,
)
from honeyguide.proofs.modules import inside
from honeyguide.proofs.table import Proof

BY_RULES = ", by the rules that are proved of the module"
Values = Mapping[str, int]


class Elaborated:
    """The core's modules with the parameters that they have in it."""

    def __init__(
        self, top: str, values: Values, folder: Path, includes: Sequence[Path],
        former: Sequence[Path] | None = None, proofs: Sequence[Proof] = (),
    ) -> None:  # fmt: skip
        """Elaborate the core as it is.

        Args:
            top: its top module.
            values: its parameters.
            folder: for what Yosys reads and writes.
            includes: folders of headers.
            former: of the old versions' own headers.
            proofs: what is known of modules.
        """
        # A bound on the cycles is not for this.
        self._proofs = {proof.module: proof for proof in proofs if proof.method == "unbounded"}
        self.includes = includes
        self.former = includes if former is None else former
        self._folder = folder
        self._memories: set[str] = set()
        self._large: set[tuple[str, float]] = set()  # modules that took longer than so many seconds
        self.parameters = self._parameters(top, values)

    def _parameters(self, top: str, values: Values) -> dict[str, list[dict[str, str]]]:
        self._folder.mkdir(parents=True, exist_ok=True)
        report = self._folder / "core.json"
        names = copied(core().hdl(), self.includes, self._folder / "core")
        chosen = "".join(f" -chparam {name} {value}" for name, value in values.items())
        script = [
            *read(names, "core"),
            f"hierarchy -check -top {top}{chosen}", "proc", f"write_json {report.name}",
        ]  # fmt: skip
        said = run_yosys(script, self._folder)
        if not report.is_file():
            raise UserError(f"Yosys can't elaborate {top}: {unproven(said)}")
        found: dict[str, list[dict[str, str]]] = {}
        modules = json.loads(report.read_text(encoding="utf-8"))["modules"]
        report.unlink()
        for name, module in modules.items():
            # $paramod\\fifo\\Depth=... or $paramod$<hash>\\fifo
            own = str(module.get("attributes", {}).get("hdlname", name))
            values_here = dict(module.get("parameter_default_values", {}))
            found.setdefault(own.lstrip("\\"), []).append(values_here)
            if module.get("memories"):
                self._memories.add(own.lstrip("\\"))
        return found

    def same(
        self, module: str, old: Files, new: Files, folder: Path, *, timeout_s: float = TIMEOUT_S
    ) -> Answer:
        """Say whether two versions of a module are equal with every set of parameters it has.

        All that is read is copied into `folder`, which may be lost afterwards.
        """
        sets = self.parameters.get(module, [])
        if not sets:
            return Answer(equal=False, detail=f"{module} is not in the core as it is configured")
        detail = ""
        for asked in self._questions(module, old, new, folder, timeout_s):
            answer, known = self._answer(asked)
            if not answer.equal:
                return answer
            if known:
                detail = BY_RULES
        return Answer(equal=True, detail=f"equal for all time{detail}")

    def same_in_a_moment(
        self, module: str, old: Files, new: Files, folder: Path, *, timeout_s: float = TIMEOUT_S
    ) -> Answer:
        """Say whether two versions are equal, if that is quickly shown with parts left out."""
        for asked in self._questions(module, old, new, folder, timeout_s):
            answer = in_parts(replace(asked, quick=True), closed=self._memories)
            if not answer.equal:
                return Answer(equal=False, detail=f"{NO_ANSWER} a moment: {answer.detail}")
        return Answer(equal=True, detail="equal for all time")

    def around(
        self, module: str, old: Files, new: Files, folder: Path, *, timeout_s: float = TIMEOUT_S
    ) -> Answer:
        """Say whether all modules that a module is directly in are equal, with their parts apart.

        What differs in itself may be what nobody looks at.
        """
        above = [one for one in self.parameters if module in inside(one, old)]
        for name in above:
            for asked in self._questions(name, old, new, folder, timeout_s):
                answer, _ = self._in_parts(asked, module)
                if not answer.equal:
                    return answer
        said = f"{' and '.join(above)}: equal for all time" if above else "nothing is around it"
        return Answer(equal=bool(above), detail=said)

    def _questions(
        self, module: str, old: Files, new: Files, folder: Path, timeout_s: float
    ) -> list[Question]:
        return [
            Question(
                module=module, values=values, old=old, new=new,
                headers=(self.former, self.includes), folder=folder, timeout_s=timeout_s,
            ) for values in self.parameters[module]
        ]  # fmt: skip

    def _in_parts(self, asked: Question, within: str = "") -> tuple[Answer, bool]:
        """Return the answer with parts left out, and whether it knew rules.

        They are those of the module and of one `within` it, which is not left out.
        """
        answer = in_parts(asked, closed=self._memories)
        known = [self._proofs[name] for name in (asked.module, within) if name in self._proofs]
        if answer.equal or not known:
            return answer, False
        answer = in_parts(asked, closed=self._memories, known=known)
        return answer, answer.equal

    def _answer(self, asked: Question) -> tuple[Answer, bool]:
        """Return the answer of the first way that has one, and whether it knew rules."""
        proof = [self._proofs[asked.module]] if asked.module in self._proofs else []
        if self.former == self.includes:
            answer, known_parts = self._in_parts(asked)
            if answer.equal:
                return answer, known_parts
        if (asked.module, asked.timeout_s) in self._large:
            said = f"{NO_ANSWER} {asked.timeout_s:.0f} s, as of another change of {asked.module}"
            return Answer(equal=False, detail=said), False
        # Memories are most of the work and seldom matter to what is around them.
        apart = [m for m in asked.same_below() if m in self._memories]
        ways: list[tuple[Sequence[Proof], Sequence[str], bool]] = [((), apart, False)]
        ways += [((), (), False)] if apart else []
        ways += [(proof, (), False)] if proof else []
        ways += [(proof, (), True)]
        large = False
        for known, left_out, hidden in ways:
            if large and not known:
                continue
            answer = same(asked, known=known, apart=left_out, hidden=hidden)
            # What is too large is asked again with rules alone, which may make it small.
            large = NO_ANSWER in answer.detail
            if answer.equal or (large and known):
                break
        if large:
            self._large.add((asked.module, asked.timeout_s))
        return answer, answer.equal and bool(known)

    def bounded(self, module: str, old: Files, new: Files, folder: Path, cycles: int) -> Bounded:
        """Say whether two versions are equal for some cycles after reset, however parametrised."""
        found = Bounded(equal=True, detail=f"equal for {cycles} cycles after reset")
        for asked in self._questions(module, old, new, folder, TIMEOUT_S):
            found = bounded(asked, cycles)
            if not found.equal:
                return found
        return found
