"""`make test` fails when anything in it fails, and when nothing was run."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from honeyguide.cli import UserError
from honeyguide.report.junit import JunitCase, read_junit
from scripts import check
from scripts.runs import stages
from scripts.runs.stages import Stage, StageResult, Verdict
from tests.order import in_order

ROOT = Path(__file__).resolve().parents[2]
PASSING = "def test_good(): pass\n"


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small repository in which the stages run."""
    (tmp_path / "conftest.py").write_text(
        "def pytest_addoption(parser):\n"
        "    parser.addoption('--seed', type=int)\n"
        "    parser.addoption('--last')\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers =\n  sim: s\n  fuzz: f\n")
    monkeypatch.setattr(stages, "ROOT", tmp_path)
    monkeypatch.setattr(check, "REPORTS", tmp_path / "reports")
    monkeypatch.setattr(
        check,
        "STAGES",
        (
            Stage(name="module", about="a command", module=("stage_module",)),
            Stage(name="unit", about="tests", marks="not sim"),
            Stage(name="sim", about="tests", marks="sim"),
        ),
    )
    (tmp_path / "stage_module.py").write_text("print('checked')\n")
    (tmp_path / "test_unit.py").write_text(PASSING)
    (tmp_path / "test_sim.py").write_text(f"import pytest\n@pytest.mark.sim\n{PASSING}")
    return tmp_path


def verdicts(sandbox: Path) -> dict[str, str]:
    report = json.loads((sandbox / "reports" / "test.json").read_text())
    return {stage["name"]: stage["verdict"] for stage in report["stages"]}


def run(*arguments: str) -> int:
    return check.main(["--jobs", "1", *arguments])


def test_all_good(sandbox: Path) -> None:
    assert run() == 0
    assert verdicts(sandbox) == {"module": "pass", "unit": "pass", "sim": "pass"}
    for stage in ("module", "unit", "sim"):
        cases = read_junit(sandbox / "reports" / f"junit-{stage}.xml")
        assert cases is not None and [case.ended for case in cases] == ["passed"]


def test_a_failing_command_fails_and_the_rest_still_runs(sandbox: Path) -> None:
    (sandbox / "stage_module.py").write_text("raise SystemExit('wrong')\n")
    assert run() == 1
    assert verdicts(sandbox) == {"module": "FAIL", "unit": "pass", "sim": "pass"}
    assert "wrong" in (sandbox / "reports" / "junit-module.xml").read_text()


def test_a_failing_test_fails(sandbox: Path) -> None:
    (sandbox / "test_sim.py").write_text(
        "import pytest\n@pytest.mark.sim\ndef test_bad(): assert 0\n"
    )
    assert run() == 1
    assert verdicts(sandbox)["sim"] == "FAIL"


def test_a_broken_test_file_fails(sandbox: Path) -> None:
    (sandbox / "test_unit.py").write_text("import no_such_module\n")
    assert run() == 1
    assert verdicts(sandbox)["unit"] == "FAIL"


def test_a_stage_without_tests_fails(sandbox: Path) -> None:
    (sandbox / "test_sim.py").unlink()
    assert run() == 1
    assert verdicts(sandbox)["sim"] == "FAIL"


def test_a_stage_of_skipped_tests_fails(sandbox: Path) -> None:
    (sandbox / "test_sim.py").write_text(
        f"import pytest\n@pytest.mark.sim\n@pytest.mark.skip\n{PASSING}"
    )
    assert run() == 1
    assert verdicts(sandbox)["sim"] == "FAIL"


def test_the_verdict_says_what_was_not_judged(
    sandbox: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    why = "iverilog is not installed (Debian: apt install iverilog)"
    (sandbox / "test_sim.py").write_text(
        f"import pytest\npytestmark = pytest.mark.sim\n{PASSING}"
        f"@pytest.mark.skip(reason={why!r})\ndef test_a(): pass\n"
        f"@pytest.mark.skip(reason={why!r})\ndef test_b(): pass\n"
    )
    (sandbox / "stage_module.py").write_text(f"print('  icarus         left out: {why}')\n")
    assert run() == 0
    out = capsys.readouterr().out
    assert f"     2 x {why}" in out
    assert f"     1 x icarus: {why}" in out
    assert re.search(r"^PASS in \d+ s, 3 checks were not run;", out, re.MULTILINE)
    report = json.loads((sandbox / "reports" / "test.json").read_text())
    assert report["not_run"] == {why: 2, f"icarus: {why}": 1}


def test_nothing_left_out_is_a_plain_pass(
    sandbox: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run() == 0
    assert re.search(r"^PASS in \d+ s;", capsys.readouterr().out, re.MULTILINE)


def test_the_report_of_the_last_run_is_told_to_the_next(
    sandbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[list[str]] = []
    real = subprocess.run

    def noted(command: list[str], **more: Any) -> subprocess.CompletedProcess[bytes]:
        told.append(command)
        return real(command, **more)

    monkeypatch.setattr(subprocess, "run", noted)
    for _ in range(2):
        assert run("--only", "unit") == 0
    assert not any("--last" in word for word in told[0])
    assert f"--last={sandbox / 'reports' / 'junit-unit.xml'}" in told[1]


def test_what_failed_comes_first_and_long_files_before_short_ones() -> None:
    def case(name: str, seconds: float, ended: str = "passed") -> JunitCase:
        classname, _, test = name.rpartition(".")
        return JunitCase(
            classname=classname, name=test, ended=ended, message="", text="", seconds=seconds
        )

    ids = [
        "tests/a/test_new.py::test_one", "tests/a/test_short.py::test_one",
        "tests/a/test_short.py::test_two", "tests/b/test_long.py::test_one",
        "tests/b/test_bad.py::test_good", "tests/b/test_bad.py::TestMore::test_bad[x.y-1]",
        "tests/c/test_new.py::test_one",
    ]  # fmt: skip
    last = [
        case("tests.a.test_short.test_one", 1), case("tests.a.test_short.test_two", 2),
        case("tests.b.test_long.test_one", 9), case("tests.b.test_bad.test_good", 0.1),
        JunitCase(
            classname="tests.b.test_bad.TestMore", name="test_bad[x.y-1]", ended="error",
            message="", text="", seconds=0.1,
        ),
    ]  # fmt: skip
    tests = [SimpleNamespace(nodeid=name) for name in ids]
    order = [ids.index(test.nodeid) for test in in_order(tests, last)]
    assert order == [5, 4, 3, 1, 2, 0, 6]
    assert in_order(tests, []) == tests


def test_a_keyword_leaves_the_rest_out(sandbox: Path) -> None:
    assert run("--keyword", "test_unit") == 0
    assert verdicts(sandbox) == {"unit": "pass", "sim": "left out"}


def test_a_keyword_that_matches_nothing(sandbox: Path) -> None:
    with pytest.raises(UserError, match="no test matches 'nowhere'"):
        run("--keyword", "nowhere")
    assert not (sandbox / "reports" / "test.json").exists()


def test_an_unknown_stage() -> None:
    with pytest.raises(UserError, match="unknown stage 'nope'; there are lint"):
        check.chosen(["nope"], keyword=None)


def test_a_keyword_for_a_stage_without_tests() -> None:
    with pytest.raises(UserError, match="no chosen stage has tests"):
        check.chosen(["lint"], keyword="x")


def test_one_bad_stage_is_a_bad_exit(sandbox: Path) -> None:
    good = StageResult(name="a", verdict=Verdict.PASS, seconds=1.0)
    bad = StageResult(name="b", verdict=Verdict.FAIL, seconds=1.0)
    assert check.summarise([good, good], sandbox) == 0
    assert check.summarise([good, bad], sandbox) == 1
    assert sandbox.is_dir()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["test", "SEED=x"], "'x' is not a seed"),
        (["test", "K=no_test_has_this_name", "ARGS=--only unit"], "no test matches"),
        (["lint", "ARGS=--only nope"], "unknown step 'nope'"),
        (["lint", "ARGS=--config 3x3"], "unknown configuration '3x3'; there are"),
    ],
)
def test_a_wrong_variable_is_one_sentence(words: list[str], sentence: str) -> None:
    done = subprocess.run(
        ["make", "--no-print-directory", "-C", str(ROOT), *words],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    said = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert done.returncode != 0
    assert len(said) == 1
    assert sentence in said[0]


def test_help_names_every_target() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M)
    shown = subprocess.run(
        ["make", "-C", str(ROOT)], capture_output=True, text=True, check=True
    ).stdout
    assert len(targets) > 20
    for target in targets:
        assert f"make {target} " in shown
