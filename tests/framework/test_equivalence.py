"""`make equiv` on a small module: a refactoring, a change, and what only holds after reset."""

from __future__ import annotations

from pathlib import Path

import pytest

from honeyguide.cli import UserError
from honeyguide.proofs import equivalence_command as command
from honeyguide.proofs.elaborated import Elaborated
from honeyguide.proofs.equivalence import (
    TIMEOUT_S,
    Answer,
    Files,
    Question,
    run_yosys,
    same,
)
from honeyguide.proofs.equivalence_command import Outcome, Verdict, changed, inherited, ports
from honeyguide.proofs.modules import below, macros, other_macros
from honeyguide.sim import yosys as yosys_module

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
        self.includes = self.former = []
        self.parameters = {"counter": [VALUES]}

    def same(
        self, module: str, old: Files, new: Files, folder: Path, *, timeout_s: float = TIMEOUT_S
    ) -> Answer:
        """Compare it."""
        asked = Question(
            module=module, values=VALUES, old=old, new=new,
            headers=(self.former, self.includes), folder=folder, timeout_s=timeout_s,
        )  # fmt: skip
        return same(asked)


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
    assert Known().bounded("counter", old, new, tmp_path / "work", 12).equal is None


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
    outcome = command.compare("counter", old, new, Known(), tmp_path, 12)
    assert (outcome.verdict, outcome.detail) == (Verdict.PORTS, "port step_i; shown through above")
    del old["counter"]
    assert command.compare("counter", old, new, Known(), tmp_path, 12).verdict is Verdict.NEW


def test_other_parameters_are_said(tmp_path: Path) -> None:
    more = COUNTER.replace("parameter Last = 4", "parameter First = 0,\n  parameter Last = 4")
    old, new = files(tmp_path / "old", COUNTER), files(tmp_path / "new", more)
    outcome = command.compare("counter", old, new, Known(), tmp_path, 12)
    assert (outcome.verdict, outcome.detail) == (
        Verdict.PORTS, "parameter First; shown through above",
    )  # fmt: skip


def test_other_ports_of_the_top_are_not_shown_by_anything(tmp_path: Path) -> None:
    old, new = files(tmp_path / "old", COUNTER), files(tmp_path / "new", COUNTER)
    new["above"].write_text(TOP.replace("input  wire       rst_ni", "input  wire       reset_ni"))
    outcome = command.compare("above", old, new, Known(), tmp_path, 12)
    assert outcome.verdict is Verdict.NOT_SHOWN
    assert outcome.detail == "port reset_ni, rst_ni; nothing is above it"


def test_words_of_comments_are_no_change(tmp_path: Path) -> None:
    old = files(tmp_path / "old", COUNTER)
    new = files(tmp_path / "new", COUNTER.replace("a comment", "as in above"))
    assert changed(old, new) == []
    assert [path.stem for path in below("counter", new)] == ["counter"]


def test_a_macro_that_means_something_else_is_a_change(tmp_path: Path) -> None:
    """Nothing but a header differs: each version is read with its own."""
    text = '`include "last.vh"\n' + COUNTER.replace("count_q == Last", "count_q == `LAST")
    old, new = files(tmp_path / "old", text), files(tmp_path / "new", text)
    headers = []
    for files_of, value in ((old, "3'd4"), (new, "3'd3")):
        header = files_of["counter"].with_name("last.vh")
        header.write_text(f"`define VALUE {value}\n`define LAST `VALUE\n`define SPARE 1\n")
        headers.append(header)
    others = other_macros(macros(headers[:1]), macros(headers[1:]))
    assert others == {"VALUE", "LAST"}
    assert changed(old, new) == []
    assert changed(old, new, others) == ["counter", "above"]
    assert inherited("counter", old, new, [], others) is None
    known = Known()
    known.includes, known.former = [headers[1].parent], [headers[0].parent]
    outcome = command.compare("counter", old, new, known, tmp_path / "work", 12)
    assert outcome.verdict is Verdict.DIFFERS
    known.former = known.includes = [headers[0].parent]
    outcome = command.compare("counter", old, new, known, tmp_path / "work", 12)
    assert outcome.verdict is Verdict.EQUAL


def test_an_unknown_commit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no-such-commit"):
        command.former("no-such-commit", tmp_path)


def test_the_time_of_a_processor_ends_a_question_and_that_of_the_clock_does_not(
    tmp_path: Path,
) -> None:
    loop = "import time\nend = time.monotonic() + {}\nwhile time.monotonic() < end: {}"
    (tmp_path / "busy.py").write_text(loop.format(60, "pass"))
    (tmp_path / "idle.py").write_text(loop.format(1.5, "time.sleep(0.1)"))

    def asked(name: str, monkeypatch: pytest.MonkeyPatch) -> str:
        program = f"exec(open({str(tmp_path / name)!r}).read())"
        monkeypatch.setattr(yosys_module, "PROGRAM", program)
        return run_yosys(["help"], tmp_path, 1.0)

    with pytest.MonkeyPatch.context() as patch:
        assert asked("busy.py", patch) == "time-out"
        assert asked("idle.py", patch) == ""
