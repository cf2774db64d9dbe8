r"""What every agent is made of.

    sequence --> sequencer --> driver --> pins --> monitor --> ap
                \------ if active -----/

An agent finds its configuration in the ConfigDB under `config`; what all share is there too: `dut`
(the bench top), `seeds`, `store` (external memory).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from pyuvm import (
    uvm_active_passive_enum,
    uvm_agent,
    uvm_sequence,
    uvm_sequence_item,
    uvm_sequencer,
)

from honeyguide.agents.bus import PinDriver, Seen


@dataclass(kw_only=True)
class AgentConfig:
    """How an agent is bound to the bench top, and whether it drives.

    Attributes:
        bus: its pins are `<bus>_<signal>`; with None the signals' own names.
        active: whether it drives; a passive agent only watches.
        stream: the stream of `seeds` from which a driver draws its waits.
        driven: before the names of the registers that a driver writes, `<driven><bus>_<signal>`.
        clock, reset, cycle: signals of the top: clock, reset (active low), number of the cycle.
    """

    bus: str | None
    active: bool = True
    stream: str = ""
    driven: str = "py_"
    clock: str = "clk"
    reset: str = "rst_n"
    cycle: str = "cycle"


class Agent(uvm_agent):
    """A port of the core. Subclasses name their parts; the factory may put others in their place.

    Attributes:
        monitor_type: always there; publishes on `ap`.
        driver_type: made when the agent is active; None for a port that nobody drives.
        items: what the monitor publishes.
    """

    monitor_type: ClassVar[type[Any]]
    driver_type: ClassVar[type[PinDriver] | None] = None
    items: ClassVar[tuple[type[Seen], ...]] = ()

    def build_phase(self) -> None:
        """Create the monitor, and sequencer and driver if the configuration says so."""
        self.config: AgentConfig = self.cdb_get("config")
        drives = self.config.active and self.driver_type is not None
        # Where pyuvm's own agent looks.
        self.cdb_set("is_active", uvm_active_passive_enum(drives), "")
        super().build_phase()
        self.cdb_set("config", self.config)
        self.monitor: Any = self.monitor_type.create("monitor", self)
        self.ap = self.monitor.ap
        if self.driver_type is not None and self.active():
            self.sequencer = uvm_sequencer.create("sequencer", self)
            self.driver: Any = self.driver_type.create("driver", self)

    def connect_phase(self) -> None:
        """Connect the driver to its sequencer."""
        if self.active():
            self.driver.seq_item_port.connect(self.sequencer.seq_item_export)

    def forget(self) -> None:
        """Drop everything in flight, because the core was reset."""
        if self.active():
            self.driver.forget()


class Carried(uvm_sequence_item):
    """One command on its way from a sequence to a driver."""

    def __init__(self, name: str, command: Any) -> None:
        super().__init__(name)
        self.command = command


class PortSequence(uvm_sequence):
    """Plays commands one after the other on the sequencer of one agent."""

    def __init__(self, name: str, commands: Sequence[Any]) -> None:
        super().__init__(name)
        self.commands = commands

    async def body(self) -> None:
        """Hand each to the driver, which says when it can take the next."""
        for command in self.commands:
            item = Carried("command", command)
            await self.start_item(item)
            await self.finish_item(item)
