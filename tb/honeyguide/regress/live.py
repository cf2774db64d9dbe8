"""How far a regression is, for its page: progress.js beside it, written again every second.

A page from file:// can't fetch, but it can load a script; that script calls `progress({...})`. The
page knows by the time in it whether anybody still writes it.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from honeyguide.regress.reports import write_whole
from honeyguide.regress.suite import Run, repeat_command
from honeyguide.regress.work import Outcome

FILE = "progress.js"
TICK_S = 1.0
LATEST = 100  # outcomes that it lists, and as many failures
RUNNING, EXPLAINING, REPORTING, ENDED = "running", "explaining failures", "reporting", "ended"


class Live:
    """Writes the file from `start` to `end`, whatever else goes on."""

    def __init__(self, folder: Path, runs: Mapping[str, Run], *, kept: int = 0) -> None:
        self._path = folder / FILE
        self._runs = runs
        self._kept = kept
        self._outcomes: Sequence[Outcome] = ()
        self._state = ENDED
        self._started = time.monotonic()
        self._ended = threading.Event()
        self._ticker = threading.Thread(target=self._tick, daemon=True)

    def start(self, outcomes: Sequence[Outcome], state: str = RUNNING) -> None:
        """Begin; `outcomes` grows while runs end."""
        self._state = state
        self._outcomes = outcomes
        self._write()
        self._ticker.start()

    def end(self, state: str = ENDED) -> None:
        """Stop; by default the page beside it is complete, and one that is open is loaded again."""
        self._ended.set()
        if self._ticker.is_alive():
            self._ticker.join()
        self._state = state
        self._write()

    def _tick(self) -> None:
        while not self._ended.wait(TICK_S):
            self._write()

    def _write(self) -> None:
        text = json.dumps(self._content()).replace("</", "<\\/")
        write_whole(self._path, f"progress({text});\n")

    def _content(self) -> dict[str, Any]:
        outcomes = list(self._outcomes)
        failed = [outcome for outcome in outcomes if not outcome.passed]
        seconds = time.monotonic() - self._started
        new = len(outcomes) - self._kept
        left = len(self._runs) - len(outcomes)
        first = failed[: -LATEST - 1 : -1]
        listed = {item.name: item for item in [*first, *outcomes[: -LATEST - 1 : -1]]}
        return {
            "state": self._state,
            "time": time.time(),
            "runs": len(self._runs),
            "done": len(outcomes),
            "failed": len(failed),
            "seconds": seconds,
            "rate": new / seconds if seconds else 0.0,
            "left": seconds / new * left if new else None,
            "latest": [self._entry(outcome) for outcome in listed.values()],
        }

    def _entry(self, outcome: Outcome) -> dict[str, Any]:
        run = self._runs[outcome.name]
        return {
            "status": outcome.status, "test": run.entry.name, "config": run.config,
            "seed": run.seed, "seconds": outcome.seconds, "sim_ms": outcome.sim_us / 1000,
            "message": outcome.message, "repeat": repeat_command(run),
        }  # fmt: skip
