"""Compares register accesses: responses always, values where the golden machine knows them."""

from __future__ import annotations

from pyuvm import uvm_analysis_port, uvm_component

from golden.config import CoreConfig
from golden.isa import Instruction
from golden.isa_table import Counter, ErrorCode
from golden.machine import ErrorRecord
from honeyguide.agents.axi.item import BurstSeen
from honeyguide.agents.axil.item import RegisterSeen
from honeyguide.agents.seen import Seen
from honeyguide.env.checker import AnalysisImp, Checker
from tb.env.predicted import Executed, Predicted
from tb.env.predictor import Predictor
from tb.env.registers import COUNTERS, OKAY, RegisterMirror, offset_of, register_at

STATUS_REGISTERS = (
    "STATUS", "IRQ_STATUS", "ERR_CAUSE", "ERR_INSTR", "ERR_DETAIL", "ERR_INDEX",
)  # fmt: skip
# What every job ends with a look at: counters that do not depend on time.
EXACT_COUNTERS = (
    Counter.INSTRUCTIONS, Counter.STEPS, Counter.MACS, Counter.BYTES_READ, Counter.BYTES_WRITTEN,
)  # fmt: skip
DONE, ERROR = 1, 2  # bits of IRQ_ENABLE and IRQ_STATUS
SOFT_RESET, CLEAR_COUNTERS = 1, 2  # of CTRL
VALID = 1 << 31  # of ERR_CAUSE
LOOKED_AT = (
    *(offset_of(name) for name in STATUS_REGISTERS),
    *(COUNTERS + 4 * counter for counter in EXACT_COUNTERS),
)
BUSY, PENDING, RESETTING = 1, 1 << 4, 1 << 5  # of STATUS


class RegisterChecker(Checker):
    """Sees every register access.

    Attributes:
        predictor: whose golden machine knows what status registers show.
        doorbell: publishes words written to the doorbell, for the predictor.
    """

    predictor: Predictor

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.analysis_export = AnalysisImp("analysis_export", self, self.seen)
        self.predicted_export = AnalysisImp("predicted_export", self, self.executed)
        self.doorbell = uvm_analysis_port("doorbell", self)

    def build_phase(self) -> None:
        """Fetch the core's parameters; all registers are as after reset."""
        super().build_phase()
        self.core: CoreConfig = self.cdb_get("bench").core
        self.mirror = RegisterMirror(self.core)
        self.write_bursts: list[BurstSeen] = []
        self.doorbell_result = 0
        self._unsettled = False
        self._counted = True  # the machine knows from where the counters count

    def seen(self, item: Seen) -> None:
        """An access; or a write burst, which tells what the address of a bus error means."""
        if isinstance(item, RegisterSeen):
            self.access(item)
        elif isinstance(item, BurstSeen) and item.write:
            self.write_bursts.append(item)

    def executed(self, item: Predicted) -> None:
        """A doorbell word was executed: its result is in a register."""
        if isinstance(item, Executed) and item.doorbell:
            self.doorbell_result = item.outcome.result or 0

    def reset(self) -> None:
        """Go back to the reset values."""
        self.mirror.reset()
        self.doorbell_result = 0
        self._unsettled = False
        self._counted = True
        self.predictor.last = None

    def power_up(self) -> None:
        """Forget what outlives a soft reset, too."""
        self.mirror.power_up()
        self.predictor.machine.windows = self.mirror.windows()

    @property
    def quiet(self) -> bool:
        """Whether nothing can be in flight: after reset, or after a fence that returned.

        A fence through the doorbell has returned when STATUS shows an idle core.
        """
        last = self.predictor.last
        if self.predictor.pending or self._unsettled:
            return False
        return last is None or (last.mnemonic == "fence" and last.error is None)

    @property
    def interrupts(self) -> int:
        """Value of IRQ_STATUS."""
        machine = self.predictor.machine
        return DONE * machine.irq_done | ERROR * machine.irq_error

    def access(self, seen: RegisterSeen) -> None:
        """Compare one access."""
        self.comparisons += 1
        register = register_at(seen.address)
        name = "no register" if register is None else register.name
        if seen.write:
            expected = self.mirror.write(seen.address, seen.data, seen.strobes)
            data = None
        else:
            expected, data = self.mirror.read(seen.address)
            if data is None and expected == OKAY:
                data = self._status(name, seen.address)
        where = f"{'write to' if seen.write else 'read of'} {name} ({seen.address:#05x})"
        if seen.response != expected:
            self.failures.add(
                f"{where}: expected response {expected}, got {seen.response}, cycle {seen.cycle}"
            )
        elif name == "ERR_DETAIL" and data is None and self.quiet:
            self._compare_beat(seen)
        elif data is not None and seen.data != data:
            self.failures.add(
                f"{where}: expected {data:#010x}, got {seen.data:#010x}, cycle {seen.cycle}"
            )
        if seen.write and expected == OKAY:
            self._effect(name, seen)
        elif name == "STATUS" and not seen.data & (BUSY | PENDING | RESETTING):
            self._unsettled = False
        if not seen.write and data is not None:
            self.log.note(f"read {name} {seen.data:08x}")

    def _compare_beat(self, seen: RegisterSeen) -> None:
        """Compare the address of a bus error with the beats that the golden memory refuses.

        A read reports the beat itself, a write the first beat of the burst it was in; how the core
        cuts its bursts is known from the pins alone.
        """
        error = self.predictor.machine.error
        if error is None or not error.beats:
            return
        beat = self.core.axi_bytes
        if error.code is ErrorCode.BUS_READ:
            right = seen.data // beat * beat in error.beats
        else:
            right = any(
                burst.address == seen.data and self._refused(burst, error, beat)
                for burst in self.write_bursts
            )
        if not right:
            self.failures.add(
                f"ERR_DETAIL: got {seen.data:#010x}, which leads to none of the failing beats "
                f"{', '.join(f'{address:#x}' for address in error.beats[:4])}, cycle {seen.cycle}"
            )

    @staticmethod
    def _refused(burst: BurstSeen, error: ErrorRecord, beat: int) -> bool:
        first = burst.address // beat * beat
        return any(first <= address < first + burst.beats * beat for address in error.beats)

    def _status(self, name: str, address: int) -> int | None:
        """Value of a register that the machine decides, None while it may be changing."""
        if not self.quiet:
            return None
        error = self.predictor.machine.error
        match name:
            case "STATUS":
                return 0x100 if error else 0
            case "IRQ_STATUS":
                return self.interrupts
            case "ERR_CAUSE":
                return error.cause if error else 0
            case "ERR_INSTR":
                return error.word if error else 0
            case "ERR_INDEX":
                return error.index if error else 0
            case "ERR_DETAIL":
                return error.detail if error else 0
            case "DB_RESULT":
                return self.doorbell_result
            case "COUNTER" if self._counted:
                return self.predictor.machine.counter((address - COUNTERS) // 4)
        return None

    def _effect(self, name: str, seen: RegisterSeen) -> None:
        lanes = sum(0xFF << 8 * lane for lane in range(4) if seen.strobes >> lane & 1)
        data = seen.data & lanes
        if name == "IRQ_STATUS":
            self.predictor.machine.clear_interrupts(
                done=bool(data & DONE), error=bool(data & ERROR)
            )
        elif name.startswith("WINDOW_"):
            self.predictor.machine.windows = self.mirror.windows()
        elif name == "ERR_CAUSE" and data & VALID:
            self.predictor.machine.clear_error()
        elif name == "CTRL":
            if data & CLEAR_COUNTERS:
                self._counted = self.quiet
                self.predictor.machine.clear_counters()
            self._unsettled = self._unsettled or bool(data & SOFT_RESET)
        elif name == "DB_INSTR":
            stored = self.mirror.stored
            instruction = Instruction(seen.data, stored["DB_RS1"], stored["DB_RS2"])
            self.doorbell.write(instruction)
            self._unsettled = True

    def check_interrupt(self, level: bool, cycle: int) -> None:
        """Compare the interrupt line, at a quiet moment."""
        expected = bool(self.interrupts & self.mirror.stored["IRQ_ENABLE"])
        self.comparisons += 1
        if level != expected:
            self.failures.add(
                f"interrupt line: expected {int(expected)}, got {int(level)}, cycle {cycle}"
            )
