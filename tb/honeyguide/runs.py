"""A folder of its own for each run of a command, so that any two run side by side.

    build/runs/<time>-<command>-<n>/    everything that one run leaves
        .in-use                         held while it goes on
    build/reports/<command>.json        published: the report of the last run that ended
    build/regress -> runs/...           likewise a whole folder

What is published appears in one step, complete, and replaces what the run before had published.
The last KEPT runs of a command stay, and those that are going on or that a link names; older ones
are deleted when a new one starts.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from honeyguide.cli import UserError

KEPT = 10
IN_USE = ".in-use"
VARIABLE = "HONEYGUIDE_RUN"


@dataclass(frozen=True, kw_only=True)
class RunFolder:
    """A run's folder; in use as long as this process, or one that it became, lives.

    Attributes:
        path: the folder.
        base: the folder that `runs`, `reports` and links are in, usually `build`.
    """

    path: Path
    base: Path

    def publish(self, files: Sequence[Path], folder: str = "reports") -> list[Path]:
        """Let files of this run replace those of an earlier one; return where they are.

        Each appears in one step, and those of another run do not come in between.
        """
        place = self.base / folder
        place.mkdir(parents=True, exist_ok=True)
        with locked(place / ".publishing"):
            made = []
            for path in files:
                temporary = place / f".{path.name}.{os.getpid()}"
                try:
                    shutil.copyfile(path, temporary)
                    temporary.replace(place / path.name)
                finally:
                    temporary.unlink(missing_ok=True)
                made.append(place / path.name)
        return made

    def publish_as(self, link: Path) -> Path:
        """Let `link`, below the base, lead to this folder from now on; return it."""
        link.parent.mkdir(parents=True, exist_ok=True)
        with locked(self.base / ".publishing"):
            if link.is_dir() and not link.is_symlink():  # made by an older version
                link.rename(self.base / "runs" / f"{stamp(link.stat().st_mtime)}-{link.name}-0")
            temporary = link.with_name(f".{link.name}.{os.getpid()}")
            temporary.unlink(missing_ok=True)
            temporary.symlink_to(os.path.relpath(self.path, link.parent))
            temporary.replace(link)
        return link


def new_run(command: str, base: Path, *, suits: Callable[[Path], bool] | None = None) -> RunFolder:
    """Return a folder for a run of `command`: a new one, or the newest that `suits` and is free.

    Raises:
        UserError: nothing can be made below `base`.
    """
    runs = base / "runs"
    try:
        runs.mkdir(parents=True, exist_ok=True)
        for path in reversed(runs_of(command, runs)):
            if suits is None or not suits(path) or hold(path) is None:
                continue
            if suits(path):  # still: another may have gone on with it meanwhile
                return RunFolder(path=path, base=base)
        remove_old(command, base)
        return RunFolder(path=made(command, runs), base=base)
    except OSError as error:
        raise UserError(f"cannot write below {base}: {error.strerror}") from None


def session_run(command: str, base: Path) -> Path:
    """Return the folder of the run that this process is part of, made by the first that asks."""
    told = os.environ.get(VARIABLE, "")
    if not told or not Path(told).is_relative_to(base):
        told = os.environ[VARIABLE] = str(new_run(command, base).path)
    return Path(told)


def made(command: str, runs: Path) -> Path:
    """Return a new folder, in use from its first moment."""
    hidden = runs / f".new-{os.getpid()}-{time.monotonic_ns()}"
    hidden.mkdir()
    hold(hidden)
    when = stamp(time.time())
    # Above all of this second: the number of one that was deleted would make the newest the oldest.
    taken = [path for path in runs_of(command, runs) if path.name.startswith(when)]
    above = int(taken[-1].name.rpartition("-")[2]) + 1 if taken else 1
    for number in range(above, 1_000_000):
        path = runs / f"{when}-{command}-{number}"
        if not path.exists():
            with suppress(OSError):  # another process has just made it
                return hidden.rename(path)
    raise OSError(f"no free name below {runs}")


def stamp(seconds: float) -> str:
    """Return a time for the name of a folder; names sort by it."""
    return time.strftime("%Y%m%d-%H%M%S", time.localtime(seconds))


def hold(path: Path) -> int | None:
    """Take a folder into use until this process ends; return its handle, None if another has it."""
    try:
        handle = os.open(path / IN_USE, os.O_RDWR | os.O_CREAT, 0o644)
    except FileNotFoundError:  # it has just been deleted
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def runs_of(command: str, runs: Path) -> list[Path]:
    """Return the folders of a command's runs, the oldest first."""
    found = [path for path in runs.glob(f"[0-9]*-{command}-*") if path.name.count("-") == 3]
    return sorted(found, key=lambda path: (path.name[:15], int(path.name.rpartition("-")[2])))


def remove_old(command: str, base: Path) -> None:
    """Delete a command's runs beyond the last KEPT - 1, but none in use and none that is linked."""
    # Links may lead in a circle, which Path.resolve() would refuse.
    named = {Path(os.path.realpath(link)) for link in base.iterdir() if link.is_symlink()}
    for path in runs_of(command, base / "runs")[: -(KEPT - 1)]:
        linked = any(target.is_relative_to(path.resolve()) for target in named)
        if linked or (handle := hold(path)) is None:
            continue
        shutil.rmtree(path, ignore_errors=True)
        os.close(handle)


@contextmanager
def own_place(base: Path) -> Iterator[Path]:
    """Give `base`, or the first of `base`-2, `base`-3, ... that no other process has.

    For what is worth keeping between runs and can't be shared by two of them.
    """
    for number in range(1, 1_000_000):
        place = base if number == 1 else base.with_name(f"{base.name}-{number}")
        place.mkdir(parents=True, exist_ok=True)
        if (handle := hold(place)) is not None:
            try:
                yield place
            finally:
                os.close(handle)
            return


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock for a moment; the system frees it when the process ends."""
    with path.open("a", encoding="utf-8") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
