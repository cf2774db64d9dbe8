"""The agent of a register port."""

from __future__ import annotations

from honeyguide.agents.agent import Agent
from honeyguide.agents.axil.driver import AxilDriver
from honeyguide.agents.axil.item import RegisterSeen
from honeyguide.agents.axil.monitor import AxilMonitor


class AxilAgent(Agent):
    """AXI4-Lite: the driver plays RegisterWrite, RegisterRead, RegisterPoll and Settle."""

    monitor_type = AxilMonitor
    driver_type = AxilDriver
    items = (RegisterSeen,)
