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
from golden.isa_table import Counter
from golden.machine.checks import HIGH_HALF
from golden.machine.operands import array_work
from golden.machine.outcome import MacTrace
from golden.register_map import COUNTERS, offset_of
from tb.env.first_difference_golden import GoldenInstruction
from tb.env.first_difference_records import Recording, RtlInstruction
from tb.env.trace_records import Kind

COUNTERS_HIGH = offset_of("COUNTER_HIGH")
COUNTERS_OF = {
    Counter.BYTES_READ: "load",
    Counter.MACS: "execute",
    Counter.BYTES_WRITTEN: "store",
}
READ = re.compile(r"\bCOUNTER(?:_HIGH)? \(0x([0-9a-f]+)\)|`rdcnt index=(\d+)`")
COUNTS = {"load": "bytes as read", "execute": "MACs", "store": "bytes as written"}


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


def counter_of(message: str) -> str | None:
    """Return the engine whose count a message is about, as it names a counter; None for others."""
    told = READ.search(message)
    if told is None:
        return None
    offset = int(told[1], 16) if told[1] else 4 * int(told[2]) + COUNTERS
    base = COUNTERS if offset < COUNTERS_HIGH or told[2] else COUNTERS_HIGH
    index = (offset - base) // 4 % HIGH_HALF
    return COUNTERS_OF.get(Counter(index)) if index < len(Counter) else None


def miswrapped(
    recording: Recording, goldens: Mapping[int, GoldenInstruction]
) -> tuple[str, RtlInstruction, int, str] | None:
    """Return who told wrongly that an accumulator left int32, when register WRAPPED is wrong.

    Returns:
        The engine's stage, array for sums and requantiser for biases, the first instruction it may
        be, the cycle, and a sentence; None if both told what golden says.
    """
    work = [
        (item, golden.outcome.mac)
        for item in sorted(recording.order("execute"), key=lambda item: item.dispatched or 0)
        if item.start is not None and (golden := goldens.get(item.index)) is not None
    ]
    events = recording.of(Kind.WRAPPED)
    for bit, stage, name in ((1, "array", "sum"), (2, "requantiser", "bias")):
        cycles = [int(event["cycle"]) for event in events if int(event["bank"]) & bit]
        for cycle in cycles:
            at = [(item, mac) for item, mac in work if during(item, cycle)]
            if at and all(mac is None or wraps(mac, bit) is False for _, mac in at):
                return stage, at[0][0], cycle, f"a {name} left int32, expected none to"
        for item, mac in work:
            missed = mac is not None and wraps(mac, bit) and item.end is not None
            if missed and not any(during(item, cycle) for cycle in cycles):
                return stage, item, item.end or 0, f"no {name} left int32, expected one to"
    return None


def during(item: RtlInstruction, cycle: int) -> bool:
    """Whether an engine was at work on an instruction in a cycle."""
    return item.start is not None and item.start <= cycle and (
        item.end is None or cycle <= item.end
    )  # fmt: skip


def wraps(mac: MacTrace, bit: int) -> bool | None:
    """Whether golden says that sums (1), biases (2) left int32; None where it can't."""
    return mac.sums_wrap if bit == 1 else mac.bias_wraps


def miscount(
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
