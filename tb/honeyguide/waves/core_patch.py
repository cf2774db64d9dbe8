"""The core of another folder as a patch of the checkout's, for who has only the checkout."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import unified_diff
from pathlib import Path

from honeyguide.core import core

VERILOG = (".v", ".vh", ".sv", ".svh")


def core_patch(own: Path, other: Path) -> str:
    """Return what makes the Verilog of the checkout's folder that of the other."""
    before, after = verilog_in(own), verilog_in(other)
    patch: list[str] = []
    for name in sorted({*before, *after}):
        old, was = side_of(before, name, "a")
        new, now = side_of(after, name, "b")
        for line in unified_diff(old, new, was, now):
            patch.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(patch)


def verilog_in(folder: Path) -> dict[str, Path]:
    """Return the Verilog files below a folder by their place in it."""
    return {
        str(path.relative_to(folder)): path for path in folder.rglob("*") if path.suffix in VERILOG
    }


def side_of(files: Mapping[str, Path], name: str, letter: str) -> tuple[list[str], str]:
    """Return a file's lines on one side of a patch, and its name there; no lines if it is not."""
    if name not in files:
        return [], "/dev/null"
    text = files[name].read_text(encoding="utf-8", errors="replace")
    return text.splitlines(keepends=True), f"{letter}/{core().rtl}/{name}"
