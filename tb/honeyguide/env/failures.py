"""What is wrong with a run: any entry fails the test, and so does what is reported as an ERROR.

Components report to the logger `uvm` (pyuvm's central reporting), everybody else to the root.
"""

from __future__ import annotations

import logging

from pyuvm import ConfigDB
from pyuvm.uvm_reporting import set_sv_uvm_style_reporting_enabled

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


# Before the first component is made: those made without it keep their records to themselves.
set_sv_uvm_style_reporting_enabled(True)


def cut_off() -> set[str]:
    """Names of the loggers whose records nobody else sees."""
    loggers = logging.Logger.manager.loggerDict
    return {
        name
        for name, logger in loggers.items()
        if isinstance(logger, logging.Logger) and not logger.propagate
    }


class ErrorReports(logging.Handler):
    """A handler where all records come by.

    Attributes:
        count: records of level ERROR and above.
        first: the first of them.
    """

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.count = 0
        self.first = ""
        ConfigDB()  # it makes a logger for itself, which is watched like the others
        self._watched = cut_off()
        self._loggers = [logging.getLogger(), *map(logging.getLogger, sorted(self._watched))]
        for logger in self._loggers:
            logger.addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Count a record."""
        self.count += 1
        self.first = self.first or f"{record.name}: {record.getMessage()}"

    def close(self) -> None:
        """Watch no longer."""
        for logger in self._loggers:
            logger.removeHandler(self)
        super().close()

    def unseen(self) -> list[str]:
        """Names of loggers that cut themselves off meanwhile: an ERROR there would be lost."""
        return sorted(cut_off() - self._watched)
