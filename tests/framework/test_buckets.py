"""Failures that differ only in numbers, times and paths share a bucket; others do not."""

from __future__ import annotations

import pytest

from honeyguide.regress.buckets import buckets, cause_of
from honeyguide.regress.work import Outcome


def failure(
    message: str, *, name: str = "a", status: str = "fail", seconds: float = 1.0
) -> Outcome:
    return Outcome(
        name=name, status=status, message=message, seconds=seconds, sim_us=0.0, folder="", host="h"
    )


SAME = [
    (
        "instruction 5 `st.t addr=0x10 base=2`: byte 0x205 (pixel y=0 x=1 channel 2): expected 7, "
        "got 6, 3 of 90 bytes differ, by cycle 712",
        "instruction 61 `st.t addr=0x999 base=7`: byte 0x1205 (pixel y=10 x=1 channel 0): expected "
        "-7, got 16, 13 of 190 bytes differ, by cycle 99712",
    ),
    (
        "no end after 300 s; log: /home/a/ratel/build/regress/runs/x/log.txt",
        "no end after 60 s; log: /data/b/build/regress/runs/y/log.txt",
    ),
    (
        "[123] %Error: axi_checker.sv:92: Assertion failed in ratel_tb.check_axi.axi_wlast: x",
        "[99123] %Error: axi_checker.sv:92: Assertion failed in ratel_tb.check_axi.axi_wlast: x",
    ),
    ("hang: no pin moved (and 3 more)", "hang: no pin moved"),
]


@pytest.mark.parametrize(("first", "second"), SAME)
def test_the_same_cause_is_one_bucket(first: str, second: str) -> None:
    assert cause_of(failure(first)) == cause_of(failure(second))
    assert len(buckets([failure(first), failure(second, name="b")])) == 1


def test_other_causes_are_other_buckets() -> None:
    messages = [first for first, _ in SAME]
    messages += [
        "instruction 5 `conv in_base=1`: expected we=1, got 0",
        "[1] %Error: axi_checker.sv:92: Assertion failed in ratel_tb.check_axi.axi_b_asked: x",
        "interrupt line: expected 1, got 0, cycle 4",
    ]
    found = buckets(failure(text, name=str(index)) for index, text in enumerate(messages))
    assert len(found) == len(messages)
    twice = [failure("same words"), failure("same words", status="crash")]
    assert len(buckets(twice)) == 2


def test_the_most_frequent_comes_first_and_its_quickest_run_too() -> None:
    outcomes = [
        failure("rare", name="r"),
        failure("often 1", name="slow", seconds=9),
        failure("often 2", name="quick", seconds=1),
        Outcome(name="p", status="pass", message="", seconds=1, sim_us=0, folder="", host=""),
    ]
    first, second = buckets(outcomes)
    assert [item.name for item in first.outcomes] == ["quick", "slow"]
    assert second.cause == "rare"
