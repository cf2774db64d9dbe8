"""`make area`: what it makes of Yosys' words, what it refuses, and that protection stays cheap."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from honeyguide.cli import UserError
from scripts.area import SHARED, Area, library_file, line, read
from tb.build import ROOT


def test_an_area_of_cells_and_one_of_transistors() -> None:
    cells = {"design": {"area": 250.5, "sequential_area": 100.0, "num_cells": 3}}
    assert read(cells) == Area(all=250.5, registers=100.0)
    assert read({"design": {"estimated_num_transistors": "1234+"}}).all == 1234
    with pytest.raises(UserError, match="no area"):
        read({"design": {"num_cells": 3}})


def test_a_row_says_how_much_more() -> None:
    plain, more = Area(all=200, registers=50), Area(all=205, registers=51)
    assert line("protected", more, plain) == ["protected", "205", "51", "5", "2.50"]


def test_a_liberty_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="there is no Liberty file"):
        library_file(tmp_path / "none.lib")


@pytest.mark.nightly
@pytest.mark.slow
def test_protection_costs_no_more_than_it_may() -> None:
    if not any(SHARED.glob("*.lib*")):
        pytest.skip("no cell library in ../shared/silicon: transistors say little of cells")
    done = subprocess.run(
        [sys.executable, "-m", "scripts.area"],
        cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "PASS: protection costs" in done.stdout
