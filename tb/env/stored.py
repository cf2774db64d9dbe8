"""A store of the golden machine as the memory scoreboard knows it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from golden.assembler import disassemble_instruction
from golden.machine import Outcome


@dataclass(frozen=True)
class Stored:
    """What an executed instruction writes to memory."""

    outcome: Outcome

    @property
    def certain(self) -> bool:
        """Whether no bus error cut it short."""
        return self.outcome.error is None

    def addresses(self) -> NDArray[np.int64]:
        """Address of every byte, int64 [h, w, c]."""
        written = self.outcome.memory_write
        assert written is not None
        return written.region.addresses()

    def values(self) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """Every byte, and whether it is specified, [h, w, c]."""
        written = self.outcome.memory_write
        assert written is not None
        return written.data.view(np.uint8), written.known

    def describe(self, place: tuple[int, ...]) -> tuple[str, str]:
        """The instruction; pixel and channel of its tensor."""
        y, x, c = place
        text = disassemble_instruction(self.outcome.instruction)
        return f"instruction {self.outcome.index} `{text}`", f"pixel y={y} x={x} channel {c}"
