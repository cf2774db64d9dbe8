"""Nothing is left to the next owner: docs/architecture.md section 3."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from golden import isa_builders as isa
from golden.isa import Instruction
from golden.isa_table import Counter, ErrorCode, MacFlag
from golden.machine import MACHINE_MODE, SUPERVISOR, Machine, Owner
from golden.machine.storage import dense
from golden.machine.windows import Port
from tests.golden_machine.machine_harness import Harness

USER = Owner(port=Port.AXIL, context=1)
ILLEGAL = Instruction(0x0B | 0x7F << 25, 0, 0)
MEMORIES = ("spad", "wbuf", "bias", "mult", "shift", "lut")


def _used() -> Harness:
    """A machine that holds something in every memory, a product, and a configuration."""
    harness = Harness("8x8")
    source = dense(harness.config, base=0, h=1, w=4, c=8)
    target = dense(harness.config, base=50, h=1, w=4, c=8)
    harness.load(source, np.full((1, 4, 8), 7, dtype=np.int8))
    harness.weights(0, np.full((8, 8), 3, dtype=np.int8))
    one = np.ones(8, dtype=np.int32)
    harness.parameters(0, one, one, one.astype(np.int8))
    harness.ok(
        isa.ld_l(addr=harness.put(np.full(256, 5, dtype=np.int8))),
        *harness.operands(source, target), isa.cfg_kernel(kh=1, kw=1), isa.cfg_act(),
        isa.conv(in_base=0, out_base=50, wbase=0, flags=int(MacFlag.HOLD)), isa.fence(),
    )  # fmt: skip
    assert all(getattr(harness.machine.storage, name).any() for name in MEMORIES)
    return harness


def _is_swept(machine: Machine) -> bool:
    """Whether all memories are 0, and known to be; neither is one alone."""
    storage = machine.storage
    clear = [not getattr(storage, name).any() for name in MEMORIES]
    assert all(clear) or not any(clear)
    assert not all(clear) or all(getattr(storage, f"{name}_known").all() for name in MEMORIES)
    return all(clear)


def test_another_owner_finds_zeros_and_no_configuration() -> None:
    machine = _used().machine
    assert machine.groups.groups["kernel"]["kh"] == 1
    assert machine.counter(Counter.MACS) == 4 * 8 * 8
    outcome = machine.execute(isa.cfg_act(act_min=-5, act_max=5), doorbell=True, owner=USER)
    assert outcome.owner == USER
    assert _is_swept(machine)
    assert machine.groups.groups["kernel"]["kh"] == 0
    assert machine.groups.groups["act"]["act_min"] == -5
    assert machine.counter(Counter.MACS) == 0


def test_sums_that_were_held_are_not_added_to_for_another_owner() -> None:
    """Machine mode comes back to its own product, after a user who only configured something."""
    harness = _used()
    machine = harness.machine
    machine.execute(isa.cfg_act(), doorbell=True, owner=USER)
    source = dense(harness.config, base=0, h=1, w=4, c=8)
    harness.ok(*harness.operands(source, source), isa.cfg_kernel(kh=1, kw=1), isa.cfg_act())
    outcome = machine.execute(isa.conv(in_base=0, out_base=50, wbase=0, flags=int(MacFlag.ACC)))
    assert outcome.error is not None and outcome.error.code == ErrorCode.ACC


@pytest.mark.parametrize(
    ("instruction", "sweeps"),
    [(isa.fence(), False), (isa.rdcnt(index=0), False), (ILLEGAL, False), (isa.cfg_act(), True)],
)
def test_what_works_on_nothing_makes_nobody_the_tenant(
    instruction: Instruction, sweeps: bool
) -> None:
    machine = _used().machine
    machine.execute(instruction, doorbell=True, owner=USER)
    assert _is_swept(machine) == sweeps


def test_the_privileged_are_one_domain_and_every_user_is_one() -> None:
    machine = _used().machine
    machine.execute(isa.cfg_act(), doorbell=True, owner=SUPERVISOR)
    machine.execute(isa.cfg_act(), owner=MACHINE_MODE)
    assert not _is_swept(machine)
    for owner in (USER, Owner(port=Port.XIF, context=1), Owner(port=Port.AXIL, context=2), USER):
        ask = partial(machine.execute, isa.cfg_act(), doorbell=owner.port is Port.AXIL, owner=owner)
        ask()
        assert not machine.storage.spad.any()
        machine.storage.spad[...] = 1
        ask()
        assert machine.storage.spad.all()
