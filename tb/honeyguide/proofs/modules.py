"""What a module is made of: its own text, the modules below it, the macros of the headers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)
_MACRO = re.compile(r"^\s*`define\s+(\w+)((?:\\\n|[^\n])*)", re.M)


def code(path: Path) -> str:
    """Return the text of a file without its comments: a module named in one is none of its own."""
    return _COMMENT.sub("", path.read_text(encoding="utf-8"))


def inside(module: str, files: Mapping[str, Path]) -> set[str]:
    """Return the names of the modules that are instantiated in a module itself."""
    return (set(re.findall(r"\w+", code(files[module]))) & files.keys()) - {module}


def below(module: str, files: Mapping[str, Path]) -> list[Path]:
    """Return the files of a module and of all that it is made of, its own first."""
    found: dict[str, Path] = {module: files[module]}
    waiting = [module]
    while waiting:
        for name in sorted(inside(waiting.pop(), files) - found.keys()):
            found[name] = files[name]
            waiting.append(name)
    return list(found.values())


def macros(headers: Iterable[Path]) -> dict[str, str]:
    """Return the macros that headers define."""
    return {name: body.strip() for path in headers for name, body in _MACRO.findall(code(path))}


def other_macros(old: Mapping[str, str], new: Mapping[str, str]) -> set[str]:
    """Return the macros that mean something else, or use one that does."""
    found = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
    while True:
        more = {
            name for name, body in [*old.items(), *new.items()] if found & used_macros(body)
        } - found
        if not more:
            return found
        found |= more


def used_macros(text: str) -> set[str]:
    """Return the macros that a text uses."""
    return set(re.findall(r"`(\w+)", text))
