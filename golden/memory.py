"""External memory as the core sees it: bytes from a base address on, some answering errors.

A byte is *known* unless a store that failed on the bus may or may not have written it.
"""

from __future__ import annotations

from dataclasses import dataclass
from sys import maxsize
from typing import Any

import numpy as np
from numpy.typing import NDArray

Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Region:
    """Bytes ``addr + y*row_pitch + x*pix_pitch + c`` for y < h, x < w, c < c; pitches in bytes."""

    addr: int
    h: int
    w: int
    c: int
    pix_pitch: int
    row_pitch: int

    @property
    def end(self) -> int:
        """First address past the last byte; the row pitch counts only with a second row."""
        row = (self.h - 1) * self.row_pitch if self.h > 1 else 0
        return self.addr + row + (self.w - 1) * self.pix_pitch + self.c

    @property
    def size(self) -> int:
        """Number of bytes moved."""
        return self.h * self.w * self.c

    def addresses(self) -> NDArray[np.int64]:
        """Address of every byte, int64 [h, w, c]."""
        y = np.arange(self.h)[:, None, None] * self.row_pitch
        x = np.arange(self.w)[:, None] * self.pix_pitch
        return self.addr + y + x + np.arange(self.c)


def linear_region(addr: int, size: int) -> Region:
    """``size`` consecutive bytes from ``addr`` on."""
    return Region(addr=addr, h=1, w=1, c=size, pix_pitch=size, row_pitch=size)


class Memory:
    """``size`` bytes from address ``base`` on, all 0 at first; anything else answers bus errors."""

    def __init__(self, *, base: int = 0, size: int) -> None:
        if base < 0 or size < 1 or base + size > 1 << 32:
            raise ValueError(f"memory of {size} bytes at {base:#x} does not fit 32-bit addresses")
        self.base = base
        self.size = size
        self.data: Bytes = np.zeros(size, dtype=np.uint8)
        self.known: Mask = np.ones(size, dtype=np.bool_)
        self._read_errors: list[tuple[int, int]] = []
        self._write_errors: list[tuple[int, int]] = []

    def mark_error(self, first: int, end: int, *, reads: bool = True, writes: bool = True) -> None:
        """Let accesses to the addresses ``first .. end - 1`` answer bus errors."""
        if first >= end:
            raise ValueError(f"the range {first:#x}..{end:#x} is empty")
        if reads:
            self._read_errors.append((first, end))
        if writes:
            self._write_errors.append((first, end))

    def clear_errors(self) -> None:
        """Forget every range of ``mark_error``."""
        self._read_errors.clear()
        self._write_errors.clear()

    def read(self, addr: int, size: int) -> Bytes:
        """Copy of ``size`` bytes at ``addr``. Raises ValueError outside the memory."""
        there: Bytes = self.view(linear_region(addr, size)).flatten()
        return there

    def write(self, addr: int, data: bytes | NDArray[Any]) -> None:
        """Put bytes, or an array's bytes, at ``addr``. Raises ValueError outside the memory."""
        raw = np.frombuffer(bytes(data), dtype=np.uint8) if isinstance(data, bytes) else data
        raw = np.ascontiguousarray(raw).view(np.uint8).ravel()
        if raw.size:
            region = linear_region(addr, raw.size)
            self.view(region)[...] = raw
            self.known_view(region)[...] = True

    def view(self, region: Region) -> Bytes:
        """Strided view uint8 [h, w, c] on the bytes. Raises ValueError outside the memory."""
        return self._strided(self.data, region)

    def known_view(self, region: Region) -> Mask:
        """Strided view bool [h, w, c] on which of the bytes are known."""
        return self._strided(self.known, region)

    def failing_beats(self, region: Region, *, beat: int, write: bool) -> list[int]:
        """Addresses of the bus beats (``beat`` bytes) of this access that answer an error."""
        errors = self._write_errors if write else self._read_errors
        bad = [*errors, (-maxsize, self.base), (self.base + self.size, maxsize)]
        first, end = region.addr // beat * beat, -(-region.end // beat) * beat
        if not any(low < end and first < high for low, high in bad):
            return []  # the common case, without looking at single bytes
        beats = np.unique(region.addresses() // beat) * beat
        failing = np.zeros(beats.shape, dtype=np.bool_)
        for low, high in bad:
            failing |= (beats < high) & (low < beats + beat)
        return [int(address) for address in beats[failing]]

    def forget(self, region: Region) -> None:
        """Make the region's bytes unknown where they lie in this memory."""
        offsets = region.addresses().ravel() - self.base
        self.known[offsets[(offsets >= 0) & (offsets < self.size)]] = False

    def _strided(self, array: NDArray[Any], region: Region) -> NDArray[Any]:
        offset = region.addr - self.base
        if (
            offset < 0
            or region.end > self.base + self.size
            or min(region.h, region.w, region.c) < 1
        ):
            raise ValueError(
                f"bytes {region.addr:#x}..{region.end:#x} are not within the memory "
                f"{self.base:#x}..{self.base + self.size:#x}"
            )
        return np.lib.stride_tricks.as_strided(
            array[offset:],
            shape=(region.h, region.w, region.c),
            strides=(region.row_pitch, region.pix_pitch, 1),
        )
