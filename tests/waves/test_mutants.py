"""Faults that are chosen at run time: each line becomes a choice between both of its forms."""

from __future__ import annotations

from pathlib import Path

import pytest

from honeyguide.cli import UserError
from honeyguide.faults.patches import read_patch
from scripts.debug.mutants import SELECT, choice, put_in
from scripts.debug.score import PATCHES, SETS, load_table, number_of
from tb.build import ROOT

SEL = f"{SELECT} == 4"


@pytest.mark.parametrize(
    ("old", "new", "mixed"),
    [
        ("  assign a = b && c;", "  assign a = b;", f"  assign a = (({SEL}) ? (b) : (b && c));"),
        ("      q <= d + e;", "      q <= d;", f"      q <= (({SEL}) ? (d) : (d + e));"),
        (
            "  end else if (x && (y > z)) begin", "  end else if (x && (y >= z)) begin",
            f"  end else if (x && ((({SEL}) ? (y >= z) : (y > z)))) begin",
        ),
        ("    .p_i (a <= b),", "    .p_i (a <= b + 1),",
         f"    .p_i ((({SEL}) ? (a <= b + 1) : (a <= b))),"),
        ("    + (s ? wide : 16'd0);", "    + (s ? 16'd1 : 16'd0);",
         f"    + (s ? (({SEL}) ? (16'd1) : (wide)) : 16'd0);"),
        ("  assign a = {b + {c, d},", "  assign a = {b,",
         f"  assign a = {{b + (({SEL}) ? 1'b0 : ({{c, d}})),"),
    ],
)  # fmt: skip
def test_a_line_becomes_a_choice(old: str, new: str, mixed: str) -> None:
    assert choice(old, new, 4) == mixed


def test_what_can_not_be_chosen_is_refused() -> None:
    with pytest.raises(UserError, match="no choice"):
        choice("  reg [3:0] a;", "  reg [4:0] a;", 1)


@pytest.mark.parametrize("name", SETS)
def test_every_fault_of_a_table_can_be_put_in_and_none_changes_more(
    name: str, tmp_path: Path
) -> None:
    for entry in load_table(name):
        if entry.edit is not None:
            hunks = [entry.edit]
        else:
            hunks = read_patch((PATCHES / f"{entry.fault}.patch").read_text(encoding="utf-8"))
        (path,) = {hunk.path for hunk in hunks}
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text((ROOT / path).read_text(encoding="utf-8"), encoding="utf-8")
        put_in(tmp_path, {number_of(entry): hunks})
        before = (ROOT / path).read_text(encoding="utf-8").splitlines()
        after = file.read_text(encoding="utf-8").splitlines()
        changed = [b for a, b in zip(before, after, strict=True) if a != b]
        assert changed
        assert all(f"{SELECT} == {number_of(entry)}" in line for line in changed)
        with pytest.raises(UserError, match="does not apply"):
            put_in(tmp_path, {1: hunks})
