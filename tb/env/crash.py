"""The difference of a run whose process died: an assertion, or the simulator itself.

Nothing of Python is left then, but the recorder's file is: it says which instruction each engine
was working on when the process ended.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from golden.assembler import disassemble_instruction
from golden.isa import Instruction
from honeyguide.sim import SimResult
from tb.env.first_difference_job import Difference, Stage
from tb.env.first_difference_records import Recording, RtlInstruction, sort_records
from tb.env.first_difference_transcript import HEADER, transcript_lines
from tb.env.trace_records import read_saved

CLOCK_PS = 10_000


def crash_difference(folder: Path, result: SimResult) -> dict[str, Any]:
    """Say what the log and the records tell; also writes trace.log."""
    file = folder / "records.bin"
    recording = sort_records(read_saved(file)) if file.is_file() else None
    cycle = assertion_cycle(result.message)
    if recording is None:
        found = Difference(stage=Stage.CONTROL, what=result.message, cycle=cycle or 0)
        return found.as_json()
    if not (folder / "trace.log").is_file():
        lines = [HEADER, *transcript_lines(recording.instructions, {}, {}), ""]
        (folder / "trace.log").write_text("\n".join(lines), encoding="utf-8")
    cycle = recording.last_cycle if cycle is None else cycle
    engine = driver(result.message)
    item = working(recording, engine, cycle)
    stage = Stage(engine) if engine in ("load", "store") else Stage.CONTROL
    return Difference(
        stage=stage, what=result.message, cycle=cycle,
        index=None if item is None else item.index,
        text="" if item is None
        else disassemble_instruction(Instruction(item.word, item.rs1, item.rs2)),
        issued=None if item is None else item.retired,
        evidence="the process ended here, so no values were compared",
    ).as_json()  # fmt: skip


def assertion_cycle(message: str) -> int | None:
    """The cycle of an assertion: Verilator begins its line with the time in square brackets."""
    told = re.search(r"\[(\d+)\]", message)
    return int(told.group(1)) // CLOCK_PS if told else None


def driver(message: str) -> str:
    """Which engine drives what an assertion complains about, by the assertion's name."""
    told = re.search(r"check_axi\.axi_([a-z]+)", message)
    if told is None:
        return Stage.CONTROL
    return Stage.LOAD if told.group(1) in ("ar", "r") else Stage.STORE


def working(recording: Recording, engine: str, cycle: int) -> RtlInstruction | None:
    """The oldest instruction that was not finished, of an engine if one is named."""
    items = [item for item in recording.instructions.values() if item.retired is not None]
    own = [
        item for item in items
        if item.engine == engine and item.start is not None and item.start <= cycle
        and (item.end is None or item.end >= cycle)
    ]  # fmt: skip
    if own:
        return own[0]
    taken = [item for item in items if (item.retired or 0) <= cycle]
    return taken[-1] if taken else None
