"""Which instruction wrote what, by the core's records, and how that compares with golden."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from golden.config import CoreConfig
from tb.env.first_difference_golden import GoldenInstruction
from tb.env.first_difference_places import Bytes, Written, describe_place, recorded_bytes
from tb.env.first_difference_records import Recording, RtlInstruction
from tb.env.first_difference_shape import shape_sentence
from tb.env.first_difference_stages import stored_bytes
from tb.env.trace_records import Kind


def compare_bytes(
    core: CoreConfig, wanted: Bytes, written: Written | None, *, last_cycle: int, finished: bool
) -> tuple[str, int, str] | None:
    """Compare bytes: text on the first that is wrong, its cycle, shape of the rest.

    What is missing counts only when the instruction is `finished`; it is said to miss in
    `last_cycle`.
    """
    flat = wanted.place.reshape(-1)
    order = np.argsort(flat, kind="stable")
    value = np.zeros(flat.shape, dtype=np.uint8)
    cycle = np.full(flat.shape, -1, dtype=np.int64)
    stray = ""
    stray_cycle = 0
    if written is not None and len(written.place):
        spot = np.searchsorted(flat[order], written.place)
        spot = np.minimum(spot, len(flat) - 1)
        mine = flat[order][spot] == written.place
        value[order[spot[mine]]] = written.value[mine]
        cycle[order[spot[mine]]] = written.cycle[mine]
        if not mine.all():
            first = int(np.flatnonzero(~mine)[0])
            place = describe_place(core, wanted.memory, int(written.place[first]))
            stray = (
                f"expected no write to {place}, got {int(written.value[first].astype(np.int8))}"
                f", and {int((~mine).sum())} such bytes in all"
            )
            stray_cycle = int(written.cycle[first])
    want = wanted.value.reshape(-1)
    missing = cycle < 0
    if missing.any() and not finished and not stray:
        missing = np.zeros_like(missing)  # it may just not have come that far
    wrong = missing | (wanted.known.reshape(-1) & (want != value) & (cycle >= 0))
    if not wrong.any():
        return (stray, stray_cycle, "") if stray else None
    differ = wrong & ~missing
    at = int(np.argmin(np.where(differ, cycle, 1 << 62))) if differ.any() else int(
        np.flatnonzero(wrong)[0]
    )  # fmt: skip
    spots = np.unravel_index(at, wanted.place.shape)
    name = " ".join(f"{axis}={int(v)}" for axis, v in zip(wanted.axes, spots, strict=True))
    name = name.replace("channel=", "channel ")
    expected = int(want[at].astype(np.int8))
    got = int(value[at].astype(np.int8)) if differ.any() else "nothing"
    place = describe_place(core, wanted.memory, int(flat[at]))
    text = f"{name} ({place}): expected {expected}, got {got}"
    if missing.any() and differ.any():
        text += f", and {int(missing.sum())} bytes were never written"
    shape = shape_sentence(
        wrong.reshape(wanted.place.shape), wanted.value.view(np.int8),
        value.view(np.int8).reshape(wanted.place.shape), wanted.axes, core,
    )  # fmt: skip
    if stray:
        shape += f"; {stray}"
    return text, int(cycle[at]) if differ.any() else (stray_cycle or last_cycle), shape


def execute_words(
    recording: Recording, core: CoreConfig, order: list[RtlInstruction]
) -> dict[int, Written]:
    """Words of each execute instruction: the last is written in the cycle of its end."""
    parts = by_end(recording.of(Kind.WORD), core, order, side="right")
    return {index: part["spad"] for index, part in parts.items() if "spad" in part}


def load_words(
    recording: Recording, core: CoreConfig, order: list[RtlInstruction]
) -> dict[int, dict[str, Written]]:
    """Words of each load, by memory: its end comes a cycle after its last word."""
    kinds = (Kind.LOAD_SPAD, Kind.LOAD_WBUF, Kind.LOAD_PBUF, Kind.LOAD_LUT)
    return by_end(recording.of(*kinds), core, order, side="left")


def by_end(
    records: NDArray[np.void], core: CoreConfig, order: list[RtlInstruction], *, side: str
) -> dict[int, dict[str, Written]]:
    """Cut records at the ends of instructions; `side` tells whether that cycle still counts."""
    found, first = {}, 0
    for item in order:
        end = len(records)
        if item.end is not None:
            cycles = records["cycle"]
            end = int(
                np.searchsorted(cycles, item.end, side="right" if side == "right" else "left")
            )
        found[item.index] = recorded_bytes(core, records[first:end])
        first = max(first, end)
    return found


def store_bytes(
    recording: Recording,
    core: CoreConfig,
    goldens: Mapping[int, GoldenInstruction],
    order: list[RtlInstruction],
) -> dict[int, Written]:
    """Bytes of each store: as many as it must write, then what the next has no place for, all up to
    its end. One that golden lets fail has as many as are its own, once each.
    """
    address, value, cycle = stored_bytes(recording, core)
    found, first = {}, 0
    wanted = []
    for item in order:
        golden = goldens.get(item.index)
        write = None if golden is None else golden.outcome.memory_write
        wanted.append(
            np.empty(0, np.int64) if write is None else write.region.addresses().reshape(-1)
        )
    for number, item in enumerate(order):
        golden = goldens.get(item.index)
        until = len(address)  # nothing of it is on the bus after its end
        if item.end is not None:
            until = int(np.searchsorted(cycle, item.end, side="right"))
        following = set(wanted[number + 1].tolist()) if number + 1 < len(order) else set()
        if golden is not None and golden.outcome.error is not None:
            end = first + _own(address[first:until], set(wanted[number].tolist()))
        else:
            end = max(first, min(first + len(wanted[number]), until))
            while end < until and int(address[end]) not in following:
                end += 1
        part = slice(first, end)
        found[item.index] = Written(place=address[part], value=value[part], cycle=cycle[part])
        first = end
    return found


def _own(addresses: NDArray[np.int64], own: set[int]) -> int:
    """Count the addresses at the front that are of a set, each once."""
    left = set(own)
    for count, address in enumerate(addresses.tolist()):
        if address not in left:
            return count
        left.remove(address)
    return len(addresses)
