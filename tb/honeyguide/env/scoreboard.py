"""Compares memory byte by byte with that of the model, at every checkpoint."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from pyuvm import uvm_component

from honeyguide.env.checker import AnalysisImp, Checker
from honeyguide.env.configuration import Seeds
from honeyguide.env.tile import NativeStore


class Image(Protocol):
    """Memory of the model; a byte is not `known` if a write that failed may have changed it."""

    size: int
    data: NDArray[np.uint8]
    known: NDArray[np.bool_]

    def write(self, address: int, data: NDArray[np.uint8], /) -> None:
        """Write bytes."""
        ...


class Writer(Protocol):
    """Something that writes memory, an instruction or a transfer.

    Attributes:
        certain: it must write every byte; else it may, because it failed on the bus.
    """

    @property
    def certain(self) -> bool: ...

    def addresses(self) -> NDArray[np.int64]:
        """Return the address of every byte, in any shape."""
        ...

    def values(self) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """Return the bytes, and which of them the model knows, both in the shape of addresses."""
        ...

    def describe(self, place: tuple[int, ...]) -> tuple[str, str]:
        """Return who writes, and what the byte at a place of `addresses` is."""
        ...


class MemoryScoreboard(Checker):
    """What was written on the pins against what the model says was.

    Its `analysis_export` takes Writers; what the pins showed is in the store. The model's memory is
    `model_memory` in the ConfigDB.
    """

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.analysis_export = AnalysisImp("analysis_export", self, self.expect)

    def build_phase(self) -> None:
        """Fetch both memories; nothing is expected."""
        super().build_phase()
        self.store: NativeStore = self.cdb_get("store")
        self.golden: Image = self.cdb_get("model_memory")
        self.fill(self.cdb_get("seeds"))
        self._expected = np.zeros(self.golden.size, dtype=np.bool_)  # must have been written
        self._allowed = np.zeros(self.golden.size, dtype=np.bool_)  # may have been
        self._writers: list[Writer] = []
        self._compared = 0  # writers before those
        self._settled = 0  # so many writers, of all, have come to their end

    def fill(self, seeds: Seeds) -> None:
        """Give both memories the same random bytes: a read of a wrong place is a wrong value."""
        random = seeds.stream("memory")
        self.golden.data[:] = random.integers(0, 256, self.golden.size, dtype=np.uint8)
        self.store.memory[:] = self.golden.data

    def write(self, address: int, data: NDArray[Any] | bytes) -> None:
        """Put data into both memories, behind the core's back."""
        raw = np.frombuffer(bytes(data), dtype=np.uint8) if isinstance(data, bytes) else data
        raw = np.ascontiguousarray(raw).view(np.uint8).reshape(-1)
        self.golden.write(address, raw)
        self.store.memory[address : address + raw.size] = raw

    def expect(self, writer: Writer) -> None:
        """Note the bytes that something must or may write."""
        where = writer.addresses().reshape(-1)
        where = where[(where >= 0) & (where < self.golden.size)]
        self._allowed[where] = True
        if writer.certain:
            self._expected[where] = True
        self._writers.append(writer)

    def mark(self) -> int:
        """Return a mark behind every writer so far, for `settle`."""
        return self._compared + len(self._writers)

    def settle(self, mark: int) -> None:
        """Note that all up to a mark is in memory: a fence that waits for it has returned."""
        self._settled = max(self._settled, mark)

    def check(self, cycle: int) -> None:
        """Compare everything written since the last check; the core must be idle.

        Bytes are compared as the pins showed them and as the memory holds them.
        """
        store, golden = self.store, self.golden
        seen = store.written.view(np.bool_)
        touched = np.flatnonzero(seen | self._allowed)
        self.log.memory(store.written, store.observed)
        self.comparisons += int(touched.size)
        if not touched.size:
            return
        actual, expected = store.memory[touched], golden.data[touched]
        known = golden.known[touched]
        was, must, may = seen[touched], self._expected[touched], self._allowed[touched]
        wrong = known & (actual != expected)
        wrong |= known & was & (store.observed[touched] != expected)
        wrong |= (was & ~may) | (must & ~was)
        if wrong.any():
            self._report(touched, wrong, was, must | may, cycle)
        store.written[touched] = 0
        self._expected[touched] = False
        self._allowed[touched] = False
        self._forget_writers()

    def left_over(self) -> str:
        """Whether something was written, or should have been, since the last check."""
        if self._writers or self.store.written.any():
            return "memory was written and never compared"
        return ""

    def resolve(self) -> None:
        """Take what memory holds where the model can't know, after a failed store."""
        unknown = ~self.golden.known
        self.golden.data[unknown] = self.store.memory[unknown]
        self.golden.known[:] = True

    def accept_all(self) -> None:
        """Take memory as it is after a reset, which may have cut stores off anywhere.

        A byte that was written has a value that some store gave it; one that a returned fence
        covers has the last of those, or what a store behind the fence made of it.
        """
        written = self.store.written.view(np.bool_)
        self._complain(written & ~self._allowed, "was written, which no instruction asked for")
        if self._writers:
            must, right, judged = self._after_reset()
            missing, judged = must & ~written, judged & written
            self._complain(missing, "was not written, though a fence that covers it has returned")
            self._complain(judged & ~right, "was written with a value that no instruction gave it")
            differs = self.store.memory != self.store.observed
            self._complain(judged & differs, "in memory is not what was written on the pins")
            self.comparisons += int(np.count_nonzero(judged))
        self.golden.data[:] = self.store.memory
        self.golden.known[:] = True
        self.store.written[:] = 0
        self._expected[:] = False
        self._allowed[:] = False
        self._forget_writers()

    def _after_reset(self) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which bytes must be written, are written right, and can be judged at all."""
        must, right = np.zeros((2, self.golden.size), dtype=np.bool_)
        judged = np.ones(self.golden.size, dtype=np.bool_)
        for number, writer in enumerate(self._writers, start=self._compared + 1):
            where, (data, known) = writer.addresses().reshape(-1), writer.values()
            inside = (where >= 0) & (where < self.golden.size)
            where = where[inside]
            data, known = data.reshape(-1)[inside], known.reshape(-1)[inside]
            if number <= self._settled and writer.certain:
                must[where] = True
                right[where], judged[where] = False, True
            judged[where[~known]] = False
            if not writer.certain:
                judged[where] = False
            np.logical_or.at(right, where, self.store.observed[where] == data)
        return must, right, judged

    def _complain(self, wrong: NDArray[np.bool_], what: str) -> None:
        if wrong.any():
            address = int(np.flatnonzero(wrong)[0])
            self.failures.add(f"after reset: {self._place(address)} {what}")

    def _forget_writers(self) -> None:
        self._compared += len(self._writers)
        self._writers.clear()

    def _report(
        self,
        touched: NDArray[np.int64],
        wrong: NDArray[np.bool_],
        was: NDArray[np.bool_],
        asked: NDArray[np.bool_],
        cycle: int,
    ) -> None:
        at = int(np.flatnonzero(wrong)[0])
        address = int(touched[at])
        expected = int(self.golden.data[address].astype(np.int8))
        got = int(self.store.memory[address].astype(np.int8))
        what = f"expected {expected}, got {got}"
        if asked[at] and not was[at]:
            what = f"expected a write of {expected}, got none"
        elif was[at] and not asked[at]:
            what = f"expected no write, got one of {int(self.store.observed[address])}"
        self.failures.add(
            f"{self._place(address)}: {what}, {int(wrong.sum())} of {touched.size} bytes differ, "
            f"by cycle {cycle}"
        )

    def _place(self, address: int) -> str:
        """Who wrote a byte last, and which of its bytes it is."""
        for writer in reversed(self._writers):
            found = np.argwhere(writer.addresses() == address)
            if len(found):
                who, what = writer.describe(tuple(int(index) for index in found[0]))
                return f"{who}: byte {address:#x} ({what})"
        return f"byte {address:#x}, which no instruction writes,"
