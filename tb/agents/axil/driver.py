"""Drives register accesses over AXI4-Lite from Python, address and data in any order."""

from __future__ import annotations

from typing import Any

import cocotb
import numpy as np

from tb.agents.axil.item import RegisterPoll, RegisterRead, RegisterWrite
from tb.agents.bus import BoundDriver, known


class AxilDriver(BoundDriver):
    """One access at a time; `stall` is the probability of a wait cycle before each handshake."""

    _signals = [
        "awaddr", "awprot", "awvalid", "wdata", "wstrb", "wvalid", "bready",
        "araddr", "arprot", "arvalid", "rready",
    ]  # fmt: skip
    _inputs = ["awready", "wready", "bvalid", "arready", "rvalid", "rdata"]

    def __init__(
        self, entity: Any, clock: Any, *, random: np.random.Generator, stall: float = 0.0
    ) -> None:
        super().__init__(entity, "l", clock)
        self.stall = stall
        self._random = random

    def forget(self) -> None:
        """Take every request off the pins, because the core was reset."""
        for name in ("awvalid", "wvalid", "bready", "arvalid", "rready"):
            getattr(self.bus, name).value = 0

    async def _driver_send(
        self, transaction: RegisterWrite | RegisterRead | RegisterPoll, sync: bool = True
    ) -> None:
        await self.cycles(transaction.gap + int(sync))
        if isinstance(transaction, RegisterWrite):
            await self._write(transaction)
            return
        data = await self._read(transaction.address)
        if isinstance(transaction, RegisterPoll):
            while data & transaction.mask != transaction.value:
                data = await self._read(transaction.address)

    async def _waits(self) -> None:
        while self._random.random() < self.stall:
            await self._rise

    async def _offer(self, valid: Any, ready: Any) -> None:
        await self._waits()
        valid.value = 1
        await self.handshake(ready)
        await self._rise
        valid.value = 0

    async def _take(self, ready: Any, valid: Any) -> None:
        """Raise `ready` after some waits; return at the falling edge of the handshake."""
        await self._waits()
        ready.value = 1
        await self.handshake(valid)

    async def _write(self, item: RegisterWrite) -> None:
        bus, pins = self.bus, self.pins
        bus.awaddr.value = item.address
        bus.wdata.value = item.data
        bus.wstrb.value = item.strobes
        address = cocotb.start_soon(self._offer(bus.awvalid, pins.awready))
        data = cocotb.start_soon(self._offer(bus.wvalid, pins.wready))
        await address
        await data
        await self._take(bus.bready, pins.bvalid)
        await self._rise
        bus.bready.value = 0

    async def _read(self, address: int) -> int:
        bus, pins = self.bus, self.pins
        bus.araddr.value = address
        await self._offer(bus.arvalid, pins.arready)
        await self._take(bus.rready, pins.rvalid)
        data = known(pins.rdata)
        await self._rise
        bus.rready.value = 0
        return data
