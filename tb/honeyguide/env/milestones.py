"""What an environment publishes about the course of a test, beside what the pins showed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Announced:
    """What the next job is made of: a label an instruction, made when somebody asks."""

    labels: Callable[[], list[str]]


@dataclass(frozen=True, kw_only=True)
class Played:
    """A job came to its end; `quiet` when everything was compared and nothing is in flight."""

    quiet: bool


@dataclass(frozen=True, kw_only=True)
class Restarted:
    """The core was reset; what was in flight is forgotten."""


@dataclass(frozen=True, kw_only=True)
class Broken:
    """The test was cut off, for example by a time-out."""

    message: str


Milestone = Announced | Played | Restarted | Broken
