"""The self-test itself: what it calls caught, and what makes it fail. No simulation: tests are
pretended, so that this takes no time.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from honeyguide.cli import UserError
from honeyguide.faults import order, tests
from honeyguide.faults.benches import judge
from honeyguide.faults.campaign import Control, Outcome, campaign, check_patches
from honeyguide.faults.faults import Fault, load_faults
from honeyguide.faults.patches import apply_patch
from honeyguide.faults.report import outcome_table, write_json
from honeyguide.faults.tests import BrokenRunError, Case, Failure, failure_in, read_cases
from honeyguide.faults.tree import Tree
from honeyguide.report.files import Results
from honeyguide.runs import own_place
from honeyguide.sim.workers import threads
from tb.build import ROOT
from tb.core import FAULT_TESTS

IDS = ["tests/sim/test_features.py::test_tile_level[smoke-LoadAndStore]", "tests/sim/x.py::test_b"]
HARMLESS = """--- a/rtl/control/ratel_blocks.v
+++ b/rtl/control/ratel_blocks.v
@@ -1 +1 @@
-// Blocks of Cols channels that C channels occupy, and the channels in the last one.
+// Blocks of Cols channels which C channels occupy, and the channels in the last one.
"""


class CopyOfCore:
    """A tree that holds the core alone."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.reset()

    def reset(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        shutil.copytree(ROOT / "rtl", self.root / "rtl")


def code(root: Path) -> dict[str, list[str]]:
    """Return the core's code without comments."""
    return {
        str(path.relative_to(root)): [
            line.partition("//")[0].strip() for line in path.read_text().splitlines()
        ]
        for path in sorted((root / "rtl").rglob("*.v"))
    }


class Pretended:
    """A station whose test fails on a core whose code differs from the good one's."""

    def __init__(self, root: Path, *, built: bool = True, good_fails: bool = False) -> None:
        self.tree = CopyOfCore(root)
        self.built = built
        self.good_fails = good_fails
        self.asked: list[str] = []

    def failure(self) -> Failure:
        return Failure(test=IDS[1], message="expected 1, got 2", built=self.built, passed=1)

    def broken(self, fault: Fault) -> Failure | None:
        self.tree.reset()
        apply_patch(fault.patch, self.tree.root)
        return None if code(self.tree.root) == code(ROOT) else self.failure()

    def good(self, test: str) -> Failure | None:
        self.asked.append(test)
        return self.failure() if self.good_fails else None


def harmless() -> Fault:
    return Fault(name="x", module="ratel_blocks", kind="none", breaks="nothing", patch=HARMLESS)


def outcomes_of(faults: list[Fault], *stations: Pretended) -> list[Outcome]:
    return list(campaign(faults, stations=stations, control=Control()))


def test_a_harmless_patch_is_reported_as_not_caught(tmp_path: Path) -> None:
    (outcome,) = outcomes_of([harmless()], Pretended(tmp_path / "core"))
    assert not outcome.caught
    assert "NOT CAUGHT" in outcome_table([outcome])
    results = Results(command="selftest", folder=tmp_path / "build")
    results.start()
    path = write_json(results, [outcome], benches=None, controls=[], tests=2, seconds=1.0)
    assert '"pass": false' in path.read_text()
    assert '"caught": 0' in path.read_text()


def test_faults_are_caught_on_any_number_of_stations(tmp_path: Path) -> None:
    faults = load_faults()[:6]
    stations = [Pretended(tmp_path / name) for name in ("one", "two")]
    outcomes = outcomes_of([*faults, harmless()], *stations)
    assert {outcome.fault.name for outcome in outcomes if outcome.caught} == {
        fault.name for fault in faults
    }
    assert all(o.failure.message == "expected 1, got 2" for o in outcomes if o.failure)


def test_a_core_that_does_not_build_is_not_caught(tmp_path: Path) -> None:
    (outcome,) = outcomes_of(load_faults()[:1], Pretended(tmp_path / "core", built=False))
    assert not outcome.caught
    assert "NOT BUILT" in outcome_table([outcome])


def test_a_catch_by_a_test_that_the_good_core_fails_ends_the_run(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"without a fault fails .*expected 1, got 2"):
        outcomes_of(load_faults()[:2], Pretended(tmp_path / "core", good_fails=True))


def test_the_good_core_is_asked_once_for_each_test(tmp_path: Path) -> None:
    station, control = Pretended(tmp_path / "core"), Control()
    for test in (IDS[0], IDS[0], "other"):
        control.demand(station, test)
    assert station.asked == control.passed == [IDS[0], "other"]


def test_an_outdated_patch_is_named_before_anything_runs(tmp_path: Path) -> None:
    old = Fault(
        name="123_old", module="ratel_blocks", kind="none", breaks="nothing",
        patch=HARMLESS.replace("-// Blocks", "-// Groups"),
    )  # fmt: skip
    with pytest.raises(UserError, match=r"123_old\.patch changes lines .* no longer"):
        check_patches([harmless(), old], CopyOfCore(tmp_path / "tree"))


@pytest.mark.parametrize("part", FAULT_TESTS.by_part)
def test_each_part_begins_with_the_smoke_test_and_leaves_none_out(part: str) -> None:
    ids = [*reversed(IDS), "tests/sim/test_layers.py::test_mac_layers[16x4-0]"]
    chosen = order.ordered(ids, part)
    assert chosen[0] == IDS[0]
    assert sorted(chosen) == sorted(ids)


def test_every_folder_of_the_core_has_an_order() -> None:
    folders = {path.parent.name for path in (ROOT / "rtl").rglob("*.v")}
    assert folders == set(FAULT_TESTS.by_part)


def test_what_edits_the_core_is_no_test_of_a_broken_core() -> None:
    """Its edit does not fit where all faults lie in one core, so that the good core would fail."""
    found = 0
    for path in [path for part in FAULT_TESTS.folders for path in (ROOT / part).rglob("test_*.py")]:
        if re.search(FAULT_TESTS.left_out, path.relative_to(ROOT).as_posix()):
            continue
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            if not isinstance(node, ast.FunctionDef) or not node.name.startswith("test_"):
                continue
            source = ast.get_source_segment(text, node) or ""
            if ".replace(" not in source or ".write_text(" not in source:
                continue
            marks = {ast.unparse(mark) for mark in node.decorator_list}
            assert "pytest.mark.breaks_core" in marks, f"{path}: {node.name}"
            found += 1
    assert found >= 3
    assert "not breaks_core" in order.MARKS


def junit(path: Path, *messages: str) -> Path:
    suite = ElementTree.Element("testsuite")
    for number, message in enumerate(messages):
        case = ElementTree.SubElement(
            suite, "testcase", classname="tests.sim.test_x", name=f"test_broken_bench[{number}]"
        )
        if message == "skip":
            ElementTree.SubElement(case, "skipped")
        elif message:
            ElementTree.SubElement(case, "failure", message=message)
    ElementTree.ElementTree(suite).write(path)
    return path


def test_the_first_failure_is_read_with_its_first_difference(tmp_path: Path) -> None:
    said = (
        "AssertionError: fail: tb.tests.x.Y: byte 3: expected 7, got 6 (seed 1, /a/log.txt)\nmore"
    )
    failure = failure_in(read_cases(junit(tmp_path / "x.xml", "", "skip", said)))
    assert failure == Failure(
        test="tests/sim/test_x.py::test_broken_bench[2]",
        message="byte 3: expected 7, got 6", built=True, passed=1,
    )  # fmt: skip
    unbuilt = "honeyguide.sim.errors.HdlError: building ratel_tb failed: %Error"
    failure = failure_in(read_cases(junit(tmp_path / "y.xml", unbuilt)))
    assert failure is not None
    assert not failure.built


@pytest.mark.parametrize("messages", [(), ("skip", "skip")])
def test_nothing_that_ran_is_no_verdict(tmp_path: Path, messages: tuple[str, ...]) -> None:
    with pytest.raises(BrokenRunError, match="no test ran"):
        read_cases(junit(tmp_path / "x.xml", *messages))
    with pytest.raises(BrokenRunError, match="no results"):
        read_cases(tmp_path / "nowhere.xml")


def test_broken_benches_are_counted_and_one_that_passes_is_named() -> None:
    wanted = FAULT_TESTS.broken_wanted
    case = [Case(test=f"f.py::test_broken_bench[{i}]", failed=False) for i in range(wanted)]
    good = Case(test="f.py::test_the_unbroken_bench_passes", failed=False)
    assert judge([good, *case]).good
    assert len(judge([good, *case]).caught) == wanted
    assert not judge([good, *case[1:]]).good
    passes = Case(test="f.py::test_broken_bench[Deaf]", failed=True, message="ended with pass")
    assert not judge([*case, passes]).good
    assert "Deaf" in str(judge([*case, passes]))


def test_two_self_tests_do_not_meet(tmp_path: Path) -> None:
    place = tmp_path / "selftest"
    with own_place(place) as first, own_place(place) as second, own_place(place) as third:
        names = [path.name for path in (first, second, third)]
    assert names == ["selftest", "selftest-2", "selftest-3"]
    with own_place(place) as again:
        assert again == first, "what was built there is of use again"


def test_only_a_check_that_fell_is_a_catch(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    late = "no end after 300 s; log: x"
    answers: list[list[Case]] = []
    asked: list[list[str]] = []

    def run(tree: object, words: Sequence[str], *, seed: int) -> list[Case]:
        asked.append(list(words))
        return answers.pop(0)

    def case(test: str, message: str = "") -> Case:
        return Case(test=test, failed=bool(message), message=message, named=message != late)

    monkeypatch.setattr(tests, "run_all", run)
    answers[:] = [[case("a"), case("b", late)], [case("b")], [case("c", "byte 3")]]
    failure = tests.first_failure(None, ["a", "b", "c"])  # type: ignore[arg-type]
    assert failure == Failure(test="c", message="byte 3", built=True, passed=2)
    assert asked == [["-x", "a", "b", "c"], ["b"], ["-x", "c"]]
    answers[:] = [[case("a", late)], [case("a", late)], [case("b", "byte 3")]]
    failure = tests.first_failure(None, ["a", "b"])  # type: ignore[arg-type]
    assert failure == Failure(test="b", message="byte 3", built=True, passed=0)
    assert "a is no catch, no check fell: no end after 300 s" in caplog.text
    answers[:] = [[case("a", late)], [case("a", "byte 3")]]
    failure = tests.first_failure(None, ["a"])  # type: ignore[arg-type]
    assert failure == Failure(test="a", message="byte 3", built=True, passed=0)
    answers[:] = [[case("a", late)], [case("a", late)]]
    assert tests.first_failure(None, ["a"]) is None  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "message", "named"),
    [
        ("failure", "AssertionError: fail: smoke.X: byte 3: expected 7, got 6 (seed 1, /l)", True),
        ("failure", "assert 3 == 4", True),
        ("failure", "AssertionError: crash: smoke.X: the simulator ended", True),
        ("failure", "honeyguide.sim.errors.HdlError: building ratel_tb failed: %Error", True),
        ("failure", "AssertionError: timeout: no end after 300 s; log: x", False),
        ("failure", "AssertionError: fail: smoke.X: TypeError: 'int' is not", False),
        ("failure", "FileNotFoundError: [Errno 2] No such file: 'x'", False),
        ("error", 'failed on setup with "OSError: [Errno 28] No space left"', False),
        ("error", 'failed on setup with "HdlError: building ratel_tb failed: %Error"', True),
    ],
)
def test_what_a_check_that_fell_is(kind: str, message: str, named: bool, tmp_path: Path) -> None:
    suite = ElementTree.Element("testsuite")
    case = ElementTree.SubElement(suite, "testcase", classname="tests.sim.test_x", name="y")
    ElementTree.SubElement(case, kind, message=message)
    ElementTree.ElementTree(suite).write(tmp_path / "x.xml")
    (found,) = read_cases(tmp_path / "x.xml")
    assert found.failed
    assert found.named == named


def test_a_copy_has_what_the_tests_of_the_selection_read(tmp_path: Path) -> None:
    root = Tree("copy", folder=tmp_path).root
    wanted = [*ROOT.glob("requirements*.txt"), *(ROOT / name for name in FAULT_TESTS.copied)]
    assert len(wanted) > len(FAULT_TESTS.copied) + 3
    missing = [path.name for path in wanted if not (root / path.name).exists()]
    assert not missing, "tests that need them fail on every core, and so catch nothing"


def test_tests_of_a_broken_core_end_with_the_campaign(tmp_path: Path) -> None:
    (tmp_path / "test_long.py").write_text(
        "import os, pathlib, time\n"
        "def test_long():\n"
        "    pathlib.Path('new').write_text(str(os.getpid()))\n"
        "    os.rename('new', 'pid')\n"
        "    time.sleep(600)\n"
    )
    (tmp_path / "conftest.py").write_text(
        "def pytest_addoption(parser): parser.addoption('--seed')\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    tree = CopyOfCore(tmp_path / "core")
    tree.root = tmp_path
    deadline = time.monotonic() + 100
    with pytest.raises(KeyboardInterrupt), threads(1) as pool:
        pool.submit(tests.run_all, tree, ["test_long.py"])  # type: ignore[arg-type]
        while not (tmp_path / "pid").exists() and time.monotonic() < deadline:
            time.sleep(0.1)
        raise KeyboardInterrupt
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


def test_pools_are_made_in_one_place_which_ends_what_they_wait_for() -> None:
    makers = [
        path.relative_to(ROOT).as_posix()
        for folder in ("tb", "scripts")
        for path in (ROOT / folder).rglob("*.py")
        if "PoolExecutor(" in path.read_text(encoding="utf-8")
    ]
    assert sorted(makers) == ["tb/honeyguide/regress/local.py", "tb/honeyguide/sim/workers.py"]
