"""Do two versions of a module behave the same? Asked of Yosys, for each set of parameters there is.

Both versions, with all that is below them, become netlists whose wires of the same name are paired.
If the pairs were equal for DEPTH cycles they are shown to be equal in the next (`equiv_induct`), so
the outputs are equal for all time. A pair that can't be shown says nothing: the change may be seen,
or the two versions differ only where the core never comes. Of a module with proved rules it is
asked again with these, and with what they ask of the module's surroundings: a simulation of the
core asserts that, for every instance. At last only ports and registers are paired: a wire between
them may differ where what is behind it hides that, and so may a register.
"""

from __future__ import annotations

import json
import re
import shutil
import signal
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.proofs.modules import below
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
_UNLIKE = re.compile(r"Unproven \$equiv \S+: \\(\w+)_gold ")  # a name that is no pattern
# What a register drives is known before its reset is made a part of the logic.
_MARK = "setattr -set register 1 t:$*dff* t:$aldff* %u %co1:+[Q] w:* %i"
_SHOWN = "_after_reset"
_HIDE = "rename -hide w:* a:register %d"
Values = Mapping[str, int]
Files = Mapping[str, Path]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """Whether two versions of a module are equal for all time, and if not, what is not shown."""

    equal: bool
    detail: str = ""


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
        # A tap that looks into another module, and a bound on the cycles, are not for this.
        self._proofs = {
            proof.module: proof
            for proof in proofs
            if proof.method == "unbounded" and not proof.looks_inside
        }
        self.includes = includes
        self.former = includes if former is None else former
        self._folder = folder
        self._memories: set[str] = set()
        self.parameters = self._parameters(top, values)

    def _parameters(self, top: str, values: Values) -> dict[str, list[dict[str, str]]]:
        self._folder.mkdir(parents=True, exist_ok=True)
        report = self._folder / "core.json"
        names = _copied(core().hdl(), self.includes, self._folder / "core")
        chosen = "".join(f" -chparam {name} {value}" for name, value in values.items())
        script = [
            *_read(names, "core"),
            f"hierarchy -check -top {top}{chosen}", "proc", f"write_json {report.name}",
        ]  # fmt: skip
        said = run_yosys(script, self._folder)
        if not report.is_file():
            raise UserError(f"Yosys can't elaborate {top}: {_unproven(said)}")
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
        proof = self._proofs.get(module)
        # Memories are most of the work and seldom matter to what is around them.
        apart = [p.stem for p in below(module, old)[1:] if p.stem in self._memories]
        ways: list[tuple[Proof | None, Sequence[str], bool]] = [(None, apart, False)]
        ways += [(None, (), False)] if apart else []
        ways += [(proof, (), False)] if proof else []
        ways += [(proof, (), True)]
        detail = ""
        for values in sets:
            large = False
            for known, left_out, hidden in ways:
                if large and not known:
                    continue
                answer = same(
                    module, values, old, new, self.includes, folder, former=self.former,
                    known=known, apart=left_out, hidden=hidden, timeout_s=timeout_s,
                )  # fmt: skip
                # What is too large is asked again with rules alone, which may make it small.
                large = NO_ANSWER in answer.detail
                if answer.equal or (large and known):
                    break
            if not answer.equal:
                return answer
            if known:
                detail = ", by the rules that are proved of the module"
        return Answer(equal=True, detail=f"equal for all time{detail}")


def same(
    module: str, values: Mapping[str, str], old: Files, new: Files, includes: Sequence[Path],
    folder: Path, *, former: Sequence[Path] | None = None, known: Proof | None = None,
    apart: Sequence[str] = (), hidden: bool = False, timeout_s: float = TIMEOUT_S,
) -> Answer:  # fmt: skip
    """Say whether two versions of a module are equal; `values` are bits, by parameter.

    With `known` where its rules hold in the old version, whatever modules `apart` below give. With
    `hidden` wires that are neither ports nor registers need not be equal; a register that can't be
    shown to be equal is left out then, and the rest shown without it.
    """
    headers = (former or includes, includes)
    given = " -set-assumes" if known else ""
    free: set[str] = set()
    end = time.monotonic() + timeout_s
    while True:
        script = _both(
            module, values, old, new, headers, folder, known=known, apart=apart, hidden=hidden,
            free=free,
        )  # fmt: skip
        script += [
            "equiv_make gold gate equiv", "hierarchy -top equiv", "opt_clean",
            f"equiv_simple{given}", f"equiv_induct -seq {DEPTH}{given}", "equiv_status",
        ]  # fmt: skip
        said = run_yosys(script, folder, timeout_s)
        if "Equivalence successfully proven!" in said:
            return Answer(equal=True)
        unlike = set(_UNLIKE.findall(said)) - free
        if not (hidden and unlike) or len(free) > MOST_FREE or time.monotonic() > end:
            return Answer(equal=False, detail=_unproven(said, timeout_s))
        free |= unlike


def _both(
    module: str, values: Mapping[str, str], old: Files, new: Files,
    includes: tuple[Sequence[Path], Sequence[Path]], folder: Path, *, known: Proof | None = None,
    apart: Sequence[str] = (), hidden: bool = False, free: Iterable[str] = (),
) -> list[str]:  # fmt: skip
    """Return the script that reads both versions as `gold` and `gate`, each with its headers.

    Modules `apart` are left out: what they give is any value, the same in both. `hidden` leaves
    ports and registers their names and nothing else, so that nothing else is paired, registers
    that are `free` neither.
    """
    script: list[str] = []
    chosen = "".join(f" -chparam {key} {len(bits)}'b{bits}" for key, bits in values.items())
    for name, files, headers in (("gold", old, includes[0]), ("gate", new, includes[1])):
        script += _read(_copied(below(module, files), headers, folder / name), name)
        lower = []
        _look_after_reset(folder / name / f"{module}.v", free)
        if known and name == "gold":
            script += _with_rules(known, folder / name)
            lower = ["chformal -lower"]
        script += [
            f"hierarchy -top {module}{chosen}", "proc",
            *(f"setattr -mod -set keep_hierarchy 1 *{one}" for one in apart),
            "flatten",
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
    """Put an instance of the rules into the module's copy; return how to read them."""
    path = folder / f"{proof.module}.v"
    head, end, tail = path.read_text(encoding="utf-8").rpartition("endmodule")
    text = "\n".join([head, *proof.taps, proof.instance(formal=False), end + tail])
    path.write_text(text, encoding="utf-8")
    (folder / "rules.svh").write_text(_KNOWN, encoding="utf-8")
    (folder / proof.rules.name).write_text(proof.plain, encoding="utf-8")
    return [f"read_verilog -sv -formal -I {folder.name} {folder.name}/{proof.rules.name}"]


@dataclass(frozen=True, kw_only=True)
class Bounded:
    """Whether two versions are equal for some cycles after reset; None if that can't be told."""

    equal: bool | None
    detail: str


def bounded(
    module: str, old: Files, new: Files, elaborated: Elaborated, folder: Path, cycles: int
) -> Bounded:
    """Look for an input on which two versions differ within `cycles` of a reset.

    What a reset leaves unknown in the old version may be anything in the new one.
    """
    trace = folder / "difference.vcd"
    for values in elaborated.parameters.get(module, []):
        headers = (elaborated.former, elaborated.includes)
        script = _both(module, values, old, new, headers, folder)
        script += [
            "miter -equiv -flatten -make_outputs -ignore_gold_x gold gate miter",
            "hierarchy -top miter", "opt_clean",
            f"sat -enable_undef -set-init-undef -set-def-inputs -prove trigger 0 -show-ports"
            f" -tempinduct-baseonly -maxsteps {cycles} -set-at 1 in_rst_ni 0 -timeout {TIMEOUT_S}"
            f" -dump_vcd {trace.name} miter",
        ]  # fmt: skip
        said = run_yosys(script, folder)
        if "SAT temporal induction proof finished - model found for base case: FAIL!" in said:
            return Bounded(equal=False, detail=f"on the inputs in {trace}")
        if f"proved base case for {cycles} steps: SUCCESS!" not in said:
            return Bounded(equal=None, detail=_unproven(said))
    return Bounded(equal=True, detail=f"equal for {cycles} cycles after reset")


def _copied(files: Sequence[Path], includes: Sequence[Path], folder: Path) -> list[str]:
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


def _read(names: Iterable[str], folder: str) -> list[str]:
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


def _unproven(said: str, timeout_s: float = TIMEOUT_S) -> str:
    """Return the first pair that is not shown to be equal, or why nothing is."""
    if said == "time-out":
        return f"{NO_ANSWER} {timeout_s:.0f} s"
    pairs = re.findall(r"Unproven \$equiv \S+: (\S+) \S+", said)
    if pairs:
        more = f" and {len(pairs) - 1} more bits" if len(pairs) > 1 else ""
        return f"{pairs[0].lstrip(chr(92))}{more} not shown to be equal"
    errors = [line for line in said.splitlines() if "ERROR" in line]
    return errors[0] if errors else "Yosys left no answer"
