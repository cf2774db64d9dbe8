"""cocotb tests of `ratel_cv32e40x`; `test_cv32e40x.py` runs them."""

from __future__ import annotations

import os
import random
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, Timer

from golden import isa_builders
from golden.isa import decode
from tests.rtl.adapters.coprocessor import Coprocessor, Entry
from tests.rtl.adapters.cpu import Cpu, Fate, Habits, Offload

CYCLES = 8000
PATIENCE = 400  # cycles until whatever was offered is taken
# Without a value, with one, and of somebody else.
PLAIN = [isa_builders.cfg_act().word, isa_builders.fill(out_base=0).word]
VALUE = [isa_builders.fence().word, isa_builders.rdcnt(index=0).word]
WORDS = [*PLAIN, *PLAIN, *VALUE, 0x0000_0013, 0xFFFF_FFFF]

# Habits of the CPU, how often the core is ready, how often a result is there.
STYLES = {
    "usual": (Habits(leave=0.5), 0.7, 0.3),
    "flushes": (Habits(flush=0.2, halt=0.4, leave=0.4), 0.5, 0.3),
    "full_rate": (Habits(flush=0.1, kill=0.02, halt=0.0, fetch=1.0, leave=0.6), 1.0, 1.0),
    "decided_in_decode": (Habits(early=0.5, leave=0.5), 0.5, 0.3),
    # Ids run around while the core is full.
    "slow_core": (Habits(flush=0.3, fetch=1.0, leave=0.3), 0.5, 0.03),
}


class Bench:
    """The adapter between the two models, a cycle at a time."""

    def __init__(self, dut: Any, habits: Habits, *, ready: float, results: float) -> None:
        self.dut, self.ready, self.results = dut, ready, results
        self.rng = random.Random(int(os.environ["RATEL_SEED"]))
        ids = 1 << int(dut.XifIdWidth.value)
        self.cpu = Cpu(rng=self.rng, words=WORDS, ids=ids, habits=habits)
        self.core = Coprocessor(rng=self.rng, ids=ids)
        self.waiting: Entry | None = None
        self.answered = 0
        self.idle = 0

    async def start(self) -> None:
        dut = self.dut
        Clock(dut.clk_i, 10, unit="ns").start()
        for pin in (dut.c_issue_valid_i, dut.c_commit_valid_i, dut.x_result_valid_i, dut.rst_ni):
            pin.value = 0
        await FallingEdge(dut.clk_i)
        await FallingEdge(dut.clk_i)
        dut.rst_ni.value = 1

    async def cycle(self) -> None:
        dut, core = self.dut, self.core
        offer, decided = self.cpu.drive()
        legal = self.drive_issue(offer)
        dut.c_commit_valid_i.value = decided is not None
        if decided is not None:
            dut.c_commit_id_i.value = decided.id
            dut.c_commit_kill_i.value = decided.fate is Fate.KILLED
        took = self.drive_result()
        await Timer(1, "ns")
        shown = int(dut.x_issue_id_o.value) if int(dut.x_issue_valid_o.value) else None
        assert offer is not None or shown is None, "an offer that the CPU does not make"
        self.check_result()
        core.show(shown)
        if int(dut.x_commit_valid_o.value):
            kill = bool(int(dut.x_commit_kill_o.value))
            core.decide(int(dut.x_commit_id_o.value), kill=kill, offered=shown)
        ready = bool(int(dut.c_issue_ready_o.value))
        taken = shown is not None and bool(int(dut.x_issue_ready_i.value))
        assert offer is None or ready == taken, "the two sides differ on what is taken"
        if taken and legal:
            assert offer is not None
            assert shown is not None
            core.accept(shown, offer, value=offer.word in VALUE)
        if taken:
            core.early = None
        if took and self.waiting is not None:
            core.entries.remove(self.waiting)
            self.waiting = None
            self.answered += 1
        self.cpu.end(taken, legal)
        self.idle = 0 if taken or offer is None else self.idle + 1
        assert self.idle < PATIENCE, "an offer is never taken"
        await FallingEdge(dut.clk_i)

    def drive_issue(self, offer: Offload | None) -> bool:
        """Show the offer; return whether the core accepts it."""
        dut = self.dut
        dut.c_issue_valid_i.value = offer is not None
        dut.x_issue_ready_i.value = not self.core.full and self.rng.random() < self.ready
        legal = offer is not None and decode(offer.word) is not None
        dut.x_issue_accept_i.value = legal
        if offer is not None:
            dut.c_issue_instr_i.value = offer.word
            dut.c_issue_id_i.value = offer.id
        return legal

    def drive_result(self) -> bool:
        """Show a result, which stays until it is taken; return whether it is."""
        dut = self.dut
        if self.waiting is None and self.rng.random() < self.results:
            self.waiting = self.core.result()
        ready = self.rng.random() < 0.7
        dut.x_result_valid_i.value = self.waiting is not None
        dut.x_result_ready_i.value = ready
        if self.waiting is not None:
            dut.x_result_id_i.value = self.waiting.id
        return self.waiting is not None and ready

    def check_result(self) -> None:
        if self.waiting is not None:
            seen, wanted = int(self.dut.c_result_id_o.value), self.waiting.offload.id
            assert seen == wanted, f"result of id {seen}, the CPU gave it {wanted}"


@cocotb.test()
@cocotb.parametrize(style=list(STYLES))
async def traffic(dut: Any, style: str) -> None:
    """Each instruction that the core accepted has the fate that the CPU gave it, and its id."""
    habits, ready, results = STYLES[style]
    bench = Bench(dut, habits, ready=ready, results=results)
    await bench.start()
    for _ in range(CYCLES):
        await bench.cycle()
    core = bench.core
    tried = [core.killed, core.committed, core.flushed, bench.answered]
    cocotb.log.info("killed, committed, flushed, answered: %s", tried)
    assert min(tried) > CYCLES // 800, f"the traffic tried too little: {tried}"
