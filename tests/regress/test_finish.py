"""What follows a regression: whether failures are explained, and cycles against the baseline."""

from __future__ import annotations

from pathlib import Path

import pytest

from honeyguide.cli import UserError
from honeyguide.regress import finish as ending
from honeyguide.regress.explain import Explained
from honeyguide.regress.finish import explaining, finish
from honeyguide.regress.suite import Entry, Run, waves_command
from honeyguide.regress.summary import Summary
from honeyguide.regress.work import Outcome
from scripts.reports.trends import trends_part
from scripts.runs.cycles import (
    BASELINE,
    Figure,
    change_text,
    load_baseline,
    save_baseline,
    trends,
)
from sw.kernels import KERNELS

OLD = [
    Figure(name="a", cycles=100, utilisation=0.5),
    Figure(name="b", cycles=200, utilisation=0.25),
]


def summary(status: str, folder: Path) -> Summary:
    run = Run(entry=Entry(name="layers.AnyLayers", timeout_s=9.0), config="8x8", seed=5)
    outcome = Outcome(name=run.name, status=status, message="m", seconds=1.0, sim_us=1.0,
                      folder=str(folder), host="here")  # fmt: skip
    return Summary(runs={run.name: run}, outcomes=[outcome], seconds=1.0, jobs=1, where="here")


def test_failures_are_explained_unless_somebody_says_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RATEL_EXPLAIN", raising=False)
    assert explaining(True)
    assert not explaining(False)
    monkeypatch.setenv("RATEL_EXPLAIN", "0")
    assert not explaining(True)


@pytest.mark.parametrize(
    ("status", "explain", "asked"), [("fail", True, 1), ("fail", False, 0), ("pass", True, 0)]
)
def test_only_failures_are_repeated_and_the_reports_tell_it(
    status: str, explain: bool, asked: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Path] = []

    def pretend(given: Summary, folder: Path) -> dict[str, Explained]:
        calls.append(folder)
        return {name: Explained(headline="stage load") for name in given.runs}

    monkeypatch.setattr(ending, "explain_failures", pretend)
    finish(summary(status, tmp_path), tmp_path, explain=explain)
    assert len(calls) == asked
    for name in ("regress.html", "regress.json"):
        assert ("stage load" in (tmp_path / name).read_text(encoding="utf-8")) == bool(asked)
    assert "Test plan" in (tmp_path / "regress.html").read_text(encoding="utf-8")


def test_the_command_for_waves_has_the_variables_and_the_speed_of_the_run() -> None:
    entry = Entry(name="layers.AnyLayers@pin", speed="pin", timeout_s=9.0, env={"N": "3"})
    assert waves_command(Run(entry=entry, config="4x4", seed=7)) == (
        "make waves TEST=layers.AnyLayers SEED=7 CONFIG=4x4 ARGS='--speed pin --env N=3'"
    )


def test_a_figure_is_compared_with_its_baseline(tmp_path: Path) -> None:
    path = tmp_path / "cycles.json"
    assert load_baseline("8x8", path) == []
    save_baseline("8x8", OLD, path)
    save_baseline("4x4", OLD[:1], path)
    assert load_baseline("8x8", path) == OLD
    now = [Figure(name="b", cycles=210, utilisation=0.2), Figure(name="c", cycles=1, utilisation=1)]
    found = trends(now, load_baseline("8x8", path))
    assert [(trend.name, change_text(trend)) for trend in found] == [
        ("b", "+5.00%"), ("c", "no baseline"), ("a", "not measured")
    ]  # fmt: skip
    assert [change_text(trend) for trend in trends(OLD, OLD)] == ["0", "0"]
    text = trends_part("8x8", found, ["a <broke>"])
    assert "<span class='bad'>+5.00%" in text and "a &lt;broke&gt;" in text
    path.write_text('{"8x8": {"a": 3}}', encoding="utf-8")
    with pytest.raises(UserError, match="can't be read"):
        load_baseline("8x8", path)


@pytest.mark.parametrize("config", ["8x8", "4x4", "16x16"])
def test_the_stored_baseline_names_kernels_that_exist(config: str) -> None:
    known = {kernel.name for kernel in KERNELS} | {"mnist"}
    stored = {figure.name for figure in load_baseline(config, BASELINE)}
    assert stored and stored <= known
