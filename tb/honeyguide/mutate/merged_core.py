"""A copy of the core with every change in it, of which a number chooses one, and its build."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from honeyguide.core import core
from honeyguide.faults.merge import PACKAGE
from honeyguide.mutate.kinds import Change
from honeyguide.mutate.merge import merge_changes
from honeyguide.project import ROOT
from honeyguide.regress.suite import Run
from honeyguide.sim import HdlError, SimBuild, build
from honeyguide.sim.stand_in import stand_in

_PLACE = re.compile(r"(\w+)\.v:(\d+):")
_NUMBER = re.compile(rf"{PACKAGE}::which [!=]= (\d+)")


@dataclass(frozen=True, kw_only=True)
class Means:
    """Where and with how much."""

    config: str
    runs: Sequence[Run]
    folder: Path
    jobs: int
    cluster: str = ""
    kept: Collection[str] = ()


class MergedCore:
    """A copy of the core with all changes that can be built, and its simulation.

    Attributes:
        changes: those that are in it, by number.
        refused: those that no tool takes, with what it says.
        build: the folder of the simulation.
    """

    def __init__(
        self, changes: Mapping[int, Change], means: Means, *, watched: bool = False,
        chosen: bool = True, built: bool = True,
    ) -> None:  # fmt: skip
        self.root = means.folder / ("watched" if watched else "core")
        self.changes = dict(changes)
        self._watched, self._chosen = watched, chosen
        self.refused: dict[int, str] = {}
        self.build = self._built(means.config) if built else self.root  # where nothing is run

    def _built(self, config: str) -> Path:
        while True:
            shutil.rmtree(self.root, ignore_errors=True)
            shutil.copytree(ROOT / core().rtl, self.root / core().rtl)
            merge_changes(self.changes, self.root, watched=self._watched, chosen=self._chosen)
            try:
                return build(self.wanted(config))
            except HdlError as error:
                blamed = self._blamed(str(error))
                if not blamed:
                    raise
                for number in blamed:
                    self.refused[number] = str(error).splitlines()[0]
                    del self.changes[number]

    def wanted(self, config: str) -> SimBuild:
        """Return the simulation to build of the copy."""
        made = stand_in(core().build(config), self.root / core().rtl)
        return SimBuild(**{**made, "design": None})

    def _blamed(self, said: str) -> list[int]:
        """Return the changes on the lines that an error names."""
        found: list[int] = []
        for module, line in _PLACE.findall(said):
            for path in (self.root / core().rtl).glob(f"**/{module}.v"):
                lines = path.read_text(encoding="utf-8").splitlines()
                if int(line) <= len(lines):
                    found += [int(text) for text in _NUMBER.findall(lines[int(line) - 1])]
        return sorted({number for number in found if number in self.changes})
