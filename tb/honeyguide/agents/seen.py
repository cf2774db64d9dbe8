"""What a monitor publishes: something that happened on the pins in one cycle."""

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
