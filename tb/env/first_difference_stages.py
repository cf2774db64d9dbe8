"""Accumulators, reads and order: the values between the stages, as the core's records have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from golden.config import CoreConfig
from golden.machine import StorageRange
from tb.env.first_difference_golden import GoldenInstruction
from tb.env.first_difference_places import MEMORIES, describe_place, first_place
from tb.env.first_difference_records import Recording, RtlInstruction
from tb.env.trace_records import Kind


@dataclass(frozen=True, kw_only=True)
class Tiles:
    """Tiles of one execute instruction.

    Attributes:
        values: accumulators, int32 [tiles, Rows, Cols].
        cycles: of each tile.
        counts: taps inside the image, [tiles, Rows].
    """

    values: NDArray[np.int32]
    cycles: NDArray[np.int64]
    counts: NDArray[np.int64]

    def counts_by_pixel(
        self, pixels: int, core: CoreConfig
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Counts of the first block and their cycles [pixels]; tiles that are missing are -1."""
        across = -(-pixels // core.rows)
        counts = np.full((across, core.rows), -1, dtype=np.int64)
        cycles = np.full(across, -1, dtype=np.int64)
        found = min(len(self.counts), across)
        counts[:found], cycles[:found] = self.counts[:found], self.cycles[:found]
        return counts.reshape(-1)[:pixels], np.repeat(cycles, core.rows)[:pixels]

    def by_pixel(
        self, pixels: int, channels: int, core: CoreConfig
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Accumulators and their cycles [pixels, channels]; tiles that are missing are cycle -1.

        Tiles come block by block, in each block in the order of the pixels.
        """
        across, blocks = -(-pixels // core.rows), core.blocks(channels)
        values = np.zeros((blocks, across, core.rows, core.cols), dtype=np.int64)
        cycles = np.full((blocks, across), -1, dtype=np.int64)
        count = min(len(self.values), across * blocks)
        values.reshape(-1, core.rows, core.cols)[:count] = self.values[:count]
        cycles.reshape(-1)[:count] = self.cycles[:count]
        flat = values.transpose(1, 2, 0, 3).reshape(across * core.rows, blocks * core.cols)
        when = np.repeat(np.repeat(cycles.T, core.rows, axis=0), core.cols, axis=1)
        return flat[:pixels, :channels], when[:pixels, :channels]


def tiles_by_instruction(recording: Recording, core: CoreConfig) -> list[Tiles]:
    """Tiles of the execute instructions in order; the last one may be unfinished."""
    records = recording.of(Kind.ACCUMULATE)
    quarters = core.rows * core.cols // 4
    count = len(records) // quarters
    records = records[: count * quarters]
    values = np.ascontiguousarray(records["data"]).view("<i4").reshape(count, core.rows, core.cols)
    cycles = records["cycle"][::quarters].astype(np.int64)
    counts = records["strobes"].reshape(count, core.rows, core.cols // 4)[:, :, 0].astype(np.int64)
    ends = np.flatnonzero(records["extra"][::quarters]) + 1
    found, first = [], 0
    for end in [*ends.tolist(), count]:
        if end > first or end in ends:
            part = slice(first, end)
            found.append(Tiles(values=values[part], cycles=cycles[part], counts=counts[part]))
        first = end
    return found


def order_violation(
    goldens: Mapping[int, GoldenInstruction], rtl: Mapping[int, RtlInstruction], index: int
) -> str:
    """Why the dispatcher is to blame for wrong data of an instruction, or an empty string.

    An instruction may not start before an older one that it depends on has ended, nor may a younger
    one start that overwrites what it still reads or writes.
    """
    mine = rtl[index]
    if mine.start is None:
        return ""
    for other in goldens:
        theirs = rtl.get(other)
        if theirs is None or theirs.start is None or theirs.engine is None or other == index:
            continue
        older, younger = (other, index) if other < index else (index, other)
        first, second = rtl[older], rtl[younger]
        assert second.start is not None
        if first.end is not None and second.start >= first.end:
            continue
        what = conflict(goldens[older], goldens[younger], same=first.engine == second.engine)
        if what:
            end = "never ended" if first.end is None else f"ended in cycle {first.end}"
            return (
                f"instruction {younger} started in cycle {second.start}, but instruction {older}, "
                f"which {what}, {end}"
            )
    return ""


def conflict(older: GoldenInstruction, younger: GoldenInstruction, *, same: bool) -> str:
    """What two instructions meet in, from the side of the older one; empty if in nothing.

    Within one engine only a read of what the older one writes to the scratchpad counts.
    """
    a, b = older.outcome, younger.outcome
    pairs: Sequence[tuple[Sequence[StorageRange], Sequence[StorageRange], str]]
    if same:
        pairs = [(only_spad(a.writes), only_spad(b.reads), "writes what it reads")]
    else:
        pairs = [
            (a.writes, b.reads, "writes what it reads"),
            (a.writes, b.writes, "writes what it writes too"),
            (a.reads, b.writes, "reads what it writes"),
        ]
    for left, right, text in pairs:
        for x in left:
            for y in right:
                if x.what == y.what and x.first < y.end and y.first < x.end:
                    return text
    if not same:
        return memory_conflict(older, younger)
    return ""


def memory_conflict(older: GoldenInstruction, younger: GoldenInstruction) -> str:
    """The same for external memory, between a store and a load."""
    a, b = older.outcome, younger.outcome
    if a.memory_write is not None and b.memory_read is not None:
        store, load, text = a.memory_write.region, b.memory_read, "writes the memory it reads"
    elif a.memory_read is not None and b.memory_write is not None:
        store, load, text = b.memory_write.region, a.memory_read, "reads the memory it writes"
    else:
        return ""
    if np.intersect1d(store.addresses(), load.addresses()).size:
        return text
    return ""


def only_spad(ranges: Sequence[StorageRange]) -> list[StorageRange]:
    """Ranges of the scratchpad."""
    return [item for item in ranges if item.what == "spad"]


def memory_fault(
    recording: Recording,
    core: CoreConfig,
    before: Mapping[str, tuple[NDArray[np.uint8], NDArray[np.bool_]]],
    kinds: Sequence[Kind],
    start: int,
    end: int,
) -> str:
    """Tell whether a memory returned something else than was last written to it, and where.

    `before` is content and known mask of every memory when the recording began, as bytes; `kinds`
    are those of reads to look at, in the cycles start..end.
    """
    content = {name: (value.copy(), known.copy()) for name, (value, known) in before.items()}
    writes = (Kind.WORD, Kind.LOAD_SPAD, Kind.LOAD_WBUF, Kind.LOAD_PBUF, Kind.LOAD_LUT)
    records = recording.of(*writes, Kind.SWEPT, *kinds)
    records = records[records["cycle"] <= end]
    reading = np.isin(records["kind"], kinds)
    # The address of a read was given a cycle before its data; a write shows a cycle after it.
    when = records["cycle"].astype(np.int64) * 2 - np.where(reading, 3, 0)
    lanes = np.arange(core.cols)
    for number in np.argsort(when, kind="stable"):
        record = records[number]
        kind = Kind(int(record["kind"]))
        if kind is Kind.SWEPT:
            for values, known in content.values():
                values[:], known[:] = 0, True
            continue
        name = MEMORIES[kind]
        values, known = content[name]
        line, bank = (np.array(int(record[of])) for of in ("line", "bank"))
        data = record["data"][: core.cols]
        places = first_place(core, name, line, bank) + lanes
        if kind is Kind.READ_LUT:  # four lanes, each with an index of its own
            places, data = record["data"][:4].astype(np.int64), record["data"][8:12]
        if int(places.max()) >= len(values):
            return ""  # who asks for a place that does not exist is to blame, not the memory
        if not reading[number]:
            enabled = (int(record["strobes"]) >> lanes & 1).astype(np.bool_)
            values[places[enabled]] = data[enabled]
            known[places[enabled]] = True
        elif start <= int(record["cycle"]) <= end:
            wrong = known[places] & (values[places] != data)
            if wrong.any():
                lane = int(np.flatnonzero(wrong)[0])
                where = describe_place(core, name, int(places[lane]))
                return (
                    f"{where} was read as {int(data[lane].astype(np.int8))} in cycle "
                    f"{int(record['cycle'])}, but {int(values[places[lane]].astype(np.int8))} had "
                    "been written"
                )
    return ""


def stored_bytes(
    recording: Recording, core: CoreConfig
) -> tuple[NDArray[np.int64], NDArray[np.uint8], NDArray[np.int64]]:
    """Every byte that left on the write channel: address, value, cycle, in order."""
    addresses: list[int] = []
    for burst in recording.of(Kind.STORE_BURST):
        first = int(burst["extra"]) // core.axi_bytes * core.axi_bytes
        addresses += [first + core.axi_bytes * beat for beat in range(int(burst["bank"]) + 1)]
    beats = recording.of(Kind.STORE_BEAT)
    count = min(len(beats), len(addresses))
    enabled = (beats["strobes"][:count, None] >> np.arange(core.axi_bytes) & 1).astype(np.bool_)
    beat, lane = np.nonzero(enabled)
    address = np.array(addresses[:count], dtype=np.int64)[beat] + lane
    return address, beats["data"][beat, lane], beats["cycle"][beat].astype(np.int64)
