"""A pool of worker processes that mutants are handed to; a crash or a hang of one is an ending."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from typing import Any

from honeyguide.project import ROOT
from honeyguide.sim.workers import threads
from scripts.fuzz.mutate import Mutant
from scripts.fuzz.worker import Ending

# What an oracle says that refuses a network when it loads it, and when it runs it.
REFUSED = ("does not run this model", "it stops: ")
HANG_S = 120.0  # of the wall clock; the processor's time is what is judged
# Imported, not run as a module, so that both sides know its classes by one name.
WORKER = "from scripts.fuzz.worker import main; main()"


@dataclass(kw_only=True)
class Tally:
    """What came of a campaign.

    Attributes:
        kinds: endings by kind.
        wrong: (mutant, ending) of each that may not end so.
        unjudged: networks that the oracle crashed on, with what is known of it.
        judged: networks that it found equal.
        slowest: most seconds of the processor for one.
        peak: most memory of a worker, in KiB.
    """

    kinds: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[str, Ending]] = field(default_factory=list)
    unjudged: list[tuple[str, str]] = field(default_factory=list)
    judged: int = 0
    slowest: float = 0.0
    peak: int = 0

    def add(self, mutant: Mutant, ending: Ending, peak: int, *, asked: bool) -> None:
        """Count one ending."""
        self.kinds[ending.kind] += 1
        self.slowest = max(self.slowest, ending.seconds)
        self.peak = max(self.peak, peak)
        if not ending.right:
            self.wrong.append((str(mutant), ending))
        elif refused(ending):  # a rule is missing
            self.wrong.append((str(mutant), replace(ending, kind="refused", text=ending.oracle)))
        elif ending.oracle:
            self.unjudged.append((str(mutant), ending.oracle))
        elif asked and ending.kind == "network":
            self.judged += 1


def refused(ending: Ending) -> bool:
    """Return whether the oracle refused what the project takes; a crash of it is no refusal."""
    return any(words in ending.oracle for words in REFUSED)


class Worker:
    """One worker process, started anew when it is gone."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, mutant: Mutant, *, oracle: bool) -> tuple[Ending, int]:
        """Return how a mutant ended, and the worker's peak memory in KiB."""
        process = self._process or self._start()
        assert process.stdin is not None and process.stdout is not None
        late = threading.Event()

        def too_late() -> None:
            late.set()
            process.kill()

        clock = threading.Timer(HANG_S, too_late)
        clock.start()
        try:
            pickle.dump((mutant, oracle), process.stdin)
            process.stdin.flush()
            answer: tuple[Ending, int] = pickle.load(process.stdout)
            return answer
        except (EOFError, OSError, pickle.UnpicklingError):
            process.kill()
            code = process.wait()
            self._process = None
            text = f"no answer within {HANG_S:g} s" if late.is_set() else f"exit code {code}"
            return Ending(kind="hang" if late.is_set() else "crash", text=text), 0
        finally:
            clock.cancel()

    def close(self) -> None:
        """End the process."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        self._process = subprocess.Popen(
            [sys.executable, "-c", WORKER],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
        )  # fmt: skip
        return self._process


def campaign(
    mutants: Sequence[Mutant],
    *,
    jobs: int,
    oracle_every: int,
    progress: Callable[[int, int], None] | None = None,
) -> Tally:
    """Hand all mutants to `jobs` workers; of every so many, networks go to the oracle, too."""
    tally, idle = Tally(), SimpleQueue[Worker]()
    workers = [Worker() for _ in range(jobs)]
    for worker in workers:
        idle.put(worker)

    def one(item: tuple[int, Mutant]) -> tuple[Mutant, Any, bool]:
        place, mutant = item
        asked = oracle_every > 0 and place % oracle_every == 0
        worker = idle.get()
        try:
            return mutant, worker.ask(mutant, oracle=asked), asked
        finally:
            idle.put(worker)

    try:
        with threads(jobs) as pool:
            for done, (mutant, (ending, peak), asked) in enumerate(
                pool.map(one, enumerate(mutants)), start=1
            ):
                tally.add(mutant, ending, peak, asked=asked)
                if progress is not None:
                    progress(done, len(mutants))
    finally:
        for worker in workers:
            worker.close()
    return tally
