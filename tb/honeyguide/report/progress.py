"""How far a command is: one line that is written over, or a few lines when nobody watches."""

from __future__ import annotations

import sys


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
