"""Measure the first difference on changes of the core that nobody chose: drawn by a seed.

What `make mutate` would try is drawn; the debugging simulation holds all of them, each to be chosen
when it starts.
What is expected is found mechanically, too:

    stage        that of the module which was changed
    instruction  the first that does something else than in the good core (affected.py)
    awaited      of a hang: a link at a part of that module; changes of handshakes are drawn

    python -m scripts.debug.drawn --seed 3 -n 20           20 faults
    python -m scripts.debug.drawn --seed 3 -n 12 --hangs   12 hangs

A change that no test of the list shows is not counted. Results: build/reports/drawn-faults-3.json;
an interrupted measurement is gone on with by --go-on.
"""

from __future__ import annotations

import json
import random
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from honeyguide import cli
from honeyguide.core import core
from honeyguide.faults.merge import NONE, plusargs
from honeyguide.mutate.kinds import Change, changes
from honeyguide.mutate.merged_core import Means, MergedCore
from honeyguide.mutate.sample import sample
from honeyguide.mutate.source import read_sources
from honeyguide.project import BUILD
from honeyguide.report.files import shown
from honeyguide.runs import own_place
from honeyguide.sim import HdlError, SimBuild, SimStatus
from honeyguide.waves.builds import debug_build
from honeyguide.waves.repeat import Repeat, Repeated, repeat
from scripts.debug.affected import Affected, first_affected, mnemonic
from tb.env.accounts_table import ACCOUNTS
from tb.env.trace_records import read_saved
from tb.env.waits_table import LINKS, PARTS

FOLDER = BUILD / "debug"
POOL = 12  # changes drawn for each that is wanted: most are seen by no test, or hang nothing
LIMIT_S = 600.0  # of a run: many times what one takes whose core goes on, or is seen to hang
# What mostly hangs: a change of a term that is about a handshake.
HANDSHAKE = re.compile(r"valid|ready|done|busy|room|gnt|pop|push|take|free|full|empty|idle|count")
HUNG = re.compile(r"hang:|time-out after|still busy")
TESTS = (
    "layers.AnyLayers", "layers.VectorLayers", "offload.KillsAndWaits", "memory_port.BusErrors",
    "doorbell.BothPorts", "registers.AccessPolicies", "hazards.RandomPrograms",
    "memory_port.ErrorsInPrograms",
)  # fmt: skip
HANG_TESTS = ("layers.AnyLayers", "registers.AccessPolicies", "doorbell.BothPorts")
# Most changes show soon, or never; what has not moved for 50,000 cycles in these tests hangs.
SHORT = {"RATEL_LAYERS": "20", "RATEL_PROGRAMS": "6", "RATEL_QUIET_CYCLES": "50000"}
# Stages of a module, by the beginning of its name; the first that fits. Of what two engines have,
# any will do.
STAGES = {
    "ratel_(load|read_port|realign|scatter)": ("load",),
    "ratel_(store|store_gather|emit|write_port)": ("store",),
    "ratel_(runs|bursts|walk|gearbox|bus_ids|windows|saturate)": ("load", "store", "control"),
    "ratel_spad": ("memory",),
    "ratel_wbuf": ("memory",),
    "ratel_(pbuf|lut)": ("memory", "requantiser"),
    "ratel_(drain|prescale|requant|rescale|rounding|average|divide|writer)": ("requantiser",),
    "ratel_(execute|exec_mode|exec_slots|tile_counter)": ("array", "requantiser"),
    "ratel_(array|pe|gather|tap|row|step|word_sets|weight_fetch|bank_arbiter)": ("array",),
    "ratel_fifo": ("load", "store", "control"),
    "ratel_core": tuple(dict.fromkeys(PARTS.values())),
}
INSTANCE = re.compile(r"\s*(ratel_\w+) (?:#\(|u_\w+ \()")
LEFT_OUT = re.compile("ratel_(code_|clock_gate|cv32e40x|sram|integrity|parameter_check|idle)")
PARTS_OF = {
    "ratel_xif": ("offload queue", "result port"),
    "ratel_(axil|regs)": ("registers", "doorbells"),
    "ratel_doorbells": ("doorbells", "registers"),
    "ratel_merge": ("merge",),
    "ratel_(frontend|config|decode)": ("front end",),
    "ratel_tenant": ("owner sweep",),
    "ratel_soft_reset": ("soft reset",),
    "ratel_(error|watchdog|protect)": ("error record",),
    "ratel_(check|rules|derive|blocks|interval|multiply_add|saturate)": ("check",),
    "ratel_(dispatch|slot|overlap)": ("dispatch", "load queue", "execute queue", "store queue"),
    "ratel_load": ("load start", "load end", "read credits", "load runs", "load walk",
                   "load bursts", "load realign", "load scatter", "read port"),
    "ratel_read_port": ("read port", "AR channel"),
    "ratel_realign": ("load realign",),
    "ratel_scatter": ("load scatter", "load walk"),  # which it has inside
    "ratel_walk": ("load walk", "store walk"),
    "ratel_runs": ("load runs", "store runs"),
    "ratel_(bursts|windows|bus_ids)": ("load bursts", "store bursts", "read port", "write port",
                                       "read credits", "write credits"),
    "ratel_store_gather": ("store gather", "store walk"),
    "ratel_store": ("store start", "store end", "write credits", "store runs", "store walk",
                    "store bursts", "store gather", "emit", "write port"),
    "ratel_emit": ("emit",),
    "ratel_write_port": ("write port", "AW channel", "W channel", "emit"),
    "ratel_spad": ("scratchpad",),
    "ratel_bank_arbiter": ("gather", "scratchpad"),  # which asks through it
    "ratel_(exec_slots|exec_mode|execute|tile_counter)": (
        "execute start", "execute end", "row generator", "tap generator", "gather", "word sets",
        "weight fetch", "step", "array", "drain", "prescaler", "requantiser", "writer"),
    "ratel_row": ("row generator",),
    "ratel_tap": ("tap generator",),
    "ratel_gather": ("gather", "word sets"),
    "ratel_word_sets": ("word sets",),
    "ratel_weight_fetch": ("weight fetch",),
    "ratel_step": ("step",),
    "ratel_(array|pe)": ("array",),
    "ratel_drain": ("drain", "parameter buffer"),
    "ratel_prescale": ("prescaler",),
    "ratel_(requant|rescale|rounding|average|divide)": ("requantiser", "prescaler"),
    "ratel_writer": ("writer",),
    "ratel_(gearbox|fifo)": tuple(PARTS),
    "ratel_control": ("front end", "check", "dispatch", "error record", "registers"),
    "ratel_core": tuple(PARTS),
}  # fmt: skip


class TracedCore(MergedCore):
    """The debugging simulation with all changes in it."""

    def wanted(self, config: str) -> SimBuild:
        """Return the simulation to build of the copy."""
        return debug_build(config, traced=True, rtl=self.root / core().rtl)


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A change that a test shows, what was expected, what was said."""

    number: int
    change: str
    test: str
    stages: tuple[str, ...]
    texts: tuple[str, ...]
    stuck: str
    stage: str
    text: str
    awaited: str
    said: str
    message: str
    stage_right: bool
    instruction_right: bool
    awaited_right: bool

    @property
    def right(self) -> bool:
        """Whether all of it is right."""
        return self.stage_right and self.instruction_right and self.awaited_right


def of_module(table: Mapping[str, tuple[str, ...]], module: str, default: str) -> tuple[str, ...]:
    """Look a module up by the beginning of its name."""
    return next((what for name, what in table.items() if re.match(name, module)), (default,))


def judge(
    number: int, change: Change, test: str, done: Repeated, affected: Affected, *, hung: bool
) -> Drawn:
    """Compare what was said with what is expected."""
    told: Mapping[str, Any] = done.difference or {}
    text, awaited = str(told.get("text", "")), str(told.get("awaited", ""))
    stages = of_change(STAGES, change, "control")
    texts = (affected.stuck,) if hung else affected.texts
    patterns = [mnemonic(item) for item in texts if item]
    # What no instruction's effects show is a matter of ports and registers: any or none is right.
    named = not patterns or any(re.match(rf"{pattern}\b", text) for pattern in patterns)
    parts = of_change(PARTS_OF, change, "check")
    names, root = awaited.split(", "), str(told.get("root", ""))
    ends = [(link.source, link.sink) for link in LINKS if link.name in names]
    ends += [
        (item.source, item.sink) for item in ACCOUNTS
        if item.name in names and root in (item.source, item.sink)
    ]  # fmt: skip
    met = any(part in parts for pair in ends for part in pair)
    return Drawn(
        number=number, change=str(change), test=test, stages=stages, texts=affected.texts,
        stuck=affected.stuck if hung else "", stage=str(told.get("stage", "")), text=text,
        awaited=awaited, said=done.headline, message=done.result.message,
        stage_right=told.get("stage") in stages, instruction_right=bool(told) and named,
        awaited_right=not hung or met,
    )  # fmt: skip


def of_change(
    table: Mapping[str, tuple[str, ...]], change: Change, default: str
) -> tuple[str, ...]:
    """Look a change up: by its module, and where it wires an instance by that one's.

    The core itself is nothing but wires.
    """
    own = of_module(table, change.module, default)
    (path,) = [path for path in core().hdl() if path.stem == change.module]
    inside = instance_at(path.read_text(encoding="utf-8").splitlines(), change.line)
    if inside is None:
        return own
    wired = of_module(table, inside, default)
    return wired if change.module == "ratel_core" else tuple(dict.fromkeys((*own, *wired)))


def instance_at(lines: Sequence[str], line: int) -> str | None:
    """The module whose instance a line, counted from 1, belongs to; None if to none."""
    for text in reversed(lines[:line]):
        if begun := INSTANCE.match(text):
            return begun.group(1)
        if text.rstrip().endswith(";") and text != lines[line - 1]:
            return None
    return None


class Measure:
    """Runs the tests on changes; keeps the good core's records."""

    def __init__(self, where: Path, folder: Path, seed: int, tests: Sequence[str]) -> None:
        self.where, self.folder, self.seed = where, folder, seed
        self.tests = [test for test in tests if self._good(test)]

    def run(self, test: str, number: int) -> Repeated:
        """Run a test on a change."""
        file, _, name = test.partition(".")
        place = self.folder / str(number) / test
        shutil.rmtree(place, ignore_errors=True)
        return repeat(
            Repeat(
                module=f"tb.tests.{file}", test=name, seed=self.seed, folder=place,
                build=self.where, plusargs=plusargs(number),
                env={**SHORT, "RATEL_RECORDS": "1"}, timeout_s=LIMIT_S,
            ),
            waves=False,
        )  # fmt: skip

    def records(self, test: str, number: int) -> Path:
        """The records of a run."""
        return self.folder / str(number) / test / "run" / "records.bin"

    def _good(self, test: str) -> bool:
        done = self.run(test, NONE)
        if not done.result.passed or done.difference is not None:
            print(f"{test} is left out: with the good core, it says: {done.headline}", flush=True)
            return False
        return True

    def measure(self, number: int, change: Change, *, hangs: bool) -> Drawn | None:
        """Run the tests until one fails; None if none does, or in the other way than wanted."""
        for test in self.tests:
            done = self.run(test, number)
            if done.result.passed and done.difference is None:
                continue
            other = self.records(test, number)
            endless = done.result.status is SimStatus.TIMEOUT  # a hang that nothing has noticed
            if not other.is_file() and not endless:
                raise cli.UserError(f"{test} left no records: {done.headline}")
            stops = endless or HUNG.search(done.result.message) is not None
            affected = Affected(texts=())
            if other.is_file():
                good = read_saved(self.records(test, NONE))
                affected = first_affected(good, read_saved(other), hung=stops)
            hung = stops and not affected.texts
            if hung != hangs:
                return None
            return judge(number, change, test, done, affected, hung=hung)
        return None


def main(argv: list[str]) -> int:
    """Measure; return 1 if fewer than 5 in 6 are right."""
    options = cli.parser("debug.drawn", __doc__)
    cli.add(options, "seed", "module")
    options.add_argument("-n", type=int, default=20, help="how many that a test shows")
    options.add_argument("--hangs", action="store_true", help="hangs instead of wrong values")
    options.add_argument("--go-on", action="store_true", help="where an interrupted one was")
    wanted = options.parse_args(argv)
    every = [
        change
        for source in read_sources(core().hdl())
        for change in changes(source)
        if not LEFT_OUT.match(change.module)
        and (not wanted.module or change.module.removeprefix("ratel_") in wanted.module.split(","))
    ]
    if wanted.hangs:
        every = [change for change in every if HANDSHAKE.search(change.old)]
    pool = sample(every, POOL * wanted.n * (2 if wanted.hangs else 1), wanted.seed)
    kind = "hangs" if wanted.hangs else "faults"
    report = BUILD / "reports" / f"drawn-{kind}-{wanted.seed}.json"
    before = read_report(report) if wanted.go_on else {"tried": [], "found": []}
    found, tried = [Drawn(**item) for item in before["found"]], list(before["tried"])
    with own_place(FOLDER) as folder:
        means = Means(config=core().default, runs=(), folder=folder / "drawn", jobs=1)
        merged = TracedCore(dict(enumerate(pool, start=1)), means)
        shuffled = sorted(merged.changes)
        random.Random(wanted.seed).shuffle(shuffled)
        tests = HANG_TESTS if wanted.hangs else TESTS
        measure = Measure(merged.build, folder / "drawn" / "runs", 1, tests)
        for number in [number for number in shuffled if number not in tried]:
            if len(found) == wanted.n:
                break
            drawn = measure.measure(number, merged.changes[number], hangs=wanted.hangs)
            shutil.rmtree(folder / "drawn" / "runs" / str(number), ignore_errors=True)
            tried.append(number)
            if drawn is not None:
                found.append(drawn)
                print(line_of(drawn), flush=True)
            report.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps({"tried": tried, "found": [asdict(item) for item in found]}, indent=1)
            report.write_text(f"{text}\n", encoding="utf-8")
    right = sum(item.right for item in found)
    print(f"{kind} drawn with seed {wanted.seed}: {len(found)}; instruction right "
          f"{sum(item.instruction_right for item in found)}, stage right "
          f"{sum(item.stage_right for item in found)}, all of it right {right}")  # fmt: skip
    return 0 if 6 * right >= 5 * len(found) else 1


def read_report(path: Path) -> dict[str, list[Any]]:
    """What an interrupted measurement left.

    Raises:
        UserError: nothing.
    """
    if not path.is_file():
        raise cli.UserError(f"there is nothing to go on with: no {shown(path)}")
    return dict(json.loads(path.read_text(encoding="utf-8")))


def line_of(drawn: Drawn) -> str:
    """A change in a few lines."""
    rights = [drawn.instruction_right, drawn.stage_right, drawn.awaited_right]
    marks = "".join("+" if right else "-" for right in rights)
    expected = drawn.stuck or " | ".join(drawn.texts) or "ports alone"
    return (
        f"{marks} {drawn.change}  [{drawn.test}]\n"
        f"    expected {'/'.join(drawn.stages)}: {expected}\n    said {drawn.said}"
        + (f"\n    message {drawn.message[:300]}" if not drawn.right else "")
    )


if __name__ == "__main__":
    cli.run_command(main, HdlError)
