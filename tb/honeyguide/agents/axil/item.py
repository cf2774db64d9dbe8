"""Register accesses over AXI4-Lite."""

from __future__ import annotations

from dataclasses import dataclass

from honeyguide.agents.seen import LAST, Seen


@dataclass(frozen=True, kw_only=True)
class RegisterWrite:
    """Write `data` (32 bits) at a byte offset, with byte strobes."""

    address: int
    data: int
    strobes: int = 0xF
    gap: int = 0


@dataclass(frozen=True, kw_only=True)
class RegisterRead:
    """Read the register at a byte offset."""

    address: int
    gap: int = 0


@dataclass(frozen=True, kw_only=True)
class RegisterPoll:
    """Read until (data & mask) == value."""

    address: int
    mask: int
    value: int
    gap: int = 0


@dataclass(frozen=True, kw_only=True)
class RegisterSeen(Seen):
    """An answered access: `data` written or read, and the response (0 OKAY, 2 SLVERR)."""

    write: bool
    address: int
    data: int
    strobes: int
    response: int

    @property
    def place(self) -> int:
        """A write comes before what is issued and decided, a read last."""
        return 1 if self.write else LAST
