"""Connects the coverage model to an environment, when the launcher asked for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from honeyguide.coverage.collector import Collector, wanted
from tb.coverage.instructions import InstructionCoverage
from tb.coverage.pins import PinCoverage

if TYPE_CHECKING:
    from tb.env.environment import Environment


class Coverage:
    """The samplers of a run. They observe: nothing here drives or checks."""

    def __init__(self, env: Environment) -> None:
        self.collector = Collector()
        self.instructions = InstructionCoverage(env.machine, self.collector)
        self.pins = PinCoverage(env.configuration.core, self.collector, self.instructions)
        env.predictor.observers.append(
            lambda outcome, doorbell: self.instructions.outcome(outcome, doorbell=doorbell)
        )
        # Pins first: they are the cause of what the predictor says next.
        env.observers.insert(0, self.pins.seen)

    def write(self, folder: Path) -> Path:
        """Write what was hit into a file below `folder` and return it."""
        return self.collector.write(folder)


def attach(env: Environment) -> Coverage | None:
    """Observe an environment that is built, if RATEL_COVERAGE is set and not 0."""
    return Coverage(env) if wanted() else None
