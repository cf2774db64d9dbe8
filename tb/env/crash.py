"""The difference of a run whose process died: an assertion, or the simulator itself.

Nothing of Python is left then, but the recorder's file is: it says which instruction each engine
was working on when the process ended. An assertion that something takes too long is a hang like any
other: what every part waited for is followed, as when a test runs into its limit.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from golden.assembler import disassemble_instruction, disassemble_word
from golden.isa import Instruction, decode
from honeyguide.sim import SimResult
from tb.env.first_difference_job import Difference, Stage
from tb.env.first_difference_records import Recording, RtlInstruction, sort_records
from tb.env.first_difference_transcript import HEADER, transcript_lines
from tb.env.trace_records import Kind, read_saved
from tb.env.waits import Snapshot, all_waits, follow, read_saved_waits, waits_of

CLOCK_PS = 10_000
LATE = re.compile(r"Assertion failed in \S*_(?:is_bounded|in_time)\b")  # how they are called
OFFER = re.compile(r"check_cvxif\.cvxif_(?:offer|operands|id|accepts|refuses|answer)_?")
RESET_PENDING = "!u_control.reset_pending"


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
    snapshot = read_saved_waits(folder / "waits.bin")
    if snapshot is not None and LATE.search(result.message):
        return late(recording, snapshot, result.message, cycle).as_json()
    engine = driver(result.message)
    item = working(recording, engine, cycle)
    stage = Stage(engine) if engine in ("load", "store") else Stage.CONTROL
    word = offered(recording, cycle) if OFFER.search(result.message) else None
    if word is not None:
        item = None  # it has no number yet
    found = Difference(
        stage=stage, what=result.message, cycle=cycle,
        index=None if item is None else item.index,
        text=told(word) if word is not None else "" if item is None
        else disassemble_instruction(Instruction(item.word, item.rs1, item.rs2)),
        issued=None if item is None else item.retired,
        evidence="no values were compared",
    )  # fmt: skip
    return found.after(() if snapshot is None else snapshot.broken).as_json()


def late(recording: Recording, snapshot: Snapshot, message: str, cycle: int) -> Difference:
    """Say what does not come in time: the end of a reset or an abort, or of an instruction."""
    items = recording.instructions
    item = next((i for i in items.values() if i.engine is not None and i.end is None), None)
    ended = {index: one.end for index, one in items.items() if one.end is not None}
    begun = 0
    if not snapshot.holds(RESET_PENDING):
        chain = follow("soft reset", snapshot, ended)
        own = [wait for wait in waits_of("host", snapshot) if wait.on == "soft reset"]
        chain.waits = [*own, *chain.waits]
    elif item is not None:
        place = f"{item.engine} queue" if item.start is None else f"{item.engine} end"
        begun = item.start or item.dispatched or 0
        chain = follow(place, snapshot, ended, begun)
    else:
        chain = follow("host", snapshot, ended)
    return Difference(
        stage=Stage(chain.stage), cycle=min(max(chain.since, begun), cycle),
        what=f"{message}: {chain.what()}",
        index=None if item is None else item.index,
        text="" if item is None
        else disassemble_instruction(Instruction(item.word, item.rs1, item.rs2)),
        issued=None if item is None else item.retired,
        evidence=chain.sentences(), missing=True, awaited=chain.awaited, root=chain.root,
        chain=tuple(wait.sentence() for wait in chain.waits),
        waits=tuple(all_waits(snapshot)),
    )  # fmt: skip


def assertion_cycle(message: str) -> int | None:
    """The cycle of an assertion, whose line begins with the time; or one that is named."""
    told = re.search(r"\[(\d+)\] %Error", message)
    if told is not None:
        return int(told.group(1)) // CLOCK_PS
    named = re.search(r"\bcycle (\d+)", message)
    return int(named.group(1)) if named else None


def driver(message: str) -> str:
    """Which engine drives what an assertion complains about, by the assertion's name."""
    burst = re.search(r"\bburst (writes|reads)\b", message)
    if burst is not None:
        return Stage.STORE if burst.group(1) == "writes" else Stage.LOAD
    told = re.search(r"check_axi\.axi_([a-z]+)", message)
    if told is None:
        return Stage.CONTROL
    return Stage.LOAD if told.group(1) in ("ar", "r") else Stage.STORE


def offered(recording: Recording, cycle: int) -> int | None:
    """The word that was offered over CV-X-IF in a cycle."""
    records = recording.of(Kind.OFFERED)
    records = records[(records["bank"] == 0) & (records["cycle"] <= cycle)]
    return int(records["data"][-1].view("<u4")[0]) if len(records) else None


def told(word: int) -> str:
    """A word as the assembler has it, without operands that nobody knows."""
    return f".word {word:#010x}" if decode(word) is None else disassemble_word(word)


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
