"""Put changes into one core, where a number says which of them is there: one build serves them all.

    wire pop = valid_o && ready_i;    wire pop = (which == 7) ? (valid_o || ready_i)
                                                              : (valid_o && ready_i);
    q <= d;                           begin if (which != 8) q <= d; end

The number is a word of the simulator's command line, +choice=7, or stands in a file that the core
reads when it starts. A watched core behaves as the good one, and says in its log of each place once
that the whole value (of an assignment, a condition, a port) would have been another there:

    choice 7 differs
    choice 7 differs in reset

A core whose choice is in a file says so in one beside it. Both need Verilator (a package, a
function with an effect); neither is seen outside a build folder.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from honeyguide.core import core
from honeyguide.faults.patches import PatchError

PACKAGE = "honeyguide_choice"
PACKAGE_FILE = "0_choice.v"  # in the core's folder, sorted before every module that asks it
NONE = 0
WHICH = f"{PACKAGE}::which"
DIFFERS = re.compile(r"^choice (\d+) differs( in reset)?$", re.M)
_HAS_RESET = re.compile(r"^ *input\s+wire\s+rst_ni\b", re.M)
_TEXT = r"""package %s;
  int which = read();
  function automatic int read();
    int number;
%s
    return number;
  endfunction
  // In C++: what a function of Verilog remembers would be an input of all that asks it.
  function automatic bit watch(int number, bit reset_n, bit differs);
    if (differs)
      $c("{ static bool seen[2][%s]; bool& now = seen[", reset_n, "][", number, "]; if (!now) {",
         " now = true; const int n = ", number, "; const char* at = ", reset_n,
         " ? \"\" : \" in reset\"; %s } }");
    return 1'b0;
  endfunction
endpackage
"""
# What a unit's build takes for mistakes, and so many choices in one line can't but be.
_QUIET = "".join(
    f"/* verilator lint_off {rule} */ "
    for rule in (
        "CASEINCOMPLETE",
        "CASEOVERLAP",
        "CMPCONST",
        "COMBDLY",
        "IMPLICIT",
        "LATCH",
        "MULTIDRIVEN",
        "SELRANGE",
        "UNOPTFLAT",
        "UNSIGNED",
        "WIDTH",
    )
)
_ONCE = f"{_QUIET}\n`ifndef {PACKAGE.upper()}\n`define {PACKAGE.upper()}\n%s`endif\n"
_WORD = f"""    if ($value$plusargs("choice=%d", number) == 0) number = {NONE};"""
_TELL = r"VL_PRINTF(\"choice %d differs%s\\n\", n, at);"
_NOTE = (
    r"if (FILE* const file = std::fopen(\"%s\", \"a\")) {"
    r" std::fprintf(file, \"choice %%d differs%%s\\n\", n, at); std::fclose(file); }"
)
_FILE = """    int file;
    file = $fopen("%s", "r");
    if (file == 0 || $fscanf(file, "%%d", number) != 1) $fatal(1, "no fault is chosen");
    $fclose(file);"""


@dataclass(frozen=True, kw_only=True)
class Edit:
    """Characters start..end become `new`.

    A statement (of a block) is left out by an empty `new`; where start is end, it comes in.

    Attributes:
        whole: the start and end of the whole value that this is a part of, which is watched.
    """

    start: int
    end: int
    new: str
    statement: bool = False
    whole: tuple[int, int] | None = None


Numbered = tuple[int, Edit]


def merge(
    edits: Mapping[str, Sequence[Numbered]], root: Path, *, watched: bool = False,
    chosen: bool = True, file: Path | None = None, apart: bool = False,
) -> None:  # fmt: skip
    """Put edits into the files of the core at `root`; or watch them.

    Args:
        edits: by the paths of files, relative to `root`.
        root: where the core is.
        watched: what would differ is told.
        chosen: the number chooses; without, the core is always the good one.
        file: the file that chooses; None for the command line.
        apart: files are built without each other, too, so each brings what it asks.

    Raises:
        PatchError: two change parts of one expression, and neither is inside the other.
    """
    # Each place has a memory of its own in C++, so it is no larger than it must be.
    above = 1 + max((number for own in edits.values() for number, _ in own), default=NONE)
    read = _WORD if file is None else _FILE % file
    tell = _TELL if file is None else _NOTE % seen_file(root)
    package = _TEXT % (PACKAGE, read, above, tell)
    for path, own in edits.items():
        text = (root / path).read_text(encoding="utf-8")
        text = merged(text, own, watched=watched, chosen=chosen)
        (root / path).write_text(_ONCE % package + text if apart else text, encoding="utf-8")
    if not apart:
        (root / core().rtl / PACKAGE_FILE).write_text(package, encoding="utf-8")


def plusargs(number: int) -> tuple[str, ...]:
    """Return the words that choose a change of a merged core; NONE for the good one."""
    return (f"+choice={number}",)


def choice_file(root: Path) -> Path:
    """Return the file that a merged core at `root` can read the number from."""
    return root / "fault"


def seen_file(root: Path) -> Path:
    """Return the file to which a watched core at `root` adds, if a file chooses."""
    return choice_file(root.absolute()).with_suffix(".seen")


def choose(root: Path, number: int) -> None:
    """Choose a change of a merged core that reads a file; NONE for the good one."""
    choice_file(root).write_text(f"{number}\n", encoding="utf-8")


def merged(
    text: str, edits: Sequence[Numbered], *, watched: bool = False, chosen: bool = True
) -> str:
    """Return the text with all edits as choices, or watched, or both."""
    if watched:
        edits = [(number, _of_whole(text, edit)) for number, edit in edits]
    # The outer before the inner; a statement before the expression that fills it.
    ordered = sorted(edits, key=lambda item: (item[1].start, -item[1].end, not item[1].statement))
    put = _watched(text, chosen=chosen) if watched else _choice
    return _pieces(text, 0, len(text), ordered, put)


def _of_whole(text: str, edit: Edit) -> Edit:
    """Return the edit of the whole value: a difference that goes no further can't be seen."""
    if edit.whole is None:
        return edit
    start, end = edit.whole
    new = f"{text[start : edit.start]}({edit.new}){text[edit.end : end]}"
    return Edit(start=start, end=end, new=new)


def _pieces(
    text: str, low: int, high: int, edits: Sequence[Numbered],
    put: Callable[[str, str, Sequence[Numbered]], str],
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
        if first.start < place:
            raise PatchError(f"number {same[0][0]} meets another in one expression")
        own = _pieces(text, first.start, first.end, inside, put)
        parts += [text[place : first.start], put(own, text[first.start : first.end], same)]
        place = first.end
    return "".join([*parts, text[place:high]])


def _choice(own: str, good: str, same: Sequence[Numbered]) -> str:
    del good  # what stood there, without what is put into it
    if same[0][1].statement:
        if not own:
            come = " ".join(f"if ({WHICH} == {number}) {edit.new.strip()}" for number, edit in same)
            return f" begin {come} end\n"
        guards = " && ".join(f"{WHICH} != {number}" for number, _ in same)
        return f" begin if ({guards}) {own.strip()} end\n"
    arms = "".join(f"({WHICH} == {number}) ? ({edit.new}) : " for number, edit in same)
    return f"({arms}({own}))"


def _watched(text: str, *, chosen: bool) -> Callable[[str, str, Sequence[Numbered]], str]:
    """Return what puts a watch around a piece of the text."""
    targets = Counter(re.findall(r"(\w+)\s*(?:\[[^;=]*\])?\s*<=[^;]*;", text))
    reset = "rst_ni" if _HAS_RESET.search(text) else "1'b1"

    def call(number: int, differs: str) -> str:
        return f"{PACKAGE}::watch({number}, {reset}, {differs})"

    def put(own: str, good: str, same: Sequence[Numbered]) -> str:
        if chosen:
            own = _choice(own, good, same)
        if same[0][1].statement:
            differs = _kept_differs(good, targets)
            calls = " ".join(f"void'({call(number, differs)});" for number, _ in same)
            return f"begin {calls} {own} end"
        # watch is 0, so the first arm, which has the other's type, is never taken.
        calls = " | ".join(call(number, _would_differ(good, edit.new)) for number, edit in same)
        return f"(({calls}) ? ({same[0][1].new}) : ({own}))"

    return put


def _kept_differs(assignment: str, targets: Mapping[str, int]) -> str:
    """Return an expression that holds if it matters that an assignment is left out.

    What is assigned again and again in a module may have another value waiting: then whenever it
    is reached. Two are a reset and the rest.
    """
    left, _, right = assignment.rstrip().removesuffix(";").partition("=")
    later = left.endswith("<")
    left = left.removesuffix("<").strip()
    name = re.match(r"\w+", left)
    if name is None or left.count("[") != left.count("]") or (later and targets[name[0]] > 2):
        return "1'b1"
    return _would_differ(left, right)


def _would_differ(one: str, other: str) -> str:
    """Return an expression that holds if two differ in any context.

    A context may be wider (a carry) and extend by the sign or by zeros, so both are compared in
    64 bits, in both ways. It may say too much, never too little.
    """
    return (
        f"((64'sd0 | ({one})) != (64'sd0 | ({other})) || (64'd0 | ({one})) != (64'd0 | ({other})))"
    )
