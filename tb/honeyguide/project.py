"""Where the project lies whose core is proved.

Its `pyproject.toml` has a section `[tool.honeyguide]`: `prefix` of the project's own variables of
the environment, and under `shell` those of them that a shell may set, each with what it does; all
others are set by launchers alone. Commands and tests run somewhere below that
folder; a simulation runs elsewhere and is told by HONEYGUIDE_ROOT.
"""

from __future__ import annotations

import os
import tomllib
from functools import lru_cache
from pathlib import Path

from honeyguide.place import build_folder

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


def own_prefix() -> str:
    """Return the prefix of the project's own variables; empty if it has none."""
    return str(described().get("prefix", ""))


def shell_settings() -> dict[str, str]:
    """Return the variables of the project's own that a shell may set, and what they do."""
    found = described().get("shell", {})
    return {str(name): str(text) for name, text in found.items()} if isinstance(found, dict) else {}


@lru_cache(maxsize=1)
def described() -> dict[str, object]:
    """Return the project's section `[tool.honeyguide]`."""
    section = settings(ROOT).get("honeyguide", {})
    return section if isinstance(section, dict) else {}


ROOT = find_root()
BUILD = build_folder(ROOT)  # where everything goes that is made
