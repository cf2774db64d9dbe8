"""AXI4, the core as master: what it does on its memory port, and the memory that answers.

The memory has random waits on each channel, read data out of order between ids, write data taken
before its address, and faults.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from honeyguide.agents.agent import Agent, AgentConfig
from honeyguide.agents.bus import PinDriver, PinMonitor, Seen, known


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
        self._reading: Burst | None = None
        self._data_ready = False

    async def run_phase(self) -> None:
        """Serve each channel at its own pace, reads first."""
        rises: list[Callable[[], None]] = []
        for name in ("ar", "aw") if self.config.writes else ("ar",):
            announce = self._write_announced if name == "aw" else self._reads.append
            channel = AddressChannel(self, name, announce)
            rises.append(channel.rise)
            self.edges.fall.append(channel.fall)
        if self.config.writes:
            rises.append(self._accept_data)
            self.edges.fall.append(self._take_data)
        reads = AnswerChannel(self, "r", self._offer_beat, self._beat_taken)
        rises.append(reads.rise)
        self.edges.fall.append(reads.fall)
        if self.config.writes:
            answers = AnswerChannel(self, "b", self._offer_answer, lambda _: None)
            rises.append(answers.rise)
            self.edges.fall.append(answers.fall)
        for drive in rises:
            drive()
        self.edges.rise += rises

    def forget(self) -> None:
        """Drop everything in flight, because the core was reset."""
        super().forget()
        self._reads.clear()
        self._writes.clear()
        self._data.clear()
        self._answers.clear()
        self.show(self.bus.rvalid, 0)
        if self.config.writes:
            self.show(self.bus.bvalid, 0)

    def go(self, channel: str) -> bool:
        """Draw whether a channel does not wait in this cycle."""
        return bool(self.random.random() >= getattr(self.stalls, channel))

    def _happens(self, probability: float) -> bool:
        return probability > 0 and bool(self.random.random() < probability)

    def _id(self, burst: Burst, port: Any) -> int:
        return burst.id ^ (1 << len(port) - 1) if self._happens(self.other_id) else burst.id

    def _write_announced(self, burst: Burst) -> None:
        self._writes.append(burst)
        self._store()

    def _accept_data(self) -> None:
        self._data_ready = self.go("w")
        self.show(self.bus.wready, int(self._data_ready))

    def _take_data(self, in_reset: bool) -> None:
        pins = self.pins
        if self._data_ready and known(pins.wvalid) and not in_reset:
            self._data.append((known(pins.wdata), known(pins.wstrb), bool(known(pins.wlast))))
            self._store()

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

    def _offer_beat(self) -> bool:
        """Put the next beat on the pins; return whether there is one that does not wait."""
        if self._reading is None and not self._reads:
            return False
        if not known(self.rst_n):
            self._reading = None
        if self._reading is None and self._reads:
            self._reading = self._next_read()
        burst, bus, storage = self._reading, self.bus, self._storage
        if burst is None or not self.go("r"):
            return False
        chunk = storage.memory[burst.address : burst.address + self._bytes]
        self.show(bus.rid, self._id(burst, bus.rid))
        self.show(bus.rdata, int.from_bytes(chunk.tobytes(), "little"))
        self.show(bus.rresp, storage.response(burst.address, self._bytes, on_write=False))
        self.show(bus.rlast, int(burst.beats == 1))
        return True

    def _beat_taken(self, in_reset: bool) -> None:
        burst = None if in_reset else self._reading
        if burst is not None:
            burst.address += self._bytes
            burst.beats -= 1
            if not burst.beats and self._happens(self.twice):
                burst.address, burst.beats = burst.first, burst.length
        self._reading = burst if burst is not None and burst.beats else None

    def _offer_answer(self) -> bool:
        """Put the answer to a write on the pins; return whether there is one that does not wait."""
        bus = self.bus
        if not self._answers or not self.go("b"):
            return False
        burst = self._answers.popleft()
        self.show(bus.bid, self._id(burst, bus.bid))
        if self._happens(self.twice):
            self._answers.appendleft(burst)
        self.show(bus.bresp, burst.failed)
        return True


class AddressChannel:
    """AR or AW, as the memory sees it: accepts bursts, with waits."""

    def __init__(
        self, driver: AxiMemoryDriver, name: str, announce: Callable[[Burst], None]
    ) -> None:
        self._driver, self._name, self._announce = driver, name, announce
        self._ready = getattr(driver.bus, f"{name}ready")
        self._valid, self._id, self._address, self._length = (
            getattr(driver.pins, name + pin) for pin in ("valid", "id", "addr", "len")
        )
        self._go = False

    def rise(self) -> None:
        """Say whether an address is taken in this cycle."""
        self._go = self._driver.go(self._name)
        self._driver.show(self._ready, int(self._go))

    def fall(self, in_reset: bool) -> None:
        """Take it."""
        if not self._go or not known(self._valid) or in_reset:
            return
        size: int = self._driver.config.bus_bytes
        address = known(self._address) // size * size
        beats = known(self._length) + 1
        self._announce(
            Burst(
                id=known(self._id), address=address, beats=beats, first=address, length=beats
            )
        )  # fmt: skip


class AnswerChannel:
    """R or B, as the memory sees it: what it offers stays until it is taken or a reset comes."""

    def __init__(
        self, driver: AxiMemoryDriver, name: str, offer: Callable[[], bool],
        taken: Callable[[bool], None],
    ) -> None:  # fmt: skip
        """Offer what `offer` puts on the pins; tell `taken` of its end, and if that was a reset."""
        self._driver, self._offer, self._taken = driver, offer, taken
        self._valid = getattr(driver.bus, f"{name}valid")
        self._ready = getattr(driver.pins, f"{name}ready")
        self._offered = self._ended = False

    def fall(self, in_reset: bool) -> None:
        """Look whether it is taken."""
        self._ended = self._offered and (in_reset or bool(known(self._ready)))
        self._cut = in_reset

    def rise(self) -> None:
        """Go on to the next."""
        if self._offered and not self._ended:
            return
        if self._offered:
            self._driver.show(self._valid, 0)
            self._taken(self._cut)
        self._offered = self._offer()
        if self._offered:
            self._driver.show(self._valid, 1)


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

    _ADDRESS = ("valid", "ready", "id", "addr", "len", "size", "burst")

    def build_phase(self) -> None:
        """Bind the signals of the directions that the port has."""
        writes = self.cdb_get("config").writes
        self._signals = self._READ + self._WRITE * writes
        super().build_phase()
        self._addresses = [
            (name == "aw", *(getattr(self.bus, name + pin) for pin in self._ADDRESS))
            for name in (("ar", "aw") if writes else ("ar",))
        ]

    def sample(self) -> None:
        """Publish what the next rising edge takes."""
        bus = self.bus
        for write, valid, ready, number, address, length, size, burst in self._addresses:
            if known(valid) and known(ready):
                self._recv(
                    BurstSeen(
                        cycle=self.cycle,
                        write=write,
                        id=known(number),
                        address=known(address),
                        beats=known(length) + 1,
                        size=1 << known(size),
                        burst=known(burst),
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
