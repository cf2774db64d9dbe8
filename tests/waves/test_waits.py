"""Who waits for whom: chains, loops, slots; and the table itself."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from honeyguide.sim import SimResult, SimStatus
from tb.build import ROOT
from tb.env.crash import RESET_PENDING, crash_difference
from tb.env.waits import Record, Snapshot, all_waits, follow, offered_to
from tb.env.waits_table import ENGINES, LINKS, NUMBERS, PARTS, SLOTS, WORK, bits

REST = 5  # since when everything is as it is at rest


def snapshot(numbers: dict[str, int] | None = None) -> Snapshot:
    """A core in which nobody waits for long."""
    now = dict.fromkeys(bits(), (False, REST))
    for link in LINKS:
        now[link.offer] = (not link.take, REST)
    now |= dict.fromkeys(WORK.values(), (True, REST))
    return Snapshot(cycle=999, now=now, numbers=dict.fromkeys(NUMBERS, 0) | (numbers or {}))


def stuck(base: Snapshot, *waits: tuple[str, str, str, int]) -> Snapshot:
    """The same with waits: (name of the link, source, "offered" or "needed", since)."""
    now = dict(base.now)
    for name, source, kind, since in waits:
        (link,) = [item for item in LINKS if (item.name, item.source) == (name, source)][:1]
        if kind == "offered":
            now[link.offer], now[link.take] = (True, since), (False, since)
        else:
            now[link.offer], now[link.need] = (False, since), (True, since)
    return Snapshot(cycle=base.cycle, now=now, numbers=base.numbers)


def test_every_link_joins_parts_that_exist_and_every_condition_has_a_place() -> None:
    assert {part for link in LINKS for part in (link.source, link.sink)} == set(PARTS)
    assert set(WORK) <= set(PARTS)
    assert all(name in NUMBERS for link in LINKS for name in link.detail)
    assert all(link.take or link.need for link in LINKS)
    assert len(bits()) <= 512 and len(NUMBERS) <= 64, "tb/hdl/trace_store.cpp has room for these"


def test_the_recorder_is_made_from_the_table() -> None:
    text = (ROOT / "tb" / "hdl" / "wait_trace.sv").read_text(encoding="utf-8")
    block = text.partition(".bits_i")[2].partition("}),")[0]
    listed = re.findall(r"^    1'\((.*)\),?$", block, re.M)
    assert listed == list(reversed(bits()))


def test_nobody_waits_in_a_core_at_rest() -> None:
    quiet = snapshot()
    resting = [wait for wait in all_waits(quiet) if "cycle 5" not in wait]
    assert resting == []


def test_a_chain_goes_from_the_instruction_to_the_root() -> None:
    hung = stuck(
        snapshot(),
        ("last word written", "load scatter", "needed", 30),
        ("bytes of a word", "load realign", "needed", 20),
        ("read beat", "read port", "needed", 12),
        ("AR", "read port", "offered", 10),
    )
    chain = follow("load end", hung, {})
    assert [wait.link.name for wait in chain.waits] == [
        "last word written", "bytes of a word", "read beat", "AR"
    ]  # fmt: skip
    assert (chain.root, chain.awaited, chain.since, chain.stage) == (
        "read memory",
        "AR",
        10,
        "load",
    )
    assert "read port offers AR, read memory does not take it since cycle 10" in chain.sentences()


def test_parts_that_wait_for_each_other_are_named_together() -> None:
    hung = stuck(
        snapshot(),
        ("parameters", "parameter buffer", "needed", 40),
        ("parameter read", "drain", "needed", 40),
    )
    chain = follow("drain", hung, {})
    assert chain.root == "drain" and chain.loop == 2
    assert chain.awaited == "parameters, parameter read" and chain.stage == "requantiser"
    assert "waits for itself" in chain.note


def test_a_part_that_has_nothing_to_do_ends_the_chain() -> None:
    hung = stuck(
        snapshot(),
        ("set of words", "word sets", "needed", 50),
        ("complete set", "gather", "needed", 49),
        ("tap", "tap generator", "needed", 48),
    )
    now = dict(hung.now)
    now[WORK["tap generator"]] = (False, 40)
    chain = follow("step", Snapshot(cycle=99, now=now, numbers=hung.numbers), {})
    assert chain.root == "tap generator" and "nothing (more) to do" in chain.note
    assert chain.awaited == "complete set, tap" and chain.since == 49


def test_what_vanishes_in_a_part_that_passes_it_on_is_awaited_on_both_sides() -> None:
    hung = stuck(
        snapshot(),
        ("last word written", "writer", "needed", 40),
        ("requantised item", "requantiser", "needed", 51),
        ("drained item", "drain", "needed", 50),
    )
    now = dict(hung.now)
    now[WORK["drain"]] = (False, 45)
    chain = follow("execute end", Snapshot(cycle=99, now=now, numbers=hung.numbers), {})
    assert chain.root == "drain" and chain.stage == "requantiser"
    assert chain.awaited == "last word written, requantised item, drained item"


def test_what_is_offered_to_the_root_is_told() -> None:
    hung = stuck(snapshot(), ("doorbell word", "doorbells", "offered", 33),
                 ("instruction", "merge", "needed", 30))  # fmt: skip
    assert [wait.link.name for wait in offered_to("merge", hung)] == ["doorbell word"]
    chain = follow("front end", hung, {})
    assert chain.root == "merge" and "doorbell word" in chain.awaited


@pytest.mark.parametrize("engine", ENGINES)
def test_a_slot_of_an_instruction_that_ended_is_told(engine: str) -> None:
    numbers = {f"{engine} slots in use": 0b0100, f"{engine} slot 2 index": 17}
    chain = follow(f"{engine} queue", snapshot(numbers), {17: 400})
    assert "instruction 17 ended in cycle 400" in chain.note and "slot 2" in chain.note
    assert chain.root == f"{engine} queue"


def test_a_dependency_names_its_slot_and_whether_it_can_ever_end() -> None:
    place = SLOTS * ENGINES.index("execute") + 1
    numbers = {"store next": 3, "store slot 3 waits": 1 << place, "execute slot 1 index": 8}
    waiting = stuck(snapshot(numbers), ("store dependency", "dispatch", "needed", 60))
    chain = follow("store queue", waiting, {})
    assert "slot 1 of the execute queue" in chain.note and "was never taken back" in chain.note
    used = {**numbers, "execute slots in use": 0b10}
    waiting = stuck(snapshot(used), ("store dependency", "dispatch", "needed", 60))
    assert "instruction 8 ended in cycle 50" in follow("store queue", waiting, {8: 50}).note
    chain = follow("store queue", waiting, {})
    assert chain.root != "dispatch" and chain.waits[0].link.name == "store dependency"


@pytest.mark.parametrize(
    ("name", "awaited"),
    [("u_abort_states.abort_is_bounded", "end of the reset"), ("check_axi.axi_wlast", "")],
)
def test_an_assertion_that_something_is_late_is_a_hang(
    name: str, awaited: str, tmp_path: Path
) -> None:
    record = Record(cycle=999)
    for place, text in enumerate(bits()):
        rests = text != RESET_PENDING and any(link.offer == text for link in LINKS)
        record.bits[place // 32] |= rests << place % 32
        record.since[place] = 5
    place = bits().index(RESET_PENDING)
    record.since[place] = 700
    needed = bits().index("1'b1")
    record.bits[needed // 32] |= 1 << needed % 32
    (tmp_path / "records.bin").write_bytes(b"")
    (tmp_path / "waits.bin").write_bytes(bytes(record))
    message = f"[9990000] %Error: x.sv:66: Assertion failed in ratel_tb.{name}: 'assert' failed."
    result = SimResult(
        status=SimStatus.FAIL, message=message, tests=(), seed=7, seconds=1.0, returncode=1,
        log=tmp_path / "log.txt", results_xml=None, coverage=None, waves=None,
    )  # fmt: skip
    found = crash_difference(tmp_path, result)
    assert found["awaited"] == awaited, found
    if awaited:
        assert (found["root"], found["stage"], found["cycle"]) == ("soft reset", "control", 700)
        assert message in found["what"]


def test_an_instruction_that_no_stage_of_execute_has_is_told() -> None:
    hung = stuck(
        snapshot(),
        ("last word written", "writer", "needed", 40),
        ("work for a stage", "execute start", "needed", 30),
    )
    chain = follow("execute end", hung, {})
    assert chain.root == "execute start" and "work for a stage" in chain.awaited
    assert "no stage of execute has work" in chain.note


def test_a_writer_that_does_not_end_and_a_result_that_is_not_offered_are_told() -> None:
    hung = stuck(
        snapshot(),
        ("last word written", "writer", "needed", 40),
        ("requantised item", "requantiser", "needed", 51),
    )
    chain = follow("execute end", hung, {})
    assert chain.awaited == "last word written, requantised item"
    now = dict(snapshot().now)
    (link,) = [item for item in LINKS if item.name == "CV-X-IF result"]
    now[link.offer] = (False, 7)
    chain = follow("result port", Snapshot(cycle=99, now=now, numbers=hung.numbers), {})
    assert (chain.root, chain.awaited) == ("result port", "CV-X-IF result")
