"""Which instruction a change of the core affects first: records of the good core against the other.

    good core   --records--+
                           +--> the first word, byte, descriptor, refusal, ... that is another
    changed one --records--+

The truth for scripts/debug/drawn.py: neither the golden machine nor anything of the first
difference is asked. Both cores run the same program, so what an instruction does is the same,
whenever it does it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from golden.assembler import disassemble_instruction
from golden.isa import Instruction
from tb.env.trace_records import Kind

ENGINES = ("load", "execute", "store")
WRITES = {
    Kind.LOAD_SPAD: 0, Kind.LOAD_WBUF: 0, Kind.LOAD_PBUF: 0, Kind.LOAD_LUT: 0, Kind.WORD: 1,
    Kind.STORE_BEAT: 2, Kind.STORE_BURST: 2,
}  # fmt: skip
LOADS = (Kind.LOAD_SPAD, Kind.LOAD_WBUF, Kind.LOAD_PBUF, Kind.LOAD_LUT)
Content = tuple[object, ...]


@dataclass(kw_only=True)
class Ran:
    """An instruction as a core ran it.

    Attributes:
        text: in words.
        effects: what it did, by kind, in order.
        ended: its engine said so; None where it needed none.
    """

    text: str
    effects: dict[str, list[Content]] = field(default_factory=dict)
    ended: bool | None = None

    @property
    def waits_for_check(self) -> bool:
        """Whether the check has not said yet what becomes of it."""
        needed = not self.text.startswith(("cfg.", "fence", "rdcnt", "."))
        return needed and not {"engine", "refused"} & self.effects.keys()

    def add(self, kind: str, *content: object) -> None:
        """Add an effect."""
        self.effects.setdefault(kind, []).append(content)


@dataclass(frozen=True, kw_only=True)
class Affected:
    """What a change affects first.

    Attributes:
        texts: instructions whose effects are others than the good core's: the first by what it
            writes, and the first by its sums too, which a later clamp may hide; none if nothing
            but ports and registers shows it.
        stuck: the oldest that never ends, if the core hangs; none if nobody has offered another.
    """

    texts: tuple[str, ...]
    stuck: str = ""


def ran(records: NDArray[np.void]) -> list[Ran]:
    """Return the instructions of a run in the order in which they were taken."""
    found: list[Ran] = []
    latest: dict[int, Ran] = {}  # by index, which starts again after a reset
    queues: list[list[Ran]] = [[], [], []]
    started: list[list[Ran]] = [[], [], []]  # and not ended
    last: list[tuple[int, Ran] | None] = [None, None, None]  # that ended, and when
    for record in records:
        kind = Kind(int(record["kind"]))
        index = int(record["extra"])
        if kind is Kind.RETIRE:
            word, rs1, rs2, _ = (int(v) for v in record["data"].view("<u4"))
            item = Ran(text=disassemble_instruction(Instruction(word, rs1, rs2)))
            fence = item.text.startswith("fence")
            item.add("taken", word, rs1, rs2, int(record["strobes"]) if fence else 0)
            found.append(item)
            latest[index] = item
        elif kind is Kind.REFUSE and index in latest:
            told = int(record["bank"]), int(record["line"]), int(record["strobes"])
            latest[index].add("refused", *told)
        elif kind is Kind.CONFIGURED and index in latest:
            latest[index].add("group", record["data"].tobytes())
        elif kind is Kind.DISPATCH and found:
            # The check goes on in order, and may have lost the number.
            waiting = [item for item in found if item.waits_for_check]
            item = latest.get(index, found[-1])
            if not item.waits_for_check and waiting:
                item = waiting[0]
            engine = min(int(record["bank"]), 2)
            item.add("engine", engine)
            item.ended = False
            queues[engine].append(item)
        elif kind in (Kind.LOAD_START, Kind.EXECUTE_START, Kind.STORE_START):
            engine = (int(kind) - 1) // 2
            if queues[engine]:
                started[engine].append(queues[engine].pop(0))
        elif kind is Kind.DESCRIPTOR:
            engine = int(record["bank"])
            if started[engine]:
                started[engine][-1].add("descriptor", record["data"].tobytes())
        elif kind in (Kind.LOAD_DONE, Kind.EXECUTE_DONE, Kind.STORE_DONE):
            engine = (int(kind) - 2) // 2
            if started[engine]:
                done = started[engine].pop(0)
                done.ended, last[engine] = True, (int(record["cycle"]), done)
        elif kind in WRITES and started[WRITES[kind]]:
            item = started[WRITES[kind]][0]
            strobes = int(record["strobes"])
            lanes = [lane for lane in range(16) if strobes >> lane & 1]
            place = () if kind is Kind.STORE_BEAT else (int(record["line"]), int(record["bank"]))
            burst = int(record["extra"]) if kind is Kind.STORE_BURST else 0
            item.add(kind.name, *place, burst, strobes, record["data"][lanes].tobytes())
        elif kind is Kind.ACCUMULATE and started[1]:
            started[1][0].add("sums", record["data"].tobytes())
        elif kind is Kind.BUS_ERROR and record["strobes"]:  # with the end, before or behind it
            engine = int(record["bank"])
            ended = last[engine]
            if ended is not None and ended[0] == int(record["cycle"]):
                ended[1].add("bus error", int(record["extra"]))
            elif started[engine]:
                started[engine][0].add("bus error", int(record["extra"]))
    return found


def first_affected(
    good: NDArray[np.void], other: NDArray[np.void], *, hung: bool = False
) -> Affected:
    """Compare two runs of one program; the other may have ended early.

    In one that `hung`, what did not come is no other effect: an instruction may wait anywhere.
    """
    should, did = ran(good), ran(other)
    pairs = list(zip(should, did, strict=False))  # the other may have ended early
    texts = []
    for sums in (False, True):
        for place, (a, b) in enumerate(pairs):
            whole = not hung and (b.ended is not False or overtaken(b, did[place + 1 :]))
            if any(_differ(x, y, whole=whole) for x, y in _effects(a, b, sums=sums)):
                texts.append(a.text)
                if a.effects["taken"] != b.effects["taken"]:
                    texts.append(b.text)  # what was taken instead of it
                break
    stuck = [b.text for a, b in pairs if b.ended is False or (a.ended and b.ended is None)]
    if not stuck and len(did) < len(should) and offers_more(other):
        stuck = [should[len(did)].text]
    return Affected(texts=tuple(dict.fromkeys(texts)), stuck=stuck[0] if stuck else "")


def overtaken(item: Ran, later: list[Ran]) -> bool:
    """Whether a later instruction of its engine ended: engines work in order. Or a later fence was
    taken, which is when all before it has ended.
    """
    return any(
        one.text.startswith("fence")
        or (one.ended and one.effects.get("engine") == item.effects.get("engine"))
        for one in later
    )


def offers_more(records: NDArray[np.void]) -> bool:
    """Whether a word was offered, or a doorbell rung, after the last instruction was taken.

    Else it is the host that waits, for an answer of a port.
    """
    kinds = records["kind"]
    offered, taken = np.flatnonzero(kinds == Kind.OFFERED), np.flatnonzero(kinds == Kind.RETIRE)
    return bool(len(offered)) and (not len(taken) or offered[-1] > taken[-1])


def _effects(a: Ran, b: Ran, *, sums: bool) -> Iterator[tuple[list[Content], list[Content]]]:
    for kind in {*a.effects, *b.effects}:
        if sums or kind != "sums":
            yield a.effects.get(kind, []), b.effects.get(kind, [])


def _differ(good: list[Content], other: list[Content], *, whole: bool) -> bool:
    """Whether two lists differ; of an instruction that has not ended, as far as it came."""
    if whole:
        return good != other
    return other != good[: len(other)]


def mnemonic(text: str) -> str:
    """Return a pattern for an instruction of the same name."""
    return re.escape(text.split(" ")[0].rstrip(","))
