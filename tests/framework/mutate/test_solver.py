"""The solver tells what changes nothing from what does, and which proved rule a change breaks."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

import honeyguide
from honeyguide.cli import UserError
from honeyguide.mutate.kinds import changes
from honeyguide.mutate.rules import Rules
from honeyguide.mutate.source import read_sources
from honeyguide.proofs import elaborated as elaborated_module
from honeyguide.proofs.elaborated import Elaborated
from honeyguide.proofs.equivalence import NO_ANSWER, Answer, Files, Question, same
from honeyguide.proofs.table import Proof, load
from honeyguide.proofs.task import Outcome, Sources, Verdict
from tests.framework.mutate.mutants import PART


def question(module: str, old: Files, new: Files, folder: Path) -> Question:
    """Return what is asked of two versions of a module without parameters."""
    return Question(
        module=module, values={}, old=old, new=new, headers=([], []), folder=folder
    )  # fmt: skip


def test_the_solver_tells_equal_from_changed(tmp_path: Path) -> None:
    for name, text in (("old", "a_i & ~b_i"), ("equal", "~(~a_i | b_i)"), ("other", "a_i & b_i")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "part.v").write_text(PART.replace("a_i & ~b_i", text))
    old, equal, other = ({"part": tmp_path / name / "part.v"} for name in ("old", "equal", "other"))
    assert same(question("part", old, equal, tmp_path / "work")).equal
    answer = same(question("part", old, other, tmp_path / "work"))
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
    assert "both" in same(question("masked", old, equal, work)).detail
    assert same(question("masked", old, equal, work), hidden=True).equal
    answer = same(question("masked", old, other, work), hidden=True)
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
    assert not same(question("held", files["old"], files["equal"], work)).equal
    assert same(question("held", files["old"], files["equal"], work), hidden=True).equal
    # Who shows it shows the difference.
    answer = same(question("held", files["bare"], files["other"], work), hidden=True)
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
        return same(question("late", old, new, work), hidden=True).equal

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

    def equal(name: str, known: Sequence[Proof]) -> bool:
        old, new = ({"counter": tmp_path / one / "counter.v"} for one in ("old", name))
        return same(question("counter", old, new, tmp_path / "work"), known=known).equal

    assert not equal("beyond", [])
    assert equal("beyond", [proof])
    assert not equal("within", [proof])
    old, beyond = ({"counter": tmp_path / one / "counter.v"} for one in ("old", "beyond"))
    assert same(question("counter", old, beyond, tmp_path / "w"), known=[proof], hidden=True).equal


def test_a_proof_that_looks_inside_is_known_as_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it sees there is for the proof; its rules are those of a simulation."""
    tapped = replace(counted(tmp_path), taps=["(* hierconn *) wire \\u_none.q ;"])
    monkeypatch.setattr(Elaborated, "_parameters", lambda *_: {})
    assert Elaborated("counter", {}, tmp_path, [], proofs=[tapped])._proofs == {"counter": tapped}


OFFER = """module offer (
  input  wire       clk_i,
  input  wire       rst_ni,
  input  wire       take_i,
  input  wire [2:0] place_i,
  output wire       valid_o,
  output wire       last_o
);
  reg       valid_q;
  reg [2:0] place_q;
  assign valid_o = valid_q;
  assign last_o  = place_q == 3'd5;
  always @(posedge clk_i or negedge rst_ni)
    if (!rst_ni) valid_q <= 1'b0;
    else if (take_i) valid_q <= place_i <= 3'd5;
  always @(posedge clk_i)
    if (take_i) place_q <= place_i;
endmodule
"""
TAKER = """module taker (
  input  wire       clk_i,
  input  wire       rst_ni,
  input  wire       take_i,
  input  wire [2:0] place_i,
  input  wire       look_i,
  output wire       ends_o
);
  wire valid;
  wire last;
  offer u_offer (.clk_i (clk_i), .rst_ni (rst_ni), .take_i (take_i), .place_i (place_i),
                 .valid_o (valid), .last_o (last));
  assign ends_o = look_i && valid && last;
endmodule
"""
OFFER_RULES = """`include "rules.svh"

module offer_rules (
  input wire       clk_i,
  input wire       rst_ni,
  input wire       valid_o,
  input wire [2:0] place_q
);
  `STARTS_IN_RESET
  `RULE_IF(in_range, valid_o, place_q <= 3'd5)
endmodule
"""


@pytest.mark.parametrize(("text", "equal"), [(">=", True), ("<=", False)])
def test_what_is_not_offered_may_differ_if_rules_say_what_is(
    tmp_path: Path, text: str, equal: bool
) -> None:
    """The part's own rules do not make it equal, nor the module around it without them."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "offer_rules.sv").write_text(OFFER_RULES)
    (tmp_path / "proofs.toml").write_text(
        '[[proof]]\nmodule = "offer"\n'
        + '[[proof.fault]]\nchange = ["q", "p"]\nbreaks = "in_range"\n' * 2
    )
    (proof,) = load(tmp_path / "proofs.toml")
    files: dict[str, dict[str, Path]] = {}
    for name, changed in (("old", "=="), ("new", text)):
        (tmp_path / name).mkdir()
        files[name] = {part: tmp_path / name / f"{part}.v" for part in ("offer", "taker")}
        files[name]["offer"].write_text(OFFER.replace("place_q ==", f"place_q {changed}"))
        files[name]["taker"].write_text(TAKER)
    elaborated = object.__new__(Elaborated)
    elaborated.parameters = {"offer": [{}], "taker": [{}]}
    elaborated.includes = elaborated.former = []
    elaborated._memories, elaborated._large = set(), set()
    work = tmp_path / "work"
    elaborated._proofs = {}
    assert not elaborated.around("offer", files["old"], files["new"], work).equal
    elaborated._proofs = {"offer": proof}
    assert not elaborated.same("offer", files["old"], files["new"], work).equal
    assert elaborated.around("offer", files["old"], files["new"], work).equal is equal


def test_a_mutant_that_breaks_a_proved_rule_is_killed_by_it(tmp_path: Path) -> None:
    source, proof = tmp_path / "counter.v", counted(tmp_path)
    proof.rules.write_text(COUNTER_RULES.replace("  `LIMIT(small, q < 3'd2)\n", ""))
    source.write_text(COUNTER)
    sources = Sources(files=[source], includes=[], macros=MACROS)
    every = {f"{item.old} > {item.new}": item for item in changes(read_sources([source])[0])}
    rules = Rules([proof], sources, tmp_path / "work", around_s=60)
    assert rules.broken(every["q == 3'd5 > q != 3'd5"], own=True) == ""  # 0 for ever
    assert rules.broken(every["q + 3'd1 > q - 3'd1"], own=True) == "counter.in_range"
    assert rules.broken(every["q + 3'd1 > q - 3'd1"], own=False) == ""
    source.write_text(COUNTER.replace("q <= 3'd0", "q <= 3'd7"))
    wrong = Rules([proof], sources, tmp_path / "work", around_s=60)
    with pytest.raises(UserError, match=r"without a change breaks counter\.in_range"):
        wrong.broken(every["q + 3'd1 > q - 3'd1"], own=True)


def test_changes_of_one_place_are_asked_in_folders_of_their_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are asked at the same time, and the second would put its file under the first."""
    (tmp_path / "counter.v").write_text(COUNTER)
    sources = Sources(files=[tmp_path / "counter.v"], includes=[], macros=MACROS)
    texts: dict[Path, str] = {}

    def hunted(_p: Proof, given: Sources, *_: object) -> None:
        texts[given.files[0]] = given.files[0].read_text(encoding="utf-8")

    monkeypatch.setattr("honeyguide.mutate.rules.hunt", hunted)
    rules = Rules([counted(tmp_path)], sources, tmp_path / "work", around_s=60)
    every = changes(read_sources(sources.files)[0])
    for change in every:
        assert rules.broken(change, own=True) == ""
    assert len({(change.line, change.column) for change in every}) < len(every)
    assert len(texts) == len(every) == len(set(texts.values()))


def test_two_threads_ask_the_good_module_one_after_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has one folder, which the second would empty under the first."""
    (tmp_path / "counter.v").write_text(COUNTER)
    sources = Sources(files=[tmp_path / "counter.v"], includes=[], macros=MACROS)
    inside: set[Path] = set()
    together = []

    def hunted(
        _p: Proof, _s: Sources, folder: Path, depth: int, rules: Sequence[str] = ()
    ) -> Outcome | None:
        if not rules:
            return Outcome(verdict=Verdict.REFUTED, seconds=0.0, rule="in_range", step=depth)
        together.append(folder in inside)
        inside.add(folder)
        time.sleep(0.05)
        inside.discard(folder)
        return None

    monkeypatch.setattr("honeyguide.mutate.rules.hunt", hunted)
    rules = Rules([counted(tmp_path)], sources, tmp_path / "work", around_s=60)
    some = changes(read_sources(sources.files)[0])[:4]
    with ThreadPoolExecutor(len(some)) as pool:
        said = set(pool.map(lambda change: rules.broken(change, own=True), some))
    assert said == {"counter.in_range"}
    assert together and not any(together)


MACROS = Path(honeyguide.__file__).parent / "hdl" / "include" / "rules.svh"


def test_what_is_too_large_is_asked_again_with_its_rules_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def said(*_: object, known: Sequence[Proof] = (), **__: object) -> Answer:
        asked.append(bool(known))
        return Answer(equal=bool(known), detail="" if known else f"{NO_ANSWER} in 1 s")

    monkeypatch.setattr(elaborated_module, "same", said)
    source = tmp_path / "counter.v"
    source.write_text(COUNTER)
    elaborated = object.__new__(Elaborated)
    elaborated.parameters = {"counter": [{}]}
    elaborated.includes, elaborated.former = [], [tmp_path]  # so that nothing is left out at first
    elaborated._proofs, elaborated._memories, elaborated._large = {}, set(), set()

    def answer() -> Answer:
        asked.clear()
        files = {"counter": source}
        return elaborated.same("counter", files, files, tmp_path)

    assert not answer().equal
    assert asked == [False]
    assert "as of another change" in answer().detail
    assert asked == []  # nor is the next change of it
    elaborated._proofs["counter"] = counted(tmp_path)
    elaborated._large.clear()
    assert answer().equal
    assert asked == [False, True]
