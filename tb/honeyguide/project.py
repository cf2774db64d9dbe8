"""Where the project lies whose core is proved.

Its `pyproject.toml` has a section `[tool.honeyguide]`. Commands and tests run somewhere below that
folder; a simulation runs elsewhere and is told by HONEYGUIDE_ROOT.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

VARIABLE = "HONEYGUIDE_ROOT"


def find_root(start: Path | None = None) -> Path:
    """Return the closest folder, from `start` (the working folder) upwards, with that section.

    Without one it is `start` itself, so that a bench without a project can still build and run.
    """
    if told := os.environ.get(VARIABLE):
        return Path(told)
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if "honeyguide" in settings(folder):
            return folder
    return here


def settings(folder: Path) -> dict[str, object]:
    """Return the table `tool` of a folder's pyproject.toml; empty if there is none to read."""
    try:
        text = (folder / "pyproject.toml").read_text(encoding="utf-8")
        return dict(tomllib.loads(text).get("tool", {}))
    except (OSError, ValueError):
        return {}


ROOT = find_root()
