"""A process with everything it starts, none of which outlives the one that waits for it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO

GRACE_S = 3.0  # between asking a process to end and killing it

_running: set[subprocess.Popen[bytes]] = set()


def supervise(
    command: Sequence[str],
    *,
    env: Mapping[str, str],
    cwd: Path,
    output: BinaryIO,
    timeout_s: float | None = None,
) -> int | None:
    """Run the command in a session of its own; return its exit code, None after a time-out.

    Whatever ends the wait, an interrupt as well, ends the process and all that it started. Waits in
    small steps of the system's own wait, so the end of the process is seen at once.
    """
    process = subprocess.Popen(
        [*until_we_die(), *command], cwd=cwd, env=dict(env), stdin=subprocess.DEVNULL,
        stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip
    _running.add(process)
    try:
        return process.wait(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        return None
    finally:
        end(process)
        _running.discard(process)


def answer(
    command: Sequence[str], *, env: Mapping[str, str], cwd: Path, timeout_s: float | None = None
) -> tuple[int | None, str]:
    """Do the same; return the exit code and what was said, on standard error as well."""
    with tempfile.TemporaryFile() as said:
        code = supervise(command, env=env, cwd=cwd, output=said, timeout_s=timeout_s)
        said.seek(0)
        return code, said.read().decode(errors="replace")


@lru_cache(maxsize=1)
def until_we_die() -> tuple[str, ...]:
    """Return words before a command by which Linux ends it if we are killed outright."""
    found = shutil.which("setpriv")
    works = (
        found is not None
        and not subprocess.run(
            [found, "--pdeathsig", "KILL", "true"], capture_output=True, check=False
        ).returncode
    )
    return (str(found), "--pdeathsig", "KILL") if works else ()


def end_all() -> None:
    """End what other threads wait for."""
    for process in list(_running):
        end(process)


def end(process: subprocess.Popen[bytes]) -> None:
    """End the process and everything it started; ask first, then kill."""
    if process.poll() is not None:
        return
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            return
        try:
            process.wait(timeout=GRACE_S)
            return
        except subprocess.TimeoutExpired:
            continue
