"""cocotb tests of what one direction of the bus owes; `test_bus_ids.py` runs them.

The model keeps each announced burst with its id until it is answered. Nothing of it is the core's:
that a late answer can be told from one that is waited for is a question about these ids alone.
"""

from __future__ import annotations

import os
import random
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, Timer

MOST = 16  # bursts that a port may have announced
COUNT = 255  # bursts that it can count as late


class Owed:
    """The unit, and the ids of all bursts that are not answered: awaited, and given up."""

    def __init__(self, dut: Any) -> None:
        self.dut = dut
        self.awaited: list[int] = []
        self.late: list[int] = []
        self.most_late = 0

    async def start(self) -> None:
        """Start the clock and reset."""
        Clock(self.dut.clk_i, 10, "ns").start()
        self.drive()
        self.dut.rst_ni.value = 0
        await FallingEdge(self.dut.clk_i)
        await FallingEdge(self.dut.clk_i)
        self.dut.rst_ni.value = 1

    def drive(self, **given: bool) -> None:
        """Drive the inputs; what is not given is 0."""
        for name in ("announce", "answered", "late", "abandon"):
            getattr(self.dut, f"{name}_i").value = given.get(name, False)

    async def cycle(
        self, *, announce: bool = False, answer: bool = False, late: bool = False,
        abandon: bool = False,
    ) -> None:  # fmt: skip
        """Let a cycle pass; what can't happen now does not: an announcement without an id."""
        dut = self.dut
        announce = announce and not int(dut.spent_o.value) and len(self.awaited) < MOST
        answer, late = answer and bool(self.awaited), late and bool(self.late)
        self.drive(announce=announce, answered=answer, late=late, abandon=abandon)
        await Timer(1, "ns")
        assert int(dut.owed_o.value) == len(self.awaited)
        assert int(dut.late_o.value) == bool(self.late), f"{len(self.late)} answers are late"
        if announce:
            now = int(dut.id_o.value)
            assert now not in self.late, f"id {now} is that of a late answer"
            self.awaited.append(now)
        if answer:
            self.awaited.pop(0)
        if late:
            self.late.pop(0)
        if abandon:
            self.late += self.awaited
            self.awaited = []
        self.most_late = max(self.most_late, len(self.late))
        assert self.most_late <= COUNT, "more is late than is counted"
        await FallingEdge(dut.clk_i)


@cocotb.test()
async def late_answers_are_told_from_others(dut: Any) -> None:
    """At any pace; the ids run out and come back."""
    owed, rng = Owed(dut), random.Random(int(os.environ["RATEL_SEED"]))
    await owed.start()
    spent = back = 0
    for _ in range(60):
        announce, answer, late, abandon = (
            rng.choice(((0.9, 0.1, 0.0, 0.1), (0.9, 0.0, 0.1, 0.05), (0.3, 0.9, 0.9, 0.02)))
        )  # fmt: skip
        for _ in range(rng.randint(10, 300)):
            was = int(dut.spent_o.value)
            await owed.cycle(
                announce=rng.random() < announce, answer=rng.random() < answer,
                late=rng.random() < late, abandon=rng.random() < abandon,
            )  # fmt: skip
            spent += not was and int(dut.spent_o.value)
            back += was and not int(dut.spent_o.value)
    assert spent > 1, spent
    assert back > 1, back


@cocotb.test()
async def as_much_is_late_as_can_be(dut: Any) -> None:
    """Each time all that a port may announce: the count holds, and the ids are 0 again after it."""
    owed = Owed(dut)
    await owed.start()
    for _ in range(3):
        turns = 0
        while not int(dut.spent_o.value):
            for _ in range(MOST):
                await owed.cycle(announce=True)
            await owed.cycle(abandon=True)
            turns += 1
        ids = 1 << len(dut.id_o)
        assert turns == ids or len(owed.late) > COUNT - 2 * MOST, f"given up after {turns} turns"
        while owed.late:
            await owed.cycle(announce=True, late=True)
            assert not owed.awaited, "announced without an id"
        await owed.cycle()
        assert (int(dut.spent_o.value), int(dut.id_o.value)) == (0, 0)
