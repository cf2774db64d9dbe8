"""Accounts of events: what is said of one that did not balance, and the table itself."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace

import pytest

from golden.config import config_names, load_config
from honeyguide.sim.toolchain import clean_environment, verilator
from tb.build import ROOT, debug_build, inner_defines
from tb.env.accounts import Mistake, broken_accounts
from tb.env.accounts_table import ACCOUNTS, Account
from tb.env.first_difference_job import Difference, Stage
from tb.env.waits import Record, Snapshot, follow, snapshot_of
from tb.env.waits_table import PARTS, bits
from tests.waves.test_waits import snapshot, stuck

PASSED_ON = Account(name="word", source="gather", sink="step", came="a", went="b", clear="c")
INSIDE = replace(PASSED_ON, sink="gather")


def only(mistake: Mistake, inside: int, account: Account = PASSED_ON, cycle: int = 70) -> Snapshot:
    """A core in which one account did not balance."""
    broken = broken_accounts([account], [inside], [mistake], [cycle])
    return replace(snapshot(), broken=broken)


def test_every_account_is_of_parts_that_exist_and_has_a_place() -> None:
    assert {part for item in ACCOUNTS for part in (item.source, item.sink)} <= set(PARTS)
    assert len(ACCOUNTS) <= len(Record().inside), "tb/hdl/trace_store.cpp has room for these"
    # One that any number may enter and nothing must leave says only that too much left.
    assert all(item.room is None or item.room >= 0 for item in ACCOUNTS)


def test_the_recorder_counts_what_the_table_says() -> None:
    text = (ROOT / "tb" / "hdl" / "wait_trace.sv").read_text(encoding="utf-8")
    for port, listed in (
        ("came_i", [item.came for item in ACCOUNTS]),
        ("went_i", [item.went for item in ACCOUNTS]),
        ("clear_i", [item.clear for item in ACCOUNTS]),
    ):
        (block,) = re.findall(rf"\.{port}\s*\(\{{\n(.*?)\n  \}}\)", text, re.S)
        assert re.findall(r"^    1'\((.*?)\),?$", block, re.M) == listed[::-1]


@pytest.mark.parametrize(
    ("name", "more"), [*((name, {}) for name in config_names()), ("8x8", {"WriteAfterData": 1})]
)
def test_the_recorders_fit_every_configuration(name: str, more: dict[str, int]) -> None:
    wanted = debug_build(name)
    parameters = {**load_config(name).verilog_parameters(), **more}
    defines = {**wanted["defines"], **inner_defines(parameters)}
    command = [
        verilator(), "--lint-only", "--timing", "--assert", "-Wno-fatal",
        "--top-module", wanted["top"], *(f"-I{folder}" for folder in wanted["includes"]),
        *(f"-D{key}={value}" for key, value in defines.items()),
        *(f"-G{key}={value}" for key, value in parameters.items()), *wanted["sources"],
    ]  # fmt: skip
    done = subprocess.run(
        [str(word) for word in command], env=clean_environment(), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    mistakes = [line for line in done.stderr.splitlines() if line.startswith("%Error")]
    assert done.returncode == 0 and not mistakes, mistakes[:5]


def test_who_still_owes_an_event_is_to_blame_else_who_acted_before_it() -> None:
    (owed,) = only(Mistake.TOO_MUCH_GONE, -1).broken
    assert owed.part == "gather" and "without having come in cycle 70" in owed.sentence()
    (early,) = only(Mistake.TOO_MUCH_GONE, 0).broken
    assert early.part == "step"
    (lost,) = only(Mistake.TOO_MUCH_INSIDE, 2).broken
    assert lost.part == "step" and "before the next" in lost.sentence()
    (late,) = only(Mistake.LATE, 1).broken
    assert late.part == "step" and "nothing went on" in late.sentence()
    assert broken_accounts([INSIDE], [1], [Mistake.NONE], [0]) == ()


def test_the_first_that_did_not_balance_is_told_first() -> None:
    found = broken_accounts(
        [PASSED_ON, INSIDE], [1, 1], [Mistake.LATE, Mistake.LATE], [90, 80]
    )  # fmt: skip
    assert [item.cycle for item in found] == [80, 90]


def test_an_account_that_did_not_balance_is_the_root_of_a_hang() -> None:
    waits = ("last word written", "writer", "needed", 140)
    bare = follow("execute end", stuck(snapshot(), waits), {})
    assert bare.broken is None
    hung = stuck(only(Mistake.LATE, 1, INSIDE), waits)
    hung = replace(hung, broken=only(Mistake.LATE, 1, INSIDE).broken)
    chain = follow("execute end", hung, {})
    assert (chain.root, chain.awaited, chain.since) == ("gather", "word", 70)
    assert chain.what().startswith("gather is the root, word (gather) came, and nothing went on")
    assert "last word written" in chain.sentences()
    alike = replace(INSIDE, source="writer", sink="writer")
    agreed = replace(hung, broken=only(Mistake.LATE, 1, alike).broken)
    chain = follow("execute end", agreed, {})
    assert (chain.root, chain.awaited) == ("writer", "word, last word written")


def test_a_wrong_value_after_an_account_that_did_not_balance_tells_it() -> None:
    wrong = Difference(stage=Stage.STORE, what="x: expected 1, got 2", cycle=100)
    told = wrong.after(only(Mistake.TOO_MUCH_GONE, -1).broken)
    assert (told.awaited, told.root, told.stage) == ("word", "gather", Stage.STORE)
    assert "before it, word (gather to step) acted on" in told.sentences()
    assert wrong.after(only(Mistake.LATE, 1, cycle=101).broken) == wrong, "it came later"
    assert wrong.after(()) == wrong
    lost = replace(wrong, missing=True, what="it was accepted but never started")
    assert lost.after(only(Mistake.TOO_MUCH_GONE, -1).broken).root == "gather"
    hung = replace(lost, awaited="tap", root="tap generator")
    assert hung.after(only(Mistake.TOO_MUCH_GONE, -1).broken) == hung, "its waits say more"


def test_a_record_of_the_recorder_is_read() -> None:
    record = Record(cycle=99)
    record.mistake[2], record.when[2], record.inside[2] = Mistake.TOO_MUCH_GONE, 41, -1

    read = snapshot_of(record)
    assert read is not None and len(read.now) == len(bits())
    (broken,) = read.broken
    assert broken.account == ACCOUNTS[2] and (broken.cycle, broken.inside) == (41, -1)
