"""Sees the core's memory traffic on the pins."""

from __future__ import annotations

from honeyguide.agents.axi.item import BurstSeen, ResponseSeen
from honeyguide.agents.bus import PinMonitor, known


class AxiMonitor(PinMonitor):
    """Publishes BurstSeen for AR and AW, ResponseSeen for B and for last or failed R beats."""

    _READ = [
        "arid", "araddr", "arlen", "arsize", "arburst", "arvalid", "arready",
        "rid", "rresp", "rlast", "rvalid", "rready",
    ]  # fmt: skip
    _WRITE = [
        "awid", "awaddr", "awlen", "awsize", "awburst", "awvalid", "awready",
        "bid", "bresp", "bvalid", "bready",
    ]  # fmt: skip

    def build_phase(self) -> None:
        """Bind the signals of the directions that the port has."""
        writes = self.cdb_get("config").writes
        self._channels = ("ar", "aw") if writes else ("ar",)
        self._signals = self._READ + self._WRITE * writes
        super().build_phase()

    def sample(self) -> None:
        """Publish what the next rising edge takes."""
        bus = self.bus
        for channel in self._channels:
            if known(getattr(bus, f"{channel}valid")) and known(getattr(bus, f"{channel}ready")):
                self._recv(
                    BurstSeen(
                        cycle=self.cycle,
                        write=channel == "aw",
                        id=known(getattr(bus, f"{channel}id")),
                        address=known(getattr(bus, f"{channel}addr")),
                        beats=known(getattr(bus, f"{channel}len")) + 1,
                        size=1 << known(getattr(bus, f"{channel}size")),
                        burst=known(getattr(bus, f"{channel}burst")),
                    )
                )
        if known(bus.rvalid) and known(bus.rready):
            last, response = bool(known(bus.rlast)), known(bus.rresp)
            if last or response:
                self._recv(
                    ResponseSeen(
                        cycle=self.cycle,
                        write=False,
                        id=known(bus.rid),
                        response=response,
                        last=last,
                    )
                )
        if self.config.writes and known(bus.bvalid) and known(bus.bready):
            self._recv(
                ResponseSeen(
                    cycle=self.cycle,
                    write=True,
                    id=known(bus.bid),
                    response=known(bus.bresp),
                    last=True,
                )
            )
