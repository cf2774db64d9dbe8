"""The tests of the register model pass on the core, and fail with each model that is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from honeyguide.sim import SimStatus
from scripts.generators.register_source import load_registers
from tb.env.register_model import REGISTERS
from tests.sim.support import passes, simulate

BENCHES = "tests.sim.register_benches"
CAUGHT = {
    "WrongReset": r"VERSION: reset value: expected 0x20000, got 0x10000",
    "WrongCounterReset": r"COUNTER\[9\]: reset value: expected 0x7, got 0x0",
    "ReadOnlyBit": r"IRQ_ENABLE: after a write of 0x\w+: expected 0x\d, got 0x\d",
    "NotCleared": r"DB_RS2: after a write of 0x1: expected 0x0, got 0x1",
    "Writable": r"ERR_INDEX: a write of 0x1 was refused",
    "NotWritable": r"DB_RS1: a write of 0xffffffff was taken",
    "WritesUnseen": r"after RegisterWrite\(.*\): expected 0x\w+, got 0x\w+",
}


@pytest.mark.sim
@pytest.mark.parametrize("test", ["ModelResetValues", "BitBash", "ModelAccess", "MirrorFollows"])
def test_the_core_agrees_with_its_model(test: str, seed: int) -> None:
    passes("register_model", test, seed=seed)


@pytest.mark.sim
@pytest.mark.parametrize("bench", CAUGHT)
def test_a_wrong_model_is_caught(bench: str, seed: int) -> None:
    result = simulate(BENCHES, bench, seed=seed, timeout_s=120)
    assert result.status is SimStatus.FAIL
    assert re.search(CAUGHT[bench], result.message), result.message


def test_the_model_is_the_specification(repository: Path) -> None:
    specified = load_registers(repository / "spec" / "registers.rdl")
    names = [
        f"{register.name}[{index}]" if register.count > 1 else register.name
        for register in specified
        for index in range(register.count)
    ]
    assert [name for name, _, _ in REGISTERS] == names
    offsets = [
        register.offset + 4 * index for register in specified for index in range(register.count)
    ]
    assert [offset for _, offset, _ in REGISTERS] == offsets
    resets = {name: sum(f[4] << f[2] for f in fields) for name, _, fields in REGISTERS}
    for register in specified:
        if register.count == 1:
            assert resets[register.name] == register.reset
