"""Edges of the interrupt line, and of reset."""

from __future__ import annotations

from dataclasses import dataclass

from honeyguide.agents.seen import Seen


@dataclass(frozen=True, kw_only=True)
class InterruptSeen(Seen):
    """The interrupt line changed to `level`."""

    level: bool


@dataclass(frozen=True, kw_only=True)
class ResetSeen(Seen):
    """The reset pin changed to `level` (False: in reset)."""

    level: bool
