"""What the predictor publishes: an instruction in the golden machine, before and after."""

from __future__ import annotations

from dataclasses import dataclass

from golden.isa import Instruction
from golden.machine import Outcome, Owner


@dataclass(frozen=True, kw_only=True)
class Rung:
    """A word was written to a doorbell."""

    instruction: Instruction
    owner: Owner


@dataclass(frozen=True, kw_only=True)
class Begins:
    """The golden machine is about to execute this; its storage is as before."""

    instruction: Instruction


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
