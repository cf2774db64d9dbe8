"""What `tb/hdl/core_trace.sv` wrote down: starts and ends of instructions, words execute wrote."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

RECORD = np.dtype(
    [
        ("cycle", "<u4"),
        ("line", "<u2"),
        ("bank", "u1"),
        ("kind", "u1"),
        ("strobes", "<u4"),
        ("unused", "<u4"),
        ("data", "u1", (16,)),
    ]
)


class Kind(IntEnum):
    """Kinds of record, as in core_trace.sv."""

    WORD = 0
    LOAD_START = 1
    LOAD_DONE = 2
    EXECUTE_START = 3
    EXECUTE_DONE = 4
    STORE_START = 5
    STORE_DONE = 6


@dataclass(frozen=True, kw_only=True)
class Span:
    """One instruction in an engine: first and last cycle."""

    engine: str
    start: int
    end: int


@dataclass(kw_only=True)
class JobTrace:
    """One job: spans of each engine in program order, and the words of each execute instruction.

    ``words[i]`` are the records that the i-th execute instruction wrote.
    """

    load: list[Span] = field(default_factory=list)
    execute: list[Span] = field(default_factory=list)
    store: list[Span] = field(default_factory=list)
    words: list[NDArray[np.void]] = field(default_factory=list)


class CoreTrace:
    """The records of the running simulation; needs RATEL_TRACE in the environment."""

    def __init__(self) -> None:
        self._lib = ctypes.CDLL(None)
        self._lib.trace_count.restype = ctypes.c_uint32
        self._lib.trace_records.restype = ctypes.c_void_p

    def take(self) -> JobTrace:
        """Return what happened since the last call. The core must be idle."""
        count = self._lib.trace_count()
        if not count:
            return JobTrace()
        raw = (ctypes.c_uint8 * (count * RECORD.itemsize)).from_address(self._lib.trace_records())
        records = np.frombuffer(raw, dtype=RECORD).copy()
        self._lib.trace_clear()
        return split_records(records)


def split_records(records: NDArray[np.void]) -> JobTrace:
    """Spans and words of a stream of records.

    Engines work in order, so the n-th end belongs to the n-th start; words come before the end of
    the instruction that wrote them and after the end of the one before.

    Raises:
        ValueError: an engine ended more instructions than it started, or one is not finished.
    """
    trace = JobTrace()
    kinds = records["kind"]
    for engine, start, done in (
        ("load", Kind.LOAD_START, Kind.LOAD_DONE),
        ("execute", Kind.EXECUTE_START, Kind.EXECUTE_DONE),
        ("store", Kind.STORE_START, Kind.STORE_DONE),
    ):
        starts = records["cycle"][kinds == start].tolist()
        ends = records["cycle"][kinds == done].tolist()
        if len(starts) != len(ends):
            raise ValueError(f"{engine} started {len(starts)} instructions and ended {len(ends)}")
        spans = [Span(engine=engine, start=s, end=e) for s, e in zip(starts, ends, strict=True)]
        setattr(trace, engine, spans)
    is_word = kinds == Kind.WORD
    words = records[is_word]
    before = np.cumsum(is_word)[kinds == Kind.EXECUTE_DONE]
    first = 0
    for end in before.tolist():
        trace.words.append(words[first:end])
        first = end
    if first != len(words):
        raise ValueError(f"{len(words) - first} words belong to no finished instruction")
    return trace
