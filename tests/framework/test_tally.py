"""Counts that runs leave, and their sums."""

from __future__ import annotations

from pathlib import Path

import pytest

from honeyguide.env.tally import add_tallies, leave_tally, tally_lines
from honeyguide.project import variable
from honeyguide.regress.page import html
from honeyguide.regress.summary import Story, Summary


def test_counts_of_runs_add_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, count in (("one", 3), ("two", 4)):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(variable("RESULTS_DIR"), str(tmp_path / name))
        leave_tally({"refused": {"before <1>": count, name: 1}})
    (tmp_path / "none").mkdir()
    sums = add_tallies(tmp_path / name for name in ("one", "two", "none"))
    assert sums == {"refused": {"before <1>": 7, "one": 1, "two": 1}}
    assert tally_lines(sums) == ["refused: 9 (before <1> 7, one 1, two 1)"]
    summary = Summary(runs={}, outcomes=[], seconds=1.0, jobs=1, where="here", folder=tmp_path)
    page = html(summary, Story(tallies=sums))
    assert "before &lt;1&gt;" in page and ">9<" in page
