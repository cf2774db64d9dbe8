"""Fence, counters, error registers, bus errors, illegal words, reset."""

from __future__ import annotations

import numpy as np
import pytest

from golden.config import load_config
from golden.isa import Instruction
from golden.isa_builders import (
    add,
    avgpool,
    cfg_act,
    cfg_in,
    cfg_kernel,
    cfg_ld_pitch,
    cfg_ld_shape,
    cfg_out,
    cfg_pad,
    cfg_pitch,
    cfg_st_pitch,
    cfg_st_shape,
    conv,
    copy,
    dwconv,
    fence,
    ld_l,
    ld_t,
    ld_w,
    rdcnt,
    st_t,
)
from golden.isa_table import Counter, ErrorCode, FieldId
from golden.machine import HIGH_HALF, OWNERS, SUPERVISOR, Machine, Owner, Port, Tensor
from golden.machine.windows import Window
from golden.memory import Memory, Region
from tests.golden_machine.machine_harness import BASE, Harness

LOAD = [cfg_ld_shape(w=4, h=2, c=8, cbs=1), cfg_ld_pitch(row_pitch=64, pix_pitch=8, p=4)]
STORE = [cfg_st_shape(w=4, h=2, c=8, cbs=1), cfg_st_pitch(row_pitch=64, pix_pitch=8, p=4)]


def test_the_first_error_is_kept_until_a_fence_clears_it() -> None:
    machine = Harness().machine
    bad = ld_w(addr=BASE, first=0, count=0)
    worse = cfg_act()
    worse = Instruction(worse.word, 1 << 31, 0)
    first = machine.execute(bad).error
    second = machine.execute(worse).error
    assert first is not None and second is not None
    assert machine.error == first
    cause = 1 << 31 | FieldId.COUNT << 8 | ErrorCode.SIZE
    assert machine.err_cause == cause
    assert machine.execute(fence()).result == cause
    outcome = machine.execute(fence(clear=1, done=1))
    assert outcome.result == cause and outcome.done and outcome.index == 3
    assert machine.err_cause == 0 and not machine.irq_error and machine.irq_done
    assert machine.execute(fence()).result == 0
    machine.clear_interrupts(done=True)
    assert not machine.irq_done
    third = machine.execute(worse).error
    assert machine.error == third and third is not None and third.index == 5


def test_a_refused_fence_or_counter_read_returns_0_and_does_nothing_else() -> None:
    machine = Harness().machine
    machine.execute(ld_w(addr=BASE, first=0, count=0))
    outcome = machine.execute(Instruction(fence().word, 7, 0))
    assert outcome.result == 0 and not outcome.done and not machine.irq_done
    assert machine.error is not None and machine.error.index == 0
    outcome = machine.execute(rdcnt(index=16))
    assert outcome.result == 0 and outcome.error is not None


@pytest.mark.parametrize(
    "word",
    [
        0x0000_0000,
        0xFFFF_FFFF,
        conv(in_base=0, out_base=0, wbase=0).word | 1 << 7,  # rd
        fence().word | 1 << 20,  # rs2
        conv(in_base=0, out_base=0, wbase=0).word | 1 << 31,  # funct7
        cfg_act().word | 15 << 25,
        0x0000_600B,  # funct3 6
    ],
)
def test_illegal_words_do_nothing_on_the_extension_port_and_are_errors_on_the_doorbell(
    word: int,
) -> None:
    machine = Harness().machine
    outcome = machine.execute(Instruction(word, 1, 2))
    assert not outcome.accepted and outcome.error is None and machine.error is None
    assert machine.index == 0
    outcome = machine.execute(Instruction(word, 1, 2), doorbell=True)
    assert not outcome.accepted and outcome.error is not None
    assert (outcome.error.code, outcome.error.detail) == (ErrorCode.ILLEGAL, word)
    assert machine.index == 1


def test_every_owner_has_a_record_of_its_own() -> None:
    machine = Harness().machine
    bad = ld_w(addr=BASE, first=0, count=0)
    for owner in OWNERS:
        machine.execute(bad, owner=owner)
        machine.execute(rdcnt(index=99), owner=owner)
    for number, owner in enumerate(OWNERS):
        cause = 1 << 31 | owner.id << 24 | FieldId.COUNT << 8 | ErrorCode.SIZE
        assert machine.err_cause_of(owner) == cause and machine.errors[owner.id].index == number
        assert machine.execute(fence(clear=1), owner=owner).result == cause
        assert machine.err_cause_of(owner) == 0
        assert machine.irq_error == (owner is not OWNERS[-1])


def test_users_read_counters_when_they_may() -> None:
    machine = Harness().machine
    user = Owner(port=Port.AXIL, context=2)
    refused = machine.execute(rdcnt(index=Counter.INSTRUCTIONS), owner=user)
    assert refused.error is not None and refused.error.code == ErrorCode.PRIVILEGE
    assert refused.result == 0 and machine.index == 0
    machine.user_counters = True
    assert machine.execute(rdcnt(index=Counter.INSTRUCTIONS), owner=user).error is None
    machine.reset()
    assert not machine.user_counters


def test_counters_that_can_be_predicted() -> None:
    harness = Harness()
    machine = harness.machine
    harness.ok(*LOAD, ld_t(addr=BASE, base=0))
    outcome = machine.execute(rdcnt(index=Counter.BYTES_READ))
    assert not outcome.predictable and outcome.result is None
    assert machine.execute(rdcnt(index=Counter.INSTRUCTIONS)).result == 3  # no rdcnt
    assert machine.execute(rdcnt(index=Counter.INSTRUCTIONS + 32)).result == 0
    harness.ok(*STORE, *(st_t(addr=BASE + 512, base=0) for _ in range(3)), fence())
    assert machine.execute(rdcnt(index=Counter.BYTES_READ)).result == 64
    assert machine.execute(rdcnt(index=Counter.BYTES_WRITTEN)).result == 3 * 64
    assert not machine.execute(rdcnt(index=Counter.CYCLES)).predictable
    machine.clear_counters()
    assert machine.execute(rdcnt(index=Counter.INSTRUCTIONS)).result == 0
    assert machine.execute(rdcnt(index=Counter.BYTES_READ)).result == 0


@pytest.mark.parametrize(("failed", "loose"), [(False, (0, 64)), (True, None)])
def test_what_a_failure_moved_before_a_clear_is_not_known(
    failed: bool, loose: tuple[int, int] | None
) -> None:
    for counter, program in (
        (Counter.BYTES_READ, [*LOAD, ld_t(addr=BASE, base=0)]),
        (Counter.BYTES_WRITTEN, [*STORE, st_t(addr=BASE, base=0)]),
    ):
        harness = Harness()
        if failed:
            harness.memory.mark_error(BASE, BASE + 1)
        for instruction in program:
            harness.machine.execute(instruction)
        harness.machine.clear_counters()
        harness.machine.execute(fence(clear=1))
        assert harness.machine.counter_bounds(counter) == loose


@pytest.mark.parametrize(
    ("counter", "program"),
    [
        (Counter.BYTES_READ, [*LOAD, ld_t(addr=BASE, base=0)]),
        (Counter.BYTES_WRITTEN, [*STORE, st_t(addr=BASE, base=0)]),
    ],
)
def test_what_a_failure_moved_is_not_known(counter: Counter, program: list[Instruction]) -> None:
    harness = Harness()
    found = []
    for failed in (False, True, False):
        if failed:
            harness.memory.mark_error(BASE, BASE + 1)
        for instruction in program:
            harness.machine.execute(instruction)
        harness.machine.execute(fence(clear=1))
        harness.memory.clear_errors()
        found.append(harness.machine.counter(counter))
    assert found == [64, None, None]


def test_instructions_are_counted_up_to_the_one_that_reads() -> None:
    harness = Harness()
    harness.ok(*LOAD, ld_t(addr=BASE, base=0))
    assert harness.machine.counter(Counter.INSTRUCTIONS) == 3
    assert harness.machine.counter(Counter.INSTRUCTIONS, index=2) == 2


def test_a_counter_has_two_halves() -> None:
    machine = Harness().machine
    machine._macs = 5 << 32 | 7  # a day's work
    assert machine.counter(Counter.MACS) == 7
    assert machine.counter(Counter.MACS + HIGH_HALF) == 5
    assert machine.execute(rdcnt(index=Counter.MACS + HIGH_HALF)).result == 5


def test_the_owners_that_are_named_are_no_longer_wrapped() -> None:
    machine = Harness().machine
    machine.wrapped = {0: True, 1: True, 6: True}
    machine.clear_wrapped(0b10, sure=True)
    assert machine.wrapped == {0: True, 6: True}
    machine.clear_wrapped(0b1000000, sure=False)
    assert machine.wrapped == {0: True, 6: False}


@pytest.mark.parametrize(
    ("instruction", "steps", "macs"),
    [
        # 15 pixels are two tiles of 8, 11 channels two blocks; 10 output pixels, 9 channels.
        (conv(in_base=0, out_base=40, wbase=0), 2 * 2 * (2 * 3 * 11), 10 * 9 * (2 * 3 * 11)),
        (dwconv(in_base=0, out_base=40, wbase=0), 2 * 2 * (2 * 3), 10 * 11 * (2 * 3)),
        (avgpool(in_base=0, out_base=40), 2 * 2 * (2 * 3), 0),
        (add(in_base=0, out_base=40, in2_base=0), 2 * 2 * 2, 0),
        (copy(in_base=0, out_base=40), 2 * 2, 0),
    ],
    ids=["conv", "dwconv", "avgpool", "add", "copy"],
)
def test_steps_and_multiply_accumulates(instruction: Instruction, steps: int, macs: int) -> None:
    machine = Harness("8x8").machine
    for group in (
        cfg_in(w=5, h=3, c=11, cbs=2),
        cfg_out(ow=5, oh=2, oc=9, cbs=2),
        cfg_pitch(in_p=5, out_p=5, in2_p=5, in2_cbs=2),
        cfg_kernel(kw=3, kh=2),
        cfg_pad(pl=1),
        cfg_act(),
    ):
        machine.execute(group)
    assert machine.execute(instruction).error is None
    assert not machine.execute(rdcnt(index=Counter.MACS)).predictable
    machine.execute(fence())
    assert machine.counter(Counter.STEPS) == steps
    assert machine.execute(rdcnt(index=Counter.MACS)).result == macs
    machine.execute(instruction)
    machine.clear_counters()
    machine.execute(fence())
    assert machine.counter(Counter.STEPS) is None
    assert machine.counter_bounds(Counter.STEPS) == (0, steps), "it may have been counted already"
    machine.reset()
    assert machine.counter(Counter.STEPS) == 0


@pytest.mark.parametrize("offset", [0, 31, 64, 95])
def test_a_load_that_meets_a_bus_error_leaves_its_destination_unknown(offset: int) -> None:
    harness = Harness("8x8")
    machine = harness.machine
    tensor = Tensor(base=0, h=2, w=4, c=8, p=4, cbs=1)
    harness.load(tensor, harness.int8(2, 4, 8))
    harness.load(Tensor(base=1, h=1, w=8, c=8, p=8, cbs=1), harness.int8(1, 8, 8))
    address = BASE + 4096
    harness.memory.mark_error(address + offset, address + offset + 1)
    for instruction in LOAD:
        machine.execute(instruction)
    outcome = machine.execute(ld_t(addr=address, base=0))
    assert outcome.error is not None
    assert (outcome.error.code, outcome.error.detail) == (ErrorCode.BUS_READ, None)
    assert outcome.error.beats == ((address + offset) // 8 * 8,)
    assert not machine.storage.spad_known[0].any()
    assert machine.storage.spad_known[1].all()
    harness.memory.clear_errors()
    harness.ok(ld_t(addr=address, base=0))
    assert machine.storage.spad_known[0].all()


def test_a_bus_error_in_a_gap_between_rows_does_not_count() -> None:
    harness = Harness("8x8")
    harness.memory.mark_error(BASE + 4096 + 32, BASE + 4096 + 64)
    harness.ok(*LOAD, ld_t(addr=BASE + 4096, base=0))


def test_a_store_that_meets_a_bus_error_leaves_its_bytes_unspecified() -> None:
    harness = Harness("8x8")
    harness.load(Tensor(base=0, h=2, w=4, c=8, p=4, cbs=1), harness.int8(2, 4, 8))
    address = BASE + 4096
    harness.memory.mark_error(address + 80, address + 81, reads=False)
    for instruction in STORE:
        harness.machine.execute(instruction)
    outcome = harness.machine.execute(st_t(addr=address, base=0))
    assert outcome.error is not None and outcome.error.code == ErrorCode.BUS_WRITE
    assert outcome.memory_write is not None and not outcome.memory_write.known.any()
    known = harness.memory.known[4096 : 4096 + 128]
    assert not known[:32].any() and known[32:64].all() and not known[64:96].any()
    # what is seen on the bus may say so too, with an address
    harness.memory.clear_errors()
    outcome = harness.machine.execute(st_t(addr=address, base=0), bus_error=address + 64)
    assert outcome.error is not None and outcome.error.detail == address + 64


@pytest.mark.parametrize(
    ("fault", "code", "detail"),
    [
        (None, ErrorCode.WINDOW, 0x80),  # its address
        (0x00, ErrorCode.BUS_READ, None),  # the first of the two that are allowed
        (0x5F, ErrorCode.BUS_READ, None),  # the last byte of the other
        (0x80, ErrorCode.WINDOW, 0x80),  # in the one that is refused: nobody asks the bus
    ],
)
def test_of_a_refused_transfer_the_bursts_before_may_fail(
    fault: int | None, code: ErrorCode, detail: int | None
) -> None:
    harness = Harness("8x8")
    user = Owner(port=Port.AXIL, context=1)
    harness.machine.windows[0] = Window(
        base=BASE, limit=BASE + 0x70, valid=True, read=True, owners=1 << 3
    )
    if fault is not None:
        harness.memory.mark_error(BASE + fault, BASE + fault + 1)
    for instruction in (
        cfg_ld_shape(w=4, h=3, c=8, cbs=1), cfg_ld_pitch(row_pitch=64, pix_pitch=8, p=4),
    ):  # fmt: skip
        harness.machine.execute(instruction, owner=user)
    error = harness.machine.execute(ld_t(addr=BASE, base=0), owner=user).error
    assert error is not None and error.code == code
    if detail is not None:
        assert error.detail == BASE + detail


def test_memory_outside_answers_bus_errors() -> None:
    harness = Harness("8x8")
    harness.ok(*LOAD)
    for address in (BASE - 8, BASE + harness.memory.size - 88, 0):
        error = harness.machine.execute(ld_t(addr=address, base=0)).error
        assert error is not None and error.code == ErrorCode.BUS_READ
    harness.ok(ld_t(addr=BASE + harness.memory.size - 96, base=0))


def test_an_abort_takes_the_configuration_and_what_is_known_of_counters() -> None:
    harness = Harness()
    harness.ok(*LOAD, ld_t(addr=BASE, base=0), fence())
    machine = harness.machine
    assert any(machine.groups["ld.shape"].values())
    assert machine.counter(Counter.BYTES_READ) == 64
    machine.abort()
    assert all(not any(group.values()) for group in machine.groups.groups.values())
    for counter in (Counter.BYTES_READ, Counter.BYTES_WRITTEN, Counter.STEPS, Counter.MACS):
        assert machine.counter(counter) is None
    machine.clear_counters()
    assert machine.counter(Counter.BYTES_READ) is None, "what was cut off may come after it"


def test_reset_clears_everything_but_the_memories() -> None:
    harness = Harness("8x8")
    tensor = Tensor(base=0, h=2, w=4, c=8, p=4, cbs=1)
    array = harness.int8(2, 4, 8)
    harness.load(tensor, array)
    outcome = harness.ok(
        cfg_in(w=4, h=2, c=8, cbs=1), *harness.operands(tensor, tensor), copy(in_base=0, out_base=9)
    )
    harness.machine.execute(rdcnt(index=99))
    harness.machine.reset()
    machine = harness.machine
    assert machine.error is None and machine.index == 0 and not machine.irq_error
    assert all(not any(group.values()) for group in machine.groups.groups.values())
    assert np.array_equal(harness.store(tensor), array)
    assert machine.storage.spad_known[9].any()
    harness.load(Tensor(base=10, h=2, w=4, c=8, p=4, cbs=1), array)  # right behind it
    machine.forget(outcome)
    known = machine.storage.spad_known
    assert not known[9].any() and known[0].all() and known[10].all()


def test_after_a_reset_every_counter_is_known_to_be_0() -> None:
    harness = Harness("8x8")
    tensor = Tensor(base=0, h=2, w=4, c=8, p=4, cbs=1)
    harness.ok(
        *LOAD, ld_t(addr=BASE, base=0), cfg_in(w=4, h=2, c=8, cbs=1),
        *harness.operands(tensor, tensor), copy(in_base=0, out_base=9),
    )  # fmt: skip
    assert harness.machine.counter(Counter.STEPS) is None, "at work"
    harness.machine.reset()
    for counter in (Counter.BYTES_READ, Counter.BYTES_WRITTEN, Counter.STEPS, Counter.MACS):
        assert harness.machine.counter(counter) == 0


def test_forgetting_covers_every_memory() -> None:
    harness = Harness("8x8")
    table = harness.ok(ld_l(addr=BASE))
    weights = harness.ok(ld_w(addr=BASE, first=3, count=2))
    store = harness.ok(*STORE, st_t(addr=BASE, base=0))
    for outcome in (table, weights, store):
        harness.machine.forget(outcome)
    assert not harness.machine.storage.lut_known.any()
    assert not harness.machine.storage.wbuf_known.any()
    assert not harness.memory.known[:32].any() and harness.memory.known[32:64].all()


def test_a_program_runs_as_the_doorbell_takes_it() -> None:
    machine = Machine(load_config("4x4"), Memory(base=BASE, size=4096))
    outcomes = machine.run([cfg_kernel(kw=1, kh=1), Instruction(0), fence()])
    assert [outcome.index for outcome in outcomes] == [0, 1, 2]
    assert {outcome.owner for outcome in outcomes} == {SUPERVISOR}
    assert machine.execute(fence()).owner == Owner()
    assert outcomes[2].result == 1 << 31 | SUPERVISOR.id << 24 | ErrorCode.ILLEGAL


def test_memory_says_what_is_wrong_with_a_request() -> None:
    memory = Memory(base=0x1000, size=64)
    for wrong in (lambda: memory.read(0xFFF, 2), lambda: memory.write(0x103F, b"ab")):
        with pytest.raises(ValueError, match="not within the memory"):
            wrong()
    shape = {"h": 2, "w": 2, "c": 2}
    for nothing in shape:
        with pytest.raises(ValueError, match="not within the memory"):
            memory.view(Region(addr=0x1000, pix_pitch=2, row_pitch=4, **{**shape, nothing: 0}))
    for base, size in ((1 << 32, 1), (-1, 4), (0, 0)):
        with pytest.raises(ValueError, match="does not fit 32-bit"):
            Memory(base=base, size=size)
    assert Memory(base=(1 << 32) - 1, size=1).read((1 << 32) - 1, 1).tolist() == [0]
    with pytest.raises(ValueError, match="does not fit 32-bit"):
        Memory(base=(1 << 32) - 1, size=2)
    with pytest.raises(ValueError, match="empty"):
        memory.mark_error(5, 5)


def test_a_region_ends_where_its_last_byte_does() -> None:
    assert Region(addr=5, h=1, w=3, c=2, pix_pitch=10, row_pitch=1 << 31).end == 5 + 22
    region = Region(addr=5, h=2, w=3, c=2, pix_pitch=10, row_pitch=40)
    assert region.end == 5 + 40 + 22 == region.addresses().max() + 1


def test_forgetting_a_region_that_leaves_the_memory_stays_inside() -> None:
    memory = Memory(base=0x1000, size=4)
    memory.forget(Region(addr=0x0FFF, h=1, w=1, c=2, pix_pitch=2, row_pitch=2))
    assert memory.known.tolist() == [False, True, True, True]
    memory.forget(Region(addr=0x1003, h=1, w=1, c=2, pix_pitch=2, row_pitch=2))
    assert memory.known.tolist() == [False, True, True, False]
