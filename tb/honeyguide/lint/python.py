"""Ruff: the rules and the format of every Python file."""

from __future__ import annotations

import sys
from pathlib import Path

from honeyguide.lint.step import Outcome, tool
from honeyguide.place import plain


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
