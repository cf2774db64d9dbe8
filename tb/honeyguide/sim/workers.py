"""Processes and threads that run simulations, and end them when the command ends.

A worker that was told to end has to end: one that went back to wait for its next task, or that died
while others did so, would leave the pool waiting for it for ever.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import multiprocessing.process
import multiprocessing.util
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from types import FrameType
from typing import ParamSpec, TypeVar

from honeyguide.sim.supervise import end_all
from honeyguide.sim.warm import close_all

P = ParamSpec("P")
T = TypeVar("T")
STOPPED = 128 + signal.SIGTERM  # exit code of a worker that was told to end
PR_SET_PDEATHSIG = 1  # of Linux: a signal for when the parent is killed outright

_busy = False


@contextmanager
def processes(most: int) -> Iterator[ProcessPoolExecutor]:
    """Give a pool of at most `most` worker processes; give it `task, function, arguments`.

    Leaving it by an exception ends what the workers run.
    """
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(max_workers=most, initializer=prepare_worker)
    try:
        yield pool
    except BaseException:
        interrupt(set(multiprocessing.active_children()) - others)
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


@contextmanager
def threads(most: int) -> Iterator[ThreadPoolExecutor]:
    """Give a pool of threads. Leaving it by an exception ends the processes they wait for."""
    pool = ThreadPoolExecutor(max_workers=most)
    try:
        yield pool
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        end_all()
        close_all()
        raise
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def prepare_worker() -> None:
    """Leave interrupts from the keyboard to the main process; end in good order when it says so."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, stop)
    # A worker leaves without what `atexit` knows; a keeper that is waited for is counted as well.
    multiprocessing.util.Finalize(None, close_all, exitpriority=1)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def task(function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Call a function in a worker; end the worker after the simulation if it was told to stop."""
    global _busy
    try:
        _busy = True
        result = function(*arguments, **named)
        _busy = False
        return result
    except KeyboardInterrupt:
        os._exit(STOPPED)


def stop(number: int, frame: FrameType | None) -> None:
    """Unwind, once, so that a simulation that is going on is ended too; with none end at once."""
    if not _busy:
        os._exit(STOPPED)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def interrupt(workers: Iterable[multiprocessing.process.BaseProcess]) -> None:
    """Let worker processes end their simulations."""
    for process in workers:
        if process.pid is not None:
            os.kill(process.pid, signal.SIGTERM)
