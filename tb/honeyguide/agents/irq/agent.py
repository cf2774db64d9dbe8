"""The agent of an interrupt line: it watches."""

from __future__ import annotations

from honeyguide.agents.agent import Agent
from honeyguide.agents.irq.item import InterruptSeen
from honeyguide.agents.irq.monitor import IrqMonitor


class IrqAgent(Agent):
    """Interrupt line `irq`; with `bus` in its configuration, `<bus>_irq`."""

    monitor_type = IrqMonitor
    items = (InterruptSeen,)
