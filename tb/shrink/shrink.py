"""Shrinks one failing run: repeats it, reduces what it did, writes the rest as a directed test."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from golden.isa import decode
from honeyguide.core import core
from honeyguide.regress.suite import Run, waves_command
from honeyguide.sim import SimRun, run
from honeyguide.waves.builds import built
from honeyguide.waves.repeat import Repeat, read_difference
from tb.env.steps import VARIABLE, Step, read_steps
from tb.shrink.candidates import Candidates, Clock, Way
from tb.shrink.directed import directed_test
from tb.shrink.reduce import Reducer

PASSES = "it passes: there is nothing to shrink"
SECONDS = 45.0  # of reducing; repeating and confirming come on top


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A run that fails.

    Attributes:
        build: a simulation with the recorders.
        title: of the test, file.Class.
        command: that repeats it, for the test that is written.
        seconds: how long to reduce.
    """

    build: Path
    module: str
    test: str
    seed: int
    config: str
    folder: Path
    title: str
    command: str
    speed: str = "tile"
    env: Mapping[str, str] = field(default_factory=dict)
    plusargs: Sequence[str] = ()
    seconds: float = SECONDS


@dataclass(frozen=True, kw_only=True)
class Shrunk:
    """What came of it.

    Attributes:
        said: how the small program fails, or why there is none.
        path: the test, None if there is none.
        before, after: instructions of the failing run and of the small program.
        work, configures: of `after`, without the fence at the end: those that do something, and
            those that write configuration.
        blamed: mnemonic of the instruction that fails.
        tried: programs that were tried.
        confirmed: the written test was run, and failed in the same way.
    """

    said: str
    path: Path | None = None
    before: int = 0
    after: int = 0
    work: int = 0
    configures: int = 0
    blamed: str = ""
    tried: int = 0
    seconds: float = 0.0
    confirmed: bool = False


def shrink(wanted: Wanted) -> Shrunk:
    """Repeat the run, reduce what it did, write the rest down.

    Raises:
        HdlError: the simulation can't be run.
    """
    started = time.monotonic()
    way, steps, said = failing(wanted)
    if way is None:
        return Shrunk(said=said, seconds=time.monotonic() - started)
    candidates = Candidates(
        build=wanted.build, folder=wanted.folder / "candidates", config=wanted.config,
        speed=wanted.speed, plusargs=wanted.plusargs,
    )  # fmt: skip
    clock = Clock(seconds=wanted.seconds)
    try:
        blamed: dict[str, Any] = {}

        def fails(some: Sequence[Step]) -> bool:
            told = candidates.ask(some)
            if told is None or Way.of(told) != way:
                return False
            blamed.update(told)
            return True

        small = Reducer(
            steps, fails, lambda: clock.over,
            lambda: (blamed.get("index"), str(blamed.get("text", "")).split(" ")[0]),
        ).run()  # fmt: skip
        told = candidates.ask(small)
    finally:
        candidates.close()
    shutil.rmtree(wanted.folder / "candidates", ignore_errors=True)
    if told is None or Way.of(told) != way:
        return Shrunk(
            said=f"it fails in the course of its own test only, not when its steps are done again; "
            f"{said}", before=instructions(steps), tried=candidates.tried,
            seconds=time.monotonic() - started,
        )  # fmt: skip
    headline = str(told.get("sentences", told.get("said", "")))
    path, confirmed = write(wanted, small, headline, way)
    return Shrunk(
        said=headline, path=path, before=instructions(steps), after=instructions(small),
        work=instructions(small, work=True), configures=configured(small), blamed=way.mnemonic,
        tried=candidates.tried,
        seconds=time.monotonic() - started, confirmed=confirmed,
    )  # fmt: skip


def shrink_run(run: Run, folder: Path, seconds: float) -> str:
    """Shrink a run of a regression; leave the test in `folder`, and say what came of it."""
    done = shrink(
        Wanted(
            build=built(run.config, traced=True), module=run.entry.module, test=run.entry.test,
            seed=run.seed, config=run.config, folder=folder / "shrunk", speed=run.entry.speed,
            title=f"{run.entry.file}.{run.entry.test}", command=waves_command(run),
            env=run.entry.env, seconds=seconds,
        )
    )  # fmt: skip
    if done.path is None or not done.confirmed:
        return f"Not made smaller: {done.said}"
    shutil.copyfile(done.path, folder / done.path.name)
    return (
        f"{done.work} of its {done.before} instructions, and {done.configures} that configure, "
        f"fail in the same way: {done.path.name}"
    )


def failing(wanted: Wanted) -> tuple[Way | None, list[Step], str]:
    """Repeat the run: how it fails, what it did, and in words how or why not."""
    again = Repeat(
        module=wanted.module, test=wanted.test, seed=wanted.seed, folder=wanted.folder,
        config=wanted.config, speed=wanted.speed, env=wanted.env,
    )  # fmt: skip
    result = run(sim_run(wanted, wanted.module, wanted.test, "run", {VARIABLE: "1"}))
    difference = read_difference(again, result)
    if result.passed or difference is None:
        return None, [], PASSES
    steps: list[Step] = [{"fill": wanted.seed}, *read_steps(wanted.folder / "run")]
    return Way.of(difference), steps, str(difference["sentences"])


def sim_run(
    wanted: Wanted, module: str, test: str, part: str, env: Mapping[str, str],
    paths: Sequence[Path] = (),
) -> SimRun:  # fmt: skip
    """A run on the simulation of `wanted`."""
    return SimRun(
        build=wanted.build, module=module, test=test, seed=wanted.seed,
        results_dir=wanted.folder / part, plusargs=list(wanted.plusargs), python_path=paths,
        env={
            "RATEL_CONFIG": wanted.config, "RATEL_SPEED": wanted.speed, **core().observed,
            **wanted.env, **env,
        },
    )  # fmt: skip


def write(wanted: Wanted, steps: Sequence[Step], said: str, way: Way) -> tuple[Path, bool]:
    """Write the directed test and run it once; return where it is, and whether it fails alike."""
    file, _, name = wanted.title.rpartition(".")
    stem = f"small_{file.rpartition('.')[2]}_{name.lower()}_{wanted.seed}"
    about = f"{said.splitlines()[0]} (reduced from `{wanted.command}`)."
    path = wanted.folder / f"{stem}.py"
    path.write_text(directed_test(f"Small{name}", steps, about=about), encoding="utf-8")
    (wanted.folder / "steps.json").write_text(json.dumps(list(steps)), encoding="utf-8")
    result = run(sim_run(wanted, stem, f"Small{name}", "confirm", {}, [wanted.folder]))
    again = Repeat(module=stem, test=name, seed=wanted.seed, folder=wanted.folder / "confirm")
    found = wanted.folder / "confirm" / "difference.json"
    if found.is_file() and "%Error" not in result.message:
        return path, Way.of(json.loads(found.read_text(encoding="utf-8"))) == way
    (wanted.folder / "confirm" / "run").mkdir(exist_ok=True)
    difference = None if result.passed else read_difference(again, result)
    return path, difference is not None and Way.of(difference).stage == way.stage


def instructions(steps: Sequence[Step], *, work: bool = False) -> int:
    """How many instructions the steps issue; with `work`, only those that do something."""
    words = [
        command[1] for step in steps for command in step.get("play", ()) if command[0] == "offload"
    ]
    if not work:
        return len(words)
    names = names_of(words)
    busy = [name for name in names if not name.startswith("cfg.")]
    return len(busy) - (1 if busy[-1:] == ["fence"] and len(busy) > 1 else 0)


def configured(steps: Sequence[Step]) -> int:
    """How many of the instructions that the steps issue write configuration."""
    words = [
        command[1] for step in steps for command in step.get("play", ()) if command[0] == "offload"
    ]
    return sum(name.startswith("cfg.") for name in names_of(words))


def names_of(words: Sequence[int]) -> list[str]:
    """Mnemonics, empty for what is no instruction."""
    return [item.name if (item := decode(word)) else "" for word in words]
