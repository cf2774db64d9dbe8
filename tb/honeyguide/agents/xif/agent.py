"""The agent of a coprocessor port."""

from __future__ import annotations

from dataclasses import dataclass

from honeyguide.agents.agent import Agent, AgentConfig
from honeyguide.agents.xif.driver import XifDriver
from honeyguide.agents.xif.item import CommitSeen, IssueSeen, ResultSeen
from honeyguide.agents.xif.monitor import XifMonitor


@dataclass(kw_only=True)
class XifConfig(AgentConfig):
    """Also the width of an instruction's id."""

    id_bits: int


class XifAgent(Agent):
    """CV-X-IF: the driver is the CPU, it plays Offload and Settle."""

    monitor_type = XifMonitor
    driver_type = XifDriver
    items = (IssueSeen, CommitSeen, ResultSeen)
