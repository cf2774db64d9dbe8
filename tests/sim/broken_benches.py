"""Benches with one thing wrong each. None of them may pass; test_false_pass.py sees to that.

All are a good test but for the one line that breaks it, or the one part that the factory puts in.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, ClassVar

import cocotb
import pyuvm
from cocotb.triggers import ClockCycles, FallingEdge, RisingEdge
from pyuvm import uvm_factory

from golden import isa_builders as isa
from golden.isa import Instruction
from golden.isa_table import Counter
from golden.register_map import COUNTERS, offset_of
from honeyguide.agents.axi import AxiMemoryDriver, AxiMonitor, Burst
from honeyguide.agents.axil import RegisterPoll, RegisterSeen, RegisterWrite
from honeyguide.agents.xif import Offload, ResultSeen, XifMonitor
from honeyguide.env.host import offload
from honeyguide.env.order import Order
from honeyguide.env.scoreboard import MemoryScoreboard, Writer
from tb.env.ports import RatelConfiguration
from tb.env.register_checker import RegisterChecker
from tb.env.result_scoreboard import ResultScoreboard
from tb.tests.base import RatelTest


def round_trip() -> Sequence[Instruction]:
    """Return a program that loads four pixels and stores them elsewhere."""
    shape = {"w": 2, "h": 2, "c": 3, "cbs": 1}
    pitch = {"row_pitch": 6, "pix_pitch": 3, "p": 2}
    return [
        isa.cfg_ld_shape(**shape),
        isa.cfg_ld_pitch(**pitch),
        isa.ld_t(addr=0x100, base=0),
        isa.cfg_st_shape(**shape),
        isa.cfg_st_pitch(**pitch),
        isa.st_t(addr=0x200, base=0),
        isa.fence(done=1),
    ]


class GoodTest(RatelTest):
    """What every broken bench would be without its fault.

    Attributes:
        instead: parts of the environment, and what the factory makes instead.
    """

    instead: ClassVar[dict[type, type]] = {}

    def build_phase(self) -> None:
        """Override parts, then build."""
        for part, broken in self.instead.items():
            uvm_factory().set_type_override_by_type(part, broken)
        super().build_phase()

    async def body(self) -> None:
        self.env.memory.write(0x100, bytes(range(1, 13)))
        await self.env.run(round_trip())


@pyuvm.test()
class Sound(GoodTest):
    """Nothing is wrong here: this one must pass."""


@pyuvm.test()
class ComparesNothing(RatelTest):
    async def body(self) -> None:
        await ClockCycles(self.env.dut.clk, 100)


@pyuvm.test()
class RaisesNoObjection(GoodTest):
    async def run_phase(self) -> None:
        pass


@pyuvm.test()
class BodyEndsEarly(GoodTest):
    async def _run(self) -> None:
        await self.env.start()
        await self.body()


@pyuvm.test()
class LogsAnError(GoodTest):
    async def body(self) -> None:
        await super().body()
        logging.getLogger("somebody.else").error("this is wrong")


@pyuvm.test()
class ComponentLogsAnError(GoodTest):
    async def body(self) -> None:
        await super().body()
        self.env.host.logger.error("a pyuvm logger does not propagate")


@pyuvm.test()
class ComponentReportsAnError(GoodTest):
    async def body(self) -> None:
        await super().body()
        self.env.predictor.uvm_report.error("BENCH", "what UVM counts must fail the test")


@pyuvm.test()
class KeepsItsErrors(GoodTest):
    """A logger of which nobody else sees the records."""

    async def body(self) -> None:
        await super().body()
        silent = logging.getLogger("somebody.silent")
        silent.propagate = False
        silent.error("this is wrong")


class DeafScoreboard(ResultScoreboard):
    """Does not see the result of the first instruction."""

    def result(self, seen: ResultSeen) -> None:
        if seen.id:
            super().result(seen)


@pyuvm.test()
class LosesAResult(GoodTest):
    instead = {ResultScoreboard: DeafScoreboard}


class LateOrder(Order):
    """Keeps the latest item to itself."""

    def flush(self) -> None:
        while len(self.items) > 1:
            self.ap.write(self.items.pop(0))


@pyuvm.test()
class LeavesAnItem(GoodTest):
    instead = {Order: LateOrder}


@pyuvm.test()
class NeverComparesMemory(GoodTest):
    async def body(self) -> None:
        await self.env.play(offload(round_trip()), check=False)


@pyuvm.test()
class ComparesWhileBusy(GoodTest):
    async def body(self) -> None:
        await self.env.play(offload(round_trip()[:-1]))


@pyuvm.test()
class ExpectsAnotherByte(GoodTest):
    async def body(self) -> None:
        self.env.memory.write(0x100, bytes(range(1, 13)))
        self.env.machine.memory.data[0x105] ^= 1
        await self.env.run(round_trip())


class ForgetfulScoreboard(MemoryScoreboard):
    """Expects no write at all."""

    def expect(self, writer: Writer) -> None:
        pass


@pyuvm.test()
class ForgetsAStore(GoodTest):
    instead = {MemoryScoreboard: ForgetfulScoreboard}


@pyuvm.test()
class ResetBeforeTheComparison(GoodTest):
    """Nothing is wrong here either: what a fence covers is in memory when the reset comes."""

    async def body(self) -> None:
        self.env.memory.write(0x100, bytes(range(1, 13)))
        await self.env.play(offload(round_trip()), check=False)
        await self.env.reset()
        await self.env.run(round_trip())


class InvertingScoreboard(MemoryScoreboard):
    """As if the core had written the complement of every byte."""

    def accept_all(self) -> None:
        seen = self.store.written.view(bool)
        self.store.observed[seen] ^= 0xFF
        self.store.memory[seen] ^= 0xFF
        super().accept_all()


@pyuvm.test()
class InvertsBytesBeforeAReset(ResetBeforeTheComparison):
    instead = {MemoryScoreboard: InvertingScoreboard}


class CorruptedScoreboard(MemoryScoreboard):
    """As if memory had not taken what the pins showed."""

    def accept_all(self) -> None:
        self.store.memory[self.store.written.view(bool)] ^= 1
        super().accept_all()


@pyuvm.test()
class CorruptsMemoryBeforeAReset(ResetBeforeTheComparison):
    instead = {MemoryScoreboard: CorruptedScoreboard}


class LosingScoreboard(MemoryScoreboard):
    """As if a store that a returned fence covers had not reached the pins."""

    def accept_all(self) -> None:
        self.store.written[0x200] = 0
        super().accept_all()


@pyuvm.test()
class LosesACoveredByteBeforeAReset(ResetBeforeTheComparison):
    instead = {MemoryScoreboard: LosingScoreboard}


@pyuvm.test()
class ClearsCountersAtWork(GoodTest):
    """Nothing is wrong here: counters are cleared while the program may be in flight."""

    async def body(self) -> None:
        self.env.memory.write(0x100, bytes(range(1, 13)))
        clear = RegisterWrite(address=offset_of("CTRL"), data=2)
        await self.env.play([*offload(round_trip()[:-1]), clear], check=False)
        await self.env.run([isa.fence()])


class InflatedRegisters(RegisterChecker):
    """As if the core had counted more instructions than there were."""

    def access(self, seen: RegisterSeen) -> None:
        if seen.address == COUNTERS + 4 * Counter.INSTRUCTIONS:
            seen = replace(seen, data=seen.data + 100)
        super().access(seen)


@pyuvm.test()
class InflatesACounterClearedAtWork(ClearsCountersAtWork):
    instead = {RegisterChecker: InflatedRegisters}


@pyuvm.test()
class ExpectsNothingOfCounters(GoodTest):
    """The golden machine says of every counter that it may be anything."""

    async def body(self) -> None:
        machine = self.env.predictor.machine
        machine.counter_bounds = lambda *_, **__: None  # type: ignore[method-assign]
        await super().body()


class ZeroStore(MemoryScoreboard):
    """As if the core had read memory that nobody wrote as 0, wherever that is."""

    def check(self, cycle: int) -> None:
        seen = self.store.written.view(bool)
        self.store.observed[seen] = 0
        self.store.memory[seen] = 0
        super().check(cycle)


@pyuvm.test()
class ReadsZerosThatNobodyWrote(GoodTest):
    instead = {MemoryScoreboard: ZeroStore}

    async def body(self) -> None:
        await self.env.run(round_trip())


@pyuvm.test()
class ExpectsAStoreTooMany(GoodTest):
    async def body(self) -> None:
        await super().body()
        self.env.predictor.execute(isa.st_t(addr=0x300, base=0))
        await self.env.run([isa.fence()])


@pyuvm.test()
class ExpectsAnInterrupt(GoodTest):
    async def body(self) -> None:
        await super().body()
        self.env.registers.mirror.stored["IRQ_ENABLE"] = 1
        await self.env.run([isa.fence()])


@pyuvm.test()
class Hangs(GoodTest):
    def configure(self) -> RatelConfiguration:
        return replace(super().configure(), quiet_cycles=2000)

    async def body(self) -> None:
        self.env.dut.play.value = 0
        await super().body()


@pyuvm.test()
class PollsForEver(GoodTest):
    """The register accesses go on, but nothing comes of them."""

    def configure(self) -> RatelConfiguration:
        return replace(super().configure(), quiet_cycles=2000)

    async def body(self) -> None:
        await super().body()
        never = RegisterPoll(address=offset_of("STATUS"), mask=1, value=1)
        await self.env.play([never], check=False)


@pyuvm.test()
class LosesPatience(GoodTest):
    """A load is taken for a core that moves data for ever."""

    def configure(self) -> RatelConfiguration:
        return replace(super().configure(), quiet_cycles=200)

    async def body(self) -> None:
        self.env.memory.write(0, bytes(32 * 32 * 8))
        shape = isa.cfg_ld_shape(w=32, h=32, c=8, cbs=1)
        pitch = isa.cfg_ld_pitch(row_pitch=256, pix_pitch=8, p=32)
        await self.env.run([shape, pitch, isa.ld_t(addr=0, base=0), isa.fence(done=1)])


@pyuvm.test()
class ExpectsMoreSteps(GoodTest):
    """The golden machine counts a step more than the array takes."""

    async def body(self) -> None:
        ask = self.env.machine.counter

        def counter(which: int, **place: int) -> int | None:
            value = ask(which, **place)
            return value + 1 if which == Counter.STEPS and value is not None else value

        machine: Any = self.env.machine
        machine.counter = counter
        await super().body()


@pyuvm.test()
class RunsForEver(GoodTest):
    def configure(self) -> RatelConfiguration:
        return replace(super().configure(), timeout_us=200)

    async def body(self) -> None:
        while True:
            await super().body()


@pyuvm.test()
class LeavesTheSimulator(GoodTest):
    async def body(self) -> None:
        await super().body()
        os._exit(0)


@pyuvm.test()
class Crashes(GoodTest):
    async def body(self) -> None:
        os.kill(os.getpid(), signal.SIGSEGV)


class BlindMonitor(XifMonitor):
    """Sees no results."""

    def sample(self) -> None:
        if not int(self.bus.result_valid.value):
            super().sample()


class UnboundMonitor(AxiMonitor):
    """Asks for a signal that the bench top does not have."""

    _READ = [*AxiMonitor._READ, "wlost"]


class FailingMonitor(AxiMonitor):
    """Meets an X, as a four-state simulator shows it."""

    def sample(self) -> None:
        raise ValueError("m_rdata shows XXXXXXXX")


@pyuvm.test()
class MonitorIsBlind(GoodTest):
    instead = {XifMonitor: BlindMonitor}


@pyuvm.test()
class MonitorIsUnbound(GoodTest):
    instead = {AxiMonitor: UnboundMonitor}


@pyuvm.test()
class MonitorFails(GoodTest):
    instead = {AxiMonitor: FailingMonitor}


class ForgetfulMemory(AxiMemoryDriver):
    """Answers no read."""

    def _read_announced(self, burst: Burst) -> None:
        pass


@pyuvm.test()
class BreaksAxi(GoodTest):
    """The memory takes back read data that it had offered: an assertion must fire."""

    instead = {AxiMemoryDriver: ForgetfulMemory}

    async def body(self) -> None:
        dut: Any = cocotb.top
        dut.py_m_rvalid.value = 1
        await RisingEdge(dut.clk)
        await self.env.run(round_trip())


@pyuvm.test()
class BreaksOffload(GoodTest):
    """The CPU changes an instruction that it still offers: an assertion must fire."""

    async def body(self) -> None:
        dut: Any = cocotb.top
        dut.py_x_issue_instr.value = isa.fence().word
        dut.py_x_issue_rs_valid.value = 0
        dut.py_x_issue_valid.value = 1
        await ClockCycles(dut.clk, 3)
        await FallingEdge(dut.clk)
        dut.py_x_issue_instr.value = isa.rdcnt(index=0).word
        await ClockCycles(dut.clk, 5)
        await self.env.play([Offload(instruction=isa.fence())])
