"""A subscriber that counts bins and leaves them when the test ends."""

from __future__ import annotations

from typing import Any

from pyuvm import uvm_component, uvm_subscriber

from honeyguide.coverage.collector import Collector
from honeyguide.project import coverage_wanted, results_folder


class CoverageSubscriber(uvm_subscriber):
    """Subclasses write `write`, which calls `hit` for each bin of the core's points that it sees.

    Attributes:
        model: whatever the bench sets to tell what an item meant.
    """

    model: Any = None

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.collector = Collector()

    def hit(self, point: str, name: str) -> None:
        """Count a bin."""
        self.collector.hit(point, name)

    def report_phase(self) -> None:
        """Leave what was hit, if the launcher asked for coverage."""
        folder = results_folder()
        if folder is not None and coverage_wanted():
            self.collector.write(folder)
