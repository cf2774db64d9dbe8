"""The environment of the adversary: agents and oracles, no golden machine.

What a job does that is cut off anywhere has no single right answer; what it must not do has.
"""

from __future__ import annotations

from honeyguide.agents.agent import AgentConfig
from honeyguide.agents.axi import AxiAgent, AxiConfig
from honeyguide.agents.axil import AxilAgent
from honeyguide.agents.irq import IrqAgent
from honeyguide.agents.xif import XifAgent, XifConfig
from honeyguide.coverage.collector import wanted
from honeyguide.env.environment import Environment
from tb.env.attempts import Attempts
from tb.env.bus_oracle import BusOracle
from tb.env.configuration import RatelConfiguration
from tb.env.coverage import AbortCoverage


class AdversaryEnvironment(Environment):
    """Four agents, and the oracles that see what they see."""

    bench: RatelConfiguration

    def build_phase(self) -> None:
        """Create agents and oracle."""
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
        self.oracle = BusOracle.create("oracle", self)
        self.attempts = Attempts.create("attempts", self)
        if wanted():
            self.coverage = AbortCoverage.create("coverage", self)

    def connect_phase(self) -> None:
        """Let the oracle see everything in order."""
        super().connect_phase()
        self.order.ap.connect(self.oracle.analysis_export)
        self.order.ap.connect(self.attempts.analysis_export)

    def forget(self) -> None:
        """A soft reset leaves windows as they are."""

    def power_up(self) -> None:
        """The reset pin closes all windows."""
        self.oracle.power_up()
        self.attempts.forget()
