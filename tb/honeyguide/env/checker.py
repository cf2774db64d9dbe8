"""The base of everything that compares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyuvm import uvm_analysis_export, uvm_analysis_port, uvm_component, uvm_scoreboard

from honeyguide.env.failures import Failures
from honeyguide.env.transaction_log import TransactionLog


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
