"""Compares what the core thinks an instruction touches, and that nothing starts too early.

    dispatcher --checked: ranges--> tb/hdl/dependency_trace.sv --> here <-- golden's outcomes
    engines ----start, end--------->

Of each instruction that reaches the slots, every range of lines, words, entries and bytes must be
golden's; and when it starts, every older one that it depends on must be complete. A result shows a
mistake in either only if two instructions happen to meet.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from pyuvm import uvm_component

from golden.assembler import disassemble_instruction
from golden.isa import Instruction
from golden.machine import Outcome
from honeyguide.env.checker import AnalysisImp, Checker
from tb.env.predicted import Executed, Predicted

RECORD = np.dtype([("kind", "<u4"), ("engine", "<u4"), ("index", "<u4"), ("ranges", "<u4", (8,))])


class Kind(IntEnum):
    """What a record tells of."""

    CHECKED = 0
    START = 1
    END = 2
    CUT = 3


ENGINES = ("load", "execute", "store")
# name: place of the valid bit, of the low end, of the high end, and the width of each
FIELDS = {
    "A": (0, 1, 16, 17, 16), "B": (33, 34, 16, 50, 16), "D": (66, 67, 16, 83, 16),
    "W": (99, 100, 16, 116, 16), "P": (132, 133, 16, 149, 16), "M": (166, 167, 32, 199, 33),
}  # fmt: skip
TABLE = 165  # valid bit of the table, which is one thing

Range = tuple[int, int]
Ranges = dict[str, Range]
Touched = tuple[tuple[str, int, int], ...]


def read_live() -> NDArray[np.void]:
    """Return the records of the running simulation and forget them there."""
    library = ctypes.CDLL(None)
    library.trace_dependency_count.restype = ctypes.c_uint32
    library.trace_dependencies.restype = ctypes.c_void_p
    count = library.trace_dependency_count()
    if not count:
        return np.empty(0, dtype=RECORD)
    size = count * RECORD.itemsize
    raw = (ctypes.c_uint8 * size).from_address(library.trace_dependencies())
    records = np.frombuffer(raw, dtype=RECORD).copy()
    library.trace_dependencies_clear()
    return records


def unpacked(words: Sequence[int]) -> Ranges:
    """Return the valid ranges of a vector of ratel_ranges.vh, given as 32-bit words."""
    bits = 0
    for word in reversed(words):
        bits = bits << 32 | int(word)
    found = {
        name: (bits >> low & (1 << low_width) - 1, bits >> high & (1 << high_width) - 1)
        for name, (valid, low, low_width, high, high_width) in FIELDS.items()
        if bits >> valid & 1
    }
    return {**found, "T": (0, 256)} if bits >> TABLE & 1 else found


def expected(outcome: Outcome) -> Ranges:
    """Return the ranges that golden gives an instruction, under the core's names.

    Accumulators that a hold leaves are no range: execute has them to itself.
    """
    names = {"wbuf": "W", "pbuf": "P", "lut": "T"}
    ranges: Ranges = {}
    for item in outcome.reads:
        name = names.get(item.what) or ("B" if "A" in ranges else "A")
        if item.what != "acc":
            ranges[name] = (item.first, item.end)
    for item in outcome.writes:
        if item.what != "acc":
            ranges[names.get(item.what, "D")] = (item.first, item.end)
    region = outcome.memory_read
    if outcome.memory_write is not None:
        region = outcome.memory_write.region
    if region is not None:
        ranges["M"] = (region.addr, region.end)
    return ranges


def touched(outcome: Outcome) -> tuple[Touched, Touched]:
    """Return what an instruction reads and writes: (memory, first, end)."""
    reads = [(item.what, item.first, item.end) for item in outcome.reads if item.what != "acc"]
    writes = [(item.what, item.first, item.end) for item in outcome.writes if item.what != "acc"]
    if outcome.memory_read is not None:
        reads.append(("memory", outcome.memory_read.addr, outcome.memory_read.end))
    if outcome.memory_write is not None:
        region = outcome.memory_write.region
        writes.append(("memory", region.addr, region.end))
    return tuple(reads), tuple(writes)


def meet(some: Touched, others: Touched) -> bool:
    """Whether two have a line, word, entry or byte in common."""
    return any(a == b and x < v and u < y for a, x, y in some for b, u, v in others)


@dataclass(frozen=True, kw_only=True)
class Known:
    """What golden says of an instruction, without the values, of which a network has too many."""

    instruction: Instruction
    index: int | None
    fails: bool
    ranges: Ranges
    reads: Touched
    writes: Touched

    @staticmethod
    def of(outcome: Outcome) -> Known:
        """Return it of an outcome."""
        reads, writes = touched(outcome)
        return Known(
            instruction=outcome.instruction, index=outcome.index,
            fails=outcome.error is not None, ranges=expected(outcome), reads=reads, writes=writes,
        )  # fmt: skip

    def __str__(self) -> str:
        return f"instruction {self.index} `{disassemble_instruction(self.instruction)}`"


@dataclass(frozen=True, kw_only=True)
class Flight:
    """An instruction between the slots and its end."""

    engine: int
    known: Known

    def waits_for(self, older: Flight) -> bool:
        """Whether it must not start before an older one is complete."""
        new, old = self.known, older.known
        if self.engine == older.engine:  # an engine works in order; only execute reads ahead
            only = tuple(item for item in old.writes if item[0] == "spad")
            return ENGINES[self.engine] == "execute" and meet(new.reads, only)
        return (
            meet(new.reads, old.writes)
            or meet(new.writes, old.reads)
            or meet(new.writes, old.writes)
        )


class Dependencies(Checker):
    """See above.

    Numbers of instructions begin again after a reset. An abort leaves the core with those that it
    has counted and golden with all that it was given, so the first one afterwards tells how many
    lie between.
    """

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.predicted_export = AnalysisImp("predicted_export", self, self.predicted)
        self._known: dict[int, Known] = {}
        self._ahead: int | None = 0  # golden's numbers against the core's; None after an abort
        self._flying: dict[int, Flight] = {}  # in slots or in an engine, in program order
        self._later: NDArray[np.void] = np.empty(0, dtype=RECORD)  # seen, not looked at yet

    def predicted(self, item: Predicted) -> None:
        """Remember what golden says of an instruction."""
        if isinstance(item, Executed) and item.outcome.index is not None:
            known = Known.of(item.outcome)
            if known.ranges:
                self._known[item.outcome.index] = known

    def forget(self, *, abort: bool = False) -> None:
        """After a reset or an abort: what was under way is gone."""
        self._ahead = None if abort else 0
        records = self._records()
        cuts = np.flatnonzero(records["kind"] == Kind.CUT)
        self._later = records[cuts[-1] + 1 :] if len(cuts) else records
        self._known.clear()
        self._flying.clear()

    def _records(self) -> NDArray[np.void]:
        records = np.concatenate([self._later, read_live()])
        self._later = records[:0]
        return records

    def check(self) -> None:
        """Compare what happened since the last call; the core is quiet."""
        records = self._records()
        # As lists: a field of one record takes as long as all that is done with it.
        columns = (records[name].tolist() for name in ("kind", "engine", "index", "ranges"))
        for kind, engine, index, ranges in zip(*columns, strict=True):
            match kind:
                case Kind.CHECKED:
                    self._checked(engine, index, unpacked(ranges))
                case Kind.START:
                    self._start(index)
                case Kind.END:
                    self._flying.pop(index, None)
                case _:
                    self._flying.clear()
        for known in self._known.values():
            if not known.fails:
                self.failures.add(f"{known} never reached the slots")
        self._known.clear()

    def _checked(self, engine: int, index: int, ranges: Ranges) -> None:
        if self._ahead is None:
            first = next(iter(self._known), index)
            self._ahead = first - index
        known = self._known.pop(index + self._ahead, None)
        if known is None:
            self.failures.add(f"instruction {index} reached the slots and was not predicted")
            return
        self.comparisons += 1
        if ranges != known.ranges:
            wanted = known.ranges
            name = min(name for name in {*ranges, *wanted} if ranges.get(name) != wanted.get(name))
            self.failures.add(
                f"{known}: range {name} is {ranges.get(name, 'absent')}, expected "
                f"{wanted.get(name, 'absent')}"
            )
        self._flying[index] = Flight(engine=engine, known=known)

    def _start(self, index: int) -> None:
        flight = self._flying.get(index)
        if flight is None:
            self.failures.add(f"instruction {index} was started and is in no slot")
            return
        self.comparisons += 1
        for number, older in self._flying.items():
            if number == index:
                return
            if flight.waits_for(older):
                self.failures.add(
                    f"{flight.known} started before {older.known.index}, which it depends on, was "
                    "complete"
                )
                return

    def left_over(self) -> str:
        """Instructions that the core never ended."""
        return f"{len(self._flying)} instructions are in slots at the end" if self._flying else ""
