"""Everything a job can ask of the ports."""

from __future__ import annotations

from dataclasses import dataclass

from honeyguide.agents.axil.item import RegisterPoll, RegisterRead, RegisterWrite
from honeyguide.agents.xif.item import Offload


@dataclass(frozen=True, kw_only=True)
class Barrier:
    """Wait until everything issued before has its result, kill or refusal."""

    gap: int = 0


@dataclass(frozen=True, kw_only=True)
class Settle:
    """What a barrier asks of one port: wait until it owes nobody an answer, a result or an end."""


Command = Offload | RegisterWrite | RegisterRead | RegisterPoll | Barrier
