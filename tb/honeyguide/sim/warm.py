"""Runs in a warm simulator: one that has loaded Python and what all tests import, and forks itself.

The second that Python takes to start is paid once for each build and launcher. What a run does is
what a process of its own would do (keeper.py says why; tests/framework/test_warm.py compares).

Keepers belong to the process that started them and end with it. A keeper whose Python has changed
on disk since is replaced.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import socket
import subprocess
import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from honeyguide.sim.supervise import GRACE_S

MOST = 4  # keepers of one launcher, each a process with Python and everything
# Of one run; all other variables that are read before a run begins are part of a keeper's key.
OWN = frozenset({
    "COCOTB_RESULTS_FILE", "COCOTB_RANDOM_SEED", "COCOTB_TEST_MODULES", "COCOTB_TEST_FILTER",
})  # fmt: skip
EARLY = ("COCOTB_", "GPI_", "PYGPI_", "PYTHON", "PYTEST_", "HONEYGUIDE_", "LD_", "TOPLEVEL")


class KeeperError(Exception):
    """There is no keeper, or it has died before the run began: it can be started without."""


@dataclass(kw_only=True)
class Keeper:
    """A warm simulator and the socket on which it takes requests."""

    process: subprocess.Popen[bytes]
    requests: socket.socket
    files: dict[str, int]

    @property
    def usable(self) -> bool:
        """Whether it lives, and what it has loaded is what there is on disk."""
        if self.process.poll() is not None:
            return False
        try:
            return all(Path(name).stat().st_mtime_ns == time for name, time in self.files.items())
        except OSError:
            return False

    def close(self) -> None:
        """End it; it ends its runs."""
        with suppress(OSError):  # also where a fork of this process has a copy
            self.requests.shutdown(socket.SHUT_RDWR)
        self.requests.close()
        try:
            self.process.wait(timeout=GRACE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


_keepers: OrderedDict[tuple[object, ...], Keeper] = OrderedDict()
_lock = threading.Lock()


def run_warm(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    output: BinaryIO,
    timeout_s: float,
    imports: Sequence[str],
) -> int | None:
    """Run a simulation like `supervise`: return its exit code, None after a time-out.

    Args:
        command: the simulation and its arguments.
        env: the environment of the run.
        cwd: its folder.
        output: a file for what it says.
        timeout_s: wall clock seconds.
        imports: modules that the keeper imports beforehand.

    Raises:
        KeeperError: no keeper could be started.
    """
    found = keeper(command[0], env, imports)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        request = {"env": dict(env), "cwd": str(cwd), "arguments": list(command)}
        handles = [theirs.fileno(), output.fileno()]
        try:
            with _lock:
                socket.send_fds(found.requests, [json.dumps(request).encode()], handles)
        except OSError as error:
            raise KeeperError(f"the warm simulator has ended: {error}") from None
        theirs.close()
        answers = answers_of(ours)
        try:
            begun = next(answers)
            pid = int(begun["pid"])
            with _lock:  # others may be looking through them
                found.files.update(begun["files"])
        except (StopIteration, OSError):
            raise KeeperError("the warm simulator has ended") from None
        code: int | None = None
        try:
            ours.settimeout(timeout_s)
            code = int(next(answers)["code"])
        except StopIteration:  # somebody has killed the keeper, and so its runs
            code = -int(signal.SIGKILL)
        except TimeoutError:
            pass
        finally:
            if code is None:
                end(pid, ours)
        return code


def answers_of(ours: socket.socket) -> Iterator[dict[str, Any]]:
    """Yield what the keeper says of a run, until it closes its end."""
    with ours.makefile("rb", buffering=0) as stream:
        for line in iter(stream.readline, b""):
            yield json.loads(line)


def end(pid: int, ours: socket.socket) -> None:
    """End a run and everything it started; ask first, then kill."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(pid, number)
        ours.settimeout(GRACE_S)
        with suppress(TimeoutError):
            ours.recv(1)  # its end, or that of the keeper
            return


def keeper(program: str, env: Mapping[str, str], imports: Sequence[str]) -> Keeper:
    """Return the keeper for a simulation, started if need be.

    Raises:
        KeeperError: it did not start.
    """
    early = {n: v for n, v in env.items() if n.startswith(EARLY) and n not in OWN}
    key = (os.getpid(), program, tuple(imports), tuple(sorted(early.items())))
    with _lock:
        found = _keepers.pop(key, None)
        if found is not None and not found.usable:
            found.close()
            found = None
        if found is None:
            found = start(program, env, imports)
        _keepers[key] = found  # the last used is the last
        while len(_keepers) > MOST:
            _, oldest = _keepers.popitem(last=False)
            oldest.close()
    return found


def start(program: str, env: Mapping[str, str], imports: Sequence[str]) -> Keeper:
    """Start a keeper and wait until it has imported everything."""
    ours, theirs = socket.socketpair()
    given = {name: value for name, value in env.items() if name not in OWN}
    given["HONEYGUIDE_WARM"] = "honeyguide.sim.keeper"
    given["HONEYGUIDE_IMPORTS"] = ":".join(imports)
    with theirs:
        process = subprocess.Popen(
            [program], env=given, stdin=theirs.fileno(), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
    said = b""
    while not said.endswith(b"\n"):
        data = ours.recv(1 << 16)
        if not data:
            break
        said += data
    try:
        files = json.loads(said)["ready"]
    except (ValueError, KeyError):
        ours.close()
        process.wait()
        last = said.decode(errors="replace").strip().splitlines()[-1:]
        raise KeeperError(f"no warm simulator: {last[0] if last else 'it ended'}") from None
    atexit.register(close_all)
    return Keeper(process=process, requests=ours, files=files)


def close_all() -> None:
    """End the keepers of this process; those that it has from its parent are the parent's."""
    for key in list(_keepers):
        found = _keepers.pop(key)
        if key[0] == os.getpid():
            found.close()
