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


def instances(module: str, files: Mapping[str, Path]) -> dict[str, str]:
    """Return what each instance in a module itself is one of, by the instance's name."""
    text = code(files[module])
    found = {}
    for name in inside(module, files):
        for match in re.finditer(rf"\b{name}\b\s*(#\s*\()?", text):
            at = _behind(text, match.end()) if match[1] else match.end()
            called = re.compile(r"\s*(\w+)\s*\(").match(text, at)
            if called:
                found[called[1]] = name
    return found


def _behind(text: str, at: int) -> int:
    """Return the place behind the parenthesis that was opened before `at`."""
    depth = 1
    while depth and at < len(text):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return at


def has_registers(module: str, files: Mapping[str, Path]) -> bool:
    """Whether a module, or one that it is made of, keeps something from cycle to cycle."""
    return any("posedge" in code(path) for path in below(module, files))


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
