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
    dead: frozenset[str] = frozenset()  # channels that nothing happens on any more
    # what no memory may do; probabilities a burst
    wrong_id: float = 0.0  # one beat, or the answer, has another id
    wrong_last: float = 0.0  # RLAST comes one beat early, or not at all
    twice: float = 0.0  # it is answered twice

    @property
    def lawless(self) -> bool:
        """Whether it may break a rule."""
        return self.wrong_id + self.wrong_last + self.twice > 0


@dataclass(kw_only=True)
class Burst:
    """An accepted address and when its answer may begin."""

    addr: int
    beats: int
    due: int
    id: int = 0
    prot: int = 0


@dataclass(kw_only=True)
class Beat:
    """A beat of R that is to come."""

    addr: int
    due: int
    last: int
    id: int


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
        self.reads: deque[Beat] = deque()
        self.r_offer: tuple[int, int, int, int] | None = None  # data, response, last, id
        self.r_id = self.b_id = 0  # with the bundles that `step` returned
        self.spoiled = 0  # rules broken
        self.asked: list[tuple[str, int, int, int]] = []  # AR or AW, address, beats, AxPROT
        self.read_log: list[tuple[int, int]] = []  # address, beats
        self.r_times: list[int] = []
        self.most_reads = 0
        self.writes: deque[Burst] = deque()
        self.w_beats: list[tuple[int, int]] = []  # data, strobes of the burst being sent
        self.w_bursts: deque[list[tuple[int, int]]] = deque()
        self.answers: deque[tuple[int, int, int]] = deque()  # due, response, id
        self.b_offer: tuple[int, int] | None = None  # response, id
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

    def step(
        self, ar: int, aw: int, w: int, rready: int, bready: int, ar_who: int = 0, aw_who: int = 0
    ) -> tuple[int, int, int]:
        """Return (ready bundle, R bundle, B bundle) for the next edge; `r_id`, `b_id` go along.

        `ar_who` and `aw_who` are {AxPROT, AxID}.
        """
        self.now += 1
        arready = self._read_address(ar, ar_who)
        r = self._read_data(rready)
        awready, wready = self._write(aw, w, aw_who)
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

    def forget(self) -> None:
        """Drop what is owed, as a memory does that is reset."""
        for queue in (self.reads, self.writes, self.w_beats, self.w_bursts, self.answers):
            queue.clear()
        self.r_offer = self.b_offer = None
        self.held.clear()

    def _happens(self, probability: float) -> bool:
        happens = probability > 0 and self.rng.random() < probability
        self.spoiled += happens
        return happens

    def _ready(self, channel: str, wait: float) -> int:
        return int(channel not in self.behaviour.dead and self.rng.random() >= wait)

    def _take_address(self, bundle: int, name: str, who: int) -> Burst:
        addr, beats = bundle >> 1 & 0xFFFF_FFFF, (bundle >> 33 & 0xFF) + 1
        size, kind = bundle >> 41 & 7, bundle >> 44 & 3
        assert kind == 1 and 1 << size == self.bus_bytes, f"{name}: not INCR at full width"
        assert addr % self.bus_bytes == 0, f"{name}: address {addr:#x} is not aligned"
        assert beats <= self.max_burst, f"{name}: {beats} beats"
        last = addr + beats * self.bus_bytes - 1
        assert addr // PAGE == last // PAGE, f"{name}: {addr:#x}..{last:#x} crosses 4 KiB"
        assert addr >> 16 == self.base >> 16, f"{name}: {addr:#x} is outside the memory"
        self.asked.append((name, addr, beats, who >> 4))
        due = self.now + self.behaviour.latency
        return Burst(addr=addr, beats=beats, due=due, id=who & 15, prot=who >> 4)

    def _read_address(self, ar: int, who: int) -> int:
        ready = self._ready("ar", self.behaviour.ar_wait)
        if ar & 1 and ready:
            burst = self._take_address(ar, "AR", who)
            self._plan(burst)
            self.read_log.append((burst.addr, burst.beats))
            self.most_reads = max(self.most_reads, sum(beat.last for beat in self.reads))
        return ready

    def _plan(self, burst: Burst) -> None:
        """Queue the beats of a burst, and spoil them if that is how the memory behaves."""
        beats = [
            Beat(addr=burst.addr + index * self.bus_bytes, due=burst.due, last=0, id=burst.id)
            for index in range(burst.beats)
        ]
        beats[-1].last = 1
        copies = 2 if self._happens(self.behaviour.twice) else 1
        plan = [Beat(**vars(beat)) for _ in range(copies) for beat in beats]
        if self._happens(self.behaviour.wrong_id):
            self.rng.choice(plan).id ^= 1 << self.rng.randrange(4)
        if self._happens(self.behaviour.wrong_last):
            plan[-1].last = 0
            if len(plan) > 1 and self.rng.random() < 0.5:
                plan[-2].last = 1
        self.reads.extend(plan)

    def _read_data(self, rready: int) -> int:
        due = self.r_offer is None and self.reads and self.reads[0].due <= self.now
        if due and self._ready("r", self.behaviour.r_wait):
            beat = self.reads[0]
            at = beat.addr & 0xFFFF
            data = int.from_bytes(self.data[at : at + self.bus_bytes], "little")
            failing = beat.addr in self.behaviour.read_errors
            self.r_offer = (data, self.behaviour.response if failing else 0, beat.last, beat.id)
        if self.r_offer is None:
            return 0
        data, response, last, self.r_id = self.r_offer
        if rready:
            self.r_offer = None
            self.r_times.append(self.now)
            self.reads.popleft()
        return data << 4 | last << 3 | response << 1 | 1

    def _write(self, aw: int, w: int, who: int) -> tuple[int, int]:
        order = self.behaviour.write_order
        # bursts of which W has begun (or is on offer) and of which AW was taken
        begun = len(self.w_bursts) + bool(self.w_beats or w & 1)
        taken = len(self.writes)
        awready = self._ready("aw", self.behaviour.aw_wait)
        wready = self._ready("w", self.behaviour.w_wait)
        if order == "w_first" and begun <= taken:
            awready = 0
        if order == "aw_first" and taken <= len(self.w_bursts):
            wready = 0
        if aw & 1 and awready:
            self.writes.append(self._take_address(aw, "AW", who))
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
        name = burst.id
        if self._happens(self.behaviour.wrong_id):
            name ^= 1 << self.rng.randrange(4)
        for _ in range(2 if self._happens(self.behaviour.twice) else 1):
            self.answers.append((self.now + self.behaviour.latency, response, name))

    def _answer(self, bready: int) -> int:
        due = self.b_offer is None and self.answers and self.answers[0][0] <= self.now
        if due and self._ready("b", self.behaviour.b_wait):
            _, response, name = self.answers.popleft()
            self.b_offer = response, name
        if self.b_offer is None:
            return 0
        response, self.b_id = self.b_offer
        if bready:
            self.b_offer = None
            self.open_writes -= 1
        return response << 1 | 1
