"""Where a command leaves its results: in a folder of its own, its report beside those of others.

build/runs/<time>-<command>-<n>/...     what this run leaves: report, pictures, logs, waves
build/reports/<command>.json, .png      the report of the last run that ended
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from honeyguide import cli
from honeyguide.project import BUILD, ROOT
from honeyguide.runs import RunFolder, new_run
from honeyguide.surroundings import in_force


@dataclass(kw_only=True)
class Results:
    """The results of one run of a command below a folder, `build` of the repository by default."""

    command: str
    folder: Path = BUILD
    _written: bool = field(default=False, init=False)

    @cached_property
    def run(self) -> RunFolder:
        """The folder of this run, made when it is first asked for."""
        return new_run(self.command, self.folder)

    @property
    def reports(self) -> Path:
        """Where reports are published."""
        return self.folder / "reports"

    @property
    def runs(self) -> Path:
        """Where the processes of this run leave what they have to leave."""
        return self.run.path

    @property
    def picture(self) -> Path:
        """Where to draw the picture of this command, before the report is written."""
        return self.run.path / f"{self.command}.png"

    @property
    def published_picture(self) -> Path:
        """Where the picture is found once the report is written."""
        return self.reports / self.picture.name

    def start(self) -> None:
        """Make the folder. If the run breaks off, a report that says so takes the place of an
        older one, so that none can be taken for this one's.
        """
        _ = self.run
        cli.on_failure(self._broken_off)

    def write(self, content: dict[str, Any]) -> Path:
        """Write the report, publish it with its picture, and return where it is then."""
        path = self.run.path / f"{self.command}.json"
        content = {**content, "run": shown(self.run.path), "environment": in_force()}
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        self._written = True
        pictures = [self.picture] if self.picture.is_file() else []
        if not pictures:
            self.published_picture.unlink(missing_ok=True)  # it was another run's
        return self.run.publish([*pictures, path])[-1]

    def _broken_off(self, reason: str) -> None:
        if not self._written:
            self.write({"pass": False, "reasons": [reason]})


def add_results_option(options: argparse.ArgumentParser) -> None:
    """Add --results to a command."""
    options.add_argument(
        "--results", type=Path, default=BUILD, metavar="FOLDER",
        help="where reports and logs go, build/ by default",
    )  # fmt: skip


def shown(path: Path) -> str:
    """Return a path as seen from the repository's root, if it lies in it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
