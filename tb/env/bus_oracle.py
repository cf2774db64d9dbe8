"""Judges the core's bursts by windows and owners alone: it knows no RTL and no golden machine.

Every burst on the bus must lie, whole, in a window that allows its direction to somebody who has
asked for something. A burst may wait in its address register, so it is allowed if it was at any
time since the burst before it: nothing that shows can have been checked earlier.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pyuvm import uvm_component

from golden.machine.windows import Owner, Window
from golden.register_map import WINDOW_ARRAYS, offset_of
from honeyguide.agents.axi import BurstSeen
from honeyguide.agents.axil import RegisterSeen
from honeyguide.agents.bus import Seen
from honeyguide.env.checker import AnalysisImp, Checker

SLACK = 4  # cycles from a register's write to the answer that is seen


@dataclass(frozen=True, kw_only=True)
class Setting:
    """From cycle `since`, until the next: the windows, and who may have something in the core."""

    since: int
    windows: tuple[Window, ...]
    asking: frozenset[Owner]


class BusOracle(Checker):
    """Sees window registers and bursts, in the order of time.

    Attributes:
        bursts: how many were judged.
    """

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.bursts = 0
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
        self._settings = [Setting(since=0, windows=(), asking=frozenset())]

    def ask(self, owners: Iterable[Owner], cycle: int) -> None:
        """From now on these owners may have loads and stores in the core."""
        windows = self._settings[-1].windows
        self._settings.append(Setting(since=cycle, windows=windows, asking=frozenset(owners)))

    def seen(self, item: Seen) -> None:
        """Note a window that was set, judge a burst."""
        match item:
            case BurstSeen():
                self._judge(item)
            case RegisterSeen(write=True, response=0):
                self._written(item)

    def _written(self, item: RegisterSeen) -> None:
        for name in WINDOW_ARRAYS:
            index = (item.address - offset_of(name)) // 4
            if 0 <= index < self._count:
                self._values[name][index] = item.data
                rows = zip(*self._values.values(), strict=True)
                windows = tuple(Window.from_registers(*values) for values in rows)
                asking = self._settings[-1].asking
                since = item.cycle - SLACK
                self._settings.append(Setting(since=since, windows=windows, asking=asking))

    def _drop_ended(self) -> None:
        """Forget settings that were over before the last burst of either direction."""
        settings, since = self._settings, min(self._last.values()) - 1
        ended = 0
        while ended + 1 < len(settings) and settings[ended + 1].since + 2 * SLACK < since:
            ended += 1
        del settings[:ended]

    def _judge(self, seen: BurstSeen) -> None:
        self._drop_ended()
        since, self._last[seen.write] = self._last[seen.write] - 1, seen.cycle
        first = seen.address // seen.size * seen.size
        last = first + seen.beats * seen.size - 1
        self.comparisons += 1
        self.bursts += 1
        ends = [setting.since + 2 * SLACK for setting in self._settings[1:]]
        in_force = [
            setting
            for setting, end in zip(self._settings, [*ends, seen.cycle], strict=True)
            if setting.since <= seen.cycle and end >= since
        ]
        for setting in in_force:
            for owner in setting.asking:
                if owner.privileged or any(
                    window.allows(first, last, owner, write=seen.write)
                    for window in setting.windows
                ):
                    return
        asking = sorted({str(owner) for setting in in_force for owner in setting.asking})
        self.failures.add(
            f"ESCAPE: a burst {'writes' if seen.write else 'reads'} {first:#x}..{last:#x}, cycle "
            f"{seen.cycle}, which no window allows to {', '.join(asking)}"
        )
