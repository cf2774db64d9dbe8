"""What the predictor publishes: an instruction in the golden machine, before and after, and what it
owes; and what the scoreboard of results says when that has come.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from golden.assembler import disassemble_instruction
from golden.isa import Instruction
from golden.machine import Outcome, Owner


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A word was written to a doorbell."""

    instruction: Instruction
    owner: Owner


@dataclass(frozen=True, kw_only=True)
class Begins:
    """The golden machine is about to execute this for an owner; its storage is as before."""

    instruction: Instruction
    owner: Owner


@dataclass(frozen=True, kw_only=True)
class Executed:
    """What the golden machine did.

    Attributes:
        doorbell: whether the instruction came through the doorbell.
        issued, committed: cycles on CV-X-IF; None through the doorbell.
    """

    outcome: Outcome
    doorbell: bool
    issued: int | None
    committed: int | None


@dataclass(frozen=True, kw_only=True)
class Answered:
    """The core returned the result of an instruction in this cycle."""

    outcome: Outcome
    cycle: int


Predicted = Begins | Executed | Answered


class Fate(StrEnum):
    """What became of an instruction that was offered."""

    OFFERED = "offered"
    COMMITTED = "ok"
    KILLED = "killed"
    REFUSED = "refused"


@dataclass(kw_only=True)
class Entry:
    """An accepted instruction on its way."""

    instruction: Instruction
    id: int
    cycle: int
    owner: Owner
    fate: Fate = Fate.OFFERED
    outcome: Outcome | None = None
    place: int | None = None  # in the log

    def __str__(self) -> str:
        place = "?" if self.outcome is None else self.outcome.index
        return f"instruction {place} `{disassemble_instruction(self.instruction)}`"
