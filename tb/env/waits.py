"""Why a core that hangs does not go on: who waits for whom, since when, down to the root.

    execute end --last word--> writer --requantised item--> requantiser --drained item--> drain
                                                                 +----------parameters-------+ ^
                                                                 v                             |
                                                         parameter buffer ---parameter read----+

From where the oldest instruction that has not ended is, each wait leads to the part that is waited
for. It ends at a part that waits for nothing, or has nothing to do: the root; or at one that was
there before: parts that wait for each other. The links are those of `tb/env/waits_table.py`.
An account that did not balance (`tb/env/accounts.py`) comes before all waits: it is the root.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tb.env.accounts import Broken, broken_accounts
from tb.env.accounts_table import ACCOUNTS
from tb.env.waits_table import ENGINES, LINKS, NUMBERS, PARTS, PASSING, SLOTS, WORK, Link, bits


class Record(ctypes.Structure):
    """`Waits` of tb/hdl/trace_store.cpp."""

    _fields_ = (
        ("cycle", ctypes.c_uint32),
        ("bits", ctypes.c_uint32 * 16),
        ("since", ctypes.c_uint32 * 512),
        ("numbers", ctypes.c_uint32 * 64),
        ("inside", ctypes.c_int32 * 64),
        ("mistake", ctypes.c_uint32 * 64),
        ("when", ctypes.c_uint32 * 64),
    )


NO_STAGE = "work for a stage"  # a link of the table


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """The core in one cycle.

    Attributes:
        cycle: which.
        now: value of each condition of the table, and the cycle since which it has it.
        numbers: of the table, by name.
        broken: accounts that did not balance up to it, the first first.
    """

    cycle: int
    now: Mapping[str, tuple[bool, int]]
    numbers: Mapping[str, int]
    broken: tuple[Broken, ...] = ()

    def holds(self, condition: str) -> bool:
        """Whether a condition is true now."""
        return self.now[condition][0]


@dataclass(frozen=True, kw_only=True)
class Wait:
    """Somebody waits.

    Attributes:
        link: over which.
        who, on: parts.
        since: cycle in which it began.
        detail: what is told beside it.
    """

    link: Link
    who: str
    on: str
    since: int
    detail: str = ""

    def sentence(self) -> str:
        """In words."""
        more = f" ({self.detail})" if self.detail else ""
        if self.who == self.link.source:
            return (
                f"{self.who} offers {self.link.name}, {self.on} does not take it "
                f"since cycle {self.since}{more}"
            )
        return f"{self.who} waits for {self.link.name} of {self.on} since cycle {self.since}{more}"


@dataclass(kw_only=True)
class Chain:
    """Waits from an instruction to the root.

    Attributes:
        waits: the first is that of the part where the instruction is.
        root: the part to look at.
        note: why it ends there.
        stalled: first cycle at which it could have gone on, if that is known otherwise.
        loop: how many of the last waits belong together: they lead back to the root, or the last is
            of somebody who offers what the root does not take, or see `lost_between`. 0 if it is
            the last alone.
        owed: what the root does not offer, where nobody waits for it but the instruction.
        broken: the account that is the root.
        agreed: the waits led to its part, too.
    """

    waits: list[Wait] = field(default_factory=list)
    root: str = ""
    note: str = ""
    stalled: int = 0
    loop: int = 0
    owed: tuple[str, ...] = ()
    broken: Broken | None = None
    agreed: bool = False

    @property
    def awaited(self) -> str:
        """The handshake that does not come; of parts that wait for each other, all of them."""
        names = [wait.link.name for wait in self.waits[-max(self.loop, 1) :]] or list(self.owed)
        if self.broken is not None:
            names = [self.broken.account.name, *(names if self.agreed else ())]
        return ", ".join(dict.fromkeys(names))

    @property
    def since(self) -> int:
        """First cycle of the wait for the root: of the last wait that had to begin."""
        if self.broken is not None:
            return self.broken.cycle
        begun = [wait.since for wait in self.waits[-max(self.loop, 1) :]]
        return max([self.stalled, *begun])

    @property
    def stage(self) -> str:
        """The stage to blame."""
        return PARTS[self.root]

    def what(self) -> str:
        """The root, in a few words."""
        told = f"{self.awaited} does not come"
        if self.broken is not None:
            told = self.broken.sentence()
        return f"{self.root} is the root, {told}"

    def sentences(self) -> str:
        """In words, from the instruction to the root."""
        return "; ".join([*(wait.sentence() for wait in self.waits), self.note])


def read_waits() -> Snapshot | None:
    """Return what the running simulation has recorded, None without a recorder."""
    try:
        state = ctypes.CDLL(None).trace_waits_state
    except AttributeError:
        return None
    state.restype = ctypes.POINTER(Record)
    return snapshot_of(state().contents)


def read_saved_waits(path: Path) -> Snapshot | None:
    """Return what a simulation left when it ended, None if it left nothing."""
    raw = path.read_bytes() if path.is_file() else b""
    if len(raw) != ctypes.sizeof(Record):
        return None
    return snapshot_of(Record.from_buffer_copy(raw))


def snapshot_of(record: Record) -> Snapshot | None:
    """Return what a record says, None if the recorder was not on."""
    if not record.cycle:
        return None
    now = {
        text: (bool(record.bits[place // 32] >> place % 32 & 1), int(record.since[place]))
        for place, text in enumerate(bits())
    }
    numbers = dict(zip(NUMBERS, record.numbers, strict=False))  # there is room for more
    broken = broken_accounts(ACCOUNTS, record.inside, record.mistake, record.when)
    return Snapshot(cycle=int(record.cycle), now=now, numbers=numbers, broken=broken)


def waits_of(part: str, snapshot: Snapshot) -> list[Wait]:
    """Return what a part waits for, the longest wait first."""
    found = []
    for link in LINKS:
        offered, changed = snapshot.now[link.offer]
        detail = ", ".join(f"{name}: {shown(name, snapshot.numbers[name])}" for name in link.detail)
        if link.source == part and link.take and offered and not snapshot.holds(link.take):
            since = max(changed, snapshot.now[link.take][1])
            found.append(Wait(link=link, who=part, on=link.sink, since=since, detail=detail))
        elif link.sink == part and link.need and not offered and snapshot.holds(link.need):
            since = max(changed, snapshot.now[link.need][1])
            found.append(Wait(link=link, who=part, on=link.source, since=since, detail=detail))
    return sorted(found, key=lambda wait: wait.since)


def offered_to(part: str, snapshot: Snapshot) -> list[Wait]:
    """Return what is offered to a part that it does not take, the longest wait first."""
    sources = dict.fromkeys(link.source for link in LINKS if link.sink == part)
    found = [wait for source in sources for wait in waits_of(source, snapshot) if wait.on == part]
    offers = [wait for wait in found if wait.who == wait.link.source]
    return sorted(offers, key=lambda wait: wait.since)


def shown(name: str, value: int) -> str:
    """A number as it is read best: sets of rows, banks, slots, stages as bits."""
    masks = ("rows", "banks", "slots", "stages", "waits")
    return f"{value:#b}" if any(word in name for word in masks) else str(value)


def follow(start: str, snapshot: Snapshot, ended: Mapping[int, int], begun: int = 0) -> Chain:
    """Follow the waits from a part; see `chain_of`. An account that did not balance is the root."""
    chain = chain_of(start, snapshot, ended, begun)
    if snapshot.broken:
        chain.broken = snapshot.broken[0]
        chain.agreed = chain.root == chain.broken.part
        chain.root = chain.broken.part
    return chain


def chain_of(start: str, snapshot: Snapshot, ended: Mapping[int, int], begun: int = 0) -> Chain:
    """Follow the waits from a part to where they end.

    Args:
        start: where the instruction is.
        snapshot: the core when it hung.
        ended: cycle in which an instruction ended, by index.
        begun: cycle in which this one came there; no wait for it is older.
    """
    chain, part, seen = Chain(root=start), start, [start]
    chain.owed = tuple(
        link.name for link in LINKS
        if link.source == start and link.take and not snapshot.holds(link.offer)
    )  # fmt: skip
    while True:
        chain.root = part
        engine = part.removesuffix(" queue")
        if engine in ENGINES and (kept := kept_slot(engine, snapshot, ended)):
            chain.note, chain.stalled = kept
            return chain
        waits = waits_of(part, snapshot)
        lost = [wait for wait in waits if wait.link.name == NO_STAGE]
        if lost and chain.waits:
            chain.waits.append(lost[0])
            chain.root, chain.loop = lost[0].on, 2
            chain.note = "no stage of execute has work, although an instruction is there"
            return chain
        if part in WORK and chain.waits and not snapshot.holds(WORK[part]):
            chain.note = f"{part} has nothing (more) to do for it"
            chain.loop = lost_between(chain.waits)
            return chain
        if not waits:
            offered = offered_to(part, snapshot)
            taken = [wait.on for wait in chain.waits]
            followed = [wait.link for wait in chain.waits]
            if offered and part in (*taken, start) and offered[0].link not in followed:
                chain.waits.append(offered[0])
                chain.loop = min(2, len(chain.waits))
            elif part in PASSING and chain.waits:
                chain.loop = lost_between(chain.waits)
            chain.note = f"{part} waits for nobody, and does not go on"
            return chain
        wait = replace(waits[0], since=max(waits[0].since, begun))
        chain.waits.append(wait)
        if wait.link.name.endswith(" dependency"):
            chain.root = wait.on
            chain.note, chain.stalled, part = depended_on(engine, snapshot, ended)
            if chain.note:
                return chain
        else:
            part = wait.on
        if part in seen:
            chain.root = part
            chain.loop = sum(1 for item in seen[seen.index(part) :])
            chain.note = f"{part} waits for itself"
            return chain
        seen.append(part)


def lost_between(waits: list[Wait]) -> int:
    """Count the last waits between which something was lost, when the root has nothing more to do.

    Either the root ended too early, or who waits for it does not see that it has all: then its own
    end is awaited, too. Parts that only pass on what they get are no such place.
    """
    count = 1
    while count < len(waits) and waits[-count].who in PASSING:
        count += 1
    return min(count + 1, len(waits))


def kept_slot(engine: str, snapshot: Snapshot, ended: Mapping[int, int]) -> tuple[str, int] | None:
    """Tell of a slot of an engine's queue that is in use although its instruction has ended.

    Returns:
        The sentence, and the cycle after the end; None if there is no such slot.
    """
    used = snapshot.numbers[f"{engine} slots in use"]
    unstarted = snapshot.numbers[f"{engine} slots not started"]
    for slot in range(SLOTS):
        index = snapshot.numbers[f"{engine} slot {slot} index"]
        if used >> slot & 1 and not unstarted >> slot & 1 and index in ended:
            return (
                f"instruction {index} ended in cycle {ended[index]}, but its slot {slot} of the "
                f"{engine} queue was never freed"
            ), ended[index] + 1
    return None


def depended_on(engine: str, snapshot: Snapshot, ended: Mapping[int, int]) -> tuple[str, int, str]:
    """Tell what the next instruction of an engine's queue waits for in dispatch.

    Returns:
        Why the wait will never end, if that is known, and since when; else the part where the other
        one is.
    """
    slot = snapshot.numbers[f"{engine} next"]
    mask = snapshot.numbers[f"{engine} slot {slot} waits"]
    slots = snapshot.numbers["slots a queue"] or SLOTS
    for place in range(slots * len(ENGINES)):
        if not mask >> place & 1:
            continue
        other, number = ENGINES[place // slots], place % slots
        index = snapshot.numbers[f"{other} slot {number} index"]
        told = f"waits for slot {number} of the {other} queue (slot mask {mask:#014b})"
        if not snapshot.numbers[f"{other} slots in use"] >> number & 1:
            free = f"it {told}, which is free: the wait was never taken back"
            return free, ended.get(index, -1) + 1, ""
        if index in ended:
            when = f"ended in cycle {ended[index]}: the slot was never freed"
            return f"it {told}, whose instruction {index} {when}", ended[index] + 1, ""
        unstarted = snapshot.numbers[f"{other} slots not started"] >> number & 1
        return "", 0, f"{other} queue" if unstarted else f"{other} end"
    return f"its slot waits for no other (slot mask {mask:#014b})", 0, ""


def all_waits(snapshot: Snapshot) -> list[str]:
    """Every part that waits, and for what, in words: of each engine, of each queue."""
    return [wait.sentence() for part in PARTS for wait in waits_of(part, snapshot)]
