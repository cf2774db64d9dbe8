"""The trace: every instruction and every stall once, in a form that trace viewers read."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from golden.config import load_config
from scripts.runs.trace import ENGINES, job_events, write_chrome_trace
from sw.compiler.fastest import compile_network
from sw.compiler.predict import predict_phase
from sw.compiler.timing.core import Span
from sw.execution import core_phases
from sw.importer import import_network

ROOT = Path(__file__).resolve().parents[2]


@dataclass(kw_only=True)
class Spans:
    """A predicted trace in the form of a measured one."""

    load: list[Span] = field(default_factory=list)
    execute: list[Span] = field(default_factory=list)
    store: list[Span] = field(default_factory=list)


def _mnist() -> tuple[list[Any], Spans]:
    config = load_config("8x8")
    network = import_network(ROOT / "models" / "mnist" / "mnist.tflite")
    (phase, *_) = core_phases(compile_network(config, network, memory_base=0))
    spans = Spans()
    for span in predict_phase(config, phase.steps).spans:
        getattr(spans, span.engine).append(span)
    return phase.steps, spans


def test_every_instruction_has_a_bar_and_execute_is_always_busy_or_stalled(tmp_path: Path) -> None:
    steps, spans = _mnist()
    events = job_events(steps, spans)
    path = tmp_path / "trace.json"
    write_chrome_trace(path, [events], {0: "conv1"})
    records = json.loads(path.read_text())["traceEvents"]
    bars = [r for r in records if r["ph"] == "X"]
    for number, engine in enumerate(ENGINES):
        assert sum(r["tid"] == number for r in bars) == len(getattr(spans, engine))
    assert all(r["dur"] >= 0 and r["args"]["instruction"] for r in bars)
    covered = {c for e in events if e.track in ("execute", "stalls") for c in range(e.start, e.end)}
    first, last = min(e.start for e in events), max(e.end for e in events)
    assert covered == set(range(first, last))
    assert any(r["args"]["layer"] == "conv1" for r in bars)


def test_stalls_and_execute_never_overlap() -> None:
    events = job_events(*_mnist())
    for stall in (e for e in events if e.track == "stalls"):
        assert not any(
            e.track == "execute" and e.start < stall.end and stall.start < e.end for e in events
        )


@pytest.mark.parametrize("engine", ENGINES)
def test_a_trace_of_another_program_is_refused(engine: str) -> None:
    steps, spans = _mnist()
    lost = getattr(spans, engine).pop()
    with pytest.raises(ValueError, match=f"too few {engine}"):
        job_events(steps, spans)
    getattr(spans, engine).extend([lost, lost])
    with pytest.raises(ValueError, match=f"more {engine}"):
        job_events(steps, spans)
