"""A memory behind AXI4 that waits, answers late and fails on request, one call a clock cycle.

It is called between two rising edges: it sees what the manager offers for the next edge and decides
what it will offer itself, so it knows which handshakes that edge makes. Every rule of the manager's
side is checked where it is seen; a broken one raises AssertionError.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field

PAGE = 4096


@dataclass(kw_only=True)
class Behaviour:
    """How the memory treats its manager. Waits are probabilities a cycle."""

    ar_wait: float = 0.0
    r_wait: float = 0.0
    aw_wait: float = 0.0
    w_wait: float = 0.0
    b_wait: float = 0.0
    latency: int = 4
    write_order: str = "free"  # free, w_first (AW is taken after its first W), aw_first
    read_errors: set[int] = field(default_factory=set)  # addresses of bus words
    write_errors: set[int] = field(default_factory=set)  # AWADDR of bursts
    response: int = 2


@dataclass(kw_only=True)
class Burst:
    """An accepted address and when its answer may begin."""

    addr: int
    beats: int
    due: int


class AxiMemory:
    """One 64 KiB page of memory at `base`, for one manager."""

    def __init__(self, *, bus_bytes: int, max_burst: int, base: int, rng: random.Random) -> None:
        self.bus_bytes = bus_bytes
        self.max_burst = max_burst
        self.base = base
        self.rng = rng
        self.data = bytearray(rng.randbytes(1 << 16))
        self.behaviour = Behaviour()
        self.now = 0
        self.reads: deque[Burst] = deque()
        self.read_beat = 0
        self.r_offer: tuple[int, int, int] | None = None  # data, response, last
        self.read_log: list[tuple[int, int]] = []  # address, beats
        self.r_times: list[int] = []
        self.most_reads = 0
        self.writes: deque[Burst] = deque()
        self.w_beats: list[tuple[int, int]] = []  # data, strobes of the burst being sent
        self.w_bursts: deque[list[tuple[int, int]]] = deque()
        self.answers: deque[tuple[int, int]] = deque()  # due, response
        self.b_offer: int | None = None
        self.write_log: list[tuple[int, int, int]] = []  # address, beats, response
        self.strobed: list[tuple[int, int]] = []  # address and time of every byte written
        self.aw_taken = 0
        self.w_times: list[int] = []
        self.w_strobes: list[int] = []  # of every beat
        self.most_writes = 0
        self.open_writes = 0
        self.held: dict[str, int] = {}  # offers that were not taken and so must stay

    def quiet(self) -> bool:
        """Return whether nothing is outstanding."""
        pending = (self.reads, self.writes, self.w_beats, self.w_bursts, self.answers)
        return not any(pending) and self.b_offer is None and self.r_offer is None

    def step(self, ar: int, aw: int, w: int, rready: int, bready: int) -> tuple[int, int, int]:
        """Return (ready bundle, R bundle, B bundle) for the next edge."""
        self.now += 1
        arready = self._read_address(ar)
        r = self._read_data(rready)
        awready, wready = self._write(aw, w)
        b = self._answer(bready)
        self._keep("ar", ar, arready)
        self._keep("aw", aw, awready)
        self._keep("w", w, wready)
        return arready | awready << 1 | wready << 2, r, b

    def _keep(self, name: str, bundle: int, ready: int) -> None:
        before = self.held.pop(name, None)
        assert before is None or before == bundle, f"{name} changed before it was taken"
        if bundle & 1 and not ready:
            self.held[name] = bundle

    def _take_address(self, bundle: int, name: str) -> Burst:
        addr, beats = bundle >> 1 & 0xFFFF_FFFF, (bundle >> 33 & 0xFF) + 1
        size, kind = bundle >> 41 & 7, bundle >> 44 & 3
        assert kind == 1 and 1 << size == self.bus_bytes, f"{name}: not INCR at full width"
        assert addr % self.bus_bytes == 0, f"{name}: address {addr:#x} is not aligned"
        assert beats <= self.max_burst, f"{name}: {beats} beats"
        last = addr + beats * self.bus_bytes - 1
        assert addr // PAGE == last // PAGE, f"{name}: {addr:#x}..{last:#x} crosses 4 KiB"
        assert addr >> 16 == self.base >> 16, f"{name}: {addr:#x} is outside the memory"
        return Burst(addr=addr, beats=beats, due=self.now + self.behaviour.latency)

    def _read_address(self, ar: int) -> int:
        ready = int(self.rng.random() >= self.behaviour.ar_wait)
        if ar & 1 and ready:
            burst = self._take_address(ar, "AR")
            self.reads.append(burst)
            self.read_log.append((burst.addr, burst.beats))
            self.most_reads = max(self.most_reads, len(self.reads))
        return ready

    def _read_data(self, rready: int) -> int:
        due = self.r_offer is None and self.reads and self.reads[0].due <= self.now
        if due and self.rng.random() >= self.behaviour.r_wait:
            burst = self.reads[0]
            addr = burst.addr + self.read_beat * self.bus_bytes
            at = addr & 0xFFFF
            data = int.from_bytes(self.data[at : at + self.bus_bytes], "little")
            failing = addr in self.behaviour.read_errors
            last = int(self.read_beat == burst.beats - 1)
            self.r_offer = (data, self.behaviour.response if failing else 0, last)
        if self.r_offer is None:
            return 0
        data, response, last = self.r_offer
        if rready:
            self.r_offer = None
            self.r_times.append(self.now)
            self.read_beat = 0 if last else self.read_beat + 1
            if last:
                self.reads.popleft()
        return data << 4 | last << 3 | response << 1 | 1

    def _write(self, aw: int, w: int) -> tuple[int, int]:
        order = self.behaviour.write_order
        # bursts of which W has begun (or is on offer) and of which AW was taken
        begun = len(self.w_bursts) + bool(self.w_beats or w & 1)
        taken = len(self.writes)
        awready = int(self.rng.random() >= self.behaviour.aw_wait)
        wready = int(self.rng.random() >= self.behaviour.w_wait)
        if order == "w_first" and begun <= taken:
            awready = 0
        if order == "aw_first" and taken <= len(self.w_bursts):
            wready = 0
        if aw & 1 and awready:
            self.writes.append(self._take_address(aw, "AW"))
            self.open_writes += 1
            self.aw_taken += 1
            self.most_writes = max(self.most_writes, self.open_writes)
        if w & 1 and wready:
            strobe_mask = (1 << self.bus_bytes) - 1
            self.w_beats.append((w >> 2 + self.bus_bytes, w >> 2 & strobe_mask))
            self.w_times.append(self.now)
            self.w_strobes.append(w >> 2 & strobe_mask)
            if w >> 1 & 1:
                self.w_bursts.append(self.w_beats)
                self.w_beats = []
        while self.writes and self.w_bursts:
            self._finish(self.writes.popleft(), self.w_bursts.popleft())
        return awready, wready

    def _finish(self, burst: Burst, beats: list[tuple[int, int]]) -> None:
        assert len(beats) == burst.beats, f"W: {len(beats)} beats for {burst.beats} announced"
        for index, (data, strobes) in enumerate(beats):
            for lane in range(self.bus_bytes):
                if strobes >> lane & 1:
                    addr = burst.addr + index * self.bus_bytes + lane
                    self.data[addr & 0xFFFF] = data >> 8 * lane & 0xFF
                    self.strobed.append((addr, self.now))
        failing = burst.addr in self.behaviour.write_errors
        response = self.behaviour.response if failing else 0
        self.write_log.append((burst.addr, burst.beats, response))
        self.answers.append((self.now + self.behaviour.latency, response))

    def _answer(self, bready: int) -> int:
        due = self.b_offer is None and self.answers and self.answers[0][0] <= self.now
        if due and self.rng.random() >= self.behaviour.b_wait:
            self.b_offer = self.answers.popleft()[1]
        if self.b_offer is None:
            return 0
        response = self.b_offer
        if bready:
            self.b_offer = None
            self.open_writes -= 1
        return response << 1 | 1
