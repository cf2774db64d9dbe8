"""Which changes are tried: a fair share of every module and every kind, or those near an edit.

Most changes that a file allows are signals stuck or swapped. Drawn evenly, they would be the whole
score; so a module's share is filled by drawing a kind first, then a change of that kind.
"""

from __future__ import annotations

import random
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from honeyguide.cli import UserError, did_you_mean
from honeyguide.core import core
from honeyguide.mutate.kinds import Change
from honeyguide.project import ROOT

LEAST = 8  # changes of a module, if it has them
NEAR = 2  # lines around an edit
_HUNK = re.compile(r"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.M)


def sample(changes: Sequence[Change], count: int, seed: int) -> list[Change]:
    """Return `count` of the changes, or all if there are no more, in the order of their names.

    A module has a share by the number of its changes, and LEAST at least.
    """
    if count >= len(changes):
        return list(changes)
    rng = random.Random(seed)
    modules: dict[str, list[Change]] = {}
    for change in changes:
        modules.setdefault(change.module, []).append(change)
    shares = {
        name: min(len(own), max(LEAST, count * len(own) // len(changes)))
        for name, own in modules.items()
    }
    chosen: list[Change] = []
    for name, own in sorted(modules.items()):
        chosen += _of_all_kinds(own, shares[name], rng)
    rng.shuffle(chosen)
    return sorted(chosen[:count], key=lambda change: change.name)


def _of_all_kinds(changes: Sequence[Change], count: int, rng: random.Random) -> list[Change]:
    kinds: dict[str, list[Change]] = {}
    for change in changes:
        kinds.setdefault(change.kind, []).append(change)
    for own in kinds.values():
        rng.shuffle(own)
    chosen: list[Change] = []
    while len(chosen) < count:
        kind = rng.choice(sorted(kinds))
        chosen.append(kinds[kind].pop())
        if not kinds[kind]:
            del kinds[kind]
    return chosen


def of_modules(changes: Sequence[Change], words: str) -> list[Change]:
    """Return the changes of the modules that words, separated by commas, name.

    Raises:
        UserError: a word names no module.
    """
    known = sorted({change.module for change in changes})
    wanted: set[str] = set()
    if not words.strip(" ,"):
        raise UserError("MODULE names no module")
    for word in filter(None, (part.strip() for part in words.split(","))):
        found = [name for name in known if name == word or name.endswith(f"_{word}")]
        if not found:
            raise UserError(f"there is no module {word!r}{did_you_mean(word, known)}")
        wanted.update(found)
    return [change for change in changes if change.module in wanted]


def edited_lines(base: str, root: Path = ROOT) -> Mapping[str, frozenset[int]]:
    """Return, for each file of the core, the lines that differ from a commit.

    Raises:
        UserError: this is no git repository, or it has no such commit.
    """
    done = subprocess.run(
        ["git", "diff", "--unified=0", "--no-color", "--no-ext-diff", base, "--", core().rtl],
        cwd=root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        said = done.stderr.strip().splitlines()[:1] or ["git failed"]
        raise UserError(f"what was edited since {base!r} can't be told: {said[0]}")
    lines: dict[str, frozenset[int]] = {}
    for part in re.split(r"^diff --git ", done.stdout, flags=re.M)[1:]:
        named = re.search(r"^\+\+\+ b/(.*)$", part, re.M)
        if named is None:
            continue  # deleted
        own: set[int] = set()
        for start, length in _HUNK.findall(part):
            first, many = int(start), int(length or 1)
            own.update(range(first, first + max(many, 1)))
        lines[Path(named[1]).stem] = frozenset(own)
    return lines


def near(changes: Sequence[Change], edited: Mapping[str, frozenset[int]]) -> list[Change]:
    """Return the changes within NEAR lines of an edit."""
    return [
        change
        for change in changes
        if any(abs(change.line - line) <= NEAR for line in edited.get(change.module, ()))
    ]
