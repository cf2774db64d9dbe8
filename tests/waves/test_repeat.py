"""Repeating a failed run: which cycles, how often, and what a dead process still tells."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from honeyguide.cli import UserError
from honeyguide.regress.failures import ALTOGETHER, EACH, claim
from honeyguide.sim import SimResult, SimStatus
from honeyguide.waves.command import main, variable, window
from honeyguide.waves.repeat import (
    AFTER,
    BEFORE,
    LONGEST,
    Repeat,
    read_difference,
    window_of,
)
from scripts.debug.score import SETS, Expected, judge, load_table
from tb.env.crash import assertion_cycle, crash_difference, driver
from tb.env.first_difference_job import Stage
from tb.env.trace_records import Kind
from tests.waves.test_first_difference import right_job

ASSERTION = (
    "[3305000] %Error: axi_checker.sv:107: Assertion failed in "
    "ratel_tb.check_axi.{}: 'assert' failed."
)


def test_the_window_is_around_issue_and_difference() -> None:
    assert window_of(None) == (0, None)
    assert window_of({"cycle": 900, "issued": 700}) == (700 - BEFORE, 900 + AFTER)
    assert window_of({"cycle": 90_000, "issued": 700}) == (90_000 - LONGEST, 90_000 + AFTER)
    assert window_of({"cycle": 9, "issued": None}) == (1, 9 + AFTER)


def test_a_window_and_a_variable_of_the_command_line() -> None:
    assert window("10:20") == (10, 20)
    for text in ("20:10", "ten:20", "5"):
        with pytest.raises(ValueError, match=text):
            window(text)
    assert variable("A=b=c") == ("A", "b=c")
    with pytest.raises(UserError):
        variable("A")
    with pytest.raises(UserError, match="unknown test"):
        main(["--test", "nothing.Like"])
    with pytest.raises(UserError, match="name one test"):
        main(["--test", "layers"])


def test_only_the_first_few_of_a_cause_are_explained(tmp_path: Path) -> None:
    names = [f"t{number}" for number in range(EACH + 1)]
    claimed = [claim(tmp_path, "byte # differs", name) for name in names]
    assert [path is not None for path in claimed] == [True] * EACH + [False]
    assert claim(tmp_path, "byte # differs", "t0") is not None, "the same run again"
    causes = [claim(tmp_path, f"cause {number}", f"other{number}") for number in range(9)]
    assert sum(path is not None for path in causes) == ALTOGETHER - EACH


@pytest.mark.parametrize(
    ("name", "stage"),
    [("axi_ar_burst", Stage.LOAD), ("axi_wlast", Stage.STORE), ("axi_aw_stays", Stage.STORE)],
)
def test_an_assertion_names_the_engine_that_drives_the_signal(name: str, stage: Stage) -> None:
    assert driver(ASSERTION.format(name)) == stage
    assert assertion_cycle(ASSERTION.format(name)) == 330
    assert driver("Assertion failed in ratel_tb.check_cvxif.cvxif_id_is_free") == Stage.CONTROL


def test_a_burst_that_no_window_allows_names_its_engine_and_cycle() -> None:
    said = "ESCAPE: a burst writes 0x90a0..0x90d7, cycle 2174, which no window allows to user 2"
    assert (driver(said), assertion_cycle(said)) == (Stage.STORE, 2174)
    assert driver(said.replace("writes", "reads")) == Stage.LOAD


def test_a_dead_process_leaves_what_the_engines_were_doing(tmp_path: Path) -> None:
    _, recorder = right_job()
    keep = [row[0] < 13 * 20 + 12 for row in recorder.rows]
    recorder.rows = [row for row, kept in zip(recorder.rows, keep, strict=True) if kept]
    recorder.data = [data for data, kept in zip(recorder.data, keep, strict=True) if kept]
    assert not any(row[3] == Kind.STORE_DONE for row in recorder.rows)
    (tmp_path / "records.bin").write_bytes(recorder.records().tobytes())
    result = SimResult(
        status=SimStatus.FAIL, message=ASSERTION.format("axi_wlast"), tests=(), seed=1, seconds=1.0,
        returncode=-6, log=tmp_path / "log.txt", results_xml=None, coverage=None, waves=None,
    )  # fmt: skip
    found = crash_difference(tmp_path, result)
    assert (found["stage"], found["index"]) == ("store", 13)
    assert found["text"].startswith("st.t")
    assert "st.t" in (tmp_path / "trace.log").read_text(encoding="utf-8")
    (tmp_path / "records.bin").unlink()
    assert crash_difference(tmp_path, result)["index"] is None


def test_an_assertion_about_an_offer_names_the_word_that_was_offered(tmp_path: Path) -> None:
    _, recorder = right_job()
    for cycle, word in ((300, 0x0000000B), (330, 0x00000013), (340, 0x0200000B)):
        recorder.note(cycle, Kind.OFFERED, data=word.to_bytes(4, "little"))
    (tmp_path / "records.bin").write_bytes(recorder.records().tobytes())
    message = ASSERTION.replace("check_axi.", "check_cvxif.cvxif_")
    texts = {}
    for name in ("accepts_own_opcode", "result_after_commit"):
        result = SimResult(
            status=SimStatus.FAIL, message=message.format(name), tests=(), seed=1, seconds=1.0,
            returncode=-6, log=tmp_path / "log.txt", results_xml=None, coverage=None, waves=None,
        )  # fmt: skip
        found = crash_difference(tmp_path, result)
        assert found["stage"] == "control" and found["cycle"] == 330
        texts[name] = found["text"]
    assert texts["accepts_own_opcode"] == ".word 0x00000013"
    assert ".word" not in texts["result_after_commit"]


@pytest.mark.parametrize(
    ("found", "message", "stage"),
    [
        (100, ASSERTION.format("axi_wlast"), "array"),  # in cycle 330
        (400, ASSERTION.format("axi_wlast"), "control"),  # as nothing else is known of it
        (None, ASSERTION.format("axi_wlast"), "control"),
        (400, "MacLayers: byte 7 differs", "array"),
        (None, "", None),
    ],
)
def test_of_an_assertion_and_a_difference_the_earlier_one_counts(
    found: int | None, message: str, stage: str | None, tmp_path: Path
) -> None:
    (tmp_path / "run").mkdir()
    if found is not None:
        told = {"stage": "array", "cycle": found, "sentences": "instruction 3: sums"}
        (tmp_path / "run" / "difference.json").write_text(json.dumps(told), encoding="utf-8")
    result = SimResult(
        status=SimStatus.FAIL if message else SimStatus.PASS, message=message, tests=(), seed=1,
        seconds=1.0, returncode=0, log=tmp_path / "log.txt", results_xml=None, coverage=None,
        waves=None,
    )  # fmt: skip
    wanted = Repeat(module="tb.tests.layers", test="MacLayers", seed=1, folder=tmp_path)
    said = read_difference(wanted, result)
    assert (None if said is None else said["stage"]) == stage
    if found == 100:
        assert said is not None and "axi_wlast" in said["sentences"]


def test_the_score_counts_only_what_is_right() -> None:
    expected = Expected(fault="x", stages=("load",), instruction="ld\\.", tests=("a.B",))
    right = {"index": 3, "text": "ld.t addr=0", "stage": "load"}
    assert judge(expected, right) == (True, True, True)
    assert judge(expected, {**right, "stage": "store"}) == (True, False, True)
    assert judge(expected, {**right, "text": "st.t addr=0"}) == (False, True, True)
    assert judge(expected, {**right, "text": ""}) == (False, False, False)
    assert judge(expected, None) == (False, False, False)
    hang = replace(expected, awaited="^AR")
    assert judge(hang, {**right, "awaited": "AR, R"}) == (True, True, True)
    assert judge(hang, {**right, "awaited": "R"}) == (True, True, False)
    nobody = replace(expected, instruction="-")
    assert judge(nobody, {**right, "text": ""}) == (True, True, True)
    assert judge(nobody, right) == (False, True, True)


def test_the_tables_are_as_large_as_they_say() -> None:
    sizes = {name: len(load_table(name)) for name in SETS}
    assert set(sizes.values()) == {20, 12}
    assert all(size == (20 if "faults" in name else 12) for name, size in sizes.items())
    names = [entry.fault for name in SETS for entry in load_table(name)]
    assert len(set(names)) == len(names)
    assert all(entry.awaited for name in SETS if "hangs" in name for entry in load_table(name))
