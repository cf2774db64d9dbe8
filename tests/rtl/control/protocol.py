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
    """An offered or accepted instruction, as the CPU sees it."""

    id: int
    instruction: Instruction
    state: str = "open"  # open, committed, killed, returned

    @property
    def name(self) -> str:
        item = decode(self.instruction.word)
        return "" if item is None else item.name


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
    """Offers, takes offers back, commits and kills in batches and takes results, all at random.

    Checks every answer and every result against the rules of CV-X-IF 1.0.
    """

    def __init__(self, bench: Bench, *, ready: float, commit: float, kill: float) -> None:
        self.bench, self.dut, self.rng = bench, bench.dut, bench.rng
        self.ready, self.commit, self.kill = ready, commit, kill
        self.entries: list[Entry] = []
        self.offer: Entry | None = None
        self.last_id = bench.ids - 1
        self.age = 0
        self.number = 0
        self.held: tuple[int, ...] | None = None
        self.counts = dict.fromkeys(
            ("batch", "early", "killed", "taken back", "results", "refused", "overtaken"), 0
        )

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

    def free_id(self) -> int | None:
        """The next id: they count up, and those that are undecided span less than half."""
        number = (self.last_id + self.rng.choice((1, 1, 1, 2))) % self.bench.ids
        alive = self.alive()
        if any(e.id == number for e in alive):
            return None
        oldest = next((e.id for e in alive if e.state == "open"), number)
        fits = (number - oldest) % self.bench.ids < self.bench.ids // 2
        return number if fits else None

    def choose_offer(self, *, drain: bool) -> None:
        rng = self.rng
        if self.offer is not None and not drain and rng.random() < 0.05:
            self.offer = None  # taken back, perhaps for another in the same cycle
            self.counts["taken back"] += 1
        if self.offer is not None or drain or rng.random() < 0.3:
            return
        number = self.free_id()
        if number is None:
            return
        self.age = 0
        self.last_id = number
        illegal = rng.random() < 0.15
        self.number += not illegal
        instruction = _illegal(rng) if illegal else _legal(rng, self.number)
        self.offer = Entry(id=number, instruction=instruction)
        self.operands = 0

    def covers(self, decision: int, kill: int, number: int) -> bool:
        lead = number - decision if kill else decision - number
        return lead % self.bench.ids < self.bench.ids // 2

    async def cycle(self, *, drain: bool = False) -> None:
        """One falling edge to just before the next."""
        dut, rng = self.dut, self.rng
        await FallingEdge(dut.clk_i)
        before = self.outputs()
        self.rdcnt_here = any(e.name == "rdcnt" for e in self.alive())
        self.choose_offer(drain=drain)
        dut.x_issue_valid_i.value = int(self.offer is not None)
        if self.offer is not None:
            self.operands |= rng.choice((3, 3, 3, 2, 1, 0)) if not drain else 3
            dut.x_issue_instr_i.value = self.offer.instruction.word
            dut.x_issue_rs1_i.value = self.offer.instruction.rs1
            dut.x_issue_rs2_i.value = self.offer.instruction.rs2
            dut.x_issue_id_i.value = self.offer.id
            dut.x_issue_rs_valid_i.value = self.operands
        take = rng.random() < self.ready
        dut.x_result_ready_i.value = int(take)
        self.decide(drain=drain)
        await Timer(1, "ns")
        assert self.outputs() == before, "a result depends on an input in the same cycle"
        if before[0]:
            self.result(before, take)
        elif self.held is not None:
            raise AssertionError("a result was withdrawn")
        self.held = before if before[0] and not take else None
        self.answer()
        for entry, state in self.decided:
            entry.state = state

    def decide(self, *, drain: bool) -> None:
        """Perhaps a commit or kill, of anybody's id; it counts from the next cycle."""
        dut, rng = self.dut, self.rng
        self.decided: list[tuple[Entry, str]] = []
        candidates = [e for e in self.entries if e.state == "open"]
        if self.offer is not None:
            candidates.append(self.offer)
        valid = bool(candidates) and (drain or rng.random() < self.commit)
        dut.x_commit_valid_i.value = int(valid)
        if not valid:
            return
        target = candidates[-1] if drain else rng.choice(candidates)
        number = target.id
        kill = int(not drain and rng.random() < self.kill)
        if not drain and rng.random() < 0.1:
            number = (candidates[0].id - 1) % self.bench.ids
        dut.x_commit_id_i.value = number
        dut.x_commit_kill_i.value = kill
        for entry in candidates:
            if entry.state == "open" and self.covers(number, kill, entry.id):
                self.decided.append((entry, "killed" if kill else "committed"))
                self.counts["early"] += entry is self.offer
        self.counts["batch"] += len(self.decided) > 1
        self.counts["killed"] += kill

    def answer(self) -> None:
        if self.offer is None:
            return
        dut, offer, item = self.dut, self.offer, decode(self.offer.instruction.word)
        ready, accept = int(dut.x_issue_ready_o.value), int(dut.x_issue_accept_o.value)
        writeback = int(dut.x_issue_writeback_o.value)
        read = int(dut.x_issue_register_read_o.value)
        if item is None:
            assert ready and not accept and not writeback and not read, f"{offer}: {ready} {accept}"
            self.counts["refused"] += 1
            self.offer = None
            return
        enough = self.operands & 1 and (self.operands & 2 or item.rs2_is_x0)
        assert not ready or (accept and enough), "taken without its operands"
        assert ready or not accept
        self.age += 1
        assert self.age < PATIENCE, f"{item.name} waits for ever"
        if offer.name == "rdcnt" and enough:
            assert ready or self.rdcnt_here, "rdcnt waits"
        if not ready:
            return
        assert writeback == int(item.result)
        assert read == (1 if item.rs2_is_x0 else 3)
        self.entries.append(offer)
        self.offer = None

    def result(self, seen: tuple[int, ...], take: bool) -> None:
        if self.held is not None:
            assert seen == self.held, "a waiting result changed"
        _, number, data, rd, we = seen
        entry = next((e for e in self.alive() if e.id == number), None)
        assert entry is not None and entry.state == "committed", "a result before the commit"
        item = decode(entry.instruction.word)
        assert item is not None and we == int(item.result)
        assert rd == entry.instruction.word >> 7 & 31
        older = self.entries[: self.entries.index(entry)]
        if item.name == "rdcnt":
            before = [
                e for e in older if e.state in ("committed", "returned") and e.name != "rdcnt"
            ]
            assert data == len(before), f"rdcnt saw {data} before it, not {len(before)}"
            self.counts["overtaken"] += any(e.state == "committed" for e in older)
        else:
            assert data == 0, "nothing was refused here"
            waiting = [e for e in older if e.state == "committed" and e.name != "rdcnt"]
            assert not waiting, "only rdcnt overtakes"
        if take:
            entry.state = "returned"
            self.counts["results"] += 1


async def _traffic(dut: Any, *, cycles: int, ready: float, commit: float, kill: float) -> None:
    bench = Bench(dut)
    await bench.start()
    await bench.step(2)
    bench.engines["load"].latency = lambda: bench.rng.randint(1, 12)
    bench.engines["load"].ready = 0.5
    cpu = Cpu(bench, ready=ready, commit=commit, kill=kill)
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
    wanted = [e.instruction.rs1 for e in cpu.entries if e.state == "returned" and e.name == "ld.l"]
    assert ran == wanted, "what ran is not what was committed, in order"
    dut._log.info("%s", cpu.counts)
    assert all(count > 0 for count in cpu.counts.values()), cpu.counts


@cocotb.test()
async def random_traffic(dut: Any) -> None:
    await _traffic(dut, cycles=3000, ready=0.7, commit=0.6, kill=0.2)


@cocotb.test()
async def slow_results(dut: Any) -> None:
    await _traffic(dut, cycles=2000, ready=0.1, commit=0.9, kill=0.1)


@cocotb.test()
async def rare_decisions(dut: Any) -> None:
    await _traffic(dut, cycles=3000, ready=0.8, commit=0.2, kill=0.3)


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
