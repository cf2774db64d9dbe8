"""Events of `hdl/pin_recorder.sv` as the items that the pin-level monitors publish."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from honeyguide.agents.axi.item import BurstSeen, ResponseSeen
from honeyguide.agents.axil.item import RegisterSeen
from honeyguide.agents.irq.item import InterruptSeen, ResetSeen
from honeyguide.agents.seen import Seen
from honeyguide.agents.xif.item import CommitSeen, IssueSeen, ResultSeen

# Numbers of bench_pkg.sv
ISSUE, COMMIT, RESULT, WRITE, READ, IRQ, AR, AW, R, B, RESET = range(1, 12)


def decode(events: NDArray[np.void]) -> Iterator[Seen]:
    """Yield one item an event, in order.

    Raises:
        ValueError: an event of a kind that the recorder does not have.
    """
    columns = (events["kind"].tolist(), events["cycle"].tolist(), events["word"].tolist())
    for kind, cycle, (w0, w1, w2, w3, *_) in zip(*columns, strict=True):
        if kind == ISSUE:
            yield IssueSeen(
                cycle=cycle, word=w0, rs1=w1, rs2=w2, id=w3 & 0xFF, rs_valid=w3 >> 8 & 3,
                accept=bool(w3 >> 16 & 1), writeback=bool(w3 >> 17 & 1), mode=w3 >> 18 & 3,
            )  # fmt: skip
        elif kind == COMMIT:
            yield CommitSeen(cycle=cycle, id=w0 & 0xFF, kill=bool(w0 >> 8 & 1))
        elif kind == RESULT:
            yield ResultSeen(
                cycle=cycle, data=w0, id=w1 & 0xFF, rd=w1 >> 8 & 31, we=bool(w1 >> 16 & 1),
                odd=bool(w1 >> 17 & 1),
            )  # fmt: skip
        elif kind == WRITE:
            yield RegisterSeen(
                cycle=cycle, write=True, address=w0, data=w1, strobes=w2 & 15, response=w2 >> 8 & 3
            )
        elif kind == READ:
            yield RegisterSeen(
                cycle=cycle, write=False, address=w0, data=w1, strobes=15, response=w2 & 3
            )
        elif kind == IRQ:
            yield InterruptSeen(cycle=cycle, level=bool(w0))
        elif kind in (AR, AW):
            yield BurstSeen(
                cycle=cycle, write=kind == AW, address=w0, id=w1 & 0xFF,
                beats=(w1 >> 8 & 0xFF) + 1, size=1 << (w1 >> 16 & 7), burst=w1 >> 24 & 3,
            )  # fmt: skip
        elif kind in (R, B):
            yield ResponseSeen(
                cycle=cycle, write=kind == B, id=w0 & 0xFF, response=w0 >> 8 & 3,
                last=kind == B or bool(w0 >> 16 & 1),
            )  # fmt: skip
        elif kind == RESET:
            yield ResetSeen(cycle=cycle, level=bool(w0))
        else:
            raise ValueError(f"unknown event kind {kind} in cycle {cycle}")
