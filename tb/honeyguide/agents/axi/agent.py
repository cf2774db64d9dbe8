"""The agent of a memory port."""

from __future__ import annotations

from dataclasses import dataclass

from honeyguide.agents.agent import Agent, AgentConfig
from honeyguide.agents.axi.driver import AxiMemoryDriver
from honeyguide.agents.axi.item import BurstSeen, ResponseSeen
from honeyguide.agents.axi.monitor import AxiMonitor


@dataclass(kw_only=True)
class AxiConfig(AgentConfig):
    """Also the width of the data bus, and whether the port has the channels that write."""

    bus_bytes: int
    writes: bool = True


class AxiAgent(Agent):
    """AXI4, the core as master: the driver is the memory, which answers without a sequence."""

    monitor_type = AxiMonitor
    driver_type = AxiMemoryDriver
    items = (BurstSeen, ResponseSeen)
