"""Every kind of design mistake is named by signal, module and line, by each tool that sees it.

First in a small module, then in the real core, where the sentence must not drown or point at the
bench. What every build and `make lint` use is Verilator with the project's own look at its syntax
tree; Icarus Verilog and Yosys see less. The mistakes are those of mistakes.toml.
"""

from __future__ import annotations

import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from honeyguide.lint.elaborate import icarus_elaboration, verilator_lint, yosys_check
from honeyguide.sim import HdlError, SimBuild, build
from honeyguide.sim.design import Design
from honeyguide.sim.mistakes import find_mistakes
from tb.build import ROOT, core_design
from tests.commands.support import command_here

CHILD = """// Inverts.
module child #(
  parameter Width = 1
) (
  input  wire [Width-1:0] a_i,
  output wire [Width-1:0] b_o
);
  assign b_o = ~a_i;
endmodule
"""
HEAD = """// A module with a mistake.
module bad (
  input  wire       clk_i,
  input  wire       a_i,
  input  wire [7:0] wide_i,
  output reg        q_o,
  output wire       x_o
);
"""
GOOD = "  always @(posedge clk_i) q_o <= a_i ^ (&wide_i);\n  assign x_o = a_i;\n"
MARK = "  // <--"
TOOLS = {"V": verilator_lint, "I": icarus_elaboration, "Y": yosys_check}
HERE = Path(__file__).parent
TABLE = tomllib.loads((HERE / "mistakes.toml").read_text(encoding="utf-8"))
SMALL: list[dict[str, Any]] = TABLE["small"]
CORE: list[dict[str, Any]] = TABLE["core"]


def small(folder: Path, body: str) -> Design:
    (folder / "bad.v").write_text(HEAD + body + "endmodule\n", encoding="utf-8")
    (folder / "child.v").write_text(CHILD, encoding="utf-8")
    sources = [Path("bad.v"), *([Path("child.v")] if "child" in body else [])]
    return Design(root=folder, top="bad", sources=sources, includes=[], configurations={"one": {}})


@pytest.mark.parametrize(
    ("entry", "tool"),
    [pytest.param(entry, tool, id=f"{entry['name']}-{tool}")
     for entry in SMALL for tool in entry["tools"]],
)  # fmt: skip
def test_a_mistake_in_a_small_module(entry: dict[str, Any], tool: str, tmp_path: Path) -> None:
    if tool == "I" and shutil.which("iverilog") is None:
        pytest.skip("iverilog is not installed (Debian: apt install iverilog)")
    before, mark, _ = entry["body"].partition(MARK)
    line = (HEAD + before).count("\n") + 1 if mark else entry["line"]
    found = TOOLS[tool](small(tmp_path, entry["body"].replace(MARK, ""))).problems
    assert any(f"bad.v:{line}: bad: " in text and entry["said"] in text for text in found), found


@pytest.mark.parametrize("tool", ["V", "I", "Y"])
def test_a_small_module_without_a_mistake(tool: str, tmp_path: Path) -> None:
    if tool == "I" and shutil.which("iverilog") is None:
        pytest.skip("iverilog is not installed (Debian: apt install iverilog)")
    assert TOOLS[tool](small(tmp_path, GOOD)).problems == ()


def mutated(folder: Path, entry: dict[str, Any]) -> Path:
    """Return a copy of rtl/ with an entry's replacements in one of its files."""
    rtl = folder / "rtl"
    shutil.copytree(ROOT / "rtl", rtl)
    text = (rtl / entry["file"]).read_text(encoding="utf-8")
    for change in entry["change"]:
        assert change["old"] in text
        text = text.replace(change["old"], change["new"], 1)
    (rtl / entry["file"]).write_text(text, encoding="utf-8")
    return rtl


def test_the_core_has_no_mistake() -> None:
    assert find_mistakes(core_design(), {}) == []


@pytest.mark.slow
@pytest.mark.parametrize("entry", CORE, ids=lambda entry: entry["name"])
def test_a_mistake_in_the_core(entry: dict[str, Any], tmp_path: Path) -> None:
    found = find_mistakes(core_design(mutated(tmp_path, entry)), {})
    told = [one for one in found if entry["said"] in one.text]
    assert told, found
    assert told[0].file == f"rtl/{entry['file']}"
    assert told[0].module == Path(entry["file"]).stem
    assert told[0].fatal == entry["refused"]
    assert told[0].line > 0
    assert len(found) <= 3, "the sentence drowns"


@pytest.mark.sim
@pytest.mark.parametrize("entry", [entry for entry in CORE if entry["refused"]],
                         ids=lambda entry: entry["name"])  # fmt: skip
@pytest.mark.parametrize("command", ["sim", "run"])
def test_a_command_refuses_the_core_in_a_sentence(
    entry: dict[str, Any], command: str, tmp_path: Path
) -> None:
    model = ["--model", ROOT / "models" / "mnist" / "mnist.tflite"] if command == "run" else []
    rtl = mutated(tmp_path, entry)
    ended = command_here(command, *model, "--rtl", rtl, results=tmp_path / "results")
    assert ended.code == 1, ended
    assert "Traceback" not in ended.err
    assert f": {Path(entry['file']).stem}: " in ended.err
    assert entry["said"] in ended.err


@pytest.mark.sim
def test_a_build_refuses_a_loop_and_warns_of_a_latch_each_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text = (HERE / "designs" / "counter.v").read_text(encoding="utf-8")
    source = tmp_path / "counter.v"
    design = Design(
        root=tmp_path, top="counter", sources=[Path("counter.v")], includes=[], configurations={}
    )
    wanted = SimBuild(top="counter", sources=[source], design=design, args=["-Wno-fatal"])
    loop = "  wire p;\n  wire q = p ^ clk_i;\n  assign p = q;\nendmodule"
    source.write_text(text.replace("endmodule", loop), encoding="utf-8")
    with pytest.raises(HdlError, match=r"counter\.v:\d+: counter: combinational loop: [pq] "):
        build(wanted, root=tmp_path / "sim")
    latch = "  reg p;\n  always @* if (clk_i) p = rst_ni;\nendmodule"
    source.write_text(text.replace("endmodule", latch), encoding="utf-8")
    for _ in range(2):  # built, and found built
        caplog.clear()
        build(wanted, root=tmp_path / "sim")
        assert any("counter: latch: p " in record.message for record in caplog.records)
