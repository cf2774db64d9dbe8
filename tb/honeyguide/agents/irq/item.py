"""Edges of the interrupt line, and of reset."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class InterruptSeen:
    """The interrupt line changed to `level`."""

    cycle: int
    level: bool


@dataclass(frozen=True, kw_only=True)
class ResetSeen:
    """The reset pin changed to `level` (False: in reset)."""

    cycle: int
    level: bool
