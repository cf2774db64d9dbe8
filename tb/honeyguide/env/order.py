"""Brings what the monitors publish into one order: that of the cycles, causes before effects.

    ap of each agent --> fifo --> flush() --> ap --> predictor, checkers, coverage

Who looks at two ports (a doorbell word and a decision in one cycle) must not depend on which
monitor was woken first; so everybody looks at this port, when a job is over. Beside it: what an
environment publishes about the course of a test, and a subscriber that keeps what came by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from pyuvm import uvm_analysis_port, uvm_component, uvm_subscriber, uvm_tlm_analysis_fifo

from honeyguide.agents.axi import BurstSeen, ResponseSeen
from honeyguide.agents.axil import RegisterSeen
from honeyguide.agents.irq import InterruptSeen
from honeyguide.agents.item import Seen

IN_ORDER = attrgetter("cycle", "place")


class Order(uvm_component):
    """Sorts items of all monitors.

    Attributes:
        fifo: connect the monitors' ports to its `analysis_export`.
        ap: publishes the items in order.
    """

    def build_phase(self) -> None:
        """Create the queue and the port behind it."""
        self.fifo = uvm_tlm_analysis_fifo("fifo", self)
        self.ap = uvm_analysis_port("ap", self)

    def flush(self) -> None:
        """Publish everything that was seen since the last time."""
        items: list[Seen] = []
        while True:
            there, item = self.fifo.try_get()
            if not there:
                break
            items.append(item)
        items.sort(key=IN_ORDER)
        for item in items:
            self.ap.write(item)

    def check_phase(self) -> None:
        """Nothing may have been seen that nobody looked at."""
        if not self.fifo.is_empty():
            self.cdb_get("failures").add(f"{self.fifo.used()} items were seen and not looked at")


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


@dataclass(frozen=True, kw_only=True)
class Announced:
    """What the next job is made of: a label an instruction, made when somebody asks."""

    labels: Callable[[], list[str]]


@dataclass(frozen=True, kw_only=True)
class Played:
    """A job came to its end; `quiet` when everything was compared and nothing is in flight."""

    quiet: bool


@dataclass(frozen=True, kw_only=True)
class Restarted:
    """The core was reset; what was in flight is forgotten."""


@dataclass(frozen=True, kw_only=True)
class Broken:
    """The test was cut off, for example by a time-out."""

    message: str


Milestone = Announced | Played | Restarted | Broken
