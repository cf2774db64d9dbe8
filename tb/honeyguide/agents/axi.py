"""AXI4, the core as master: what it does on its memory port, and the memory that answers.

The memory has random waits on each channel, read data out of order between ids, write data taken
before its address, and faults.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any, Protocol

import cocotb
import numpy as np
from numpy.typing import NDArray

from honeyguide.agents.agent import Agent, AgentConfig
from honeyguide.agents.bus import PinDriver, PinMonitor, known
from honeyguide.agents.item import Seen


@dataclass(frozen=True, kw_only=True)
class BurstSeen(Seen):
    """An address handshake: AR, or AW when `write`."""

    write: bool
    id: int
    address: int
    beats: int
    size: int
    burst: int


@dataclass(frozen=True, kw_only=True)
class ResponseSeen(Seen):
    """A B response, or an R beat that was the last of its burst or failed."""

    write: bool
    id: int
    response: int
    last: bool


class Storage(Protocol):
    """Bytes and faults of external memory."""

    memory: NDArray[np.uint8]

    def response(self, address: int, size: int, *, on_write: bool) -> int:
        """Return what the memory answers to a beat."""
        ...


@dataclass(kw_only=True)
class Burst:
    """A burst that was announced: beats left, and the address of the next, bus-aligned."""

    id: int
    address: int
    beats: int
    failed: int = 0
    first: int = 0
    length: int = 0


@dataclass(kw_only=True)
class Stalls:
    """Probability of a wait cycle on each channel."""

    ar: float = 0.0
    r: float = 0.0
    aw: float = 0.0
    w: float = 0.0
    b: float = 0.0


class AxiMemoryDriver(PinDriver):
    """Answers the core's memory port by itself: nobody sends it commands.

    Attributes:
        stalls: probability of a wait on each channel.
        reorder: whether bursts of different ids may be answered out of order.
        twice: probability that a burst is answered once more, which no memory may do.
        other_id: the same of a beat or answer whose id differs in its highest bit.
    """

    _READ = ["arready", "rid", "rdata", "rresp", "rlast", "rvalid"]
    _WRITE = ["awready", "wready", "bid", "bresp", "bvalid"]
    _READ_INPUTS = ["arid", "araddr", "arlen", "arvalid", "rready"]
    _WRITE_INPUTS = [
        "awid", "awaddr", "awlen", "awvalid", "wdata", "wstrb", "wlast", "wvalid", "bready",
    ]  # fmt: skip

    def build_phase(self) -> None:
        """Bind the signals of the directions that the port has; nothing was announced."""
        writes = self.cdb_get("config").writes
        self._signals = self._READ + self._WRITE * writes
        self._inputs = self._READ_INPUTS + self._WRITE_INPUTS * writes
        super().build_phase()
        self.stalls = Stalls()
        self.reorder = True
        self.twice = self.other_id = 0.0
        self._storage: Storage = self.cdb_get("store")
        self._bytes: int = self.config.bus_bytes
        self._reads: list[Burst] = []
        self._writes: deque[Burst] = deque()
        self._data: deque[tuple[int, int, bool]] = deque()
        self._answers: deque[Burst] = deque()

    async def run_phase(self) -> None:
        """Serve each channel at its own pace."""
        cocotb.start_soon(self._addresses("ar", self._read_announced))
        if self.config.writes:
            cocotb.start_soon(self._addresses("aw", self._write_announced))
            cocotb.start_soon(self._write_data())
        cocotb.start_soon(self._read_data())
        if self.config.writes:
            cocotb.start_soon(self._write_answers())

    def forget(self) -> None:
        """Drop everything in flight, because the core was reset."""
        super().forget()
        self._reads.clear()
        self._writes.clear()
        self._data.clear()
        self._answers.clear()
        self.bus.rvalid.value = 0
        if self.config.writes:
            self.bus.bvalid.value = 0

    def _go(self, stall: float) -> bool:
        return bool(self.random.random() >= stall)

    def _happens(self, probability: float) -> bool:
        return probability > 0 and bool(self.random.random() < probability)

    def _id(self, burst: Burst, port: Any) -> int:
        return burst.id ^ (1 << len(port) - 1) if self._happens(self.other_id) else burst.id

    def _read_announced(self, burst: Burst) -> None:
        self._reads.append(burst)

    def _write_announced(self, burst: Burst) -> None:
        self._writes.append(burst)
        self._store()

    async def _addresses(self, channel: str, announce: Any) -> None:
        ready = getattr(self.bus, f"{channel}ready")
        pins = [getattr(self.pins, channel + name) for name in ("valid", "id", "addr", "len")]
        while True:
            go = self._go(getattr(self.stalls, channel))
            ready.value = int(go)
            await self._fall
            if go and known(pins[0]) and known(self.rst_n):
                address = known(pins[2]) // self._bytes * self._bytes
                beats = known(pins[3]) + 1
                announce(
                    Burst(
                        id=known(pins[1]), address=address, beats=beats, first=address,
                        length=beats,
                    )
                )  # fmt: skip
            await self._rise

    async def _write_data(self) -> None:
        while True:
            go = self._go(self.stalls.w)
            self.bus.wready.value = int(go)
            await self._fall
            if go and known(self.pins.wvalid) and known(self.rst_n):
                pins = self.pins
                self._data.append((known(pins.wdata), known(pins.wstrb), bool(known(pins.wlast))))
                self._store()
            await self._rise

    def _store(self) -> None:
        """Match data with announced bursts, whichever came first."""
        while self._data and self._writes:
            data, strobes, last = self._data.popleft()
            burst = self._writes[0]
            response = self._storage.response(burst.address, self._bytes, on_write=True)
            if response:
                burst.failed = burst.failed or response
            else:
                for lane in range(self._bytes):
                    if strobes >> lane & 1:
                        self._storage.memory[burst.address + lane] = data >> 8 * lane & 0xFF
            burst.address += self._bytes
            if last:
                self._answers.append(self._writes.popleft())

    def _next_read(self) -> Burst:
        """The oldest burst of a randomly chosen id; beats of one burst stay together."""
        if not self.reorder:
            return self._reads.pop(0)
        wanted = self.random.choice(sorted({burst.id for burst in self._reads}))
        index = next(i for i, burst in enumerate(self._reads) if burst.id == wanted)
        return self._reads.pop(index)

    async def _read_data(self) -> None:
        burst: Burst | None = None
        bus = self.bus
        while True:
            if not known(self.rst_n):
                burst = None
            if burst is None and self._reads:
                burst = self._next_read()
            if burst is None or not self._go(self.stalls.r):
                await self._rise
                continue
            storage = self._storage
            chunk = storage.memory[burst.address : burst.address + self._bytes]
            bus.rid.value = self._id(burst, bus.rid)
            bus.rdata.value = int.from_bytes(chunk.tobytes(), "little")
            bus.rresp.value = storage.response(burst.address, self._bytes, on_write=False)
            bus.rlast.value = int(burst.beats == 1)
            bus.rvalid.value = 1
            if not await self._taken(self.pins.rready):
                burst = None
            bus.rvalid.value = 0
            if burst is not None:
                burst.address += self._bytes
                burst.beats -= 1
                if not burst.beats and self._happens(self.twice):
                    burst.address, burst.beats = burst.first, burst.length
                burst = burst if burst.beats else None

    async def _taken(self, ready: Any) -> bool:
        """Wait for the handshake, return after its rising edge; False if a reset came instead."""
        while True:
            await self._fall
            if not known(self.rst_n):
                await self._rise
                return False
            if known(ready):
                await self._rise
                return True

    async def _write_answers(self) -> None:
        bus = self.bus
        while True:
            if not self._answers or not self._go(self.stalls.b):
                await self._rise
                continue
            burst = self._answers.popleft()
            bus.bid.value = self._id(burst, bus.bid)
            if self._happens(self.twice):
                self._answers.appendleft(burst)
            bus.bresp.value = burst.failed
            bus.bvalid.value = 1
            await self._taken(self.pins.bready)
            bus.bvalid.value = 0


class AxiMonitor(PinMonitor):
    """Publishes BurstSeen for AR and AW, ResponseSeen for B and for last or failed R beats."""

    _READ = [
        "arid", "araddr", "arlen", "arsize", "arburst", "arvalid", "arready",
        "rid", "rresp", "rlast", "rvalid", "rready",
    ]  # fmt: skip
    _WRITE = [
        "awid", "awaddr", "awlen", "awsize", "awburst", "awvalid", "awready",
        "bid", "bresp", "bvalid", "bready",
    ]  # fmt: skip

    def build_phase(self) -> None:
        """Bind the signals of the directions that the port has."""
        writes = self.cdb_get("config").writes
        self._channels = ("ar", "aw") if writes else ("ar",)
        self._signals = self._READ + self._WRITE * writes
        super().build_phase()

    def sample(self) -> None:
        """Publish what the next rising edge takes."""
        bus = self.bus
        for channel in self._channels:
            if known(getattr(bus, f"{channel}valid")) and known(getattr(bus, f"{channel}ready")):
                self._recv(
                    BurstSeen(
                        cycle=self.cycle,
                        write=channel == "aw",
                        id=known(getattr(bus, f"{channel}id")),
                        address=known(getattr(bus, f"{channel}addr")),
                        beats=known(getattr(bus, f"{channel}len")) + 1,
                        size=1 << known(getattr(bus, f"{channel}size")),
                        burst=known(getattr(bus, f"{channel}burst")),
                    )
                )
        if known(bus.rvalid) and known(bus.rready):
            last, response = bool(known(bus.rlast)), known(bus.rresp)
            if last or response:
                self._recv(
                    ResponseSeen(
                        cycle=self.cycle,
                        write=False,
                        id=known(bus.rid),
                        response=response,
                        last=last,
                    )
                )
        if self.config.writes and known(bus.bvalid) and known(bus.bready):
            self._recv(
                ResponseSeen(
                    cycle=self.cycle,
                    write=True,
                    id=known(bus.bid),
                    response=known(bus.bresp),
                    last=True,
                )
            )


@dataclass(kw_only=True)
class AxiConfig(AgentConfig):
    """Also the width of the data bus, and whether the port has the channels that write."""

    bus_bytes: int
    writes: bool = True


class AxiAgent(Agent):
    """AXI4, the core as master: the driver is the memory, which answers without a sequence."""

    monitor_type = AxiMonitor
    driver_type = AxiMemoryDriver
    items = (BurstSeen, ResponseSeen)
