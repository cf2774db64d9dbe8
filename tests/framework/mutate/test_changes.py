"""Each kind of change is found and named, a merged core is each mutant, a sample is fair."""

from __future__ import annotations

from pathlib import Path

import pytest

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.faults.merge import PACKAGE, PACKAGE_FILE, Edit, merged
from honeyguide.mutate.kinds import KINDS, changes
from honeyguide.mutate.merge import applied, merge_changes
from honeyguide.mutate.rules import style_broken
from honeyguide.mutate.sample import edited_lines, near, of_modules, sample
from honeyguide.mutate.source import Source, read_sources
from honeyguide.proofs.equivalence import Question, same
from tests.framework.mutate.mutants import DEMO, PART


def test_every_kind_is_found_and_named(demo: Source) -> None:
    found = changes(demo)
    assert {change.kind for change in found} == set(KINDS)
    assert len({change.name for change in found}) == len(found)


def test_what_must_be_constant_is_left_alone(demo: Source) -> None:
    lines = {DEMO.splitlines()[change.line - 1].strip() for change in changes(demo)}
    assert not any(text.startswith(("parameter", "localparam", "log2", "reg ")) for text in lines)


def test_a_change_changes_what_it_says(demo: Source) -> None:
    for change in changes(demo):
        after = applied(DEMO, change)
        assert after != DEMO
        touched = [a for a, b in zip(DEMO.splitlines(), after.splitlines(), strict=True) if a != b]
        assert 1 <= len(touched) <= 2


def test_a_merged_core_is_each_mutant_and_the_good_one(demo: Source, tmp_path: Path) -> None:
    """Proved by a solver, for one of each kind: width and sign are where merging goes wrong."""
    every = changes(demo)
    text = merged(DEMO, [(n, edit) for n, item in enumerate(every, 1) for edit in item.edits])
    one_each = list({item.kind: item for item in every}.values())
    folder = tmp_path / "work"
    for name in ("chosen", "alone"):
        (folder / name).mkdir(parents=True)

    def equal(number: int, wanted: str) -> bool:
        chosen, alone = folder / "chosen" / "demo.v", folder / "alone" / "demo.v"
        chosen.write_text(text.replace(f"{PACKAGE}::which", f"32'd{number}"))
        alone.write_text(wanted)
        part = tmp_path / "part.v"
        asked = Question(
            module="demo", values={}, old={"demo": chosen, "part": part},
            new={"demo": alone, "part": part}, headers=([], []), folder=folder / "yosys",
        )  # fmt: skip
        answer = same(asked)
        return answer.equal

    assert equal(0, DEMO)
    for change in one_each:
        assert equal(every.index(change) + 1, applied(DEMO, change)), str(change)
    assert not equal(every.index(one_each[0]) + 1, DEMO)


def test_a_whole_value_is_watched_and_reset_is_told_apart(demo: Source) -> None:
    """A difference that what is around it hides reaches nothing."""
    every = changes(demo)
    number, change = next(
        (n, item) for n, item in enumerate(every, 1)
        if item.kind == "constant" and item.old == "Limit"
    )  # fmt: skip
    text = merged(DEMO, [(number, edit) for edit in change.edits], watched=True, chosen=False)
    line = next(line for line in text.splitlines() if f"watch({number}, " in line)
    assert line.startswith("  wire big = ((")
    assert f"watch({number}, rst_ni, " in line
    assert "(64'd0 | ((sum_q > Limit) || !go_i)) != " in line
    assert line.endswith(": ((sum_q > Limit) || !go_i));")
    combinational = merged(
        PART, [(1, Edit(start=0, end=0, new="", statement=False))], watched=True, chosen=False
    )
    assert "watch(1, 1'b1, " in combinational
    assert {item.reset for item in every if item.kind == "removed_reset"} == {True}
    assert not any(item.reset for item in every if item.kind == "dropped_assignment")


def test_what_binds_less_stays_together(tmp_path: Path) -> None:
    """The solver is asked about the mutant that runs."""
    path = tmp_path / "part.v"
    path.write_text(PART.replace("a_i & ~b_i", "b_i - a_i * b_i"))
    found = changes(read_sources([path])[0])
    change = next(item for item in found if item.old == "a_i * b_i")
    assert "q_o = b_i - (a_i + b_i);" in applied(path.read_text(), change)


def test_a_signal_is_swapped_for_one_that_is_known_there(tmp_path: Path) -> None:
    """What a loop's block declares is no name outside of it, and no tool would take that."""
    path = tmp_path / "part.v"
    path.write_text("""module part (input wire a_i, input wire b_i, output wire c_o);
  wire outer = a_i;
  generate
    if (1) begin : gen_one
      wire inner = b_i;
      wire inmost = inner;
    end
  endgenerate
  assign c_o = outer;
endmodule
""")
    found = changes(read_sources([path])[0])
    swapped = {(item.line, item.new) for item in found if item.kind == "swapped_signal"}
    assert {line for line, new in swapped if new in ("inner", "inmost")} == {6}
    assert {new for line, new in swapped if line == 9} == {"a_i", "c_o"}


def test_a_place_remembers_no_more_than_there_are_changes(demo: Source, tmp_path: Path) -> None:
    """Thousands of places, unrolled, with 128 KiB each did not link."""
    path = tmp_path / core().rtl / "demo.v"
    path.parent.mkdir(parents=True)
    path.write_text(DEMO)
    merge_changes({7: changes(demo)[0]}, tmp_path, watched=True, chosen=False)
    assert "seen[2][8]" in (path.parent / PACKAGE_FILE).read_text()


def test_a_sample_is_fair_and_repeats(demo: Source) -> None:
    every = changes(demo)
    assert sample(every, 40, 3) == sample(every, 40, 3) != sample(every, 40, 4)
    assert len(sample(every, 40, 3)) == 40
    assert len({item.kind for item in sample(every, 40, 3)}) > 12
    assert sample(every, 10**6, 3) == every


def test_modules_and_lines_choose(demo: Source, tmp_path: Path) -> None:
    every = changes(demo)
    assert of_modules(every, "demo") == every
    with pytest.raises(UserError, match="did you mean demo"):
        of_modules(every, "demp")
    for nothing in ("", " , "):
        with pytest.raises(UserError, match="names no module"):
            of_modules(every, nothing)
    chosen = near(every, {"demo": frozenset({17})})
    assert {item.line for item in chosen} <= set(range(15, 20))
    with pytest.raises(UserError, match="can't be told"):
        edited_lines("HEAD", tmp_path)


def test_a_reset_that_is_not_whole_or_not_plain_breaks_the_style() -> None:
    """Every such change of the core is seen, and no change of anything else."""
    for source in read_sources(core().hdl()):
        for change in changes(source):
            if change.kind in ("removed_reset", "constant") and change.reset:
                assert style_broken(change), change
    (tenant,) = read_sources([path for path in core().hdl() if path.stem == "ratel_tenant"])
    others = [item for item in changes(tenant) if not item.reset]
    assert {style_broken(item) for item in others} == {""}
