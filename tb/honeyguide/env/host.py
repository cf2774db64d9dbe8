"""Who plays jobs: PinHost, or at the tile level what the factory puts in its place."""

from __future__ import annotations

from typing import Any

from pyuvm import uvm_driver

from honeyguide.agents.agent import Agent
from honeyguide.agents.axi.driver import Stalls
from honeyguide.agents.command import Command


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
