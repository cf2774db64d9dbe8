"""Show that the core's modules behave as they did at another commit: for refactoring.

Every module whose file, or that of a module below it, has changed is compared with its former self,
with each set of parameters that it has in the core. First for all time, by induction over wires of
the same name; if that does not show it, for some cycles after reset, where a difference is a real
one and its trace is kept. A module whose ports have changed is compared through those above it.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from honeyguide import cli
from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.project import BUILD, ROOT
from honeyguide.proofs.elaborated import Elaborated
from honeyguide.proofs.equivalence import Files
from honeyguide.proofs.modules import below, code, inside, macros, other_macros, used_macros
from honeyguide.report.files import Results, shown
from honeyguide.report.table import table
from honeyguide.runs import own_place

CYCLES = 12
_PORTS = re.compile(r"\bmodule\s+\w+\s*(#\s*\(.*?\)\s*)?\((.*?)\)\s*;", re.S)
_PARAMETERS = re.compile(r"^\s*parameter\b[^=]*?(\w+)\s*=", re.M)


class Verdict(StrEnum):
    """What was shown of a module. Only EQUAL holds for all time."""

    EQUAL = "equal"
    BOUNDED = "equal so far"
    DIFFERS = "differs"
    NOT_SHOWN = "not shown"
    PORTS = "other ports"
    NEW = "new"
    GONE = "gone"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of a module."""

    module: str
    verdict: Verdict
    seconds: float = 0.0
    detail: str = ""


def main(argv: list[str]) -> int:
    """Compare; return 1 if a module differs or nothing could be shown of it."""
    options = cli.parser("equiv", __doc__)
    cli.add(options, "base")
    cli.add(options, "only", help="only these modules, with commas; all that changed by default")
    cli.add(options, "config", default=core().default)
    options.add_argument(
        "--cycles", type=cli.count, default=CYCLES, metavar="N",
        help=f"after reset, where the induction does not show it; {CYCLES}",
    )  # fmt: skip
    wanted = options.parse_args(argv)
    core().parameters(wanted.config)
    with own_place(BUILD / "equiv") as folder:
        return run(wanted, folder.resolve())


def run(wanted: argparse.Namespace, folder: Path) -> int:
    """Find what changed, compare it, report; return the code."""
    results = Results(command="equiv")
    results.start()
    new = {path.stem: path for path in core().hdl()}
    old = former(wanted.base, folder / "former")
    design = core().build(wanted.config)
    includes = [Path(path).resolve() for path in design.get("includes", ())]
    before = sorted((folder / "former").rglob("*.vh"))
    others = other_macros(macros(before), macros(h for i in includes for h in i.glob("*.vh")))
    names = changed(old, new, others)
    gone = sorted(old.keys() - new.keys())
    if wanted.only is not None:
        names = chosen(wanted.only, names, new)
    if not names and not gone:
        print(f"NOTHING TO COMPARE: no module differs from {wanted.base}")
        results.write({"pass": None, "base": wanted.base, "modules": []})
        return 0
    elaborated = Elaborated(
        design["design"].top, core().parameters(wanted.config), folder / "yosys", includes,
        sorted({path.parent for path in before}),
    )  # fmt: skip
    outcomes = [
        Outcome(module=name, verdict=Verdict.GONE, detail="shown through those that were above it")
        for name in gone
        if wanted.only is None
    ]
    for name in names:
        outcome = inherited(name, old, new, outcomes, others) or compare(
            name, old, new, elaborated, folder, wanted.cycles
        )
        outcomes.append(outcome)
        print(f"{outcome.module:30} {outcome.verdict:12} {outcome.seconds:6.1f} s", flush=True)
    print()
    print(
        table(["module", "verdict", "detail"], [[o.module, o.verdict, o.detail] for o in outcomes])
    )
    bad = [o.module for o in outcomes if o.verdict in (Verdict.DIFFERS, Verdict.NOT_SHOWN)]
    compared = any(o.verdict not in (Verdict.PORTS, Verdict.NEW, Verdict.GONE) for o in outcomes)
    path = results.write(
        {
            "pass": not bad if compared else None, "base": wanted.base,
            "config": wanted.config, "cycles": wanted.cycles,
            "modules": [
                {"module": o.module, "verdict": str(o.verdict), "seconds": round(o.seconds, 1),
                 "detail": o.detail}
                for o in outcomes
            ],
        }
    )  # fmt: skip
    print(f"report: {shown(path)}")
    if not compared:
        print("NOT JUDGED: what is new or has other ports can be compared with nothing")
    else:
        print(f"FAIL: {', '.join(bad)}" if bad else "PASS")
    return 1 if bad else 0


def former(base: str, folder: Path) -> dict[str, Path]:
    """Return the core's files as they were at a commit, copied into `folder`.

    Raises:
        UserError: there is no such commit, or no repository.
    """
    rtl = core().rtl
    listed = git("ls-tree", "-r", "--name-only", base, "--", rtl).splitlines()
    files = {}
    for name in (Path(line) for line in listed if line.endswith((".v", ".vh"))):
        target = folder / name.relative_to(rtl)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(git("show", f"{base}:{name.as_posix()}"), encoding="utf-8")
        if name.suffix == ".v":
            files[name.stem] = target
    if not files:
        raise UserError(f"at {base!r} there is no Verilog below {rtl}/")
    return files


def git(*words: str) -> str:
    """Return what git prints.

    Raises:
        UserError: it fails; the sentence is its own.
    """
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines()[:1] or ["git failed"]
        raise UserError(said[0])
    return done.stdout


def changed(old: Files, new: Files, others: Collection[str] = ()) -> list[str]:
    """Return the modules that are not as they were, the lowest first.

    Such a module has another text, or a macro in it that means something else now (`others`), or a
    module below it that is not as it was.
    """
    other = {name for name in new if own_change(name, old, new, others)}
    depth: Mapping[str, int] = {name: len(below(name, new)) for name in new}
    touched = [name for name in new if {path.stem for path in below(name, new)} & other]
    return sorted(touched, key=lambda name: (depth[name], name))


def own_change(name: str, old: Files, new: Files, others: Collection[str]) -> bool:
    """Whether a module itself is not as it was, comments apart."""
    if name not in old or code(old[name]).split() != code(new[name]).split():
        return True
    return not used_macros(code(new[name])).isdisjoint(others)


def chosen(only: str, names: list[str], new: Files) -> list[str]:
    """Return the modules that are named; those that did not change are left out with a word."""
    wanted = [part.strip() for part in only.split(",") if part.strip()]
    for name in wanted:
        if name not in new:
            raise UserError(f"there is no module {name!r}{cli.did_you_mean(name, new)}")
        if name not in names:
            print(f"{name} has not changed")
    return [name for name in names if name in wanted]


def inherited(
    name: str, old: Files, new: Files, outcomes: list[Outcome], others: Collection[str] = ()
) -> Outcome | None:
    """Return EQUAL for a module that is as it was and whose changed modules below are all EQUAL."""
    if own_change(name, old, new, others):
        return None
    names = {path.stem for path in below(name, new)}
    if {o.verdict for o in outcomes if o.module in names} == {Verdict.EQUAL}:
        return Outcome(module=name, verdict=Verdict.EQUAL, detail="as what is below it")
    return None


def compare(
    name: str, old: Files, new: Files, elaborated: Elaborated, folder: Path, cycles: int
) -> Outcome:
    """Compare one module with its former self."""
    above = sorted(other for other in new if name in inside(other, new))
    through = f"shown through {', '.join(above)}" if above else "nothing is above it"
    if name not in old:
        return Outcome(
            module=name, verdict=Verdict.NEW if above else Verdict.NOT_SHOWN, detail=through
        )
    if other := other_outside(old[name], new[name]):
        verdict = Verdict.PORTS if above else Verdict.NOT_SHOWN
        return Outcome(module=name, verdict=verdict, detail=f"{other}; {through}")
    started = time.monotonic()
    answer = elaborated.same(name, old, new, folder / name)
    if answer.equal:
        seconds = time.monotonic() - started
        return Outcome(module=name, verdict=Verdict.EQUAL, seconds=seconds, detail="for all time")
    found = elaborated.bounded(name, old, new, folder / name, cycles)
    verdict = {True: Verdict.BOUNDED, False: Verdict.DIFFERS, None: Verdict.NOT_SHOWN}[found.equal]
    detail = f"{answer.detail}; {found.detail}"
    return Outcome(module=name, verdict=verdict, seconds=time.monotonic() - started, detail=detail)


def other_outside(old: Path, new: Path) -> str:
    """Return in which ports and parameters two versions differ, nothing if in none."""
    changes = {
        "port": {port.split()[-1] for port in set(ports(old)) ^ set(ports(new))},
        "parameter": set(parameters(old)) ^ set(parameters(new)),
    }
    said = []
    for what, names in changes.items():
        if names:
            more = f" and {len(names) - 3} more" if len(names) > 3 else ""
            said.append(f"{what} {', '.join(sorted(names)[:3])}{more}")
    return ", ".join(said)


def parameters(path: Path) -> list[str]:
    """Return the names of the module's parameters."""
    return _PARAMETERS.findall(code(path))


def ports(path: Path) -> list[str]:
    """Return the module's ports as its text has them, without comments, blanks made one."""
    found = _PORTS.search(code(path))
    return [" ".join(port.split()) for port in found[2].split(",")] if found else []
