"""Sees finished register accesses on the pins."""

from __future__ import annotations

from collections import deque

from honeyguide.agents.axil.item import RegisterSeen
from honeyguide.agents.bus import PinMonitor, known


class AxilMonitor(PinMonitor):
    """Publishes RegisterSeen: reads when the answer is taken, writes when it shows.

    A write has happened by then, however long the host takes to look at the answer.
    """

    _signals = [
        "awaddr", "awvalid", "awready", "wdata", "wstrb", "wvalid", "wready", "bresp", "bvalid",
        "bready", "araddr", "arvalid", "arready", "rdata", "rresp", "rvalid", "rready",
    ]  # fmt: skip
    _write_addresses: deque[int]
    _write_data: deque[tuple[int, int]]
    _read_addresses: deque[int]

    def during_reset(self) -> None:
        """Forget accesses that a reset cut off."""
        self._write_addresses = deque()
        self._write_data = deque()
        self._read_addresses = deque()
        self._shown = False  # an answer to a write waits that was published

    def sample(self) -> None:
        """Publish what the next rising edge takes."""
        bus = self.bus
        answered = bool(known(bus.bvalid))
        if answered and not self._shown:
            data, strobes = self._write_data.popleft()
            self._recv(
                RegisterSeen(
                    cycle=self.cycle,
                    write=True,
                    address=self._write_addresses.popleft(),
                    data=data,
                    strobes=strobes,
                    response=known(bus.bresp),
                )
            )
        self._shown = answered and not known(bus.bready)
        if known(bus.rvalid) and known(bus.rready):
            self._recv(
                RegisterSeen(
                    cycle=self.cycle,
                    write=False,
                    address=self._read_addresses.popleft(),
                    data=known(bus.rdata),
                    strobes=15,
                    response=known(bus.rresp),
                )
            )
        if known(bus.awvalid) and known(bus.awready):
            self._write_addresses.append(known(bus.awaddr))
        if known(bus.wvalid) and known(bus.wready):
            self._write_data.append((known(bus.wdata), known(bus.wstrb)))
        if known(bus.arvalid) and known(bus.arready):
            self._read_addresses.append(known(bus.araddr))
