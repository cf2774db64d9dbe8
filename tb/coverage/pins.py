"""Samples what the monitors saw on the ports, whichever speed they run at."""

from __future__ import annotations

from golden.config import CoreConfig
from golden.isa import decode
from golden.isa_table import OPCODE, Counter, InstructionClass
from golden.register_map import COUNTERS, register_at
from honeyguide.agents.axi import BurstSeen, ResponseSeen
from honeyguide.agents.axil import RegisterSeen
from honeyguide.agents.bus import Seen
from honeyguide.agents.irq import InterruptSeen, ResetSeen
from honeyguide.agents.xif import CommitSeen, IssueSeen, ResultSeen
from honeyguide.coverage.collector import Collector
from tb.coverage.instructions import PAGE, InstructionCoverage
from tb.coverage.points import STATUS_BITS

RESPONSES = {0: "OKAY", 2: "SLVERR", 3: "DECERR"}
SOON = 4  # cycles from issue to decision
WHOLE = 0xF
SOFT_RESET, CLEAR_COUNTERS = 1, 2
VALID = 1 << 31
STATUS_LSB = {
    field.name: field.lsb for field in register_at(0x10).fields  # type: ignore[union-attr]
}  # fmt: skip


def illegal_kind(word: int) -> str:
    """Return what makes a word of our opcode illegal."""
    if decode(word & ~(31 << 7)) is not None:
        return "rd"
    if decode(word & ~(31 << 20) & ~(31 << 7)) is not None:
        return "rs2"
    known = {int(item) for item in InstructionClass}
    return "operation" if word >> 12 & 7 in known else "class"


class PinCoverage:
    """Called with every item that a monitor published, in order."""

    def __init__(
        self, core: CoreConfig, collector: Collector, instructions: InstructionCoverage
    ) -> None:
        self._core = core
        self._hit = collector.hit
        self._instructions = instructions
        self.reset()

    def reset(self) -> None:
        """Nothing is in flight."""
        self._undecided: dict[int, IssueSeen] = {}
        self._refused: dict[int, IssueSeen] = {}
        self._unanswered: dict[int, IssueSeen] = {}
        self._decision = ""
        self._rung = -1  # cycle in which a doorbell word came
        self._reads = self._writes = 0

    def pin_reset(self) -> None:
        """The reset pin went low."""
        busy = self._instructions.busy or bool(self._undecided)
        self._hit("reset.kind", f"pin {'busy' if busy else 'idle'}")
        self.reset()
        self._instructions.forget()

    def seen(self, item: Seen) -> None:
        """Sample one item."""
        match item:
            case IssueSeen():
                self._issue(item)
            case CommitSeen():
                self._commit(item)
            case ResultSeen():
                self._result(item)
            case RegisterSeen():
                self._register(item)
            case BurstSeen():
                self._burst(item)
            case ResponseSeen():
                self._response(item)
            case ResetSeen():
                if not item.level:
                    self.pin_reset()
            case InterruptSeen():
                self._hit("interrupt.line", "rise" if item.level else "fall")

    # ---- CV-X-IF

    def _issue(self, item: IssueSeen) -> None:
        hit, decoded = self._hit, decode(item.word)
        if decoded is not None:
            kind = "one operand" if decoded.rs2_is_x0 else "two operands"
        else:
            own = item.word & 0x7F == OPCODE
            kind = "illegal" if own else "foreign"
            if own:
                hit("xif.illegal", illegal_kind(item.word))
        hit("xif.issue", f"{kind} {item.rs_valid:02b}")
        if not item.accept:
            self._refused[item.id] = item
            return
        hit("xif.id", str(item.id))
        self._undecided[item.id] = item
        count = len(self._undecided)
        full = count >= self._core.xif_queue_depth
        hit("queue.undecided", "full" if full else "one" if count == 1 else "some")

    def _commit(self, item: CommitSeen) -> None:
        what = "kill" if item.kill else "commit"
        issue = self._undecided.pop(item.id, None)
        if issue is None:
            if self._refused.pop(item.id, None) is not None:
                self._hit("xif.refused", what)
            return
        waited = item.cycle - issue.cycle
        near = {0: "same cycle", 1: "next cycle"}
        when = near.get(waited, "soon" if waited <= SOON else "late")
        self._hit("xif.decision", f"{what} {when}")
        if item.cycle == self._rung:
            self._hit("doorbell.order", "with a commit")
        if self._decision:
            self._hit("xif.sequence", f"{self._decision} {what}")
        self._decision = what
        if not item.kill:
            self._unanswered[item.id] = issue
            more = len(self._unanswered) > 1
            self._hit("queue.unanswered", "more" if more else "one")

    def _result(self, item: ResultSeen) -> None:
        issue = self._unanswered.pop(item.id, None)
        decoded = None if issue is None else decode(issue.word)
        if decoded is None or not decoded.result:
            self._hit("xif.result", "empty")
        else:
            self._hit("xif.result", "value" if item.rd else "value for x0")

    # ---- memory port

    def _burst(self, item: BurstSeen) -> None:
        beat, way = self._core.axi_bytes, "write" if item.write else "read"
        longest = item.beats == self._core.max_burst
        length = "one beat" if item.beats == 1 else "longest" if longest else "some"
        self._hit("bus.burst", f"{way} {length}")
        if (item.address // beat + item.beats) * beat % PAGE == 0:
            self._hit("bus.page_end", way)
        if item.write:
            self._writes += 1
            count = self._writes
        else:
            self._reads += 1
            count = self._reads
        self._hit("bus.outstanding", f"{way} {'more' if count > 1 else 'one'}")

    def _response(self, item: ResponseSeen) -> None:
        way = "write" if item.write else "read"
        self._hit("bus.response", f"{way} {RESPONSES.get(item.response, item.response)}")
        if item.write:
            self._writes -= 1
        elif item.last:
            self._reads -= 1

    # ---- registers

    def _register(self, item: RegisterSeen) -> None:
        hit, register = self._hit, register_at(item.address)
        name = "hole" if register is None else register.name
        if not item.write:
            hit("register.access", f"{name} read")
            self._read(name, item)
            return
        strobes = "all" if item.strobes == WHOLE else "some" if item.strobes else "none"
        hit("register.strobes", strobes)
        partial = name in ("CTRL", "DB_INSTR") and strobes != "all"
        hit("register.access", f"{name} partial write" if partial else f"{name} write")
        if strobes == "all":
            self._write(name, item.data)
            if name == "DB_INSTR":
                self._ring(item.cycle)

    def _ring(self, cycle: int) -> None:
        """A doorbell word came, among what the other port held."""
        self._rung = cycle
        found = {"before undecided": self._undecided, "after committed": self._unanswered}
        for name in [name for name, held in found.items() if held] or ["alone"]:
            self._hit("doorbell.order", name)

    def _read(self, name: str, item: RegisterSeen) -> None:
        hit = self._hit
        if name == "COUNTER":
            counter = Counter((item.address - COUNTERS) // 4).name
            hit("register.counter", counter)
            if item.data:
                hit("queue.counter", counter)
        elif name == "STATUS":
            for bit in STATUS_BITS:
                hit("register.status", f"{bit} {item.data >> STATUS_LSB[bit] & 1}")
        elif name == "ERR_CAUSE":
            hit("error.register", "held" if item.data & VALID else "empty")
        elif name == "IRQ_STATUS":
            hit("interrupt.status", str(item.data))

    def _write(self, name: str, data: int) -> None:
        busy = "busy" if self._instructions.busy else "idle"
        if name == "CTRL":
            if data & SOFT_RESET:
                self._hit("reset.kind", f"soft {busy}")
                self._instructions.forget()
            if data & CLEAR_COUNTERS:
                self._hit("control.clear_counters", busy)
        elif name == "ERR_CAUSE" and data & VALID:
            self._hit("error.register", "cleared by register")
        elif name == "IRQ_ENABLE":
            self._hit("interrupt.enable", str(data & 3))
        elif name == "IRQ_STATUS" and data & 3:
            self._hit("interrupt.clear", str(data & 3))
