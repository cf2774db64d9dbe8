"""How a bench runs, whatever core it proves, and the seed of the run.

One root seed makes every random number. Each user draws from a stream of its own, named after
itself, so adding one does not shift another:

    seeds = Seeds(7)
    waits = seeds.stream("xif.driver")      # numpy Generator
    lfsr = seeds.word("axi.memory")         # 32 bits for a generator in hardware
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from honeyguide.project import variable


class Speed(StrEnum):
    """Who drives the pins.

    PIN: Python on every cycle. TILE: SystemVerilog, a job at a time. SYSTEM: a CPU beside the core;
    then no agent drives, and monitors replay the recorder as at the tile level.
    """

    PIN = "pin"
    TILE = "tile"
    SYSTEM = "system"


@dataclass(frozen=True, kw_only=True)
class BenchConfiguration:
    """Everything a run can choose apart from its seed; a core adds its own parameters.

    Attributes:
        speed: who drives the pins.
        memory_bytes: size of external memory; beats beyond it answer DECERR.
        timeout_us: simulated time until the test fails.
        quiet_cycles: cycles without any movement on the pins until a run counts as hung.
    """

    speed: Speed = Speed.TILE
    memory_bytes: int = 1 << 20
    timeout_us: int = 1_000_000
    quiet_cycles: int = 200_000

    @staticmethod
    def asked_for() -> dict[str, object]:
        """Return what SPEED, MEMORY_KIB, TIMEOUT_US and QUIET_CYCLES of the project ask for."""
        return {
            "speed": Speed(os.environ.get(variable("SPEED"), "tile")),
            "memory_bytes": int(os.environ.get(variable("MEMORY_KIB"), "1024")) << 10,
            "timeout_us": int(os.environ.get(variable("TIMEOUT_US"), "1000000")),
            "quiet_cycles": int(os.environ.get(variable("QUIET_CYCLES"), "200000")),
        }


@dataclass(frozen=True)
class Seeds:
    """The root seed of a run, a non-negative integer."""

    root: int

    @classmethod
    def from_environment(cls) -> Seeds:
        """Return the root seed that the launcher gave.

        Raises:
            ValueError: it is not set or not a non-negative integer.
        """
        text = os.environ.get(variable("SEED"), "")
        if not text.isdecimal():
            raise ValueError(f"{variable('SEED')} must be a non-negative integer, not {text!r}")
        return cls(int(text))

    def _digest(self, name: str) -> bytes:
        return hashlib.sha256(f"{self.root}/{name}".encode()).digest()

    def stream(self, name: str) -> np.random.Generator:
        """Return a fresh generator for `name`; the same name gives the same numbers."""
        return np.random.default_rng(int.from_bytes(self._digest(name)[:16], "little"))

    def word(self, name: str) -> int:
        """Return 32 bits for `name`."""
        return int.from_bytes(self._digest(name)[16:20], "little")

    def child(self, name: str) -> Seeds:
        """Return the root of a part of the run that can be replayed alone."""
        return Seeds(int.from_bytes(self._digest(name)[20:24], "little"))
