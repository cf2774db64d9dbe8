"""The benchmark of the way from an edit to a verdict: its edits fit, its figures are read right."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from golden.config import load_config
from honeyguide.cli import UserError
from honeyguide.sim.mistakes import find_mistakes
from honeyguide.sim.sources import code_of, hdl_files
from scripts.reports.loop import draw_loop
from scripts.runs.loop import EDITS, Edit, LoopFigure, apply, command_times, entries, run_times
from tb.build import ROOT, core_design

FIGURE = LoopFigure(
    edit="port", first_smoke=2.0, smoke=3.0, sim=8.0, verilator=1.0, compile=2.0, link=0.1,
    start=0.5, simulate=0.4, passed=True,
)  # fmt: skip


@pytest.fixture
def rtl(tmp_path: Path) -> Path:
    return Path(shutil.copytree(ROOT / "rtl", tmp_path / "rtl"))


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.name)
def test_an_edit_fits_and_elaborates(edit: Edit, rtl: Path) -> None:
    before = [code_of(path) for path in hdl_files(rtl)]
    apply(edit, rtl, 7)
    changed = [code_of(path) for path in hdl_files(rtl)] != before
    assert changed == (edit.name not in {"none", "comment"})
    found = find_mistakes(core_design(rtl), load_config(None).verilog_parameters())
    assert not [one for one in found if one.fatal or one.refused]


def test_an_edit_that_no_longer_fits_is_a_sentence(rtl: Path) -> None:
    edit = replace(EDITS[-1], changes=[("control/ratel_check.v", "no such text", "x")])
    with pytest.raises(UserError, match=r"no longer fits rtl/control/ratel_check\.v"):
        apply(edit, rtl, 7)


def test_times_are_read_from_logs(tmp_path: Path) -> None:
    log = "$ verilator\n$ g++ -c a.cpp\nnote\n# 1.50 s\n$ g++ -x c++-header a.h\n# 2.00 s\n"
    assert command_times([log, "$ verilator\n$ g++ a.o -o a\n# 0.25 s\n"]) == (3.5, 0.25)
    for folder in ("smoke", "images"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "results.xml").write_text('<a><testcase time="0.5"/></a>')
    assert list(run_times(tmp_path)) == [0.5]


def test_ratios_and_a_picture(tmp_path: Path) -> None:
    assert entries([FIGURE], 4.0)[0]["of_plain_build"] == {
        "first_smoke": 0.5, "smoke": 0.75, "sim": 2.0,
    }  # fmt: skip
    draw_loop(tmp_path / "loop.png", [FIGURE], 4.0)
    assert (tmp_path / "loop.png").stat().st_size > 1000
