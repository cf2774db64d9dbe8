"""Which engine counted wrongly, when a counter is wrong and every value is right.

A counter adds up what engines report in every cycle. The recording has what an engine reported from
the end of one instruction to the end of the next, and golden what it had to. Engines work ahead, so
they are compared where an engine had nothing left to do.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from golden.isa import MAC
from golden.machine.counted import array_work
from tb.env.first_difference_golden import GoldenInstruction
from tb.env.first_difference_records import ENGINES, Recording

COUNTS = {"load": "bytes as read", "execute": "MACs", "store": "bytes as written"}
ABOUT_COUNTERS = re.compile(r"\bCOUNTER(_HIGH)?\b|`rdcnt ")


@dataclass(frozen=True, kw_only=True)
class Miscount:
    """What an engine counted wrongly: the first instruction it may be, the last, and how much."""

    engine: str
    first: int
    last: int
    counted: int
    wanted: int
    cycle: int

    def sentence(self) -> str:
        """Return it for people."""
        upto = "" if self.first == self.last else f" up to the end of instruction {self.last}"
        return (
            f"{self.engine} counted {self.counted} {COUNTS[self.engine]}, "
            f"expected {self.wanted}{upto}"
        )


def miscount(recording: Recording, goldens: Mapping[int, GoldenInstruction]) -> Miscount | None:
    """Return the earliest wrong count, None if every engine counted rightly."""
    found = [one for engine in ENGINES if (one := miscount_of(engine, recording, goldens))]
    return min(found, key=lambda one: one.cycle, default=None)


def miscount_of(
    engine: str, recording: Recording, goldens: Mapping[int, GoldenInstruction]
) -> Miscount | None:
    """Return the first wrong count of an engine."""
    order = sorted(recording.order(engine), key=lambda item: item.dispatched or 0)
    first, counted, wanted = None, 0, 0
    for place, item in enumerate(order):
        golden = goldens.get(item.index)
        if item.end is None or golden is None:
            return None  # what follows can't be told apart any more
        amount = amount_of(engine, golden)
        if amount is None:
            return None
        first = item.index if first is None else first
        counted, wanted = counted + item.counted, wanted + amount
        following = order[place + 1].start if place + 1 < len(order) else None
        if following is not None and following <= item.end:
            continue
        if counted != wanted:
            return Miscount(
                engine=engine, first=first, last=item.index, counted=counted, wanted=wanted,
                cycle=item.end,
            )  # fmt: skip
        first, counted, wanted = None, 0, 0
    return None


def amount_of(engine: str, golden: GoldenInstruction) -> int | None:
    """Return what an instruction has to count; None where a failure cut it off."""
    outcome = golden.outcome
    if outcome.error is not None:
        return None
    if engine == "load":
        return 0 if outcome.memory_read is None else outcome.memory_read.size
    if engine == "store":
        return 0 if outcome.memory_write is None else outcome.memory_write.region.size
    if golden.request is None or golden.request.format.name not in MAC:
        return 0
    return array_work(golden.request)[1]
