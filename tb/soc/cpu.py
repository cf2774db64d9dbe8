"""The CPU beside Ratel: an agent that watches it, and who keeps what it stores, prints, commits."""

from __future__ import annotations

import logging

from pyuvm import uvm_component, uvm_subscriber

from golden.isa import Instruction
from golden.memory import Memory
from honeyguide.agents.agent import Agent
from honeyguide.agents.axil import RegisterSeen
from honeyguide.agents.bus import Seen
from honeyguide.agents.xif import CommitSeen, IssueSeen
from honeyguide.env.checker import AnalysisImp
from honeyguide.env.tile import RecordedMonitor, Recorder
from tb.env.predicted import Begins, Predicted
from tb.soc.events import ConsoleSeen, MarkSeen, StoreSeen, decode_all

log = logging.getLogger("ratel.soc")


class SystemRecorder(Recorder):
    """A recorder that also knows the events of the system's devices."""

    decode = staticmethod(decode_all)


class CpuAgent(Agent):
    """The CPU's memory port and devices; only the recorder watches them."""

    monitor_type = RecordedMonitor
    items = (StoreSeen, ConsoleSeen, MarkSeen)


class CpuStores(uvm_subscriber):
    """Lets the golden memory follow what the CPU stores.

    Bytes that Ratel wrote before count as the CPU's then.
    """

    def build_phase(self) -> None:
        """Fetch the golden memory."""
        self._golden: Memory = self.cdb_get("machine").memory

    def write(self, item: Seen) -> None:
        """Store the enabled bytes."""
        if not isinstance(item, StoreSeen):
            return
        for lane in range(4):
            if item.enables >> lane & 1:
                self._golden.data[item.address + lane] = item.data >> 8 * lane & 0xFF
                self._golden.known[item.address + lane] = True


class CpuHistory(uvm_subscriber):
    """What the CPU did, for tests and reports.

    Attributes:
        console: what the program printed.
        committed: instructions that it committed or rang the doorbell with, in order.
        issued, accepted, refused, killed, registers, stores: how often.
    """

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.predicted_export = AnalysisImp("predicted_export", self, self.predicted)
        self.console = ""
        self.committed: list[Instruction] = []
        self.issued = self.accepted = self.refused = self.killed = 0
        self.registers = self.stores = 0
        self._line = ""

    def write(self, item: Seen) -> None:
        """Count an item."""
        match item:
            case IssueSeen():
                self.issued += 1
                self.accepted += item.accept
                self.refused += not item.accept
            case CommitSeen():
                self.killed += item.kill
            case RegisterSeen():
                self.registers += 1
            case StoreSeen():
                self.stores += 1
            case ConsoleSeen():
                self._print(chr(item.byte))

    def predicted(self, item: Predicted) -> None:
        """Keep an instruction that the golden machine executes."""
        if isinstance(item, Begins):
            self.committed.append(item.instruction)

    def _print(self, character: str) -> None:
        self.console += character
        if character == "\n":
            log.info("console: %s", self._line)
            self._line = ""
        else:
            self._line += character

    def counts(self) -> str:
        """How much the CPU did, for the log."""
        names = ("issued", "accepted", "killed", "refused", "registers", "stores")
        return ", ".join(f"{getattr(self, name)} {name}" for name in names)
