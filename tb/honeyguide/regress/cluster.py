"""Hands the same orders to a Dask scheduler. Workers need the same checkout at the same path.

    dask scheduler
    dask worker tcp://host:8786 --nthreads 1 --nworkers 8
    make regress N=1000 CLUSTER=tcp://host:8786

A worker that dies loses nothing: the scheduler gives its runs to the others.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from honeyguide.cli import UserError
from honeyguide.project import ROOT
from honeyguide.regress.work import Order, Outcome

CONNECT_S = 20
RETRIES = 5  # of a run whose workers died; Dask's own limit counts deaths, not failures


def run_on_cluster(orders: Sequence[Order], address: str) -> Iterator[Outcome]:
    """Yield an outcome for each order, in the order in which they end.

    Raises:
        UserError: Dask is not installed, or no scheduler answers at the address.
    """
    try:
        from distributed import Client, as_completed
    except ImportError:
        raise UserError(
            "CLUSTER needs dask and distributed: pip install -r requirements-dev.txt"
        ) from None
    try:
        client = Client(address, timeout=CONNECT_S)
    except (OSError, ValueError) as error:
        raise UserError(f"no Dask scheduler answers at {address}: {error}") from None
    with client:
        futures = {
            client.submit(
                on_worker(), str(ROOT), asdict(wanted), retries=RETRIES, pure=False
            ): wanted
            for wanted in orders
        }
        for future in as_completed(list(futures)):
            wanted = futures.pop(future)
            if future.status == "finished":
                yield Outcome(**future.result())
            else:
                yield Outcome(
                    name=wanted.name, status="crash", seconds=0.0, sim_us=0.0, folder="", host="",
                    message=f"the cluster gave it up: {future.exception()}",
                )  # fmt: skip
            future.release()


def on_worker() -> Any:
    """Return the function that a worker runs.

    It is made here, inside a function, so that it travels as a value: the worker can't import
    anything of ours before it knows where the checkout is.
    """

    def perform_there(root: str, wanted: dict[str, Any]) -> dict[str, Any]:
        import os
        import sys

        os.environ["HONEYGUIDE_ROOT"] = root
        if root not in sys.path:
            sys.path.insert(0, root)
        from honeyguide.regress.work import perform_plain

        return perform_plain(wanted)

    # Functions of a module travel by name; as one of no module this travels by value.
    perform_there.__module__ = "__main__"
    return perform_there
