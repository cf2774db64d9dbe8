"""How fast the simulation runs, at each level, on the same work: images of the MNIST network.

bare   the Verilated core in a C++ loop: nothing is recorded, only the outputs are compared
tile   the bench that most tests run on: bus, memory and every layer's output compared
pin    the same with Python on every pin in every cycle

Each is one process with one thread, so seconds are those of the processor: what else the machine
does moves ratios little.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from golden.config import CoreConfig
from models.mnist import dataset
from models.mnist.evaluate import MODEL_FILE, to_int8
from scripts.runs.bare import run_bare
from scripts.runs.model import load_model
from scripts.runs.networks import NetworkRun, run_on_rtl

# Images for each level: enough cycles for a steady figure, few enough for the slow one.
IMAGES = {"bare": 30, "tile": 10, "pin": 1}
# The tile level against the two others, in one run.
TILE_OF_BARE = 0.40
TILE_OF_PIN = 5.0


@dataclass(frozen=True, kw_only=True)
class SpeedFigure:
    """One level: simulated cycles, and the processor's seconds they took without start-up."""

    level: str
    cycles: int
    seconds: float
    failure: str = ""

    @property
    def rate(self) -> float:
        """Simulated cycles a second."""
        return self.cycles / self.seconds if self.seconds else 0.0

    def entry(self) -> dict[str, Any]:
        """As a JSON value."""
        return {**asdict(self), "cycles_per_second": self.rate}


def measure_speed(core: CoreConfig, build: Path, folder: Path, seed: int) -> list[SpeedFigure]:
    """Return a figure for each level, one after the other on an otherwise idle process."""
    model = load_model(MODEL_FILE, core)
    images = to_int8(dataset.load_test_images().images)
    bare = run_bare(model, images[: IMAGES["bare"]], folder / "bare")
    figures = [
        SpeedFigure(level="bare", cycles=bare.cycles, seconds=bare.seconds, failure=bare.failure)
    ]
    for level in ("tile", "pin"):
        result = run_on_rtl(
            NetworkRun(
                build=build,
                model=model,
                inputs=images[: IMAGES[level]],
                folder=folder / level,
                seed=seed,
                parts=1,
                speed=level,
            )
        )
        figures.append(
            SpeedFigure(
                level=level,
                cycles=result.simulated_cycles,
                seconds=result.seconds,
                failure="" if result.passed else f"{level} level: {result.failure}",
            )
        )
    return figures


def ratios(figures: list[SpeedFigure]) -> dict[str, float]:
    """Return tile over bare and tile over pin; a level that failed makes its ratio 0."""
    rate = {figure.level: figure.rate for figure in figures}
    return {
        f"tile_of_{other}": rate["tile"] / rate[other] if rate[other] else 0.0
        for other in ("bare", "pin")
    }
