"""Mutation: each kind is found, a merged core is each mutant, and a kill is a check that fell."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

import honeyguide
from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.faults.merge import PACKAGE, Edit, merged
from honeyguide.faults.tests import Failure
from honeyguide.faults.tree import Tree
from honeyguide.mutate import campaign as campaign_module
from honeyguide.mutate import units as units_module
from honeyguide.mutate.campaign import WATCH, Campaign, Means
from honeyguide.mutate.command import report
from honeyguide.mutate.kinds import KINDS, Change, changes
from honeyguide.mutate.merge import applied
from honeyguide.mutate.page import page, unbroken
from honeyguide.mutate.python.campaign import changes_of
from honeyguide.mutate.reasons import explained, read, reasons
from honeyguide.mutate.report import Fate, Mutant, content, score_of
from honeyguide.mutate.rules import Rules, style_broken
from honeyguide.mutate.runs import Killers
from honeyguide.mutate.sample import edited_lines, near, of_modules, sample
from honeyguide.mutate.source import Source, read_sources
from honeyguide.mutate.units import Units
from honeyguide.project import ROOT, variable
from honeyguide.proofs.equivalence import NO_ANSWER, Answer, same
from honeyguide.proofs.table import Proof, load
from honeyguide.proofs.task import Sources
from honeyguide.regress.suite import Entry, Run
from honeyguide.regress.work import Order, Outcome
from honeyguide.report.files import Results

PART = """module part (
  input  wire       clk_i,
  input  wire [3:0] a_i,
  input  wire [3:0] b_i,
  output wire [3:0] q_o
);
  assign q_o = a_i & ~b_i;
endmodule
"""
DEMO = """module demo #(
  parameter Limit = 9
) (
  input  wire              clk_i,
  input  wire              rst_ni,
  input  wire              go_i,
  input  wire signed [3:0] x_i,
  input  wire [3:0]        y_i,
  output reg  [7:0]        sum_q,
  output wire [3:0]        low_o
);
  localparam [1:0] Idle = 2'd0;
  localparam [1:0] Work = 2'd1;
  reg [1:0] state_q;
  wire [3:0] part;
  wire big = (sum_q > Limit) || !go_i;
  wire any = |y_i && (y_i != 4'd3);
  wire [3:0] turned = {y_i[1:0], y_i[3:2]} >> 1;  // a comment; with = signs
  function integer log2;
    input integer value;
    log2 = value - 1;
  endfunction

  wire bit1 = y_i[1] & big;

  assign low_o = $signed(x_i) * 2 < 0 ? turned : part;

  part u_part (
    .clk_i (clk_i),
    .a_i   (y_i),
    .b_i   (turned),
    .q_o   (part)
  );

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
      sum_q   <= 8'd0;
    end else begin
      if (go_i && any) state_q <= Work;
      else state_q <= Idle;
      case (state_q)
        Work: if (!big) sum_q <= sum_q + {4'd0, y_i};
        default: sum_q <= sum_q;
      endcase
    end
  end
endmodule
"""


@pytest.fixture
def demo(tmp_path: Path) -> Source:
    """Return a module with something for each kind of change."""
    for name, text in (("part", PART), ("demo", DEMO)):
        (tmp_path / f"{name}.v").write_text(text)
    return read_sources([tmp_path / "part.v", tmp_path / "demo.v"])[1]


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
        answer = same(
            "demo", {}, {"demo": chosen, "part": part}, {"demo": alone, "part": part}, [],
            folder / "yosys",
        )  # fmt: skip
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


def test_the_solver_tells_equal_from_changed(tmp_path: Path) -> None:
    for name, text in (("old", "a_i & ~b_i"), ("equal", "~(~a_i | b_i)"), ("other", "a_i & b_i")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "part.v").write_text(PART.replace("a_i & ~b_i", text))
    old, equal, other = ({"part": tmp_path / name / "part.v"} for name in ("old", "equal", "other"))
    assert same("part", {}, old, equal, [], tmp_path / "work").equal
    answer = same("part", {}, old, other, [], tmp_path / "work")
    assert not answer.equal
    assert "not shown to be equal" in answer.detail


MASKED = """module masked (
  input  wire       clk_i,
  input  wire       rst_ni,
  input  wire [3:0] a_i,
  input  wire [3:0] b_i,
  output wire [3:0] q_o
);
  wire [3:0] both = a_i & b_i;
  reg  [3:0] q;
  assign q_o = q;
  always @(posedge clk_i or negedge rst_ni)
    if (!rst_ni) q <= 4'd0;
    else q <= both & a_i;
endmodule
"""


def test_a_wire_may_differ_where_what_is_behind_it_hides_that(tmp_path: Path) -> None:
    for name, both in (("old", "a_i & b_i"), ("equal", "b_i"), ("other", "a_i")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "masked.v").write_text(MASKED.replace("a_i & b_i", both))
    old, equal, other = (
        {"masked": tmp_path / name / "masked.v"} for name in ("old", "equal", "other")
    )
    work = tmp_path / "work"
    assert "both" in same("masked", {}, old, equal, [], work).detail
    assert same("masked", {}, old, equal, [], work, hidden=True).equal
    answer = same("masked", {}, old, other, [], work, hidden=True)
    assert answer.detail.startswith("q_o_gold")


HELD = """module held (
  input  wire       clk_i,
  input  wire       rst_ni,
  input  wire       push_i,
  input  wire [3:0] a_i,
  output wire [3:0] q_o
);
  reg       full;
  reg [3:0] q;
  assign q_o = full ? q : 4'd0;
  always @(posedge clk_i or negedge rst_ni)
    if (!rst_ni) full <= 1'b0;
    else full <= push_i;
  always @(posedge clk_i)
    if (push_i) q <= a_i;
endmodule
"""


def test_a_register_may_differ_while_nobody_looks(tmp_path: Path) -> None:
    texts = {"equal": HELD.replace("if (push_i) q", "q")}
    texts["other"] = texts["equal"].replace("full ? q : 4'd0", "q")
    bare = HELD.replace("full ? q : 4'd0", "q")
    for name, text in {"old": HELD, "bare": bare, **texts}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "held.v").write_text(text)
    files = {one: {"held": tmp_path / one / "held.v"} for one in ("old", "equal", "bare", "other")}
    work = tmp_path / "work"
    assert not same("held", {}, files["old"], files["equal"], [], work).equal
    assert same("held", {}, files["old"], files["equal"], [], work, hidden=True).equal
    # Who shows it shows the difference.
    answer = same("held", {}, files["bare"], files["other"], [], work, hidden=True)
    assert answer.detail.startswith("q_o_gold")


LATE = """module late (
  input  wire       clk_i,
  input  wire       rst_ni,
  input  wire [1:0] a_i,
  output wire [1:0] q_o
);
  reg [1:0] first, other;
  assign q_o = other[0] ? first : other;
  always @(posedge clk_i or negedge rst_ni)
    if (!rst_ni) first <= 2'd0;
    else first <= a_i;
  always @(posedge clk_i or negedge rst_ni)
    if (!rst_ni) other <= 2'd0;
    else other <= a_i;
endmodule
"""


def test_what_reset_alone_gives_may_differ_while_nobody_looks(tmp_path: Path) -> None:
    """Nobody looks in the one cycle in which it differs, or somebody does."""
    versions = {
        "old": LATE, "equal": LATE.replace("first <= 2'd0", "first <= 2'd3"),
        "seen": LATE.replace("other <= 2'd0", "other <= 2'd2"),
        "stays": LATE.replace("first <= a_i", "first <= first"),
    }  # fmt: skip
    for name, text in versions.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "late.v").write_text(text)
    work = tmp_path / "work"

    def equal(name: str) -> bool:
        old, new = ({"late": tmp_path / one / "late.v"} for one in ("old", name))
        return same("late", {}, old, new, [], work, hidden=True).equal

    assert equal("equal")
    assert not equal("seen")
    assert not equal("stays")


COUNTER = """module counter (
  input  wire       clk_i,
  input  wire       rst_ni,
  input  wire       go_i,
  output wire [2:0] q_o
);
  reg [2:0] q;
  assign q_o = q;
  always @(posedge clk_i or negedge rst_ni)
    if (!rst_ni) q <= 3'd0;
    else if (go_i) q <= (q == 3'd5) ? 3'd0 : q + 3'd1;
endmodule
"""
COUNTER_RULES = """`include "rules.svh"

module counter_rules (
  input wire       clk_i,
  input wire       rst_ni,
  input wire [2:0] q
);
  `STARTS_IN_RESET
  `RULE(in_range, q <= 3'd5)
`ifdef FORMAL
  (* anyconst *) wire any;
`endif
  `LIMIT(small, q < 3'd2)
endmodule
"""


def counted(folder: Path) -> Proof:
    """Return the proof of the counter."""
    (folder / "rules").mkdir()
    (folder / "rules" / "counter_rules.sv").write_text(COUNTER_RULES)
    (folder / "proofs.toml").write_text(
        '[[proof]]\nmodule = "counter"\nreason = "small"\n'
        + '[[proof.fault]]\nchange = ["q", "p"]\nbreaks = "in_range"\n' * 2
    )
    (proof,) = load(folder / "proofs.toml")
    return proof


def test_what_is_proved_of_a_module_is_known_to_the_solver(tmp_path: Path) -> None:
    """A difference beyond what the module reaches is none; one within it stays one."""
    proof = counted(tmp_path)
    for name, text in (("old", "=="), ("beyond", ">="), ("within", ">")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "counter.v").write_text(COUNTER.replace("q == ", f"q {text} "))

    def equal(name: str, known: Proof | None) -> bool:
        old, new = ({"counter": tmp_path / one / "counter.v"} for one in ("old", name))
        return same("counter", {}, old, new, [], tmp_path / "work", known=known).equal

    assert not equal("beyond", None)
    assert equal("beyond", proof)
    assert not equal("within", proof)
    old, beyond = ({"counter": tmp_path / one / "counter.v"} for one in ("old", "beyond"))
    assert same("counter", {}, old, beyond, [], tmp_path / "w", known=proof, hidden=True).equal


def test_a_mutant_that_breaks_a_proved_rule_is_killed_by_it(tmp_path: Path) -> None:
    source, proof = tmp_path / "counter.v", counted(tmp_path)
    proof.rules.write_text(COUNTER_RULES.replace("  `LIMIT(small, q < 3'd2)\n", ""))
    source.write_text(COUNTER)
    sources = Sources(files=[source], includes=[], macros=MACROS)
    every = {f"{item.old} > {item.new}": item for item in changes(read_sources([source])[0])}
    rules = Rules([proof], sources, tmp_path / "work")
    assert rules.broken(every["q == 3'd5 > q != 3'd5"], own=True) == ""  # 0 for ever
    assert rules.broken(every["q + 3'd1 > q - 3'd1"], own=True) == "counter.in_range"
    assert rules.broken(every["q + 3'd1 > q - 3'd1"], own=False) == ""
    source.write_text(COUNTER.replace("q <= 3'd0", "q <= 3'd7"))
    wrong = Rules([proof], sources, tmp_path / "work")
    with pytest.raises(UserError, match=r"without a change breaks counter\.in_range"):
        wrong.broken(every["q + 3'd1 > q - 3'd1"], own=True)


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


MACROS = Path(honeyguide.__file__).parent / "hdl" / "include" / "rules.svh"
RUNS = [Run(entry=Entry(name=f"demo.{name}", timeout_s=9), config="c", seed=1) for name in "AB"]


def outcome(wanted: Order, status: str) -> Outcome:
    """Return what comes of a run."""
    return Outcome(
        name=wanted.name, status=status, message=f"{status} it", seconds=1.0, sim_us=1.0, folder="",
        host="h",
    )  # fmt: skip


class Simulated:
    """Stands in for the simulator: says how a run of a mutant ends, and counts."""

    def __init__(self, folder: Path, ends: dict[str, str], active: dict[str, str]) -> None:
        self.folder, self.ends, self.active = folder, ends, active
        self.ran: list[str] = []
        self.limits: list[str | None] = []

    def __call__(self, orders: Sequence[Order], jobs: int) -> Iterator[Outcome]:
        """Run them."""
        for wanted in orders:
            self.ran.append(wanted.name)
            self.limits.append(wanted.env.get(variable("TIMEOUT_US")))
            number, _, run = wanted.name.partition("-")
            if number == WATCH:
                folder = self.folder / wanted.name
                folder.mkdir(exist_ok=True)
                seen = "".join(
                    f"choice {one} differs\n" for one in self.active.get(run[5], "12")
                ).replace("choice r differs", "choice 1 differs in reset")
                seen = seen.replace("choice R differs", "choice 2 differs in reset")
                (folder / "log.txt").write_text(seen)
                yield replace(outcome(wanted, "pass"), folder=str(folder))
            else:
                yield outcome(wanted, self.ends.get(f"{int(number)}{run[5]}", "pass"))


def campaign_of(
    demo: Source, folder: Path, monkeypatch: pytest.MonkeyPatch, ends: dict[str, str],
    active: dict[str, str] | None = None, ask: Callable[[Change, bool], Answer] | None = None,
    *, again: bool = False,
) -> tuple[Campaign, Simulated]:  # fmt: skip
    """Return a campaign of two changes whose runs end as `ends` says, by number and test.

    `active` are the changes whose place differs in a test, both if it does not say.
    """
    simulated = Simulated(folder, ends, active or {})
    monkeypatch.setattr(campaign_module, "run_local", simulated)
    monkeypatch.setattr(campaign_module, "core", lambda: SimpleNamespace(hdl=tuple))
    monkeypatch.setattr(campaign_module, "sources", tuple)
    one, two = changes(demo)[:2]
    two = replace(two, reset="R" in "".join((active or {}).values()))
    built = SimpleNamespace(changes={1: one, 2: two}, refused={}, build=folder)
    means = Means(config="c", runs=RUNS, folder=folder, jobs=1)
    campaign = Campaign(built, built, means, lambda _: None, ask, again=again)  # type: ignore[arg-type]
    return campaign, simulated


def fates(mutants: Sequence[Mutant]) -> list[str]:
    """Return the fates in order."""
    return [str(item.fate) for item in mutants]


def test_a_failing_run_kills_and_all_passing_ones_do_not(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, _ = campaign_of(demo, tmp_path, monkeypatch, {"2B": "fail"})
    mutants = campaign.run()
    assert fates(mutants) == ["survived", "killed"]
    assert mutants[1].test == "demo.B-c-1"
    assert score_of(mutants) == 0.5


@pytest.mark.parametrize("status", ["timeout", "crash", "error"])
def test_a_run_without_a_verdict_kills_nothing_and_is_tried_again(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    campaign, simulated = campaign_of(demo, tmp_path, monkeypatch, {"1A": status})
    assert fates(campaign.run()) == ["survived", "survived"]
    assert simulated.ran.count("00001-demo.A-c-1") == 2


def test_nothing_is_judged_by_a_run_that_the_good_core_fails(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, _ = campaign_of(demo, tmp_path, monkeypatch, {"0A": "fail", "1A": "fail"})
    with pytest.raises(UserError, match="core without a change fails"):
        campaign.run()


def test_a_run_in_which_the_place_never_differs_is_not_made(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, simulated = campaign_of(
        demo, tmp_path, monkeypatch, {"2B": "fail"}, {"A": "1", "B": ""}
    )
    mutants = campaign.run()
    assert fates(mutants) == ["survived", "survived"]
    assert [name for name in simulated.ran if name.startswith(("00001", "00002"))] == [
        "00001-demo.A-c-1"
    ]
    assert [item.differs for item in mutants] == [1, 0]


def test_what_differs_in_reset_alone_is_given_a_few_runs(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaign_module, "IN_RESET", 1)
    campaign, simulated = campaign_of(demo, tmp_path, monkeypatch, {}, {"A": "rR", "B": "rR"})
    mutants = campaign.run()
    ran = [name[:5] for name in simulated.ran if not name.startswith((WATCH, "00000"))]
    assert ran == ["00001", "00002", "00002"]  # 2 is a change of what reset does
    assert [item.differs for item in mutants] == [0, 2]


def test_a_run_of_a_mutant_may_not_take_for_ever(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, simulated = campaign_of(demo, tmp_path, monkeypatch, {"2A": "fail"})
    campaign.run()
    limits = dict(zip(simulated.ran, simulated.limits, strict=True))
    assert limits["00000-demo.A-c-1"] is None  # the good core has the limit of every run
    assert limits["00001-demo.A-c-1"] == str(3 * 1 + 200)


def test_the_solver_is_asked_once_and_its_proofs_are_kept(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def ask(change: Change, last: bool) -> Answer:
        assert not last
        asked.append(changes(demo).index(change) + 1)
        return Answer(equal=asked[-1] == 2, detail="not shown")

    first, _ = campaign_of(demo, tmp_path, monkeypatch, {}, ask=ask)
    assert fates(first.run()) == ["survived", "proved"]
    again, simulated = campaign_of(demo, tmp_path, monkeypatch, {}, ask=ask)
    assert fates(again.run()) == ["survived", "proved"]
    assert asked == [1, 2]
    assert simulated.ran == []


def test_only_what_has_killed_is_run_on_the_good_core(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, simulated = campaign_of(demo, tmp_path, monkeypatch, {"1A": "fail", "2A": "fail"})
    campaign.run()
    assert [name for name in simulated.ran if name.startswith("00000")] == ["00000-demo.A-c-1"]


def test_what_passes_every_run_may_break_a_rule(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, _ = campaign_of(demo, tmp_path, monkeypatch, {"1A": "fail"})
    judged: list[tuple[str, bool]] = []

    def break_rule(change: Change, last: bool) -> str:
        judged.append((change.name, last))
        return "demo.in_range" if last else ""

    campaign.break_rule = break_rule
    mutants = campaign.run()
    assert fates(mutants) == ["killed", "killed"]
    assert mutants[1].test == "rule demo.in_range"
    assert judged == [(mutants[1].change.name, False), (mutants[1].change.name, True)]
    again, simulated = campaign_of(demo, tmp_path, monkeypatch, {})
    assert [item.test for item in again.run()] == ["demo.A-c-1", "rule demo.in_range"]
    assert simulated.ran == []


def test_what_the_style_forbids_is_given_no_run(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, simulated = campaign_of(demo, tmp_path, monkeypatch, {"1A": "fail"})
    names = {1: "", 2: "style.reset_is_whole"}
    one, _ = campaign.merged.changes.values()
    campaign.break_style = lambda change: names[1 if change == one else 2]
    mutants = campaign.run()
    assert fates(mutants) == ["killed", "killed"]
    assert mutants[1].test == "rule style.reset_is_whole"
    assert not [name for name in simulated.ran if name.startswith("00002")]


def test_a_mutant_is_given_no_more_runs_than_asked_for(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, simulated = campaign_of(demo, tmp_path, monkeypatch, {"1B": "fail"})
    campaign.most = 1
    assert fates(campaign.run()) == ["survived", "survived"]
    assert len([name for name in simulated.ran if name.startswith("00001")]) == 1


def test_a_reset_that_leaves_something_out_breaks_the_style() -> None:
    """Every such change of the core is seen, and no other change of a reset."""
    for source in read_sources(core().hdl()):
        for change in changes(source):
            if change.kind == "removed_reset":
                assert style_broken(change), change
    (tenant,) = read_sources([path for path in core().hdl() if path.stem == "ratel_tenant"])
    others = [item for item in changes(tenant) if item.kind != "removed_reset"]
    assert {style_broken(item) for item in others} == {""}


def test_what_passes_every_run_is_given_the_tests_of_units(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, _ = campaign_of(demo, tmp_path, monkeypatch, {"1A": "fail"})
    campaign.break_unit = lambda _: "tests/rtl/x/test_x.py::test_it: expected 1, got 2"
    mutants = campaign.run()
    assert fates(mutants) == ["killed", "killed"]
    assert mutants[1].test == "tests/rtl/x/test_x.py::test_it"
    assert mutants[1].message == "expected 1, got 2"
    again, simulated = campaign_of(demo, tmp_path, monkeypatch, {})
    assert [item.test for item in again.run()] == [item.test for item in mutants]
    assert simulated.ran == []


@pytest.mark.parametrize("built", [True, False])
def test_a_unit_kills_if_it_was_built_and_the_good_core_passes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, built: bool
) -> None:
    (path,) = (path for path in core().hdl() if path.stem == "ratel_saturate")
    change = changes(read_sources([path])[0])[0]
    unit, whole = "tests/rtl/control/test_control.py::test_a", "tests/sim/test_b.py::test_b"
    good = path.read_text()
    asked: list[tuple[str, bool]] = []

    def failing(tree: Tree, ids: Sequence[str]) -> Failure | None:
        broken = (tree.root / path.relative_to(ROOT)).read_text() != good
        asked.extend((name, broken) for name in ids)
        return Failure(test=unit, message="x", built=built, passed=0) if broken else None

    monkeypatch.setattr(units_module, "collect", lambda _: [whole, unit])
    monkeypatch.setattr(units_module, "first_failure", failing)
    units = Units(tmp_path, "8x8")
    assert units.broken(change) == (f"{unit}: x" if built else "")
    assert asked == [(unit, True), (unit, False)][: 1 + built]
    monkeypatch.setattr(
        units_module, "first_failure",
        lambda *_: Failure(test=unit, message="x", built=True, passed=0),
    )  # fmt: skip
    with pytest.raises(UserError, match="without a change fails"):
        Units(tmp_path, "8x8").broken(change)


def test_an_interrupted_campaign_goes_on(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = campaign_of(demo, tmp_path, monkeypatch, {"1A": "fail"})
    first.run()
    again, simulated = campaign_of(demo, tmp_path, monkeypatch, {})
    assert fates(again.run()) == ["killed", "survived"]
    assert simulated.ran == []


def test_what_was_taken_before_a_campaign_was_killed_is_in_its_figure(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = campaign_of(demo, tmp_path, monkeypatch, {"1A": "fail", "2A": "fail"})
    monkeypatch.setattr(campaign_module, "cpu_seconds", lambda: 100.0)
    over = first._spent
    # Killed outright, nothing is written at the end.
    monkeypatch.setattr(
        first, "_spent", lambda over=False: None if over else Campaign._spent(first)
    )
    first.run()
    assert "broken_off" not in first.history()
    second, _ = campaign_of(demo, tmp_path, monkeypatch, {})
    second.run()
    said = second.history()
    assert (said["cpu_seconds"], said["broken_off"]) == (200.0, 1)
    over(over=True)
    third, _ = campaign_of(demo, tmp_path, monkeypatch, {})
    third.run()
    assert "broken_off" not in third.history()


def test_a_solver_without_an_answer_in_a_moment_is_asked_again_at_the_end(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, bool]] = []

    def ask(change: Change, last: bool) -> Answer:
        asked.append((changes(demo).index(change) + 1, last))
        return Answer(equal=last, detail="" if last else f"{NO_ANSWER} 20 s")

    campaign, _ = campaign_of(demo, tmp_path, monkeypatch, {"2B": "fail"}, ask=ask)
    monkeypatch.setattr(campaign_module, "PATIENCE", 1)
    assert fates(campaign.run()) == ["proved", "killed"]
    # One of a module that takes long is enough to know that others do.
    assert asked == [(1, False), (1, True)]


def test_what_survived_is_tried_again_with_what_is_new(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = campaign_of(demo, tmp_path, monkeypatch, {"1A": "fail"})
    assert fates(first.run()) == ["killed", "survived"]
    assert "began" not in first.history()
    new = tmp_path / "new_test.py"
    new.write_text("another bench")
    second, simulated = campaign_of(demo, tmp_path, monkeypatch, {"2B": "fail"}, again=True)
    monkeypatch.setattr(campaign_module, "sources", lambda: [new])
    second.state.key = second._key()
    mutants = second.run()
    assert fates(mutants) == ["killed", "killed"]
    assert not [name for name in simulated.ran if name.startswith("00001")]
    # The good core passes what has killed then and now.
    assert {"00000-demo.A-c-1", "00000-demo.B-c-1"} <= set(simulated.ran)
    assert second.history()["kept"] == 1
    interrupted, _ = campaign_of(demo, tmp_path, monkeypatch, {}, again=True)
    monkeypatch.setattr(campaign_module, "sources", lambda: [new])
    interrupted.state.key = interrupted._key()
    assert fates(interrupted.run()) == ["killed", "killed"]
    assert interrupted.history()["kept"] == 1
    assert "commit" in second.history()["began"]
    monkeypatch.setattr(campaign_module, "core", lambda: SimpleNamespace(hdl=lambda: [new]))
    third, _ = campaign_of(demo, tmp_path, monkeypatch, {}, again=True)
    monkeypatch.setattr(campaign_module, "core", lambda: SimpleNamespace(hdl=lambda: [new]))
    third.state.key = third._key()
    with pytest.raises(UserError, match="no earlier campaign on these changes"):
        third.run()


def test_what_a_campaign_leaves_open_counts_as_a_survivor(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _ = campaign_of(demo, tmp_path, monkeypatch, {"1A": "fail"})
    first.run()
    lines = (tmp_path / "state.jsonl").read_text().splitlines()
    left = [line for line in lines if "00002-" not in line or "demo.A" in line]
    (tmp_path / "state.jsonl").write_text("\n".join(left) + "\n")  # as if it had been interrupted
    now, simulated = campaign_of(demo, tmp_path, monkeypatch, {"2B": "fail"})
    now.now = True
    mutants = now.run()
    assert fates(mutants) == ["killed", "survived"]
    assert mutants[1].message == "not decided: 1 runs passed, then no more"
    assert simulated.ran == []


def test_what_has_passed_a_few_runs_is_given_others(demo: Source) -> None:
    """Short runs kill much at first and nothing of what they have passed for long."""
    killers = Killers(RUNS, seconds={"demo.A-c-1": 0.3, "demo.B-c-1": 3.0})
    named = {"demo.A-c-1", "demo.B-c-1"}
    for _ in range(8):
        killers.learn("demo.A-c-1", "demo", killed=True, passed=0)
        killers.learn("demo.A-c-1", "demo", killed=False, passed=9)
        killers.learn("demo.B-c-1", "demo", killed=True, passed=9)
    early, late = (killers.best("demo", named, passed=number) for number in (0, 9))
    assert early is not None
    assert late is not None
    assert (early.name, late.name) == ("demo.A-c-1", "demo.B-c-1")


def test_changes_that_no_tool_takes_are_no_pass(
    demo: Source, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = [mutant(changes(demo)[0], Fate.NOT_BUILT)]
    wanted = SimpleNamespace(n=1, seed=1, config="c", publish=False)
    results = Results(command="mutate", folder=tmp_path)
    code = report(results, refused, wanted, 1.0, {"cpu_seconds": 1.0})  # type: ignore[arg-type]
    assert code == 1
    assert "nothing was judged" in capsys.readouterr().out


def mutant(change: Change, fate: Fate, **more: object) -> Mutant:
    """Return a mutant."""
    return replace(Mutant(number=1, change=change, fate=fate), **more)  # type: ignore[arg-type]


def test_reasons_stand_beside_survivors(tmp_path: Path) -> None:
    table = tmp_path / "survivors.toml"
    table.write_text(
        '[[survivor]]\nmodule = "m"\nold = "a  +\\n b"\nnew = ""\nreason = "Nobody asks."\n'
    )
    item = {"module": "m", "old": "a + b", "new": "", "why": "4 runs passed"}
    assert [one["why"] for one in explained([item, {**item, "new": "c"}], read(table))] == [
        "4 runs passed. Nobody asks.", "4 runs passed",
    ]  # fmt: skip
    table.write_text('[[survivor]]\nmodule = "m"\nold = "a"\nreason = "x"\n')
    with pytest.raises(UserError, match="says nothing of its new"):
        read(table)
    with pytest.raises(UserError, match="can't be read"):
        read(tmp_path / "none.toml")


def test_what_is_explained_still_stands_there() -> None:
    """A reason for a change that is not possible any more would explain nothing."""
    every = {
        (item.module, " ".join(item.old.split()), " ".join(item.new.split()))
        for item in [
            *(one for source in read_sources(core().hdl()) for one in changes(source)),
            *(one for part in core().parts.values() for one in changes_of(part)),
        ]
    }
    assert [key for key in reasons() if key not in every] == []


def test_the_report_counts_and_explains(demo: Source) -> None:
    change = changes(demo)[0]
    said = content(
        [
            mutant(change, Fate.KILLED, test="t"),
            mutant(change, Fate.PROVED),
            mutant(change, Fate.NOT_BUILT),
            mutant(change, Fate.SURVIVED, tried=4, differs=0),
            mutant(change, Fate.SURVIVED, tried=4, differs=2),
        ]
    )
    assert (said["mutants"], said["killed"], said["proved"], said["score"]) == (5, 1, 1, 0.3333)
    made = {"config": "c", "seed": 1, "date": "2026-01-02", "commit": "abc", "cpu_seconds": 60.0}
    golden = {**said, **made, "mutants": 7}
    written = page({**said, **made}, command="make mutate", runs=4, parts={"golden": golden})
    assert "| golden | 7 | 1 | 2 | 33.3% | 2026-01-02, abc |" in written
    assert unbroken(written)
    assert not unbroken(written.replace("| 33.3% |", "| 99.9% |", 1))
    assert not unbroken(written.rpartition("\n<!--")[0])
    assert "| `demo` | 5 | 1 | 1 | 2 | 33.3% |" in written
    assert "between | 6.1% and 79.2% |" in written
    assert "| time of processors | 60 s, 12.0 s a change |" in written
    assert "not\ndecided" not in written
    killed = page({**said, **made, "broken_off": 2}, command="make mutate", runs=4)
    assert "| time of processors, at least: this was killed twice, and its last work " in killed
    (left,) = said["survivors"][:1]
    open_ = {**left, "why": "not decided: 8 runs passed, then no more"}
    so_far = page({**said, **made, "survivors": [open_]}, command="make mutate", runs=59)
    assert "nobody would know. So is what was not\ndecided when this was written" in so_far
    assert "passed 59" not in so_far
    began = {"began": {"commit": "old", "date": "2026-01-01"}, "kept": 2}
    later = page({**said, **made, **began}, command="make mutate", runs=4)
    assert "began on 2026-01-01 and settled 2;" in later
    assert written.count("| `demo.v:") == 4  # the core's, and the part's
    assert [item["why"].rsplit(": ")[-1] for item in said["survivors"]] == [
        "stimulus is missing", "a check is missing",
    ]  # fmt: skip
