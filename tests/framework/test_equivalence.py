"""`make equiv` on a small module: a refactoring, a change, and what only holds after reset."""

from __future__ import annotations

from pathlib import Path

import pytest

from honeyguide.cli import UserError
from honeyguide.proofs import equivalence_command as command
from honeyguide.proofs.equivalence import Answer, Elaborated, Files, bounded, same
from honeyguide.proofs.equivalence_command import Outcome, Verdict, changed, inherited, ports

COUNTER = """module counter #(
  parameter Last = 4
) (
  input  wire       clk_i,
  input  wire       rst_ni,
  input  wire       step_i,
  output wire [2:0] count_o  // a comment, with a comma
);
  reg [2:0] count_q;
  assign count_o = count_q;
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) count_q <= 3'd0;
    else if (step_i) count_q <= (count_q == Last) ? 3'd0 : count_q + 3'd1;
  end
endmodule
"""
TOP = """module above (
  input  wire       clk_i,
  input  wire       rst_ni,
  output wire [2:0] count_o
);
  counter #(.Last (5)) u_counter (
    .clk_i (clk_i), .rst_ni (rst_ni), .step_i (1'b1), .count_o (count_o)
  );
endmodule
"""
VALUES = {"Last": f"{5:032b}"}
VERSIONS = {
    "other words": (
        COUNTER.replace("(count_q == Last) ? 3'd0 : count_q + 3'd1",
                        "(count_q != Last) ? count_q + 3'd1 : 3'd0"),
        Verdict.EQUAL,
    ),
    # 6 and 7 are never reached from 0
    "unreached": (COUNTER.replace("count_q == Last", "count_q >= Last"), Verdict.BOUNDED),
    "changed": (COUNTER.replace("count_q == Last", "count_q == Last - 1"), Verdict.DIFFERS),
    "no reset": (COUNTER.replace("if (!rst_ni) count_q <= 3'd0;", "if (!rst_ni) ;"),
                 Verdict.DIFFERS),
}  # fmt: skip


class Known(Elaborated):
    """The counter as it is in the core above."""

    def __init__(self) -> None:
        self.includes = []
        self.parameters = {"counter": [VALUES]}

    def same(self, module: str, old: Files, new: Files, folder: Path) -> Answer:
        """Compare it."""
        return same(module, VALUES, old, new, [], folder)


def files(folder: Path, counter: str) -> dict[str, Path]:
    """Write a version and return its files."""
    folder.mkdir()
    for name, text in (("counter", counter), ("above", TOP)):
        (folder / f"{name}.v").write_text(text)
    return {name: folder / f"{name}.v" for name in ("counter", "above")}


@pytest.mark.parametrize("what", VERSIONS)
def test_a_version_is_judged(tmp_path: Path, what: str) -> None:
    text, verdict = VERSIONS[what]
    old, new = files(tmp_path / "old", COUNTER), files(tmp_path / "new", text)
    outcome = command.compare("counter", old, new, Known(), tmp_path / "work", 12)
    assert outcome.verdict is verdict
    if verdict is Verdict.DIFFERS:
        assert (tmp_path / "work" / "counter" / "difference.vcd").is_file()


def test_what_can_not_be_read_is_not_shown(tmp_path: Path) -> None:
    old, new = files(tmp_path / "old", COUNTER), files(tmp_path / "new", COUNTER + "endmodule")
    assert not Known().same("counter", old, new, tmp_path / "work").equal
    assert bounded("counter", old, new, Known(), tmp_path / "work", 12).equal is None


def test_what_is_above_a_change_is_compared_after_it(tmp_path: Path) -> None:
    old = files(tmp_path / "old", COUNTER)
    new = files(tmp_path / "new", VERSIONS["other words"][0])
    assert changed(old, new) == ["counter", "above"]
    assert changed(old, old) == []
    below = [Outcome(module="counter", verdict=Verdict.EQUAL)]
    found = inherited("above", old, new, below)
    assert found is not None
    assert found.verdict is Verdict.EQUAL
    below = [Outcome(module="counter", verdict=Verdict.BOUNDED)]
    assert inherited("above", old, new, below) is None


def test_other_ports_are_said(tmp_path: Path) -> None:
    more = COUNTER.replace("input  wire       step_i,", "input  wire [1:0] step_i,")
    old, new = files(tmp_path / "old", COUNTER), files(tmp_path / "new", more)
    assert ports(old["counter"]) != ports(new["counter"])
    assert command.compare("counter", old, new, Known(), tmp_path, 12).verdict is Verdict.PORTS
    del old["counter"]
    assert command.compare("counter", old, new, Known(), tmp_path, 12).verdict is Verdict.NEW


def test_an_unknown_commit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no-such-commit"):
        command.former("no-such-commit", tmp_path)
