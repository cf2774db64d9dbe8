"""Sees CV-X-IF handshakes on the pins."""

from __future__ import annotations

from honeyguide.agents.bus import PinMonitor, known
from honeyguide.agents.xif.item import CommitSeen, IssueSeen, ResultSeen


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
