"""Collects what is wrong with a run; any entry fails the test."""

from __future__ import annotations

import logging
from types import TracebackType
from typing import Any

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


class ErrorLogWatch:
    """Counts log records of level ERROR and above, whoever makes them.

    pyuvm's loggers do not propagate, so no handler sees everything; the record factory does.
    """

    def __init__(self) -> None:
        self.first = ""
        self.count = 0

    def __enter__(self) -> ErrorLogWatch:
        self._factory = logging.getLogRecordFactory()

        def factory(*args: Any, **kwargs: Any) -> logging.LogRecord:
            record = self._factory(*args, **kwargs)
            if record.levelno >= logging.ERROR:
                self.count += 1
                self.first = self.first or f"{record.name}: {record.getMessage()}"
            return record

        logging.setLogRecordFactory(factory)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        logging.setLogRecordFactory(self._factory)
