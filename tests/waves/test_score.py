"""Faults of the tables are put into one core, each to be chosen when a simulation starts."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from honeyguide.faults.edits import edits_of
from honeyguide.faults.merge import Numbered, merge
from honeyguide.faults.patches import PatchError
from scripts.debug.score import SETS, hunks_of, load_table, number_of
from tb.build import ROOT
from tests.framework.test_merge import chosen, squeezed


@pytest.mark.parametrize("name", SETS)
def test_all_faults_of_a_table_fit_in_one_core_and_each_is_what_it_says(
    name: str, tmp_path: Path
) -> None:
    edits: dict[str, list[Numbered]] = {}
    wrong: dict[int, tuple[str, str]] = {}  # path and text of its file, by the fault's number
    shutil.copytree(ROOT / "rtl", tmp_path / "rtl")
    for entry in load_table(name):
        number, hunks = number_of(entry), hunks_of(entry)
        (path,) = {hunk.path for hunk in hunks}
        if not (tmp_path / path).exists():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / path, tmp_path / path)
        text = (ROOT / path).read_text(encoding="utf-8")
        for hunk in hunks:
            text = text.replace(hunk.old, hunk.new)
        wrong[number] = path, text
        edits.setdefault(path, []).extend((number, e) for _, e in edits_of(hunks, tmp_path))
    merge(edits, tmp_path)
    for number, (path, text) in wrong.items():
        both = (tmp_path / path).read_text(encoding="utf-8")
        assert squeezed(chosen(both, number)) == squeezed(text), number
        good = (ROOT / path).read_text(encoding="utf-8")
        assert squeezed(chosen(both, 0)) == squeezed(good) != squeezed(text), path


def test_a_patch_that_does_not_apply_is_refused(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "rtl", tmp_path / "rtl")
    hunks = hunks_of(load_table()[0])
    merge({path: [(1, edit)] for path, edit in edits_of(hunks, tmp_path)}, tmp_path)
    with pytest.raises(PatchError, match="does not apply"):
        list(edits_of(hunks, tmp_path))
