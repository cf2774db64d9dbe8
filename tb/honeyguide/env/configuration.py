"""How a bench runs, whatever core it proves."""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum

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
        """Return what SPEED, MEMORY_KIB and TIMEOUT_US of the project ask for, as arguments."""
        return {
            "speed": Speed(os.environ.get(variable("SPEED"), "tile")),
            "memory_bytes": int(os.environ.get(variable("MEMORY_KIB"), "1024")) << 10,
            "timeout_us": int(os.environ.get(variable("TIMEOUT_US"), "1000000")),
        }
