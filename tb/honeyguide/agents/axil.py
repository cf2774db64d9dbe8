r"""AXI4-Lite, the core as slave: register accesses, who drives them, who sees them.

The driver takes address and data in any order.

An access does not wait for the answer to the one before if both are writes or both are reads:

    write 1, address and data  --\____/-----------------
    write 2, address and data  --------\______________/-     stays until the core has room
    answer to 1                -------\____________/----     BREADY held low
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

import cocotb
from cocotb.task import Task
from cocotb.triggers import Event

from honeyguide.agents.agent import Agent
from honeyguide.agents.bus import LAST, PinDriver, PinMonitor, Seen, Settle, known


@dataclass(frozen=True, kw_only=True)
class RegisterWrite:
    """Write `data` (32 bits) at a byte offset, with byte strobes."""

    address: int
    data: int
    strobes: int = 0xF
    gap: int = 0


@dataclass(frozen=True, kw_only=True)
class RegisterRead:
    """Read the register at a byte offset."""

    address: int
    gap: int = 0


@dataclass(frozen=True, kw_only=True)
class RegisterPoll:
    """Read until (data & mask) == value."""

    address: int
    mask: int
    value: int
    gap: int = 0


@dataclass(frozen=True, kw_only=True)
class RegisterSeen(Seen):
    """An answered access: `data` written or read, and the response (0 OKAY, 2 SLVERR)."""

    write: bool
    address: int
    data: int
    strobes: int
    response: int

    @property
    def place(self) -> int:
        """A write comes before what is issued and decided, a read last."""
        return 1 if self.write else LAST


class AxilDriver(PinDriver):
    """Plays accesses in order.

    Attributes:
        stall: probability of a wait cycle before each handshake.
        hold: the same before an answer is taken, if that is more.
    """

    _signals = [
        "awaddr", "awprot", "awvalid", "wdata", "wstrb", "wvalid", "bready",
        "araddr", "arprot", "arvalid", "rready",
    ]  # fmt: skip
    _inputs = ["awready", "wready", "bvalid", "arready", "rvalid", "rdata"]

    def build_phase(self) -> None:
        """Bind the signals; nothing is owed."""
        super().build_phase()
        self.stall, self.hold = 0.0, 0.4
        self._owed: Task[None] | None = None
        self._answered = Event()
        self._data = 0
        self._writing = False

    def forget(self) -> None:
        """Take every request off the pins, because the core was reset."""
        super().forget()
        if self._owed is not None:
            self._owed.cancel()
        self._owed = None
        for name in ("awvalid", "wvalid", "bready", "arvalid", "rready"):
            getattr(self.bus, name).value = 0

    async def _driver_send(
        self, transaction: RegisterWrite | RegisterRead | RegisterPoll | Settle, sync: bool = True
    ) -> None:
        if isinstance(transaction, Settle):
            await self._settle()
            return
        await self.cycles(transaction.gap + int(sync))
        if isinstance(transaction, RegisterWrite):
            await self._write(transaction)
            return
        await self._read(transaction.address)
        if isinstance(transaction, RegisterPoll):
            while await self._settle() & transaction.mask != transaction.value:
                await self._read(transaction.address)

    async def _settle(self) -> int:
        """Wait until no answer is owed; return the data of the last read, 0 if it was a write."""
        if self._owed is not None:
            await self._answered.wait()
            self._owed = None
        return self._data

    async def _turn(self, *, write: bool) -> None:
        """Writes and reads meet in no order of their own, so one kind waits for the other."""
        if self._writing != write:
            await self._settle()
        self._writing = write

    async def _waits(self, probability: float) -> None:
        while self.random.random() < probability:
            await self._rise

    async def _offer(self, valid: Any, ready: Any) -> None:
        await self._waits(self.stall)
        valid.value = 1
        await self.handshake(ready)
        await self._rise
        valid.value = 0

    async def _owe(self, ready: Any, valid: Any, data: Any = None) -> None:
        """Begin to wait for an answer, once the one before was taken."""
        await self._settle()
        self._answered = Event()
        self._owed = cocotb.start_soon(self._take(ready, valid, data))

    async def _take(self, ready: Any, valid: Any, data: Any) -> None:
        """Take an answer after some waits, and what `data` shows with it."""
        await self._waits(max(self.stall, self.hold))
        ready.value = 1
        await self.handshake(valid)
        self._data = 0 if data is None else known(data)
        await self._rise
        ready.value = 0
        self._answered.set()

    async def _write(self, item: RegisterWrite) -> None:
        bus, pins = self.bus, self.pins
        await self._turn(write=True)
        bus.awaddr.value = item.address
        bus.wdata.value = item.data
        bus.wstrb.value = item.strobes
        address = cocotb.start_soon(self._offer(bus.awvalid, pins.awready))
        data = cocotb.start_soon(self._offer(bus.wvalid, pins.wready))
        await address
        await data
        await self._owe(bus.bready, pins.bvalid)

    async def _read(self, address: int) -> None:
        bus, pins = self.bus, self.pins
        await self._turn(write=False)
        bus.araddr.value = address
        await self._offer(bus.arvalid, pins.arready)
        await self._owe(bus.rready, pins.rvalid, pins.rdata)


class AxilMonitor(PinMonitor):
    """Publishes RegisterSeen: reads when the answer is taken, writes when it shows.

    A write has happened by then, however long the host takes to look at the answer.
    """

    _signals = [
        "awaddr", "awvalid", "awready", "wdata", "wstrb", "wvalid", "wready", "bresp", "bvalid",
        "bready", "araddr", "arvalid", "arready", "rdata", "rresp", "rvalid", "rready",
    ]  # fmt: skip
    _write_addresses: deque[int]
    _write_data: deque[tuple[int, int]]
    _read_addresses: deque[int]

    def during_reset(self) -> None:
        """Forget accesses that a reset cut off."""
        self._write_addresses = deque()
        self._write_data = deque()
        self._read_addresses = deque()
        self._shown = False  # an answer to a write waits that was published

    def sample(self) -> None:
        """Publish what the next rising edge takes."""
        bus = self.bus
        answered = bool(known(bus.bvalid))
        if answered and not self._shown:
            data, strobes = self._write_data.popleft()
            self._recv(
                RegisterSeen(
                    cycle=self.cycle,
                    write=True,
                    address=self._write_addresses.popleft(),
                    data=data,
                    strobes=strobes,
                    response=known(bus.bresp),
                )
            )
        self._shown = answered and not known(bus.bready)
        if known(bus.rvalid) and known(bus.rready):
            self._recv(
                RegisterSeen(
                    cycle=self.cycle,
                    write=False,
                    address=self._read_addresses.popleft(),
                    data=known(bus.rdata),
                    strobes=15,
                    response=known(bus.rresp),
                )
            )
        if known(bus.awvalid) and known(bus.awready):
            self._write_addresses.append(known(bus.awaddr))
        if known(bus.wvalid) and known(bus.wready):
            self._write_data.append((known(bus.wdata), known(bus.wstrb)))
        if known(bus.arvalid) and known(bus.arready):
            self._read_addresses.append(known(bus.araddr))


class AxilAgent(Agent):
    """AXI4-Lite: the driver plays RegisterWrite, RegisterRead, RegisterPoll and Settle."""

    monitor_type = AxilMonitor
    driver_type = AxilDriver
    items = (RegisterSeen,)
