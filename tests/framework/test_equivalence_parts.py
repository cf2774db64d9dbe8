"""A change is shown to be none with little of the module, or in what is around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from honeyguide.proofs.elaborated import Elaborated
from honeyguide.proofs.equivalence import Files, Question, in_parts
from honeyguide.proofs.modules import has_registers, instances

KEEPER = """module keeper #(
  parameter Width = 1
) (
  input  wire             clk_i,
  input  wire             take_i,
  input  wire [Width-1:0] data_i,
  output reg  [Width-1:0] data_o
);
  always @(posedge clk_i) if (take_i) data_o <= data_i;
endmodule
"""
GATE = """module gate (
  input  wire       open_i,
  input  wire [3:0] data_i,
  output wire [3:0] data_o
);
  assign data_o = data_i;
endmodule
"""
# What the keeper is given matters while it takes; what the gate lets through while it is open.
TOP = """module above (
  input  wire       clk_i,
  input  wire       take_i,
  input  wire [3:0] data_i,
  output wire [3:0] data_o
);
  wire [3:0] given = data_i;
  wire [3:0] kept;
  wire [3:0] through;
  keeper #(.Width ((2) + (2))) u_keeper (
    .clk_i (clk_i), .take_i (take_i), .data_i (given), .data_o (kept)
  );
  gate u_gate (.open_i (take_i), .data_i (kept), .data_o (through));
  assign data_o = take_i ? through : 4'd0;
endmodule
"""
TEXTS = {"above": TOP, "keeper": KEEPER, "gate": GATE}


def files(folder: Path, **changed: str) -> dict[str, Path]:
    """Write the modules, some changed, and return where they are."""
    folder.mkdir()
    for name, text in {**TEXTS, **changed}.items():
        (folder / f"{name}.v").write_text(text)
    return {name: folder / f"{name}.v" for name in TEXTS}


def asked(old: Files, new: Files, folder: Path) -> Question:
    return Question(
        module="above", values={}, old=old, new=new, headers=([], []), folder=folder
    )  # fmt: skip


def test_instances_and_registers(tmp_path: Path) -> None:
    found = files(tmp_path / "old")
    assert instances("above", found) == {"u_keeper": "keeper", "u_gate": "gate"}
    assert has_registers("above", found) and has_registers("keeper", found)
    assert not has_registers("gate", found)


@pytest.mark.parametrize(
    ("text", "shut", "equal"),
    [
        ("data_i & 4'd15", True, True),  # the keeper need not be there
        ("take_i ? data_i : 4'd0", True, False),  # it must,
        ("take_i ? data_i : 4'd0", False, True),  # and then is seen to take nothing else
        ("take_i ? data_i : 4'd0 - data_i", False, True),
        ("take_i ? 4'd0 : data_i", False, False),
    ],
)
def test_a_part_is_put_back_where_it_matters(
    tmp_path: Path, text: str, shut: bool, equal: bool
) -> None:
    old = files(tmp_path / "old")
    new = files(tmp_path / "new", above=TOP.replace("given = data_i", f"given = {text}"))
    closed = ["keeper"] if shut else []
    answer = in_parts(asked(old, new, tmp_path / "work"), closed)
    assert answer.equal is equal, answer
    if not equal:
        assert "u_keeper.data_i" in answer.unlike or not shut


def test_a_part_that_is_changed_itself_is_never_left_out(tmp_path: Path) -> None:
    old = files(tmp_path / "old")
    new = files(tmp_path / "new", keeper=KEEPER.replace("<= data_i", "<= ~data_i"))
    assert not in_parts(asked(old, new, tmp_path / "work")).equal
    same = files(tmp_path / "same", keeper=KEEPER.replace("<= data_i", "<= ~(~data_i)"))
    assert in_parts(asked(old, same, tmp_path / "work")).equal


def test_a_part_is_never_left_out_with_a_change_inside_it(tmp_path: Path) -> None:
    """Its own text is the same."""
    top = TOP.replace(
        "gate u_gate (.open_i (take_i), .data_i (kept), .data_o (through));",
        "assign through = kept;",
    )
    keeper = KEEPER.replace("<= data_i", "<= inside").replace(
        "  always",
        "  wire [Width-1:0] inside;\n"
        "  gate u_gate (.open_i (take_i), .data_i (data_i), .data_o (inside));\n  always",
    )
    old = files(tmp_path / "old", above=top, keeper=keeper)
    other = GATE.replace("= data_i", "= ~data_i")
    new = files(tmp_path / "new", above=top, keeper=keeper, gate=other)
    assert not in_parts(asked(old, new, tmp_path / "work")).equal
    assert in_parts(asked(old, old, tmp_path / "work")).equal


class Known(Elaborated):
    """The modules as they are in the one above."""

    def __init__(self) -> None:
        self.includes = self.former = []
        self.parameters = {"above": [{}], "gate": [{}], "keeper": [{"Width": f"{4:032b}"}]}
        self._proofs, self._memories, self._large = {}, set(), set()


@pytest.mark.parametrize(
    ("text", "equal"), [("open_i ? data_i : 4'd9", True), ("open_i ? 4'd9 : data_i", False)]
)
def test_what_differs_may_be_what_nobody_looks_at(tmp_path: Path, text: str, equal: bool) -> None:
    old = files(tmp_path / "old")
    new = files(tmp_path / "new", gate=GATE.replace("= data_i", f"= {text}"))
    known, work = Known(), tmp_path / "work"
    assert not known.same("gate", old, new, work).equal
    assert known.around("gate", old, new, work).equal is equal
    assert not known.around("above", old, new, work).equal, "nothing is around the top"
