"""Which files below a folder are HDL."""

from __future__ import annotations

from pathlib import Path

HDL_SUFFIXES = frozenset({".v", ".vh", ".sv", ".svh", ".inc"})


def hdl_files(folder: Path) -> list[Path]:
    """Return every HDL file below `folder`, sorted; nothing if the folder is not there."""
    return sorted(path for path in folder.rglob("*") if path.suffix in HDL_SUFFIXES)
