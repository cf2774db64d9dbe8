"""Sees the interrupt line change."""

from __future__ import annotations

from honeyguide.agents.bus import PinMonitor, known
from honeyguide.agents.irq.item import InterruptSeen


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
