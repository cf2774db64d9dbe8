"""How fast the simulation runs, at each level, on the same work: images of the MNIST network."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from golden.config import CoreConfig
from models.mnist import dataset
from models.mnist.evaluate import MODEL_FILE, to_int8
from scripts.runs.networks import NetworkRun, run_on_rtl
from sw.compiler import compile_network
from sw.importer import import_network
from tb.env.settings import MEMORY_BASE

# Images for each level: enough cycles for a steady figure, few enough for the slow one.
LEVELS = {"tile": 6, "pin": 1}


@dataclass(frozen=True, kw_only=True)
class SpeedFigure:
    """One level: simulated cycles, and seconds inside the test without its start-up."""

    level: str
    about: str
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


ABOUT = {
    "tile": "tile level (everything compared)",
    "pin": "pin level (everything compared)",
}


def measure_speed(core: CoreConfig, build: Path, folder: Path, seed: int) -> list[SpeedFigure]:
    """Return a figure for each level, all from one build, one after the other."""
    network = import_network(MODEL_FILE)
    program = compile_network(core, network, memory_base=MEMORY_BASE)
    images = to_int8(dataset.load_test_images().images)
    figures = []
    for level, count in LEVELS.items():
        result = run_on_rtl(
            NetworkRun(
                build=build,
                core=core,
                model=MODEL_FILE,
                network=network,
                inputs=images[:count],
                memory_end=program.memory_end,
                folder=folder / level,
                seed=seed,
                parts=1,
                speed=level,
            )
        )
        figures.append(
            SpeedFigure(
                level=level,
                about=ABOUT[level],
                cycles=result.simulated_cycles,
                seconds=result.seconds,
                failure="" if result.passed else f"{level} level: {result.failure}",
            )
        )
    return figures
