"""Where reports are written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from scripts.hdl import ROOT

REPORTS = ROOT / "build" / "reports"


def write_report(name: str, content: dict[str, Any]) -> Path:
    """Write build/reports/<name>.json in one step and return its path."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    path = REPORTS / f"{name}.json"
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    temporary.replace(path)
    return path


def drop_report(name: str) -> None:
    """Delete an older report, so that a run that breaks off leaves none that looks like its own."""
    (REPORTS / f"{name}.json").unlink(missing_ok=True)


def shown(path: Path) -> str:
    """Return a path as seen from the repository's root, if it lies in it."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)
