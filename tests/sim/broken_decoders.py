"""Small CV-X-IF devices with one mistake each, and the CPU that offloads instructions to them.

They sit on the pins of `checker_tb`; the environment variable RULE names the device. The CPU keeps
every rule: it offers an instruction until it is taken, with operands that come late, decides it
some cycles later, and takes every result.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import cocotb
from cocotb.triggers import ClockCycles, FallingEdge

CUSTOM0 = 0x0B
CFG, FENCE, FOREIGN = CUSTOM0, CUSTOM0 | 5 << 12, 0x33
OPERANDS_LATE, COMMIT_LATE, PATIENCE = 2, 3, 12  # cycles


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What the issue channel shows; `rs_valid` has a bit for each operand."""

    word: int
    id: int
    rs_valid: int


class Decoder:
    """Sound: takes custom-0 words with their operands, answers what was committed, in order."""

    def __init__(self) -> None:
        self.words: dict[int, int] = {}
        self.taken: list[int] = []
        self.answers: list[int] = []

    def complete(self, offer: Offer) -> bool:
        """Whether an instruction has its operands; a fence has no rs2."""
        return offer.rs_valid & 1 == 1 and (offer.word == FENCE or offer.rs_valid == 3)

    def knows(self, offer: Offer) -> tuple[bool, bool]:
        """Return ready and accept for an offer."""
        if offer.word & 0x7F != CUSTOM0:
            return True, False
        return self.complete(offer), self.complete(offer)

    def take(self, identifier: int) -> None:
        """An instruction was accepted."""
        self.taken.append(identifier)

    def decide(self, identifier: int, *, kill: bool) -> None:
        """An instruction was committed or killed."""
        if identifier in self.taken:
            self.taken.remove(identifier)
            if not kill:
                self.answers.append(identifier)

    def result(self) -> int | None:
        """Return the id of a result, once."""
        return self.answers.pop(0) if self.answers else None


class AnswersBeforeCommit(Decoder):
    """Returns the result as soon as it has it."""

    def take(self, identifier: int) -> None:
        """Do not wait for the CPU."""
        self.answers.append(identifier)


class AlwaysIdZero(Decoder):
    """Knows of one instruction at a time."""

    def result(self) -> int | None:
        """Return a result without looking whose it is."""
        return None if super().result() is None else 0


class HangsOnUnknownOpcodes(Decoder):
    """Says nothing about instructions that are not its own."""

    def knows(self, offer: Offer) -> tuple[bool, bool]:
        """Ready means accepted."""
        _, accept = super().knows(offer)
        return accept, accept


class TakesInvalidOperands(Decoder):
    """Forgets rs_valid."""

    def complete(self, offer: Offer) -> bool:
        """Whatever is on the wires will do."""
        return True


class TakesInvalidRs2(Decoder):
    """Looks at the first operand only."""

    def complete(self, offer: Offer) -> bool:
        """As if every instruction were a fence."""
        return offer.rs_valid & 1 == 1


class AnswersKilled(Decoder):
    """Takes a kill for a commit."""

    def decide(self, identifier: int, *, kill: bool) -> None:
        """Forget what was asked."""
        super().decide(identifier, kill=False)


class AnswersTwice(Decoder):
    """Never takes an answer off its list while it is the only one."""

    def result(self) -> int | None:
        """Return the last one again."""
        return self.answers[0] if len(self.answers) == 1 else super().result()


CAUGHT_BY = {
    AnswersBeforeCommit.__name__: "cvxif_result_after_commit",
    AlwaysIdZero.__name__: "cvxif_result_after_commit",
    HangsOnUnknownOpcodes.__name__: "cvxif_refuses_at_once",
    TakesInvalidOperands.__name__: "cvxif_accepts_own_opcode",
    TakesInvalidRs2.__name__: "cvxif_accepts_own_opcode",
    AnswersKilled.__name__: "cvxif_result_after_commit",
    AnswersTwice.__name__: "cvxif_result_after_commit",
}


class Cpu:
    """One instruction after the other: offer, decision, result."""

    def __init__(self, dut: Any, decoder: Decoder) -> None:
        self.dut = dut
        self.decoder = decoder
        self.results: list[int] = []

    async def cycle(
        self, offer: Offer | None = None, decision: tuple[int, int] | None = None
    ) -> bool:
        """Show an offer and a decision (id, kill) for a cycle; return whether it was taken."""
        dut, decoder = self.dut, self.decoder
        await FallingEdge(dut.clk)
        result = decoder.result()
        dut.x_result_valid.value = int(result is not None)
        dut.x_result_id.value = result or 0
        dut.x_result_ready.value = 1
        dut.x_result_we.value = int(decoder.words.get(result or 0) == FENCE)
        if result is not None:
            self.results.append(result)
        ready, accept = (False, False) if offer is None else decoder.knows(offer)
        dut.x_issue_valid.value = int(offer is not None)
        dut.x_issue_ready.value = int(ready)
        dut.x_issue_accept.value = int(accept)
        value = offer is not None and offer.word == FENCE
        dut.x_issue_writeback.value = int(accept and value)
        dut.x_issue_register_read.value = (1 if value else 3) if accept else 0
        if offer is not None:
            dut.x_issue_instr.value = offer.word
            dut.x_issue_id.value = offer.id
            dut.x_issue_rs_valid.value = offer.rs_valid
            if ready and accept:
                decoder.words[offer.id] = offer.word
                decoder.take(offer.id)
        dut.x_commit_valid.value = int(decision is not None)
        if decision is not None:
            dut.x_commit_id.value, dut.x_commit_kill.value = decision
            decoder.decide(decision[0], kill=bool(decision[1]))
        return ready

    async def offload(self, word: int, identifier: int, *, kill: bool = False) -> None:
        """Take one instruction through its life."""
        for waited in range(PATIENCE):
            arrived = min(waited // OPERANDS_LATE, 2)
            offer = Offer(word=word, id=identifier, rs_valid=(0, 1, 3)[arrived])
            if await self.cycle(offer):
                break
        for _ in range(COMMIT_LATE):
            await self.cycle()
        await self.cycle(decision=(identifier, int(kill)))
        for _ in range(COMMIT_LATE):
            await self.cycle()


@cocotb.test()
async def offload_to_decoder(dut: Any) -> None:
    """Offload a word of every kind to the device named by RULE."""
    kinds: list[type[Decoder]] = [Decoder, *Decoder.__subclasses__()]
    devices = {kind.__name__: kind for kind in kinds}
    await ClockCycles(dut.clk, 3)
    await FallingEdge(dut.clk)
    dut.rst_n.value = 1
    cpu = Cpu(dut, devices[os.environ["RULE"]]())
    await cpu.offload(CFG, 3)
    await cpu.offload(FENCE, 4)
    await cpu.offload(FENCE, 5, kill=True)
    await cpu.offload(FOREIGN, 6, kill=True)
    await cpu.offload(CFG, 7)
    assert cpu.results == [3, 4, 7], cpu.results
