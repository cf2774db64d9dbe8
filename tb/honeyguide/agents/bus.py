r"""`cocotb_bus` drivers and monitors that refuse a missing signal.

Timing, the same everywhere: drivers write just after a rising edge; everybody samples at the
falling edge, when the pins show what the next rising edge will act on. So no order of wake-ups
matters.

    clk      __/--\__/--\__
    drive      ^     ^           after the rising edge
    sample        ^     ^        at the falling edge
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cocotb.triggers import FallingEdge, RisingEdge
from cocotb_bus.bus import Bus
from cocotb_bus.drivers import BusDriver
from cocotb_bus.monitors import BusMonitor


class UnboundSignalError(Exception):
    """A signal that an agent needs is not in the bench top."""


class UnknownValueError(Exception):
    """A pin that a checker needs shows X or Z."""


def require_bound(bus: Bus, name: str | None) -> None:
    """Raise UnboundSignalError for the signals that `cocotb_bus` turned into None."""
    missing = [signal for signal, handle in bus._signals.items() if handle is None]
    if missing:
        raise UnboundSignalError(f"bus {name!r}: no signal {', '.join(sorted(missing))}")


def known(handle: Any) -> int:
    """Return a pin's value as an integer.

    Raises:
        UnknownValueError: a bit is X or Z.
    """
    value = handle.value
    try:
        return int(value)
    except ValueError:
        raise UnknownValueError(f"{handle._path} shows {value}") from None


class BoundDriver(BusDriver):
    """Drives the registers `py_<bus>_<signal>` and reads the pins `<bus>_<signal>`.

    Subclasses name what they drive in `_signals` and what they look at in `_inputs`.
    """

    _signals: list[str] = []
    _inputs: list[str] = []

    def __init__(self, entity: Any, name: str, clock: Any) -> None:
        super().__init__(entity, f"py_{name}", clock, case_insensitive=False)
        require_bound(self.bus, f"py_{name}")
        self.pins = Bus(entity, name, self._inputs, case_insensitive=False)
        require_bound(self.pins, name)
        self._rise = RisingEdge(clock)
        self._fall = FallingEdge(clock)

    async def cycles(self, count: int) -> None:
        """Let this many rising edges pass."""
        for _ in range(count):
            await self._rise

    async def handshake(self, ready: Any) -> None:
        """Return at the falling edge before the rising edge at which `ready` is taken."""
        await self._fall
        while not known(ready):
            await self._fall


class BoundMonitor(BusMonitor):
    """Watches the pins `<bus>_<signal>` of one port and hands each item to `publish`."""

    _signals: list[str] = []

    def __init__(self, entity: Any, name: str, clock: Any, publish: Callable[[Any], None]) -> None:
        self._fall = FallingEdge(clock)
        self._cycle = entity.cycle
        self.during_reset()
        super().__init__(
            entity, name, clock, reset_n=entity.rst_n, callback=publish, case_insensitive=False
        )
        require_bound(self.bus, name)

    @property
    def cycle(self) -> int:
        """The number of the current clock cycle."""
        return known(self._cycle)

    def sample(self) -> None:
        """Look at the pins once, at a falling edge outside reset."""
        raise NotImplementedError

    def during_reset(self) -> None:
        """Forget what was half seen."""

    async def _monitor_recv(self) -> None:
        while True:
            await self._fall
            if self.in_reset:
                self.during_reset()
            else:
                self.sample()
