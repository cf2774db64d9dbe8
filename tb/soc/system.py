"""The system in a test: a program in memory, a CPU that runs it, and everything it does compared.

    recorder --> events --> CPU stores   --> golden memory
                            CV-X-IF      --> predictor (golden machine), results compared
                            AXI4-Lite    --> register checker, doorbell words to the predictor
                            console, marks

Nobody drives Ratel here but the CPU, so the checks are those of the bench with the drivers left
out. At a mark SOC_MARK_CHECK the program promises that Ratel is idle; memory is compared then.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from cocotb.triggers import RisingEdge, SimTimeoutError, select, with_timeout

from golden.config import CoreConfig
from golden.isa import Instruction
from golden.machine import Machine, Outcome
from golden.memory import Memory
from honeyguide.agents.axi.driver import Stalls
from honeyguide.agents.axi.item import BurstSeen
from honeyguide.agents.axil.item import RegisterSeen
from honeyguide.agents.bus import known
from honeyguide.agents.irq.item import InterruptSeen
from honeyguide.agents.xif.item import CommitSeen, IssueSeen, ResultSeen
from honeyguide.env.failures import FailedRunError, Failures
from honeyguide.env.scoreboard import MemoryScoreboard
from honeyguide.env.transaction_log import TransactionLog
from honeyguide.fast.native import NativeStore
from tb.env.predictor import Predictor
from tb.env.register_checker import RegisterChecker
from tb.soc.events import ConsoleSeen, MarkSeen, StoreSeen, SystemSeen, decode_all

log = logging.getLogger("ratel.soc")
logging.getLogger("ratel").setLevel(logging.INFO)

RESET_CYCLES = 4
TIMEOUT_US = 100_000  # 10 million cycles from one mark to the next


class Mark(IntEnum):
    """Values of SOC_MARK_* in sw/firmware/soc.h."""

    CHECK = 1
    PHASE = 2
    HOST = 3
    DONE = 4


class CpuPredictor(Predictor):
    """A predictor that keeps what it executed."""

    def execute(self, instruction: Instruction, *, doorbell: bool = False) -> Outcome:
        self.executed.append(instruction)
        return super().execute(instruction, doorbell=doorbell)

    def __init__(self, **parts: Any) -> None:
        super().__init__(**parts)
        self.executed: list[Instruction] = []


@dataclass(kw_only=True)
class Counts:
    """What the CPU did on the ports of Ratel."""

    issued: int = 0
    accepted: int = 0
    killed: int = 0
    refused: int = 0
    registers: int = 0
    stores: int = 0


class System:
    """One simulated system. `load` programs and data, `start`, then wait for marks or the end.

    Attributes:
        console: what the program printed.
        counts: instructions and accesses seen.
        interrupts: changes of Ratel's interrupt line.
    """

    def __init__(self, dut: Any, core: CoreConfig, *, memory_bytes: int) -> None:
        self.dut = dut
        self.core = core
        self.failures = Failures()
        self.log = TransactionLog()
        self.store = NativeStore(memory_bytes)
        self.machine = Machine(core, Memory(size=memory_bytes))
        self.memory = MemoryScoreboard(
            store=self.store, golden=self.machine.memory, failures=self.failures, log=self.log
        )
        self.predictor = CpuPredictor(
            machine=self.machine, memory=self.memory, failures=self.failures, log=self.log
        )
        self.registers = RegisterChecker(
            core=core, predictor=self.predictor, failures=self.failures, log=self.log
        )
        self.console = ""
        self.counts = Counts()
        self.interrupts: list[InterruptSeen] = []
        self.registers_read: list[RegisterSeen] = []
        self.checks = 0
        self._line = ""

    @property
    def committed(self) -> list[Instruction]:
        """Instructions that the CPU committed or rang the doorbell with, in order."""
        return self.predictor.executed

    def load(self, segments: Iterable[tuple[int, bytes]]) -> None:
        """Put a program's segments into memory."""
        for address, data in segments:
            self.memory.write(address, data)

    async def start(
        self,
        *,
        seed: int = 1,
        argument: int = 0,
        stalls: Stalls | None = None,
        bus_stall: Sequence[float] = (0.0, 0.0),
    ) -> None:
        """Reset everything and let the CPU run from its boot address.

        Args:
            seed: of the stalls, and readable by the program.
            argument: a word the program can read.
            stalls: wait probabilities of the AXI4 memory.
            bus_stall: wait probabilities of the CPU's instruction and data ports.
        """
        dut = self.dut
        waits = stalls or Stalls()
        order = (waits.ar, waits.r, waits.aw, waits.w, waits.b)
        dut.rst_n.value = 0
        dut.seed.value = seed & 0xFFFFFFFF
        dut.argument.value = argument
        dut.stall.value = sum(int(value * 256) << 8 * index for index, value in enumerate(order))
        dut.instr_stall.value = int(bus_stall[0] * 256) * 0x101
        dut.data_stall.value = int(bus_stall[1] * 256) * 0x101
        rise = RisingEdge(dut.clk)
        for _ in range(RESET_CYCLES):
            await rise
        self.store.take_events()
        self.predictor.forget()
        self.memory.accept_all()
        self.machine.reset()
        self.registers.reset()
        dut.rst_n.value = 1

    async def run(self) -> int:
        """Run to the program's end; return its exit code. Failures are collected, not raised."""
        while True:
            mark = await self.next_mark()
            if mark is None:
                return known(self.dut.value)

    async def next_mark(self, *, timeout_us: int = TIMEOUT_US) -> int | None:
        """Run to the next mark and return it, None when the program ended.

        Raises:
            FailedRunError: neither came in time, or Ratel's pins stood still for too long.
        """
        dut = self.dut
        triggers = (RisingEdge(dut.marked), RisingEdge(dut.exited), RisingEdge(dut.hung))
        try:
            which, _ = await with_timeout(select(*triggers), timeout_us, "us")
        except SimTimeoutError:
            self.drain()
            raise FailedRunError(
                f"no mark and no end within {timeout_us} us; console:\n{self.console}"
            ) from None
        value = known(dut.value)
        self.drain()
        if which == 2:
            raise FailedRunError(f"hang; {self.where()}; console:\n{self.console}")
        if which == 1:
            return None
        if value == Mark.CHECK:
            self.checkpoint()
        return value

    def where(self) -> str:
        """What waits for what, for the message on a hang."""
        pins = ("x_issue_valid", "x_issue_ready", "x_issue_instr", "x_issue_id", "x_result_valid",
                "x_result_ready", "x_result_id", "i_addr", "i_req", "d_req")  # fmt: skip
        text = ", ".join(f"{name}={known(getattr(self.dut, name)):#x}" for name in pins)
        if self.predictor.pending:
            text += f"; {self.predictor.describe_pending()}"
        return text

    def checkpoint(self) -> None:
        """Compare memory and the interrupt line; Ratel must be idle."""
        self.checks += 1
        if not self.registers.quiet:
            self.failures.add("the program asked for a check while Ratel may be busy")
        self.memory.check(known(self.dut.cycle))
        self.registers.check_interrupt(bool(known(self.dut.irq)), known(self.dut.cycle))
        self.registers.write_bursts.clear()

    @property
    def comparisons(self) -> int:
        """Everything that was compared: bytes, results, registers."""
        return self.memory.comparisons + self.predictor.comparisons + self.registers.comparisons

    # ---- what was seen

    def drain(self) -> None:
        """Take what the recorder saw since the last time."""
        for item in decode_all(self.store.take_events()):
            self._seen(item)

    def _seen(self, item: SystemSeen) -> None:
        match item:
            case StoreSeen():
                self._stored(item)
            case ConsoleSeen():
                self._print(chr(item.byte))
            case IssueSeen():
                self.counts.issued += 1
                self.counts.accepted += item.accept
                self.counts.refused += not item.accept
                self.predictor.issue(item)
            case CommitSeen():
                self.counts.killed += item.kill
                self.predictor.commit(item)
            case ResultSeen():
                self.predictor.result(item)
            case RegisterSeen():
                self.counts.registers += 1
                self.registers.access(item)
                if not item.write:
                    self.registers_read.append(item)
            case BurstSeen():
                if item.write:
                    self.registers.write_bursts.append(item)
            case InterruptSeen():
                self.interrupts.append(item)
            case MarkSeen():
                pass

    def _stored(self, item: StoreSeen) -> None:
        """Let the golden memory follow; bytes that Ratel wrote before count as the CPU's now."""
        self.counts.stores += 1
        golden = self.machine.memory
        for lane in range(4):
            if item.enables >> lane & 1:
                golden.data[item.address + lane] = item.data >> 8 * lane & 0xFF
                golden.known[item.address + lane] = True

    def _print(self, character: str) -> None:
        self.console += character
        if character == "\n":
            log.info("console: %s", self._line)
            self._line = ""
        else:
            self._line += character

    def finish(self, *, elsewhere: int = 0) -> None:
        """Raise FailedRunError unless everything was compared and equal.

        Args:
            elsewhere: comparisons that the caller made itself.
        """
        self.drain()
        if self.predictor.pending:
            self.failures.add(
                f"{self.predictor.pending} instructions are left over: "
                f"{self.predictor.describe_pending()}"
            )
        if not self.comparisons + elsewhere:
            self.failures.add("nothing was compared")
        self.failures.raise_if_any()


def as_bytes(array: np.ndarray) -> bytes:
    """Return an array's bytes in C order."""
    return np.ascontiguousarray(array).tobytes()
