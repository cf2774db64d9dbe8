"""An interrupt line: its edges, those of reset, who sees them; an agent that only watches."""

from __future__ import annotations

from dataclasses import dataclass

from honeyguide.agents.agent import Agent
from honeyguide.agents.bus import PinMonitor, Seen, known


@dataclass(frozen=True, kw_only=True)
class InterruptSeen(Seen):
    """The interrupt line changed to `level`."""

    level: bool


@dataclass(frozen=True, kw_only=True)
class ResetSeen(Seen):
    """The reset pin changed to `level` (False: in reset)."""

    level: bool


class IrqMonitor(PinMonitor):
    """Publishes InterruptSeen for each edge outside reset."""

    _signals = ["irq"]
    _level = False

    def during_reset(self) -> None:
        """The line starts low."""
        self._level = False

    def sample(self) -> None:
        """Publish a change."""
        level = bool(known(self.bus.irq))
        if level != self._level:
            self._level = level
            self._recv(InterruptSeen(cycle=self.cycle, level=level))


class IrqAgent(Agent):
    """Interrupt line `irq`; with `bus` in its configuration, `<bus>_irq`."""

    monitor_type = IrqMonitor
    items = (InterruptSeen,)
