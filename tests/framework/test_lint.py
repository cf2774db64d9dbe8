"""Every check of `make lint` finds what it is there for, in a small bad file."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from honeyguide.cli import UserError
from honeyguide.lint.elaborate import icarus_elaboration, verilator_lint, yosys_check
from honeyguide.lint.step import Outcome
from honeyguide.lint.verilog_resets import reset_rules
from honeyguide.lint.verilog_style import check, verilog_style
from honeyguide.lint.workflows import workflows
from honeyguide.sim import yosys as yosys_module
from honeyguide.sim.design import Design
from scripts.lint.__main__ import main, report

ROOT = Path(__file__).resolve().parents[2]
HEADER = """\
// Delays a bit by one cycle.
//
//   name           | meaning
//   ---------------|-------------------------
//   Width          | bits
//   data_i, data_o | before and after
"""
GOOD = (
    HEADER
    + """\
module good #(
  parameter Width = 4
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  input  wire [Width-1:0] data_i,
  output reg  [Width-1:0] data_o
);

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      data_o <= {Width{1'b0}};
    end else begin
      data_o <= data_i;
    end
  end

endmodule
"""
)
LATCH = """\
// A latch.
module bad (
  input  wire enable_i,
  input  wire data_i,
  output reg  data_o
);
  always @* begin
    if (enable_i) data_o = data_i;
  end
endmodule
"""
UNDRIVEN = """\
// A wire that nothing drives.
module bad (
  input  wire data_i,
  output wire data_o
);
  wire nothing;
  assign data_o = data_i & nothing;
endmodule
"""
TWO_DRIVERS = """\
// An output that is driven twice.
module bad (
  input  wire a_i,
  input  wire b_i,
  output wire data_o
);
  assign data_o = a_i;
  assign data_o = b_i;
endmodule
"""
WIDTHS = """\
// A sum that does not fit.
module bad (
  input  wire [7:0] data_i,
  output wire [3:0] data_o
);
  assign data_o = data_i + 8'd1;
endmodule
"""
NO_SUCH_MODULE = """\
// An instance of nothing.
module bad (
  input  wire data_i,
  output wire data_o
);
  nowhere u_nowhere (.a_i(data_i), .b_o(data_o));
endmodule
"""


def design(folder: Path, text: str, *, top: str = "bad", **parameters: int) -> Design:
    (folder / f"{top}.v").write_text(text)
    return Design(
        root=folder,
        top=top,
        sources=[Path(f"{top}.v")],
        includes=[],
        configurations={"tiny": parameters},
    )


def style(folder: Path, text: str, name: str = "good.v") -> list[str]:
    path = folder / name
    path.write_text(text)
    return [f"{line}: {sentence}" for line, sentence in check(path)]


def test_good_style_has_no_findings(tmp_path: Path) -> None:
    assert style(tmp_path, GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "finding"),
    [
        ("  always", "\talways", "16: a tab"),
        ("endmodule\n", "endmodule", "no newline"),
        ("begin\n", "begin \n", "16: white space"),
        ("<= data_i;", "<= data_i;" + " " * 80 + "// far", "columns"),
        ("module good", "module other", "7: module other in a file named good.v"),
        ("endmodule\n", "endmodule\n\nmodule more;\nendmodule\n", "26: a second module, more"),
        (HEADER, "", "1: no comment above"),
        ("output reg  [Width-1:0]", "output logic [Width-1:0]", "13: 'logic' is SystemVerilog"),
        ("data_o <= data_i;", "data_o <= '{0};", 'is SystemVerilog'),
        ("data_o <= data_i;", "data_o += data_i;", "'+=' is SystemVerilog"),
        ("input  wire [Width-1:0] data_i,", "input  wire [Width-1:0] data,", "input data does not"),
        ("wire             rst_ni,\n", "wire rst_ni,\n  input wire x_i,\n", "7: port x_i is not"),
    ],
)  # fmt: skip
def test_bad_style_is_found(tmp_path: Path, old: str, new: str, finding: str) -> None:
    assert old in GOOD
    found = style(tmp_path, GOOD.replace(old, new, 1))
    if finding:
        assert any(finding in entry for entry in found), found
    else:
        assert found == []


ROWS = {
    "a row that is gone": (
        "//   Width          | bits\n",
        "",
        "parameter Width is not in the table",
    ),
    "an input": ("data_i, data_o", "data_o", "port data_i is not in the table"),
    "a renamed port": ("data_i, data_o", "data_i, sum_o", "6: the table names sum_o, which"),
    "a parameter": ("Width          ", "Width, Depth   ", "5: the table names Depth, which"),
    "a port in the meaning": ("before", "as u_i, before", "6: the table names u_i, which"),
    "a pattern": ("data_i, data_o", "data_*, x_*   ", "6: the table names x_*, which"),
    "no description": ("data_i, data_o", "*_i, *_o      ", "6: the table names *_i, which"),
    "a range": ("data_i, data_o", "data_o .. data_i", "the table names data_o .. data_i"),
    "no meaning": ("| bits", "|", "5: the table says nothing of Width"),
    "a picture": ("name           | meaning", "bytes  | . . . |", "parameter Width is not in the"),
    "another in one line": ("data_i,\n", "data_i, b_i,\n", "7: port b_i is not in the table"),
    "one that an ifdef adds": (
        "  output reg",
        "`ifdef X\n  input wire x_i,\n`endif\n  output reg",
        "port x_i is not",
    ),
    "one in the body": ("\n  always", "\n  parameter Depth = 1;\n  always", "Depth is not in the"),
    "derived": ("Width = 4", "Width = 4, Bits = 8 * Width", "8: parameter Bits is derived"),
    "a copy": ("Width = 4", "Width = 4,\n  parameter Bits = Width", "9: parameter Bits is derived"),
    "derived in the body": (
        "\n  always",
        "\n  parameter Bits = $clog2(Width);\n  always",
        "parameter Bits is derived, $clog2(Width); make it a localparam",
    ),
}


@pytest.mark.parametrize(("old", "new", "finding"), ROWS.values(), ids=ROWS)
def test_the_table_of_a_module(tmp_path: Path, old: str, new: str, finding: str) -> None:
    assert old in GOOD
    found = style(tmp_path, GOOD.replace(old, new, 1))
    assert any(finding in entry for entry in found), found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("data_i, data_o", "data_*        "),
        ("data_i, data_o", "data_i .. data_o"),
        ("data_i, data_o | before and after", "data_i         | before; data_o: after"),
        ("data_i, data_o | before", "data_i[0]      | before\n//                  | data_o:"),
        ("\n  always", "\n  localparam Twice = 2 * Width;\n  always"),
        ("parameter Width = 4", "parameter [3:0] Width = 4"),
        ("module good", '`include "isa.vh"\n\nmodule good'),
    ],
)
def test_a_table_may_be_short(tmp_path: Path, old: str, new: str) -> None:
    assert old in GOOD
    assert style(tmp_path, GOOD.replace(old, new, 1)) == []


def test_a_default_that_follows_another_is_a_choice_if_the_table_says_so(tmp_path: Path) -> None:
    text = GOOD.replace("Width = 4", "Width = 4,\n  parameter Lanes = Width")
    text = text.replace("| bits", "| bits\n//   Lanes | a cycle, Width by default", 1)
    assert style(tmp_path, text) == []


def test_reset_must_follow_the_clock(tmp_path: Path) -> None:
    lines = GOOD.replace("  input  wire             rst_ni,\n", "")
    late = lines.replace("data_i,\n", "data_i,\n  input wire rst_ni,\n", 1)
    assert any("rst_ni is number 3" in entry for entry in style(tmp_path, late))


@pytest.mark.parametrize(
    ("body", "finding"),
    [
        ("  fifo u_fifo (clk_i, rst_ni);\n", "ports of fifo"),
        ("  fifo #(4) u_fifo (.clk_i(clk_i));\n", "parameters of fifo"),
        ("  fifo #(.W((4)+1)) u_fifo (clk_i);\n", "ports of fifo"),
        ("  fifo#(\n    .W(4)\n  ) u_fifo (\n    .clk_i(clk_i)\n  );\n", ""),
        ("  fifo u_fifo ();\n", ""),
        (
            "  generate\n  if (1) begin : gen_a\n    fifo u_f (clk_i);\n  end\n  endgenerate\n",
            "ports",
        ),
        ("  wire x = (data_i == 0);\n  wire y = x;\n", ""),
        ("  always @* case (data_i)\n    0: data_o = 1;\n  endcase\n", "without default"),
        ("  always @* case (data_i)\n    default: data_o = 1;\n  endcase\n", ""),
        ("  always @* casex (data_i)\n    default: data_o = 1;\n  endcase\n", "casex"),
        ("  // logic in a comment, 'typedef' too\n", ""),
        ('  initial $display("logic");\n', ""),
    ],
)
def test_bodies(tmp_path: Path, body: str, finding: str) -> None:
    found = style(tmp_path, GOOD.replace("endmodule", body + "endmodule"))
    if finding:
        assert any(finding in entry for entry in found), found
    else:
        assert found == []


def test_an_empty_rtl_folder_is_a_finding(tmp_path: Path) -> None:
    assert not verilog_style(tmp_path).passed


def test_findings_carry_the_path(tmp_path: Path) -> None:
    (tmp_path / "rtl").mkdir()
    (tmp_path / "rtl" / "other.v").write_text(GOOD)
    assert verilog_style(tmp_path).problems[0].startswith("rtl/other.v:7: module good")


def test_benches_need_their_tables_alone(tmp_path: Path) -> None:
    for folder in ("rtl", "tb"):
        (tmp_path / folder).mkdir()
    (tmp_path / "rtl" / "good.v").write_text(GOOD)
    bench = "// A bench.\nmodule bench import p::*;\n#(parameter int N = 1) (input logic a_i);\n"
    (tmp_path / "tb" / "bench.sv").write_text(bench)
    (tmp_path / "tb" / "good_rules.sv").write_text(bench)
    assert verilog_style(tmp_path).passed
    assert verilog_style(tmp_path, benches=("tb",)).problems == (
        "tb/bench.sv:2: parameter N is not in the table above the module",
        "tb/bench.sv:2: port a_i is not in the table above the module",
    )


def test_verilator_passes_the_good_and_finds_widths(tmp_path: Path) -> None:
    assert verilator_lint(design(tmp_path, GOOD, top="good", Width=2)).problems == ()
    outcome = verilator_lint(design(tmp_path, WIDTHS))
    assert any("width mismatch at data_o" in problem for problem in outcome.problems)
    assert all(problem.startswith("[tiny] ") for problem in outcome.problems)


@pytest.mark.parametrize("text", [LATCH, UNDRIVEN, NO_SUCH_MODULE])
def test_verilator_finds(tmp_path: Path, text: str) -> None:
    assert not verilator_lint(design(tmp_path, text)).passed


def test_verilator_refuses_an_unknown_parameter(tmp_path: Path) -> None:
    assert not verilator_lint(design(tmp_path, GOOD, top="good", Nope=2)).passed


def test_yosys_passes_the_good(tmp_path: Path) -> None:
    assert yosys_check(design(tmp_path, GOOD, top="good", Width=2)).problems == ()


@pytest.mark.parametrize(
    ("text", "word"),
    [
        (LATCH, "latch: data_o"),
        (UNDRIVEN, "undriven: nothing drives nothing"),
        (TWO_DRIVERS, "multiple drivers: "),
        (NO_SUCH_MODULE, "nowhere"),
    ],
)
def test_yosys_finds(tmp_path: Path, text: str, word: str) -> None:
    outcome = yosys_check(design(tmp_path, text))
    assert any(word in problem for problem in outcome.problems), outcome.problems


def test_icarus_says_when_it_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    outcome = icarus_elaboration(design(tmp_path, GOOD, top="good"))
    assert "iverilog is not installed" in outcome.left_out


@pytest.mark.external
@pytest.mark.skipif(shutil.which("iverilog") is None, reason="iverilog is not installed")
def test_icarus_passes_the_good_and_finds_the_missing(tmp_path: Path) -> None:
    assert icarus_elaboration(design(tmp_path, GOOD, top="good", Width=2)).problems == ()
    assert not icarus_elaboration(design(tmp_path, NO_SUCH_MODULE)).passed
    system_verilog = GOOD.replace("always @(", "always_ff @(")
    assert not icarus_elaboration(design(tmp_path, system_verilog, top="good")).passed


def test_icarus_is_given_no_place_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It makes its output executable, be it a device: as root, nobody else could use that then."""
    program = tmp_path / "bin" / "iverilog"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" > "{tmp_path}/words"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    assert icarus_elaboration(design(tmp_path, GOOD, top="good", Width=2)).passed
    words = (tmp_path / "words").read_text().splitlines()
    assert words[words.index("-t") + 1] == "null"
    assert not [word for word in words if word.startswith(("-o", "/dev/"))]


WORKFLOW = """\
on: push
jobs:
  one:
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/checkout@v6
      - run: echo ${{ github.ref }}
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("github.ref", "github.reff", 'property "reff" is not defined'),
        ("ubuntu-24.04", "ubuntu-99", "is unknown"),
        ("checkout@v6", "checkout@v4", "deprecated"),
        ("- run: echo", "- runs: echo", "step must run script"),
        ("jobs:", "job:", "unexpected key"),
    ],
)
def test_actionlint_finds(tmp_path: Path, old: str, new: str, said: str) -> None:
    folder = tmp_path / ".github" / "workflows"
    folder.mkdir(parents=True)
    (folder / "a.yml").write_text(WORKFLOW)
    assert workflows(tmp_path).problems == ()
    assert old in WORKFLOW
    (folder / "a.yml").write_text(WORKFLOW.replace(old, new))
    problems = workflows(tmp_path).problems
    assert any(said in problem for problem in problems), problems
    assert all(problem.startswith(".github/workflows/a.yml:") for problem in problems)


def test_no_workflow_is_a_finding(tmp_path: Path) -> None:
    assert not workflows(tmp_path).passed


def test_a_finding_is_reported_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert report("step", Outcome(problems=("a.v:1: wrong",)), 0.1) is False
    assert re.search(r"step +1 findings[^\n]*\n +a\.v:1: wrong", capsys.readouterr().out)
    assert report("step", Outcome(left_out="no tool"), 0.1) is True
    assert "left out: no tool" in capsys.readouterr().out


def test_unknown_names_are_one_sentence() -> None:
    with pytest.raises(UserError, match="unknown step 'nope'; there are ruff-rules"):
        main(["--only", "nope"])
    with pytest.raises(UserError, match="unknown configuration '3x3'"):
        main(["--config", "3x3"])


def test_yosys_makes_its_code_once_for_all_and_not_in_the_user_s_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It takes long: those that start together wait for the first."""
    prepare = yosys_module.prepare.__wrapped__
    starts = tmp_path / "starts"
    slow = f"import time; open({str(starts)!r}, 'a').write('x'); time.sleep(0.3)"
    monkeypatch.setattr(yosys_module, "yosys", lambda *words: [sys.executable, "-c", slow])
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(prepare, [tmp_path / "cache"] * 3))
    assert starts.read_text() == "x"
    monkeypatch.setattr(yosys_module, "yosys", lambda *words: [sys.executable, "-c", "exit(1)"])
    prepare(tmp_path / "other")
    assert not list((tmp_path / "other").glob("*.made"))
    monkeypatch.undo()
    home = {**yosys_module.yosys_environment(), "HOME": str(tmp_path / "home")}
    home.pop("XDG_CACHE_HOME", None)
    command = yosys_module.yosys("-q", "-p", "help -all")
    done = subprocess.run(command, env=home, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "Preparing" not in done.stderr
    assert not (tmp_path / "home").exists()


WHOLE = """module m (input wire clk_i, input wire rst_ni, input wire [3:0] a_i, output reg q_o);
  reg [3:0] b_q;
  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      {q_o, b_q[1:0]} <= 6'd0;
    end else begin
      if (a_i <= 4'd3) q_o <= b_q <= 4'd2 ? 4'd1 : a_i;
      case (a_i)
        4'd2: b_q[a_i[1:0]] <= 1'b1;
        default: b_q <= 4'd0;
      endcase
    end
  end
  always @(posedge clk_i) b_q <= a_i;
endmodule
"""


@pytest.mark.parametrize(
    ("reset", "missing"),
    [
        ("{q_o, b_q[1:0]} <= 6'd0;", []),
        ("q_o <= 4'd0;", ["b_q"]),
        ("b_q <= 4'd0;", ["q_o"]),
        ("", ["b_q", "q_o"]),
    ],
)  # fmt: skip
def test_a_reset_that_leaves_something_out(reset: str, missing: list[str]) -> None:
    found = list(reset_rules(WHOLE.replace("{q_o, b_q[1:0]} <= 6'd0;", reset)))
    assert found == [(3, f"reset does not assign {name}, which the block does") for name in missing]


def test_a_reset_without_begin_and_one_that_is_empty() -> None:
    block = "always @(posedge clk or negedge rst_ni)\n  if (!rst_ni){} else q <= a;\nendmodule\n"
    assert list(reset_rules(block.format(" q <= 1'b0;"))) == []
    assert [line for line, _ in reset_rules(block.format(""))] == [1]
    assert [line for line, _ in reset_rules(block.format(" p <= 1'b0;"))] == [1]


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ("1'b0", True), ("{Width{1'b0}}", True), ("{(Lanes * 8){1'b0}}", True), ("Idle", True),
        ("1'b1", False), ("8'd0 + 1", False), ("{Width{1'b1}}", False), ("(First != 0)", False),
        ("{1'b1, {Width{1'b0}}}", False),
    ],
)  # fmt: skip
def test_a_reset_gives_zero_or_a_name(value: str, plain: bool) -> None:
    block = "always @(posedge clk or negedge rst_ni)\n  if (!rst_ni) q <= %s; else q <= a;\n"
    found = [said for _, said in reset_rules(block % value)]
    assert found == ([] if plain else [f"reset gives q the value {value}: make it zero or name it"])
