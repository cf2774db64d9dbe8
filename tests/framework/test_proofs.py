"""The proofs' driver on a small module: what holds, what does not, and what could not fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from honeyguide.project import ROOT
from honeyguide.proofs.campaign import Result, jobs_of, report, run_all
from honeyguide.proofs.table import TableError, load
from honeyguide.proofs.task import Sources

MACROS = ROOT / "tb" / "honeyguide" / "hdl" / "rules.svh"
MODULE = """module demo_counter (
  input  wire       clk_i,
  input  wire       rst_ni,
  input  wire       step_i,
  output wire [2:0] count_o
);
  reg [2:0] count_q;
  assign count_o = count_q;
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) count_q <= 3'd0;
    else if (step_i) count_q <= (count_q == 3'd4) ? 3'd0 : count_q + 3'd1;
  end
endmodule
"""
RULES = """`include "rules.svh"

module demo_counter_rules (
  input wire       clk_i,
  input wire       rst_ni,
  input wire       step_i,
  input wire [2:0] count_q
);
  `STARTS_IN_RESET
  `RULE(in_bounds, count_q <= 3'd4)
  `RULE_NEXT(waits, !step_i, count_q == $past(count_q))
  RULES_TO_TRY
endmodule
"""
TABLE = """
[[proof]]
module = "demo_counter"
depth = 2
[[proof.fault]]
change = ["count_q == 3'd4", "count_q == 3'd5"]
breaks = "in_bounds"
[[proof.fault]]
change = ["if (step_i)", "if (1'b1)"]
breaks = "waits"
"""


def outcome(folder: Path, rule: str = "", table: str = TABLE) -> list[Result]:
    """Run the demonstration with one more line among its rules."""
    (folder / "rules").mkdir()
    (folder / "demo_counter.v").write_text(MODULE)
    (folder / "rules" / "demo_counter_rules.sv").write_text(RULES.replace("RULES_TO_TRY", rule))
    (folder / "proofs.toml").write_text(table)
    sources = Sources(files=[folder / "demo_counter.v"], includes=[], macros=MACROS)
    proofs = load(folder / "proofs.toml")
    return run_all(jobs_of(proofs), sources, folder / "runs", parallel=1, tell=lambda result: None)


def test_what_holds_is_proved_and_faults_are_refuted(tmp_path: Path) -> None:
    results = outcome(tmp_path)
    assert [str(result.outcome.verdict) for result in results] == ["proved", "refuted", "refuted"]
    content = report(results)
    assert content["pass"] is True
    proofs: Any = content["proofs"]
    assert [entry["name"] for entry in proofs] == ["counter.in_bounds", "counter.waits"]
    assert results[1].outcome.trace is not None


def test_what_does_not_hold_is_refuted(tmp_path: Path) -> None:
    table = TABLE.replace("depth = 2", "depth = 4")  # deep enough to meet a real run
    first = outcome(tmp_path, "`RULE(never_zero, count_q != 3'd0)", table)[0]
    assert first.outcome.verdict == "refuted"
    assert first.outcome.rule == "never_zero"
    assert not first.passed


def test_what_waits_in_vain_is_vacuous(tmp_path: Path) -> None:
    first = outcome(tmp_path, "`RULE_IF(at_seven, count_q == 3'd7, 1'b0)")[0]
    assert first.outcome.verdict == "vacuous"
    assert "at_seven" in first.sentence


def test_assumptions_that_contradict_are_found(tmp_path: Path) -> None:
    lines = "`HOST(low, !step_i)\n  `HOST_IF(high, 1'b1, step_i)"
    first = outcome(tmp_path, lines)[0]
    assert not first.passed
    assert first.outcome.verdict == "vacuous"


def test_a_fault_that_nothing_refutes_fails(tmp_path: Path) -> None:
    table = TABLE.replace('"if (1\'b1)"', '"if (step_i || 1\'b0)"')
    last = outcome(tmp_path, table=table)[-1]
    assert not last.passed
    assert "holds in spite of the fault" in last.sentence


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("count_q == 3'd4", "nowhere", "stands 0 times"),
        ('breaks = "waits"', 'breaks = "rests"', "no rule of it"),
        ("depth = 2", 'method = "bounded"', "says the reason"),
    ],
)
def test_a_table_that_is_wrong_is_refused(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    with pytest.raises(TableError, match=sentence):
        outcome(tmp_path, table=TABLE.replace(old, new))
