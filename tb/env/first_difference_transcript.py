"""One line an instruction, as a CPU's instruction trace: when it was where, and what it waited for.

    index     issue    commit     taken  dispatch     start       end  instruction
       12       210       211       214       226       231       260  ld.t addr=0x00001003, ...
                                                     waited: 5 for an older instruction

Cycles; a dash where the instruction never came to. Doorbell words have no issue and no commit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from golden.assembler import disassemble_instruction
from golden.isa import Instruction
from tb.env.first_difference_golden import GoldenInstruction
from tb.env.first_difference_records import RtlInstruction

COLUMNS = ("issue", "commit", "taken", "dispatch", "start", "end")
_LINE = re.compile(rf"^ *(\d+)((?: +(?:\d+|-)){{{len(COLUMNS)}}})  (.*)$")
_STEPS = re.compile(r"\b(\d+) steps")
HEADER = " index" + "".join(f"{name:>10}" for name in COLUMNS) + "  instruction"


def transcript_lines(
    rtl: Mapping[int, RtlInstruction],
    goldens: Mapping[int, GoldenInstruction],
    layers: Mapping[int, str],
) -> list[str]:
    """Lines of a job, in program order."""
    lines = []
    layer = ""
    for index in sorted({*rtl, *goldens}):
        here = layers.get(index, "")
        if here != layer:
            lines.append(f"# {here}")
            layer = here
        lines.append(line_of(rtl.get(index), goldens.get(index), index))
    return lines


def line_of(rtl: RtlInstruction | None, golden: GoldenInstruction | None, index: int) -> str:
    """One instruction."""
    if golden is not None:
        item = golden.outcome.instruction
    else:
        assert rtl is not None
        item = Instruction(rtl.word, rtl.rs1, rtl.rs2)
    cycles = (
        None if golden is None else golden.issued,
        None if golden is None else golden.committed,
        None if rtl is None else rtl.retired,
        None if rtl is None else rtl.dispatched,
        None if rtl is None else rtl.start,
        None if rtl is None else rtl.end,
    )
    numbers = "".join(f"{'-' if cycle is None else cycle:>10}" for cycle in cycles)
    line = f"{index:>6}{numbers}  {disassemble_instruction(item)}"
    causes = [] if rtl is None else stall_causes(rtl)
    return line + (f"  ; {', '.join(causes)}" if causes else "")


def stall_causes(rtl: RtlInstruction) -> list[str]:
    """What an instruction waited for, and what it did."""
    causes = []
    if rtl.refused is not None:
        causes.append(f"refused: code {rtl.refused.code} field {rtl.refused.field}")
    if rtl.queue_full:
        causes.append(f"{rtl.queue_full} waiting for a slot")
    if rtl.blocked:
        causes.append(f"{rtl.blocked} waiting for an older instruction")
    if rtl.engine_full:
        causes.append(f"{rtl.engine_full} waiting for the engine")
    if rtl.steps:
        causes.append(f"{rtl.steps} steps")
    if rtl.fetch_stalls:
        causes.append(f"{rtl.fetch_stalls} stalled for operands")
    if rtl.drain_stalls:
        causes.append(f"{rtl.drain_stalls} stalled for the drain")
    if rtl.bus_error is not None:
        causes.append(f"bus error at {rtl.bus_error:#x}")
    return causes


@dataclass(frozen=True, kw_only=True)
class Line:
    """What a line of a transcript says.

    Attributes:
        index: number of the instruction.
        cycles: by the columns' names; those that never came are left out.
        text: the instruction, and what it waited for and did.
        steps: of the array.
    """

    index: int
    cycles: Mapping[str, int]
    text: str
    steps: int


def read_lines(transcript: str) -> Iterator[Line]:
    """Read what `transcript_lines` wrote."""
    for told in filter(None, map(_LINE.match, transcript.splitlines())):
        cycles = zip(COLUMNS, told.group(2).split(), strict=True)
        steps = _STEPS.search(told.group(3))
        yield Line(
            index=int(told.group(1)), text=told.group(3),
            cycles={name: int(cycle) for name, cycle in cycles if cycle != "-"},
            steps=int(steps.group(1)) if steps else 0,
        )  # fmt: skip
