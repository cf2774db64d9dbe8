"""`make test` fails when anything in it fails, and when nothing was run."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from honeyguide.cli import UserError
from honeyguide.report.junit import JunitCase, read_junit
from scripts import check
from scripts.runs import stages
from scripts.runs.affected import Affected
from scripts.runs.stages import Stage, StageResult, Verdict
from tests.order import in_order

ROOT = Path(__file__).resolve().parents[2]
PASSING = "def test_good(): pass\n"


@pytest.fixture
def sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small repository in which the stages run."""
    return repository_in(tmp_path, monkeypatch)


def repository_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write one, and let the stages run there."""
    (folder / "conftest.py").write_text(
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from tests import reads\n"
        "def pytest_addoption(parser):\n"
        "    reads.add_options(parser)\n"
        "    for name in ('--seed', '--last', '--first'):\n"
        "        parser.addoption(name)\n"
        "pytest_configure = reads.start\n"
    )
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n  sim: s\n  fuzz: f\n")
    (folder / "stage_module.py").write_text("print('checked')\n")
    (folder / "test_unit.py").write_text(PASSING)
    (folder / "test_sim.py").write_text(f"import pytest\n@pytest.mark.sim\n{PASSING}")
    stages_in(folder, monkeypatch)
    return folder


def stages_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the stages run in a folder."""
    monkeypatch.setattr(stages, "ROOT", folder)
    monkeypatch.setattr(check, "ROOT", folder)
    monkeypatch.setattr(check, "REPORTS", folder / "build" / "reports")
    monkeypatch.setattr(check, "KNOWN", folder / "build" / "known.json")
    monkeypatch.setattr(
        check,
        "STAGES",
        (
            Stage(name="module", about="a command", module=("stage_module",), unread=("test_",)),
            Stage(name="unit", about="tests", marks="not sim"),
            Stage(name="sim", about="tests", marks="sim"),
        ),
    )


def verdicts(sandbox: Path) -> dict[str, str]:
    report = json.loads((sandbox / "build" / "reports" / "test.json").read_text())
    return {stage["name"]: stage["verdict"] for stage in report["stages"]}


def run(*arguments: str) -> int:
    return check.main(["--jobs", "1", *arguments])


def test_all_good(sandbox: Path) -> None:
    assert run() == 0
    assert verdicts(sandbox) == {"module": "pass", "unit": "pass", "sim": "pass"}
    for stage in ("module", "unit", "sim"):
        cases = read_junit(sandbox / "build" / "reports" / f"junit-{stage}.xml")
        assert cases is not None and [case.ended for case in cases] == ["passed"]


def test_a_failing_command_fails_and_the_rest_still_runs(sandbox: Path) -> None:
    (sandbox / "stage_module.py").write_text("raise SystemExit('wrong')\n")
    assert run() == 1
    assert verdicts(sandbox) == {"module": "FAIL", "unit": "pass", "sim": "pass"}
    assert "wrong" in (sandbox / "build" / "reports" / "junit-module.xml").read_text()


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
    report = json.loads((sandbox / "build" / "reports" / "test.json").read_text())
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
    first, second = (command for command in told if "--collect-only" not in command)
    assert not any("--last" in word for word in first)
    assert f"--last={sandbox / 'build' / 'reports' / 'junit-unit.xml'}" in second


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
    assert not (sandbox / "build" / "reports" / "test.json").exists()


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


# ---- what an edit can touch

# Two modules, a table that one of them reads, a page, and files of tests for each.
PARTS = {
    "part_a.py": "from part_c import SIX\nVALUE = SIX\n",
    "part_b.py": "from functools import cache\nfrom pathlib import Path\n"
    "@cache\ndef table():\n    return Path('table.txt').read_text()\n",
    "part_c.py": "SIX = 6\n",
    "table.txt": "six",
    "page.md": "a page",
    "test_a.py": "import part_a\ndef test_a(): assert part_a.VALUE == 6\n",
    "test_b.py": "import part_b\ndef test_b(): assert part_b.table() == 'six'\n",
    "test_c.py": "import part_b\ndef test_again(): assert part_b.table() == 'six'\n",
    "test_page.py": "from pathlib import Path\n"
    "def test_page(): assert len(list(Path().glob('*.md'))) == 1\n"
    "def test_text(): assert Path('page.md').read_text()\n",
    "test_make.py": "import subprocess\n"
    "def test_make(): assert subprocess.run(['true']).returncode == 0\n",
    "rtl/core.v": "module core; endmodule\n",
}


@pytest.fixture(scope="module")
def passed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository whose checks have passed."""
    folder = tmp_path_factory.mktemp("passed")
    with pytest.MonkeyPatch.context() as patch:
        repository_in(folder, patch)
        for name, text in PARTS.items():
            path = folder / name
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
        assert run() == 0
    return folder


@pytest.fixture
def parts(passed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that."""
    folder = tmp_path / "copy"
    shutil.copytree(passed, folder, symlinks=True)
    stages_in(folder, monkeypatch)
    return folder


def known(folder: Path, seed: int = 1) -> Affected:
    return Affected.load(check.KNOWN, folder, settings=f"{seed} False")


def touched(folder: Path, seed: int = 1) -> set[str]:
    """Return the files of tests that an edit can touch, and `module` for the command."""
    now = known(folder, seed)
    found = {
        path.stem
        for path in folder.glob("test_*.py")
        for stage in ["sim" if path.stem == "test_sim" else "unit"]
        if now.touched(stage, path.name, simulates=stage == "sim")
    }
    return found | ({"module"} if now.stage_touched("module", ("test_",)) else set())


@pytest.mark.parametrize(
    ("edited", "expected"),
    [
        ("test_a.py", {"test_a"}),
        ("part_c.py", {"test_a", "module"}),  # two imports away
        ("table.txt", {"test_b", "test_c", "module"}),  # the second has it from the first's cache
        ("page.md", {"test_page", "module"}),
        ("new.md", {"test_page", "module"}),  # it lists the folder
        ("rtl/core.v", {"test_sim", "module"}),
        ("pytest.ini", {"module"}),
        (
            "conftest.py",
            {"module", *(f"test_{one}" for one in ("a", "b", "c", "page", "sim", "unit"))},
        ),
    ],
)
def test_an_edit_touches_what_reads_or_imports_it(
    parts: Path, edited: str, expected: set[str]
) -> None:
    assert touched(parts) == set()
    path = parts / edited
    path.write_text((path.read_text() if path.exists() else "") + "\n `wire`\n")
    # What starts a program of which nobody knows what it reads depends on everything.
    assert touched(parts) == expected | {"test_make"}


def test_a_comment_in_the_core_is_nothing_to_a_simulation(parts: Path) -> None:
    path = parts / "rtl" / "core.v"
    path.write_text(path.read_text() + "// more\n")
    assert "test_sim" not in touched(parts)


def test_another_seed_or_a_lost_file_is_another_run(parts: Path) -> None:
    every = {path.stem for path in parts.glob("test_*.py")}
    assert touched(parts, seed=9) == every | {"module"}
    check.KNOWN.write_text("{")
    assert touched(parts) == every | {"module"}


def test_what_no_edit_touches_is_left_out_and_never_counted_as_passed(
    parts: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("--affected") == 0
    out = capsys.readouterr().out
    assert out.splitlines()[-1].startswith("nothing was run: 9 x left to the full run")
    assert not re.search("^PASS", out, re.MULTILINE)
    (parts / "test_a.py").write_text("def test_a(): pass\ndef test_more(): assert 0\n")
    assert run("--affected") == 1
    out = capsys.readouterr().out
    assert re.search(r"^unit +FAIL +2 +1 +0 ", out, re.MULTILINE)
    assert re.search(r"^sim +left out +0 +0 +0 ", out, re.MULTILINE)
    assert "     7 x left to the full run" in out
    assert re.search(r"^FAIL in \d+ s, 7 checks were not run;", out, re.MULTILINE)
    assert touched(parts) == {"test_a"}  # until it passes
    (parts / "test_a.py").write_text("def test_a(): pass\n")
    assert run("--affected", "--keyword", "not more") == 0  # some tests say nothing of a file
    assert touched(parts) == {"test_a", "test_make"}
    assert run("--affected") == 0
    assert touched(parts) == set()


def test_the_likely_killers_come_first(parts: Path) -> None:
    assert known(parts).edited() == []
    (parts / "part_c.py").write_text("SIX = 6  # as before\n")
    assert known(parts).edited() == ["part_c.py"]
    files = ["test_b.py", "test_a.py"]
    assert known(parts).in_order(files, simulates=False) == ["test_a.py", "test_b.py"]
    tests = [SimpleNamespace(nodeid=f"{name}::test_x") for name in ("z.py", *files, "s.py")]
    order = [test.nodeid for test in in_order(tests, [], ["test_a.py"], [r"^s\.", "b"])]
    assert [name.partition(":")[0] for name in order] == ["s.py", "test_b.py", "test_a.py", "z.py"]
