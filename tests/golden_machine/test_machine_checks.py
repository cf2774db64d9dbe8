"""Every check fires with its code, field and detail, and the first in order wins."""

from __future__ import annotations

from itertools import combinations

import pytest

from golden.config import load_config
from golden.isa import BY_NAME, Instruction, build
from golden.isa_table import GROUPS, ErrorCode, FieldId
from golden.machine import ErrorRecord, Machine
from golden.memory import Memory
from tests.golden_machine.check_tables import CASES, Case, Fault
from tests.golden_machine.machine_harness import BASE

_BUS = (ErrorCode.BUS_READ, ErrorCode.BUS_WRITE)


def run(mnemonic: str, case: Case, *changes: Fault) -> tuple[Machine, ErrorRecord | None]:
    """Run a case with faults applied, on a fresh machine; bus errors are not what is looked at."""
    groups = {name: dict(values) for name, values in case.groups.items()}
    operands = dict(case.operands)
    raw = {"rs1": 0, "rs2": 0}
    for change in changes:
        if change.place == "op":
            operands[change.name] = change.value
        elif change.place in raw:
            raw[change.place] |= change.value
        else:
            groups[change.place][change.name] = change.value
    machine = Machine(load_config("8x8"), Memory(base=BASE, size=1 << 16))
    for name, values in groups.items():
        outcome = machine.execute(build(f"cfg.{name}", **values))
        assert outcome.error is None
    instruction = build(mnemonic, **operands)
    instruction = Instruction(
        instruction.word, instruction.rs1 | raw["rs1"], instruction.rs2 | raw["rs2"]
    )
    before = machine.index
    outcome = machine.execute(instruction)
    assert outcome.index == (None if outcome.mnemonic == "rdcnt" else before)
    error = outcome.error
    if error is not None and error.code in _BUS:
        return machine, None
    if error is not None:
        assert machine.error == error
        assert error.word == instruction.word and error.index == before
        assert not outcome.reads and not outcome.writes and outcome.memory_write is None
        assert not machine.storage.spad_known.any() and machine.memory.known.all()
    return machine, error


def summary(error: ErrorRecord | None) -> tuple[ErrorCode, FieldId, int | None] | None:
    return None if error is None else (error.code, error.field, error.detail)


def expected(fault: Fault) -> tuple[ErrorCode, FieldId, int]:
    return fault.code, fault.field, fault.detail


@pytest.mark.parametrize("name", CASES)
def test_the_base_program_passes(name: str) -> None:
    mnemonic, case = CASES[name]
    assert summary(run(mnemonic, case)[1]) is None


@pytest.mark.parametrize("name", CASES)
def test_each_check_fires(name: str) -> None:
    mnemonic, case = CASES[name]
    for fault in case.faults:
        assert summary(run(mnemonic, case, fault)[1]) == expected(fault), fault


@pytest.mark.parametrize("name", CASES)
def test_the_nearest_legal_value_passes(name: str) -> None:
    mnemonic, case = CASES[name]
    for fault in case.faults:
        for value in fault.passes:
            legal = Fault(
                place=fault.place,
                name=fault.name,
                value=value,
                code=fault.code,
                field=fault.field,
                detail=0,
            )
            assert summary(run(mnemonic, case, legal)[1]) is None, legal


@pytest.mark.parametrize("name", CASES)
def test_of_two_faults_the_first_in_order_is_reported(name: str) -> None:
    mnemonic, case = CASES[name]
    for first, second in combinations(case.faults, 2):
        if (first.place, first.name) == (second.place, second.name):
            continue  # one setting can't have two values
        found = summary(run(mnemonic, case, first, second)[1])
        assert found is not None, (first, second)
        assert found[:2] == expected(first)[:2], (first, second)


def test_every_instruction_has_a_case() -> None:
    covered = {mnemonic for mnemonic, _ in CASES.values()}
    assert covered == {name for name in BY_NAME if not name.startswith("cfg.")}


@pytest.mark.parametrize("group", [item.name for item in GROUPS])
def test_reserved_bits_of_every_group_are_refused(group: str) -> None:
    item = BY_NAME[group]
    word = build(group, **{field.name: 0 for field in item.fields}).word
    for operand, reserved, field in (
        ("rs1", item.reserved_rs1, FieldId.RS1),
        ("rs2", item.reserved_rs2, FieldId.RS2),
    ):
        for bit in range(32):
            if not reserved >> bit & 1:
                continue
            machine = Machine(load_config("8x8"), Memory(base=BASE, size=64))
            before = dict(machine.groups[group.removeprefix("cfg.")])
            error = machine.execute(Instruction(word, **{operand: 1 << bit})).error
            assert summary(error) == (ErrorCode.RESERVED, field, 1 << bit)
            assert machine.groups[group.removeprefix("cfg.")] == before
    both = Instruction(word, item.reserved_rs1, item.reserved_rs2)
    error = Machine(load_config("8x8"), Memory(base=BASE, size=64)).execute(both).error
    if item.reserved_rs1:
        assert error is not None and error.field == FieldId.RS1


def test_ranges_are_exact_beyond_32_bits() -> None:
    """65,535 blocks of 65,535 steps each must not wrap into the weight buffer."""
    _, case = CASES["conv"]
    machine = Machine(load_config("8x8"), Memory(base=BASE, size=64))
    for name, values in case.groups.items():
        machine.execute(build(f"cfg.{name}", **values))
    machine.execute(build("cfg.kernel", kh=65535, kw=65535))
    error = machine.execute(build("conv", **case.operands)).error
    assert summary(error) == (ErrorCode.WBUF, FieldId.WBASE, 0xFFFFFFFF)
