"""Events of the system's own devices, among those that `honeyguide/env/tile.py` knows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from honeyguide.agents.bus import Seen
from honeyguide.env.tile import decode

# Numbers of obi_memory.sv and soc_devices.sv
STORE, CONSOLE, MARK = 32, 33, 34


@dataclass(frozen=True, kw_only=True)
class StoreSeen(Seen):
    """The CPU wrote bytes: word address, data, byte enables."""

    address: int
    data: int
    enables: int


@dataclass(frozen=True, kw_only=True)
class ConsoleSeen(Seen):
    """The CPU wrote a byte to the console."""

    byte: int


@dataclass(frozen=True, kw_only=True)
class MarkSeen(Seen):
    """The CPU called the bench."""

    value: int


def decode_all(events: NDArray[np.void]) -> Iterator[Seen]:
    """Yield one item an event, in order."""
    own = np.flatnonzero(events["kind"] >= STORE)
    first = 0
    for at in own.tolist():
        yield from decode(events[first:at])
        first = at + 1
        event = events[at]
        kind, cycle = int(event["kind"]), int(event["cycle"])
        w0, w1, w2 = (int(word) for word in event["word"][:3])
        if kind == STORE:
            yield StoreSeen(cycle=cycle, address=w0, data=w1, enables=w2 & 15)
        elif kind == CONSOLE:
            yield ConsoleSeen(cycle=cycle, byte=w0 & 0xFF)
        elif kind == MARK:
            yield MarkSeen(cycle=cycle, value=w0)
        else:
            raise ValueError(f"unknown event kind {kind} in cycle {cycle}")
    yield from decode(events[first:])
