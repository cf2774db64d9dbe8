"""Which core is simulated, and the agents on its ports, which each of its environments has."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any

from golden.config import CoreConfig, load_config
from honeyguide.agents.agent import AgentConfig
from honeyguide.agents.axi import AxiAgent, AxiConfig
from honeyguide.agents.axil import AxilAgent
from honeyguide.agents.irq import IrqAgent
from honeyguide.agents.xif import XifAgent, XifConfig
from honeyguide.env.configuration import BenchConfiguration
from honeyguide.env.environment import Environment


@dataclass(frozen=True, kw_only=True)
class RatelConfiguration(BenchConfiguration):
    """Also `core`: its parameters, which must be those that the simulation was built with."""

    core: CoreConfig = field(default_factory=CoreConfig)

    @classmethod
    def from_environment(cls, **more: Any) -> RatelConfiguration:
        """Return what RATEL_CONFIG and the variables of every bench ask for; `more` goes first."""
        core = load_config(os.environ.get("RATEL_CONFIG"))
        return cls(**{"core": core, **cls.asked_for(), **more})


class PortEnvironment(Environment):
    """Agents of CV-X-IF, AXI4-Lite, AXI4 and the interrupt; who compares is added to them."""

    bench: RatelConfiguration

    def build_phase(self) -> None:
        """Create the agents."""
        super().build_phase()
        core = self.bench.core
        self.add_agent(
            "cvxif", XifAgent, XifConfig(bus="x", stream="xif.driver", id_bits=core.xif_id_width)
        )
        self.add_agent("axil", AxilAgent, AgentConfig(bus="l", stream="axil.driver"))
        self.add_agent(
            "axi", AxiAgent, AxiConfig(bus="m", stream="axi.memory", bus_bytes=core.axi_bytes)
        )
        self.add_agent("irq", IrqAgent, AgentConfig(bus=None))
