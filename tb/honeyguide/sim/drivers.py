"""Mistakes that Verilator does not report, found in its own syntax tree of the design.

    multiple drivers      two of: continuous assignments, always blocks, outputs of instances
                          drive the same bit of a signal of a module
    incomplete list       an always block reads a signal that its sensitivity list lacks
    wire or reg           an always block assigns a wire, or something else drives a reg

The tree is that after elaboration: parameters are numbers, generate loops are unrolled.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from honeyguide.sim.design import Design, Mistake, text_of

Node = dict[str, Any]
# A loop variable may be shared by blocks, and what initial blocks do is for simulation only.
NOT_A_SIGNAL = frozenset({"integer", "time", "real", "genvar"})
BLOCK = "an always block"
EVERY_BIT = (0, 1 << 30)
SKIPPED = frozenset({"INITIAL", "INITIALSTATIC", "FINAL", "FUNC", "TASK", "MODULE"})


@dataclass(frozen=True, kw_only=True)
class Driver:
    """Something that gives bits `first` up to but without `end` of a signal their value."""

    place: str
    what: str
    first: int
    end: int


@dataclass(kw_only=True)
class Signal:
    """A variable of a module and all that drives it, by the statement that does."""

    name: str
    place: str
    is_wire: bool
    drivers: dict[str, list[Driver]] = field(default_factory=dict)


def tree_mistakes(folder: Path, design: Design) -> list[Mistake]:
    """Return the mistakes in the tree that `verilator --json-only --Mdir folder` wrote."""
    tree = json.loads((folder / f"V{design.top}.tree.json").read_text(encoding="utf-8"))
    # Verilator escapes nothing in the real paths that stand there too, so this is not always JSON.
    meta = (folder / f"V{design.top}.tree.meta.json").read_text(encoding="utf-8")
    files = dict(re.findall(r'"(\w+)": *\{"filename": *"([^"]*)"', meta))
    kinds = {node["addr"]: str(node.get("keyword", "")) for node in below(tree) if "addr" in node}
    directions = {
        node["addr"]: str(node.get("direction", ""))
        for node in below(tree)
        if node.get("type") == "VAR"
    }
    found: dict[Mistake, None] = {}
    for module in tree["modulesp"]:
        if module["type"] != "MODULE":
            continue
        for place, text in module_mistakes(module, kinds, directions, files, design.root):
            file, _, line = place.rpartition(":")
            entry = Mistake(
                file=file, line=int(line), module=module["origName"], text=text, fatal=True
            )
            found[entry] = None
    return list(found)


def module_mistakes(
    module: Node,
    kinds: dict[str, str],
    directions: dict[str, str],
    files: dict[str, str],
    root: Path,
) -> Iterator[tuple[str, str]]:
    """Return place and sentence of each mistake in one module."""
    signals = {
        node["addr"]: Signal(
            name=node["origName"],
            place=place_of(node, files),
            is_wire=is_wire(node, place_of(node, files), root),
        )
        for node in inside(module)
        if node["type"] == "VAR" and kinds.get(node.get("dtypep", "")) not in NOT_A_SIGNAL
    }
    for node in inside(module):
        if node["type"] == "ALWAYS":
            yield from sensitivity(node, signals, files)
        driving = node["type"] == "ALWAYS" or (
            node["type"] == "PIN" and directions.get(node.get("modVarp", "")) == "OUTPUT"
        )
        if driving:
            what = {"cont_assign": "an assign", "always": BLOCK}.get(
                node.get("keyword", ""), f"output {node['name']} of an instance"
            )
            for address, driver in drivers(node, what, files):
                if address in signals:
                    signals[address].drivers.setdefault(node["addr"], []).append(driver)
    for signal in signals.values():
        for driver in (one for group in signal.drivers.values() for one in group):
            if (driver.what == BLOCK) is signal.is_wire:
                declared, other = ("wire", "reg") if signal.is_wire else ("reg", "wire")
                wrong = f"{signal.name} is a {declared} and {driver.what} drives it"
                yield driver.place, f"{wrong}; declare it {other}"
        if clash := conflict(signal):
            first, second = clash
            yield (
                second.place,
                f"multiple drivers: {signal.name} is driven by {first.what} "
                f"({first.place}) and by {second.what} here",
            )


def drivers(node: Node, what: str, files: dict[str, str]) -> Iterator[tuple[str, Driver]]:
    """Return the variables that a block, assignment or output writes, by address."""
    for above, written in references(node, "WR"):
        first, end = EVERY_BIT
        select = above[-1]
        if select["type"] in ("SEL", "ARRAYSEL"):
            index = children(select)[1]
            if index["type"] == "CONST":  # bits of a vector, or a word of a memory
                first = number(index["name"])
                end = first + int(select.get("widthConst", 1))
            elif select["type"] == "ARRAYSEL":
                continue  # which word of the memory is not known here
        place = place_of(written, files)
        yield written["varp"], Driver(place=place, what=what, first=first, end=end)


def conflict(signal: Signal) -> tuple[Driver, Driver] | None:
    """Return two drivers from different statements that share a bit."""
    seen: list[Driver] = []
    for group in signal.drivers.values():
        for one in group:
            for other in seen:
                if one.first < other.end and other.first < one.end:
                    return other, one
        seen += group
    return None


def sensitivity(
    node: Node, signals: dict[str, Signal], files: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """Return what a level-sensitive always block reads and does not list."""
    items = [item for tree in node.get("sentreep", []) for item in tree.get("sensesp", [])]
    if not items or any(item.get("edgeType") != "CHANGED" for item in items):
        return
    listed = {read["varp"] for item in items for _, read in references(item, "RD")}
    written = {write["varp"] for part in node["stmtsp"] for _, write in references(part, "WR")}
    said: set[str] = set()
    for part in node["stmtsp"]:
        for _, read in references(part, "RD"):
            address = read["varp"]
            if address in signals and address not in listed | written | said:
                said.add(address)
                yield (
                    place_of(node, files),
                    f"incomplete sensitivity list: the always block reads {read['name']} and does "
                    "not list it; use always @*",
                )


def references(node: Node, access: str) -> Iterator[tuple[list[Node], Node]]:
    """Return the variables read (RD) or written (WR) below a node, each with the nodes above."""
    stack: list[tuple[list[Node], Node]] = [([], node)]
    while stack:
        above, here = stack.pop()
        if here["type"] == "VARREF":
            if here.get("access") in (access, "RW"):
                yield above, here
            continue
        if here["type"] != "SENTREE" or access == "RD":
            stack += [([*above, here], child) for child in children(here)]


def children(node: Node) -> list[Node]:
    """Return the nodes right below one, in order."""
    return [child for part in node.values() if isinstance(part, list) for child in part]


def below(node: Node) -> Iterator[Node]:
    """Return a node and all below it."""
    stack = [node]
    while stack:
        here = stack.pop()
        yield here
        stack += reversed(children(here))


def inside(module: Node) -> Iterator[Node]:
    """Return the nodes of a module outside of functions and initial blocks."""
    stack = list(reversed(children(module)))
    while stack:
        here = stack.pop()
        if here["type"] in SKIPPED:
            continue
        yield here
        stack += reversed(children(here))


def place_of(node: Node, files: dict[str, str]) -> str:
    """Return `file:line` of a node."""
    letter, _, rest = str(node["loc"]).partition(",")
    return f"{files.get(letter, '?')}:{rest.partition(':')[0]}"


def is_wire(node: Node, place: str, root: Path) -> bool:
    """Tell whether a variable was declared as a net; the tree does not say it of every port."""
    if node.get("varType") != "PORT":
        return node.get("varType") == "WIRE"
    file, _, line = place.rpartition(":")
    lines = text_of(root / file).splitlines()[: int(line)]
    return not lines or not re.search(r"\breg\b", lines[-1])


def number(text: str) -> int:
    """Return a constant as Verilator writes it, `32'sh1f`."""
    return int(text.rpartition("h")[2].replace("x", "0").replace("z", "0"), 16)
