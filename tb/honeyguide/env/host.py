"""Jobs, and who plays them: PinHost, or at the tile level what the factory puts in its place.

    sequence -- Job: commands in order --> Host -- each port's share --> agents (pin)
                                                -- at once -----------> simulator (tile)

A job is finished when nothing of it is in flight at the ports.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cocotb.triggers import Event, RisingEdge, select
from pyuvm import uvm_component, uvm_driver, uvm_sequence, uvm_sequence_item, uvm_sequencer

from honeyguide.agents.agent import Agent, PortSequence
from honeyguide.agents.axi import AxiMemoryDriver, Stalls
from honeyguide.agents.axil import AxilDriver, RegisterPoll, RegisterRead, RegisterWrite
from honeyguide.agents.bus import Barrier, Settle
from honeyguide.agents.xif import Instruction, Offload, XifDriver

Command = Offload | RegisterWrite | RegisterRead | RegisterPoll | Barrier  # of the ports


class Job(uvm_sequence_item):
    """Commands in order. It is finished when nothing of it is in flight at the ports."""

    def __init__(self, name: str, commands: Sequence[Command]) -> None:
        super().__init__(name)
        self.commands = list(commands)


class JobSequence(uvm_sequence):
    """Plays one job; what every other sequence ends in."""

    def __init__(self, name: str, commands: Sequence[Command]) -> None:
        super().__init__(name)
        self.commands = commands

    async def body(self) -> None:
        """Hand the job to the driver and wait until it is finished."""
        job = Job(f"{self.get_name()}.job", self.commands)
        await self.start_item(job)
        await self.finish_item(job)


def offload(program: Sequence[Instruction]) -> list[Command]:
    """Return commands that issue a program back to back over CV-X-IF."""
    return [Offload(instruction=instruction) for instruction in program]


class VirtualSequencer(uvm_sequencer):
    """Takes jobs for the host, and holds the sequencers of the agents that drive.

    Attributes:
        ports: sequencers by the agents' names; none at the tile level, where a job is all there is.
    """

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.ports: dict[str, uvm_sequencer] = {}


class Host(uvm_driver):
    """Driver of jobs, one after the other.

    Attributes:
        agents: those that drive; set when the environment is connected.
    """

    agents: list[Agent]

    def build_phase(self) -> None:
        """Fetch the bench top."""
        self.dut: Any = self.cdb_get("dut")

    async def run_phase(self) -> None:
        """Play jobs for ever."""
        while True:
            job = await self.seq_item_port.get_next_item()
            await self.play(job.commands)
            self.seq_item_port.item_done()

    async def play(self, commands: list[Command]) -> None:
        """Return when nothing of the job is in flight at the ports."""
        raise NotImplementedError

    def set_stalls(self, stalls: Stalls, *, result: float = 0.0, latency: int = 0) -> None:
        """Set the probabilities of waits: of the memory's channels, and of the CPU's answers.

        Args:
            stalls: of each channel of the memory, 0..1; 1 means that it is dead.
            result: of refusing a result or an answer of a register, 0..0.9.
            latency: cycles until the memory answers; only the tile level has it.
        """
        raise NotImplementedError

    def set_lawless(self, *, twice: float = 0.0, other_id: float = 0.0) -> None:
        """Let the memory do what none may: rules about it are off until the next reset.

        Args:
            twice: probability that a burst is answered once more.
            other_id: probability a beat or answer of an id that differs in its highest bit.
        """
        raise NotImplementedError

    def forget(self) -> None:
        """Drop everything in flight and the rest of the job, because the core was reset."""
        raise NotImplementedError


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
