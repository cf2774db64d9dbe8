"""A process with everything it starts, none of which outlives the one that waits for it."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

GRACE_S = 3.0  # between asking a process to end and killing it
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


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
        list(command), cwd=cwd, env=dict(env), stdin=subprocess.DEVNULL,
        stdout=output, stderr=subprocess.STDOUT, start_new_session=True,
        preexec_fn=None if _libc is None else die_with_parent,
    )  # fmt: skip
    try:
        return process.wait(timeout=timeout_s)
    except subprocess.TimeoutExpired:
        return None
    finally:
        end(process)


def die_with_parent() -> None:
    """Let Linux end this process when the one that started it is killed outright."""
    assert _libc is not None
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


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
