"""The plan names everything there is; each way in which it could not is caught."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from honeyguide.cli import UserError
from honeyguide.plan.plan import Universe, assertions, load_plan, problems, universe

PLAN = load_plan()
THERE = universe()


def test_the_plan_is_complete() -> None:
    assert problems(PLAN, THERE) == []


def test_there_is_something_to_plan() -> None:
    assert len(PLAN) >= 30
    assert len(THERE.tests) >= 30
    assert len(THERE.coverage) >= 80
    assert {"instruction:conv", "register:CTRL", "error:ACC", "counter:MACS"} <= THERE.spec
    assert "assert:axi_wlast" in THERE.coverage
    assert {entry.stage for entry in PLAN} == {"V1", "V2", "V3"}


@pytest.mark.parametrize("kind", ["tests", "coverage", "spec"])
def test_what_no_entry_names_is_a_problem(kind: str) -> None:
    more = replace(THERE, **{kind: getattr(THERE, kind) | {"a.NewThing"}})
    (sentence,) = problems(PLAN, more)
    assert sentence.startswith("a.NewThing: no entry names this")


@pytest.mark.parametrize("kind", ["tests", "coverage", "spec"])
def test_what_does_not_exist_is_a_problem(kind: str) -> None:
    change: dict[str, Any] = {kind: (*getattr(PLAN[0], kind), "a.Ghost")}
    first = replace(PLAN[0], **change)
    assert problems([first, *PLAN[1:]], THERE) == [f"{first.name}: a.Ghost does not exist"]


def test_an_entry_without_tests_or_coverage_is_a_problem() -> None:
    entry = replace(PLAN[0], name="bare", tests=(), coverage=(), spec=())
    found = problems([*PLAN, entry], THERE)
    assert found == [
        "bare: no test proves it",
        "bare: no coverage point shows that it was tried",
    ]


def test_taking_any_test_of_its_own_out_of_an_entry_is_a_problem() -> None:
    owners = {word: [e for e in PLAN if word in e.tests] for word in THERE.tests}
    word, (owner,) = next((w, o) for w, o in sorted(owners.items()) if len(o) == 1)
    less = replace(owner, tests=tuple(t for t in owner.tests if t != word))
    found = problems([less if e is owner else e for e in PLAN], THERE)
    assert f"{word}: no entry names this test" in found


def test_an_empty_plan_and_a_name_twice_are_problems() -> None:
    nothing = Universe(tests=frozenset(), coverage=frozenset(), spec=frozenset())
    assert problems([], nothing) == ["the plan has no entry"]
    assert f"two entries are called {PLAN[0].name}" in problems([*PLAN, PLAN[0]], THERE)


def test_assertions_are_found(tmp_path: Path) -> None:
    (tmp_path / "a.sv").write_text(
        "  one_rule: assert property (@(posedge clk) a |-> b);\n// two: assert property\n"
        "  three_rule : assert  property (x);\n  assume_it: assume property (y);\n"
        "  `STAYS(four_stays, valid_i, ready_i, data_i)\n"
    )
    assert assertions(tmp_path) == ["one_rule", "three_rule", "four_stays"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[entry]]\nname = 'x'", "x has no coverage, feature, stage, tests"),
        ("no toml", "can't be read"),
        (
            "[[entry]]\nname='x'\nfeature='y'\nstage='V9'\ntests=[]\ncoverage=[]",
            "'V9' is no stage",
        ),
        (
            "[[entry]]\nname='x'\nfeature='y'\nstage='V1'\ntests=[]\ncoverage=[]\nowner='z'",
            "owner means nothing",
        ),
    ],
)
def test_a_bad_plan_is_one_sentence(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=words):
        load_plan(path)
