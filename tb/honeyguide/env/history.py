"""Keeps what the ports showed, for tests that look at it."""

from __future__ import annotations

from pyuvm import uvm_component, uvm_subscriber

from honeyguide.agents.axi.item import BurstSeen, ResponseSeen
from honeyguide.agents.axil.item import RegisterSeen
from honeyguide.agents.irq.item import InterruptSeen
from honeyguide.agents.seen import Seen


class History(uvm_subscriber):
    """A subscriber that compares nothing.

    Attributes:
        bursts, responses: of the memory port.
        interrupts: changes of the line.
        registers_read: answered reads; a test clears it before it reads.
    """

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.bursts: list[BurstSeen] = []
        self.responses: list[ResponseSeen] = []
        self.interrupts: list[InterruptSeen] = []
        self.registers_read: list[RegisterSeen] = []

    def write(self, item: Seen) -> None:
        """Keep an item."""
        match item:
            case BurstSeen():
                self.bursts.append(item)
            case ResponseSeen():
                self.responses.append(item)
            case InterruptSeen():
                self.interrupts.append(item)
            case RegisterSeen(write=False):
                self.registers_read.append(item)
