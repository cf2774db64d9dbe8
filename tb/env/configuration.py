"""Which core is simulated, and how."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import StrEnum

from golden.config import CoreConfig, load_config


class Speed(StrEnum):
    """Who drives the pins: Python on every cycle, or SystemVerilog a job at a time."""

    PIN = "pin"
    TILE = "tile"


@dataclass(frozen=True, kw_only=True)
class BenchConfiguration:
    """Everything a run can choose apart from its seed.

    Attributes:
        core: parameters of the core; must be those that the simulation was built with.
        speed: pin or tile level.
        memory_bytes: size of external memory; beats beyond it answer DECERR.
        timeout_us: simulated time until the test fails.
        quiet_cycles: cycles without any movement on the pins until a run counts as hung.
    """

    core: CoreConfig = field(default_factory=CoreConfig)
    speed: Speed = Speed.TILE
    memory_bytes: int = 1 << 20
    timeout_us: int = 1_000_000
    quiet_cycles: int = 200_000

    @classmethod
    def from_environment(cls) -> BenchConfiguration:
        """Return what RATEL_CONFIG, RATEL_SPEED, RATEL_MEMORY_KIB and RATEL_TIMEOUT_US ask for."""
        return cls(
            core=load_config(os.environ.get("RATEL_CONFIG")),
            speed=Speed(os.environ.get("RATEL_SPEED", "tile")),
            memory_bytes=int(os.environ.get("RATEL_MEMORY_KIB", "1024")) << 10,
            timeout_us=int(os.environ.get("RATEL_TIMEOUT_US", "1000000")),
        )
