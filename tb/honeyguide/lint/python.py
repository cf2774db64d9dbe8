"""Ruff, mypy and a rule of our own: style, format and types of every Python file."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from honeyguide.lint.step import Outcome, tool
from honeyguide.place import plain

SKIPPED = frozenset({"build", "__pycache__"})


def ruff_rules(root: Path) -> Outcome:
    """Check the rules that pyproject.toml selects."""
    return ruff(root, "check", "--no-fix", "--output-format", "concise", "--quiet")


def ruff_format(root: Path) -> Outcome:
    """Check that `ruff format` would change nothing."""
    return ruff(root, "format", "--check", "--output-format", "concise")


def ruff(root: Path, *arguments: str) -> Outcome:
    """Run ruff on `root` without its cache, which would be one more folder to ignore.

    At a plain path: it puts that of the project in front of the patterns in pyproject.toml.
    """
    where = plain(root)
    code, lines = tool([sys.executable, "-m", "ruff", *arguments, "--no-cache", where], cwd=root)
    lines = [line.replace(f"{where}/", "") for line in lines]
    if code == 0:
        return Outcome(checked="Python")
    if arguments[0] == "format":
        lines = [f"{line} (make format repairs it)" for line in lines if ": " in line]
    return Outcome(problems=tuple(lines) or (f"ruff exited with {code}",), checked="Python")


def zip_rule(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines with a `zip` that may end early and does not say why.

    Ruff asks for `strict` alone; whether it is the right one no test sees while lengths agree.
    """
    lines = text.splitlines()
    if "zip(" not in text:
        return
    for node in ast.walk(ast.parse(text)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id != "zip":
            continue
        strict = next((item for item in node.keywords if item.arg == "strict"), None)
        holds = strict and isinstance(strict.value, ast.Constant) and strict.value.value is True
        if not holds and "  # " not in lines[(strict or node).lineno - 1]:
            yield node.lineno, "this zip may end early: strict=True, or say why in a comment there"


def python_style(root: Path) -> Outcome:
    """Check every Python file for what ruff has no rule for."""
    problems, count = [], 0
    for path in files(root):
        count += 1
        for line, what in zip_rule(path.read_text(encoding="utf-8")):
            problems.append(f"{path.relative_to(root)}:{line}: {what}")
    return Outcome(problems=tuple(sorted(problems)), checked=f"{count} files")


def types(root: Path, *, cache: Path, bases: Sequence[str] = ()) -> Outcome:
    """Check the types of every module below `root`, as pyproject.toml says how.

    Modules are given by name, so that each has the one by which it is imported.

    Args:
        root: of the project; hidden folders and build/ are left out.
        cache: where mypy keeps what it knows; only what changed is checked again.
        bases: folders whose modules are imported without the folder's name in front.
    """
    names = sorted(modules(root, bases))
    arguments = [word for name in names for word in ("-m", name)]
    options = ("--cache-dir", cache, "--no-error-summary", "--hide-error-context")
    code, lines = tool([sys.executable, "-m", "mypy", *options, *arguments], cwd=root)
    found = [line for line in lines if ": note: " not in line]
    if code and not found:
        found = [f"mypy exited with {code}"]
    return Outcome(problems=tuple(found) if code else (), checked=f"{len(names)} modules")


def modules(root: Path, bases: Sequence[str]) -> Iterator[str]:
    """Yield the name by which each Python file below `root` is imported."""
    for path in files(root):
        base = next((root / base for base in bases if path.is_relative_to(root / base)), root)
        inside = path.relative_to(base.parent if base != root else root)
        parts = [*inside.parts[:-1], *([] if path.stem == "__init__" else [path.stem])]
        yield ".".join(parts)


def files(root: Path) -> Iterator[Path]:
    """Yield the Python files below `root`, hidden folders and build/ left out."""
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name[0] != "." and name not in SKIPPED]
        yield from (Path(folder, name) for name in names if name.endswith(".py"))
