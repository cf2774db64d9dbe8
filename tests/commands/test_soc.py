"""`make soc`: a network and random programs on the CPU, and what a failure looks like."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from honeyguide.report.files import Results
from honeyguide.sim import SimResult, SimRun, SimStatus
from scripts.soc import programs
from tests.commands.support import command

PROGRAMS = 40

needs_system = [pytest.mark.sim, pytest.mark.slow, pytest.mark.xdist_group("soc")]


class TestSystem:
    pytestmark = needs_system

    def test_a_network_on_the_cpu(self, tmp_path: Path, seed: int) -> None:
        words = ("--model", "mnist", "--count", 2, "--stall", 0.2, "--seed", seed)
        ended = command("soc", *words, results=tmp_path)
        assert ended.code == 0, ended.out + ended.err
        assert ended.report is not None
        assert "clang of ziglang" in ended.out or "gcc" in ended.out
        assert ended.out.count(": class ") == 2
        entry = ended.report["networks"][0]
        assert (entry["inputs"], entry["mismatches"]) == (2, 0)
        assert entry["elements"] > 40_000

    def test_random_programs(self, tmp_path: Path, seed: int) -> None:
        ended = command("soc", "--programs", PROGRAMS, "--seed", seed, results=tmp_path)
        assert ended.code == 0, ended.out + ended.err
        assert ended.report is not None
        entry = ended.report["programs"]
        assert entry["programs"] == PROGRAMS
        assert min(entry[name] for name in programs.COUNTS) > 0

    def test_the_kernel_says_why_each_escape_was_refused(self, tmp_path: Path, seed: int) -> None:
        ended = command("soc", "--program", "user", "--seed", seed, results=tmp_path)
        assert ended.code == 0, ended.out + ended.err
        refusals = [line for line in ended.out.splitlines() if "kernel: owner 1, " in line]
        assert len(refusals) == 5, ended.out
        assert sum("no window allows it" in line for line in refusals) == 4
        assert sum("past the end of memory" in line for line in refusals) == 1
        assert ended.out.count("kernel: store of user mode answered with an error") == 3


def pretend(monkeypatch: pytest.MonkeyPatch, *, broken: int, cut: bool = False) -> None:
    """Replace the simulation: the share that holds program `broken` fails, or leaves nothing."""

    def run(wanted: SimRun) -> SimResult:
        first, number = (int(wanted.env[f"RATEL_{name}"]) for name in ("FIRST", "COUNT"))
        fails = first <= broken < first + number
        if not (fails and cut):
            wanted.results_dir.mkdir(parents=True, exist_ok=True)
            counts = dict.fromkeys(programs.COUNTS, number)
            text = json.dumps({**counts, "programs": broken - first if fails else number})
            (wanted.results_dir / "random.json").write_text(text)
        return SimResult(
            status=SimStatus.FAIL if fails and not cut else SimStatus.PASS,
            message=f"program {broken}: wrong" if fails else "",
            tests=(), seed=wanted.seed, seconds=1.0, returncode=0, results_xml=None,
            coverage=None, waves=None, log=wanted.results_dir / "log",
        )  # fmt: skip

    monkeypatch.setattr(programs, "run", run)
    monkeypatch.setattr(programs, "compile_firmware", lambda *_: Firmware)


class Firmware:
    """Stands for a compiled program."""

    path = Path("program.elf")


def go(tmp_path: Path) -> dict[str, object]:
    results = Results(command="soc", folder=tmp_path)
    return programs.run_programs(
        tmp_path, config="8x8", first=10, number=60, seed=1, results=results
    )


def test_a_failing_program_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend(monkeypatch, broken=40)
    entry = go(tmp_path)
    assert not entry["pass"]
    assert entry["programs"] == 25 + 5 + 10
    out = capsys.readouterr().out
    assert "FAIL: program 40: wrong" in out
    assert "repeat: make soc PROGRAMS=1 FIRST=40 SEED=1 CONFIG=8x8" in out


def test_a_simulation_that_leaves_no_count_does_not_pass(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pretend(monkeypatch, broken=40, cut=True)
    assert not go(tmp_path)["pass"]


def test_all_well(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pretend(monkeypatch, broken=-1)
    entry = go(tmp_path)
    assert entry["pass"]
    assert entry["programs"] == 60
