"""What counts as a change of a Verilog file: code does, a comment does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from honeyguide.sim.sources import code_of

PLAIN = """module m (input a, output b);
  `define WIDTH 8
  assign b = a;  // the same
  sub #(
    .N (3)
  ) u_sub (.a (a));
endmodule
"""


def changed(tmp_path: Path, before: str, after: str, name: str = "m.v") -> bool:
    path = tmp_path / name
    path.write_text(before)
    first = code_of(path)
    path.write_text(after)
    return code_of(path) != first


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("// the same", "// something else"),
        ("// the same", ""),
        ("assign b = a;", "assign b = /* a */ a;"),
        ("assign b = a;", "\n\n  // a line more\n  assign b\n    = a;"),
        ("assign", "/* two\nlines */ assign"),
        ("  assign", "\tassign"),
    ],
)
def test_a_comment_is_no_change(tmp_path: Path, old: str, new: str) -> None:
    assert old in PLAIN
    assert not changed(tmp_path, PLAIN, PLAIN.replace(old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("= a;", "= !a;"),
        ("// the same", "// verilator lint_off WIDTH"),
        ("// the same", "// synopsys translate_off"),
        ("= a;", "= /*verilator public*/ a;"),
        ("assign b = a;", "// assign b = a;"),
        ("assign b = a;  //", 'assign b = "//";  //'),
        ("WIDTH 8", "WIDTH\n  8"),  # a macro ends with its line
        ("WIDTH 8", "WIDTH 8 \\"),  # or goes on in the next
        ("WIDTH 8", "WIDTH 8 // \\"),
        ("`define WIDTH 8\n", "`define WIDTH 8 "),
        ("(3)", "(33)"),
        ("assign b", "assignb"),
    ],
)
def test_code_is_a_change(tmp_path: Path, old: str, new: str) -> None:
    assert old in PLAIN
    assert changed(tmp_path, PLAIN, PLAIN.replace(old, new))


@pytest.mark.parametrize(
    "statement",
    [
        'initial $display("here");',
        "always @(posedge a) assert (b);",
        "initial #5 b = 1;",
        "initial #(Delay) b = 1;",
        "p: cover property (@(posedge a) b);",
        "initial b = `__LINE__;",
        "always @* unique case (a) 1: b = 0; endcase",
        "`STAYS(b_stays, a, b, 1'b0) assign b = 1;",
    ],
)
def test_a_line_more_is_a_change_where_lines_are_shown(tmp_path: Path, statement: str) -> None:
    text = f"module m (input a, output b);\n  {statement}\nendmodule\n"
    assert changed(tmp_path, text, text.replace("  ", "\n  "))
    assert changed(tmp_path, text, f"// a comment\n{text}")
    assert not changed(tmp_path, text, text.replace(";\n", ";  // a comment\n"))


def test_strings_keep_what_they_have(tmp_path: Path) -> None:
    text = 'module m; localparam S = "a  b // c"; endmodule\n'
    assert changed(tmp_path, text, text.replace("a  b", "a b"))
    assert changed(tmp_path, text, text.replace("// c", "// d"))
    assert changed(tmp_path, text.replace("a  b", r"a \" b"), text.replace("a  b", r"a \"  b"))


def test_other_files_are_taken_as_they_are(tmp_path: Path) -> None:
    assert changed(tmp_path, "int a; // b\n", "int a; // c\n", name="m.cpp")
