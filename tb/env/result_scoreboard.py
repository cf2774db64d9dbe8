"""Compares results on CV-X-IF with those of the golden machine.

predictor --expected--> entries --result seen--> compared, Answered
"""

from __future__ import annotations

from collections import deque

from pyuvm import uvm_analysis_port, uvm_component

from honeyguide.agents.xif import ResultSeen
from honeyguide.env.checker import AnalysisImp, Checker
from tb.env.predicted import Answered, Entry, Fate


class ResultScoreboard(Checker):
    """Every instruction that was executed is answered once, in any order of ids.

    Attributes:
        ap: Answered, when a result came.
        last: cycle in which the last result was taken.
    """

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.analysis_export = AnalysisImp("analysis_export", self, self.result, (ResultSeen,))
        self.expected_export = AnalysisImp("expected_export", self, self.expect)
        self.ap = uvm_analysis_port("ap", self)
        self._expected: deque[Entry] = deque()
        self.last = -1

    def expect(self, entry: Entry) -> None:
        """An instruction was executed and must be answered."""
        self._expected.append(entry)

    @property
    def pending(self) -> int:
        """Instructions without a result."""
        return len(self._expected)

    def waiting_for(self) -> str:
        """The oldest of them; empty if there is none."""
        return f"{self._expected[0]} never returned a result" if self._expected else ""

    def left_over(self) -> str:
        """Instructions that were never answered."""
        if not self.pending:
            return ""
        return f"{self.pending} instructions are left over: {self.waiting_for()}"

    def forget(self) -> None:
        """Drop what a reset cut off."""
        self._expected.clear()

    def result(self, seen: ResultSeen) -> None:
        """A result handshake: the oldest unanswered instruction of this id."""
        self.last = seen.cycle
        for entry in self._expected:
            if entry.id == seen.id:
                break
        else:
            self.failures.add(
                f"a result for id {seen.id} (data {seen.data:#010x}) that no committed instruction "
                f"waits for, cycle {seen.cycle}"
            )
            return
        self._expected.remove(entry)
        self._compare(entry, seen)

    def _compare(self, entry: Entry, seen: ResultSeen) -> None:
        outcome, item = entry.outcome, entry.instruction
        assert outcome is not None
        rd = item.word >> 7 & 31
        writes = outcome.result is not None or not outcome.predictable
        self.comparisons += 1
        problem = ""
        if seen.odd:
            problem = "exc, err or dbg is set"
        elif seen.rd != rd:
            problem = f"expected rd x{rd}, got x{seen.rd}"
        elif rd and writes and not seen.we:
            problem = "expected we=1, got 0"
        elif not writes and seen.we:
            problem = "expected we=0, got 1"
        elif outcome.result is not None and seen.data != outcome.result:
            problem = f"expected result {outcome.result:#010x}, got {seen.data:#010x}"
        if problem:
            self.failures.add(f"{entry}: {problem}, cycle {seen.cycle}")
        self.log.instruction(
            outcome.index,
            item,
            fate=Fate.COMMITTED,
            result=seen.data if outcome.result is not None else None,
            place=entry.place,
        )
        self.ap.write(Answered(outcome=outcome, cycle=seen.cycle))
