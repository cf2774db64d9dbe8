"""Wrong counters: the engine that counted wrongly is named; errors that a fence lacks."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from golden import isa_builders as isa
from golden.isa_table import Counter
from golden.machine import Machine
from golden.machine.window import axes
from golden.memory import Memory
from golden.register_map import COUNTERS, offset_of
from tb.env.first_difference import first_difference
from tb.env.first_difference_counts import amount_of, counter_of, miscount, miswrapped
from tb.env.first_difference_engines import Engines, taps_inside
from tb.env.first_difference_golden import GoldenInstruction, request_of
from tb.env.first_difference_job import Stage
from tb.env.first_difference_records import Recording, RtlInstruction, sort_records
from tb.env.first_difference_stages import Tiles
from tb.env.trace_records import Kind
from tests.waves.test_first_difference import CORE, job, right_job

HIGH = offset_of("COUNTER_HIGH")
ENGINES = ("load", "execute", "store")


def counted() -> tuple[dict[int, GoldenInstruction], Recording]:
    """A right job whose engines counted what they had to."""
    goldens, recorder = right_job()
    recording = sort_records(recorder.records())
    for item in recording.instructions.values():
        if item.engine is not None:
            item.counted = amount_of(item.engine, goldens[item.index]) or 0
    return goldens, recording


def test_the_recorder_leaves_the_count_with_the_end_of_an_instruction() -> None:
    goldens, recorder = right_job()
    at = next(n for n, row in enumerate(recorder.rows) if row[3] == Kind.BUS_ERROR)
    recorder.data[at] = (77).to_bytes(4, "little").ljust(16, b"\0")
    loads = sort_records(recorder.records()).order("load")
    assert [item.counted for item in loads] == [77, 0] and loads[0].bus_error is None
    assert goldens


def test_who_counts_rightly_is_not_blamed() -> None:
    goldens, recording = counted()
    amounts = {i.engine: i.counted for i in recording.instructions.values() if i.engine}
    assert amounts == {"load": 64, "execute": 16 * 8 * 8, "store": 128}
    assert all(miscount(engine, recording, goldens) is None for engine in ENGINES)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_engine_and_the_instruction_that_counted_wrongly_are_named(engine: str) -> None:
    goldens, recording = counted()
    wrong = recording.order(engine)[-1]
    wrong.counted += 3
    found = miscount(engine, recording, goldens)
    assert found is not None and (found.engine, found.first, found.last) == (
        engine, wrong.index, wrong.index
    )  # fmt: skip
    assert f"counted {wrong.counted} " in found.sentence()
    assert f"expected {wrong.counted - 3}" in found.sentence()


def test_what_overlaps_is_judged_together() -> None:
    goldens, recording = counted()
    first, second = recording.order("load")
    first.counted, second.counted = first.counted + 5, second.counted - 5
    assert miscount("load", recording, goldens) is not None
    second.start = first.end  # it had begun before the first ended: its bytes may count there
    assert miscount("load", recording, goldens) is None
    second.counted += 1
    found = miscount("load", recording, goldens)
    assert found is not None and (found.first, found.last) == (first.index, second.index)
    assert "up to the end of instruction" in found.sentence()


def test_what_a_failure_cut_off_is_not_judged() -> None:
    goldens, recording = counted()
    load = recording.order("load")[0]
    load.counted, load.end = 0, None
    assert miscount("load", recording, goldens) is None


@pytest.mark.parametrize(
    ("message", "engine"),
    [
        (f"read of COUNTER ({COUNTERS + 4 * Counter.BYTES_READ:#05x}): expected 1", "load"),
        (f"read of COUNTER_HIGH ({HIGH + 4 * Counter.BYTES_WRITTEN:#05x}): expected 1", "store"),
        (f"instruction None `rdcnt index={Counter.MACS:d}`: expected result 0x18", "execute"),
        (f"instruction None `rdcnt index={Counter.MACS + 32:d}`: expected result 0x18", "execute"),
        (f"instruction None `rdcnt index={Counter.CYCLES:d}`: expected result 0x18", None),
        ("instruction None `rdcnt index=20`: expected result 0x18", None),
        ("read of ERR_CAUSE (0x010): expected 1", None),
    ],
)
def test_a_message_is_about_the_count_of_an_engine(message: str, engine: str | None) -> None:
    assert counter_of(message) == engine


def unnumbered(machine: Machine, index: int) -> GoldenInstruction:
    """A counter read at the port, refused for a counter that there is not."""
    item = isa.rdcnt(index=index)
    request = request_of(machine, item.word, item.rs1, item.rs2)
    return GoldenInstruction(outcome=machine.execute(item), request=request, issued=5)


def test_an_error_that_a_fence_lacks_is_that_of_what_has_no_number() -> None:
    goldens, recorder = right_job()
    last = max(goldens)
    machine = Machine(CORE, Memory(size=16))
    refused, right = unnumbered(machine, 20), unnumbered(machine, 2)
    assert refused.outcome.error is not None and right.outcome.error is None
    golden = goldens[last]
    told = replace(golden.outcome, result=0x80000104)
    goldens[last] = replace(golden, outcome=told)
    made = job(goldens, recorder)
    found = first_difference(made)
    assert found is not None and found.text.startswith("fence"), "nobody else is known"
    found = first_difference(replace(made, unnumbered=[(3, right), (4, refused)]))
    assert found is not None and found.stage is Stage.CONTROL
    assert found.text == "rdcnt index=20" and found.index is None
    assert "expected 0x80000104" in found.what


@pytest.mark.parametrize(
    ("bit", "golden_wraps", "told", "stage"),
    [
        (1, False, True, "array"), (2, False, True, "requantiser"), (1, True, False, "array"),
        (2, True, False, "requantiser"), (1, True, True, ""), (2, None, True, ""),
        (1, False, False, ""),
    ],
)  # fmt: skip
def test_who_told_wrongly_that_an_accumulator_left_int32_is_named(
    bit: int, golden_wraps: bool | None, told: bool, stage: str
) -> None:
    goldens, recorder = right_job()
    at = next(n for n, row in enumerate(recorder.rows) if row[3] == Kind.EXECUTE_START)
    if told:
        recorder.note(recorder.rows[at][0] + 2, Kind.WRAPPED, bank=bit)
    (index,) = [n for n, golden in goldens.items() if golden.outcome.mac is not None]
    outcome = goldens[index].outcome
    assert outcome.mac is not None
    mac = replace(outcome.mac, sums_wrap=golden_wraps if bit == 1 else False)
    mac = replace(mac, bias_wraps=golden_wraps if bit == 2 else False)
    goldens[index].outcome = replace(outcome, mac=mac)
    found = miswrapped(sort_records(recorder.records()), goldens)
    assert (found is None) == (not stage)
    if found is not None:
        assert (found[0], found[1].index) == (stage, index)
        assert ("expected none to" in found[3]) == told


def test_a_wrong_count_of_taps_is_the_array_s_and_not_the_requantiser_s() -> None:
    machine = Machine(CORE, Memory(size=16))
    for name, rs1, rs2 in (
        ("in", 3 << 16 | 3, 1 << 16 | 1), ("out", 3 << 16 | 3, 1 << 16 | 1),
        ("kernel", 3 << 16 | 3, 0x01010101), ("pad", 0, 1 << 8 | 1),
    ):  # fmt: skip
        machine.groups.write(name, rs1, rs2)
    item = isa.avgpool(in_base=0, out_base=4)
    request = request_of(machine, item.word, item.rs1, item.rs2)
    assert request is not None
    down, across = axes(request.groups)
    right = np.multiply.outer(taps_inside(down), taps_inside(across)).reshape(-1)
    assert right.max() == 9 and right.min() < 9, "some windows reach over the edge"
    counts = np.zeros((2, CORE.rows), dtype=np.int64)
    counts.reshape(-1)[: len(right)] = right
    cycles = np.array([50, 60])
    values = np.zeros((2, CORE.rows, CORE.cols), dtype=np.int32)
    engine = Engines.__new__(Engines)
    engine.core = CORE
    golden = GoldenInstruction(outcome=machine.execute(item), request=request)
    rtl = RtlInstruction(index=4, word=item.word)
    engine.tiles = {4: Tiles(values=values, cycles=cycles, counts=counts)}
    assert engine._counted(rtl, golden) is None
    counts.reshape(-1)[8] += 1
    told = engine._counted(rtl, golden)
    assert told is not None and told[1] == 60
    assert told[0].startswith(f"taps inside the image of pixel y=2 x=2: expected {right[8]}, got")
    engine.tiles = {4: Tiles(values=values[:1], cycles=cycles[:1], counts=counts[:1])}
    assert engine._counted(rtl, golden) is None, "the tile has not left the array"
