"""The proofs' driver on a small module: what holds, what does not, and what could not fail."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from honeyguide.cli import UserError
from honeyguide.faults.faults import load_faults
from honeyguide.project import BUILD, ROOT
from honeyguide.proofs import task
from honeyguide.proofs.campaign import Result, jobs_of, report, run_all
from honeyguide.proofs.planted import chosen
from honeyguide.proofs.table import SOLVERS, TableError, counted, load
from honeyguide.proofs.task import Sources
from honeyguide.proofs.waves_command import main as waves
from honeyguide.waves.hierarchy import signals

MACROS = ROOT / "tb" / "honeyguide" / "hdl" / "include" / "rules.svh"
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


def write_demonstration(folder: Path, rule: str, table: str) -> None:
    """Write module, rules, with one more line, and table."""
    (folder / "rules").mkdir()
    (folder / "demo_counter.v").write_text(MODULE)
    (folder / "rules" / "demo_counter_rules.sv").write_text(RULES.replace("RULES_TO_TRY", rule))
    (folder / "proofs.toml").write_text(table)


def outcome(folder: Path, rule: str = "", table: str = TABLE) -> list[Result]:
    """Run the demonstration with one more line among its rules."""
    write_demonstration(folder, rule, table)
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
        ("depth = 2", 'solver = "z4"', "solver is z3 or yices, not z4"),
        ("depth = 2", 'not_here = ["never"]', "no rule of its file"),
        ("depth = 2", 'stages = [["never"]]', "no rule of it"),
    ],
)
def test_a_table_that_is_wrong_is_refused(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    with pytest.raises(TableError, match=sentence):
        outcome(tmp_path, table=TABLE.replace(old, new))


def demonstrated(folder: Path, rule: str = "", name: str = "counter", table: str = TABLE) -> int:
    """Open the waves of the demonstration."""
    write_demonstration(folder, rule, table)
    sources = Sources(files=[folder / "demo_counter.v"], includes=[], macros=MACROS)
    return waves(["--proof", name, "--no-view"], folder / "proofs.toml", sources)


def test_a_fault_is_seen_in_waves(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert demonstrated(tmp_path, name="counter-fault-0") == 0
    assert "in_bounds is broken in cycle" in capsys.readouterr().out
    folder = BUILD / "waves" / "proof-counter-fault-0"
    view = (folder / "view.gtkw").read_text()
    there = signals(folder / "waves.vcd")
    named = [line for line in view.splitlines() if line.startswith("demo_counter.")]
    assert "demo_counter.u_proved.count_q[2:0]" in named
    assert set(named) <= set(there.values())
    broken = int(re.search(r"in cycle (\d+)", (folder / "difference.txt").read_text())[1])  # type: ignore[index]
    assert value_at(folder / "waves.vcd", "demo_counter.count_q", broken) == 5


def test_a_rule_that_does_not_hold_is_seen_in_waves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = TABLE.replace("depth = 2", "depth = 4")
    assert demonstrated(tmp_path, "`RULE(never_zero, count_q != 3'd0)", table=table) == 1
    assert "demo_counter: never_zero is broken in cycle 1\n" in capsys.readouterr().out


def test_an_induction_that_fails_is_said_to_be_none_of_a_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = "reg [2:0] seen_q; `RULE(never_six, seen_q != 3'd6)\n"
    rule += "always @(posedge clk_i) seen_q <= rst_ni ? seen_q == 3'd5 ? 3'd6 : 3'd1 : 3'd0;"
    assert demonstrated(tmp_path, rule) == 1
    assert "never_six is broken in cycle" in (said := capsys.readouterr().out)
    assert "from a state that only the induction knows of" in said


def test_waves_of_a_proof_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no proof 'countre'; did you mean counter"):
        demonstrated(tmp_path, name="countre")


def value_at(file: Path, path: str, cycle: int) -> int:
    """What a signal of a trace is in a cycle."""
    module, name = path.split(".")
    text = file.read_text()
    code = re.search(rf"\$var wire \d+ (\S+) {name} \$end", text.split(f"module {module} ")[1])
    assert code is not None
    before = text.split(f"\n#{10 * cycle + 5}\n")[0]
    return int(re.findall(rf"^b(\d+) {code[1]}$", before, re.M)[-1], 2)


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ("exit 1", "left no result"),
        ("mkdir -p task; echo PASS > task/status; kill -9 $$", "left no result"),
        ("mkdir -p task; echo TIMEOUT 0 > task/status; exit 8", "time-out"),
        ("mkdir -p task; echo ERROR > task/status; "
         "echo 'SBY [task] ERROR: z3: not found' > task/logfile.txt; exit 16", "not there"),
    ],
)  # fmt: skip
def test_an_engine_that_did_not_answer_is_no_proof(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, sentence: str
) -> None:
    tool = tmp_path / "tools" / "yowasp-sby"
    tool.parent.mkdir()
    tool.write_text(f"#!/bin/sh\n{script}\n")
    tool.chmod(0o755)
    monkeypatch.setattr(task, "SYMBIYOSYS", str(tool))
    results = outcome(tmp_path)
    assert {str(result.outcome.verdict) for result in results} == {"not proved"}
    assert sentence in results[0].sentence
    content = report(results)
    assert content["pass"] is False
    proofs: Any = content["proofs"]
    assert {entry["verdict"] for entry in proofs} == {"not proved"}


def test_an_assertion_without_a_name_in_the_table_is_proved_too(tmp_path: Path) -> None:
    lines = "always @(posedge clk_i) if (rst_ni) unnamed: assert (count_q != 3'd0);"
    table = TABLE.replace("depth = 2", "depth = 4")
    first = outcome(tmp_path, lines, table)[0]
    assert first.outcome.verdict == "refuted"
    assert first.outcome.rule == "unnamed"


def test_a_rule_behind_something_else_is_named(tmp_path: Path) -> None:
    write_demonstration(tmp_path, "wire [2:0] at = count_q; `RULE(at_most, at <= 3'd4)", TABLE)
    assert "at_most" in load(tmp_path / "proofs.toml")[0].properties


def test_the_page_counts_what_is_in_the_table() -> None:
    proofs = load(ROOT / "tb" / "proofs" / "proofs.toml")
    page = (ROOT / "docs" / "proofs.md").read_text(encoding="utf-8")
    assert counted(proofs) in page, f"docs/proofs.md has to say: {counted(proofs)}"


def test_the_slowest_faults_of_a_self_test_are_chosen(tmp_path: Path) -> None:
    faults = load_faults()[:4]
    report = tmp_path / "selftest.json"
    outcomes = [
        {"fault": fault.name, "seconds": seconds}
        for fault, seconds in zip(faults, (3.0, 90.5, 12.0, 40.0), strict=True)
    ]
    report.write_text(json.dumps({"outcomes": outcomes}))
    assert chosen("2", faults, report) == [faults[1], faults[3]]
    assert chosen(faults[2].name, faults, report) == [faults[2]]
    with pytest.raises(UserError, match="has no outcomes; run `make selftest`, or name faults"):
        chosen("2", faults, tmp_path / "none.json")


def test_stages_prove_first_what_the_rest_takes_for_granted(tmp_path: Path) -> None:
    rule = """reg [2:0] next_q; // one more than the count
  always @(posedge clk_i or negedge rst_ni)
    if (!rst_ni) next_q <= 3'd1;
    else if (step_i) next_q <= (count_q == 3'd4) ? 3'd1 : count_q + 3'd2;
  `RULE(follows, next_q == count_q + 3'd1)
  `RULE(follows_in_bounds, next_q <= 3'd5)"""
    staged = TABLE.replace("depth = 2", 'depth = 2\nstages = [["in_bounds", "waits"], ["follows"]]')
    results = outcome(tmp_path, rule, staged)
    assert [str(result.outcome.verdict) for result in results] == ["proved", "refuted", "refuted"]
    runs = sorted((tmp_path / "runs").glob("counter-proof-0/*/task.sby"))
    assert [path.read_text().count("assert2assume") for path in runs] == [0, 2, 3, 0]


def test_a_stage_takes_nothing_for_granted_that_is_proved_later(tmp_path: Path) -> None:
    """`follows` alone is no induction: it rests on what the second stage has."""
    rule = """reg [2:0] twin_q;
  always @(posedge clk_i or negedge rst_ni)
    if (!rst_ni) twin_q <= 3'd0;
    else if (step_i) twin_q <= (twin_q == 3'd4) ? 3'd0 : twin_q + 3'd1;
  `RULE(never_seven, twin_q != 3'd7)
  `RULE(twin, twin_q == count_q)"""
    staged = TABLE.replace("depth = 2", 'depth = 2\nstages = [["never_seven"]]')
    first = outcome(tmp_path, rule, staged)[0]
    assert not first.passed
    assert "never_seven" in first.sentence


def test_a_wire_that_is_cut_is_anything(tmp_path: Path) -> None:
    first = outcome(tmp_path, table=TABLE.replace("depth = 2", 'depth = 2\ncut = ["count_q"]'))[0]
    assert not first.passed
    assert first.outcome.rule in ("in_bounds", "waits")


def test_without_symbiyosys_nothing_is_proved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(task, "SYMBIYOSYS", "no-such-sby")
    results = outcome(tmp_path)
    assert not any(result.passed for result in results)
    assert "no-such-sby can't be started" in results[0].sentence


def test_a_solver_that_is_not_there_proves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(SOLVERS, "no-such-solver", "no-such-package")
    table = TABLE.replace("depth = 2", 'depth = 2\nsolver = "no-such-solver"')
    results = outcome(tmp_path, table=table)
    assert {str(result.outcome.verdict) for result in results} == {"not proved"}


def test_another_solver_gives_the_same_verdicts(tmp_path: Path) -> None:
    results = outcome(tmp_path, table=TABLE.replace("depth = 2", 'depth = 2\nsolver = "yices"'))
    assert [str(result.outcome.verdict) for result in results] == ["proved", "refuted", "refuted"]


def test_a_proof_that_takes_too_long_is_not_proved(tmp_path: Path) -> None:
    rule = """reg [31:0] a_q, b_q;  // the prime factors of a number of 63 bits
  always @(posedge clk_i) {a_q, b_q} <= {a_q, b_q};
  `RULE(hard, a_q <= 32'd1 || b_q <= 32'd1
    || {32'd0, a_q} * {32'd0, b_q} != 64'd8707955077265764963)"""
    table = TABLE.replace("depth = 2", "depth = 12\ntimeout = 5")
    first = outcome(tmp_path, rule, table)[0]
    assert first.outcome.verdict == "not proved"
    assert "time-out" in first.sentence


def test_assumptions_that_contradict_are_found_without_a_condition(tmp_path: Path) -> None:
    """No line of these waits for anything, so no cover but that of running at all can miss."""
    lines = "`HOST(low, !step_i)\n  `HOST(high, step_i)"
    text = RULES.replace("`RULE_NEXT(waits, !step_i, count_q == $past(count_q))", "")
    text = text.replace("in_bounds, count_q <= 3'd4", "waits, 1'b0").replace("RULES_TO_TRY", lines)
    table = TABLE.replace('"in_bounds"', '"waits"')
    write_demonstration(tmp_path, "", table)
    (tmp_path / "rules" / "demo_counter_rules.sv").write_text(text)
    sources = Sources(files=[tmp_path / "demo_counter.v"], includes=[], macros=MACROS)
    jobs = jobs_of(load(tmp_path / "proofs.toml"))[:1]
    (first,) = run_all(jobs, sources, tmp_path / "runs", parallel=1, tell=lambda result: None)
    assert not first.passed
