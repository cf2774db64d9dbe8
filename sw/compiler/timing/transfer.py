"""Work of one load or store: bytes on the bus against words on chip, both one a cycle."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd

from golden.machine.checks import Request
from golden.machine.operands import memory_region


@dataclass(frozen=True, kw_only=True)
class TransferCost:
    """``beats`` on the bus, ``words`` on chip, ``bytes`` wanted; ``dwell`` is how many words go to
    one bank of the scratchpad before the next, 0 for transfers that do not touch it.
    """

    beats: int
    words: int
    bytes: int
    dwell: int = 0

    @property
    def cycles(self) -> int:
        """Cycles the data take when nothing else is in the way."""
        return max(self.beats, self.words)


def transfer_cost(request: Request) -> TransferCost:
    """Cost of a legal ld or st instruction."""
    region, core = memory_region(request), request.core
    name = request.format.name
    if name == "ld.mt":
        words = region.size  # transposing writes byte by byte
    elif name in ("ld.t", "ld.m", "st.t"):
        words = region.h * region.w * core.blocks(region.c)
    else:
        words = -(-region.size // core.cols)
    dwell = core.blocks(region.c) if name in ("ld.t", "st.t") else 0
    return TransferCost(beats=_beats(request), words=words, bytes=region.size, dwell=dwell)


def _beats(request: Request) -> int:
    """Bus words touched, run by run (rows and pixels that follow each other are one run)."""
    region, bus = memory_region(request), request.core.axi_bytes
    pixels = 1 if region.pix_pitch == region.c or region.w == 1 else region.w
    run = region.c if pixels > 1 else region.w * region.c
    rows = region.h
    if pixels == 1 and (rows == 1 or region.row_pitch == run):
        return _words(region.addr, run * rows, bus)
    period = bus // gcd(region.row_pitch, bus)
    some = [
        _runs(region.addr + y * region.row_pitch, region.pix_pitch, pixels, run, bus)
        for y in range(min(period, rows))
    ]
    return rows // period * sum(some) + sum(some[: rows % period])


def _runs(address: int, pitch: int, count: int, run: int, bus: int) -> int:
    """Bus words of runs of equal size; where they begin in a bus word repeats itself."""
    period = bus // gcd(pitch, bus)
    some = [_words(address + i * pitch, run, bus) for i in range(min(period, count))]
    return count // period * sum(some) + sum(some[: count % period])


def _words(address: int, size: int, bus: int) -> int:
    return (address + size - 1) // bus - address // bus + 1


def is_tensor(request: Request) -> bool:
    """Whether the check has to work out a tensor (linear loads are quick)."""
    return request.format.name in ("ld.t", "ld.m", "ld.mt", "st.t")
