"""What the engines did, on one time axis: as Chrome/Perfetto JSON.

    cycle      0        200       400       600
    load       [ld.t      ][ld.w][ld.p]
    execute                 [conv            ][dwconv  ]
    store                                     [st.t ]
    stalls     [  load     ]                  [hazard]

A stall is a stretch in which execute runs nothing; it carries the name of what runs meanwhile. One
cycle is shown as one microsecond.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from golden.assembler import disassemble_instruction
from golden.isa import engine_of
from sw.compiler.program import Step

ENGINES = ("load", "execute", "store")
_STALLS = "stalls"


class EngineSpan(Protocol):
    """First and last cycle of an instruction in an engine."""

    @property
    def start(self) -> int:
        """Cycle in which the engine took it."""

    @property
    def end(self) -> int:
        """Cycle in which it was done."""


class EngineTrace(Protocol):
    """Spans of a job in program order; ``tb.env.trace_records.JobTrace`` is one."""

    @property
    def load(self) -> Sequence[EngineSpan]:
        """Of the load engine."""

    @property
    def execute(self) -> Sequence[EngineSpan]:
        """Of the execute engine."""

    @property
    def store(self) -> Sequence[EngineSpan]:
        """Of the store engine."""


@dataclass(frozen=True, kw_only=True)
class Event:
    """One bar of the trace; ``layer`` is -1 for what no layer owns."""

    track: str
    name: str
    start: int
    end: int
    layer: int
    text: str


def job_events(steps: Sequence[Step], trace: EngineTrace) -> list[Event]:
    """Events of one job, stalls included, by start.

    Raises ValueError when the trace has not a span for every load, execute and store step.
    """
    spans = {engine: iter(getattr(trace, engine)) for engine in ENGINES}
    events: list[Event] = []
    for step in steps:
        item = step.instruction.format
        engine = "" if item is None else engine_of(item.name)
        if item is None or not engine:
            continue
        span = next(spans[engine], None)
        if span is None:
            raise ValueError(f"the trace has too few {engine} instructions for the program")
        events.append(
            Event(
                track=engine,
                name=item.name,
                start=span.start,
                end=span.end,
                layer=step.layer,
                text=disassemble_instruction(step.instruction),
            )
        )
    for engine, rest in spans.items():
        if next(rest, None) is not None:
            raise ValueError(f"the trace has more {engine} instructions than the program")
    return sorted([*events, *stalls(events)], key=lambda e: (e.start, e.track))


def stalls(events: Sequence[Event]) -> list[Event]:
    """Stretches between the first and the last cycle of a job in which execute is idle."""
    if not events:
        return []
    found: list[Event] = []
    position = min(event.start for event in events)
    last = max(event.end for event in events)
    busy = sorted((e.start, e.end, e.layer) for e in events if e.track == "execute")
    for start, end, layer in [*busy, (last, last, -1)]:
        if start > position:
            others = {
                e.track
                for e in events
                if e.track != "execute" and e.start < start and e.end > position
            }
            name = " and ".join(sorted(others)) or "front end"
            found.append(
                Event(
                    track=_STALLS,
                    name=name,
                    start=position,
                    end=start,
                    layer=layer,
                    text=f"execute idle for {start - position} cycles, busy: {name}",
                )
            )
        position = max(position, end)
    return found


def chrome_trace(jobs: Iterable[Sequence[Event]], layer_names: dict[int, str]) -> dict[str, object]:
    """Trace Event Format (JSON object) of jobs, as Perfetto and chrome://tracing read it."""
    tracks = (*ENGINES, _STALLS)
    records: list[dict[str, object]] = [
        {"ph": "M", "pid": 1, "name": "process_name", "args": {"name": "ratel"}}
    ]
    for number, track in enumerate(tracks):
        records.append(
            {"ph": "M", "pid": 1, "tid": number, "name": "thread_name", "args": {"name": track}}
        )
        records.append(
            {
                "ph": "M",
                "pid": 1,
                "tid": number,
                "name": "thread_sort_index",
                "args": {"sort_index": number},
            }
        )
    for job, events in enumerate(jobs):
        for event in events:
            records.append(
                {
                    "ph": "X",
                    "pid": 1,
                    "tid": tracks.index(event.track),
                    "name": event.name,
                    "cat": event.track,
                    "ts": event.start,
                    "dur": event.end - event.start,
                    "args": {
                        "job": job,
                        "layer": layer_names.get(event.layer, ""),
                        "instruction": event.text,
                    },
                }
            )
    return {"traceEvents": records, "displayTimeUnit": "ms"}


def write_chrome_trace(
    path: Path, jobs: Iterable[Sequence[Event]], layer_names: dict[int, str]
) -> None:
    """Write ``chrome_trace`` to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(chrome_trace(jobs, layer_names)) + "\n", encoding="utf-8")
