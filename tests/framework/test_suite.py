"""The suite: dealt out fairly, complete, and refusing what it does not know."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from honeyguide.cli import UserError
from honeyguide.plan.catalogue import bench_tests
from honeyguide.regress.suite import (
    check_named,
    chosen_configs,
    chosen_entries,
    deal,
    left_out,
    load_suite,
    repeat_command,
)
from tb.build import ROOT

SUITE = load_suite()
FOUR = 4  # rounds until the entries with the least weight, a quarter, had a run


def test_every_test_of_the_bench_is_in_the_suite_and_nothing_else() -> None:
    known = {str(test) for test in bench_tests()}
    listed = {f"{entry.file}.{entry.test}" for entry in SUITE.entries}
    assert listed == known


def test_every_test_of_the_bench_is_run_by_pytest() -> None:
    """A regression runs them all; the self-test and a pull request see what pytest runs."""
    files = sorted((ROOT / "tests/sim").glob("*.py"))
    asked = "".join(path.read_text(encoding="utf-8") for path in files)
    whole = {"corners"}  # test_corners takes all of the file
    left = [
        str(test) for test in bench_tests()
        if test.registered is None and test.file not in whole and f'"{test.name}"' not in asked
    ]  # fmt: skip
    assert not left


def test_runs_have_names_of_their_own_and_seeds_in_a_row() -> None:
    runs = deal(SUITE.entries, SUITE.configs, count=500, seed=40)
    assert len({run.name for run in runs}) == 500
    assert [run.seed for run in runs] == list(range(40, 540))


def test_weights_decide_and_the_mix_is_even() -> None:
    runs = deal(SUITE.entries, SUITE.configs, count=1000, seed=1)
    total = round(FOUR * sum(entry.weight for entry in SUITE.entries))
    for part in (runs[:total], runs[total : 2 * total]):
        got = Counter(run.entry.name for run in part)
        assert got == {entry.name: FOUR * entry.weight for entry in SUITE.entries}
    configs = Counter(run.config for run in runs)
    assert max(configs.values()) - min(configs.values()) < 0.1 * len(runs)


def test_every_entry_meets_every_configuration() -> None:
    total = round(FOUR * sum(entry.weight for entry in SUITE.entries))
    runs = deal(SUITE.entries, SUITE.configs, count=len(SUITE.configs) * total, seed=1)
    met = {(run.entry.name, run.config) for run in runs}
    assert len(met) == len(SUITE.entries) * len(SUITE.configs)


def test_the_repeat_command_asks_for_the_same_run() -> None:
    run = deal(SUITE.entries, SUITE.configs, count=77, seed=5)[70]
    words = dict(word.split("=", 1) for word in repeat_command(run).split()[2:])
    entries = chosen_entries(SUITE, words["TESTS"].strip("'"))
    again = deal(
        entries, chosen_configs(SUITE, words["CONFIG"]), count=int(words["N"]),
        seed=int(words["SEED"]),
    )  # fmt: skip
    assert again == (run,)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("smoke.LoadAndStore", ["smoke.LoadAndStore"]),
        ("smoke.LoadAndStore@pin", ["smoke.LoadAndStore@pin"]),
        ("FenceAlone, registers.Counters", ["smoke.FenceAlone", "registers.Counters"]),
    ],
)
def test_words_choose_entries(words: str, names: list[str]) -> None:
    assert [entry.name for entry in chosen_entries(SUITE, words)] == names


@pytest.mark.parametrize("words", ["", "nothing.Such", "smoke.LoadAndStore,oops"])
def test_unknown_tests_are_one_sentence(words: str) -> None:
    with pytest.raises(UserError, match=r"unknown test|names no test"):
        chosen_entries(SUITE, words)


def test_unknown_configurations_are_one_sentence() -> None:
    with pytest.raises(UserError, match="unknown configuration '9x9'"):
        chosen_configs(SUITE, "8x8,9x9")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("this is no TOML", "can't be read"),
        ('configs = ["8x8"]\n[entry."a.B"]\nspeed = "warp"', "bad speed"),
        ('configs = ["8x8"]\n[entry."a.B"]\nwieght = 3', "wieght, which means nothing"),
    ],
)
def test_a_bad_suite_is_one_sentence(text: str, words: str, tmp_path: Path) -> None:
    path = tmp_path / "suite.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=words):
        load_suite(path)
    with pytest.raises(UserError, match="there is no suite"):
        load_suite(tmp_path / "missing.toml")


def test_what_was_named_and_has_no_run_is_refused() -> None:
    tests = "smoke,registers.ResetValues,offload"
    entries = chosen_entries(SUITE, tests)
    one = deal(entries, ("8x8", "4x4"), count=1, seed=1)
    with pytest.raises(UserError, match=r"N=1 leaves out .*, 4x4; give a larger N or name less"):
        check_named(SUITE, one, tests, "8x8,4x4")
    many = deal(entries, ("8x8", "4x4"), count=200, seed=1)
    check_named(SUITE, many, tests, "8x8,4x4")
    check_named(SUITE, one, None, None)


def test_entries_without_a_run_are_named() -> None:
    entries = SUITE.entries[:3]
    runs = deal(entries[:2], ("8x8",), count=9, seed=1)
    assert left_out(entries, runs) == f"left out with N=9: {entries[2].name}"
    assert left_out(entries[:2], runs) == ""
