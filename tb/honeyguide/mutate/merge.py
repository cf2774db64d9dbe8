"""Changes in one core: see the merger of faults, which this hands them to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from honeyguide.core import core
from honeyguide.faults.merge import Numbered, merge
from honeyguide.mutate.kinds import Change


def merge_changes(
    changes: Mapping[int, Change], root: Path, *, watched: bool = False, chosen: bool = True,
    file: Path | None = None, apart: bool = False,
) -> None:  # fmt: skip
    """Put the changes, by their numbers, into the copy of the core below `root`; or watch them."""
    files = {path.stem: str(path.relative_to(root)) for path in (root / core().rtl).glob("**/*.v")}
    edits: dict[str, list[Numbered]] = {}
    for number, change in changes.items():
        edits.setdefault(files[change.module], []).extend((number, edit) for edit in change.edits)
    merge(edits, root, watched=watched, chosen=chosen, file=file, apart=apart)


def applied(text: str, change: Change) -> str:
    """Return the text of the change's file with nothing but the change in it."""
    for edit in sorted(change.edits, key=lambda item: -item.start):
        text = text[: edit.start] + (";" if edit.statement else edit.new) + text[edit.end :]
    return text
