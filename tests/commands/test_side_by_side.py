"""Any two commands side by side in one checkout: the verdicts and figures that each has alone.

The suite starts one of each kind at the same time, which is every pair of them at once and takes
the time of two rounds. `make nightly`, or `-m nightly` here, does each pair by itself.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pytest

from honeyguide.project import BUILD, ROOT
from honeyguide.runs import runs_of
from honeyguide.sim.toolchain import clean_environment
from tests.commands.support import MNIST

pytestmark = [pytest.mark.sim, pytest.mark.slow, pytest.mark.xdist_group("side_by_side")]

COMMANDS: Mapping[str, Sequence[str]] = {
    "sim": ("--images", "3", "--smoke", "smoke.FenceAlone"),
    "run": ("--model", str(MNIST), "--count", "2", "--stall", "0.2"),
    "compile": ("--model", str(MNIST)),
    "networks": ("--only", "mnist", "--count", "2"),
    "soc": ("--model", "mnist", "--count", "1"),
    "regress": ("--n", "2", "--tests", "smoke", "--config", "8x8", "--jobs", "1"),
    "coverage": (
        "--n", "2", "--tests", "smoke", "--config", "8x8", "--jobs", "1", "--functional",
        "--no-bars",
    ),
    "waves": ("--test", "smoke.FenceAlone", "--no-view"),
    "bench": ("--only", "conv3x3", "--no-speed"),
}  # fmt: skip
REPORTS = {"regress": "regress.json", "coverage": "coverage.json", "waves": "run/trace.log"}
# What is different in every run, also alone: times and what follows from them, and names of places.
VOLATILE = frozenset({
    "seconds", "run", "folder", "host", "log", "view", "waves", "picture", "jobs", "where",
    "cycles_per_second", "cycles_per_second_per_process", "seconds_all", "seconds_chosen", "rate",
    "runs_per_second", "transcript", "chosen", "timing", "summary", "compile_seconds",
})  # fmt: skip
TIMEOUT_S = 1500


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a command ended: exit code, and the figures of its report."""

    code: int
    figures: Any


@dataclass(frozen=True, kw_only=True)
class Started:
    """A command that is going on; a file takes what it says, so that it never waits for us."""

    name: str
    seed: int
    process: subprocess.Popen[bytes]
    said: IO[bytes]


def start(name: str, seed: int) -> Started:
    words = [sys.executable, "-m", f"scripts.{name}", *COMMANDS[name]]
    if name != "compile":
        words += ["--seed", str(seed)]
    said = tempfile.TemporaryFile()  # noqa: SIM115 (closed when it has been read)
    process = subprocess.Popen(
        words, cwd=ROOT, env=clean_environment(), stdin=subprocess.DEVNULL,
        stdout=said, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return Started(name=name, seed=seed, process=process, said=said)


def together(*wanted: tuple[str, int]) -> list[Ended]:
    """Run commands, each with its seed, at the same time; return how they ended."""
    before = {path for name in COMMANDS for path in runs_of(name, BUILD / "runs")}
    running = [start(name, seed) for name, seed in wanted]
    try:
        for one in running:
            one.process.wait(timeout=TIMEOUT_S)
    finally:
        for one in running:
            one.process.kill()
    return [ended(one, before) for one in running]


def ended(one: Started, before: set[Path]) -> Ended:
    """Return how a command ended; its folder is taken from those that a later one may have."""
    one.said.seek(0)
    output = one.said.read().decode(errors="replace")
    one.said.close()
    assert one.process.returncode == 0, f"{one.name}:\n{output}"
    made = [path for path in runs_of(one.name, BUILD / "runs") if path not in before]
    mine = [path for path in made if is_of(path, one)]
    assert mine, f"{one.name} left no folder of its own:\n{output}"
    before.add(mine[0])
    return Ended(code=one.process.returncode, figures=figures(mine[0], one.name))


def is_of(path: Path, one: Started) -> bool:
    """Tell whether a run with this seed left the folder, by its report; some have no seed."""
    file = path / REPORTS.get(one.name, f"{one.name}.json")
    if not file.is_file() or file.suffix != ".json":
        return file.is_file()
    return bool(json.loads(file.read_text()).get("seed", one.seed) == one.seed)


def figures(folder: Path, name: str) -> Any:
    """Return what a run found, without what is different in every run."""
    file = folder / REPORTS.get(name, f"{name}.json")
    assert file.is_file(), f"{name} left no {file.name} in {folder}"
    text = file.read_text(encoding="utf-8")
    return without_volatile(json.loads(text)) if file.suffix == ".json" else text


def without_volatile(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_volatile(v) for name, v in value.items() if name not in VOLATILE}
    if isinstance(value, list):
        items = [without_volatile(item) for item in value]
        by_name = all(isinstance(item, dict) and "name" in item for item in items)
        return sorted(items, key=lambda item: str(item["name"])) if by_name else items
    return value


@pytest.fixture(scope="module")
def alone() -> dict[tuple[str, int], Ended]:
    return {}


def check(alone: dict[tuple[str, int], Ended], *wanted: tuple[str, int]) -> None:
    """Compare commands that run together with each alone."""
    for one in wanted:
        if one not in alone:
            (alone[one],) = together(one)
    for one, ended in zip(wanted, together(*wanted), strict=True):
        assert ended == alone[one], f"{one[0]} is not what it is alone"


def test_one_of_each_at_the_same_time(alone: dict[tuple[str, int], Ended]) -> None:
    names = [name for name in COMMANDS if name not in ("networks", "soc", "coverage")]
    check(alone, *((name, 1) for name in names), ("run", 2))


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("one", "other"),
    list(itertools.combinations_with_replacement(COMMANDS, 2)),
    ids=str,
)
def test_each_pair(alone: dict[tuple[str, int], Ended], one: str, other: str) -> None:
    check(alone, (one, 1), (other, 1 if one != other or one == "compile" else 2))


def test_what_is_compared_would_show_a_difference() -> None:
    report = {"pass": True, "seconds": 1.0, "layers": [{"name": "b", "cycles": 7}, {"name": "a"}]}
    same = {"pass": True, "seconds": 2.0, "layers": [{"name": "a"}, {"name": "b", "cycles": 7}]}
    wrong = {"pass": True, "seconds": 2.0, "layers": [{"name": "a"}, {"name": "b", "cycles": 8}]}
    assert without_volatile(report) == without_volatile(same) != without_volatile(wrong)
