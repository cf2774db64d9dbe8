"""What `tb/hdl/core_trace.sv` wrote down: starts and ends of instructions, words execute wrote."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tb.env.trace_records import Kind, forget_live, read_live


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
