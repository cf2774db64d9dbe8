"""Plays jobs at the pin level, on the sequencers of the agents."""

from __future__ import annotations

from typing import Any

from cocotb.triggers import Event, RisingEdge, select
from pyuvm import uvm_sequencer

from honeyguide.agents.agent import PortSequence
from honeyguide.agents.axi.driver import AxiMemoryDriver, Stalls
from honeyguide.agents.axil.driver import AxilDriver
from honeyguide.agents.command import Barrier, Command, Settle
from honeyguide.agents.xif.driver import XifDriver
from honeyguide.agents.xif.item import Offload
from honeyguide.env.host import Host


class PinHost(Host):
    """A layer above the agents: deals the commands of a job out to those that drive.

    A core may lack the one or the other port.
    """

    def start_of_simulation_phase(self) -> None:
        """Let Python drive the pins."""
        self.dut.tile.value = 0
        self._cut = Event()
        self._rise = RisingEdge(self.dut.clk)

    def _drivers(self, kind: type[Any]) -> list[Any]:
        """Drivers of one kind of port."""
        return [agent.driver for agent in self.agents if isinstance(agent.driver, kind)]

    def _sequencers(self, kind: type[Any]) -> list[uvm_sequencer]:
        return [agent.sequencer for agent in self.agents if isinstance(agent.driver, kind)]

    def set_stalls(self, stalls: Stalls, *, result: float = 0.0, latency: int = 0) -> None:
        """Set the wait probabilities; `latency` is the tile level's and is ignored here."""
        for memory in self._drivers(AxiMemoryDriver):
            memory.stalls = stalls
        for cpu in self._drivers(XifDriver):
            cpu.result_stall = result
        for registers in self._drivers(AxilDriver):
            registers.stall = result

    def set_lawless(self, *, twice: float = 0.0, other_id: float = 0.0) -> None:
        """Let the memories that Python plays break their rules."""
        self.dut.lawless.value = int(bool(twice or other_id))  # tells the checkers
        for memory in self._drivers(AxiMemoryDriver):
            memory.twice, memory.other_id = twice, other_id

    def forget(self) -> None:
        """Drop everything in flight and the rest of the job, because the core was reset."""
        self._cut.set()
        for agent in self.agents:
            agent.forget()

    async def play(self, commands: list[Command]) -> None:
        """Return when nothing of the job is in flight at the ports."""
        self._cut.clear()
        await select(self._play(commands), self._cut.wait())

    async def _play(self, commands: list[Command]) -> None:
        await self._rise
        for command in commands:
            match command:
                case Offload():
                    # Its place is after the accesses before it.
                    await self._on(AxilDriver, Settle())
                    await self._on(XifDriver, command)
                case Barrier():
                    await self._settle(command.gap)
                case _:
                    await self._on(AxilDriver, command)
        await self._settle(0)

    async def _settle(self, gap: int) -> None:
        await self._on(AxilDriver, Settle())
        for _ in range(gap):
            await self._rise
        await self._on(XifDriver, Settle())

    async def _on(self, kind: type[Any], command: Any) -> None:
        """Play a command on each port of a kind."""
        for sequencer in self._sequencers(kind):
            await PortSequence("commands", [command]).start(sequencer)
