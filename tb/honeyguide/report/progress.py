"""How far a command is: one line that is written over, or a few lines when nobody watches."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

TICK_S = 10.0  # between signs of life while something is built
QUICK_S = 1.0  # what took no longer was there already


@contextmanager
def building(what: str, *, tick_s: float = TICK_S) -> Iterator[None]:
    """Print `what: `, how long it has taken while it lasts, and at its end what came of it."""
    started = time.monotonic()
    ended = threading.Event()

    def tick() -> None:
        while not ended.wait(tick_s):
            print(f"{time.monotonic() - started:.0f} s ... ", end="", flush=True)

    print(f"{what}: ", end="", flush=True)
    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield
    except BaseException:
        print(flush=True)  # the line ends, the reason follows
        raise
    else:
        seconds = time.monotonic() - started
        told = f"built in {seconds:.0f} s" if seconds > QUICK_S else "already built"
        print(told, flush=True)
    finally:
        ended.set()
        ticker.join()


class Progress:
    """Call `update` as often as you like, and `done` at the end."""

    STEPS = 5  # lines in all where lines can't be written over

    def __init__(self, what: str) -> None:
        self._what = what
        self._live = sys.stdout.isatty()
        self._shown = -1

    def update(self, done: int, total: int) -> None:
        """Show it when it has changed."""
        step = done if self._live else done * self.STEPS // max(total, 1)
        if step == self._shown:
            return
        self._shown = step
        if self._live:
            print(f"\r{self._what} {done}/{total} ", end="", flush=True)
        elif done:
            print(f"{self._what} {done}/{total}", flush=True)

    def done(self) -> None:
        """End the line."""
        if self._live and self._shown >= 0:
            print(flush=True)
