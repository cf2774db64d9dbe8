"""Every instruction, legal and refused; errors with code, field, detail, word and index."""

from __future__ import annotations

import numpy as np
import pyuvm
from pyuvm import uvm_tlm_analysis_fifo

from golden import isa_builders as isa
from golden.isa import Instruction
from golden.isa_table import ErrorCode
from golden.machine import Outcome
from honeyguide.agents.xif import Offload
from honeyguide.env.host import Command, offload
from tb.env.predicted import Executed
from tb.sequences import refusals
from tb.sequences.ports import ring
from tb.tests.base import RatelTest

UNREACHED = {
    ErrorCode.NONE, ErrorCode.ILLEGAL, ErrorCode.BUS_READ, ErrorCode.BUS_WRITE, ErrorCode.PRIVILEGE,
    ErrorCode.RESET, ErrorCode.WINDOW, ErrorCode.WATCHDOG, ErrorCode.INTEGRITY,
}  # fmt: skip


@pyuvm.test()
class EveryCheck(RatelTest):
    """Every fault of `refusals` with every instruction: the fence after it tells what happened."""

    def build_phase(self) -> None:
        """Also a queue of what the golden machine does."""
        super().build_phase()
        self.predicted = uvm_tlm_analysis_fifo("predicted", self)

    def connect_phase(self) -> None:
        """Connect it to the predictor."""
        super().connect_phase()
        self.env.predictor.ap.connect(self.predicted.analysis_export)

    async def body(self) -> None:
        """One job a fault; at the end every code must have been met."""
        core = self.configuration.core
        noise = self.seeds.stream("memory").integers(0, 256, 0x4000, dtype=np.uint8)
        self.env.memory.write(0x1000, noise)
        codes: set[ErrorCode] = set()
        for fault, program in refusals.every_refusal(core):
            before = self.env.failures.count
            for outcome in await self.outcomes(program):
                if outcome.error is not None:
                    codes.add(outcome.error.code)
            if self.env.failures.count > before:
                self.env.failures.add(f"that was with {fault}")
        missing = set(ErrorCode) - codes - UNREACHED
        assert not missing, f"no fault led to {', '.join(code.name for code in missing)}"

    async def outcomes(self, program: list[Instruction]) -> list[Outcome]:
        """Run a program with a fence after each instruction; return what golden says of each."""
        self.predicted.flush()
        await self.env.run(program)
        seen: list[Outcome] = []
        while self.predicted.can_get():
            _, item = self.predicted.try_get()
            if isinstance(item, Executed):
                seen.append(item.outcome)
        return seen


@pyuvm.test()
class ErrorRegisters(RatelTest):
    """The registers after single refused instructions: cause, word, detail, index."""

    async def body(self) -> None:
        """Without clearing by the fence, so that the registers can be read; then by reset."""
        random = self.seeds.stream("faults")
        core = self.configuration.core
        noise = random.integers(0, 256, 0x4000, dtype=np.uint8)
        self.env.memory.write(0x1000, noise)
        listed = list(refusals.every_refusal(core))
        for index in random.permutation(len(listed))[:60]:
            fault, program = listed[int(index)]
            at = int(random.integers(len(program) // 2, len(program)))
            keep = [item for item in program[:at] if item.word != isa.fence().word]
            before = self.env.failures.count
            await self.env.run([*keep, isa.fence()])
            await self.env.run([isa.fence(clear=1)])
            if self.env.failures.count > before:
                self.env.failures.add(f"that was with {fault}")


@pyuvm.test()
class ReservedBits(RatelTest):
    """Each reserved bit of each operand is refused."""

    async def body(self) -> None:
        """All in one job."""
        program = refusals.reserved_bits()
        for start in range(0, len(program), 200):
            await self.env.run(program[start : start + 200])


@pyuvm.test()
class IllegalWords(RatelTest):
    """Words that are no instruction: refused over CV-X-IF, ILLEGAL at the doorbell."""

    async def body(self) -> None:
        """Over CV-X-IF with each rs_valid, then a sample at the doorbell."""
        words = refusals.illegal_words()
        random = self.seeds.stream("operands")
        commands: list[Command] = [
            Offload(
                instruction=Instruction(word, int(random.integers(1 << 32)), 0),
                rs_valid=int(random.integers(4)), kill=bool(random.random() < 0.3),
            )
            for word in words
        ]  # fmt: skip
        await self.env.play([*commands, *offload([isa.fence()])])
        for word in random.choice(words, 40):
            await self.env.play(ring(Instruction(int(word), 1, 2), isa.fence()))
            await self.env.play(ring(isa.fence(clear=1)))
