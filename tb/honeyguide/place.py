"""Places whose names every tool of a build can read, whatever the real ones are called.

Verilator writes paths into makefiles, make cuts them at blanks and reads `$ # : = %`, the linker
cuts `-Wl,` at commas, Python cuts PYTHONPATH at colons and a virtual environment's scripts name
it in their first line. So what lies at an odd path is given to tools through a link at a plain one:

    <cache>/honeyguide/links/<name>-<key>  ->  the folder (or file) with the odd name
    <cache>/honeyguide/<name>-<key>            a folder that make has to work in, or an environment

    cache = $XDG_CACHE_HOME, else ~/.cache, else /var/tmp/honeyguide-<user>; the first that is plain
            and can be written

Only the standard library is used and nothing of the package: the bootstrap reads this file under
the system's Python.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import tempfile
from functools import lru_cache
from pathlib import Path

PLAIN = re.compile(r"[A-Za-z0-9_./+@-]*")
LEAST_BYTES = 1 << 20  # a disk with less counts as full: nothing that is written fits
NO_SPACE = (b"No space left on device", b"Disk quota exceeded", b"[Bus error]")
BUILD_VARIABLE = "HONEYGUIDE_BUILD"  # set by the launcher: where everything is made


class PlaceError(Exception):
    """No place can be had; the message is a sentence for a person."""


def is_plain(path: Path | str) -> bool:
    """Tell whether every tool can read the path."""
    return PLAIN.fullmatch(str(path)) is not None


def build_folder(checkout: Path) -> Path:
    """Return where builds, runs and reports of a checkout go: what the launcher says, or build/."""
    said = os.environ.get(BUILD_VARIABLE)
    return Path(said).resolve() if said else checkout / "build"


def plain(path: Path | str) -> Path:
    """Return a path to the same file or folder that every tool can read.

    Of a path that is not plain, once made absolute and real, the part up to the last odd name is
    replaced by a link.

    Raises:
        PlaceError: no link can be made.
    """
    whole = Path(path).resolve()
    if is_plain(whole):
        return whole
    last = max(number for number, name in enumerate(whole.parts) if not is_plain(name))
    odd, rest = Path(*whole.parts[: last + 1]), whole.parts[last + 1 :]
    # a file keeps its suffix: tools go by it
    suffix = "" if rest else odd.suffix
    return link_to(str(odd), suffix if is_plain(suffix) else "").joinpath(*rest)


def workshop(folder: Path) -> Path:
    """Return a folder to let make work in: this one, made if need be, if its real path is plain.

    Else one in the cache, with a link to it where the folder was to be: make knows where it is,
    whatever link it was reached by.

    Raises:
        PlaceError: the folder can't be made.
    """
    whole = folder.resolve()
    try:
        if is_plain(whole):
            whole.mkdir(parents=True, exist_ok=True)
            return whole
        made = cache_folder() / short_name(str(whole))
        made.mkdir(exist_ok=True)
        whole.parent.mkdir(parents=True, exist_ok=True)
        if not whole.exists():
            whole.symlink_to(made)
    except FileExistsError:  # another process was faster
        pass
    except OSError as error:
        raise PlaceError(f"{folder} can't be made: {error.strerror}") from None
    return made


@lru_cache(maxsize=256)
def link_to(target: str, suffix: str = "") -> Path:
    """Return a link at a plain path, made if it is not there."""
    folder = cache_folder() / "links"
    link = folder / f"{short_name(target)}{suffix}"
    try:
        folder.mkdir(exist_ok=True)
        if not link.is_symlink() or str(link.readlink()) != target:
            temporary = folder / f".{link.name}.{os.getpid()}"
            temporary.unlink(missing_ok=True)
            temporary.symlink_to(target)
            temporary.replace(link)
    except OSError as error:
        raise PlaceError(f"no link to {target} can be made in {folder}: {error.strerror}") from None
    return link


def short_name(target: str) -> str:
    """Return a plain name for a path: what can be read of its last part, and a hash of it all."""
    words = re.sub(r"[^A-Za-z0-9_]+", "-", Path(target).stem).strip("-")[:24] or "odd"
    return f"{words}-{hashlib.sha256(os.fsencode(target)).hexdigest()[:12]}"


def real(text: str) -> str:
    """Return a text for people in which links are what they lead to."""
    if "/links/" not in text:
        return text
    folder = re.escape(str(cache_folder() / "links"))

    def target(match: re.Match[str]) -> str:
        try:
            return str(Path(match.group(0)).readlink())
        except OSError:
            return match.group(0)

    return re.sub(rf"{folder}/[A-Za-z0-9_.-]+", target, text)


@lru_cache(maxsize=1)
def cache_folder() -> Path:
    """Return the folder outside the checkout, made if it is not there; ours alone.

    Raises:
        PlaceError: none of the candidates can be written, or has a plain name.
    """
    user = os.getuid()
    temporary = tempfile.gettempdir()
    candidates = [f"/var/tmp/honeyguide-{user}", f"{temporary}/honeyguide-{user}"]
    home = os.environ.get("HOME", "")
    for base in (home and f"{home}/.cache", os.environ.get("XDG_CACHE_HOME", "")):
        if Path(base).is_absolute():
            candidates.insert(0, f"{base}/honeyguide")
    for text in candidates:
        if is_plain(text) and usable(Path(text)):
            return Path(text)
    raise PlaceError(
        "a path with unusual characters needs a folder with a plain name beside it, and none of "
        f"{', '.join(candidates)} can be written; set XDG_CACHE_HOME=/some/folder"
    )


def usable(folder: Path) -> bool:
    """Make the folder; tell whether it is a folder of this user's that can be written."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = folder.lstat()
    except OSError:
        return False
    return (
        stat.S_ISDIR(state.st_mode)
        and state.st_uid == os.getuid()
        and os.access(folder, os.W_OK | os.X_OK)
    )


def venv_folder(checkout: Path, build: Path) -> Path:
    """Return where the environment really is: `.venv` of the checkout or of BUILD=, if plain."""
    wanted = venv_shown(checkout, build)
    if is_plain(wanted):
        return wanted
    return cache_folder() / short_name(str(wanted.parent)) / "venv"


def venv_shown(checkout: Path, build: Path) -> Path:
    """Return where people find the environment."""
    return (checkout if build == checkout / "build" else build) / ".venv"


def full(folder: Path, log: Path | None = None) -> str:
    """Return a sentence if the file system of `folder` is full; empty if it is not.

    Tools that write into a full disk fail with whatever they trip over afterwards, or do not fail
    at all: it is looked at after them. One that deletes what it could not finish leaves room again,
    but not without a word in its `log`.
    """
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    said = b"" if log is None or not log.is_file() else log.read_bytes()
    if not any(words in said for words in NO_SPACE):
        try:
            state = os.statvfs(folder)
        except OSError:
            return ""
        if state.f_bavail * state.f_frsize >= LEAST_BYTES and (state.f_favail or not state.f_files):
            return ""
    return f"no space left on the disk of {folder}; free some, then run it again"
