"""Where the HDL of the core lies."""

from __future__ import annotations

from pathlib import Path

from scripts.hdl.errors import HdlError

ROOT = Path(__file__).resolve().parents[2]
HDL_SUFFIXES = frozenset({".v", ".vh", ".sv", ".svh", ".inc"})


def rtl_sources() -> list[Path]:
    """Return every Verilog file of the core, sorted, as absolute paths.

    Raises:
        HdlError: there is none.
    """
    found = sorted((ROOT / "rtl").glob("**/*.v"))
    if not found:
        raise HdlError(f"no Verilog file was found below {ROOT / 'rtl'}")
    return found


def rtl_include_dirs() -> list[Path]:
    """Return the folders that the core's `include lines are looked up in."""
    return [ROOT / "rtl" / "include"]


def hdl_files(folder: Path) -> list[Path]:
    """Return every HDL file below `folder`, sorted; nothing if the folder is not there."""
    return sorted(path for path in folder.rglob("*") if path.suffix in HDL_SUFFIXES)
