"""Predicted cycles of a phase: in all, and layer by layer as the bench measures them.

A layer's cycles run from the end of the execute instruction before its first to the end of its
last; what remains up to the end of the job are the last stores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from golden.config import CoreConfig
from sw.compiler.program import Step
from sw.compiler.timing.core import Span, simulate


@dataclass(frozen=True, kw_only=True)
class PhasePrediction:
    """Cycles of a job (counter BUSY), of each layer in it, and when each instruction is at work."""

    cycles: int
    layers: dict[int, int]
    spans: tuple[Span, ...]


def predict_phase(config: CoreConfig, steps: Sequence[Step]) -> PhasePrediction:
    """Prediction for the steps of one phase that starts on an idle core with a quiet memory."""
    timing = simulate(config, [step.instruction for step in steps])
    layers: dict[int, int] = {}
    before = 0
    for span in timing.spans:
        layer = steps[span.index].layer
        if span.engine == "execute":
            layers[layer] = layers.get(layer, 0) + span.end - before
            before = span.end
    return PhasePrediction(cycles=timing.cycles, layers=layers, spans=tuple(timing.spans))
