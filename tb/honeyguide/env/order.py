"""Brings what the monitors publish into one order: that of the cycles, causes before effects.

    ap of each agent --> fifo --> flush() --> ap --> predictor, checkers, coverage

Who looks at two ports (a doorbell word and a decision in one cycle) must not depend on which
monitor was woken first; so everybody looks at this port, when a job is over.
"""

from __future__ import annotations

from operator import attrgetter

from pyuvm import uvm_analysis_port, uvm_component, uvm_tlm_analysis_fifo

from honeyguide.agents.seen import Seen

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
