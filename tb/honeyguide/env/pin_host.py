"""Plays jobs at the pin level, through the Python agents of CV-X-IF and AXI4-Lite."""

from __future__ import annotations

from typing import Any

from cocotb.triggers import Event, RisingEdge, select
from pyuvm import uvm_driver

from honeyguide.agents.axi.driver import AxiMemoryDriver, Stalls, Storage
from honeyguide.agents.axil.driver import AxilDriver
from honeyguide.agents.command import Barrier, Command
from honeyguide.agents.xif.driver import XifDriver
from honeyguide.agents.xif.item import Offload
from honeyguide.env.seeds import Seeds


class PinHost(uvm_driver):
    """Driver of jobs for the pin level. `attach` comes before the run phase."""

    def attach(
        self, dut: Any, storage: Storage, seeds: Seeds, *, bus_bytes: int, id_bits: int
    ) -> None:
        """Connect the agents' drivers to the bench top."""
        dut.tile.value = 0
        self.cut = Event()
        self.rise = RisingEdge(dut.clk)
        self.xif = XifDriver(dut, dut.clk, random=seeds.stream("xif.driver"), id_bits=id_bits)
        self.axil = AxilDriver(dut, dut.clk, random=seeds.stream("axil.driver"))
        self.memory = AxiMemoryDriver(
            dut, dut.clk, random=seeds.stream("axi.memory"), storage=storage, bus_bytes=bus_bytes
        )

    def set_stalls(self, stalls: Stalls, *, result: float = 0.0, latency: int = 0) -> None:
        """Set the wait probabilities; `latency` is the tile level's and is ignored here."""
        self.memory.stalls = stalls
        self.xif.result_stall = result
        self.axil.stall = result

    def forget(self) -> None:
        """Drop everything in flight and the rest of the job, because the core was reset."""
        self.cut.set()
        self.xif.forget()
        self.axil.forget()
        self.memory.forget()

    async def run_phase(self) -> None:
        """Play jobs for ever."""
        while True:
            job = await self.seq_item_port.get_next_item()
            await self.play(job.commands)
            self.seq_item_port.item_done()

    async def play(self, commands: list[Command]) -> None:
        """Return when nothing of the job is in flight at the ports."""
        self.cut.clear()
        await select(self._play(commands), self.cut.wait())

    async def _play(self, commands: list[Command]) -> None:
        await self.rise
        for command in commands:
            match command:
                case Offload():
                    await self.axil.settle()  # its place is after the accesses before it
                    await self.xif.send(command, sync=False)
                case Barrier():
                    await self._settle(command.gap)
                case _:
                    await self.axil.send(command, sync=False)
        await self._settle(0)

    async def _settle(self, gap: int) -> None:
        await self.axil.settle()
        for _ in range(gap):
            await self.rise
        while not self.xif.idle:
            await self.rise
