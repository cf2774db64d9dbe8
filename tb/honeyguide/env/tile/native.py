"""The C++ store in the running simulation (`hdl/bench_store.cpp`), as NumPy views."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

COMMAND_WORDS = 8
EVENT = np.dtype([("kind", "<u4"), ("cycle", "<u4"), ("word", "<u4", (6,))])


class NativeStore:
    """Memory, bytes seen written, commands and events, shared with SystemVerilog without copies.

    Attributes:
        memory: uint8 [bytes], what external memory holds; writing to it is a backdoor write.
        written: uint8 [bytes], 1 where the pins showed a write since `clear_written`.
        observed: uint8 [bytes], the value of the last such write.
    """

    def __init__(self, size: int) -> None:
        self._lib = ctypes.CDLL(None)
        for name in ("bench_memory", "bench_written", "bench_observed", "bench_events"):
            getattr(self._lib, name).restype = ctypes.c_void_p
        self._lib.bench_event_count.restype = ctypes.c_uint32
        self._lib.bench_create(ctypes.c_uint32(size))
        self.memory = self._bytes("bench_memory", size)
        self.written = self._bytes("bench_written", size)
        self.observed = self._bytes("bench_observed", size)

    def _bytes(self, name: str, size: int) -> NDArray[np.uint8]:
        address = getattr(self._lib, name)()
        return np.frombuffer(
            memoryview((ctypes.c_uint8 * size).from_address(address)), dtype=np.uint8
        )

    def add_commands(self, commands: Iterable[Iterable[int]]) -> int:
        """Append commands of up to 8 words each for the player; return how many."""
        rows = [(*words, *([0] * COMMAND_WORDS))[:COMMAND_WORDS] for words in map(tuple, commands)]
        packed = np.array(rows, dtype=np.uint32)
        self._lib.bench_add_commands(packed.ctypes.data_as(ctypes.c_void_p), len(rows))
        return len(rows)

    def take_events(self) -> NDArray[np.void]:
        """Return the events recorded since the last call, dtype EVENT, oldest first."""
        count = self._lib.bench_event_count()
        if not count:
            return np.empty(0, dtype=EVENT)
        view = (ctypes.c_uint8 * (count * EVENT.itemsize)).from_address(self._lib.bench_events())
        events = np.frombuffer(view, dtype=EVENT).copy()
        self._lib.bench_clear_events()
        return events

    def add_fault(self, first: int, last: int, *, on_write: bool, response: int) -> None:
        """Answer beats that touch bytes first..last with this response."""
        self._lib.bench_add_fault(first, last, int(on_write), response)

    def clear_faults(self) -> None:
        """Answer every beat inside the memory with OKAY again."""
        self._lib.bench_clear_faults()

    def response(self, address: int, size: int, *, on_write: bool) -> int:
        """Return what the memory answers to a beat."""
        return int(self._lib.bench_response(address, size, int(on_write)))
