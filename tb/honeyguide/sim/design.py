"""A design as the tools that check it take it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

MODULE = re.compile(r"^\s*module\s+(\w+)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Design:
    """What is elaborated: files relative to `root`, and parameters for each configuration."""

    root: Path
    top: str
    sources: Sequence[Path]
    includes: Sequence[Path]
    configurations: Mapping[str, Mapping[str, int | str]]


@dataclass(frozen=True, kw_only=True, order=True)
class Mistake:
    """A mistake in a design, in a sentence of its own: what is wrong with which signal.

    Attributes:
        fatal: no simulation of it would show what the hardware does, or there is none.
        refused: the tool stops here: it is no such design.
    """

    file: str
    line: int
    module: str
    text: str
    fatal: bool = False
    refused: bool = False

    def __str__(self) -> str:
        """Return `file:line: module: sentence`; what is not known is left out."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.module, self.text) if part)


@lru_cache(maxsize=256)
def text_of(path: Path) -> str:
    """Return the text of a source file; empty if it can't be read."""
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def module_at(path: Path, line: int) -> str:
    """Return the module that a line of a file belongs to; empty outside of any."""
    name = ""
    for match in MODULE.finditer(text_of(path)):
        if text_of(path).count("\n", 0, match.start(1)) >= line:
            break
        name = match.group(1)
    return name


def declaration(design: Design, module: str, signal: str) -> tuple[str, int]:
    """Return file and line of a module's signal, of the module if it isn't found, else ("", 0)."""
    for source in design.sources:
        text = text_of(design.root / source)
        start = re.search(rf"^\s*module\s+{re.escape(module)}\b", text, re.MULTILINE)
        if start is None:
            continue
        found = re.compile(rf"^(?!\s*//).*?\b{re.escape(signal)}\b", re.MULTILINE).search(
            text, start.end()
        )
        return str(source), text.count("\n", 0, found.end() if found else start.end()) + 1
    return "", 0
