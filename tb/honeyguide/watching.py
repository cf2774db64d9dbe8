"""Do something at each save, until ^C: files are asked when they were changed, four times a second.

    this process --fork--> worker: imports the bench, does a round each time it is told
         ^                    |
         +---- looks at files +- ends, and is replaced, when Python or a table was saved

What is imported would stay as it was; so the worker imports, this process does not, and nothing
that is saved, however wrong, ends it.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from honeyguide.cli import UserError
from honeyguide.project import NAME, ROOT

POLL_S = 0.25
HDL = frozenset({".v", ".vh", ".sv", ".svh", ".vlt", ".inc", ".cpp", ".h"})  # read at each build
LOADED = frozenset({".py", ".toml"})  # read once by a process
GRACE_S = 10.0
REFUSED, BROKEN = 2, 1  # exit codes of a worker
MOST_NAMED = 4

State = dict[str, tuple[int, int]]
Round = Callable[[], object]


def state_of(folders: Iterable[Path]) -> State:
    """Return time and size of every source below the folders; what an editor keeps is none."""
    found: State = {}
    for top in folders:
        for folder, inner, names in os.walk(top):
            inner[:] = [name for name in inner if not name.startswith((".", "__"))]
            for name in names:
                path = Path(folder, name)
                if name.startswith(".") or path.suffix not in HDL | LOADED:
                    continue
                with suppress(OSError):  # it went while we looked
                    told = path.stat()
                    found[str(path)] = (told.st_mtime_ns, told.st_size)
    return found


def changed(old: State, new: State) -> list[str]:
    """Return the paths that differ, those that came and went too."""
    return sorted(path for path in old.keys() | new.keys() if old.get(path) != new.get(path))


def wait_for_save(folders: Sequence[Path], seen: State, poll_s: float = POLL_S) -> State:
    """Return the state of the files once it is not `seen`, and the editor has come to its end."""
    while (now := state_of(folders)) == seen:
        time.sleep(poll_s)
    while True:
        time.sleep(poll_s)
        later = state_of(folders)
        if later == now:
            return now
        now = later


def named(paths: Sequence[str]) -> str:
    """Return the paths for a line of the terminal."""
    short = [path.removeprefix(f"{ROOT}{os.sep}") for path in paths]
    more = f" and {len(short) - MOST_NAMED} more" if len(short) > MOST_NAMED else ""
    return ", ".join(short[:MOST_NAMED]) + more


class Worker:
    """A fork of this process that does rounds."""

    def __init__(self, prepare: Callable[[], Round]) -> None:
        """Fork it; `prepare` imports and returns the round."""
        sys.stdout.flush()
        sys.stderr.flush()
        self._socket, theirs = socket.socketpair()
        self._pid = os.fork()
        if self._pid == 0:
            self._socket.close()
            os._exit(work(theirs, prepare))
        theirs.close()

    def round(self) -> bool:
        """Let it do a round; return whether it can do another."""
        try:
            self._socket.sendall(b"g")
            return bool(self._socket.recv(1))
        except OSError:
            return False

    def end(self) -> int:
        """End it and what it started; return its exit code."""
        self._socket.close()
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGTERM)
        deadline = time.monotonic() + GRACE_S
        while (ended := os.waitpid(self._pid, os.WNOHANG)) == (0, 0):
            if time.monotonic() > deadline:
                os.kill(self._pid, signal.SIGKILL)
            time.sleep(0.01)
        return os.waitstatus_to_exitcode(ended[1])


def work(told_by: socket.socket, prepare: Callable[[], Round]) -> int:
    """Be the worker: do rounds until nobody asks for one; return its exit code."""
    from honeyguide.sim.errors import HdlError  # and much else that the first process has not
    from honeyguide.sim.supervise import end_all
    from honeyguide.sim.warm import close_all

    asked = Asked()
    with asked:
        one_round = prepare()
        while told_by.recv(1):
            try:
                one_round()
            except (UserError, HdlError) as error:
                print(f"FAIL: {error}")
            sys.stdout.flush()
            told_by.sendall(b".")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    end_all()
    close_all()
    with suppress(OSError):
        sys.stdout.flush()
    return asked.code


class Asked:
    """Says whatever ends a worker in a sentence: Python that was saved half done, mostly.

    Attributes:
        code: its exit code.
    """

    code = 0

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, kind: object, error: BaseException | None, _: object) -> bool:
        """Say it; an interrupt and somebody who has gone need no words."""
        if error is None or isinstance(error, KeyboardInterrupt | SystemExit | ConnectionError):
            return True
        self.code = BROKEN
        if isinstance(error, UserError):
            self.code = REFUSED
            print(f"{NAME}: {error}", file=sys.stderr)
        elif isinstance(error, SyntaxError):
            print(f"FAIL: {error.filename}:{error.lineno}: {error.msg}")
        else:
            print(f"FAIL: {place_of(error)}{type(error).__name__}: {error}")
        return True


def place_of(error: BaseException) -> str:
    """Return the project's line that an exception came from, for the beginning of a sentence."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith(f"{ROOT}{os.sep}")]
    return f"{own[-1].filename}:{own[-1].lineno}: " if own else ""


def watch(folders: Sequence[Path], prepare: Callable[[], Round]) -> bool:
    """Do a round now and after each save until an interrupt; false if there was none to do.

    Args:
        folders: where sources are.
        prepare: imports what a round needs and returns it; called in a worker. A UserError of the
            first one ends it all: something was asked for that there is not.
    """
    worker = None
    try:
        seen = first = state_of(folders)
        worker = Worker(prepare)
        while True:
            if not worker.round():
                code, worker = worker.end(), None
                if code == REFUSED and seen is first:
                    return False
                if code not in (REFUSED, BROKEN):
                    print(f"FAIL: what runs the tests ended with {code}")
            print("waiting for a save; ^C ends", flush=True)
            before, seen = seen, wait_for_save(folders, seen)
            paths = changed(before, seen)
            print(f"\nsaved: {named(paths)}", flush=True)
            if worker is not None and any(Path(path).suffix in LOADED for path in paths):
                worker.end()
                worker = None
            worker = worker or Worker(prepare)
    except KeyboardInterrupt:
        print("\nno longer watching", flush=True)
    finally:
        if worker is not None:
            worker.end()
    return True
