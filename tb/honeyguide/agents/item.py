"""What passes through an agent: what its monitor has seen, and what a job asks of the ports."""

from __future__ import annotations

from dataclasses import dataclass

LAST = 4


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Base of all items of monitors.

    Items of one cycle have an order, so that nobody meets an event before its cause: results,
    register writes, issues, decisions, the rest. A write has happened when its answer shows, so a
    doorbell word comes before what is decided in its cycle. `pin_recorder.sv` keeps this order.
    """

    cycle: int

    @property
    def place(self) -> int:
        """Place among the items of its cycle, 0 first."""
        return LAST


@dataclass(frozen=True, kw_only=True)
class Barrier:
    """Wait until everything issued before has its result, kill or refusal."""

    gap: int = 0


@dataclass(frozen=True, kw_only=True)
class Settle:
    """What a barrier asks of one port: wait until it owes nobody an answer, a result or an end."""
