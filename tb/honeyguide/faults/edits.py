"""What a patch changes, as places of a file's text: expressions, or a statement that comes or goes.

A fault of something constant (a parameter, a loop's bound, a declaration) is neither and can't be
chosen at run time: its table entry says `alone`, and it gets builds of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path

from honeyguide.faults.faults import Fault
from honeyguide.faults.merge import NONE, Edit, Numbered, choice_file, choose, merge
from honeyguide.faults.patches import Hunk, PatchError, read_patch

ASSIGNMENT = re.compile(r"<=|(?<![=<>!])=(?!=)")
# A statement of a block; what begins with a keyword is a declaration or an item of the module.
STATEMENT = re.compile(
    r"\s*(?!(?:assign|wire|reg|integer|genvar|localparam|parameter|input|output)\b)"
    r"[\w.]+(?:\[[^;]*\])?\s*<?=[^=;][^;]*;\s*"
)


def merge_faults(faults: Sequence[Fault], root: Path) -> None:
    """Change the core at `root` so that it holds all faults; a file chooses fault i by i + 1.

    Raises:
        PatchError: a fault can't be chosen at run time, or two change parts of one expression.
    """
    found: dict[str, list[Numbered]] = {}
    for number, fault in enumerate(faults, start=1):
        try:
            for path, edit in edits_of(read_patch(fault.patch), root):
                found.setdefault(path, []).append((number, edit))
        except PatchError as error:
            raise PatchError(f"of {fault.name} {error}") from None
    merge(found, root, file=choice_file(root))
    choose(root, NONE)


def edits_of(hunks: Sequence[Hunk], root: Path) -> Iterator[tuple[str, Edit]]:
    """Yield the path and the place of everything that a patch changes in the core at `root`.

    Raises:
        PatchError: it does not apply, or what it changes can't be chosen at run time.
    """
    for hunk in hunks:
        text = (root / hunk.path).read_text(encoding="utf-8")
        for edit in edits(hunk, text):
            yield hunk.path, edit


def edits(hunk: Hunk, text: str) -> list[Edit]:
    """Return what a hunk changes of the text of its file.

    Raises:
        PatchError: it does not apply, or what it changes can't be chosen at run time.
    """
    if text.count(hunk.old) != 1:
        raise PatchError(f"does not apply to {hunk.path}")
    begin = text.index(hunk.old)
    code = without_comments(text)
    found = []
    for start, end, new in changes(hunk.old, hunk.new):
        low, high = begin + start, begin + end
        if all(not part.strip() or STATEMENT.fullmatch(part) for part in (text[low:high], new)):
            found.append(Edit(start=low, end=high, new=new, statement=True))
            continue
        span = expression(code, low, high)
        if span is None:
            raise PatchError("changes no expression: mark it `alone`")
        first = span[0] + len(code[span[0] : low]) - len(code[span[0] : low].lstrip())
        replaced = text[first:low] + new + text[high : span[1]]
        found.append(Edit(start=first, end=span[1], new=replaced))
    return found


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
