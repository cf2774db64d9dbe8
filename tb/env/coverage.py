"""The coverage model as a subscriber of the environment, there when the launcher asked for it."""

from __future__ import annotations

from pyuvm import uvm_component, uvm_subscriber

from honeyguide.agents.bus import Seen
from honeyguide.coverage.collector import Collector
from honeyguide.env.checker import AnalysisImp
from honeyguide.project import results_folder
from tb.coverage.abort_states import sample_aborts
from tb.coverage.instructions import InstructionCoverage
from tb.coverage.pins import PinCoverage
from tb.env.predicted import Executed, Predicted


class AbortCoverage(uvm_component):
    """What an environment without a golden machine can tell: how jobs were cut off."""

    def report_phase(self) -> None:
        """Leave what was hit."""
        folder = results_folder()
        if folder is not None:
            collector = Collector()
            sample_aborts(collector)
            collector.write(folder)


class Coverage(uvm_subscriber):
    """The samplers of a run. They observe: nothing here drives or checks."""

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.predicted_export = AnalysisImp("predicted_export", self, self.predicted)

    def build_phase(self) -> None:
        """Create the samplers."""
        self.collector = Collector()
        self.instructions = InstructionCoverage(self.cdb_get("machine"), self.collector)
        core = self.cdb_get("bench").core
        self.pins = PinCoverage(core, self.collector, self.instructions)

    def write(self, item: Seen) -> None:
        """Sample what a port showed."""
        self.pins.seen(item)

    def predicted(self, item: Predicted) -> None:
        """Sample what an instruction did."""
        if isinstance(item, Executed):
            self.instructions.outcome(item.outcome, doorbell=item.doorbell)

    def report_phase(self) -> None:
        """Leave what was hit."""
        folder = results_folder()
        if folder is not None:
            sample_aborts(self.collector)
            self.collector.write(folder)
