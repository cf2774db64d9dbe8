"""What the core does on its memory port."""

from __future__ import annotations

from dataclasses import dataclass

from honeyguide.agents.seen import Seen


@dataclass(frozen=True, kw_only=True)
class BurstSeen(Seen):
    """An address handshake: AR, or AW when `write`."""

    write: bool
    id: int
    address: int
    beats: int
    size: int
    burst: int


@dataclass(frozen=True, kw_only=True)
class ResponseSeen(Seen):
    """A B response, or an R beat that was the last of its burst or failed."""

    write: bool
    id: int
    response: int
    last: bool
