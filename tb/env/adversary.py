"""The environment of the adversary: agents and oracles, no golden machine.

What a job does that is cut off anywhere has no single right answer; what it must not do has.
"""

from __future__ import annotations

from honeyguide.project import coverage_wanted
from tb.env.attempts import Attempts
from tb.env.bus_oracle import BusOracle
from tb.env.coverage import AbortCoverage
from tb.env.ports import PortEnvironment


class AdversaryEnvironment(PortEnvironment):
    """The agents, and the oracles that see what they see."""

    def build_phase(self) -> None:
        """Create the oracles."""
        super().build_phase()
        self.oracle = BusOracle.create("oracle", self)
        self.attempts = Attempts.create("attempts", self)
        if coverage_wanted():
            self.coverage = AbortCoverage.create("coverage", self)

    def connect_phase(self) -> None:
        """Let the oracle see everything in order."""
        super().connect_phase()
        self.order.ap.connect(self.oracle.analysis_export)
        self.order.ap.connect(self.attempts.analysis_export)

    def forget(self) -> None:
        """A soft reset leaves windows as they are."""

    def power_up(self) -> None:
        """The reset pin closes all windows."""
        self.oracle.power_up()
        self.attempts.forget()
