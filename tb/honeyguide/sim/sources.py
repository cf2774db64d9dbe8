"""Which files below a folder are HDL, and what of a file decides what a simulation does."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

HDL_SUFFIXES = frozenset({".v", ".vh", ".sv", ".svh", ".inc"})
# A string, a comment of a line or a block, white space: whatever begins first.
TOKEN = re.compile(
    r'(?P<string>"(?:\\.|[^"\\])*")|//(?P<line>[^\n]*)|/\*(?P<block>.*?)\*/'
    r"|(?P<space>[ \t\r]+)",
    re.DOTALL,
)
# Comments that tools read.
PRAGMA = re.compile(r"\s*(?:verilator|synopsys|synthesis|ambit|cadence|pragma|altera)\b", re.I)
# What says at run time in which line it stands: assertions, delays, tasks that print; a macro with
# arguments may stand for one of them.
PLACED = re.compile(
    r"\b(?:assert|assume|cover|restrict|property|sequence|unique0?|priority|fork|wait|import|export)"
    r"|#\s*(?:[\w.`]|\((?!\s*(?:\.|parameter\b)))|`__(?:LINE|FILE)__|`line|`\w+\("
    r"|\$(?!signed\b|unsigned\b|clog2\b|bits\b)\w+"
)


def hdl_files(folder: Path) -> list[Path]:
    """Return every HDL file below `folder`, sorted; nothing if the folder is not there."""
    return sorted(path for path in folder.rglob("*") if path.suffix in HDL_SUFFIXES)


def code_of(path: Path) -> bytes:
    """Return of a Verilog file what the simulation is made of, all of any other file.

    Comments go, those apart that tools read; so does white space, apart from line ends where the
    code says at run time in which line it stands.
    """
    data = path.read_bytes()
    return code_in(data) if path.suffix in HDL_SUFFIXES else data


@lru_cache(maxsize=1024)  # every run of a test asks for its build, and so for all of the core
def code_in(data: bytes) -> bytes:
    """Return the same of what a file holds."""
    text = data.decode("utf-8", "surrogateescape")
    for _ in range(2):  # where a comment was between spaces there are two of them now
        text = TOKEN.sub(code_of_token, text)
    lines = [trimmed(line) for line in text.split("\n")]
    text = "\n".join(lines) if PLACED.search(text) else in_one_line(lines)
    return text.encode("utf-8", "surrogateescape")


def trimmed(line: str) -> str:
    """Return a line without white space around; a backslash goes on only at its very end."""
    return line.lstrip() if line.rstrip().endswith("\\") else line.strip()


def in_one_line(lines: list[str]) -> str:
    """Return a text without line ends, apart from those that a directive ends with."""
    joined, directive = "", False
    for line in filter(None, lines):
        directive_before = directive
        directive = line.startswith("`") or (directive and joined.endswith("\\"))
        joined += ("\n" if directive or directive_before else " ") + line
    return joined


def code_of_token(match: re.Match[str]) -> str:
    """Return what is left of a string, a comment or white space."""
    kind, token = match.lastgroup, match.group()
    if kind == "string":
        return token
    if kind == "space":
        return " "
    if PRAGMA.match(match.group(str(kind))):
        return token
    if kind == "line":
        return "\\" if token.rstrip("\r").endswith("\\") else ""  # a macro goes on
    return " " + "\n" * token.count("\n")
