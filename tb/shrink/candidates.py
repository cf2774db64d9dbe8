"""Asks a simulation, program after program, whether it still fails; starts another if one dies."""

from __future__ import annotations

import json
import shutil
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from honeyguide.sim import SimResult, SimRun, run
from tb.env.crash import crash_difference
from tb.env.steps import Step


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a program fails, without what shrinking changes: numbers, places, values."""

    stage: str
    mnemonic: str
    hung: bool

    @classmethod
    def of(cls, difference: Mapping[str, Any]) -> Way:
        """The way of a first difference."""
        return cls(
            stage=str(difference.get("stage", "")),
            mnemonic=str(difference.get("text", "")).split(" ")[0],
            hung=bool(difference.get("missing") and difference.get("awaited")),
        )


@dataclass(kw_only=True)
class Candidates:
    """Programs in, how they fail out.

    Attributes:
        build: a simulation with the recorders.
        folder: emptied and filled.
        config, speed: of the bench.
        plusargs: further words for the simulator.
        tried: programs so far.
    """

    build: Path
    folder: Path
    config: str
    speed: str = "tile"
    plusargs: Sequence[str] = ()
    tried: int = 0
    _number: int = 0
    _starts: int = 0
    _ended: threading.Event = field(default_factory=threading.Event)
    _result: list[SimResult] = field(default_factory=list)
    _thread: threading.Thread | None = None

    def way(self, steps: Sequence[Step]) -> Way | None:
        """Return how the steps fail, None if they pass."""
        told = self.ask(steps)
        return None if told is None else Way.of(told)

    def ask(self, steps: Sequence[Step]) -> dict[str, Any] | None:
        """Return the first difference of the steps, None if they pass."""
        if self._thread is None or self._ended.is_set():
            self._start()
        self.tried += 1
        path = self._place / f"{self._number}.json"
        temporary = path.with_suffix(".new")
        temporary.write_text(json.dumps(list(steps)), encoding="utf-8")
        temporary.replace(path)
        answer = path.with_suffix(".answer")
        while not answer.exists():
            if self._ended.wait(0.002) and not answer.exists():
                return crash_difference(self._place / "run", self._result[-1])
        self._number += 1
        return dict(told) if (told := json.loads(answer.read_text(encoding="utf-8"))) else None

    def close(self) -> None:
        """End the simulation."""
        if self._thread is not None:
            (self._place / "end").touch()
            self._thread.join()

    @property
    def _place(self) -> Path:
        return self.folder / str(self._starts)

    def _start(self) -> None:
        self._starts += 1
        self._number = 0
        shutil.rmtree(self._place, ignore_errors=True)
        self._place.mkdir(parents=True)
        self._ended = threading.Event()
        wanted = SimRun(
            build=self.build, module="tb.tests.shrinking", test="Candidates",
            results_dir=self._place / "run", plusargs=self.plusargs, timeout_s=600.0,
            env={
                "RATEL_CONFIG": self.config, "RATEL_SPEED": self.speed, "RATEL_TRACE": "stages",
                "RATEL_CANDIDATES": str(self._place.resolve()),
            },
        )  # fmt: skip

        def work(ended: threading.Event) -> None:
            try:
                self._result.append(run(wanted))
            finally:
                ended.set()

        self._thread = threading.Thread(target=work, args=(self._ended,), daemon=True)
        self._thread.start()


@dataclass(kw_only=True)
class Clock:
    """Says when it is enough."""

    seconds: float
    started: float = field(default_factory=time.monotonic)

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return time.monotonic() - self.started > self.seconds
