"""Where results are written: reports beside each other, logs and waves of runs apart from them.

build/reports/<command>.json, .png      what a command found
build/runs/<command>/...                one folder for each process that ran
"""

from __future__ import annotations

import argparse
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from honeyguide.cli import UserError
from honeyguide.project import BUILD, ROOT


@dataclass(frozen=True, kw_only=True)
class Results:
    """The results of one command below a folder, `build` of the repository by default."""

    command: str
    folder: Path = BUILD

    @property
    def reports(self) -> Path:
        """Where reports are."""
        return self.folder / "reports"

    @property
    def runs(self) -> Path:
        """Where the processes of this command leave what they have to leave."""
        return self.folder / "runs" / self.command

    @property
    def picture(self) -> Path:
        """The picture of this command."""
        return self.reports / f"{self.command}.png"

    def start(self) -> None:
        """Delete what an earlier run left, so that none of it can be taken for this one's."""
        try:
            self.reports.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UserError(f"cannot write below {self.folder}: {error.strerror}") from None
        for path in (self.reports / f"{self.command}.json", self.picture):
            path.unlink(missing_ok=True)

    def write(self, content: dict[str, Any]) -> Path:
        """Write the report in one step and return its path."""
        path = self.reports / f"{self.command}.json"
        temporary = path.with_suffix(".tmp")
        temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        temporary.replace(path)
        return path


def add_results_option(options: argparse.ArgumentParser) -> None:
    """Add --results to a command."""
    options.add_argument(
        "--results", type=Path, default=BUILD, metavar="FOLDER",
        help="where reports and logs go, build/ by default",
    )  # fmt: skip


def shown(path: Path) -> str:
    """Return a path as seen from the repository's root, if it lies in it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
