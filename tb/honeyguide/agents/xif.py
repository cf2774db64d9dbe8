r"""CV-X-IF: the instruction that a sequence asks for, who drives it, and what pins show of it.

The driver has random gaps, commit delays, result back-pressure.

A commit in the cycle of issue depends on the core's answer in that cycle, so it follows the offer
when the pins have settled, before anybody samples:

    clk      __/--\__/--\__
    offer      ^              after the rising edge
    commit      ^             SETTLED_NS later, if the core is ready
    sample        ^           at the falling edge
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Protocol

from cocotb.triggers import Timer

from honeyguide.agents.agent import Agent, AgentConfig
from honeyguide.agents.bus import PinDriver, PinMonitor, Seen, Settle, known

OPERANDS_LATE = 5
USER, MACHINE = 0, 3  # privilege modes


class Instruction(Protocol):
    """What is offered: an instruction word and the values of its operands, all unsigned."""

    @property
    def word(self) -> int: ...

    @property
    def rs1(self) -> int: ...

    @property
    def rs2(self) -> int: ...


@dataclass(frozen=True, kw_only=True)
class Offload:
    """One instruction to issue, and how.

    Attributes:
        instruction: word and operand values.
        kill: commit it with kill set. What comes after it is offered when the kill was seen.
        dropped: flushed in the CPU's decode stage. Without rs1 the offer is taken back after
            OPERANDS_LATE cycles, else it is accepted and killed in the next cycle.
        gap: idle cycles before it is offered.
        commit_delay: cycles from its issue to its commit, 0 for the same cycle. Commits come in the
            order of issue and one a cycle, so older ones may hold it up.
        rs_valid: which of rs1 (bit 0) and rs2 (bit 1) are valid at first; a core that waits for the
            others gets them after OPERANDS_LATE cycles.
        mode: privilege mode of the CPU, USER or MACHINE.
    """

    instruction: Instruction
    kill: bool = False
    dropped: bool = False
    gap: int = 0
    commit_delay: int = 1
    rs_valid: int = 3
    mode: int = MACHINE


@dataclass(frozen=True, kw_only=True)
class IssueSeen(Seen):
    """An issue handshake."""

    id: int
    word: int
    rs1: int
    rs2: int
    rs_valid: int
    accept: bool
    writeback: bool
    mode: int = MACHINE

    @property
    def place(self) -> int:
        """After register writes, one of which may set the context."""
        return 2


@dataclass(frozen=True, kw_only=True)
class CommitSeen(Seen):
    """A commit or kill."""

    id: int
    kill: bool

    @property
    def place(self) -> int:
        """After what is issued."""
        return 3


@dataclass(frozen=True, kw_only=True)
class ResultSeen(Seen):
    """A result handshake; `odd` when exc, err or dbg was set, which this core never does."""

    id: int
    data: int
    rd: int
    we: bool
    odd: bool

    @property
    def place(self) -> int:
        """First."""
        return 0


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
        self._accept_results()
        self.edges.rise += [self._commit, self._accept_results]
        self.edges.fall.append(self._results)
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
            self.show(getattr(self.bus, name), 0)

    async def _driver_send(self, transaction: Offload | Settle, sync: bool = True) -> None:
        if isinstance(transaction, Settle):
            await self.edges.until(lambda: self.idle)
            return
        await self.cycles(transaction.gap + int(sync))
        # Ids that are undecided at a time span less than half of their range.
        await self.edges.until(self._may_offer)
        identifier = self._next_id
        self._next_id = (identifier + 1) % self._count
        self._in_use.add(identifier)
        bus = self.bus
        self.show(bus.issue_instr, transaction.instruction.word)
        self.show(bus.issue_rs1, transaction.instruction.rs1)
        self.show(bus.issue_rs2, transaction.instruction.rs2)
        self.show(bus.issue_rs_valid, transaction.rs_valid)
        self.show(bus.issue_mode, transaction.mode)
        self.show(bus.issue_id, identifier)
        self.show(bus.issue_valid, 1)
        decided, waited = await self._issue(identifier, transaction), 0
        while not known(self.pins.issue_ready):
            waited += 1
            await self._rise
            if waited == OPERANDS_LATE:
                if transaction.dropped and not transaction.rs_valid & HAS_RS1:
                    self.show(bus.issue_valid, 0)
                    self._in_use.discard(identifier)
                    return
                self.show(bus.issue_rs_valid, 3)
            decided = await self._issue(identifier, transaction)
        accepted = bool(known(self.pins.issue_accept))
        await self._rise
        self.show(bus.issue_valid, 0)
        if transaction.dropped:
            transaction = replace(transaction, kill=True, commit_delay=1)
        if not decided:
            self._commit_later(identifier, transaction, accepted)
        # A kill is for everything younger too, so nothing is offered before it was seen.
        if transaction.kill:
            await self.edges.until(lambda: self._port_is_free)

    def _may_offer(self) -> bool:
        return self._next_id not in self._in_use and len(self._commits) < self._count // 2 - 2

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
        self.show(self.bus.commit_id, identifier)
        self.show(self.bus.commit_kill, int(kill))
        self.show(self.bus.commit_valid, 1)
        if kill or not accepted:
            self._in_use.discard(identifier)

    def _commit(self) -> None:
        self._edge += 1
        self._committing = bool(self._commits and self._commits[0][3] <= self._edge)
        if self._committing:
            identifier, kill, accepted, _ = self._commits.popleft()
            self._decide(identifier, kill, accepted)
        else:
            self.show(self.bus.commit_valid, 0)

    def _accept_results(self) -> None:
        self._ready = bool(self.random.random() >= self.result_stall)
        self.show(self.bus.result_ready, int(self._ready))

    def _results(self, _: bool) -> None:
        if self._ready and known(self.pins.result_valid):
            self._in_use.discard(known(self.pins.result_id))


class XifMonitor(PinMonitor):
    """Publishes IssueSeen, CommitSeen and ResultSeen; results first within a cycle."""

    _signals = [
        "issue_valid", "issue_ready", "issue_instr", "issue_mode", "issue_id", "issue_rs1",
        "issue_rs2", "issue_rs_valid", "issue_accept", "issue_writeback", "commit_valid",
        "commit_id", "commit_kill", "result_valid", "result_ready", "result_id", "result_data",
        "result_rd", "result_we", "result_exc", "result_err", "result_dbg",
    ]  # fmt: skip

    def sample(self) -> None:
        """Publish what the next rising edge takes."""
        bus = self.bus
        if known(bus.result_valid) and known(bus.result_ready):
            odd = known(bus.result_exc) or known(bus.result_err) or known(bus.result_dbg)
            self._recv(
                ResultSeen(
                    cycle=self.cycle,
                    id=known(bus.result_id),
                    data=known(bus.result_data),
                    rd=known(bus.result_rd),
                    we=bool(known(bus.result_we)),
                    odd=bool(odd),
                )
            )
        if known(bus.issue_valid) and known(bus.issue_ready):
            self._recv(
                IssueSeen(
                    cycle=self.cycle,
                    id=known(bus.issue_id),
                    word=known(bus.issue_instr),
                    rs1=known(bus.issue_rs1),
                    rs2=known(bus.issue_rs2),
                    rs_valid=known(bus.issue_rs_valid),
                    accept=bool(known(bus.issue_accept)),
                    writeback=bool(known(bus.issue_writeback)),
                    mode=known(bus.issue_mode),
                )
            )
        if known(bus.commit_valid):
            self._recv(
                CommitSeen(
                    cycle=self.cycle, id=known(bus.commit_id), kill=bool(known(bus.commit_kill))
                )
            )


@dataclass(kw_only=True)
class XifConfig(AgentConfig):
    """Also the width of an instruction's id."""

    id_bits: int


class XifAgent(Agent):
    """CV-X-IF: the driver is the CPU, it plays Offload and Settle."""

    monitor_type = XifMonitor
    driver_type = XifDriver
    items = (IssueSeen, CommitSeen, ResultSeen)
