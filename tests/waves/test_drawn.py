"""Changes that nobody chose: what they affect first is found from the records of two cores."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from honeyguide.cli import UserError
from honeyguide.core import core
from honeyguide.env.configuration import BenchConfiguration
from honeyguide.mutate.kinds import changes
from honeyguide.mutate.source import read_sources
from scripts.debug.affected import Affected, first_affected, mnemonic, overtaken, ran
from scripts.debug.drawn import (
    LEFT_OUT,
    PARTS_OF,
    SHORT,
    STAGES,
    instance_at,
    judge,
    of_change,
    of_module,
    read_report,
)
from tb.env.trace_records import Kind
from tb.env.waits_table import PARTS
from tests.waves.test_first_difference import Recorder, change, right_job


def test_two_runs_that_do_the_same_affect_nothing() -> None:
    _, good = right_job()
    _, other = right_job()
    other.rows = [(row[0] + 100, *row[1:]) for row in other.rows]
    assert first_affected(good.records(), other.records()) == Affected(texts=())


@pytest.mark.parametrize(
    ("kind", "number", "name"),
    [
        (Kind.RETIRE, 5, "cfg.out"), (Kind.CONFIGURED, 3, "cfg.out"), (Kind.LOAD_SPAD, 3, "ld.t"),
        (Kind.LOAD_WBUF, 2, "ld.w"), (Kind.DESCRIPTOR, 8, "ld.w"), (Kind.WORD, 1, "conv"),
        (Kind.ACCUMULATE, 5, "conv"), (Kind.STORE_BEAT, 7, "st.t"),
    ],
)  # fmt: skip
def test_what_an_instruction_does_otherwise_affects_it(kind: Kind, number: int, name: str) -> None:
    _, good = right_job()
    _, other = right_job()
    change(other, kind, number)
    affected = first_affected(good.records(), other.records())
    assert affected.texts[0].split(" ")[0] == name and not affected.stuck
    # An instruction that was taken in another's place is as right a name for it.
    assert len(affected.texts) == (2 if kind is Kind.RETIRE else 1)


def test_an_end_in_error_is_another_effect_even_of_a_core_that_hangs_then() -> None:
    _, good = right_job()
    _, other = right_job()
    at = max(n for n, row in enumerate(other.rows) if row[3] == Kind.BUS_ERROR and row[2] == 2)
    cycle, line, bank, kind, _, _ = other.rows[at]
    other.rows[at] = cycle, line, bank, kind, 1, 0x40
    affected = first_affected(good.records(), other.records(), hung=True)
    assert [text.split(" ")[0] for text in affected.texts] == ["st.t"]


def until(recorder: Recorder, kind: Kind) -> Recorder:
    """The records up to the last of a kind, without it."""
    last = max(at for at, row in enumerate(recorder.rows) if row[3] == kind)
    recorder.rows, recorder.data = recorder.rows[:last], recorder.data[:last]
    return recorder


def test_the_oldest_instruction_that_never_ends_is_stuck() -> None:
    _, good = right_job()
    _, other = right_job()
    affected = first_affected(good.records(), until(other, Kind.STORE_DONE).records())
    assert affected.texts == () and affected.stuck.startswith("st.t")
    _, other = right_job()
    cut = until(other, Kind.RETIRE)
    assert first_affected(good.records(), cut.records()).stuck == "", "nobody has offered it"
    cut.note(9999, Kind.OFFERED)
    affected = first_affected(good.records(), cut.records())
    assert affected.stuck.startswith("fence")
    assert len(ran(good.records())) == 15


def test_a_check_that_lost_the_number_still_goes_on_in_order() -> None:
    _, good = right_job()
    _, other = right_job()
    for at, row in enumerate(other.rows):
        if row[3] == Kind.DISPATCH:
            other.rows[at] = (*row[:5], 0)
    assert first_affected(good.records(), other.records()) == Affected(texts=())


def test_who_never_starts_is_affected_if_a_later_one_of_its_engine_ended() -> None:
    _, other = right_job()
    for kind in (Kind.LOAD_DONE, Kind.LOAD_START):  # the last load is lost
        at = max(n for n, row in enumerate(other.rows) if row[3] == kind)
        del other.rows[at], other.data[at]
    items = ran(other.records())
    lost = next(item for item in items if item.ended is False)
    items[-1].effects["engine"], items[-1].ended = lost.effects["engine"], True
    assert overtaken(lost, items) and not overtaken(lost, items[:1])


def test_who_never_ends_is_affected_if_a_fence_after_it_was_taken() -> None:
    _, good = right_job()
    _, other = right_job()
    for kind in (Kind.LOAD_DONE, Kind.LOAD_START):  # the last load is lost
        at = max(n for n, row in enumerate(other.rows) if row[3] == kind)
        del other.rows[at], other.data[at]
    (lost,) = [item for item in ran(other.records()) if item.ended is False]
    assert first_affected(good.records(), other.records()).texts == (lost.text,)
    assert first_affected(good.records(), other.records(), hung=True).texts == ()
    cut = until(other, Kind.RETIRE)  # before the fence: the end of the run may have cut it off
    assert first_affected(good.records(), cut.records()).texts == ()


def test_what_waits_for_its_check_in_a_core_that_hangs_is_no_other_effect() -> None:
    _, good = right_job()
    _, other = right_job()
    cut = until(other, Kind.DISPATCH).records()
    assert first_affected(good.records(), cut).texts[0].startswith("st.t")
    affected = first_affected(good.records(), cut, hung=True)
    assert affected.texts == () and affected.stuck.startswith("st.t")


def test_every_module_that_is_changed_has_a_stage_and_parts() -> None:
    modules = {source.module for source in read_sources(core().hdl())}
    known = {*PARTS.values()}
    for module in sorted(name for name in modules if not LEFT_OUT.match(name)):
        assert set(of_module(STAGES, module, "control")) <= known
        assert set(of_module(PARTS_OF, module, "check")) <= set(PARTS), module
    for table in (STAGES, PARTS_OF):
        assert all(any(of_module({name: ("x",)}, module, "") == ("x",) for module in modules)
                   for name in table), table  # fmt: skip


@pytest.mark.parametrize(
    ("stage", "text", "awaited", "hung", "right"),
    [
        ("requantiser", "conv in_base=1", "", False, (True, True, True)),
        ("array", "conv in_base=1", "", False, (False, True, True)),
        ("requantiser", "ld.t addr=1", "", False, (True, False, True)),
        ("requantiser", "st.t addr=1", "parameters, parameter read", True, (True, True, True)),
        ("requantiser", "st.t addr=1", "AR", True, (True, True, False)),
        ("requantiser", "st.t addr=1", "end of the drain", True, (True, True, True)),
        ("requantiser", "st.t addr=1", "end of the step", True, (True, True, True)),  # to the drain
        ("requantiser", "st.t addr=1", "end of the gather", True, (True, True, False)),
        ("", "", "", False, (False, False, True)),
    ],
)
def test_what_is_said_is_compared_with_what_was_found(
    stage: str, text: str, awaited: str, hung: bool, right: tuple[bool, bool, bool]
) -> None:
    (source,) = [one for one in read_sources(core().hdl()) if one.module == "ratel_drain"]
    one = changes(source)[0]
    told = {"stage": stage, "text": text, "awaited": awaited, "root": "drain"} if stage else None
    done: Any = SimpleNamespace(
        difference=told, headline="x", result=SimpleNamespace(message=""), folder=Path()
    )
    affected = Affected(texts=("conv in_base=7",), stuck="st.t addr=9")
    found = judge(1, one, "layers.AnyLayers", done, affected, hung=hung)
    assert (found.stage_right, found.instruction_right, found.awaited_right) == right
    assert mnemonic("ld.t addr=1") == r"ld\.t"


def test_a_change_of_wires_belongs_to_the_instance_that_is_wired() -> None:
    (path,) = [path for path in core().hdl() if path.stem == "ratel_core"]
    lines = path.read_text(encoding="utf-8").splitlines()
    first = lines.index("  ratel_load #(") + 1
    (port,) = [n for n, text in enumerate(lines, 1) if ".m_axi_rvalid_i  (" in text]
    assert first < port and instance_at(lines, port) == instance_at(lines, first) == "ratel_load"
    assert instance_at(lines, first - 1) is None
    (wake,) = [n for n, text in enumerate(lines, 1) if "wire wake =" in text]
    assert instance_at(lines, wake) is None
    (source,) = [one for one in read_sources(core().hdl()) if one.module == "ratel_core"]
    wired = next(one for one in changes(source) if one.line == port)
    assert of_change(STAGES, wired, "") == ("load",)
    assert "load scatter" in of_change(PARTS_OF, wired, "")
    assert "writer" not in of_change(PARTS_OF, wired, "")


def test_a_run_is_told_how_long_silence_may_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RATEL_QUIET_CYCLES", raising=False)
    assert BenchConfiguration.asked_for()["quiet_cycles"] == BenchConfiguration().quiet_cycles
    for name, value in SHORT.items():
        monkeypatch.setenv(name, value)
    assert BenchConfiguration.asked_for()["quiet_cycles"] == 50_000


def test_an_interrupted_measurement_is_gone_on_with(tmp_path: Path) -> None:
    report = tmp_path / "drawn-hangs-3.json"
    with pytest.raises(UserError, match="nothing to go on with"):
        read_report(report)
    report.write_text('{"tried": [4, 9], "found": []}', encoding="utf-8")
    assert read_report(report) == {"tried": [4, 9], "found": []}
