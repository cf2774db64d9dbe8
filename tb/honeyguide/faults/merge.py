"""Put all faults into one core, where a file says which of them is there: one build serves them.

A fault that replaces an expression becomes a choice:

    wire own = mac_i && perch_i;        wire own = (select == 21) ? (mac_i && bias_i)
                                                                  : (mac_i && perch_i);

The result needs Verilator (a package, `$fopen`); it is never seen outside build/selftest. A fault
of something constant (a parameter, a loop's bound, a missing statement) can't be chosen so: its
table entry says `alone`, and it gets builds of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path

from honeyguide.core import core
from honeyguide.faults.faults import Fault
from honeyguide.faults.patches import PatchError, read_patch

PACKAGE = "honeyguide_fault_select"
PACKAGE_FILE = "0_fault_select.v"  # in the core's folder, sorted before every module that asks it
NONE = 0
ASSIGNMENT = re.compile(r"<=|(?<![=<>!])=(?!=)")


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Characters start..end of a file become `new` when fault `number` is chosen."""

    start: int
    end: int
    new: str
    number: int


def choice_file(root: Path) -> Path:
    """Return the file that a merged core at `root` reads the number of the fault from."""
    return root / "fault"


def merge(faults: Sequence[Fault], root: Path) -> None:
    """Change the core at `root` so that it holds all faults; fault i is chosen by i + 1.

    Raises:
        PatchError: a fault can't be chosen at run time, or two change the same expression.
    """
    choices: dict[str, list[Choice]] = {}
    for number, fault in enumerate(faults, start=1):
        for hunk in read_patch(fault.patch):
            text = (root / hunk.path).read_text(encoding="utf-8")
            begin = text.index(hunk.old)
            code = without_comments(text)
            for start, end, new in changes(hunk.old, hunk.new):
                span = expression(code, begin + start, begin + end)
                if span is None:
                    raise PatchError(f"of {fault.name} changes no expression: mark it `alone`")
                low, high = span
                replaced = text[low : begin + start] + new + text[begin + end : high]
                choice = Choice(start=low, end=high, new=replaced, number=number)
                choices.setdefault(hunk.path, []).append(choice)
    for path, listed in choices.items():
        file = root / path
        file.write_text(with_choices(file.read_text(encoding="utf-8"), listed), encoding="utf-8")
    (root / core().rtl / PACKAGE_FILE).write_text(package(choice_file(root)), encoding="utf-8")
    choose(root, NONE)


def choose(root: Path, number: int) -> None:
    """Choose a fault of a merged core; NONE for the good one."""
    choice_file(root).write_text(f"{number}\n", encoding="utf-8")


def without_comments(text: str) -> str:
    """Return the text with blanks in place of the comments, so that places stay."""
    return re.sub(r"//[^\n]*", lambda match: " " * len(match[0]), text)


def changes(old: str, new: str) -> list[tuple[int, int, str]]:
    """Return (start, end, text): what of the old lines is replaced, a piece a changed line."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    if len(before) != len(after):
        start, end, text = one_change(old, new)
        return [(start, end, text)]
    pieces = []
    offset = 0
    for a, b in zip(before, after, strict=True):
        if a != b:
            start, end, text = one_change(a, b)
            pieces.append((offset + start, offset + end, text))
        offset += len(a)
    return pieces


def one_change(old: str, new: str) -> tuple[int, int, str]:
    """Return the piece of `old` from the first to the last difference, and what replaces it."""
    blocks = [
        (tag, a1, a2, b1, b2)
        for tag, a1, a2, b1, b2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if tag != "equal"
    ]
    return blocks[0][1], blocks[-1][2], new[blocks[0][3] : blocks[-1][4]]


def expression(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the expression around start..end: the inside of its parentheses, or what is assigned.

    None if there is none, because a statement or a constant is changed.
    """
    low = max(text.rfind(";", 0, start), text.rfind("begin", 0, start)) + 1
    opened = enclosing(text, low, start, end)
    if opened is not None:
        inside = text[opened[0] : opened[1]]
        if ";" not in inside and not inside.lstrip().startswith("."):
            return opened
    statement = text[low:start]
    if "localparam" in statement or ";" in text[start:end]:
        return None
    depth = 0
    for place, letter in enumerate(statement):
        depth += (letter in "([{") - (letter in ")]}")
        match = ASSIGNMENT.match(statement, place) if depth == 0 else None
        if match is not None:
            return low + match.end(), text.index(";", end)
    return None


def enclosing(text: str, low: int, start: int, end: int) -> tuple[int, int] | None:
    """Return the inside of the nearest parentheses around start..end that open after `low`."""
    depth = 0
    for place in range(start - 1, low - 1, -1):
        depth += (text[place] == ")") - (text[place] == "(")
        if depth < 0:
            closing = matching(text, place)
            return (place + 1, closing) if closing >= end else None
    return None


def matching(text: str, opening: int) -> int:
    """Return the place of the parenthesis that closes the one at `opening`."""
    depth = 0
    for place in range(opening, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if depth == 0:
            return place
    raise PatchError("changes a file whose parentheses do not match")


def with_choices(text: str, choices: Sequence[Choice]) -> str:
    """Return the file's text with all choices in it."""
    parts = []
    done = 0
    for choice in sorted(choices, key=lambda item: item.start):
        if choice.start < done:
            raise PatchError(f"number {choice.number} meets another in one expression")
        old = text[choice.start : choice.end].strip()
        parts.append(text[done : choice.start])
        parts.append(f" (({PACKAGE}::which == {choice.number}) ? ({choice.new.strip()}) : ({old}))")
        done = choice.end
    return "".join([*parts, text[done:]])


def package(file: Path) -> str:
    """Return the package that reads the number of the fault before the first clock."""
    return f"""package {PACKAGE};
  int which = read();
  function automatic int read();
    int file;
    int number;
    file = $fopen("{file}", "r");
    if (file == 0 || $fscanf(file, "%d", number) != 1) $fatal(1, "no fault is chosen");
    $fclose(file);
    return number;
  endfunction
endpackage
"""
