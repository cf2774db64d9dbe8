"""At the tile level nobody samples pins in Python: agents replay what the recorder wrote down.

    pins --> pin_recorder.sv --> store --> Recorder --> RecordedMonitor of each agent --> ap

At the pin level the recorder runs, too, and has to agree with the monitors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import numpy as np
from numpy.typing import NDArray
from pyuvm import uvm_analysis_port, uvm_component, uvm_monitor

from honeyguide.agents.irq.item import ResetSeen
from honeyguide.agents.seen import Seen
from honeyguide.env.checker import AnalysisImp, Checker
from honeyguide.env.tile.native import NativeStore
from honeyguide.env.tile.recorded import decode


class RecordedMonitor(uvm_monitor):
    """Stands in for a monitor of pins; what it publishes comes from the recorder."""

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.ap = uvm_analysis_port("ap", self)


class Recorder(uvm_component):
    """Hands events of the recorder to the ports they belong to.

    Attributes:
        reset_ap: edges of the reset pin, which no agent watches.
    """

    decode: Callable[[NDArray[np.void]], Iterator[Seen]] = staticmethod(decode)

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.reset_ap = uvm_analysis_port("reset_ap", self)
        self._write: dict[type[Seen], Callable[[Seen], None]] = {ResetSeen: self.reset_ap.write}

    def build_phase(self) -> None:
        """Fetch the store that the recorder writes to."""
        self._store: NativeStore = self.cdb_get("store")

    def replay(self, items: Iterable[type[Seen]], port: uvm_analysis_port) -> None:
        """Publish items of these kinds on a port."""
        self._write |= dict.fromkeys(items, port.write)

    def drain(self) -> None:
        """Publish what was recorded since the last time."""
        for item in self.decode(self._store.take_events()):
            self._write[type(item)](item)


class Agreement(Checker):
    """Compares what monitors and recorder saw: the same items, each as often.

    Attributes:
        recorded: the port for the recorder's items; those of the monitors come as usual.
    """

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self._monitored: Counter[Seen] = Counter()
        self._recorded: Counter[Seen] = Counter()
        self.analysis_export = AnalysisImp("analysis_export", self, self._monitor)
        self.recorded = uvm_analysis_port("recorded", self)
        self.recorded.connect(AnalysisImp("recorded_export", self, self._record))

    def _monitor(self, item: Seen) -> None:
        """Note an item of a monitor; resets have none."""
        if not isinstance(item, ResetSeen):
            self._monitored[item] += 1

    def _record(self, item: Seen) -> None:
        self._recorded[item] += 1

    def left_over(self) -> str:
        """Items that only one of them saw."""
        missing = (self._recorded - self._monitored) + (self._monitored - self._recorded)
        if not missing:
            return ""
        return (
            f"monitors and recorder disagree on {missing.total()} items, "
            f"among them {next(iter(missing))}"
        )
