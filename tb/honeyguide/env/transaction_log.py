"""What happened, in program order and without times, so that both speeds give the same text.

    i 0012 0000000b 00080008 00080001 ok -          accepted, committed, no value
    i 0013 0000500b 00000000 00000000 ok 00000000   with its result
    i .... 00000073 00000000 00000000 refused -
    m 4096 bytes 3f2a...                            memory written up to here: count and digest

Values of counters depend on time and are left out.
"""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from honeyguide.agents.xif import Instruction


class TransactionLog:
    """Lines of a run and their hash."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def reserve(self) -> int:
        """Take the next place in program order, for an instruction whose fate is not known yet."""
        self.lines.append("lost")
        return len(self.lines) - 1

    def instruction(
        self,
        index: int | None,
        item: Instruction,
        *,
        fate: str,
        result: int | None,
        place: int | None = None,
    ) -> None:
        """Add an instruction, at a reserved place or at the end.

        `index` is None when it took no place in the program.
        """
        number = "...." if index is None else f"{index:04d}"
        value = "-" if result is None else f"{result:08x}"
        line = f"i {number} {item.word:08x} {item.rs1:08x} {item.rs2:08x} {fate} {value}"
        self.lines[self.reserve() if place is None else place] = line

    def memory(self, written: NDArray[np.uint8], observed: NDArray[np.uint8]) -> None:
        """Add which bytes were written so far, and with what."""
        where = np.flatnonzero(written.view(np.bool_))  # a hundred times as fast as of numbers
        digest = hashlib.sha256(where.astype("<u4").tobytes())
        digest.update(observed[where].tobytes())
        self.lines.append(f"m {len(where)} bytes {digest.hexdigest()[:16]}")

    def note(self, text: str) -> None:
        """Add a line of another kind: a reset, an interrupt."""
        self.lines.append(f"n {text}")

    def digest(self) -> str:
        """Return the hash of all lines."""
        return hashlib.sha256("\n".join(self.lines).encode()).hexdigest()
