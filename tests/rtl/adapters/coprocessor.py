"""A coprocessor by the rules of CV-X-IF 1.0: decisions in batch, by the order of acceptance.

It is told which of the CPU's instructions the adapter means by an id (by what stands on the pins
when it accepts), so that each decision and each result can be held against what the CPU said.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.rtl.adapters.cpu import Fate, Offload

DEPTH = 4  # instructions that it keeps


@dataclass(kw_only=True)
class Entry:
    """An accepted instruction."""

    id: int
    offload: Offload
    committed: bool = False


@dataclass(kw_only=True)
class Coprocessor:
    """`decide` and `accept` are called with what a cycle shows, in this order."""

    rng: random.Random
    ids: int
    entries: list[Entry] = field(default_factory=list)
    waits: bool = False  # for the result of a committed one
    early: tuple[int, bool] | None = None  # decision of the offer that waits
    killed: int = 0
    committed: int = 0
    flushed: int = 0

    @property
    def full(self) -> bool:
        return len(self.entries) == DEPTH

    def find(self, id_: int) -> Entry | None:
        return next((entry for entry in self.entries if entry.id == id_), None)

    def show(self, id_: int | None) -> None:
        """A cycle begins: an offer of this id stands on the pins, or none does."""
        self.waits = any(entry.committed for entry in self.entries)
        if id_ is None or (self.early is not None and self.early[0] != id_):
            self.early = None
        if id_ is None:
            return
        assert self.find(id_) is None, f"id {id_} is offered while an instruction has it"
        left = [e.offload.number for e in self.entries if e.offload.fate is Fate.FLUSHED]
        assert not left, f"instruction {left[0]} was flushed and lives beside a new offer"

    def decide(self, id_: int, *, kill: bool, offered: int | None) -> None:
        """A decision of one id, for all up to it or, if it kills, from it on."""
        place = self.find(id_)
        if place is None and id_ != offered:
            # Decided before, by the kill of an older one.
            assert kill, f"id {id_} is committed, which no instruction has"
            return
        at = len(self.entries) if place is None else self.entries.index(place)
        if kill:
            for entry in self.entries[at:]:
                self.kill(entry)
            if offered is not None:
                assert id_ == offered, f"the offer {offered} falls under the kill of {id_}"
        else:
            for entry in self.entries[: at + 1]:
                self.commit(entry)
        if id_ == offered:
            self.early = (id_, kill)

    def kill(self, entry: Entry) -> None:
        fate = entry.offload.fate
        assert not entry.committed, f"{entry} is killed"
        assert fate in {Fate.KILLED, Fate.FLUSHED}, f"{entry} is killed"
        self.entries.remove(entry)
        self.killed += 1
        self.flushed += fate is Fate.FLUSHED

    def commit(self, entry: Entry) -> None:
        if not entry.committed:
            fate = entry.offload.fate
            assert fate is Fate.COMMITTED, f"{entry} is committed"
            entry.committed = True
            self.committed += 1

    def accept(self, id_: int, offload: Offload, *, value: bool) -> None:
        """Take the offer that stands on the pins."""
        for entry in self.entries:
            ahead = (id_ - entry.id) % self.ids
            assert entry.committed or 0 < ahead < self.ids // 2, f"id {id_} is not after {entry}"
        assert not (value and self.waits), (
            f"instruction {offload.number} has a value and has to wait"
        )
        entry = Entry(id=id_, offload=offload)
        self.entries.append(entry)
        if self.early is not None:
            (self.kill if self.early[1] else self.commit)(entry)
            self.early = None

    def result(self) -> Entry | None:
        """One of those that may have their result."""
        ready = [entry for entry in self.entries if entry.committed]
        return self.rng.choice(ready) if ready else None
