"""Commits of the checkout: which there are, and the core as it was at one."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.project import ROOT


def commit_named(name: str) -> str:
    """Return the whole name of a commit.

    Raises:
        UserError: there is none, or no git.
    """
    found = git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}").strip()
    if not found:
        raise UserError(f"git knows no commit {name!r}")
    return found


def take_out(commit: str, folder: Path) -> None:
    """Write the core of a commit below a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    packed = subprocess.run(
        ["git", "-C", str(ROOT), "archive", commit, core().rtl], capture_output=True, check=False
    )
    if packed.returncode == 0:
        with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
            # Python 3.11.2, Debian's, has no filters yet.
            archive.extraction_filter = getattr(tarfile, "data_filter", None)
            archive.extractall(folder)


def git(*words: str) -> str:
    """What git prints about the checkout.

    Raises:
        UserError: it is not installed, or the checkout has no history.
    """
    try:
        done = subprocess.run(
            ["git", "-C", str(ROOT), *words], capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise UserError("git is not installed: there is no history to look at") from None
    if done.returncode and "not a git repository" in done.stderr:
        raise UserError(f"{ROOT} is no git repository: there is no history to look at")
    return done.stdout
