"""A kill is a check that fell on the changed core, and passes on the good one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from honeyguide.cli import UserError
from honeyguide.mutate import campaign as campaign_module
from honeyguide.mutate.campaign import WATCH
from honeyguide.mutate.command import report
from honeyguide.mutate.kinds import Change, changes
from honeyguide.mutate.report import Fate, score_of
from honeyguide.mutate.runs import Killers
from honeyguide.mutate.source import Source
from honeyguide.proofs.equivalence import NO_ANSWER, Answer
from honeyguide.report.files import Results
from tests.framework.mutate.campaigns import RUNS, campaign_of, fates
from tests.framework.mutate.mutants import mutant


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


@pytest.mark.parametrize("breaks", [False, True])
def test_rules_that_break_nothing_are_asked_behind_tests_of_units(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, breaks: bool
) -> None:
    """What a unit's test kills need not be shown to a solver that has no answer for its module."""
    campaign, _ = campaign_of(demo, tmp_path, monkeypatch, {})
    monkeypatch.setattr(campaign_module, "FEW", 1)
    campaign.means = replace(campaign.means, jobs=1)
    asked: list[tuple[str, int]] = []
    numbers = {change.name: number for number, change in campaign.merged.changes.items()}

    def break_rule(change: Change, last: bool) -> str:
        asked.append(("around" if last else "rules", numbers[change.name]))
        return "demo.in_range" if breaks and not last else ""

    def broken(change: Change, own: bool, others: bool) -> str:
        asked.append(("units" if own else "others", numbers[change.name]))
        return ""

    campaign.break_rule, campaign.break_unit = break_rule, broken
    assert fates(campaign.run()) == (["killed", "killed"] if breaks else ["survived", "survived"])
    one, other = asked[0][1], 3 - asked[0][1]
    if breaks:
        assert asked == [("rules", one), ("rules", other)]
    else:
        units = sorted([("units", one), ("units", other)])
        assert asked[0] == ("rules", one)
        assert sorted(asked[1:3]) == units
        assert asked[3] == ("rules", other)
        assert sorted(asked[4:]) == sorted(
            (what, number) for what in ("others", "around") for number in (1, 2)
        )


def test_what_the_style_forbids_is_given_no_run(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, simulated = campaign_of(demo, tmp_path, monkeypatch, {"1A": "fail"})
    names = {1: "", 2: "style.reset"}
    one, _ = campaign.merged.changes.values()
    campaign.break_style = lambda change: names[1 if change == one else 2]
    mutants = campaign.run()
    assert fates(mutants) == ["killed", "killed"]
    assert mutants[1].test == "rule style.reset"
    assert not [name for name in simulated.ran if name.startswith("00002")]


def test_a_mutant_is_given_no_more_runs_than_asked_for(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, simulated = campaign_of(demo, tmp_path, monkeypatch, {"1B": "fail"})
    campaign.most = 1
    assert fates(campaign.run()) == ["survived", "survived"]
    assert len([name for name in simulated.ran if name.startswith("00001")]) == 1


def test_what_passes_every_run_is_given_the_tests_of_units(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign, _ = campaign_of(demo, tmp_path, monkeypatch, {"1A": "fail"})
    campaign.break_unit = lambda *_: "tests/rtl/x/test_x.py::test_it: expected 1, got 2"
    mutants = campaign.run()
    assert fates(mutants) == ["killed", "killed"]
    assert mutants[1].test == "tests/rtl/x/test_x.py::test_it"
    assert mutants[1].message == "expected 1, got 2"
    again, simulated = campaign_of(demo, tmp_path, monkeypatch, {})
    assert [item.test for item in again.run()] == [item.test for item in mutants]
    assert simulated.ran == []


def test_units_are_asked_of_all_that_are_left_before_the_rest_of_the_runs(
    demo: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What no run reaches waits for those that have to pass some, as one build serves them all;
    other cores are asked about it, too, and at last about all that is left.
    """
    active = {"A": "1", "B": "1"}
    campaign, simulated = campaign_of(demo, tmp_path, monkeypatch, {}, active)
    monkeypatch.setattr(campaign_module, "PATIENCE", 1)
    asked: list[tuple[str, int, bool, bool]] = []

    def broken(change: Change, own: bool, others: bool) -> str:
        ran = [name for name in simulated.ran if not name.startswith(WATCH)]
        asked.append((change.name, len(ran), own, others))
        return "" if own else "tests/sim/test_options.py::test_it: expected 1, got 2"

    campaign.break_unit = broken
    assert fates(campaign.run()) == ["killed", "survived"]
    reached, other = (change.name for change in changes(demo)[:2])
    assert sorted(asked[:2]) == sorted([(reached, 1, True, False), (other, 1, True, True)])
    assert asked[2:] == [(reached, 2, False, True)]


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
    assert asked == [(1, False), (2, False), (1, True)]


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
