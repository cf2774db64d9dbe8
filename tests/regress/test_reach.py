"""From a bin that nothing hit to the tests that could, and the trend over stored regressions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from honeyguide.core import points
from honeyguide.coverage.collector import FILE
from honeyguide.coverage.functional import FunctionalCoverage
from honeyguide.coverage.point_view import PointView
from honeyguide.plan.plan import Entry as Planned
from honeyguide.regress.past import charts, past_of
from honeyguide.regress.reach import point_views
from honeyguide.regress.summary import Story, Summary
from honeyguide.regress.work import Outcome

POINT = "bus.page_end"
PLAN = [
    Planned(name="pages", feature="f", stage="V1", coverage=(POINT,),
            tests=("layers.MacLayers", "corners.Places", "tests/rtl/memory/test_engines.py")),
    Planned(name="rest", feature="f", stage="V1", coverage=("field.in",), tests=("smoke.Wrong",)),
]  # fmt: skip


def run(folder: Path, name: str, *bins: str) -> Path:
    """What a stored run leaves."""
    place = folder / "runs" / name
    place.mkdir(parents=True)
    content = {"points": {POINT: dict.fromkeys(bins, 1)} if bins else {}, "outside": []}
    (place / FILE).write_text(json.dumps(content), encoding="utf-8")
    return place


def view(folder: Path) -> PointView:
    merged = FunctionalCoverage()
    for path in sorted(folder.glob(f"runs/*/{FILE}")):
        merged.add(path)
    return next(one for one in point_views(merged, folder, PLAN) if one.name == POINT)


def test_a_missed_bin_leads_to_the_plans_tests_and_to_those_that_hit_others(tmp_path: Path) -> None:
    this = tmp_path / "20260102-000000-regress-1"
    run(this, "layers.MacLayers-8x8-3", "read")
    run(this, "layers.MacLayers-4x4-4")
    run(this, "smoke.LoadAndStore-8x8-5")
    found = view(this)
    assert found.missed == [text for text in points()[POINT] if text != "read"]
    assert [(one.test, one.runs, one.sampled, one.bins) for one in found.tests] == [
        ("corners.Places", 0, 0, 0), ("tests/rtl/memory/test_engines.py", 0, 0, 0),
        ("layers.MacLayers", 2, 1, 1),
    ]  # fmt: skip
    assert found.tests[-1].why == "plan: pages; hits other bins of it"
    assert found.tests[0].why == "plan: pages; no stored run"
    assert found.command == "make regress N=20 TESTS=corners.Places,layers.MacLayers"
    assert found.earlier == []


def test_a_bin_that_a_stored_run_hit_has_the_command_for_that_run(tmp_path: Path) -> None:
    this = tmp_path / "20260102-000000-regress-1"
    run(this, "layers.MacLayers-8x8-3", "read")
    run(tmp_path / "20260101-000000-coverage-1", "corners.Places-4x4-77", "write")
    (broken,) = [run(tmp_path / "20260101-000000-coverage-1", "corners.Places-4x4-78")]
    (broken / FILE).write_text("{", encoding="utf-8")
    (earlier,) = view(this).earlier
    assert (earlier.bin, earlier.command) == (
        "write", "make regress N=1 TESTS=corners.Places CONFIG=4x4 SEED=77"
    )  # fmt: skip


def test_a_point_that_was_hit_whole_asks_for_nothing(tmp_path: Path) -> None:
    this = tmp_path / "20260102-000000-regress-1"
    run(this, "layers.MacLayers-8x8-3", *points()[POINT])
    found = view(this)
    assert (found.missed, list(found.tests), found.command) == ([], [], "")
    assert found.percent == 100


def stored(folder: Path, name: str, text: str) -> None:
    (folder / name).mkdir(parents=True)
    (folder / name / "regress.json").write_text(text, encoding="utf-8")
    (folder / name / "regress.html").write_text("page", encoding="utf-8")


def summary(folder: Path) -> Summary:
    outcomes = [
        Outcome(name=f"a-8x8-{n}", status="pass" if n else "fail", message="", seconds=1.0,
                sim_us=1.0, folder="", host="")
        for n in range(4)
    ]  # fmt: skip
    return Summary(runs={}, outcomes=outcomes, seconds=2.0, jobs=1, where="", folder=folder)


def test_the_trend_has_the_stored_regressions_of_the_command_in_order(tmp_path: Path) -> None:
    good = {"outcomes": [{}, {}], "counts": {"pass": 1}, "seconds": 4.0, "commit": "abc",
            "functional": 50.0}  # fmt: skip
    stored(tmp_path, "20260101-000000-regress-10", json.dumps({**good, "functional": None}))
    stored(tmp_path, "20260101-000000-regress-9", json.dumps(good))
    stored(tmp_path, "20260101-000000-coverage-1", json.dumps(good))
    stored(tmp_path, "20260103-000000-regress-1", json.dumps(good))  # began later
    stored(tmp_path, "20260101-000001-regress-1", "{")
    stored(tmp_path, "20260101-000002-regress-1", json.dumps({**good, "outcomes": []}))
    this = tmp_path / "20260102-000000-regress-1"
    this.mkdir()
    found = past_of(summary(this), Story(), this)
    assert [(one.name[16:], one.runs, one.share, one.rate, one.functional) for one in found] == [
        ("regress-9", 2, 50.0, 0.5, 50.0), ("regress-10", 2, 50.0, 0.5, None),
        ("regress-1", 4, 75.0, 2.0, None),
    ]  # fmt: skip
    assert found[0].page == "../20260101-000000-regress-9/regress.html"
    assert found[0].when == "2026-01-01 00:00:00" and found[0].commit == "abc"
    drawn = dict(charts(found))
    assert set(drawn) == {"runs", "passed, %", "functional coverage, %", "runs/s"}
    assert drawn["runs"].count("<title>") == 3 and "2026-01-02 00:00:00: 4" in drawn["runs"]
    assert drawn["functional coverage, %"].count("<title>") == 1, "a gap is no value"


@pytest.mark.parametrize("name", ["failing place", "20260102-000000-regress-1"])
def test_a_regression_that_stands_alone_has_no_trend(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    found = past_of(summary(tmp_path / name), Story(), tmp_path / name)
    assert len(found) == 1 and charts(found) == []
