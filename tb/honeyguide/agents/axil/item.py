"""Register accesses over AXI4-Lite."""

from __future__ import annotations

from dataclasses import dataclass


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
class RegisterSeen:
    """An answered access: `data` written or read, and the response (0 OKAY, 2 SLVERR)."""

    cycle: int
    write: bool
    address: int
    data: int
    strobes: int
    response: int
