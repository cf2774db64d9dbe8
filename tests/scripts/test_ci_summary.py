"""What a pull request shows of its failures: first difference, command, annotations."""

from __future__ import annotations

import json
import subprocess
import zipfile
from pathlib import Path

import pytest
import yaml

from honeyguide.cli import UserError
from honeyguide.waves.bundle import bundle, publish
from scripts import ci_summary
from scripts.ci_summary import (
    Failed,
    annotation,
    beside_changes,
    changed,
    excerpt,
    failed_tests,
    main,
    place,
)
from tb.build import ROOT
from tests.waves.test_bundle import NAME, SAID, failure

JUNIT = """<testsuites><testsuite name="unit">
<testcase classname="tests.scripts.test_ci_summary" name="test_one[a-b]" time="0.1">
<failure message="AssertionError: byte 7, of 9: differs|so">%s</failure></testcase>
<testcase classname="gone.module" name="test_x"><error message="">text</error></testcase>
<testcase classname="tests.a" name="test_good"/></testsuite></testsuites>"""


def reports(folder: Path, text: str = "") -> Path:
    (folder / "reports").mkdir()
    (folder / "reports" / "junit-unit.xml").write_text(JUNIT % text, encoding="utf-8")
    return folder


def test_a_failure_has_its_place(tmp_path: Path) -> None:
    found = list(failed_tests(reports(tmp_path) / "reports" / "junit-unit.xml"))
    assert [one.name.rpartition(".")[2] for one in found] == ["test_one[a-b]", "test_x"]
    assert found[0].file == "tests/scripts/test_ci_summary.py" and not found[1].file
    assert place("tests.scripts.test_ci_summary", "test_a_failure_has_its_place", "")[1] > 20
    told = "scripts/ci_summary.py:12: AssertionError\nno/such/file.py:3: x"
    assert place("tests.scripts.test_ci_summary", "test_x", told) == ("scripts/ci_summary.py", 12)
    (tmp_path / "bad.xml").write_text("<no", encoding="utf-8")
    assert [one.message for one in failed_tests(tmp_path / "bad.xml")] == [
        "the report can't be read"
    ]


def test_an_annotation_is_one_line_that_github_reads() -> None:
    one = Failed(name="a.b[x,y]", message="100% of\nit: wrong", file="a/b.py", line=7)
    assert annotation(one) == ("::error file=a/b.py,line=7,title=a.b[x%2Cy]::100%25 of%0Ait: wrong")
    assert annotation(Failed(name="a", message="m")).startswith("::error title=a::")


def test_the_summary_has_first_difference_command_and_zip(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done, wanted = failure(tmp_path / "here")
    made, _ = bundle(done, wanted, name=NAME, picture=False)
    publish(made, reports(tmp_path))
    assert main(["--folder", str(tmp_path)]) == 0
    ended = capsys.readouterr()
    assert SAID in ended.out and f"`{NAME}.zip`" in ended.out
    assert "Again: `make waves TEST=layers.MacLayers SEED=7" in ended.out
    assert "2 tests failed" in ended.out and "differs\\|so" in ended.out
    assert ended.err.count("::error ") == 2


def test_nothing_failed_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "reports").mkdir()
    report = tmp_path / "reports" / "junit-unit.xml"
    report.write_text('<testsuite><testcase classname="a" name="b"/></testsuite>')
    assert main(["--folder", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "Everything passed.\n"


def test_nothing_that_ran_is_not_nothing_that_failed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["--folder", str(tmp_path)])
    assert "nothing was judged" in capsys.readouterr().out
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "junit-unit.xml").write_text("<testsuites/>")
    main(["--folder", str(tmp_path)])
    assert "nothing ran" in capsys.readouterr().out


def test_the_workflow_writes_it_when_something_failed() -> None:
    text = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    steps = yaml.load(text, Loader=yaml.BaseLoader)["jobs"]["test"]["steps"]
    (step,) = [one for one in steps if "ci_summary" in one.get("run", "")]
    assert step["if"] == "failure()" and ".venv/bin/python -m scripts.ci_summary" in step["run"]
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
    monkeypatch.setattr(ci_summary, "ROOT", repository(tmp_path / "checkout"))
    changes = changed("HEAD^")
    assert sorted(changes) == [("rtl/compute/b.v", 1), ("rtl/memory/a.v", 3), ("rtl/memory/a.v", 5)]
    done, wanted = failure(tmp_path / "here")
    made, _ = bundle(done, wanted, name=NAME, picture=False)
    told = json.loads(zipfile.ZipFile(made).read(f"{NAME}/difference.json"))
    folder = {"load": "rtl/memory", "array": "rtl/compute"}.get(str(told.get("stage")), "")
    places = {(one.file, one.line) for one in beside_changes([made], changes)}
    assert places == {place for place in changes if place[0].startswith(folder)}
    publish(made, reports(tmp_path))
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
