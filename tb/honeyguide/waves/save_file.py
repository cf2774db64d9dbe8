"""Write what a wave viewer shows: a save file for GTKWave, a command file for Surfer.

    view.gtkw        groups, radices, decoded instructions and states, markers
    view.sucl        the same groups for Surfer, without decoding
    words-*.txt, states-*.txt    tables that view.gtkw translates with: one line a value

Nothing in them is the name of a place, so the folder can be opened wherever it is taken: GTKWave
looks for what is named without a folder beside the save file, since that names itself so, too.

What is known of the fault itself is added to the waves, see annotate.py.
Markers: A at the issue of the instruction that went wrong, B and the primary one at the cycle.
"""

from __future__ import annotations

import math
import re
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from honeyguide.core import core
from honeyguide.waves import view as radix
from honeyguide.waves.annotate import SCOPE, annotate
from honeyguide.waves.hierarchy import signals, values
from honeyguide.waves.view import Group, Signal, Views

VIEW = "view.gtkw"
CLOCK_PS = 10_000
SIZE = (1600, 1150)
NAMES_WIDTH = 330
COMMENT_WIDTH = 48  # letters; the column of names grows with the longest
REGISTER = re.compile(r"_q\d*$")  # how the name of a register ends
NUMBER = 16  # bits: wider registers hold data, and are written in hex
FRAME = 200  # GTKWave counts its zoom for so many pixels
# Bits of GTKWave's trace flags.
HEX, DECIMAL, BIN, RIGHT, SIGNED, FILE = 0x2, 0x4, 0x8, 0x20, 0x400, 0x2000
BLANK, BEGIN, CLOSED, END, HIDDEN = 0x200, 0x800000, 0x400000, 0x1000000, 0x1000
FLAGS = {
    radix.BIT: BIN | RIGHT,
    radix.HEX: HEX | RIGHT,
    radix.DECIMAL: DECIMAL | RIGHT,
    radix.SIGNED: SIGNED | RIGHT,
    radix.STATE: HEX | RIGHT | FILE,
    radix.TEXT: HEX | RIGHT,
}


def write_views(
    waves: Path,
    *,
    config: str,
    difference: Mapping[str, Any] | None,
    first: int,
    last: int | None,
) -> Path:
    """Write the views beside a wave file; return GTKWave's."""
    added = [] if difference is None else annotate(
        waves, difference, top=core().top, clock_ps=CLOCK_PS
    )  # fmt: skip
    there = signals(waves)
    views = views_of_core()
    stage = "" if difference is None else str(difference["stage"])
    cycle = first if difference is None else int(difference["cycle"])
    issued = None if difference is None else difference.get("issued")
    folder = waves.parent
    fault = Group("The fault", tuple(
        Signal(f"{SCOPE}.{name}", radix.SIGNED if name in ("expected", "got") else radix.TEXT)
        for name in added
    ))  # fmt: skip
    shown = [kept(group, there) for group in (fault, *views.groups)]
    within = inside(there, views.inside.get(stage, ()))
    shown += within
    write_tables(waves, views, shown)
    lines = [
        *head(waves, first=first, last=last, cycle=cycle, issued=issued),
        *(comment(difference, config)),
    ]
    opened_ones = [fault.name, *views.always_open, *views.open_for.get(stage, ())]
    first_ones = [*opened_ones, *(group.name for group in within)]
    for group in sorted(shown, key=lambda item: place_of(item, first_ones)):
        opened = group.name in opened_ones or not (opened_ones or group.closed)
        lines += group_lines(group, there, views, opened=opened)
    view = folder / VIEW
    view.write_text("\n".join([*lines, ""]), encoding="utf-8")
    write_surfer(folder / "view.sucl", shown, cycle)
    return view


def views_of_core() -> Views:
    """What the core's description shows; without one, nothing but what is opened by hand."""
    described = core().views
    return Views(groups=()) if described is None else described()


def top() -> str:
    """The beginning of every signal's path."""
    return f"{core().top}."


def place_of(group: Group, first_ones: list[str]) -> int:
    """Where a group comes: those of the stage first, the rest as they are listed."""
    return first_ones.index(group.name) if group.name in first_ones else len(first_ones)


def kept(group: Group, there: Mapping[str, str]) -> Group:
    """The group without signals that the wave file does not have."""
    found = tuple(signal for signal in group.signals if top() + signal.path in there)
    return Group(group.name, found, group.closed)


def inside(there: Mapping[str, str], instances: Sequence[str]) -> list[Group]:
    """Return a closed group for each instance at or below some, with the registers that it has.

    Args:
        there: signals of the wave file, see `signals`: the hierarchy as it was elaborated.
        instances: paths relative to the bench top.
    """
    found: dict[str, list[Signal]] = {}
    for path, name in there.items():
        scope, _, signal = path.removeprefix(top()).rpartition(".")
        mine = any(scope == one or scope.startswith(f"{one}.") for one in instances)
        if not mine or not REGISTER.search(signal):
            continue
        # Of the signal itself: a scope that is generated has brackets, too.
        bits = name.rpartition(".")[2].partition("[")[2].partition(":")[0]
        width = int(bits) + 1 if bits else 1
        kind = radix.BIT if width == 1 else radix.DECIMAL if width <= NUMBER else radix.HEX
        found.setdefault(scope, []).append(Signal(f"{scope}.{signal}", kind))
    return [
        Group(f"Registers of {scope}", tuple(sorted(listed, key=lambda one: one.path)), closed=True)
        for scope, listed in sorted(found.items())
    ]


def head(
    waves: Path, *, first: int, last: int | None, cycle: int, issued: int | None,
    clock: int = CLOCK_PS,
) -> list[str]:  # fmt: skip
    """The file's settings: window, zoom, markers; `clock` is a cycle in the waves' own unit."""
    shown = 40 if last is None else min(last - first + 4, 100)  # more cycles are too narrow to read
    start = max(first, cycle - shown * 3 // 4)
    width = SIZE[0] - NAMES_WIDTH - 120
    zoom = -math.log2(shown * clock / width * FRAME)
    marker = cycle * clock
    named = [-1] * 26
    if issued is not None:
        named[0] = issued * clock
    named[1] = marker
    return [
        f'[dumpfile] "{waves.name}"',
        f'[savefile] "{VIEW}"',
        f"[timestart] {start * clock}",
        f"[size] {SIZE[0]} {SIZE[1]}",
        "[pos] 0 0",
        f"*{zoom:.6f} {marker} {' '.join(map(str, named))}",
        "[sst_width] 0",
        f"[signals_width] {NAMES_WIDTH}",
        "[sst_expanded] 0",
    ]


def comment(difference: Mapping[str, Any] | None, config: str) -> list[str]:
    """Lines without signals that say what to look for."""
    said = [f"core {config}"]
    if difference is not None:
        said += [line.strip() for line in str(difference["sentences"]).splitlines()]
    return note(said)


def note(said: Sequence[str]) -> list[str]:
    """Lines without signals, as wide as the column of names."""
    short = [part for text in said for part in textwrap.wrap(text, COMMENT_WIDTH)]
    return [line for text in short for line in (f"@{BLANK:x}", f"-{text}")]


def write_tables(waves: Path, views: Views, shown: Sequence[Group]) -> None:
    """Write the tables: the names of states, and the words for every value that the waves have."""
    for name, states in views.states.items():
        table = "".join(f"{value:x} {state}\n" for value, state in enumerate(states))
        (waves.parent / states_file(name)).write_text(table, encoding="utf-8")
    wanted = {
        top() + signal.path: signal.radix
        for group in shown
        for signal in group.signals
        if signal.radix in views.decoders
    }
    taken: dict[str, set[str]] = {name: set() for name in views.decoders}
    for path, digits in values(waves, wanted).items() if wanted else ():
        taken[wanted[path]] |= digits
    for name, decode in views.decoders.items():
        table = "".join(f"{digits} {decode(digits)}\n" for digits in sorted(taken[name]))
        (waves.parent / words_file(name)).write_text(table, encoding="utf-8")


def words_file(radix: str) -> str:
    """Name of the table that belongs to a radix of the core's own."""
    return f"words-{radix}.txt"


def states_file(name: str) -> str:
    """Name of the table of a state register."""
    return f"states-{name.replace('.', '-')}.txt"


def group_lines(
    group: Group,
    there: Mapping[str, str],
    views: Views,
    *,
    opened: bool,
) -> list[str]:
    """A group of a save file."""
    if not group.signals:
        return []
    shut = 0 if opened else CLOSED
    end = END | BLANK | (0 if opened else CLOSED | HIDDEN)
    lines = [f"@{BEGIN | BLANK | shut:x}", f"-{group.name}"]
    for signal in group.signals:
        lines += signal_lines(signal, there[top() + signal.path], views)
    return [*lines, f"@{end:x}", f"-{group.name}"]


def group_of_names(name: str, listed: Sequence[str], *, opened: bool) -> list[str]:
    """A group of a save file, of signals by the names that GTKWave has for them."""
    shut = 0 if opened else CLOSED
    lines = [f"@{BEGIN | BLANK | shut:x}", f"-{name}"]
    for signal in listed:
        flags = FLAGS[radix.HEX if signal.endswith("]") else radix.BIT]
        lines += [f"@{flags:x}", signal]
    return [*lines, f"@{END | BLANK | (0 if opened else CLOSED | HIDDEN):x}", f"-{name}"]


def signal_lines(signal: Signal, name: str, views: Views) -> list[str]:
    """A signal: flags, what it is translated with, name."""
    lines = [f"@{FLAGS.get(signal.radix, HEX | RIGHT | FILE):x}"]
    if signal.radix in views.decoders:
        lines.append(f"^1 {words_file(signal.radix)}")
    if signal.radix == radix.STATE:
        (table,) = (key for key in views.states if signal.path.endswith(key))
        lines.append(f"^1 {states_file(table)}")
    return [*lines, name]


def write_surfer(path: Path, groups: list[Group], cycle: int) -> None:
    """The same groups as commands of Surfer: surfer --command-file view.sucl waves.vcd."""
    listed = {g.name: [top() + signal.path for signal in g.signals] for g in groups}
    surfer_of_names(path, listed, time=cycle * CLOCK_PS)


def surfer_of_names(path: Path, groups: Mapping[str, Sequence[str]], *, time: int) -> None:
    """Groups of signals by their paths, with a cursor at a time of the waves."""
    lines = []
    for name, listed in groups.items():
        lines.append(f"divider_add {name}")
        lines += [f"variable_add {signal.partition('[')[0]}" for signal in listed]
    lines += [f"cursor_set {time}", "goto_cursor"]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
