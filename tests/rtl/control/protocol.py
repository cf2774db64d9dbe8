"""cocotb tests of the CV-X-IF port with a CPU that does everything that the rules allow."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

import cocotb
from cocotb.triggers import FallingEdge, Timer

from golden.isa import Instruction, decode
from golden.isa_builders import cfg_in, fence, ld_l, rdcnt
from golden.isa_table import INSTRUCTIONS
from tb.env.descriptors import unpack
from tests.rtl.control.bench import Bench

RETIRED = 2  # counter index
PATIENCE = 2000  # cycles that an offer may wait


@dataclass(kw_only=True)
class Entry:
    """An accepted instruction, as the CPU sees it."""

    id: int
    instruction: Instruction
    state: str = "open"  # open, committed, killed, returned


def _legal(rng: random.Random, number: int) -> Instruction:
    kind = rng.randrange(8)
    if kind < 4:
        return ld_l(addr=0x100 * number)
    if kind < 6:
        return cfg_in(w=number & 0xFFFF, h=1, c=1, cbs=1)
    if kind == 6:
        return fence().with_rd(rng.randrange(32))
    return rdcnt(index=RETIRED).with_rd(rng.randrange(32))


def _illegal(rng: random.Random) -> Instruction:
    while True:
        word = rng.getrandbits(32)
        if rng.random() < 0.7:
            item = rng.choice(INSTRUCTIONS)
            word = item.funct7 << 25 | item.funct3 << 12 | 0x0B | 1 << rng.randrange(7, 32)
        if decode(word) is None:
            return Instruction(word, rng.getrandbits(32), rng.getrandbits(32))


class Cpu:
    """Offers, commits, kills, abandons and takes results at random, and checks every answer."""

    def __init__(self, bench: Bench, *, ready: float, commit: float, abandon: float) -> None:
        self.bench, self.dut, self.rng = bench, bench.dut, bench.rng
        self.ready, self.commit, self.abandon = ready, commit, abandon
        self.entries: list[Entry] = []
        self.offer: Instruction | None = None
        self.offer_id = 0
        self.age = 0
        self.number = 0
        self.held: tuple[int, ...] | None = None
        self.counts = {"same cycle": 0, "killed": 0, "abandoned": 0, "results": 0, "refused": 0}

    def alive(self) -> list[Entry]:
        return [e for e in self.entries if e.state in ("open", "committed")]

    def outputs(self) -> tuple[int, ...]:
        dut = self.dut
        return tuple(
            int(signal.value)
            for signal in (
                dut.x_result_valid_o, dut.x_result_id_o, dut.x_result_data_o, dut.x_result_rd_o,
                dut.x_result_we_o,
            )
        )  # fmt: skip

    def choose_offer(self, *, drain: bool) -> None:
        rng = self.rng
        if self.offer is not None or drain or rng.random() < 0.3:
            return
        self.age = 0
        if rng.random() < 0.15:
            self.offer = _illegal(rng)
        else:
            self.number += 1
            self.offer = _legal(rng, self.number)
        busy = {e.id for e in self.alive()}
        free = [i for i in range(self.bench.ids) if i not in busy]
        open_entries = [e for e in self.entries if e.state == "open"]
        if open_entries and (not free or rng.random() < self.abandon):
            victim = rng.choice(open_entries)
            victim.state = "killed"
            self.counts["abandoned"] += 1
            self.offer_id = victim.id
        elif free:
            self.offer_id = rng.choice(free)
        else:
            self.offer = None

    async def cycle(self, *, drain: bool = False) -> None:
        """One falling edge to just before the next."""
        dut, rng = self.dut, self.rng
        await FallingEdge(dut.clk_i)
        before = self.outputs()
        self.choose_offer(drain=drain)
        dut.x_issue_valid_i.value = int(self.offer is not None)
        operands = rng.choice((3, 3, 3, 2, 1, 0)) if not drain else 3
        if self.offer is not None:
            dut.x_issue_instr_i.value = self.offer.word
            dut.x_issue_rs1_i.value = self.offer.rs1
            dut.x_issue_rs2_i.value = self.offer.rs2
            dut.x_issue_id_i.value = self.offer_id
            dut.x_issue_rs_valid_i.value = operands
        take = rng.random() < self.ready
        dut.x_result_ready_i.value = int(take)
        dut.x_commit_valid_i.value = 0
        await Timer(1, "ns")
        assert self.outputs() == before, "a result depends on an input in the same cycle"
        accepted = self.answer(operands)
        if before[0]:
            self.result(before, take)
        elif self.held is not None:
            raise AssertionError("a result was withdrawn")
        self.held = before if before[0] and not take else None
        self.decide(accepted, drain=drain)

    def answer(self, operands: int) -> Entry | None:
        if self.offer is None:
            return None
        dut, item = self.dut, decode(self.offer.word)
        ready, accept = int(dut.x_issue_ready_o.value), int(dut.x_issue_accept_o.value)
        if item is None:
            assert ready and not accept, f"unknown word {self.offer.word:08x}: {ready} {accept}"
            self.counts["refused"] += 1
            self.offer = None
            return None
        enough = operands & 1 and (operands & 2 or item.rs2_is_x0)
        assert not ready or (accept and enough), "taken without its operands"
        assert ready or not accept
        self.age += 1
        assert self.age < PATIENCE, f"{item.name} waits for ever"
        if not ready:
            return None
        assert int(dut.x_issue_writeback_o.value) == int(item.result)
        entry = Entry(id=self.offer_id, instruction=self.offer)
        self.entries.append(entry)
        self.offer = None
        return entry

    def result(self, seen: tuple[int, ...], take: bool) -> None:
        if self.held is not None:
            assert seen == self.held, "a waiting result changed"
        waiting = self.alive()
        first = waiting[0]
        if waiting[-1].state == "open" and first is waiting[-1]:
            assert first.state == "committed", "a result before the commit"
        assert first.state == "committed", "a result before the commit"
        item = decode(first.instruction.word)
        assert item is not None
        _, id_, data, rd, we = seen
        assert id_ == first.id
        assert we == int(item.result)
        if item.name == "rdcnt":
            older = [e for e in self.entries[: self.entries.index(first)] if e.state == "returned"]
            assert data == len(older), f"rdcnt saw {data} retired, not {len(older)}"
        if item.result:
            assert rd == first.instruction.word >> 7 & 31
        if take:
            first.state = "returned"
            self.counts["results"] += 1

    def decide(self, accepted: Entry | None, *, drain: bool) -> None:
        dut, rng = self.dut, self.rng
        open_entries = [e for e in self.entries if e.state == "open"]
        # while an id is offered again, a commit would mean the new instruction
        reserved = self.offer_id if self.offer is not None else None
        choice: Entry | None = None
        if accepted is not None and rng.random() < 0.4:
            choice = accepted
            self.counts["same cycle"] += 1
        else:
            open_entries = [e for e in open_entries if e is not accepted and e.id != reserved]
            if open_entries and (drain or rng.random() < self.commit):
                choice = open_entries[0] if drain else rng.choice(open_entries)
        busy = {e.id for e in self.alive()}
        strange = [i for i in range(self.bench.ids) if i not in busy and i != reserved]
        kill = int(rng.random() < 0.25)
        if choice is not None:
            dut.x_commit_valid_i.value = 1
            dut.x_commit_id_i.value = choice.id
            dut.x_commit_kill_i.value = kill
            choice.state = "killed" if kill else "committed"
            self.counts["killed"] += kill
        elif strange and rng.random() < 0.2:
            dut.x_commit_valid_i.value = 1
            dut.x_commit_id_i.value = rng.choice(strange)
            dut.x_commit_kill_i.value = kill


async def _traffic(dut: Any, *, cycles: int, ready: float, commit: float, abandon: float) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.step(2)
    bench.engines["load"].latency = lambda: bench.rng.randint(1, 12)
    bench.engines["load"].ready = 0.5
    cpu = Cpu(bench, ready=ready, commit=commit, abandon=abandon)
    for _ in range(cycles):
        await cpu.cycle()
    for _ in range(PATIENCE):
        if cpu.offer is None and not cpu.alive():
            break
        cpu.ready = 1.0
        await cpu.cycle(drain=True)
    assert not cpu.alive(), "an instruction got no result"
    dut.x_issue_valid_i.value = 0
    dut.x_commit_valid_i.value = 0
    for _ in range(400):
        await FallingEdge(dut.clk_i)
        assert not int(dut.x_result_valid_o.value), "one result too many"
    ran = [unpack("load", job.desc)["addr"] for job in bench.engines["load"].log]
    wanted = [
        e.instruction.rs1
        for e in cpu.entries
        if e.state == "returned" and decode(e.instruction.word).name == "ld.l"
    ]
    assert ran == wanted, "what ran is not what was committed, in order"
    dut._log.info("%s", cpu.counts)
    assert all(cpu.counts[key] > 10 for key in ("same cycle", "killed", "results", "refused"))


@cocotb.test()
async def random_traffic(dut: Any) -> None:
    await _traffic(dut, cycles=3000, ready=0.7, commit=0.6, abandon=0.0)


@cocotb.test()
async def slow_results(dut: Any) -> None:
    await _traffic(dut, cycles=2000, ready=0.1, commit=0.9, abandon=0.0)


@cocotb.test()
async def abandoned_instructions(dut: Any) -> None:
    await _traffic(dut, cycles=3000, ready=0.8, commit=0.4, abandon=0.3)


@cocotb.test()
async def a_result_comes_the_cycle_after_the_commit(dut: Any) -> None:
    """Without a value to wait for, so that the CPU never stalls on a load or cfg."""
    bench = Bench(dut)
    await bench.start()
    await bench.step(2)
    for instruction in (cfg_in(w=1, h=1, c=1, cbs=1), ld_l(addr=0)):
        await bench.issue(instruction)  # returns at the falling edge after the commit was seen
        assert int(dut.x_result_valid_o.value)
        await bench.step(40)
