"""All faults in one core: each choice is the patch's expression, and 0 is the good core."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest

from honeyguide.faults import merge as merger
from honeyguide.faults.edits import merge_faults
from honeyguide.faults.faults import Fault, load_faults
from honeyguide.faults.merge import (
    PACKAGE,
    PACKAGE_FILE,
    Edit,
    _kept_differs,
    _would_differ,
    choice_file,
    choose,
)
from honeyguide.faults.patches import PatchError, apply_patch, read_patch
from honeyguide.proofs.equivalence import run_yosys
from tb.build import ROOT

FAULTS = load_faults()
MERGED = [fault for fault in FAULTS if not fault.alone]
LINES = {
    "  wire x = a && b;": ("  wire x = a;", "(a) : (a && b)"),
    "  if (a && !b) x_q <= c;": ("  if (a) x_q <= c;", "(a) : (a && !b)"),
    "  always @(posedge c) x_q <= a <= b;": (
        "  always @(posedge c) x_q <= a < b;", "(a < b) : (a <= b)"),
    "  ratel_y u_y (.p_i (a), .q_i (b[8*c +: 8]));": (
        "  ratel_y u_y (.p_i (a), .q_i (b[7:0]));", "(b[7:0]) : (b[8*c +: 8])"),
    "  assign x = (a + b) >> 2;  // = a; b": (
        "  assign x = (a - b) >> 2;  // = a; b", "(a - b) : (a + b)"),
}  # fmt: skip
STATEMENTS = {
    "      x_q <= a;\n      y_q <= b;": ("      x_q <= a;",
        f"begin if ({PACKAGE}::which != 1) y_q <= b; end"),
    "      x_q <= a;": ("      x_q <= a;\n      y_q <= b;",
        f"begin if ({PACKAGE}::which == 1) y_q <= b; end"),
}  # fmt: skip
UNFIT = {
    "  localparam X = 4;": "  localparam X = 3;",
    "  for (i = 0; i < n; i = i + 1)": "  for (i = 1; i < n; i = i + 1)",
    "  else x_q <= 1'b0;": "  else ;",
    "  wire y;": "  wire y;\n  wire q = 1'b0;",
}


def small(tmp_path: Path, old: str, new: str) -> Fault:
    """Return a fault of a small file, which is written too."""
    (tmp_path / "rtl").mkdir()
    (tmp_path / "rtl" / "ratel_x.v").write_text(f"module ratel_x;\n  wire z;\n{old}\nendmodule\n")
    gone, come = (
        "".join(f"{sign}{line}\n" for line in text.splitlines())
        for sign, text in (("-", old), ("+", new))
    )
    patch = f"--- a/rtl/ratel_x.v\n+++ b/rtl/ratel_x.v\n@@ -2,2 +2,2 @@\n   wire z;\n{gone}{come}"
    return Fault(name="001_x", module="ratel_x", kind="k", breaks="b", patch=patch)


@pytest.mark.parametrize("old", LINES)
def test_an_expression_becomes_a_choice(tmp_path: Path, old: str) -> None:
    new, choice = LINES[old]
    merge_faults([small(tmp_path, old, new)], tmp_path)
    text = (tmp_path / "rtl" / "ratel_x.v").read_text()
    assert f"({PACKAGE}::which == 1) ? {choice}" in text


@pytest.mark.parametrize("old", STATEMENTS)
def test_a_statement_comes_or_goes(tmp_path: Path, old: str) -> None:
    new, guarded = STATEMENTS[old]
    merge_faults([small(tmp_path, old, new)], tmp_path)
    assert guarded in (tmp_path / "rtl" / "ratel_x.v").read_text()


@pytest.mark.parametrize("old", UNFIT)
def test_what_is_no_expression_is_refused(tmp_path: Path, old: str) -> None:
    with pytest.raises(PatchError, match="001_x changes no expression"):
        merge_faults([small(tmp_path, old, UNFIT[old])], tmp_path)


def test_one_change_may_be_inside_another() -> None:
    text = "wire x = a && (b || c);"
    outer = Edit(start=9, end=22, new="a")
    inner = Edit(start=15, end=21, new="b")
    both = merger.merged(text, [(1, outer), (2, inner)])
    assert chosen(both, 1) == "wire x = a;"
    assert chosen(both, 2) == "wire x = a && (b);"
    assert chosen(both, 0) == text


def test_changes_that_overlap_are_refused() -> None:
    edits = [(1, Edit(start=0, end=6, new="c")), (2, Edit(start=5, end=11, new="d"))]
    with pytest.raises(PatchError, match="number 2 meets another"):
        merger.merged("a + b && c + d", edits)


def squeezed(text: str) -> str:
    """Return a text without blanks, comments, and parentheses that only choices add."""
    return re.sub(r"//[^\n]*|\s", "", text)


def chosen(text: str, number: int) -> str:
    """Return what a merged file says when that fault is chosen."""
    come = rf"begin if \({PACKAGE}::which == (\d+)\) ([^;]*;)\s* end"
    text = re.sub(come, lambda found: found[2] if int(found[1]) == number else "", text)
    go = rf"begin if \({PACKAGE}::which != (\d+)\) ([^;]*;)\s* end"
    text = re.sub(go, lambda found: "" if int(found[1]) == number else found[2], text)
    mark = f"(({PACKAGE}::which == "
    while (start := text.find(mark)) >= 0:
        end = closing(text, start)
        which = int(text[start + len(mark) :].partition(")")[0])
        first = text.index("(", text.index("?", start))
        middle = closing(text, first)
        second = text.index("(", middle)
        part = text[first + 1 : middle] if which == number else text[second + 1 : end - 1]
        text = text[:start] + part + text[end + 1 :]
    return text


def closing(text: str, opening: int) -> int:
    depth = 0
    for place in range(opening, len(text)):
        depth += (text[place] == "(") - (text[place] == ")")
        if not depth:
            return place
    raise AssertionError("parentheses do not match")


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("merged")
    shutil.copytree(ROOT / "rtl", root / "rtl")
    merge_faults(MERGED, root)
    return root


@pytest.mark.parametrize("number", range(len(MERGED) + 1))
def test_each_choice_is_the_patched_core(merged: Path, tmp_path: Path, number: int) -> None:
    patched = {path: path.read_text() for path in sorted((ROOT / "rtl").rglob("*.v"))}
    if number:
        fault = MERGED[number - 1]
        changed = ROOT / read_patch(fault.patch)[0].path
        copy = tmp_path / changed.relative_to(ROOT)
        copy.parent.mkdir(parents=True)
        shutil.copy2(changed, copy)
        apply_patch(fault.patch, tmp_path)
        patched[changed] = copy.read_text()
    for path, text in patched.items():
        found = (merged / path.relative_to(ROOT)).read_text()
        if PACKAGE in found or found != text:
            assert squeezed(chosen(found, number)) == squeezed(text), path


def test_few_faults_need_a_build_of_their_own() -> None:
    options = 11  # faults 153 to 162, 167: what they break is built by an option
    assert len(FAULTS) - len(MERGED) <= 3 + options


def test_the_choice_is_read_from_a_file(merged: Path) -> None:
    assert f'"{choice_file(merged)}"' in (merged / "rtl" / PACKAGE_FILE).read_text()
    choose(merged, 7)
    assert choice_file(merged).read_text() == "7\n"


PAIRS = [
    ("a + b", "a - b"), ("a * b", "a + b"), ("a << 1", "a >> 1"), ("a & b", "a | b"),
    ("$signed(a)", "$signed({1'b0, a})"), ("s >>> 1", "s >> 1"), ("s + t", "s - t"),
    ("a < b", "a <= b"), ("{a, b}", "{b, a}"), ("~a", "a"), ("-s", "s"),
]  # fmt: skip


@pytest.mark.parametrize(("good", "changed"), PAIRS)
def test_what_a_watch_does_not_see_differs_in_no_context(
    good: str, changed: str, tmp_path: Path
) -> None:
    """Proved for all values: carries and signs, in places that are wider than the expression."""
    contexts = ["[3:0] {} = x", "[15:0] {} = x", "signed [15:0] {} = x", "{} = x > 16'd9",
                "[15:0] {} = 16'sd3 + (x)", "[15:0] {} = (x) >> 1"]  # fmt: skip
    lines, same = [], []
    for number, context in enumerate(contexts):
        for kind, text in (("g", good), ("c", changed)):
            lines.append(f"wire {context.format(f'{kind}{number}').replace('x', f'({text})')};")
        same.append(f"g{number} == c{number}")
    module = "\n".join(
        [
            "module watch(input [3:0] a, input [3:0] b, input signed [3:0] s,",
            "  input signed [3:0] t, output right);",
            *lines,
            f"wire differs = {_would_differ(good, changed)};",
            f"assign right = differs || ({' && '.join(same)});",
            "endmodule",
        ]
    )
    (tmp_path / "watch.v").write_text(module)
    script = ["read_verilog watch.v", "hierarchy -top watch", "proc", "sat -prove right 1 watch"]
    said = run_yosys(script, tmp_path)
    assert "SAT proof finished - no model found: SUCCESS!" in said, said[-1500:]


@pytest.mark.parametrize(
    ("statement", "targets", "expected"),
    [
        ("q <= d;", 2, "q"), ("q[3:0] <= d;", 1, "q[3:0]"), ("v = a <= b;", 9, "v"),
        ("q <= d;", 3, None), ("q[a == b] <= d;", 1, None),
    ],
)  # fmt: skip
def test_a_dropped_assignment_is_watched_by_what_it_would_keep(
    statement: str, targets: int, expected: str | None
) -> None:
    """Whenever it is reached, where another assignment may be waiting or the text is not clear."""
    said = _kept_differs(statement, Counter({"q": targets, "v": targets}))
    assert (said == "1'b1") == (expected is None)
    if expected is not None:
        assert f"(64'd0 | ({expected}))" in said
