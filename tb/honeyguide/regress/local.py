"""Runs orders on this machine, some at a time, and survives a worker that dies."""

from __future__ import annotations

import multiprocessing
import multiprocessing.process
import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from types import FrameType

from honeyguide.regress.work import Order, Outcome, perform

STOPPED = 128 + signal.SIGTERM  # exit code of a worker that was told to end
ATTEMPTS = 3  # an order that was in a dying pool this often is the likely cause


def run_local(orders: Sequence[Order], jobs: int) -> Iterator[Outcome]:
    """Yield an outcome for each order, in the order in which they end.

    Closing the generator ends the runs that are going on.
    """
    waiting = list(orders)
    attempts = dict.fromkeys((wanted.name for wanted in orders), 0)
    while waiting:
        lost: list[Order] = []
        yield from _one_pool(waiting, jobs, lost)
        waiting = []
        for wanted in lost:
            attempts[wanted.name] += 1
            if attempts[wanted.name] < ATTEMPTS:
                waiting.append(wanted)
            else:
                yield Outcome(
                    name=wanted.name, status="crash", seconds=0.0, sim_us=0.0, folder="", host="",
                    message=f"the process that ran it died, {ATTEMPTS} times",
                )  # fmt: skip


def _one_pool(orders: Sequence[Order], jobs: int, lost: list[Order]) -> Iterator[Outcome]:
    """Run with one pool of processes; append to `lost` what was going on when the pool broke."""
    rest = list(reversed(orders))
    pending: dict[Future[Outcome], Order] = {}
    others = set(multiprocessing.active_children())
    pool = ProcessPoolExecutor(max_workers=min(jobs, len(orders)), initializer=prepare_worker)
    try:
        while rest or pending:
            # No more than there are workers: what waits in a queue of a broken pool is not lost.
            while rest and len(pending) < jobs:
                wanted = rest.pop()
                pending[pool.submit(perform_or_end, wanted)] = wanted
            done, _ = wait(pending, return_when=FIRST_COMPLETED)
            for future in done:
                wanted = pending.pop(future)
                try:
                    outcome = future.result()
                except BrokenProcessPool:
                    lost.append(wanted)
                    continue
                yield outcome
            if lost:
                lost += [*pending.values(), *reversed(rest)]
                return
    finally:
        if pending:
            interrupt(set(multiprocessing.active_children()) - others)
        pool.shutdown(wait=True, cancel_futures=True)


# A worker that was told to end has to end: one that went back to wait for its next order, or that
# died while others did so, would leave the pool waiting for it for ever.
_busy = False


def prepare_worker() -> None:
    """Leave interrupts from the keyboard to the main process; end in good order when it says so."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, stop)


def perform_or_end(wanted: Order) -> Outcome:
    """Perform an order in a worker; end the worker after the simulation if it was told to stop."""
    global _busy
    try:
        _busy = True
        outcome = perform(wanted)
        _busy = False
        return outcome
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
