"""Runs orders on this machine, some at a time, and survives a worker that dies."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from honeyguide.regress.work import Order, Outcome, perform
from honeyguide.sim.workers import interrupt, prepare_worker, task

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
                pending[pool.submit(task, perform, wanted)] = wanted
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
