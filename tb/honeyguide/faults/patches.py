"""Apply unified diffs by what they say, not by line number.

A hunk's old lines must stand in the file exactly once. So a patch survives edits elsewhere in the
file, never lands in a wrong place, and needs no `patch` command.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


class PatchError(Exception):
    """A patch can't be read or does not apply; the message says why, without the patch's name."""


@dataclass(frozen=True, kw_only=True)
class Hunk:
    """One replacement: whole lines of `path` (relative to the repository)."""

    path: str
    old: str
    new: str


def read_patch(text: str) -> list[Hunk]:
    """Return the hunks of a unified diff made with -p1 names (`a/rtl/...`, `b/rtl/...`).

    Raises:
        PatchError: it has no hunk, or a line that does not belong in one.
    """
    hunks: list[Hunk] = []
    path = ""
    old: list[str] = []
    new: list[str] = []

    def close() -> None:
        if old or new:
            hunks.append(Hunk(path=path, old="".join(old), new="".join(new)))
        old.clear()
        new.clear()

    for line in text.splitlines(keepends=True):
        if line.startswith("--- "):
            close()
        elif line.startswith("+++ "):
            path = line[4:].split("\t")[0].strip().partition("/")[2]
        elif line.startswith("@@"):
            close()
        elif path and line[:1] in {" ", "-", "+"}:
            if line[0] != "+":
                old.append(line[1:])
            if line[0] != "-":
                new.append(line[1:])
        else:
            raise PatchError(f"has a line that belongs to no hunk: {line.rstrip()!r}")
    close()
    if not hunks:
        raise PatchError("has no hunk")
    return hunks


def apply_patch(text: str, root: Path) -> list[str]:
    """Apply a patch to the files below `root`; return the paths it changed.

    Raises:
        PatchError: it does not apply; no file has been changed then.
    """
    changed: dict[str, str] = {}
    for hunk in read_patch(text):
        file = root / hunk.path
        if not file.is_file():
            raise PatchError(f"changes {hunk.path}, which is not there")
        content = changed.get(hunk.path) or file.read_text(encoding="utf-8")
        found = content.count(hunk.old)
        if found != 1:
            where = "no longer" if not found else f"{found} times"
            raise PatchError(f"changes lines that {hunk.path} has {where}")
        changed[hunk.path] = content.replace(hunk.old, hunk.new)
    for path, content in changed.items():
        (root / path).write_text(content, encoding="utf-8")
    return list(changed)
