"""Judges the core's bursts by windows and owners alone: it knows no RTL and no golden machine.

Every burst on the bus must lie, whole, in a window that allows its direction to somebody who has
asked for something. A burst may wait in its address register, so it is allowed if it was at any
time since the burst before it: nothing that shows can have been checked earlier.
"""

from __future__ import annotations

from collections import Counter

from pyuvm import uvm_component

from golden.machine.owner import Owner
from golden.machine.windows import Window
from honeyguide.agents.axi.item import BurstSeen
from honeyguide.agents.axil.item import RegisterSeen
from honeyguide.agents.seen import Seen
from honeyguide.env.checker import AnalysisImp, Checker
from tb.env.registers import WINDOW_ARRAYS, offset_of

SLACK = 4  # cycles from a register's write to the answer that is seen


class BusOracle(Checker):
    """Sees window registers and bursts, in the order of time.

    Attributes:
        asking: owners that may have loads and stores in the core.
        refusals: error codes that ERR_CAUSE showed.
    """

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.asking: set[Owner] = set()
        self.refusals: Counter[int] = Counter()
        self.analysis_export = AnalysisImp("analysis_export", self, self.seen)
        self._last = {False: 0, True: 0}  # cycle of the last burst, by direction

    def build_phase(self) -> None:
        """Start with windows that allow nothing."""
        super().build_phase()
        self._count = self.cdb_get("bench").core.windows
        self.power_up()

    def power_up(self) -> None:
        """The reset pin: no window is valid."""
        self._values = {name: [0] * self._count for name in WINDOW_ARRAYS}
        self._settings: list[tuple[int, tuple[Window, ...]]] = [(0, ())]

    def settled(self) -> None:
        """The core is empty: only the windows that are in force matter."""
        self._settings = [(0, self._settings[-1][1])]

    def seen(self, item: Seen) -> None:
        """Note a window that was set, judge a burst."""
        match item:
            case BurstSeen():
                self._judge(item)
            case RegisterSeen(write=True, response=0):
                self._written(item)
            case RegisterSeen(write=False) if item.address == offset_of("ERR_CAUSE"):
                if item.data >> 31:
                    self.refusals[item.data & 0xFF] += 1

    def _written(self, item: RegisterSeen) -> None:
        for name in WINDOW_ARRAYS:
            index = (item.address - offset_of(name)) // 4
            if 0 <= index < self._count:
                self._values[name][index] = item.data
                rows = zip(*self._values.values(), strict=True)
                windows = tuple(Window.from_registers(*values) for values in rows)
                self._settings.append((item.cycle - SLACK, windows))

    def _judge(self, seen: BurstSeen) -> None:
        since, self._last[seen.write] = self._last[seen.write] - 1, seen.cycle
        first = seen.address // seen.size * seen.size
        last = first + seen.beats * seen.size - 1
        self.comparisons += 1
        for index, (start, windows) in enumerate(self._settings):
            end = self._settings[index + 1][0] + 2 * SLACK if index + 1 < len(self._settings) else 0
            if start > seen.cycle or (end and end < since):
                continue
            for owner in self.asking:
                if owner.privileged or any(
                    window.allows(first, last, owner, write=seen.write) for window in windows
                ):
                    return
        self.failures.add(
            f"ESCAPE: a burst {'writes' if seen.write else 'reads'} {first:#x}..{last:#x}, cycle "
            f"{seen.cycle}, which no window allows to {', '.join(map(str, self.asking))}"
        )
