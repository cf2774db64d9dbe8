"""Collects what is wrong with a run; any entry fails the test."""

from __future__ import annotations

import logging

log = logging.getLogger("honeyguide.bench")


class FailedRunError(AssertionError):
    """A run failed; the message is its first difference."""


class Failures:
    """Messages in the order in which they were found; the first is the one that matters."""

    LIMIT = 20  # further ones are counted, not kept

    def __init__(self) -> None:
        self.messages: list[str] = []
        self.count = 0

    def add(self, message: str) -> None:
        """Note one."""
        self.count += 1
        if len(self.messages) < self.LIMIT:
            self.messages.append(message)
            log.warning("%s", message)

    def raise_if_any(self) -> None:
        """Raise FailedRunError with the first message and the number of all."""
        if self.count:
            more = f" (and {self.count - 1} more)" if self.count > 1 else ""
            raise FailedRunError(f"{self.messages[0]}{more}")
