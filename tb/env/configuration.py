"""Which core is simulated, and how."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from golden.config import CoreConfig, load_config
from honeyguide.env.configuration import BenchConfiguration


@dataclass(frozen=True, kw_only=True)
class RatelConfiguration(BenchConfiguration):
    """Also `core`: its parameters, which must be those that the simulation was built with."""

    core: CoreConfig = field(default_factory=CoreConfig)

    @classmethod
    def from_environment(cls, **more: Any) -> RatelConfiguration:
        """Return what RATEL_CONFIG and the variables of every bench ask for; `more` goes first."""
        core = load_config(os.environ.get("RATEL_CONFIG"))
        return cls(**{"core": core, **cls.asked_for(), **more})
