"""Where the project lies whose core is proved.

Its `pyproject.toml` has a section `[tool.honeyguide]`: its `name`, which its messages and variables
of the environment begin with; `core`, where its description is; and under `shell` the variables
that a shell may set, each with what it does. All others are set by launchers alone. Commands and
tests run somewhere below that folder; a simulation runs elsewhere and is told by HONEYGUIDE_ROOT.
What a launcher tells a test through the environment is read here, too, but for what configures the
bench (env/configuration.py).
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

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
        if section(folder) is not None:
            return folder
    return here


def section(folder: Path) -> dict[str, Any] | None:
    """Return the section of a folder's pyproject.toml; None if there is none to read."""
    try:
        text = (folder / "pyproject.toml").read_text(encoding="utf-8")
        found = tomllib.loads(text).get("tool", {}).get("honeyguide")
    except (OSError, ValueError):
        return None
    return None if found is None else dict(found)


def own_prefix() -> str:
    """Return the prefix of the project's own variables; empty if there is no project."""
    return f"{NAME.upper()}_" if SECTION else ""


def shell_settings() -> dict[str, str]:
    """Return the variables of the project's own that a shell may set, and what they do."""
    found = SECTION.get("shell", {})
    return {str(name): str(text) for name, text in found.items()} if isinstance(found, dict) else {}


ROOT = find_root()
BUILD = build_folder(ROOT)  # where everything goes that is made
SECTION = section(ROOT) or {}
NAME = str(SECTION.get("name", "honeyguide"))


def variable(what: str) -> str:
    """Return the name of an environment variable of this project: ADDER_SEED for SEED."""
    return f"{NAME.upper()}_{what}"


def results_folder() -> Path | None:
    """Return where a run may leave files, None when nobody asked for them."""
    folder = os.environ.get(variable("RESULTS_DIR"))
    return Path(folder) if folder else None


def count(name: str, default: int) -> int:
    """Return a positive number from the environment variable `name`.

    Raises:
        ValueError: it is set to something else.
    """
    text = os.environ.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"{name} must be a positive number, not {text!r}")
    return int(text)


def coverage_wanted() -> bool:
    """Tell whether the launcher asked for coverage."""
    return os.environ.get(variable("COVERAGE"), "0") not in ("", "0")
