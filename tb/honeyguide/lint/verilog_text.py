"""Places in Verilog's text: code without comments, lines, the end of a parenthesis."""

from __future__ import annotations

import re

NOISE = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"', re.DOTALL)


def code_of(text: str) -> str:
    """Return a file without comments and strings, every character in its place."""
    return NOISE.sub(lambda match: re.sub(r"[^\n]", " ", match.group()), text)


def line_of(code: str, position: int) -> int:
    """Return the line number, from 1, of a position."""
    return code.count("\n", 0, position) + 1


def closing(code: str, opening: int) -> int:
    """Return where the parenthesis that opens at `opening` closes; the end if it does not."""
    depth = 0
    for position in range(opening, len(code)):
        if code[position] == "(":
            depth += 1
        elif code[position] == ")":
            depth -= 1
            if depth == 0:
                return position
    return len(code)
