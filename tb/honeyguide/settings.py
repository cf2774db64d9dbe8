"""What a launcher tells a test through the environment, beyond seed and configuration."""

from __future__ import annotations

import os
from pathlib import Path

from honeyguide.project import variable


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
