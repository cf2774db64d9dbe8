"""Compares register accesses: responses always, values where the golden machine knows them."""

from __future__ import annotations

from typing import Final

from pyuvm import uvm_analysis_port, uvm_component

from golden.config import CoreConfig
from golden.isa import Instruction
from golden.isa_table import Counter, ErrorCode
from golden.machine import HIGH_HALF, MACHINE_MODE, OWNERS, SUPERVISOR, ErrorRecord, Owner, Port
from golden.machine.outcome import Counted
from golden.register_map import COUNTERS, PAGE, PAGES, offset_of, register_at
from honeyguide.agents.axi import BurstSeen
from honeyguide.agents.axil import RegisterRead, RegisterSeen, RegisterWrite
from honeyguide.agents.bus import Seen
from honeyguide.env.checker import AnalysisImp, Checker
from honeyguide.env.host import Command
from tb.env.predicted import Executed, Predicted, Rung
from tb.env.predictor import Predictor
from tb.env.registers import OKAY, SLVERR, RegisterMirror
from tb.env.result_scoreboard import ResultScoreboard

STATUS_REGISTERS = ("STATUS", "IRQ_STATUS", "ERR_PENDING", "WRAPPED")
RECORD = ("ERR_CAUSE", "ERR_INSTR", "ERR_DETAIL", "ERR_INDEX")
# What every job ends with a look at: counters that do not depend on time.
EXACT_COUNTERS = (
    Counter.INSTRUCTIONS, Counter.STEPS, Counter.MACS, Counter.BYTES_READ, Counter.BYTES_WRITTEN,
)  # fmt: skip
DONE, ERROR = 1, 2  # bits of IRQ_ENABLE and IRQ_STATUS
SOFT_RESET, CLEAR_COUNTERS, ABORT = 1, 2, 4  # of CTRL
VALID = 1 << 31  # of ERR_CAUSE
ANY_OWNER = 8  # of ERR_OWNER: the lowest that has a record
DOORBELL_WAIT = 63  # cycles that a write waits for a full doorbell before it is refused
COUNTERS_HIGH = offset_of("COUNTER_HIGH")
_COUNTER = frozenset({"COUNTER", "COUNTER_HIGH"})


def _look() -> list[Command]:
    commands: list[Command] = [RegisterRead(address=offset_of(name)) for name in STATUS_REGISTERS]
    commands.append(RegisterWrite(address=offset_of("WRAPPED"), data=0xFF))
    for owner in (SUPERVISOR.id, MACHINE_MODE.id, ANY_OWNER):
        commands.append(RegisterWrite(address=offset_of("ERR_OWNER"), data=owner))
        commands += [RegisterRead(address=offset_of(name)) for name in RECORD]
    for base in (COUNTERS, COUNTERS_HIGH):
        commands += [RegisterRead(address=base + 4 * counter) for counter in EXACT_COUNTERS]
    return commands


LOOK: Final = tuple(_look())  # what every job ends with
BUSY, PENDING, RESETTING = 1, 1 << 4, 1 << 5  # of STATUS


class RegisterChecker(Checker):
    """Sees every register access.

    Attributes:
        predictor: whose golden machine knows what status registers show.
        results: which knows whether one is owed.
        doorbell: publishes words written to the doorbell, for the predictor.
    """

    predictor: Predictor
    results: ResultScoreboard

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.analysis_export = AnalysisImp(
            "analysis_export", self, self.seen, (RegisterSeen, BurstSeen)
        )
        self.predicted_export = AnalysisImp("predicted_export", self, self.executed)
        self.doorbell = uvm_analysis_port("doorbell", self)

    def build_phase(self) -> None:
        """Fetch the core's parameters; all registers are as after reset."""
        super().build_phase()
        self.core: CoreConfig = self.cdb_get("bench").core
        self.mirror = RegisterMirror(self.core)
        self.write_bursts: list[BurstSeen] = []
        self._still = Counted()  # what was counted when the core was last quiet
        self._cleared = Counted()  # what was counted when counters began at 0, or before that
        self._forget()

    def seen(self, item: Seen) -> None:
        """An access; or a write burst, which tells what the address of a bus error means."""
        if isinstance(item, RegisterSeen):
            self.access(item)
        elif isinstance(item, BurstSeen) and item.write:
            self.write_bursts.append(item)

    def executed(self, item: Predicted) -> None:
        """A doorbell word was executed: its result is in its page's register."""
        if isinstance(item, Executed) and item.doorbell:
            self.doorbell_results[item.outcome.owner.context] = item.outcome.result or 0

    def reset(self) -> None:
        """Go back to the reset values, but for what outlives a soft reset."""
        self.mirror.reset()
        self.predictor.machine.user_counters = bool(self.mirror.stored["USER_RIGHTS"])
        self._forget()
        self._still = self._cleared = self.predictor.machine.counted.copy()
        self.predictor.last = None

    def cut_off(self) -> None:
        """An abort: registers stay as they are, what was on its way to them is forgotten."""
        self.predictor.machine.errors.clear()
        self._forget()
        self._still = self.predictor.machine.counted.copy()

    def _forget(self) -> None:
        self.doorbell_results = [0] * PAGES
        self._unsettled = False
        self._rung: dict[int, int] = {}  # page: cycle of a word that may not have been taken yet
        # page: the record that ERR_CAUSE showed, which may have been cleared since
        self._shown: dict[int, ErrorRecord] = {}
        self._unsure: set[int] = set()  # owners whose record was read while it could change

    def owner_of(self, address: int, *, cause: bool = False) -> Owner:
        """Whose error record an access means; `cause`: it is a read of ERR_CAUSE."""
        page = address // PAGE
        if page:
            return Owner(port=Port.AXIL, context=page)
        selected = self.mirror.stored["ERR_OWNER"]
        if not selected & ANY_OWNER:
            return OWNERS[selected]
        errors, shown = self.predictor.machine.errors, self._shown.get(0)
        if shown is not None and not cause and errors.get(shown.owner.id) is shown:
            return shown.owner
        return OWNERS[min(errors, default=0)]

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
        if self.predictor.pending or self.results.pending or self._unsettled:
            return False
        return last is None or (last.mnemonic == "fence" and last.error is None)

    def settled(self, seen: RegisterSeen) -> bool:
        """Whether the core was quiet when it looked up what it answers: a cycle before, at least.

        In the cycle in which a last result is taken the answer can be of a core at work.
        """
        return self.quiet and seen.cycle > self.results.last

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
            full = self._may_be_full(name, seen)
            expected = SLVERR if full else self.mirror.write(seen.address, seen.data, seen.strobes)
            data = None
        else:
            expected, data = self.mirror.read(seen.address)
            if data is None and expected == OKAY:
                data = self._status(name, seen)
        where = f"{'write to' if seen.write else 'read of'} {name} ({seen.address:#05x})"
        if seen.response != expected:
            self.failures.add(
                f"{where}: expected response {expected}, got {seen.response}, cycle {seen.cycle}"
            )
        elif name == "ERR_DETAIL" and data is None and self.settled(seen):
            self._compare_beat(seen)
        elif name == "WRAPPED" and not seen.write and self.settled(seen):
            self._compare_wrapped(seen)
        elif name in _COUNTER and data is None and not seen.write and self.settled(seen):
            self._compare_counter(seen)
        elif data is not None and seen.data != data:
            self.failures.add(
                f"{where}: expected {data:#010x}, got {seen.data:#010x}, cycle {seen.cycle}"
            )
        if seen.write and expected == OKAY:
            self._effect(name, seen)
        elif name == "STATUS":
            page = seen.address // PAGE
            if not seen.data & PENDING:
                self._rung.pop(page, None)
            if not page and not seen.data & (BUSY | PENDING | RESETTING):
                self._unsettled = False
        elif name == "ERR_CAUSE" and not seen.write:
            self._show(seen)
        if not seen.write and data is not None:
            self.log.note(f"read {name} {seen.data:08x}")

    def _may_be_full(self, name: str, seen: RegisterSeen) -> bool:
        """Whether a doorbell write was refused because a word may have waited so long."""
        rung = self._rung.get(seen.address // PAGE)
        return (
            name in ("DB_RS1", "DB_RS2", "DB_INSTR")
            and seen.response == SLVERR
            and rung is not None
            and seen.cycle - rung >= DOORBELL_WAIT
        )

    def _show(self, seen: RegisterSeen) -> None:
        """ERR_CAUSE was read: the record stays as it is until it is cleared."""
        page, owner = seen.address // PAGE, self.owner_of(seen.address, cause=True)
        error = self.predictor.machine.errors.get(owner.id)
        self._shown.pop(page, None)
        if seen.data & VALID and error is not None:
            self._shown[page] = error
            if not self.quiet:
                self._unsure.add(owner.id)

    def _compare_beat(self, seen: RegisterSeen) -> None:
        """Compare the address of a bus error with the beats that the golden memory refuses.

        A read reports the beat itself, a write the first beat of the burst it was in; how the core
        cuts its bursts is known from the pins alone.
        """
        error = self.predictor.machine.errors.get(self.owner_of(seen.address).id)
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

    def _compare_wrapped(self, seen: RegisterSeen) -> None:
        """Compare the bits that are known; those that may be either are from now on."""
        wrapped, page = self.predictor.machine.wrapped, seen.address // PAGE
        shown = 1 << Owner(port=Port.AXIL, context=page).id if page else 0xFF
        sure = sum(1 << owner for owner, known in wrapped.items() if known)
        either = sum(1 << owner for owner, known in wrapped.items() if not known)
        if (seen.data ^ sure & shown) & ~(either & shown):
            self.failures.add(
                f"read of WRAPPED ({seen.address:#05x}): expected {sure & shown:#04x}, but for "
                f"{either & shown:#04x}, got {seen.data:#04x}, cycle {seen.cycle}"
            )
        for owner in [owner for owner in wrapped if either & shown & 1 << owner]:
            if seen.data >> owner & 1:
                wrapped[owner] = True
            else:
                del wrapped[owner]

    def _compare_counter(self, seen: RegisterSeen) -> None:
        """Compare a counter that was cleared at work: what was in flight then may count or not.

        One of which nothing is expected, though all that it counts is known, is not judged: a fail.
        """
        machine, high = self.predictor.machine, seen.address >= COUNTERS_HIGH
        counter = (seen.address - (COUNTERS_HIGH if high else COUNTERS)) // 4
        bounds = machine.counter_bounds(counter)
        where = f"read of {'COUNTER_HIGH' if high else 'COUNTER'} ({seen.address:#05x})"
        if bounds is None:
            if machine.counted.since(self._cleared).get(Counter(counter)) is not None:
                self.failures.add(f"{where}: not judged, though all that it counts is known")
            return
        least, most = (bound >> 32 for bound in bounds) if high else bounds
        if (seen.data - least) % (1 << 32) > most - least:
            self.failures.add(
                f"{where}: expected {least} to {most} after a clear "
                f"at work, got {seen.data}, cycle {seen.cycle}"
            )

    @staticmethod
    def _refused(burst: BurstSeen, error: ErrorRecord, beat: int) -> bool:
        first = burst.address // beat * beat
        return any(first <= address < first + burst.beats * beat for address in error.beats)

    def _status(self, name: str, seen: RegisterSeen) -> int | None:
        """Value of a register that the machine decides, None while it may be changing."""
        if not self.settled(seen):
            return None
        address = seen.address
        errors = self.predictor.machine.errors
        owner, page = self.owner_of(address, cause=name == "ERR_CAUSE"), address // PAGE
        error = errors.get(owner.id)
        if name in RECORD:
            if error is None:
                self._unsure.discard(owner.id)
            if owner.id in self._unsure:
                return None
        if name in RECORD[1:] and page in self._shown and self._shown[page] is not error:
            return 0  # what ERR_CAUSE showed was cleared since
        match name:
            case "STATUS":
                return 0x100 if error or (errors and not page) else 0
            case "IRQ_STATUS":
                return self.interrupts
            case "ERR_PENDING":
                return sum(1 << number for number in errors)
            case "ERR_CAUSE":
                return error.cause if error else 0
            case "ERR_INSTR":
                return error.word if error else 0
            case "ERR_INDEX":
                return error.index if error else 0
            case "ERR_DETAIL":
                return error.detail if error else 0
            case "DB_RESULT":
                return self.doorbell_results[page]
            case "COUNTER":
                return self.predictor.machine.counter((address - COUNTERS) // 4)
            case "COUNTER_HIGH":
                counter = (address - COUNTERS_HIGH) // 4 + HIGH_HALF
                return self.predictor.machine.counter(counter)
        return None

    def _effect(self, name: str, seen: RegisterSeen) -> None:
        lanes = sum(0xFF << 8 * lane for lane in range(4) if seen.strobes >> lane & 1)
        data = seen.data & lanes
        page = seen.address // PAGE
        machine = self.predictor.machine
        if name == "IRQ_STATUS":
            machine.clear_interrupts(done=bool(data & DONE))
        elif name == "ERR_CAUSE" and data & VALID:
            machine.clear_error(self.owner_of(seen.address))
        elif name == "WRAPPED":
            shown = 1 << Owner(port=Port.AXIL, context=page).id if page else 0xFF
            machine.clear_wrapped(data & shown, sure=self.quiet)
        elif name.startswith("WINDOW_"):
            machine.windows = self.mirror.windows()
        elif name == "ERR_OWNER":
            self._shown.pop(0, None)
        elif name == "USER_RIGHTS":
            machine.user_counters = bool(self.mirror.stored[name])
        elif name == "CTRL":
            if data & CLEAR_COUNTERS:
                still = {} if self.quiet else machine.counted.since(self._still)
                self._cleared = machine.counted.copy() if self.quiet else self._still
                machine.clear_counters(still)
            self._unsettled = self._unsettled or bool(data & (SOFT_RESET | ABORT))
        elif name == "DB_INSTR":
            operands = self.mirror.operands
            instruction = Instruction(seen.data, operands[page, "DB_RS1"], operands[page, "DB_RS2"])
            owner = Owner(port=Port.AXIL, context=page)
            self.doorbell.write(Rung(instruction=instruction, owner=owner))
            self._rung[page] = seen.cycle
            self._unsettled = True

    def check_interrupt(self, level: bool, cycle: int) -> None:
        """Compare the interrupt line, at a quiet moment."""
        self._still = self.predictor.machine.counted.copy()
        expected = bool(self.interrupts & self.mirror.stored["IRQ_ENABLE"])
        self.comparisons += 1
        if level != expected:
            self.failures.add(
                f"interrupt line: expected {int(expected)}, got {int(level)}, cycle {cycle}"
            )
