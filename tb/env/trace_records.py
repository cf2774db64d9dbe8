"""What `tb/hdl/core_trace.sv` and `stage_trace.sv` write: a record's layout, and its reader."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

RECORD = np.dtype(
    [
        ("cycle", "<u4"),
        ("line", "<u2"),
        ("bank", "u1"),
        ("kind", "u1"),
        ("strobes", "<u4"),
        ("extra", "<u4"),
        ("data", "u1", (16,)),
    ]
)


class Kind(IntEnum):
    """Kinds of record: those of core_trace.sv, then those of stage_trace.sv."""

    WORD = 0
    LOAD_START = 1
    LOAD_DONE = 2
    EXECUTE_START = 3
    EXECUTE_DONE = 4
    STORE_START = 5
    STORE_DONE = 6
    RETIRE = 16
    REFUSE = 17
    DISPATCH = 18
    DESCRIPTOR = 19
    WAITED = 20
    LOAD_SPAD = 21
    LOAD_WBUF = 22
    LOAD_PBUF = 23
    LOAD_LUT = 24
    READ_SPAD = 25
    READ_WBUF = 26
    ACCUMULATE = 27
    WORKED = 28
    STORE_READ = 29
    STORE_BURST = 30
    STORE_BEAT = 31
    BUS_ERROR = 32
    CONFIGURED = 33
    READ_PBUF = 34
    READ_LUT = 35
    SWEPT = 36
    OFFERED = 37
    WRAPPED = 38


def read_live(first: int = 0) -> NDArray[np.void]:
    """Records of the running simulation from the `first` on; they stay where they are."""
    library = ctypes.CDLL(None)
    library.trace_count.restype = ctypes.c_uint32
    library.trace_records.restype = ctypes.c_void_p
    count = library.trace_count()
    if count <= first:
        return np.empty(0, dtype=RECORD)
    size = count * RECORD.itemsize
    raw = (ctypes.c_uint8 * size).from_address(library.trace_records())
    return np.frombuffer(raw, dtype=RECORD)[first:].copy()


def live_count() -> int:
    """Number of records that the running simulation holds."""
    library = ctypes.CDLL(None)
    library.trace_count.restype = ctypes.c_uint32
    return int(library.trace_count())


def read_saved(path: Path) -> NDArray[np.void]:
    """Records that a simulation left when it ended, however it ended."""
    raw = path.read_bytes()
    return np.frombuffer(raw[: len(raw) // RECORD.itemsize * RECORD.itemsize], dtype=RECORD)


def save_live() -> None:
    """Leave the records and waits of the running simulation where it leaves them if it dies."""
    ctypes.CDLL(None).trace_save()


def asserted() -> bool:
    """Whether an assertion has failed in the running simulation, which goes on all the same."""
    return bool(ctypes.CDLL(None).trace_errors())


def forget_live() -> None:
    """Drop the records of the running simulation."""
    ctypes.CDLL(None).trace_clear()


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

    def take(self) -> JobTrace:
        """Return what happened since the last call. The core must be idle."""
        records = read_live()
        forget_live()
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
