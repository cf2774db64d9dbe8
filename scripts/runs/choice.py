"""What of the checks is run, and in which order: see scripts/runs/affected.py for why.

all tests --stage, keyword--> files of tests --with `only`--> those that an edit can touch
                                    |
                                    +--> what failed last time, then the likely killers, first
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from honeyguide.core import core, fault_tests
from scripts.runs.affected import WHY, Affected, Listed, Ran, read_list, store
from scripts.runs.stages import Stage, StageResult, Verdict, junit_path, list_tests


@dataclass(kw_only=True)
class Choice:
    """What is run of each stage.

    Attributes:
        path: the file of what is known.
        known: what it says.
        listed: every test that may run; None if pytest can't tell, then whole stages run.
        folder: the run's.
        only: leave out what no edit can touch.
        narrowed: a keyword chooses; a stage may then have no test at all.
    """

    path: Path
    known: Affected
    listed: Sequence[Listed] | None
    folder: Path
    only: bool
    narrowed: bool
    _files: dict[str, list[str]] = field(default_factory=dict)
    _ran: list[tuple[Stage, Verdict]] = field(default_factory=list)

    def files(self, stage: Stage) -> list[str]:
        """Return the files of tests that are run, the likely killers first."""
        if stage.name not in self._files:
            files = [
                file
                for file in dict.fromkeys(test.file for test in self._tests(stage))
                if not self.only or self.known.touched(stage.name, file, simulates=stage.simulates)
            ]
            ordered = self.known.in_order(files, simulates=stage.simulates)
            self._files[stage.name] = ordered
        return self._files[stage.name]

    def left_out(self, stage: Stage) -> StageResult | None:
        """Return what to say of a stage of which nothing is run; None if it is run."""
        if stage.module:
            if not self.only or self.known.stage_touched(stage.name, stage.unread):
                return None
            left = 1
        else:
            left = len(self._tests(stage))
            if self.listed is None or self.files(stage) or not (left or self.narrowed):
                return None
        return StageResult(
            name=stage.name,
            verdict=Verdict.LEFT_OUT,
            seconds=0.0,
            not_run={WHY: left} if left else {},
        )

    def words(self, stage: Stage) -> list[str]:
        """Return the words for pytest: take notes of what is read, in which order to run, what."""
        files = self.files(stage)
        first = self.folder / f"first-{stage.name}.json"
        content = {"files": files, "patterns": self._patterns}
        first.write_text(json.dumps(content), encoding="utf-8")
        ordered = [f"--first={first}"] if self.known.edited() else []
        return [f"--reads={self.folder}", *ordered, *files]

    def ended(self, stage: Stage, result: StageResult) -> StageResult:
        """Note how a stage ended, and return that with what was left out of it."""
        self._ran.append((stage, result.verdict))
        if stage.module or self.listed is None:
            return result
        run = set(self.files(stage))
        left = sum(test.file not in run for test in self._tests(stage))
        return replace(result, not_run={**result.not_run, **({WHY: left} if left else {})})

    def remember(self) -> None:
        """Keep which files of tests passed, for the next run."""
        commands = {
            stage.name: stage.unread if verdict is Verdict.PASS else None
            for stage, verdict in self._ran
            if stage.module
        }
        ran = {
            stage.name: Ran(
                files=self.files(stage),
                junit=junit_path(self.folder, stage.name),
                simulates=stage.simulates,
            )
            for stage, _ in self._ran
            if not stage.module
        }
        store(self.path, self.known, ran, commands, self.folder)

    def _tests(self, stage: Stage) -> list[Listed]:
        return [test for test in self.listed or () if stage.has(test.marks)]

    @cached_property
    def _patterns(self) -> list[str]:
        """What catches most faults in the parts of the core that were edited."""
        parts = {
            Path(path).parts[1] if len(Path(path).parts) > 2 else core().rtl
            for path in self.known.edited()
            if path.startswith(f"{core().rtl}/")
        }
        if not parts:
            return []
        tests = fault_tests()
        known = [pattern for part in sorted(parts) for pattern in tests.by_part.get(part, ())]
        return list(dict.fromkeys([*known, *tests.quick]))


def choose(
    root: Path, folder: Path, path: Path, *, keyword: str | None, settings: str, only: bool
) -> Choice:  # fmt: skip
    """Look which tests there are, and what is known of them.

    Args:
        root: of the checkout.
        folder: the run's.
        path: the file of what is known.
        keyword: which tests, as pytest -k.
        settings: what else decides how tests end.
        only: leave out what no edit can touch.
    """
    listing = folder / "listed.json"
    found = list_tests(listing, keyword=keyword)
    return Choice(
        path=path,
        known=Affected.load(path, root, settings=settings),
        listed=read_list(listing) if found else None,
        folder=folder,
        only=only and found,
        narrowed=keyword is not None,
    )
