"""What a CV32E40X does on its CV-X-IF: decode offers, execute decides, a flush says nothing.

    fetch --> decode ----------> execute -->
              offers one word    decides in its first cycle; a kill, and an instruction that
              until it is taken  nobody accepted, ends in a trap, which kills what is behind

An instruction that was accepted and is flushed in decode gets no decision. An instruction that
comes into decode has the id after that of the one before if that one is offered or accepted in
this cycle, else the same id: so ids stand still over a gap in fetching, and over a flush.
Source: cv32e40x_if_stage, _id_stage and _controller_fsm, version 0.9.0.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import Enum, auto


class Fate(Enum):
    """What the CPU has said of an instruction."""

    UNDECIDED = auto()
    COMMITTED = auto()
    KILLED = auto()
    FLUSHED = auto()


@dataclass(kw_only=True)
class Offload:
    """An instruction on its way through the CPU."""

    number: int
    id: int
    word: int
    accepted: bool | None = None  # None: still offered
    fate: Fate = Fate.UNDECIDED


@dataclass(kw_only=True)
class Habits:
    """How often, of 1."""

    fetch: float = 0.8
    flush: float = 0.1
    halt: float = 0.1  # of decode alone
    stop: float = 0.02  # of all stages, which ends in a trap
    kill: float = 0.1
    early: float = 0.0  # decided in decode, as the interface allows and this CPU never does
    leave: float = 0.7


@dataclass(kw_only=True)
class Cpu:
    """`drive` says what the pins show in a cycle, `end` takes what was answered in it."""

    rng: random.Random
    words: list[int]
    ids: int
    habits: Habits = field(default_factory=Habits)
    decode: Offload | None = None
    execute: Offload | None = None
    trap: bool = False  # the next cycle kills what is in execute
    stops: int = 0  # cycles to go
    fetched: int = 0
    next_id: int = 0
    offers: bool = False
    flushes: bool = False
    halts: bool = False
    decides: Offload | None = None

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def drive(self) -> tuple[Offload | None, Offload | None]:
        """Begin a cycle: the instruction that is offered and the one that is decided, if any."""
        habits, decode, execute = self.habits, self.decode, self.execute
        self.offers, self.decides = False, None
        bound = decode is not None and decode.fate is not Fate.UNDECIDED
        if self.stops == 0 and not self.trap and not bound and self.chance(habits.stop):
            self.stops = self.rng.randint(1, 4)
        if self.stops:
            return None, None
        kills, self.trap = self.trap, False
        self.flushes = kills or (not bound and self.chance(habits.flush))
        kills = kills or (self.flushes and self.chance(0.5))
        self.halts = not self.flushes and not bound and self.chance(habits.halt)
        if decode is not None and decode.accepted is None:
            self.offers = not self.flushes and not self.halts
        if self.flushes and decode is not None and decode.accepted:
            decode.fate = Fate.FLUSHED
        if execute is not None and execute.fate is Fate.UNDECIDED:
            wrong = not execute.accepted or self.chance(habits.kill)
            execute.fate = Fate.KILLED if kills or wrong else Fate.COMMITTED
            self.decides = execute
            self.trap = wrong and not kills
        elif decode is not None and self.offers and execute is None and not bound:
            early = self.chance(habits.early)
            fate = Fate.KILLED if self.chance(habits.kill) else Fate.COMMITTED
            decode.fate = fate if early else Fate.UNDECIDED
            self.decides = decode if early else None
        if kills:
            self.execute = None
        return (decode if self.offers else None), self.decides

    def end(self, ready: bool, accepts: bool) -> None:
        """End the cycle: `ready` and `accepts` are what the offer was answered."""
        decode = self.decode
        if self.stops:
            self.stops -= 1
            self.trap = self.stops == 0
            return
        if self.flushes:
            # Fetching begins anew, so nothing comes into decode in this cycle.
            self.decode = None
            return
        busy = decode is not None and (self.offers or decode.accepted is not None)
        if decode is not None and self.offers and ready:
            decode.accepted = accepts
        if self.execute is not None and (self.trap or self.chance(self.habits.leave)):
            self.execute = None
        if decode is not None:
            if decode.accepted is None or self.execute is not None or self.halts:
                return
            self.trap = self.trap or decode.fate is Fate.KILLED
            self.execute, self.decode = decode, None
        if self.chance(self.habits.fetch):
            self.next_id = (self.next_id + busy) % self.ids
            self.decode = Offload(
                number=self.fetched, id=self.next_id, word=self.rng.choice(self.words)
            )
            self.fetched += 1
