"""The list of broken cores: every patch applies, to the module it names; no module is spared."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from honeyguide.cli import UserError
from honeyguide.faults.faults import Fault, faults_named, load_faults
from honeyguide.faults.patches import PatchError, apply_patch, read_patch
from tb.build import ROOT, rtl_sources
from tb.core import RATEL

FAULTS = load_faults()
NAMED = {
    "requantiser's rounding",
    "padding bound",
    "hazard check",
    "depthwise column select",
    "byte strobe",
    "commit gate",
    "error code",
}
GOOD = """--- a/rtl/ratel_x.v
+++ b/rtl/ratel_x.v
@@ -2,2 +2,2 @@
   wire a;
-  wire b = a + 1;
+  wire b = a;
"""
FILE = "module ratel_x;\n  wire a;\n  wire b = a + 1;\nendmodule\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the core alone."""
    shutil.copytree(ROOT / "rtl", tmp_path / "rtl")
    return tmp_path


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_patch_changes_the_file_of_its_module_only(fault: Fault, checkout: Path) -> None:
    changed = apply_patch(fault.patch, checkout)
    assert [Path(path).stem for path in changed] == [fault.module]
    for source in rtl_sources():
        same = (checkout / source.relative_to(ROOT)).read_text() == source.read_text()
        assert same is (source.stem != fault.module)


def test_every_module_has_a_fault() -> None:
    assert {source.stem for source in rtl_sources()} == {fault.module for fault in FAULTS}


def test_there_are_enough_and_all_that_the_acceptance_names() -> None:
    assert len(FAULTS) >= 40
    assert {fault.named for fault in FAULTS if fault.named} == NAMED


def test_no_two_faults_are_alike() -> None:
    assert len({tuple(read_patch(fault.patch)) for fault in FAULTS}) == len(FAULTS)
    assert len({fault.breaks for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_changes_more_than_comments(fault: Fault) -> None:
    for hunk in read_patch(fault.patch):
        old, new = (
            [line.partition("//")[0].split() for line in text.splitlines()]
            for text in (hunk.old, hunk.new)
        )
        assert old != new


def small(tmp_path: Path, content: str = FILE) -> Path:
    (tmp_path / "rtl").mkdir()
    (tmp_path / "rtl" / "ratel_x.v").write_text(content)
    return tmp_path


def test_a_patch_applies_wherever_its_lines_have_moved(tmp_path: Path) -> None:
    root = small(tmp_path, "// one\n// two\n// three\n" + FILE)
    assert apply_patch(GOOD, root) == ["rtl/ratel_x.v"]
    assert "wire b = a;\n" in (root / "rtl/ratel_x.v").read_text()


@pytest.mark.parametrize(
    ("content", "words"),
    [(FILE.replace("+ 1", "+ 2"), "no longer"), (FILE + FILE, "2 times")],
)
def test_an_outdated_patch_changes_nothing_and_says_so(
    tmp_path: Path, content: str, words: str
) -> None:
    root = small(tmp_path, content)
    with pytest.raises(PatchError, match=words):
        apply_patch(GOOD, root)
    assert (root / "rtl/ratel_x.v").read_text() == content


@pytest.mark.parametrize(
    ("patch", "words"),
    [("", "no hunk"), ("nothing\n", "belongs to no hunk"), (GOOD.replace("_x", "_y"), "not there")],
)
def test_a_bad_patch_is_refused(tmp_path: Path, patch: str, words: str) -> None:
    with pytest.raises(PatchError, match=words):
        apply_patch(patch, small(tmp_path))


def test_a_patch_without_an_entry_is_refused(tmp_path: Path) -> None:
    folder = shutil.copytree(ROOT / RATEL.faults, tmp_path / "faults")
    (folder / "999_lonely.patch").write_text(GOOD)
    with pytest.raises(UserError, match="999_lonely"):
        load_faults(folder)


def test_an_unknown_fault_is_one_sentence() -> None:
    with pytest.raises(UserError, match="no fault is named 'nowhere'"):
        faults_named("nowhere", FAULTS)
    assert [fault.named for fault in faults_named("commit gate", FAULTS)] == ["commit gate"]
