"""Ranges of the core's memories that an outcome names: what hazards are made of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from golden.isa import Instruction
from golden.isa_builders import (
    add,
    cfg_act,
    cfg_kernel,
    conv,
    copy,
    dwconv,
    fill,
    ld_p,
    lut,
    maxpool,
)
from golden.machine import Outcome, Tensor
from tests.golden_machine.machine_harness import Harness

# 8x8 core: input 5x6x10 at 0 (8 lines), second input at 200 with P=7 CBS=3 (14 lines)
SOURCE = Tensor(base=0, h=5, w=6, c=10, p=6, cbs=2)
SECOND = Tensor(base=200, h=5, w=6, c=10, p=7, cbs=3)


def ranges(outcome: Outcome) -> tuple[set[Any], set[Any]]:
    """Reads and writes as (what, first, end)."""
    reads = {(r.what, r.first, r.end) for r in outcome.reads}
    return reads, {(r.what, r.first, r.end) for r in outcome.writes}


@pytest.mark.parametrize(
    ("instruction", "reads", "writes"),
    [
        (
            conv(in_base=0, out_base=100, wbase=5, pbase=4, flags=1),
            {("spad", 0, 8), ("wbuf", 5, 185), ("pbuf", 4, 7)},
            {("spad", 100, 109)},
        ),
        (
            conv(in_base=0, out_base=100, wbase=5, pbase=4),
            {("spad", 0, 8), ("wbuf", 5, 185)},
            {("spad", 100, 109)},
        ),
        (
            dwconv(in_base=0, out_base=100, wbase=5, pbase=4, flags=2),
            {("spad", 0, 8), ("wbuf", 5, 17), ("pbuf", 4, 6)},
            {("spad", 100, 108)},
        ),
        (
            add(in_base=0, out_base=100, in2_base=200),
            {("spad", 0, 8), ("spad", 200, 214)},
            {("spad", 100, 111)},
        ),
        (maxpool(in_base=0, out_base=100), {("spad", 0, 8)}, {("spad", 100, 108)}),
        (lut(in_base=0, out_base=100), {("spad", 0, 8), ("lut", 0, 256)}, {("spad", 100, 111)}),
        (copy(in_base=0, out_base=100), {("spad", 0, 8)}, {("spad", 100, 111)}),
        (fill(out_base=100), set(), {("spad", 100, 111)}),
    ],
    ids=lambda value: value.format.name if isinstance(value, Instruction) and value.format else "",
)
def test_what_an_execute_instruction_reads_and_writes(
    instruction: Instruction, reads: set[Any], writes: set[Any]
) -> None:
    """Output 3x5x17, P=6, CBS=3: the elementwise ones write the input's shape there."""
    harness = Harness("8x8")
    output = Tensor(base=100, h=3, w=5, c=17, p=6, cbs=3)
    outcome = harness.ok(
        *harness.operands(SOURCE, output, SECOND),
        cfg_kernel(kh=3, kw=2),
        cfg_act(),
        instruction,
    )
    assert ranges(outcome) == (reads, writes)


def test_a_split_sum_reads_and_writes_the_accumulators() -> None:
    harness = Harness("8x8")
    output = Tensor(base=100, h=1, w=8, c=8, p=8, cbs=1)
    harness.ok(*harness.operands(SOURCE, output), cfg_kernel(kh=1, kw=1), cfg_act())
    held = harness.ok(conv(in_base=0, out_base=100, wbase=0, flags=8))
    assert ranges(held)[1] == {("acc", 0, 1)}
    ended = harness.ok(conv(in_base=0, out_base=100, wbase=0, flags=4))
    assert ("acc", 0, 1) in ranges(ended)[0]
    assert ranges(ended)[1] == {("spad", 100, 101)}


def test_a_parameter_load_names_its_entries() -> None:
    harness = Harness("8x8")
    address = harness.put(np.zeros(3 * 72, dtype=np.uint8))
    outcome = harness.ok(ld_p(addr=address, first=5, count=3))
    assert ranges(outcome) == (set(), {("pbuf", 5, 8)})
    assert outcome.memory_read is not None
    assert (outcome.memory_read.addr, outcome.memory_read.end) == (address, address + 216)
    harness.machine.forget(outcome)
    assert not harness.machine.storage.shift_known.any()
