"""All faults in one core, chosen when the simulation starts: one build instead of twenty.

Every line that a patch changes becomes a choice between the line as it is and as the patch has it:

    assign average_o = minus_q[4] ? a : b;
    assign average_o = (ratel_tb.u_fault.number == 9) ? (minus_q[3] ? a : b) : (minus_q[4] ? a : b);

`+ratel_fault=9` chooses. Without it the core is the right one, which the tests confirm.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from honeyguide.cli import UserError
from honeyguide.faults.patches import Hunk

SELECT = "ratel_tb.u_fault.number"
CHOOSER = """// Which fault is active, for scripts/debug/score.py; 0: none.
module fault_chooser;
  int unsigned number;
  initial begin
    number = 0;
    void'($value$plusargs("ratel_fault=%d", number));
  end
endmodule

bind ratel_tb fault_chooser u_fault ();
"""
_ASSIGNED = re.compile(r"^(\s*(?:assign\s|wire\s|reg\s)?[^=?]*?(?:<=|=)\s*)(.*);$")
_PORT = re.compile(r"^(\s*\.\w+\s*\()(.*)\),$")


def put_in(root: Path, faults: Mapping[int, Sequence[Hunk]]) -> None:
    """Put faults into the files below `root`, each under its number.

    Raises:
        UserError: a patch does not apply, or changes what can't be chosen at run time.
    """
    for number, hunks in faults.items():
        for hunk in hunks:
            file = root / hunk.path
            content = file.read_text(encoding="utf-8")
            if content.count(hunk.old) != 1:
                raise UserError(f"fault {number} does not apply to {hunk.path}")
            file.write_text(content.replace(hunk.old, mixed(hunk, number)), encoding="utf-8")


def mixed(hunk: Hunk, number: int) -> str:
    """The lines of a hunk with the choice in them."""
    old, new = hunk.old.splitlines(), hunk.new.splitlines()
    if len(old) != len(new):
        raise UserError(f"fault {number} changes the number of lines of {hunk.path}")
    lines = [a if a == b else choice(a, b, number) for a, b in zip(old, new, strict=True)]
    return "\n".join([*lines, ""])


def choice(old: str, new: str, number: int) -> str:
    """One line that is `new` when the fault is chosen and `old` when it is not."""
    select = f"{SELECT} == {number}"
    for form, end in ((_PORT, "),"), (_ASSIGNED, ";")):
        before, after = form.match(old), form.match(new)
        if before and after and before.group(1) == after.group(1) and balanced(before.group(2)):
            picked = f"(({select}) ? ({after.group(2)}) : ({before.group(2)}))"
            return before.group(1) + picked + end
    return inner_choice(old, new, select)


def inner_choice(old: str, new: str, select: str) -> str:
    """The choice inside a larger expression: a condition, an operand, a term that is dropped."""
    head = len(common(old, new))
    while head and (old[head - 1].isalnum() or old[head - 1] in "_'"):
        head -= 1
    tail = len(common(old[head:][::-1], new[head:][::-1]))
    while tail and (old[len(old) - tail].isalnum() or old[len(old) - tail] in "_'"):
        tail -= 1
    for first in range(head, -1, -1):
        for last in range(tail, -1, -1):
            a, b = old[first : len(old) - last], new[first : len(new) - last]
            before, after = old[:first].rstrip()[-1:], old[len(old) - last :].lstrip()[:1]
            # A whole condition or a whole branch of a choice: nothing binds more tightly outside.
            whole = before + after in ("()", "?:", "?")
            if whole and a.strip() and b.strip() and balanced(a) and balanced(b):
                return f"{old[:first]}(({select}) ? ({b}) : ({a})){old[len(old) - last :]}"
    term = re.match(r"^(.*)( \+ )(.*)(,)$", old)
    if term and new == f"{term.group(1)}," and balanced(term.group(3)):
        return f"{term.group(1)} + (({select}) ? 1'b0 : ({term.group(3)})),"
    raise UserError(f"no choice can be made of {old.strip()!r} and {new.strip()!r}")


def common(a: str, b: str) -> str:
    """The longest common beginning."""
    length = 0
    while length < min(len(a), len(b)) and a[length] == b[length]:
        length += 1
    return a[:length]


def balanced(text: str) -> bool:
    """Whether brackets in a text belong together, and none is opened before."""
    depth = 0
    for letter in text:
        depth += (letter in "([{") - (letter in ")]}")
        if depth < 0:
            return False
    return depth == 0
