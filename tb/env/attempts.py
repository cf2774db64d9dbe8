"""What became of each attempt of an adversary: the answers of the core, counted by kind and code.

A fence behind an attempt returns the first error since the fence before it, so its answer tells
whether the attempt was refused and why. Each fence has exactly one answer, or the core was reset.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass

from pyuvm import uvm_component

from golden.isa_table import ErrorCode
from golden.machine.windows import CONTEXTS, Port
from golden.register_map import PAGE, USER_PAGE, offset_of, register_at
from honeyguide.agents.axil import RegisterSeen
from honeyguide.agents.bus import Seen
from honeyguide.agents.xif import ResultSeen
from honeyguide.env.checker import AnalysisImp, Checker

OKAY, SLVERR = 0, 2
VALID = 1 << 31
ENDED = frozenset({ErrorCode.BUS_READ, ErrorCode.BUS_WRITE, ErrorCode.RESET, ErrorCode.WATCHDOG})
SUPERVISOR_REGISTER = "register of the supervisor"
DOORBELL_HELD = "doorbell held"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A fence that waits for its answer, and the kinds of the attempts before it."""

    kinds: tuple[str, ...]


class Attempts(Checker):
    """Counts refusals, and sees that every fence is answered once.

    Attributes:
        refused: by (kind, reason); reasons are error codes, or SLVERR.
        other: what was not refused, by the same: done, or ended by bus, reset or watchdog.
    """

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.refused: Counter[tuple[str, str]] = Counter()
        self.other: Counter[tuple[str, str]] = Counter()
        self.analysis_export = AnalysisImp("analysis_export", self, self.seen)
        self.forget()

    def forget(self) -> None:
        """The core was reset by its pin: nothing is owed."""
        self._asked: dict[int, deque[Asked]] = {owner: deque() for owner in range(2 * CONTEXTS)}
        self._rang: dict[int, bool] = dict.fromkeys(range(CONTEXTS), False)

    def ask(self, port: Port, page: int, kinds: tuple[str, ...]) -> None:
        """A fence is on its way: over CV-X-IF, or on a page with a read of DB_RESULT behind it."""
        self._asked[CONTEXTS * port + (page if port is Port.AXIL else 0)].append(Asked(kinds=kinds))

    def seen(self, item: Seen) -> None:
        """Take an answer."""
        match item:
            case ResultSeen(we=True):
                self._answer(0, item.data)
            case RegisterSeen():
                self._register(item)

    def _register(self, item: RegisterSeen) -> None:
        page, offset = divmod(item.address, PAGE)
        if item.write and offset == offset_of("DB_INSTR"):
            self._rang[page] = item.response == OKAY
        if not item.write:
            if offset == offset_of("DB_RESULT") and self._rang[page]:
                self._answer(CONTEXTS + page, item.data)
            elif offset == offset_of("DB_RESULT"):
                self._asked[CONTEXTS + page].popleft()  # the fence itself was refused
            return
        if page == 0:
            return
        self.comparisons += 1
        if offset in map(offset_of, USER_PAGE):
            if item.response != OKAY:
                self.refused[DOORBELL_HELD, "SLVERR"] += 1
            return
        register = register_at(offset)
        name = register.name if register is not None else "hole"
        if item.response == OKAY:
            self.failures.add(f"ESCAPE: page {page} wrote {name} in cycle {item.cycle}")
        else:
            self.refused[SUPERVISOR_REGISTER, "SLVERR"] += 1

    def _answer(self, queue: int, data: int) -> None:
        self.comparisons += 1
        if not self._asked[queue]:
            self.failures.add(f"an answer {data:#x} that nobody waits for")
            return
        kinds = self._asked[queue].popleft().kinds
        if not kinds:
            return
        kind = kinds[0] if len(kinds) == 1 else "one of several"
        if not data & VALID:
            self.other[kind, "done"] += 1
            return
        code = ErrorCode(data & 0xFF)
        counter = self.other if code in ENDED else self.refused
        counter[kind, code.name] += 1

    def owed(self) -> int:
        """Return how many fences wait for an answer."""
        return sum(map(len, self._asked.values()))

    def left_over(self) -> str:
        """Fences without an answer."""
        return f"{self.owed()} fences were never answered" if self.owed() else ""
