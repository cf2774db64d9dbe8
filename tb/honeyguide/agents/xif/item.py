"""What goes over CV-X-IF: the instruction that a sequence asks for, and what pins show of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from honeyguide.agents.seen import Seen

OPERANDS_LATE = 5
USER, MACHINE = 0, 3  # privilege modes


class Instruction(Protocol):
    """What is offered: an instruction word and the values of its operands, all unsigned."""

    @property
    def word(self) -> int: ...

    @property
    def rs1(self) -> int: ...

    @property
    def rs2(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Offload:
    """One instruction to issue, and how.

    Attributes:
        instruction: word and operand values.
        kill: commit it with kill set. What comes after it is offered when the kill was seen.
        dropped: flushed in the CPU's decode stage. Without rs1 the offer is taken back after
            OPERANDS_LATE cycles, else it is accepted and killed in the next cycle.
        gap: idle cycles before it is offered.
        commit_delay: cycles from its issue to its commit, 0 for the same cycle. Commits come in the
            order of issue and one a cycle, so older ones may hold it up.
        rs_valid: which of rs1 (bit 0) and rs2 (bit 1) are valid at first; a core that waits for the
            others gets them after OPERANDS_LATE cycles.
        mode: privilege mode of the CPU, USER or MACHINE.
    """

    instruction: Instruction
    kill: bool = False
    dropped: bool = False
    gap: int = 0
    commit_delay: int = 1
    rs_valid: int = 3
    mode: int = MACHINE


@dataclass(frozen=True, kw_only=True)
class IssueSeen(Seen):
    """An issue handshake."""

    id: int
    word: int
    rs1: int
    rs2: int
    rs_valid: int
    accept: bool
    writeback: bool
    mode: int = MACHINE

    @property
    def place(self) -> int:
        """After register writes, one of which may set the context."""
        return 2


@dataclass(frozen=True, kw_only=True)
class CommitSeen(Seen):
    """A commit or kill."""

    id: int
    kill: bool

    @property
    def place(self) -> int:
        """After what is issued."""
        return 3


@dataclass(frozen=True, kw_only=True)
class ResultSeen(Seen):
    """A result handshake; `odd` when exc, err or dbg was set, which this core never does."""

    id: int
    data: int
    rd: int
    we: bool
    odd: bool

    @property
    def place(self) -> int:
        """First."""
        return 0
