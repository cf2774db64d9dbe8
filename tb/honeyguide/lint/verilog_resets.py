"""A reset is whole: what a block with an asynchronous reset assigns, its reset assigns as well.
And it is plain: it gives zero, or a constant whose name says why another value.

    always @(posedge clk_i or negedge rst_ni)
      if (!rst_ni) count_q <= 4'd0;          // and word_q?
      else begin count_q <= count_q + 4'd1; word_q <= word_i; end

A register that is left out keeps its value while reset holds, so synthesis makes an enable of the
reset; and what it has after power-up nobody knows. One that needs no reset has a block without.
A number among the zeros is one that somebody meant or a slip, and most such slips no run can see.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from honeyguide.lint.verilog_text import line_of

BLOCK = re.compile(r"\balways\s*@\s*\(\s*posedge\s+\w+\s+or\s+negedge\s+\w+\s*\)")
# What can't stand inside a block, so ends it at the latest.
BEHIND = re.compile(r"\b(?:always|assign|initial|endmodule|endgenerate|generate|genvar|wire|reg)\b")
RESET = re.compile(r"\bif\s*\(\s*[!~]\s*rst\w*\s*\)")
WORD = re.compile(r"\b(?:begin|end)\b")
# At the begin of a statement only: elsewhere it compares.
ASSIGNED = re.compile(
    r"(?:(?<=[;):])|\bbegin\b|\bend\b|\belse\b)\s*(\w+|\{[^{};]*\})\s*(?:\[[^;=]*?\]\s*)*<=(?!=)"
)
# The value of such an assignment, and those that need no reason.
VALUE = re.compile(ASSIGNED.pattern + r"\s*([^;]+);")
PLAIN = re.compile(r"\d*'[bdh]?0+|\{.*\{1'b0\}\}|[A-Za-z_]\w*")


def reset_rules(code: str) -> Iterator[tuple[int, str]]:
    """Yield the blocks whose reset is not whole or not plain, in a text without comments."""
    for block in BLOCK.finditer(code):
        behind = BEHIND.search(code, block.end())
        end = behind.start() if behind else len(code)
        reset = RESET.search(code, block.end(), end)
        if reset is None:
            continue
        inside = _statement_end(code, reset.end(), end)
        missing = _assigned(code[inside:end]) - _assigned(":" + code[reset.end() : inside])
        for name in sorted(missing):
            yield (
                line_of(code, block.start()),
                f"reset does not assign {name}, which the block does",
            )
        for left, value in VALUE.findall(":" + code[reset.end() : inside]):
            if not PLAIN.fullmatch(value.strip()):
                yield (
                    line_of(code, block.start()),
                    f"reset gives {left} the value {value.strip()}: make it zero or name it",
                )


def _assigned(code: str) -> set[str]:
    return {name for left in ASSIGNED.findall(code) for name in re.findall(r"[A-Za-z_]\w*", left)}


def _statement_end(code: str, start: int, end: int) -> int:
    """Return where the statement ends that begins at `start`; there, if there is none."""
    text = code[start:end]
    if re.match(r"\s*else\b", text):
        return start
    if not re.match(r"\s*begin\b", text):
        return start + text.find(";") + 1
    depth = 0
    for word in WORD.finditer(text):
        depth += 1 if word.group() == "begin" else -1
        if depth == 0:
            return start + word.end()
    return end
