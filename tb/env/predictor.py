r"""Feeds the golden machine with what the pins show, and publishes what must come of it.

    issue seen --> entry --commit--> golden executes --> expected result, expected writes
                        \--kill---> forgotten

Only observed transactions come in here. Program order is issue order; a commit decides everything
before it, a kill everything after it. Ids count up and wrap.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyuvm import uvm_analysis_port, uvm_component

from golden.assembler import disassemble_instruction
from golden.isa import Instruction, decode
from golden.machine import MACHINE_MODE, SUPERVISOR, Machine, Outcome, Owner
from honeyguide.agents.bus import Seen
from honeyguide.agents.xif import MACHINE, CommitSeen, IssueSeen
from honeyguide.env.checker import AnalysisImp, Checker
from tb.env.predicted import Begins, Entry, Executed, Fate, Rung


@dataclass(frozen=True)
class Stored:
    """What an executed instruction writes to memory."""

    outcome: Outcome

    @property
    def certain(self) -> bool:
        """Whether no bus error cut it short."""
        return self.outcome.error is None

    def addresses(self) -> NDArray[np.int64]:
        """Address of every byte, int64 [h, w, c]."""
        written = self.outcome.memory_write
        assert written is not None
        return written.region.addresses()

    def values(self) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
        """Every byte, and whether it is specified, [h, w, c]."""
        written = self.outcome.memory_write
        assert written is not None
        return written.data.view(np.uint8), written.known

    def describe(self, place: tuple[int, ...]) -> tuple[str, str]:
        """The instruction; pixel and channel of its tensor."""
        y, x, c = place
        text = disassemble_instruction(self.outcome.instruction)
        return f"instruction {self.outcome.index} `{text}`", f"pixel y={y} x={x} channel {c}"


class Predictor(Checker):
    """See above; compares only whether an instruction is taken or refused.

    Attributes:
        machine: the golden machine.
        ap: Begins and Executed of every instruction.
        expected: instructions that the core must answer, for the scoreboard of results.
        writes: every store, for the scoreboard of memory.
    """

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.analysis_export = AnalysisImp(
            "analysis_export", self, self.seen, (IssueSeen, CommitSeen)
        )
        self.ap = uvm_analysis_port("ap", self)
        self.expected = uvm_analysis_port("expected", self)
        self.writes = uvm_analysis_port("writes", self)
        self.doorbell_export = AnalysisImp("doorbell_export", self, self.doorbell)
        self.context: Callable[[], int] = lambda: 1  # user context of CV-X-IF
        self.last: Outcome | None = None
        self.since_fence: list[Outcome] = []
        self._undecided: deque[Entry] = deque()

    def build_phase(self) -> None:
        """Fetch the golden machine."""
        super().build_phase()
        self.machine: Machine = self.cdb_get("machine")

    def forget(self) -> None:
        """Drop what a reset cut off."""
        for outcome in self.since_fence:
            self.machine.forget(outcome)
        self.since_fence.clear()
        self.last = None
        self._undecided.clear()

    @property
    def pending(self) -> int:
        """Instructions without a decision."""
        return len(self._undecided)

    def waiting_for(self) -> str:
        """The oldest of them; empty if there is none."""
        return f"{self._undecided[0]} was never committed" if self._undecided else ""

    def left_over(self) -> str:
        """Instructions that were never decided."""
        if not self.pending:
            return ""
        return f"{self.pending} instructions are left over: {self.waiting_for()}"

    # ---- what was seen

    def seen(self, item: Seen) -> None:
        """An item of CV-X-IF; others are not for this component."""
        match item:
            case IssueSeen():
                self.issue(item)
            case CommitSeen():
                self.commit(item)

    def issue(self, seen: IssueSeen) -> None:
        """An issue handshake: check the answer, remember the instruction."""
        item = decode(seen.word)
        needed = 0 if item is None else 1 if item.rs2_is_x0 else 3
        legal = item is not None and seen.rs_valid & needed == needed
        self.comparisons += 1
        instruction = Instruction(seen.word, seen.rs1, seen.rs2)
        if seen.accept != legal:
            self.failures.add(
                f"`{disassemble_instruction(instruction)}` (rs_valid {seen.rs_valid:02b}): "
                f"expected accept={int(legal)}, got {int(seen.accept)}, cycle {seen.cycle}"
            )
        writes_back = item is not None and item.result and seen.word >> 7 & 31 != 0
        if legal and writes_back and not seen.writeback:
            self.failures.add(
                f"`{disassemble_instruction(instruction)}`: expected writeback=1, got 0, "
                f"cycle {seen.cycle}"
            )
        if seen.accept:
            self._undecided.append(
                Entry(
                    instruction=instruction,
                    owner=Owner(context=0 if seen.mode == MACHINE else self.context()),
                    id=seen.id,
                    cycle=seen.cycle,
                    place=self.log.reserve(),
                )
            )
        else:
            self.log.instruction(None, instruction, fate=Fate.REFUSED, result=None)

    def _covers(self, seen: CommitSeen, identifier: int) -> bool:
        """Whether a decision is for an id: ids before the committed one, ids from the killed on."""
        span = 1 << self.machine.config.xif_id_width
        lead = identifier - seen.id if seen.kill else seen.id - identifier
        return lead % span < span // 2

    def commit(self, seen: CommitSeen) -> None:
        """A commit or kill."""
        for entry in self._undecided:
            if entry.fate is Fate.OFFERED and self._covers(seen, entry.id):
                entry.fate = Fate.KILLED if seen.kill else Fate.COMMITTED
        while self._undecided and self._undecided[0].fate is not Fate.OFFERED:
            self._decide(self._undecided.popleft(), seen.cycle)

    def _decide(self, entry: Entry, cycle: int) -> None:
        if entry.fate is Fate.KILLED:
            self.log.instruction(
                None, entry.instruction, fate=Fate.KILLED, result=None, place=entry.place
            )
            return
        entry.outcome = self.execute(
            entry.instruction, owner=entry.owner, issued=entry.cycle, committed=cycle
        )
        self.expected.write(entry)

    def doorbell(self, word: Rung) -> None:
        """A word written to a doorbell; its result is read from a register."""
        outcome = self.execute(word.instruction, doorbell=True, owner=word.owner)
        self.log.instruction(
            outcome.index, word.instruction, fate="doorbell", result=outcome.result
        )

    def execute(
        self,
        instruction: Instruction,
        *,
        doorbell: bool = False,
        owner: Owner | None = None,
        issued: int | None = None,
        committed: int | None = None,
    ) -> Outcome:
        """Run one instruction in the golden machine and say what it does and writes."""
        asking = (SUPERVISOR if doorbell else MACHINE_MODE) if owner is None else owner
        self.ap.write(Begins(instruction=instruction, owner=asking))
        outcome = self.machine.execute(instruction, doorbell=doorbell, owner=owner)
        self.last = outcome
        self.since_fence.append(outcome)
        if outcome.mnemonic == "fence" and outcome.error is None:
            self.since_fence.clear()
        if outcome.memory_write is not None:
            self.writes.write(Stored(outcome))
        self.ap.write(
            Executed(outcome=outcome, doorbell=doorbell, issued=issued, committed=committed)
        )
        return outcome
