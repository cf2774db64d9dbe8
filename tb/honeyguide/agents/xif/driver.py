r"""Drives CV-X-IF from Python: random gaps, commit delays, result back-pressure.

A commit in the cycle of issue depends on the core's answer in that cycle, so it follows the offer
when the pins have settled, before anybody samples:

    clk      __/--\__/--\__
    offer      ^              after the rising edge
    commit      ^             SETTLED_NS later, if the core is ready
    sample        ^           at the falling edge
"""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import cocotb
from cocotb.triggers import Timer

from honeyguide.agents.bus import PinDriver, known
from honeyguide.agents.command import Settle
from honeyguide.agents.xif.item import OPERANDS_LATE, Offload

SETTLED_NS = 1
HAS_RS1 = 1  # of rs_valid


class XifDriver(PinDriver):
    """Plays a CPU that offloads instructions.

    Attributes:
        result_stall: probability of refusing a result in a cycle, 0..0.9.
    """

    _signals = [
        "issue_valid", "issue_instr", "issue_mode", "issue_id", "issue_rs1", "issue_rs2",
        "issue_rs_valid", "commit_valid", "commit_id", "commit_kill", "result_ready",
        "compressed_valid",
    ]  # fmt: skip
    _inputs = ["issue_ready", "issue_accept", "result_valid", "result_id"]

    def build_phase(self) -> None:
        """Bind the signals; nothing is in flight."""
        super().build_phase()
        self.result_stall = 0.0
        self._count = 1 << self.config.id_bits
        self._next_id = 0
        self._in_use: set[int] = set()
        self._commits: deque[tuple[int, bool, bool, int]] = deque()
        self._edge = 0
        self._settled = Timer(SETTLED_NS, "ns")
        self._committing = False  # a commit is on the pins in this cycle

    async def run_phase(self) -> None:
        """Issue, commit and take results, each at its own pace."""
        cocotb.start_soon(self._commit())
        cocotb.start_soon(self._results())
        await super().run_phase()

    @property
    def idle(self) -> bool:
        """Whether every instruction has its result, kill or refusal."""
        return not self._in_use and not self._commits

    def forget(self) -> None:
        """Drop everything in flight, because the core was reset."""
        super().forget()
        self._in_use.clear()
        self._commits.clear()
        for name in ("issue_valid", "commit_valid", "result_ready"):
            getattr(self.bus, name).value = 0

    async def _driver_send(self, transaction: Offload | Settle, sync: bool = True) -> None:
        if isinstance(transaction, Settle):
            while not self.idle:
                await self._rise
            return
        await self.cycles(transaction.gap + int(sync))
        # Ids that are undecided at a time span less than half of their range.
        while self._next_id in self._in_use or len(self._commits) >= self._count // 2 - 2:
            await self._rise
        identifier = self._next_id
        self._next_id = (identifier + 1) % self._count
        self._in_use.add(identifier)
        bus = self.bus
        bus.issue_instr.value = transaction.instruction.word
        bus.issue_rs1.value = transaction.instruction.rs1
        bus.issue_rs2.value = transaction.instruction.rs2
        bus.issue_rs_valid.value = transaction.rs_valid
        bus.issue_mode.value = transaction.mode
        bus.issue_id.value = identifier
        bus.issue_valid.value = 1
        decided, waited = await self._issue(identifier, transaction), 0
        while not known(self.pins.issue_ready):
            waited += 1
            await self._rise
            if waited == OPERANDS_LATE:
                if transaction.dropped and not transaction.rs_valid & HAS_RS1:
                    bus.issue_valid.value = 0
                    self._in_use.discard(identifier)
                    return
                bus.issue_rs_valid.value = 3
            decided = await self._issue(identifier, transaction)
        accepted = bool(known(self.pins.issue_accept))
        await self._rise
        bus.issue_valid.value = 0
        if transaction.dropped:
            transaction = replace(transaction, kill=True, commit_delay=1)
        if not decided:
            self._commit_later(identifier, transaction, accepted)
        # A kill is for everything younger too, so nothing is offered before it was seen.
        while transaction.kill and not self._port_is_free:
            await self._rise

    async def _issue(self, identifier: int, transaction: Offload) -> bool:
        """Go to the falling edge; return whether the instruction was decided in this cycle."""
        decided = False
        if transaction.commit_delay == 0 and not transaction.dropped and self._port_is_free:
            await self._settled
            decided = bool(known(self.pins.issue_ready))
            if decided:
                accepted = bool(known(self.pins.issue_accept))
                self._decide(identifier, transaction.kill, accepted)
        await self._fall
        return decided

    @property
    def _port_is_free(self) -> bool:
        """Whether no older commit is on its way or on the pins."""
        return not self._commits and not self._committing

    def _commit_later(self, identifier: int, transaction: Offload, accepted: bool) -> None:
        """After the edge of the issue: commit now, in the cycle after it, or line up."""
        due = self._edge + max(transaction.commit_delay, 1) - 1
        if due == self._edge and self._port_is_free:
            self._decide(identifier, transaction.kill, accepted)
        else:
            self._commits.append((identifier, transaction.kill, accepted, due))

    def _decide(self, identifier: int, kill: bool, accepted: bool) -> None:
        self._committing = True
        self.bus.commit_id.value = identifier
        self.bus.commit_kill.value = int(kill)
        self.bus.commit_valid.value = 1
        if kill or not accepted:
            self._in_use.discard(identifier)

    async def _commit(self) -> None:
        while True:
            await self._rise
            self._edge += 1
            self._committing = bool(self._commits and self._commits[0][3] <= self._edge)
            if self._committing:
                identifier, kill, accepted, _ = self._commits.popleft()
                self._decide(identifier, kill, accepted)
            else:
                self.bus.commit_valid.value = 0

    async def _results(self) -> None:
        while True:
            ready = bool(self.random.random() >= self.result_stall)
            self.bus.result_ready.value = int(ready)
            await self._fall
            if ready and known(self.pins.result_valid):
                self._in_use.discard(known(self.pins.result_id))
            await self._rise
