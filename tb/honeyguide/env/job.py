"""A job: commands that are played together, and the sequence that hands one to a host."""

from __future__ import annotations

from collections.abc import Sequence

from pyuvm import uvm_sequence, uvm_sequence_item

from honeyguide.agents.command import Command
from honeyguide.agents.xif.item import Instruction, Offload


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
