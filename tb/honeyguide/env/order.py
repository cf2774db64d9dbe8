"""Brings what the monitors publish into one order: that of the cycles, causes before effects.

    ap of each agent --> items --> flush() --> ap --> predictor, checkers, coverage

Who looks at two ports (a doorbell word and a decision in one cycle) must not depend on which
monitor was woken first; so everybody looks at this port, when a job is over. Beside it: what an
environment publishes about the course of a test, and a subscriber that keeps what came by.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter

from pyuvm import uvm_component

from honeyguide.agents.axi import BurstSeen, ResponseSeen
from honeyguide.agents.axil import RegisterSeen
from honeyguide.agents.bus import Seen
from honeyguide.agents.irq import InterruptSeen
from honeyguide.env.checker import AnalysisImp, ItemPort

IN_ORDER = attrgetter("cycle", "place")


class Order(uvm_component):
    """Sorts items of all monitors.

    Attributes:
        analysis_export: connect the monitors' ports to it.
        items: what was seen and is not yet published.
        ap: publishes the items in order.
    """

    def build_phase(self) -> None:
        """Create both ends."""
        self.items: list[Seen] = []
        self.analysis_export = AnalysisImp("analysis_export", self, self.items.append)
        self.ap = ItemPort("ap", self)

    def flush(self) -> None:
        """Publish everything that was seen since the last time."""
        items = sorted(self.items, key=IN_ORDER)
        self.items.clear()
        for item in items:
            self.ap.write(item)

    def check_phase(self) -> None:
        """Nothing may have been seen that nobody looked at."""
        if self.items:
            self.cdb_get("failures").add(f"{len(self.items)} items were seen and not looked at")


class History(uvm_component):
    """Compares nothing.

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
        kinds = (BurstSeen, ResponseSeen, InterruptSeen, RegisterSeen)
        self.analysis_export = AnalysisImp("analysis_export", self, self.write, kinds)

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
    """The core was reset; what was in flight is forgotten.

    Attributes:
        counts: what the core numbers begins anew; else it goes on from where the core was, which
            nobody outside of it knows.
    """

    counts: bool = True


@dataclass(frozen=True, kw_only=True)
class Broken:
    """The test was cut off, for example by a time-out."""

    message: str


Milestone = Announced | Played | Restarted | Broken
