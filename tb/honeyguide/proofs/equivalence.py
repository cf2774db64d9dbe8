"""Do two versions of a module with one set of parameters behave the same? Asked of Yosys.

Both versions, with all that is below them, become netlists whose wires of the same name are paired.
If the pairs were equal for DEPTH cycles they are shown to be equal in the next (`equiv_induct`), so
the outputs are equal for all time. A pair that can't be shown says nothing: the change may be seen,
or the two versions differ only where the core never comes.

Parts may be left out, and rules that are proved may be taken for granted: elaborated.py says when.
"""

from __future__ import annotations

import re
import shutil
import signal
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from honeyguide.proofs.modules import below, code, has_registers, instances
from honeyguide.proofs.table import Proof
from honeyguide.sim.supervise import answer
from honeyguide.sim.yosys import yosys, yosys_environment

DEPTH = 2
TIMEOUT_S = 120
PATIENCE = 6  # times that, by the clock
NO_ANSWER = "no answer in"
MOST_FREE = 12  # registers that need not be equal
# The rules as what is so; the sizes of a proof are not those of the core. What a clock samples
# would be known a cycle late.
_KNOWN = "".join(
    f"`define {kind}(name, claim) always @* if (rst_ni) assume (claim);\n"
    f"`define {kind}_IF(name, when, claim) always @* if (rst_ni && (when)) assume (claim);\n"
    f"`define {kind}_NEXT(name, when, claim) always @(posedge clk_i)"
    " if (rst_ni && $past(rst_ni) && $past(when)) assume (claim);\n"
    for kind in ("RULE", "HOST")
) + (
    "`define STAYS(name, valid, ready, load)"
    " `RULE_NEXT(name, (valid) && !(ready), (valid) && (load) == $past(load))\n"
    "`define HOST_STAYS(name, valid, ready, load)"
    " `HOST_NEXT(name, (valid) && !(ready), (valid) && (load) == $past(load))\n"
    "`define ALWAYS(name, when, claim) always @* if (when) assume (claim);\n"
    "`define LIMIT(name, claim)\n"
    "`define STARTS_IN_RESET\n"
)
_PAIR = re.compile(r"^ *Unproven \$equiv (.*)$", re.M)
_NAME = re.compile(r"\\([\w.\[\]]+?)_(?:gold|gate)\b")
# What a register drives is known before its reset is made a part of the logic.
_MARK = "setattr -set register 1 t:$*dff* t:$aldff* %u %co1:+[Q] w:* %i"
_SHOWN = "_after_reset"
_HIDE = "rename -hide w:* a:register %d"
Files = Mapping[str, Path]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Whether two versions of a module are equal for all time, and if not, what is not shown."""

    equal: bool
    detail: str = ""
    unlike: frozenset[str] = frozenset()  # names of what is not shown


@dataclass(frozen=True, kw_only=True)
class Question:
    """Two versions of a module with one set of parameters; `values` are bits, by parameter.

    A `quick` one puts parts back once and leaves no register out: most that can be shown is shown
    then, in a second.
    """

    module: str
    values: Mapping[str, str]
    old: Files
    new: Files
    headers: tuple[Sequence[Path], Sequence[Path]]
    folder: Path
    timeout_s: float = TIMEOUT_S
    quick: bool = False

    def same_below(self) -> list[str]:
        """Return the modules within that read the same in both versions, with all within them."""
        names = [path.stem for path in below(self.module, self.old)[1:]]
        changed = {
            name for name in names
            if name not in self.new or code(self.old[name]) != code(self.new[name])
        }  # fmt: skip
        return [
            name for name in names
            if changed.isdisjoint(path.stem for path in below(name, self.old))
        ]  # fmt: skip


def in_parts(
    asked: Question, closed: Collection[str] = (), known: Collection[Proof] = ()
) -> Answer:
    """Say whether two versions are equal with little of what is within them.

    What keeps something is left out. A part whose inputs are not shown to be equal is put back,
    unless it is to stay `closed`, and what keeps something within that is left out again.
    """
    kept = {name for name in asked.same_below() if has_registers(name, asked.old)}
    opened = {asked.module, *(path.stem for path in below(asked.module, asked.old))} - kept
    hidden = False
    while True:
        parts = [part for name in opened for part in instances(name, asked.old).items()]
        apart = sorted({name for _, name in parts} - opened)
        edges = {path for path, name in parts if name in apart}
        answer = same(asked, known=known, apart=apart, hidden=hidden, edges=edges)
        if answer.equal or NO_ANSWER in answer.detail:
            return answer
        given = {_part(one) for one in answer.unlike}
        more = {name for path, name in parts if path in given} - opened - set(closed)
        if hidden and (asked.quick or not more):
            return answer
        opened |= more
        hidden = True


def _part(name: str) -> str:
    """Return the innermost instance in the name of a wire: path.instance.wire."""
    return name.rpartition(".")[0].rpartition(".")[2]


def same(
    asked: Question, *, known: Collection[Proof] = (), apart: Sequence[str] = (),
    hidden: bool = False, edges: Collection[str] | None = None,
) -> Answer:  # fmt: skip
    """Say whether two versions of a module are equal.

    With `known` where these rules hold in the old version, whatever modules `apart` below give.
    With `hidden` wires that are neither ports nor registers need not be equal; a register that
    can't be shown to be equal is left out then, and the rest shown without it. With `edges`, the
    names of the instances that are `apart`, little is there.
    """
    given = " -set-assumes" if known else ""
    free: set[str] = set()
    while True:
        script = _both(asked, known=known, apart=apart, hidden=hidden, free=free)
        # What is the same in both versions becomes one: little is left to show. The search for it
        # grows with the square of what is there.
        joined = [] if edges is None else ["opt_merge -share_all", "opt_clean"]
        script += [
            "equiv_make gold gate equiv", "hierarchy -top equiv", "opt_clean", *joined,
            f"equiv_simple{given}", f"equiv_induct -seq {DEPTH}{given}", "equiv_status",
        ]  # fmt: skip
        said = run_yosys(script, asked.folder, asked.timeout_s)
        if "Equivalence successfully proven!" in said:
            return Answer(equal=True)
        unlike = frozenset(name for pair in _PAIR.findall(said) for name in _NAME.findall(pair))
        own = {
            name for name in unlike - free
            if re.fullmatch(r"[\w.]+", name)  # and no pattern
            and ("." not in name if edges is None else _part(name) not in edges)
        }  # fmt: skip
        if not (hidden and own) or asked.quick or len(free) > MOST_FREE:
            return Answer(equal=False, detail=unproven(said, asked.timeout_s), unlike=unlike)
        free |= own


def _both(
    asked: Question, *, known: Collection[Proof] = (), apart: Sequence[str] = (),
    hidden: bool = False, free: Iterable[str] = (),
) -> list[str]:  # fmt: skip
    """Return the script that reads both versions as `gold` and `gate`, each with its headers.

    Modules `apart` are left out: what they give is any value, the same in both. `hidden` leaves
    ports and registers their names and nothing else, so that nothing else is paired, registers
    that are `free` neither.
    """
    script: list[str] = []
    module, folder = asked.module, asked.folder
    chosen = "".join(f" -chparam {key} {len(bits)}'b{bits}" for key, bits in asked.values.items())
    versions = zip(("gold", "gate"), (asked.old, asked.new), asked.headers, strict=True)
    for name, files, headers in versions:
        script += read(copied(below(module, files), headers, folder / name), name)
        lower = []
        _look_after_reset(folder / name / f"{module}.v", free)
        if known and name == "gold":
            for proof in known:
                script += _with_rules(proof, folder / name)
            lower = ["chformal -lower"]
        script += [
            f"hierarchy -top {module}{chosen}",
            *(f"blackbox {one} A:hdlname={one}" for one in apart), "proc", "flatten",
            *(["expose -evert t:*", f"hierarchy -top {module}"] if apart else []), "opt_clean",
            "memory -nomap", "memory_map",
            *([_MARK] if hidden else []),
            "async2sync", *lower, "dffunmap", "opt_clean",
            *([_HIDE, *(f"rename -hide w:{one}" for one in sorted(free))] if hidden else []),
            f"rename -top {name}", f"design -stash {name}",
        ]  # fmt: skip
    return [
        *script,
        "design -copy-from gold -as gold gold", "design -copy-from gate -as gate gate",
    ]  # fmt: skip


def _look_after_reset(path: Path, free: Iterable[str]) -> None:
    """Show each free register of a module as it is except in the cycle after a reset.

    A value that only reset gives, and the next cycle takes away, then differs in one cycle, of
    which all values are known, and in no other.
    """
    head, end, tail = path.read_text(encoding="utf-8").rpartition("endmodule")
    own = [
        one for one in sorted(free)
        if f"{one}{_SHOWN}" not in free and re.search(rf"\breg\b[^;]*\b{one}\b", head)
    ]  # fmt: skip
    if not own or not {"clk_i", "rst_ni"} <= set(re.findall(r"\w+", head)):
        return
    lines = [
        "(* register *) reg was_reset_shown;",
        "always @(posedge clk_i) was_reset_shown <= !rst_ni;",
        *(
            f"(* register *) wire [$bits({one})-1:0] {one}{_SHOWN} = was_reset_shown ? 0 : {one};"
            for one in own
        ),
    ]
    path.write_text("\n".join([head, *lines, end + tail]), encoding="utf-8")


def _with_rules(proof: Proof, folder: Path) -> list[str]:
    """Put an instance of the rules into the module's copy; return how to read them.

    Those that a simulation has as well: none of them needs a tap.
    """
    path = folder / f"{proof.module}.v"
    head, end, tail = path.read_text(encoding="utf-8").rpartition("endmodule")
    text = "\n".join([head, proof.instance(formal=False), end + tail])
    path.write_text(text, encoding="utf-8")
    (folder / "rules.svh").write_text(_KNOWN, encoding="utf-8")
    (folder / proof.rules.name).write_text(proof.plain, encoding="utf-8")
    return [f"read_verilog -sv -formal -I {folder.name} {folder.name}/{proof.rules.name}"]


@dataclass(frozen=True, kw_only=True)
class Bounded:
    """Whether two versions are equal for some cycles after reset; None if that can't be told."""

    equal: bool | None
    detail: str


def bounded(asked: Question, cycles: int) -> Bounded:
    """Look for an input on which two versions differ within `cycles` of a reset.

    What a reset leaves unknown in the old version may be anything in the new one.
    """
    trace = asked.folder / "difference.vcd"
    script = _both(asked)
    script += [
        "miter -equiv -flatten -make_outputs -ignore_gold_x gold gate miter",
        "hierarchy -top miter", "opt_clean",
        f"sat -enable_undef -set-init-undef -set-def-inputs -prove trigger 0 -show-ports"
        f" -tempinduct-baseonly -maxsteps {cycles} -set-at 1 in_rst_ni 0 -timeout {TIMEOUT_S}"
        f" -dump_vcd {trace.name} miter",
    ]  # fmt: skip
    said = run_yosys(script, asked.folder)
    if "SAT temporal induction proof finished - model found for base case: FAIL!" in said:
        return Bounded(equal=False, detail=f"on the inputs in {trace}")
    if f"proved base case for {cycles} steps: SUCCESS!" not in said:
        return Bounded(equal=None, detail=unproven(said))
    return Bounded(equal=True, detail=f"equal for {cycles} cycles after reset")


def copied(files: Sequence[Path], includes: Sequence[Path], folder: Path) -> list[str]:
    """Copy files and headers into a folder and return the files' names.

    Yosys from PyPI sees little but the folder it is started in, and not every path can be said in
    its language.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    headers = [path for include in includes for path in sorted(include.glob("*.vh"))]
    for path in [*files, *headers]:
        shutil.copyfile(path, folder / path.name)
    return [path.name for path in files]


def read(names: Iterable[str], folder: str) -> list[str]:
    """Return what has Yosys read files of a folder."""
    return [f"read_verilog -I {folder} {folder}/{name}" for name in names]


def run_yosys(script: Sequence[str], folder: Path, timeout_s: float = TIMEOUT_S) -> str:
    """Run Yosys on a script and return all that it says; "time-out" if it takes too long.

    Its own time counts: on a busy machine the same question has the same answer, if later.
    """
    command = yosys("-p", "; ".join(script), cpu_s=timeout_s)
    code, said = answer(
        command, cwd=folder, env=yosys_environment(), timeout_s=PATIENCE * timeout_s
    )
    return "time-out" if code in (None, -signal.SIGXCPU) else said


def unproven(said: str, timeout_s: float = TIMEOUT_S) -> str:
    """Return the first pair that is not shown to be equal, or why nothing is."""
    if said == "time-out":
        return f"{NO_ANSWER} {timeout_s:.0f} s"
    pairs = re.findall(r"Unproven \$equiv \S+: (\S+) \S+", said)
    if pairs:
        more = f" and {len(pairs) - 1} more bits" if len(pairs) > 1 else ""
        return f"{pairs[0].lstrip(chr(92))}{more} not shown to be equal"
    errors = [line for line in said.splitlines() if "ERROR" in line]
    return errors[0] if errors else "Yosys left no answer"
