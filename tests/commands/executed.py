"""Which Python files a command imports, and of which it executes a function, in all its processes.

The interpreter tells of every call (sys.setprofile); children that are forked go on telling, and a
simulation starts to when it loads `pygpi.entry`: Python takes a module's byte code from a cache, if
its time and size are those of the source, and into a cache of its own (PYTHONPYCACHEPREFIX) goes
code of that module which calls `start`. What is only called while modules are imported (a
decorator, a table) does not count.
"""

from __future__ import annotations

import importlib.util
import inspect
import marshal
import os
import sys
import threading
from pathlib import Path
from types import FrameType
from typing import Any

STARTS = "\nimport runpy; runpy.run_path({here!r})['start']({told!r})\n"


def start(told: str) -> None:
    """Write into a file, from now on, each file of which something runs: a line, how and which."""
    handle = os.open(told, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    seen: set[tuple[str, str]] = set()

    def tell(frame: FrameType, event: str, argument: Any) -> None:
        code = frame.f_code
        kind = "called" if code.co_flags & inspect.CO_OPTIMIZED else "imported"
        if event != "call" or (kind, code.co_filename) in seen:
            return
        if kind == "called" and importing(frame):
            return
        seen.add((kind, code.co_filename))
        os.write(handle, f"{kind} {code.co_filename}\n".encode())

    sys.setprofile(tell)
    threading.setprofile(tell)


def importing(frame: FrameType | None) -> bool:
    """Tell whether a module is being imported."""
    while frame is not None and "importlib" not in frame.f_code.co_filename:
        frame = frame.f_back
    return frame is not None


def counting(cache: Path, told: Path) -> dict[str, str]:
    """Make the cache in which a simulation finds that it is to tell; return the environment."""
    found = importlib.util.find_spec("pygpi.entry")
    assert found is not None and found.origin is not None
    source = Path(found.origin)
    before, sys.pycache_prefix = sys.pycache_prefix, str(cache)
    try:
        path = Path(importlib.util.cache_from_source(found.origin))
    finally:
        sys.pycache_prefix = before
    text = source.read_text(encoding="utf-8") + STARTS.format(here=__file__, told=str(told))
    status = source.stat()
    words = (0, int(status.st_mtime) & 0xFFFFFFFF, status.st_size & 0xFFFFFFFF)
    path.parent.mkdir(parents=True, exist_ok=True)
    head = importlib.util.MAGIC_NUMBER + b"".join(w.to_bytes(4, "little") for w in words)
    path.write_bytes(head + marshal.dumps(compile(text, found.origin, "exec")))
    kept = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPYCACHEPREFIX": str(cache)}


def executed(told: Path, root: Path) -> tuple[set[str], set[str]]:
    """Return the files below a folder that were imported, and of which a function was called."""
    found: dict[str, set[str]] = {"imported": set(), "called": set()}
    for line in told.read_text(encoding="utf-8").splitlines() if told.exists() else ():
        kind, _, name = line.partition(" ")
        path = Path(root, name).resolve()  # <string> and <frozen os> are of no file
        if name[0] != "<" and path.is_relative_to(root) and ".venv" not in path.parts:
            found[kind].add(str(path.relative_to(root)))
    return found["imported"], found["called"]
