"""The time line of one inference, from the spans that a network run left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.runs.model import Model
from scripts.runs.trace import job_events, write_chrome_trace
from sw.execution import core_phases


@dataclass(frozen=True)
class Span:
    """First and last cycle of one instruction in an engine."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class JobSpans:
    """Spans of one job, by engine, in program order."""

    load: Sequence[Span]
    execute: Sequence[Span]
    store: Sequence[Span]


def write_timeline(path: Path, model: Model, jobs: Sequence[dict[str, list[list[int]]]]) -> None:
    """Write a Chrome/Perfetto trace of all jobs of an inference on one time axis.

    Raises:
        ValueError: the spans do not belong to this program.
    """
    phases = core_phases(model.program)
    traces = [
        JobSpans(**{engine: [Span(*span) for span in spans] for engine, spans in job.items()})
        for job in jobs
    ]
    events = [job_events(phase.steps, trace) for phase, trace in zip(phases, traces, strict=True)]
    names = {layer.index: f"{layer.index} {layer.operator}" for layer in model.network.layers}
    write_chrome_trace(path, events, names)
