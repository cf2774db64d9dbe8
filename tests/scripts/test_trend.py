"""The trend of nights: figures from reports, gaps where there are none."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from honeyguide.cli import UserError
from honeyguide.project import ROOT
from honeyguide.report.curves import curve
from scripts import trend
from scripts.reports.nights import FIGURES, entry, html, load
from scripts.trend import HISTORY, PAGE, commit_of, main

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


def test_nights_add_up_in_the_order_of_their_dates(
    night: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trend, "commit_of", str)
    history = tmp_path / "trend" / HISTORY
    told = ["--reports", str(night), "--history", str(history)]
    for commit, date in (("b", "2026-02-01T02:00:00Z"), ("a", DATE), ("a", DATE)):
        assert main([*told, "--commit", commit, "--date", date]) == 0
    assert [one["commit"] for one in load(history)] == ["a", "b"]
    shown = history.with_name(PAGE).read_text()
    assert shown.count("<svg") == len(FIGURES)
    assert "2 nights" in shown and "failed: coverage.json" in shown
    assert not re.search("https?:", shown)


def drawn(picture: str) -> tuple[int, int]:
    """Return how many points a curve has, and how many lines between them."""
    (line,) = re.findall(
        r'<path d="([^"]*)"[^>]*stroke: var\(--accent\)[^>]*stroke-width: 1.4', picture
    )
    return picture.count("<g><title>"), line.count("L")


def test_a_gap_is_not_bridged() -> None:
    assert drawn(curve([1.0, 2.0, 4.0], "abc")) == (3, 2)
    assert drawn(curve([1.0, 2.0, None, 4.0, 1.0], "abcde")) == (4, 2)


def test_a_figure_without_a_value_says_so() -> None:
    text = html([{"commit": "a", "date": DATE, "figures": {}}])
    assert text.count("no value yet") == len(FIGURES)


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
        main(["--reports", str(night), "--history", str(history), "--commit", "HEAD"])
    assert history.read_text() == text


def test_a_date_that_is_none_is_refused(night: Path) -> None:
    with pytest.raises(UserError, match="is no date like"):
        main(["--reports", str(night), "--commit", "HEAD", "--date", "yesterday"])


def test_a_commit_is_one_that_git_knows() -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("the checkout has no history: no name can be looked up")
    assert re.fullmatch("[0-9a-f]{40}", commit_of("HEAD"))
    assert commit_of(commit_of("HEAD")[:10]) == commit_of("HEAD")
    for text in ("hello", "", "-x", "f" * 40, "HEAD:README.md"):
        with pytest.raises(UserError, match="is no commit here"):
            commit_of(text)


def test_outside_of_a_checkout_a_commit_is_its_whole_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trend, "ROOT", tmp_path)
    assert commit_of("a" * 40) == "a" * 40
    with pytest.raises(UserError, match="is no commit here"):
        commit_of("hello")
