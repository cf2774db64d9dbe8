"""All changes in one core, where a number says which of them is there: one build serves them all.

    wire pop = valid_o && ready_i;    wire pop = (which == 7) ? (valid_o || ready_i)
                                                              : (valid_o && ready_i);
    q <= d;                           begin if (which != 8) q <= d; end

The number is a word of the simulator's command line, +mutant=7. A watched core behaves as the good
one, and says in its log of each place once that it would have had another value there:

    mutant 7 differs

Both need Verilator (a package, a function with an effect).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from honeyguide.core import core
from honeyguide.mutate.kinds import Change, Edit

PACKAGE = "honeyguide_mutant"
PACKAGE_FILE = "0_mutant.v"  # in the core's folder, sorted before every module that asks it
NONE = 0
_WHICH = f"{PACKAGE}::which"
_TEXT = f"""package {PACKAGE};
  int which = read();
  bit seen [int];
  function automatic int read();
    int number;
    if ($value$plusargs("mutant=%d", number) == 0) number = {NONE};
    return number;
  endfunction
  function automatic bit watch(int number, bit differs);
    if (differs && !seen.exists(number)) begin
      seen[number] = 1'b1;
      $display("mutant %0d differs", number);
    end
    return 1'b0;
  endfunction
endpackage
"""
DIFFERS = re.compile(r"^mutant (\d+) differs$", re.M)

Numbered = tuple[int, Edit]


def merge(changes: Mapping[int, Change], root: Path, *, watched: bool = False) -> None:
    """Put the changes, by their numbers, into the copy of the core below `root`; or watch them."""
    files = {path.stem: path for path in (root / core().rtl).glob("**/*.v")}
    edits: dict[str, list[Numbered]] = {}
    for number, change in changes.items():
        edits.setdefault(change.module, []).extend((number, edit) for edit in change.edits)
    for module, own in edits.items():
        text = files[module].read_text(encoding="utf-8")
        files[module].write_text(merged(text, own, watched=watched), encoding="utf-8")
    (root / core().rtl / PACKAGE_FILE).write_text(_TEXT, encoding="utf-8")


def plusargs(number: int) -> tuple[str, ...]:
    """Return the words that choose a change of a merged core; NONE for the good one."""
    return (f"+mutant={number}",)


def applied(text: str, change: Change) -> str:
    """Return the text of the change's file with nothing but the change in it."""
    for edit in sorted(change.edits, key=lambda item: -item.start):
        text = text[: edit.start] + (edit.new or ";") + text[edit.end :]
    return text


def merged(text: str, edits: Sequence[Numbered], *, watched: bool = False) -> str:
    """Return the text with all edits as choices, or watched."""
    # The outer before the inner; a statement before the expression that fills it.
    ordered = sorted(edits, key=lambda item: (item[1].start, -item[1].end, not item[1].statement))
    return _pieces(text, 0, len(text), ordered, _watched if watched else _choice)


def _pieces(
    text: str, low: int, high: int, edits: Sequence[Numbered],
    put: Callable[[str, Sequence[Numbered]], str],
) -> str:  # fmt: skip
    parts = []
    place = low
    waiting = list(edits)
    while waiting:
        first = waiting[0][1]
        same = [
            item for item in waiting if (item[1].start, item[1].end) == (first.start, first.end)
        ]
        inside = [item for item in waiting if item not in same and item[1].end <= first.end]
        waiting = [item for item in waiting if item not in same and item not in inside]
        own = _pieces(text, first.start, first.end, inside, put)
        parts += [text[place : first.start], put(own, same)]
        place = first.end
    return "".join([*parts, text[place:high]])


def _choice(own: str, same: Sequence[Numbered]) -> str:
    if same[0][1].statement:
        guards = " && ".join(f"{_WHICH} != {number}" for number, _ in same)
        return f"begin if ({guards}) {own} end"
    arms = "".join(f"({_WHICH} == {number}) ? ({edit.new}) : " for number, edit in same)
    return f"({arms}({own}))"


def _watched(own: str, same: Sequence[Numbered]) -> str:
    if same[0][1].statement:  # that it is reached is all that can be seen
        calls = " ".join(f"void'({PACKAGE}::watch({number}, 1'b1));" for number, _ in same)
        return f"begin {calls} {own} end"
    # watch is 0, so the first arm, which has the other's type, is never taken.
    calls = " | ".join(
        f"{PACKAGE}::watch({number}, ({edit.new}) != ({own}))" for number, edit in same
    )
    return f"(({calls}) ? ({same[0][1].new}) : ({own}))"
