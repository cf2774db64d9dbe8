"""Small programs around the instruction that fails, from what the failing one had: large steps.

    configuration in force --> the instruction --> fence         its inputs are 0
    latest load of each kind, with its configuration, before it
    all loads before it
    everything before it

What is left out may have been needed, so each is a candidate like any other. A load can also be
stood in for: memories are 0, so zero points other than 0 are data as well, and a scale for all
channels does for the parameters of each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from golden.isa import BIAS, MAC, PERCH, build, decode
from golden.isa import Instruction as Word
from golden.isa_format import InstructionFormat

Words = list[Any]  # a command, see tb/env/steps.py
HALF = 1 << 30  # a multiplier of 0.5
SHIFTS = (0, -3, -7)  # sums of few and of many taps come into the middle of the range
FILL = 83
MOVES = ("copy", "lut")  # they take a tensor of the shape that they make
STAND_INS: tuple[Mapping[str, int], ...] = (
    {"zin": 1, "zw": 1, "zout": 0}, {"zin": 1, "zw": -1, "zout": 0}, {"zin": 5, "zw": 0, "zout": 0},
    {"zin": -128, "zw": -128, "zout": 0}, {"zin": 127, "zw": -128, "zout": 0},
)  # fmt: skip


def format_of(words: Words) -> InstructionFormat | None:
    """The format of an instruction that is offered and executed; None of any other command."""
    if words[0] != "offload" or words[4] or words[5]:
        return None
    return decode(words[1])


def place_of(commands: Sequence[Words], index: int | None, name: str) -> int | None:
    """Place of the command that is instruction `index`, or else the last one of that name."""
    executed = [at for at, words in enumerate(commands) if words[0] == "offload"
                and not words[4] and not words[5]]  # fmt: skip
    named = [at for at in executed if (item := format_of(commands[at])) and item.name == name]
    if index is not None and index < len(executed) and executed[index] in named:
        return executed[index]
    return named[-1] if named else None


def around(commands: Sequence[Words], place: int) -> Iterator[list[Words]]:
    """Yield programs with the command at `place`, the smallest first."""
    before = [at for at in range(place) if format_of(commands[at]) is not None]
    loads = [at for at in before if name_of(commands[at]).startswith("ld.")]
    latest = {name_of(commands[at]): at for at in loads}
    tried: list[set[int]] = []
    for chosen in ([], sorted(latest.values()), loads, before):
        kept = {place}
        for at in [*chosen, place]:
            kept |= {at, *in_force(commands, at)}
        if kept not in tried:
            tried.append(kept)
            yield [*(commands[at] for at in sorted(kept)), commands[-1]]


def in_force(commands: Sequence[Words], place: int) -> list[int]:
    """Places of the configuration that an instruction uses."""
    item = format_of(commands[place])
    uses = () if item is None else item.uses
    found = {
        group: at for at in range(place) for group in uses
        if name_of(commands[at]) == f"cfg.{group}"
    }  # fmt: skip
    return list(found.values())


def name_of(words: Words) -> str:
    """Mnemonic of a command, empty for what is none."""
    item = format_of(words)
    return "" if item is None else item.name


def without_loads(commands: Sequence[Words], place: int) -> Iterator[list[Words]]:
    """Yield programs in which zero points, and one scale, stand in for what was loaded."""
    item = format_of(commands[place])
    if item is None or item.name.startswith(("ld.", "st.", "cfg.")) or not item.uses:
        return
    own = commands[place]
    if item.name in MOVES:
        yield from filled(commands, place, item)
        return
    if item.name in MAC:
        values = {name: int(v) for name, v in item.unpack(own[2], own[3]).items()}
        own = changed(
            own, build(item.name, **{**values, "flags": values["flags"] & ~BIAS & ~PERCH})
        )
    shapes = [commands[at] for at in sorted(in_force(commands, place))]
    more = []
    if "act" in item.uses:
        more.append(changed(own, build("cfg.act", act_min=-128, act_max=127, fill=0)))
    scales = [changed(own, build("cfg.scale", mult=HALF, shift=shift)) for shift in SHIFTS]
    kept = [words for words in shapes if name_of(words) not in ("cfg.act", "cfg.scale", "cfg.pad")]
    points = STAND_INS if "pad" in item.uses else ({},)
    for zeros, scale in product(points, scales if "scale" in item.uses else [None]):
        pad = [changed(own, build("cfg.pad", **zeros))] if zeros else []
        yield [*kept, *more, *([] if scale is None else [scale]), *pad, own, commands[-1]]


def filled(commands: Sequence[Words], place: int, item: InstructionFormat) -> Iterator[list[Words]]:
    """Yield programs in which a fill, of the same shape, stands in for the loaded tensor."""
    own = commands[place]
    base = int(item.unpack(own[2], own[3])["in_base"])
    act = changed(own, build("cfg.act", act_min=-128, act_max=127, fill=FILL))
    fill = changed(own, build("fill", out_base=base))
    shapes = [commands[at] for at in sorted(in_force(commands, place))]
    tables = [words for words in commands[:place] if name_of(words) == "ld.l"][-1:]
    yield [*tables, *shapes, act, fill, own, commands[-1]]


def changed(words: Words, made: Word) -> Words:
    """A command with another instruction."""
    return [words[0], made.word, made.rs1, made.rs2, *words[4:]]
