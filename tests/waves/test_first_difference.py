"""The first difference on made-up jobs: a right core differs nowhere, a wrong stage is named."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from golden import isa_builders as isa
from golden.config import load_config
from golden.isa_table import ErrorCode, FieldId
from golden.machine import Machine
from golden.machine.outcome import ErrorRecord
from golden.memory import Memory
from tb.env.descriptors import DESCRIPTORS, descriptor
from tb.env.first_difference import first_difference
from tb.env.first_difference_golden import (
    GoldenInstruction,
    after,
    group_words,
    request_of,
    vector_accumulators,
)
from tb.env.first_difference_job import Difference, Job, Stage
from tb.env.first_difference_places import PBUF_SLOTS, contents
from tb.env.first_difference_records import RtlInstruction, renumbered, sort_records
from tb.env.first_difference_subscriber import stage_of
from tb.env.first_difference_writes import store_bytes
from tb.env.trace_records import RECORD, Kind
from tb.env.waits import Snapshot
from tb.env.waits_table import LINKS, NUMBERS, WORK, bits

CORE = load_config("8x8")
SPAN = 20  # cycles of an instruction in these jobs


class Recorder:
    """Writes the records that a core would which does what golden says."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, ...]] = []
        self.data: list[bytes] = []

    def note(
        self,
        cycle: int,
        kind: Kind,
        *,
        line: int = 0,
        bank: int = 0,
        strobes: int = 0,
        extra: int = 0,
        data: bytes = b"",
    ) -> None:
        self.rows.append((cycle, line, bank, kind, strobes, extra))
        self.data.append(data.ljust(16, b"\0"))

    def records(self) -> np.ndarray:
        found = np.zeros(len(self.rows), dtype=RECORD)
        for column, name in enumerate(("cycle", "line", "bank", "kind", "strobes", "extra")):
            found[name] = [row[column] for row in self.rows]
        found["data"] = np.frombuffer(b"".join(self.data), np.uint8).reshape(-1, 16)
        return found


def pack(engine: str, values: dict[str, int]) -> bytes:
    """A descriptor as the recorder has it: eight chunks."""
    packed, place = 0, 0
    for name, width, _ in DESCRIPTORS[engine]["fields"]:
        packed |= (values.get(name, 0) & ((1 << width) - 1)) << place
        place += width
    return packed.to_bytes(128, "little")


def program() -> list[Any]:
    """Load, convolve, store."""
    return [
        isa.cfg_ld_shape(w=4, h=4, c=8, cbs=1),
        isa.cfg_ld_pitch(row_pitch=32, pix_pitch=8, p=4),
        isa.ld_t(addr=0x100, base=0),
        isa.ld_w(addr=0x200, first=0, count=8),
        isa.cfg_in(w=4, h=4, c=8, cbs=1),
        isa.cfg_out(ow=4, oh=4, oc=8, cbs=1),
        isa.cfg_pitch(in_p=4, out_p=4),
        isa.cfg_kernel(kw=1, kh=1, sx=1, sy=1, dx=1, dy=1),
        isa.cfg_act(act_min=-128, act_max=127),
        isa.cfg_scale(mult=1 << 30, shift=-6),
        isa.conv(in_base=0, out_base=10, wbase=0),
        isa.cfg_st_shape(w=4, h=4, c=8, cbs=1),
        isa.cfg_st_pitch(row_pitch=32, pix_pitch=8, p=4),
        isa.st_t(addr=0x400, base=10),
        isa.fence(),
    ]  # fmt: skip


def right_job() -> tuple[dict[int, GoldenInstruction], Recorder]:
    """What golden says of the program, and the records of a core that is right."""
    memory = Memory(size=1 << 12)
    memory.write(0x100, np.random.default_rng(1).integers(0, 256, 0x300, dtype=np.uint8))
    machine = Machine(CORE, memory)
    goldens: dict[int, GoldenInstruction] = {}
    recorder = Recorder()
    for index, item in enumerate(program()):
        request = request_of(machine, item.word, item.rs1, item.rs2)
        outcome = machine.execute(item)
        golden = GoldenInstruction(outcome=outcome, request=request, issued=index * SPAN)
        after(machine, golden)
        goldens[index] = golden
        record_right(recorder, golden, index)
    return goldens, recorder


def record_right(recorder: Recorder, golden: GoldenInstruction, index: int) -> None:
    """Records of one instruction."""
    note, item, start = recorder.note, golden.outcome.instruction, index * SPAN
    words = np.array([item.word, item.rs1, item.rs2, 0], "<u4").tobytes()
    note(start, Kind.RETIRE, strobes=golden.outcome.result or 0, extra=index, data=words)
    if golden.outcome.mnemonic.startswith("cfg."):
        group = np.array([item.rs1, item.rs2], "<u4").tobytes()
        note(start + 1, Kind.CONFIGURED, extra=index, data=group)
        return
    output = golden.output
    if output is None or golden.request is None:
        return
    engine = {"ld": 0, "st": 2}.get(golden.outcome.mnemonic.split(".")[0], 1)
    name = ("load", "execute", "store")[engine]
    note(start + 2, Kind.DISPATCH, bank=engine, extra=index, data=words)
    note(start + 3, Kind(1 + 2 * engine))
    note(start + 3, Kind.WAITED, bank=engine)
    packed = pack(name, descriptor(golden.request))
    for chunk in range(8):
        note(start + 3, Kind.DESCRIPTOR, line=chunk, bank=engine,
             data=packed[16 * chunk : 16 * chunk + 16])  # fmt: skip
    if golden.accumulators is not None:
        record_tiles(recorder, golden.accumulators.values, start + 5)
    record_bytes(recorder, golden, start + 8)
    if engine == 1:
        note(start + 15, Kind.WORKED)
    note(start + 15, Kind.BUS_ERROR, bank=engine)
    note(start + 15, Kind(2 + 2 * engine))


def record_tiles(recorder: Recorder, values: np.ndarray, cycle: int) -> None:
    """Accumulators of one block of channels, tile by tile."""
    tiles = values.astype("<i4").reshape(-1, CORE.rows, CORE.cols)
    for number, tile in enumerate(tiles):
        for row in range(CORE.rows):
            for col in range(0, CORE.cols, 4):
                recorder.note(
                    cycle + number, Kind.ACCUMULATE, line=col, bank=row,
                    extra=int(number == len(tiles) - 1), data=tile[row, col : col + 4].tobytes(),
                )  # fmt: skip


def record_bytes(recorder: Recorder, golden: GoldenInstruction, cycle: int) -> None:
    """Words of full blocks, or beats of a dense store."""
    output = golden.output
    assert output is not None
    place, value = output.place.reshape(-1, 8), output.value.reshape(-1, 8)
    for first, word in zip(place[:, 0].tolist(), value, strict=True):
        data = word.tobytes()
        if output.memory == "memory":
            recorder.note(cycle, Kind.STORE_BURST, extra=first)
            recorder.note(cycle, Kind.STORE_BEAT, strobes=0xFF, data=data)
        elif output.memory == "wbuf":
            recorder.note(cycle, Kind.LOAD_WBUF, line=first // 8, strobes=0xFF, data=data)
        else:
            load = golden.outcome.mnemonic == "ld.t"
            recorder.note(
                cycle, Kind.LOAD_SPAD if load else Kind.WORD, line=first // 64,
                bank=first // 8 % 8, strobes=0xFF, data=data,
            )  # fmt: skip


def job(goldens: dict[int, GoldenInstruction], recorder: Recorder) -> Job:
    """A job that began with empty memories."""
    machine = Machine(CORE, Memory(size=16))
    return Job(
        core=CORE, goldens=goldens, recording=sort_records(recorder.records()),
        before=contents(machine.storage), groups=group_words(machine),
    )  # fmt: skip


def test_a_right_core_differs_nowhere() -> None:
    assert first_difference(job(*right_job())) is None


def change(recorder: Recorder, kind: Kind, number: int = 0) -> None:
    """Flip a bit in the first byte of the n-th record of a kind."""
    at = [i for i, row in enumerate(recorder.rows) if row[3] == kind][number]
    data = bytearray(recorder.data[at])
    data[0] ^= 4
    recorder.data[at] = bytes(data)


@pytest.mark.parametrize(
    ("kind", "number", "stage", "index"),
    [
        (Kind.RETIRE, 2, Stage.CONTROL, 2),
        (Kind.CONFIGURED, 3, Stage.CONTROL, 5),
        (Kind.LOAD_SPAD, 3, Stage.LOAD, 2),
        (Kind.LOAD_WBUF, 2, Stage.LOAD, 3),
        (Kind.DESCRIPTOR, 8, Stage.CONTROL, 3),
        (Kind.ACCUMULATE, 5, Stage.ARRAY, 10),
        (Kind.WORD, 1, Stage.REQUANTISER, 10),
        (Kind.STORE_BEAT, 7, Stage.STORE, 13),
    ],
)
def test_a_wrong_value_names_its_stage(kind: Kind, number: int, stage: Stage, index: int) -> None:
    goldens, recorder = right_job()
    change(recorder, kind, number)
    found = first_difference(job(goldens, recorder))
    assert found is not None
    assert (found.stage, found.index) == (stage, index), found.sentences()


def test_the_earliest_instruction_counts_not_the_first_record() -> None:
    goldens, recorder = right_job()
    change(recorder, Kind.STORE_BEAT)
    change(recorder, Kind.ACCUMULATE)
    found = first_difference(job(goldens, recorder))
    assert found is not None and found.index == 10


def test_wrong_data_after_a_start_too_early_is_controls_fault() -> None:
    goldens, recorder = right_job()
    change(recorder, Kind.ACCUMULATE)
    early = [i for i, row in enumerate(recorder.rows) if row[3] == Kind.EXECUTE_START]
    recorder.rows[early[0]] = (5, *recorder.rows[early[0]][1:])
    found = first_difference(job(goldens, recorder))
    assert found is not None and found.stage is Stage.CONTROL
    assert "started in cycle 5, but instruction 2" in found.evidence


def test_a_read_of_something_else_than_was_written_is_the_memorys_fault() -> None:
    goldens, recorder = right_job()
    change(recorder, Kind.ACCUMULATE)
    spad = goldens[2].output
    assert spad is not None
    wrong = bytes(spad.value.reshape(-1, 8)[0] ^ 1)
    recorder.note(10 * SPAN + 4, Kind.READ_SPAD, data=wrong)
    found = first_difference(job(goldens, recorder))
    assert found is not None and found.stage is Stage.MEMORY
    assert "scratchpad line 0 bank 0 byte 0" in found.evidence


@pytest.mark.parametrize("kind", [Kind.READ_PBUF, Kind.READ_LUT])
def test_a_buffer_of_parameters_or_the_table_can_be_the_memory_at_fault(kind: Kind) -> None:
    """Bytes 0 to 7 are read; of the table they are four indices 0, and what is there."""
    goldens, recorder = right_job()
    change(recorder, Kind.WORD)
    recorder.note(9 * SPAN, Kind.SWEPT)
    recorder.note(10 * SPAN + 4, kind)
    found = first_difference(job(goldens, recorder))
    assert found is not None and found.stage is Stage.REQUANTISER, "what was read is right"
    recorder.note(10 * SPAN + 5, kind, data=bytes(8) + bytes([9] * 8))
    recorder.note(10 * SPAN + 5, kind, data=bytes([9] * 8 if kind is Kind.READ_PBUF else 16))
    found = first_difference(job(goldens, recorder))
    assert found is not None and found.stage is Stage.MEMORY
    assert "was read as 9" in found.evidence and "0 had been written" in found.evidence


def test_a_refusal_without_a_number_is_not_that_of_the_next_instruction() -> None:
    goldens, recorder = right_job()
    machine = Machine(CORE, Memory(size=16))
    item = isa.rdcnt(index=16)
    refused = GoldenInstruction(outcome=machine.execute(item), issued=13 * SPAN)
    error = refused.outcome.error
    assert error is not None and refused.outcome.index is None
    words = np.array([item.word, 0, 0, 0], "<u4").tobytes()
    told = {"line": int(error.field), "bank": int(error.code), "strobes": error.detail or 0}
    recorder.note(13 * SPAN, Kind.REFUSE, extra=14, data=words, **told)
    right = job(goldens, recorder)
    right.unnumbered = [(13, refused)]
    assert first_difference(right) is None
    recorder.rows[-1] = (*recorder.rows[-1][:4], 99, 14)
    wrong = job(goldens, recorder)
    wrong.unnumbered = [(13, refused)]
    found = first_difference(wrong)
    assert found is not None and found.text.startswith("rdcnt") and found.stage is Stage.CONTROL
    assert "detail 0x63" in found.what


@pytest.mark.parametrize(
    ("code", "stage"),
    [(ErrorCode.WINDOW, Stage.STORE), (ErrorCode.BUS_WRITE, Stage.STORE),
     (ErrorCode.SPAD, Stage.CONTROL), (ErrorCode.WATCHDOG, None)],
)  # fmt: skip
def test_an_error_at_work_is_not_one_of_the_check(code: ErrorCode, stage: Stage | None) -> None:
    """Golden expects an error of the store; the core said nothing of one."""
    goldens, recorder = right_job()
    outcome = goldens[13].outcome
    error = ErrorRecord(code=code, field=FieldId.NONE, detail=0x408,
                        word=outcome.instruction.word, index=13)  # fmt: skip
    goldens[13].outcome = replace(outcome, error=error)
    found = first_difference(job(goldens, recorder))
    assert (None if found is None else found.stage) == stage


def test_a_store_that_fails_takes_no_bytes_of_the_next() -> None:
    """It sends nothing, as one that no window allows; the one after it is right."""
    goldens, recorder = right_job()
    store = goldens[13]
    failed = replace(goldens[13], outcome=replace(
        store.outcome, index=12, error=ErrorRecord(
            code=ErrorCode.WINDOW, field=FieldId.NONE, detail=0x400,
            word=store.outcome.instruction.word, index=12),
    ))  # fmt: skip
    order = [RtlInstruction(index=12, word=0), RtlInstruction(index=13, word=0)]
    recording = sort_records(recorder.records())
    found = store_bytes(recording, CORE, {12: failed, 13: store}, order)
    assert [len(found[index].place) for index in (12, 13)] == [128, 0], "its own come first"
    order[0].end = 100  # before anything was sent
    found = store_bytes(recording, CORE, {12: failed, 13: store}, order)
    assert [len(found[index].place) for index in (12, 13)] == [0, 128]
    order[0].end = None
    write = failed.outcome.memory_write
    assert write is not None
    elsewhere = replace(write, region=replace(write.region, addr=0x800))
    failed.outcome = replace(failed.outcome, memory_write=elsewhere)
    found = store_bytes(recording, CORE, {12: failed, 13: store}, order)
    assert [len(found[index].place) for index in (12, 13)] == [0, 128]


def test_an_instruction_that_is_not_taken_or_not_asked_for() -> None:
    goldens, recorder = right_job()
    late = [i for i, row in enumerate(recorder.rows) if row[5] == 14 and row[3] == Kind.RETIRE]
    row = recorder.rows.pop(late[0])
    data = recorder.data.pop(late[0])
    found = first_difference(job(goldens, recorder))
    assert found is not None and (found.index, found.stage) == (14, Stage.CONTROL)
    recorder.rows += [row, (*row[:5], 15)]
    recorder.data += [data, data]
    found = first_difference(job(goldens, recorder))
    assert found is not None and "not issued" in found.what
    assert found.text.startswith("fence "), "in words"


def test_unknown_bytes_may_have_any_value() -> None:
    goldens, recorder = right_job()
    output = goldens[10].output
    assert output is not None
    goldens[10].output = replace(output, known=np.zeros_like(output.known))
    change(recorder, Kind.WORD, 1)
    assert first_difference(job(goldens, recorder)) is None


def test_operands_of_elementwise_are_packed_as_the_array_packs_them() -> None:
    machine = Machine(CORE, Memory(size=16))
    item = isa.add(in_base=0, out_base=4, in2_base=2)
    machine.groups.write("in", 1 << 16 | 1, 1 << 16 | 1)
    request = request_of(machine, item.word, item.rs1, item.rs2)
    machine.storage.spad[0, 0, 0], machine.storage.spad[2, 0, 0] = -3, -5
    assert request is not None
    found = vector_accumulators(request, machine.storage)
    assert found is not None
    assert found.values.tolist() == [[(-3 << 16) | (-5 & 0xFFFF)]]
    assert PBUF_SLOTS == 9


def test_an_instruction_without_a_number_is_named_by_the_message() -> None:
    from tb.env.first_difference_subscriber import FirstDifference

    goldens, recorder = right_job()
    follower: Any = SimpleNamespace(goldens={})  # so that no engine's count explains it
    message = "instruction None `rdcnt index=2`: expected result 0x18, got 0x14, cycle 300"
    recording = job(goldens, recorder).recording
    found = FirstDifference.from_message(follower, message, recording)
    assert (found.index, found.text, found.cycle) == (None, "rdcnt index=2", 300)


@pytest.mark.parametrize(
    ("message", "bus_error", "stage"),
    [
        ("`st.t addr=1`: byte 0x408 (y=0): expected 3, got 4, 1 of 8 bytes differ", None, "store"),
        ("byte 0x9, which no instruction writes,: expected no write, got one of 7", None, "store"),
        ("read of ERR_DETAIL (0x010): expected 0x00000100, got 0x00000140", 0x140, "store"),
        ("read of ERR_DETAIL (0x010): expected 0x00000140, got 0x00000100", 0x140, "control"),
        ("read of ERR_CAUSE (0x00c): expected 0x00000001, got 0x00000000", None, "control"),
    ],
)
def test_a_message_tells_the_stage_where_no_value_inside_is_wrong(
    message: str, bus_error: int | None, stage: str
) -> None:
    rtl = RtlInstruction(index=4, word=0, engine="store", bus_error=bus_error)
    assert stage_of(message, rtl) == stage


@pytest.mark.parametrize(
    ("messages", "told"), [([""], None), (["", "byte differs"], "byte differs")]
)
def test_a_failure_that_says_nothing_is_no_difference(
    messages: list[str], told: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tb.env import first_difference_subscriber as module

    monkeypatch.setattr(module, "read_live", lambda first: right_job()[1].records())
    asked: list[str] = []

    def from_message(message: str, recording: object) -> Difference:
        asked.append(message)
        return Difference(stage=Stage.CONTROL, what=message, cycle=9)

    follower: Any = SimpleNamespace(
        aligned=True, first_record=0, transcript=[], goldens={}, layers={}, found=None, core=CORE,
        groups={},
        before={}, unnumbered=[], failures=SimpleNamespace(messages=messages, count=1),
        from_message=from_message, around=lambda found, recording: {}, write=lambda: None,
    )  # fmt: skip
    module.FirstDifference.settle(follower, finished=False)
    assert asked == ([] if told is None else [told])


def test_what_an_abort_cut_off_is_not_followed() -> None:
    from unittest.mock import MagicMock

    from honeyguide.env.order import Restarted
    from tb.env.environment import RatelEnvironment

    env = MagicMock()
    RatelEnvironment.cut_off(env)
    env.milestones.write.assert_called_once_with(Restarted(counts=False))


def test_after_an_abort_the_core_may_count_fewer_instructions_than_golden() -> None:
    goldens, recorder = right_job()
    first = min(goldens)
    for at, row in enumerate(recorder.rows):
        if row[3] in (Kind.RETIRE, Kind.REFUSE, Kind.CONFIGURED, Kind.DISPATCH):
            recorder.rows[at] = (*row[:5], (row[5] - first - 3) % (1 << 32))
    behind = recorder.records()
    assert first_difference(replace(job(goldens, recorder))) is not None
    right = sort_records(renumbered(behind, first))
    assert first_difference(replace(job(goldens, recorder), recording=right)) is None
    assert not len(renumbered(behind[:0], 5))


def at_rest() -> Snapshot:
    """A core in which nobody waits."""
    now = dict.fromkeys(bits(), (False, 5))
    now |= {link.offer: (not link.take, 5) for link in LINKS}
    now |= dict.fromkeys(WORK.values(), (True, 5))
    return Snapshot(cycle=999, now=now, numbers=dict.fromkeys(NUMBERS, 0))


def test_a_result_of_no_number_that_never_comes_is_told() -> None:
    machine = Machine(CORE, Memory(size=16))
    outcome = machine.execute(isa.rdcnt(index=2))
    assert outcome.index is None and outcome.result is not None
    goldens, recorder = right_job()
    for golden in goldens.values():
        golden.answered = 650
    owed = GoldenInstruction(outcome=outcome, request=None, issued=700)
    made = replace(job(goldens, recorder), hung=at_rest(), unnumbered=[(13, owed)])
    found = first_difference(made)
    assert found is not None and found.text.startswith("rdcnt")
    assert (found.root, found.stage) == ("result port", Stage.CONTROL)
    owed.answered = 720
    other = first_difference(made)
    assert other is not None and other.root == "host"
