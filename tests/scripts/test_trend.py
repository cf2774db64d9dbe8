"""The trend of nights: figures from reports, gaps where there are none."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from honeyguide.cli import UserError
from scripts.trend import FIGURES, HISTORY, PAGE, curve, entry, load, main

DATE = "2026-01-31T02:00:00Z"
REPORTS: dict[str, dict[str, Any]] = {
    "test.json": {"pass": True, "stages": [{"passed": 3}, {"passed": 4}]},
    "coverage.json": {
        "pass": False,
        "functional": {"grade": 99.5},
        "code": {k: {"percent": 90.0} for k in ("line", "branch", "toggle", "expression")},
    },
    "regress.json": {"pass": True, "outcomes": [{}, {}]},
    "selftest.json": {"pass": True, "faults": 4, "caught": 3},
    "mutate.json": {"pass": True, "score": 0.985},
    "prove.json": {"pass": True, "proofs": [{"verdict": "proved"}, {"verdict": "unknown"}]},
    "fuzz.json": {"pass": True, "files": 8},
    "networks.json": {
        "pass": True,
        "networks": [{"multiple_of_floor": 1.5}, {"multiple_of_floor": 2.5}],
    },
    "bench.json": {"pass": True, "kernels": [{"utilisation": 0.5}, {"utilisation": 1.0}]},
}
WANTED = {
    "tests passed": 7, "functional coverage, %": 99.5, "line coverage, %": 90,
    "branch coverage, %": 90, "toggle coverage, %": 90, "expression coverage, %": 90,
    "random runs": 2, "faults caught, %": 75, "mutation score, %": 98.5, "rules proved": 1,
    "files tried": 8, "networks compared": 2, "cycles over the floor, mean of networks": 2,
    "utilisation, mean of kernels, %": 75,
}  # fmt: skip


@pytest.fixture
def night(tmp_path: Path) -> Path:
    """A folder of artefacts, one a job."""
    folder = tmp_path / "night"
    for name, content in REPORTS.items():
        (folder / name.partition(".")[0]).mkdir(parents=True)
        (folder / name.partition(".")[0] / name).write_text(json.dumps(content))
    return folder


def test_every_figure_is_taken_from_its_report(night: Path) -> None:
    found = entry(night, commit="abc", date=DATE)
    assert found["figures"] == WANTED
    assert set(WANTED) == {figure.name for figure in FIGURES}
    assert (found["absent"], found["failed"]) == ([], ["coverage.json"])


def test_what_is_missing_is_a_gap_and_named(night: Path) -> None:
    (night / "mutate" / "mutate.json").unlink()
    (night / "fuzz" / "fuzz.json").write_text('{"pass": false, "reasons": ["interrupted"]}')
    found = entry(night, commit="abc", date=DATE)
    assert "mutation score, %" not in found["figures"]
    assert "files tried" not in found["figures"]
    assert found["absent"] == ["mutate.json"]
    assert found["failed"] == ["coverage.json", "fuzz.json"]


def test_nights_add_up_in_the_order_of_their_dates(night: Path, tmp_path: Path) -> None:
    history = tmp_path / "trend" / HISTORY
    told = ["--reports", str(night), "--history", str(history)]
    for commit, date in (("b", "2026-02-01T02:00:00Z"), ("a", DATE), ("a", DATE)):
        assert main([*told, "--commit", commit, "--date", date]) == 0
    assert [one["commit"] for one in load(history)] == ["a", "b"]
    shown = history.with_name(PAGE).read_text()
    assert shown.count("<svg") == len(FIGURES)
    assert "2 nights" in shown and "failed: coverage.json" in shown
    assert not re.search("https?:", shown)


def test_a_gap_is_not_bridged() -> None:
    assert curve([1.0, 2.0, 3.0]).count("<line") == 2
    gap = curve([1.0, None, 3.0])
    assert (gap.count("<circle"), gap.count("<line")) == (2, 0)
    assert curve([None]) == "<p>no value yet</p>"


@pytest.mark.parametrize(
    ("break_it", "said"),
    [
        (lambda folder: None, "no report was found below"),
        (lambda folder: (folder / "test.json").write_text("{"), "can't be read"),
        (lambda folder: (folder / "test.json").write_text("[1]"), "is no report"),
    ],
)
def test_no_report_or_a_broken_one_is_one_sentence(
    tmp_path: Path, break_it: Any, said: str
) -> None:
    break_it(tmp_path)
    with pytest.raises(UserError, match=said):
        entry(tmp_path, commit="a", date=DATE)


def test_two_reports_of_one_name_are_refused(night: Path) -> None:
    (night / "other").mkdir()
    (night / "other" / "test.json").write_text("{}")
    with pytest.raises(UserError, match=r"several test\.json"):
        entry(night, commit="a", date=DATE)


@pytest.mark.parametrize("text", ["{", "{}x", '[{"commit": "a"}]', "[3]"])
def test_a_history_that_is_none_is_not_overwritten(night: Path, tmp_path: Path, text: str) -> None:
    history = tmp_path / HISTORY
    history.write_text(text)
    with pytest.raises(UserError, match="is no history of figures"):
        main(["--reports", str(night), "--history", str(history), "--commit", "a"])
    assert history.read_text() == text


def test_a_date_that_is_none_is_refused(night: Path) -> None:
    with pytest.raises(UserError, match="is no date like"):
        main(["--reports", str(night), "--commit", "a", "--date", "yesterday"])
