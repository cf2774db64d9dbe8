"""What a program needs of memory and scratchpad, beside what no plan could do without."""

from __future__ import annotations

from sw.compiler.program import Program


def memory_lines(program: Program, memory: str, scratchpad: str) -> list[str]:
    """Return what a program needs beside the least that tensors alive at once do, as two lines."""
    use = program.memory
    return [
        f"{memory}{program.memory_end:,} bytes: {use.constants:,} of constants and variables, "
        f"{use.tensors:,} of tensors, of which {use.bound:,} are needed at once",
        f"{scratchpad}{use.lines:,} of {program.config.spad_depth:,} lines, of which "
        f"{use.line_bound:,} are needed at once",
    ]
