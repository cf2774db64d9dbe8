"""What a pull request's page says of a run: verdict, failures, and nothing that was not there."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.check import summarise
from scripts.runs.stages import StageResult, Verdict
from scripts.summary import MOST_FAILURES, MOST_LINES, main, summary

JUNIT = """<?xml version="1.0"?><testsuites><testsuite name="s">
<testcase classname="tests.a" name="test_x"><failure message="m">layer 3: first difference
repeat: make waves TEST=a.B SEED=7</failure></testcase>
<testcase classname="tests.a" name="test_y"/>
</testsuite></testsuites>"""


def stage(name: str, verdict: Verdict) -> StageResult:
    return StageResult(name=name, verdict=verdict, seconds=3.0, passed=1, failed=2, skipped=0)


def test_a_pass_has_a_verdict_and_its_stages(tmp_path: Path) -> None:
    summarise([stage("lint", Verdict.PASS)], tmp_path)
    text = summary(tmp_path)
    assert text.startswith("## PASS in 3 s\n")
    assert "| lint | pass | 1 | 2 | 0 | 3 |" in text
    assert "artefact" not in text


def test_a_failure_has_its_first_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    summarise([stage("lint", Verdict.PASS), stage("tests", Verdict.FAIL)], tmp_path)
    capsys.readouterr()
    (tmp_path / "junit-tests.xml").write_text(JUNIT)
    assert main([str(tmp_path)]) == 0
    text = capsys.readouterr().out
    assert text.startswith("## FAIL in 6 s\n")
    assert "### tests.a.test_x" in text and "test_y" not in text
    assert "layer 3: first difference\nrepeat: make waves TEST=a.B SEED=7\n```" in text


def test_no_report_is_no_pass(tmp_path: Path) -> None:
    assert summary(tmp_path).startswith("## FAIL: make test left no report")
    (tmp_path / "test.json").write_text("{")
    assert "PASS" not in summary(tmp_path)
    (tmp_path / "test.json").write_text('{"pass": true}')
    assert "PASS" not in summary(tmp_path)
    (tmp_path / "test.json").write_text('{"pass": "yes", "seconds": 1, "stages": []}')
    assert "PASS" not in summary(tmp_path)


def test_long_and_many_failures_are_cut_and_counted(tmp_path: Path) -> None:
    case = '<testcase name="t"><failure>{}</failure></testcase>'
    cases = case.format("&#10;".join(["line"] * (MOST_LINES + 5))) * (MOST_FAILURES + 2)
    (tmp_path / "junit-tests.xml").write_text(f"<testsuites>{cases}</testsuites>")
    text = summary(tmp_path)
    assert text.count("... 5 lines more") == MOST_FAILURES
    assert "... and 2 failures more" in text


def test_what_was_not_run_is_told_and_nothing_breaks_the_page(tmp_path: Path) -> None:
    report = {"pass": True, "seconds": 1, "stages": [], "not_run": {"a|b\nc": 2}}
    (tmp_path / "test.json").write_text(json.dumps(report))
    (tmp_path / "junit-x.xml").write_text("<broken")
    text = summary(tmp_path)
    assert "- 2 x a\\|b c" in text
    assert "### junit-x.xml" in text
    fences = '<testsuites><testcase name="t"><error>```</error></testcase></testsuites>'
    (tmp_path / "junit-x.xml").write_text(fences)
    assert "````\n```\n````" in summary(tmp_path)
