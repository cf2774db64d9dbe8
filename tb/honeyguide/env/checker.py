"""The base of everything that compares, and what is wrong with a run: any entry fails the test, and
so does what is reported as an ERROR.

Components report to the logger `uvm` (pyuvm's central reporting), everybody else to the root.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from pyuvm import ConfigDB, uvm_analysis_export, uvm_analysis_port, uvm_component, uvm_scoreboard
from pyuvm.uvm_reporting import set_sv_uvm_style_reporting_enabled

from honeyguide.env.transaction_log import TransactionLog

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


class AnalysisImp(uvm_analysis_export):
    """Where an analysis port ends: in a method of a component, which may have several of them.

    Attributes:
        kinds: what the method looks at; an `ItemPort` hands it nothing else.
        take: the method.
    """

    def __init__(
        self,
        name: str,
        parent: uvm_component,
        write: Callable[[Any], object],
        kinds: tuple[type, ...] = (object,),
    ) -> None:
        super().__init__(name, parent)
        self.kinds = kinds
        self.take = write

    def write(self, datum: Any) -> None:
        """Hand an item to the method."""
        self.take(datum)


class ItemPort(uvm_analysis_port):
    """An analysis port that hands items to those alone who take their kind.

    Hundreds of items come of a job and most are for one of many subscribers, so who gets a kind is
    looked up once.
    """

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self._takers: dict[type, list[Callable[[Any], object]]] = {}

    def connect(self, export: Any) -> None:
        """Add a subscriber."""
        super().connect(export)
        self._takers.clear()

    def write(self, datum: Any) -> None:
        """Hand an item to each of them, in the order in which they were connected."""
        takers = self._takers.get(type(datum))
        if takers is None:
            takers = self._takers[type(datum)] = [
                export.take if isinstance(export, AnalysisImp) else export.write
                for export in self.subscribers
                if isinstance(datum, getattr(export, "kinds", object))
            ]
        for take in takers:
            take(datum)


class Checker(uvm_scoreboard):
    """A component that compares, and says at the end of the test if something is left over.

    Attributes:
        comparisons: how many were made so far.
        failures: where differences go.
        log: the run's transactions.
    """

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.comparisons = 0

    def build_phase(self) -> None:
        """Fetch what all checkers share."""
        self.failures: Failures = self.cdb_get("failures")
        self.log: TransactionLog = self.cdb_get("log")

    def left_over(self) -> str:
        """What was seen or expected and never compared; empty if there is nothing."""
        return ""

    def check_phase(self) -> None:
        """Nothing may be left over."""
        if what := self.left_over():
            self.failures.add(what)

    def report_phase(self) -> None:
        """Say how much was compared."""
        if self.comparisons:
            self.logger.info("%d comparisons", self.comparisons)
