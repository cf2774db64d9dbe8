"""The records of a simulation, sorted by instruction.

Engines work in order, so the n-th start and the n-th end of an engine belong to the n-th
instruction that dispatch gave it; which that is, dispatch says. Nothing here assumes that the core
is right: an instruction may be refused, never started or never finished.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tb.env.trace_records import Kind

ENGINES = ("load", "execute", "store")


@dataclass(frozen=True, kw_only=True)
class Refused:
    """What the core said about an instruction that it refused."""

    code: int
    field: int
    detail: int


@dataclass(kw_only=True)
class RtlInstruction:
    """One instruction as the core ran it; cycles are None where something never happened.

    Attributes:
        index: its number since reset.
        blocked: cycles for which the next instruction of its engine waited for a dependency.
        engine_full: cycles for which the engine did not take it.
        queue_full: cycles for which it waited for a place in dispatch.
        descriptor: the engine's packed descriptor.
        steps, fetch_stalls, drain_stalls: of execute, counted between the ends of instructions.
        bus_error: address that the engine reported with its end.
        counted: bytes or MACs that its engine counted since the end of the one before.
        group: rs1 and rs2 of its configuration group after it.
    """

    index: int
    word: int
    rs1: int = 0
    rs2: int = 0
    result: int = 0
    retired: int | None = None
    refused: Refused | None = None
    engine: str | None = None
    dispatched: int | None = None
    start: int | None = None
    end: int | None = None
    blocked: int = 0
    engine_full: int = 0
    queue_full: int = 0
    descriptor: int = 0
    steps: int = 0
    fetch_stalls: int = 0
    drain_stalls: int = 0
    bus_error: int | None = None
    counted: int = 0
    group: tuple[int, int] | None = None


@dataclass(kw_only=True)
class Recording:
    """The records of a stretch of simulation, which began with an idle core."""

    records: NDArray[np.void]
    instructions: dict[int, RtlInstruction] = field(default_factory=dict)
    unnumbered: list[RtlInstruction] = field(default_factory=list)  # refused, of no number

    def of(self, *kinds: Kind) -> NDArray[np.void]:
        """Records of these kinds, in order."""
        return self.records[np.isin(self.records["kind"], kinds)]

    @property
    def last_cycle(self) -> int:
        """Cycle of the last record, 0 without any."""
        return int(self.records["cycle"][-1]) if len(self.records) else 0

    def order(self, engine: str) -> list[RtlInstruction]:
        """Instructions that dispatch gave to an engine, in order."""
        return [item for item in self.instructions.values() if item.engine == engine]


def renumbered(records: NDArray[np.void], first: int) -> NDArray[np.void]:
    """Return records in which the first instruction that the core takes has the number `first`."""
    numbered = np.isin(
        records["kind"], (Kind.RETIRE, Kind.REFUSE, Kind.CONFIGURED, Kind.DISPATCH)
    )  # fmt: skip
    taken = records["extra"][records["kind"] == Kind.RETIRE]
    if not len(taken):
        return records
    found = records.copy()
    found["extra"][numbered] += np.uint32((first - int(taken[0])) % (1 << 32))
    return found


def sort_records(records: NDArray[np.void]) -> Recording:
    """Give every instruction what belongs to it."""
    recording = Recording(records=records)
    of = recording.of
    for record in of(Kind.RETIRE):
        word, rs1, rs2, _ = (int(v) for v in record["data"].view("<u4"))
        index = int(record["extra"])
        recording.instructions[index] = RtlInstruction(
            index=index, word=word, rs1=rs1, rs2=rs2,
            result=int(record["strobes"]), retired=int(record["cycle"]),
        )  # fmt: skip
    for record in of(Kind.REFUSE):
        item = _instruction(recording, record)
        word = int(record["data"].view("<u4")[0])
        if item.word != word:  # the number is that of the next instruction: this one has none
            item = RtlInstruction(index=item.index, word=word, retired=int(record["cycle"]))
            recording.unnumbered.append(item)
        item.refused = Refused(
            code=int(record["bank"]), field=int(record["line"]), detail=int(record["strobes"])
        )
    for record in of(Kind.CONFIGURED):
        configures = recording.instructions.get(int(record["extra"]))
        if configures is not None:
            rs1, rs2 = (int(v) for v in record["data"].view("<u4")[:2])
            configures.group = (rs1, rs2)
    for record in of(Kind.DISPATCH):
        item = _instruction(recording, record)
        item.engine = ENGINES[min(int(record["bank"]), 2)]
        item.dispatched = int(record["cycle"])
        item.queue_full = int(record["strobes"])
    for number, engine in enumerate(ENGINES):
        _spans(recording, engine, number)
    return recording


def _instruction(recording: Recording, record: np.void) -> RtlInstruction:
    index, word = int(record["extra"]), int(record["data"].view("<u4")[0])
    return recording.instructions.setdefault(index, RtlInstruction(index=index, word=word))


def _spans(recording: Recording, engine: str, number: int) -> None:
    starts = recording.of(Kind(1 + 2 * number))
    ends = recording.of(Kind(2 + 2 * number))
    waited = recording.of(Kind.WAITED)
    waited = waited[waited["bank"] == number]
    chunks = recording.of(Kind.DESCRIPTOR)
    chunks = chunks[chunks["bank"] == number]
    worked = recording.of(Kind.WORKED)
    errors = recording.of(Kind.BUS_ERROR)
    errors = errors[errors["bank"] == number]
    order = sorted(recording.order(engine), key=lambda item: item.dispatched or 0)
    for place, item in enumerate(order):
        if place < len(starts):
            item.start = int(starts["cycle"][place])
        if place < len(waited):
            item.blocked, item.engine_full = (int(v) for v in waited["data"][place].view("<u4")[:2])
        packed = chunks["data"][8 * place : 8 * place + 8]
        item.descriptor = int.from_bytes(packed.tobytes(), "little")
        if place < len(ends):
            item.end = int(ends["cycle"][place])
        if place < len(errors):
            item.counted = int(errors["data"][place].view("<u4")[0])
            item.bus_error = int(errors["extra"][place]) if errors["strobes"][place] else None
        if engine == "execute" and place < len(worked):
            item.steps, item.fetch_stalls, item.drain_stalls = (
                int(v) for v in worked["data"][place].view("<u4")[:3]
            )
