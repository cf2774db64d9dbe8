"""Comparing logs: the same ones pass, and everything that could hide a difference is caught."""

from __future__ import annotations

from pathlib import Path

import pytest

from honeyguide.plan.catalogue import bench_tests
from scripts.replay import LOG, TESTS, Trial, differences, make_trials

TEXT = "".join(f"i {number:04d}\n" for number in range(20))


def write_logs(folder: Path, trials: list[Trial]) -> None:
    for trial in trials:
        for run in trial.runs:
            (folder / run.name).mkdir()
            (folder / run.name / LOG).write_text(f"{TEXT}seed {trial.seed}\n", encoding="utf-8")


@pytest.fixture
def trials(tmp_path: Path) -> list[Trial]:
    made = make_trials(8, 50, "8x8")
    write_logs(tmp_path, made)
    return made


def test_equal_logs_are_no_difference(trials: list[Trial], tmp_path: Path) -> None:
    assert differences(trials, tmp_path) == []
    assert {trial.test for trial in trials} == set(TESTS)
    assert set(TESTS) <= {str(test) for test in bench_tests()}


def test_a_changed_byte_is_found_with_its_line(trials: list[Trial], tmp_path: Path) -> None:
    path = tmp_path / trials[1].runs[2].name / LOG
    path.write_text(path.read_text(encoding="utf-8").replace("i 0007", "i 0008", 1))
    assert differences(trials, tmp_path) == [f"{trials[1].test} seed 51: pin differs in line 8"]


def test_a_shorter_log_is_found(trials: list[Trial], tmp_path: Path) -> None:
    path = tmp_path / trials[0].runs[1].name / LOG
    path.write_text(TEXT, encoding="utf-8")
    assert differences(trials, tmp_path) == [f"{trials[0].test} seed 50: again differs in line 21"]


@pytest.mark.parametrize("text", ["", "i 0001\n"])
def test_a_log_that_says_nothing_is_found(text: str, trials: list[Trial], tmp_path: Path) -> None:
    for run in trials[0].runs:
        (tmp_path / run.name / LOG).write_text(text, encoding="utf-8")
    (sentence,) = differences(trials, tmp_path)
    assert sentence.endswith("no transactions of first, again, pin")


def test_a_seed_that_does_nothing_is_found(trials: list[Trial], tmp_path: Path) -> None:
    for number in (0, 4):  # the same test
        for run in trials[number].runs:
            (tmp_path / run.name / LOG).write_text(TEXT, encoding="utf-8")
    (sentence,) = differences(trials, tmp_path)
    assert sentence == f"{trials[4].test} seed 54: the same transactions as with seed 50"
