"""What a pull request's page says of a run: verdict, first differences, commands, annotations."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path

import pytest
import yaml

from honeyguide.cli import UserError
from honeyguide.waves.bundle import bundle, publish
from scripts import summary
from scripts.check import summarise
from scripts.runs.stages import StageResult, Verdict
from scripts.summary import (
    MOST_FAILURES,
    MOST_LINES,
    Failed,
    annotation,
    beside_changes,
    changed,
    excerpt,
    failed_tests,
    main,
    page,
    place,
    read_report,
)
from tb.build import ROOT
from tests.waves.test_bundle import NAME, SAID, failure

JUNIT = """<?xml version="1.0"?><testsuites><testsuite name="s">
<testcase classname="tests.a" name="test_x"><failure message="m">layer 3: first difference
repeat: make waves TEST=a.B SEED=7</failure></testcase>
<testcase classname="tests.a" name="test_y"/>
</testsuite></testsuites>"""


def stage(name: str, verdict: Verdict) -> StageResult:
    return StageResult(name=name, verdict=verdict, seconds=3.0, passed=1, failed=2, skipped=0)


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    folder = tmp_path / "reports"
    folder.mkdir()
    return folder


def said(reports: Path) -> str:
    report = read_report(reports.parent)
    failures = failed_tests(reports.parent, passed=report.get("pass") is True)
    return page(report, failures, [], "")


PLACED = """<testsuites><testsuite name="unit">
<testcase classname="tests.scripts.test_summary" name="test_one[a-b]" time="0.1">
<failure message="AssertionError: byte 7, of 9: differs|so">%s</failure></testcase>
<testcase classname="gone.module" name="test_x"><error message="">text</error></testcase>
<testcase classname="tests.a" name="test_good"/></testsuite></testsuites>"""


def test_a_pass_has_a_verdict_and_its_stages(reports: Path) -> None:
    summarise([stage("lint", Verdict.PASS)], reports)
    text = said(reports)
    assert text.startswith("## PASS in 3 s\n")
    assert "| lint | pass | 1 | 2 | 0 | 3 |" in text
    assert "artefact" not in text


def test_a_failure_has_its_first_lines(reports: Path, capsys: pytest.CaptureFixture[str]) -> None:
    summarise([stage("lint", Verdict.PASS), stage("tests", Verdict.FAIL)], reports)
    capsys.readouterr()
    (reports / "junit-tests.xml").write_text(JUNIT)
    assert main(["--folder", str(reports.parent)]) == 0
    text = capsys.readouterr().out
    assert text.startswith("## FAIL in 6 s\n")
    assert "### tests.a.test_x" in text and "test_y" not in text
    assert "layer 3: first difference\nrepeat: make waves TEST=a.B SEED=7\n```" in text


def test_no_report_is_no_pass(reports: Path) -> None:
    assert said(reports).startswith("## FAIL: make test left no report")
    (reports / "test.json").write_text("{")
    assert "PASS" not in said(reports)
    (reports / "test.json").write_text('{"pass": true}')
    assert "PASS" not in said(reports)
    (reports / "test.json").write_text('{"pass": "yes", "seconds": 1, "stages": []}')
    assert "PASS" not in said(reports)


def test_long_and_many_failures_are_cut_and_counted(reports: Path) -> None:
    case = '<testcase name="t"><failure>{}</failure></testcase>'
    cases = case.format("&#10;".join(["line"] * (MOST_LINES + 5))) * (MOST_FAILURES + 2)
    (reports / "junit-tests.xml").write_text(f"<testsuites>{cases}</testsuites>")
    text = said(reports)
    assert text.count("... 5 lines more") == MOST_FAILURES
    assert "... and 2 failures more" in text


def test_what_was_not_run_is_told_and_nothing_breaks_the_page(reports: Path) -> None:
    report = {"pass": True, "seconds": 1, "stages": [], "not_run": {"a|b\nc": 2}}
    (reports / "test.json").write_text(json.dumps(report))
    (reports / "junit-x.xml").write_text("<broken")
    text = said(reports)
    assert "- 2 x a\\|b c" in text
    assert "### junit-x.xml" in text
    fences = '<testsuites><testcase name="t"><error>```</error></testcase></testsuites>'
    (reports / "junit-x.xml").write_text(fences)
    assert "````\n```\n````" in said(reports)


def test_a_failure_has_its_place(reports: Path) -> None:
    (reports / "junit-unit.xml").write_text(PLACED, encoding="utf-8")
    found = failed_tests(reports.parent)
    assert [one.name.rpartition(".")[2] for one in found] == ["test_one[a-b]", "test_x"]
    assert found[0].file == "tests/scripts/test_summary.py" and not found[1].file
    assert place("tests.scripts.test_summary", "test_a_failure_has_its_place", "")[1] > 20
    told = "scripts/summary.py:12: AssertionError\nno/such/file.py:3: x"
    assert place("tests.scripts.test_summary", "test_x", told) == ("scripts/summary.py", 12)
    (reports / "junit-unit.xml").write_text("<no", encoding="utf-8")
    assert [one.message for one in failed_tests(reports.parent)] == ["this file can't be read"]


def test_an_annotation_is_one_line_that_github_reads() -> None:
    one = Failed(name="a.b[x,y]", message="100% of\nit: wrong", file="a/b.py", line=7)
    assert annotation(one) == ("::error file=a/b.py,line=7,title=a.b[x%2Cy]::100%25 of%0Ait: wrong")
    assert annotation(Failed(name="a", message="m")).startswith("::error title=a::")


def test_the_summary_has_first_difference_command_and_zip(
    tmp_path: Path, reports: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (reports / "junit-unit.xml").write_text(PLACED, encoding="utf-8")
    done, wanted = failure(tmp_path / "here")
    made, _ = bundle(done, wanted, name=NAME, picture=False)
    publish(made, tmp_path)
    assert main(["--folder", str(tmp_path)]) == 0
    ended = capsys.readouterr()
    assert SAID in ended.out and f"`{NAME}.zip`" in ended.out
    assert "Again: `make waves TEST=layers.MacLayers SEED=7" in ended.out
    assert "### tests.scripts.test_summary.test_one[a-b]" in ended.out
    assert ended.err.count("::error ") == 2


def test_nothing_that_ran_is_not_nothing_that_failed(reports: Path) -> None:
    (reports / "junit-unit.xml").write_text("<testsuites/>")
    assert "nothing ran" in said(reports)
    summarise([stage("lint", Verdict.PASS)], reports)
    assert "nothing ran" not in said(reports)


def test_the_workflow_writes_it_whatever_came() -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    steps = yaml.load(text, Loader=yaml.BaseLoader)["jobs"]["test"]["steps"]
    (step,) = [one for one in steps if "make --silent summary" in one.get("run", "")]
    assert step["if"] == "always()"
    assert "--base HEAD^" in step["run"] and steps[0]["with"]["fetch-depth"] == "2"
    (kept,) = [one for one in steps if one.get("id") == "failures"]
    assert steps.index(kept) < steps.index(step), "its address is known when the page is written"
    assert "steps.failures.outputs.artifact-url" in step["env"]["LINK"]


def repository(folder: Path) -> Path:
    """A checkout with a change to two files of the core."""

    def git(*words: str) -> None:
        subprocess.run(["git", "-c", "user.name=x", "-c", "user.email=x@y", *words], cwd=folder,
                       check=True, capture_output=True)  # fmt: skip

    for name in ("memory/a.v", "compute/b.v", "control/c.v"):
        (folder / "rtl" / name).parent.mkdir(parents=True)
        (folder / "rtl" / name).write_text("1\n2\n3\n4\n", encoding="utf-8")
    git("init", "-q")
    git("add", "-A")
    git("commit", "-qm", "one")
    (folder / "rtl" / "memory" / "a.v").write_text("1\n2\nthree\n4\nfive\n", encoding="utf-8")
    (folder / "rtl" / "compute" / "b.v").write_text("2\n3\n4\n", encoding="utf-8")
    git("commit", "-qam", "two")
    return folder


def test_a_first_difference_stands_beside_the_changed_lines_of_its_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "checkout").mkdir()
    (tmp_path / "reports").mkdir()
    monkeypatch.setattr(summary, "ROOT", repository(tmp_path / "checkout"))
    changes = changed("HEAD^")
    assert sorted(changes) == [("rtl/compute/b.v", 1), ("rtl/memory/a.v", 3), ("rtl/memory/a.v", 5)]
    done, wanted = failure(tmp_path / "here")
    made, _ = bundle(done, wanted, name=NAME, picture=False)
    told = json.loads(zipfile.ZipFile(made).read(f"{NAME}/difference.json"))
    folder = {"load": "rtl/memory", "array": "rtl/compute"}.get(str(told.get("stage")), "")
    places = {(one.file, one.line) for one in beside_changes([made], changes)}
    assert places == {place for place in changes if place[0].startswith(folder)}
    publish(made, tmp_path)
    main(["--folder", str(tmp_path), "--base", "HEAD^", "--link", "https://example.org/7"])
    ended = capsys.readouterr()
    assert ended.err.count("::error file=rtl/") == len(places)
    assert "[failures](https://example.org/7)" in ended.out
    with pytest.raises(UserError, match="is no commit here"):
        changed("hello")


def test_the_transcript_around_the_instruction_is_shown(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    lines = ["number ...", *(f"  {number}  1  2  conv" for number in range(40))]
    for index, wanted in ((20, 13), (0, 7), (99, 0), (None, 0)):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("x/transcript.log", "\n".join(lines))
            archive.writestr("x/difference.json", json.dumps({"index": index}))
        shown = excerpt(path)
        assert sum("conv" in line for line in shown) == wanted
        assert not shown or shown[3] == "number ..."
