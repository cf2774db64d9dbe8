"""Measure the first difference: does it name the right instruction and stage for seeded faults?

The faults of a table are put into a copy of the core below build/debug/, each to be chosen when a
simulation starts. Tests that should catch a fault run with it, and what the first difference says
is compared with what the table expects; of a hang, the awaited handshake as well. Not part of
`make test`.

    python -m scripts.debug.score                                faults and hangs
    python -m scripts.debug.score --set unseen_hangs             one of the tables beside this file
    python -m scripts.debug.score --fault 005,041 --seed 1       writes build/reports/debug.json
    python -m scripts.debug.score --no-fault                   every test, on the core as it is
    python -m scripts.debug.score --no-fault --fault layers.   those with that in their name

A fault that no test of its line shows with this seed is tried with the next ones: a run that passes
has nothing to explain. Results of faults that were measured before stay in the report; --waves also
records waves and makes a picture of each.
"""

from __future__ import annotations

import json
import re
import shutil
import time
import tomllib
from dataclasses import asdict, dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from honeyguide import cli
from honeyguide.faults.edits import edits_of
from honeyguide.faults.merge import Numbered, merge, plusargs
from honeyguide.faults.patches import Hunk, PatchError, read_patch
from honeyguide.project import BUILD
from honeyguide.regress.suite import load_suite
from honeyguide.report.files import shown
from honeyguide.runs import locked, own_place
from honeyguide.sim import HdlError, build
from honeyguide.waves.builds import built, debug_build
from honeyguide.waves.picture import draw
from honeyguide.waves.repeat import Repeat, Repeated, repeat
from tb.build import ROOT
from tb.env.waits import read_saved_waits

TABLES = Path(__file__).resolve().parent
SETS = ("faults", "hangs", "unseen_faults", "unseen_hangs", "third_faults", "third_hangs")
PATCHES = ROOT / "tests" / "faults"
FOLDER = BUILD / "debug"
REPORT = BUILD / "reports" / "debug.json"
SEEDS = 3  # tried of each test, until one fails
STAGES_WANTED = 0.8  # share of the faults


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What the first difference must say about a fault.

    Attributes:
        fault: its name, which begins with its number.
        stages: any of them is right.
        instruction: a pattern for the instruction; "-" stands for none.
        tests: runs to try, in order, until one fails.
        awaited: of a hang: a pattern for the handshake.
        edit: of a fault that has no patch in tests/faults/.
    """

    fault: str
    stages: tuple[str, ...]
    instruction: str
    tests: tuple[str, ...]
    awaited: str = ""
    edit: Hunk | None = None


@dataclass(frozen=True, kw_only=True)
class Score:
    """What it said. `said` is empty when no test failed."""

    fault: str
    caught_by: str
    seed: int
    stage: str
    instruction: str
    stage_right: bool
    instruction_right: bool
    awaited_right: bool
    said: str
    seconds: float


def load_table(name: str = "faults") -> list[Expected]:
    """Read a table."""
    content = tomllib.loads((TABLES / f"{name}.toml").read_text(encoding="utf-8"))
    return [
        Expected(
            fault=name, stages=tuple(entry["stages"]), instruction=entry["instruction"],
            tests=tuple(entry["tests"]), awaited=entry.get("awaited", ""),
            edit=Hunk(path=entry["file"], old=entry["old"] + "\n", new=entry["new"] + "\n")
            if "file" in entry else None,
        )
        for name, entry in content.items()
    ]  # fmt: skip


def judge(expected: Expected, difference: dict[str, Any] | None) -> tuple[bool, bool, bool]:
    """Tell whether instruction, stage and awaited handshake of a difference are the right ones."""
    if difference is None:
        return False, False, False
    text = str(difference["text"]) or "-"
    if text == "-" and "-" not in expected.instruction.split("|"):
        return False, False, False
    named = re.match(rf"({expected.instruction})", text) is not None
    told = str(difference.get("awaited", ""))
    awaited = not expected.awaited or re.search(expected.awaited, told) is not None
    return named, difference["stage"] in expected.stages, awaited


def build_faulty(table: list[Expected], folder: Path) -> Path:
    """Build one simulation that holds every fault, of sources in `folder`; return where it is.

    Raises:
        UserError: a fault's patch is missing, or can't be put in.
    """
    shutil.rmtree(folder / "rtl", ignore_errors=True)
    shutil.copytree(ROOT / "rtl", folder / "rtl")
    edits: dict[str, list[Numbered]] = {}
    copied: dict[Path, Path] = {}  # of the bench
    for entry in table:
        if entry.edit is not None:
            original = ROOT / entry.edit.path
            if not entry.edit.path.startswith("rtl/") and original not in copied:
                copied[original] = folder / entry.edit.path
                copied[original].parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(original, copied[original])
        try:
            for path, edit in edits_of(hunks_of(entry), folder):
                edits.setdefault(path, []).append((number_of(entry), edit))
        except PatchError as error:
            raise cli.UserError(f"fault {entry.fault} {error}") from None
    merge(edits, folder)
    wanted = debug_build(None, traced=True, rtl=folder / "rtl")
    sources = [copied.get(Path(path), path) for path in wanted.sources]
    return build(replace(wanted, sources=sources))


def hunks_of(entry: Expected) -> list[Hunk]:
    """Return what a fault changes.

    Raises:
        UserError: it has no patch.
    """
    if entry.edit is not None:
        return [entry.edit]
    patch = PATCHES / f"{entry.fault}.patch"
    if not patch.is_file():
        raise cli.UserError(f"there is no fault {entry.fault}")
    return read_patch(patch.read_text(encoding="utf-8"))


def number_of(entry: Expected) -> int:
    """Number of a fault: its name begins with it."""
    return int(entry.fault.partition("_")[0])


def measure(
    expected: Expected, where: Path, folder: Path, *, seed: int, waves: bool = False,
    seeds: int = SEEDS,
) -> Score:  # fmt: skip
    """Run a fault's tests until one fails, and judge what is said."""
    started = time.monotonic()
    place = folder / expected.fault
    shutil.rmtree(place, ignore_errors=True)
    done: Repeated | None = None
    caught, caught_seed = "", seed
    for number, test in product(range(seed, seed + seeds), expected.tests):
        file, _, name = test.partition(".")
        done = repeat(
            Repeat(
                module=f"tb.tests.{file}", test=name, seed=number,
                folder=place / f"{test}-{number}", build=where,
                plusargs=plusargs(number_of(expected)),
            ),
            waves=waves,
        )  # fmt: skip
        if not done.result.passed or done.difference is not None:
            caught, caught_seed = test, number
            if waves and done.view is not None:
                draw(done.view, place / "picture.png")
            break
    difference = None if done is None else done.difference
    named, staged, awaited = judge(expected, difference)
    return Score(
        fault=expected.fault,
        caught_by=caught,
        seed=caught_seed,
        stage="" if difference is None else str(difference["stage"]),
        instruction="" if difference is None else str(difference["text"]),
        stage_right=staged,
        instruction_right=named,
        awaited_right=awaited,
        said="" if done is None or not caught else done.headline,
        seconds=time.monotonic() - started,
    )


def main(argv: list[str]) -> int:
    """Measure; return 1 if fewer than wanted are right."""
    options = cli.parser("debug.score", __doc__)
    cli.add(options, "fault", "seed")
    options.add_argument("--set", choices=SETS, help="the table; faults and hangs by default")
    cli.add(options, "waves", help="record waves, make pictures")
    options.add_argument("--no-fault", action="store_true", help="the core without a fault")
    wanted = options.parse_args(argv)
    if wanted.no_fault:
        return good_core(wanted.seed, wanted.fault)
    words = wanted.fault.split(",")
    tables = {
        name: [entry for entry in load_table(name) if any(word in entry.fault for word in words)]
        for name in ([wanted.set] if wanted.set else SETS[:2])
    }
    if not any(tables.values()):
        raise cli.UserError(f"no fault of {shown(TABLES)} has {wanted.fault!r} in its name")
    right = True
    with own_place(FOLDER) as folder:
        for name, chosen in tables.items():
            if chosen:
                place = folder / name
                right &= score_all(name, chosen, place, seed=wanted.seed, waves=wanted.waves)
    return 0 if right else 1


def good_core(seed: int, chosen: str = "") -> int:
    """Run every entry of the suite on the core as it is, or those that `chosen` names; return 1 if
    a difference is told, or an account of events (tb/env/accounts_table.py) does not balance.
    """
    where, wrong = built(None, traced=True), 0
    entries = [entry for entry in load_suite().entries if chosen in entry.name]
    with own_place(FOLDER) as folder:
        for entry in entries:
            wanted = Repeat(
                module=entry.module, test=entry.test, seed=seed, speed=entry.speed,
                env={**entry.env, "RATEL_RECORDS": "1"}, folder=folder / "good" / entry.name,
                build=where,
            )  # fmt: skip
            shutil.rmtree(wanted.folder, ignore_errors=True)
            done = repeat(wanted, waves=False)
            if done.difference is not None or not done.result.passed:
                wrong += 1
                print(f"{entry.name}: {done.headline}", flush=True)
                continue
            waits = read_saved_waits(wanted.folder / "run" / "waits.bin")
            if waits is None or waits.broken:
                wrong += 1
                told = "it left no waits" if waits is None else waits.broken[0].sentence()
                print(f"{entry.name}: {told}", flush=True)
    print(f"{len(entries) - wrong} of {len(entries)} tests differ nowhere")
    return 1 if wrong else 0


def score_all(name: str, chosen: list[Expected], folder: Path, *, seed: int, waves: bool) -> bool:
    """Measure chosen faults of a table, in a folder of this process's own; tell if it will do."""
    where = build_faulty(load_table(name), folder)
    for test in dict.fromkeys(test for entry in chosen for test in entry.tests):
        control = Expected(fault="000_none", stages=(), instruction="", tests=(test,))
        good = measure(control, where, folder, seed=seed, seeds=1)
        if good.caught_by:
            print(f"{test} is left out: with the good core, it says: {good.said}", flush=True)
            chosen = [
                replace(entry, tests=tuple(name for name in entry.tests if name != test))
                for entry in chosen
            ]
    scores = []
    for entry in chosen:
        score = measure(entry, where, folder, seed=seed, waves=waves)
        scores.append(score)
        rights = [score.instruction_right, score.stage_right]
        rights += [score.awaited_right] if entry.awaited else []
        marks = "".join("+" if right else "-" for right in rights)
        print(f"{marks:<3} {score.fault:<32} "
              f"{score.caught_by or 'not caught':<28} seed {score.seed} "
              f"{score.seconds:5.0f} s\n  {score.said}", flush=True)  # fmt: skip
        write(scores)
    named = sum(score.instruction_right for score in scores)
    staged = sum(score.stage_right for score in scores)
    whole = sum(s.instruction_right and s.stage_right and s.awaited_right for s in scores)
    print(f"{name}: {len(scores)} faults: instruction right {named}, stage right {staged}, "
          f"all of it right {whole}")  # fmt: skip
    return named == len(scores) and staged >= STAGES_WANTED * len(scores)


def write(scores: list[Score]) -> None:
    """Write the report, with what it had of other faults."""
    REPORT.parent.mkdir(parents=True, exist_ok=True)
    with locked(REPORT.parent / ".publishing"):
        write_merged(scores)


def write_merged(scores: list[Score]) -> None:
    """Add scores to the report, in one step."""
    known = json.loads(REPORT.read_text(encoding="utf-8")) if REPORT.is_file() else []
    merged = {entry["fault"]: entry for entry in [*known, *map(asdict, scores)]}
    text = json.dumps([merged[name] for name in sorted(merged)], indent=1)
    temporary = REPORT.with_suffix(".tmp")
    temporary.write_text(text + "\n", encoding="utf-8")
    temporary.replace(REPORT)


if __name__ == "__main__":
    cli.run_command(main, HdlError)
