"""Inside a warm simulator (warm_main.cpp): import what all runs import, then fork one for each.

    launcher --socket: {"env", "cwd", "arguments"} and two files--> keeper --fork--> a run
             <--- per run, on a socket of its own: {"pid", "files"}, then {"code"} ---

The module of a run's test is imported here, too, before the first fork that needs it, unless it
reads variables of the run: then it is forgotten, and each run imports it for itself.

A run is a session of its own and ends with the keeper; the keeper ends with its launcher, whose end
of the socket closes. Nothing of one run reaches another: they are copies of a process that has run
nothing. Where this is imported there must not be a simulation yet.
"""

from __future__ import annotations

import _collections_abc
import _io
import atexit
import ctypes
import gc
import importlib
import json
import os
import selectors
import signal
import socket
import sys
import sysconfig
import threading
import traceback
from collections.abc import Iterable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cocotb import regression

from honeyguide.project import own_prefix
from honeyguide.sim.warm import EARLY

READY = "ready"
REQUEST_BYTES = 1 << 20
PATHS = sysconfig.get_paths()
PACKAGES = tuple(
    f"{folder}{os.sep}"
    for name in ("stdlib", "platstdlib", "purelib", "platlib")
    for folder in {PATHS[name], os.path.realpath(PATHS[name])}
)
ACCESS = frozenset({  # on the way to a variable
    __file__, os.__file__, _collections_abc.__file__, "<frozen os>", "<frozen _collections_abc>",
})  # fmt: skip
PR_SET_PDEATHSIG = 1  # of Linux: a signal for when the parent has ended


def keep() -> None:
    """Serve until the launcher has gone, and end the process then; return in each run."""
    launcher = socket.socket(fileno=0)
    with or_end(launcher):
        for name in filter(None, os.environ.get("HONEYGUIDE_IMPORTS", "").split(":")):
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # the pages of what is imported stay shared
    launcher.sendall(json.dumps({READY: loaded_files(list(sys.modules))}).encode() + b"\n")
    with or_end(launcher):
        serve(launcher)


@contextmanager
def or_end(launcher: socket.socket) -> Iterator[None]:
    """Tell the launcher of whatever goes wrong and end: this must not become a simulation."""
    finished = False
    try:
        yield
        finished = True
    finally:
        if not finished:
            with suppress(OSError):
                launcher.sendall(traceback.format_exc().encode())
            os._exit(1)


def loaded_files(names: Iterable[str]) -> dict[str, int]:
    """Return the files of modules and when they were changed: later ones make this stale."""
    files = {getattr(sys.modules[name], "__file__", None) for name in names}
    found = {}
    for name in filter(None, files):
        with suppress(OSError):
            found[name] = Path(name).stat().st_mtime_ns
    return found


def serve(launcher: socket.socket) -> None:
    """Answer requests; return in a run."""
    running: dict[int, socket.socket] = {}
    reader, writer = os.pipe()
    for handle in (reader, writer):
        os.set_blocking(handle, False)
    signal.set_wakeup_fd(writer)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    selector = selectors.DefaultSelector()
    selector.register(launcher, selectors.EVENT_READ)
    selector.register(reader, selectors.EVENT_READ)
    while True:
        ready = {key.fileobj for key, _ in selector.select()}
        if reader in ready:
            with suppress(BlockingIOError):
                os.read(reader, 4096)
            report_ends(running)
        if launcher not in ready:
            continue
        data, handles, _, _ = socket.recv_fds(launcher, REQUEST_BYTES, 2)
        if not data:
            end_all(running)
            os._exit(0)
        control, output = socket.socket(fileno=handles[0]), handles[1]
        request = json.loads(data)
        files = test_files(request["env"].get("COCOTB_TEST_MODULES", ""))
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid:
            os.close(output)
            running[pid] = control
            with suppress(OSError):
                control.sendall(json.dumps({"pid": pid, "files": files}).encode() + b"\n")
            continue
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        selector.close()
        for other in (*running.values(), control, launcher):
            other.close()
        for handle in (reader, writer):
            os.close(handle)
        become(request, output)
        return


class Environment(MutableMapping[str, str]):
    """The environment, which notes what the project's own code asks for; `*` stands for all of it.

    Packages (NumPy does) read it, too; for them it is what it is for all that is imported here.
    """

    def __init__(self, real: MutableMapping[str, str]) -> None:
        self.real = real
        self.asked: set[str] = set()

    def note(self, name: str) -> None:
        """Note a variable, unless a package asks for one that is not the project's."""
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_code.co_filename in ACCESS:
            frame = frame.f_back
        own = own_prefix()
        if not of_package(frame.f_code.co_filename) or (own and name.startswith(own)):
            self.asked.add(name)

    def __getitem__(self, name: str) -> str:
        self.note(name)
        return self.real[name]

    def __iter__(self) -> Iterator[str]:
        self.note("*")
        return iter(self.real)

    def __len__(self) -> int:
        return len(self.real)

    def __setitem__(self, name: str, value: str) -> None:
        self.note("*")
        self.real[name] = value

    def __delitem__(self, name: str) -> None:
        self.note("*")
        del self.real[name]

    def copy(self) -> dict[str, str]:
        """Return all of it."""
        return dict(self)


_tried: set[str] = set()
_imported: set[str] = set()


def of_package(file: str | None) -> bool:
    """Tell whether a file is none of the project's: Python's own, or that of a package."""
    return file is None or file.startswith(("<frozen", *PACKAGES))


def test_files(names: str) -> dict[str, int]:
    """Import test modules, names with commas, if that is the same for every run.

    Returns:
        The files that were loaded for it, as `loaded_files`.
    """
    new = [name for name in names.split(",") if name and name not in _tried]
    if not new:
        return {}
    if not _tried:
        regression.RegressionManager.setup_pytest_assertion_rewriting()
    _tried.update(new)
    before = set(sys.modules)
    real, watched = os.environ, Environment(os.environ)
    os.environ = watched  # type: ignore[assignment] # noqa: B003 (the variables stay)
    finished = False
    with suppress(Exception, SystemExit):  # a run comes across it again, and says so
        for name in new:
            importlib.import_module(name)
        finished = all(name.startswith(EARLY) for name in watched.asked)
    os.environ = real  # noqa: B003 (likewise)
    if not finished:
        for name in set(sys.modules) - before:
            if not of_package(getattr(sys.modules[name], "__file__", None)):
                del sys.modules[name]
        return {}
    _imported.update(new)
    gc.freeze()
    return loaded_files(set(sys.modules) - before)


def become(request: dict[str, Any], output: int) -> None:
    """Turn this fork into the run that was asked for."""
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for source, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(source, target)
    for handle in (nothing, output):
        if handle > 2:
            os.close(handle)
    os.environ.clear()
    os.environ.update(request["env"])
    if request["env"].get("COCOTB_TEST_MODULES") in _imported:
        os.environ["COCOTB_REWRITE_ASSERTION_FILES"] = ""  # what does that is there already
    os.environ["HONEYGUIDE_ARGUMENTS"] = "".join(f"{word}\n" for word in request["arguments"])
    os.chdir(request["cwd"])


def leave() -> None:
    """Do what Python does at its end that others notice; the process itself ends soon after.

    Threads are waited for, what was registered for the end is called, and files are written out.
    """
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for found in gc.get_objects():
        if isinstance(found, _io._IOBase) and not found.closed:
            with suppress(OSError, ValueError):  # one for reading has nothing to write
                found.flush()


def report_ends(running: dict[int, socket.socket]) -> None:
    """Tell the launcher of every run that has ended."""
    for pid, control in list(running.items()):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if not ended:
            continue
        with suppress(OSError), control:
            control.sendall(
                json.dumps({"code": os.waitstatus_to_exitcode(status)}).encode() + b"\n"
            )
        del running[pid]


def end_all(running: dict[int, socket.socket]) -> None:
    """Kill what still runs."""
    for pid in running:
        for kill in (os.killpg, os.kill):  # it may not have come to a session of its own
            with suppress(ProcessLookupError):
                kill(pid, signal.SIGKILL)
