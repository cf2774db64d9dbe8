r"""Drivers and monitors of pins: pyuvm's components on `cocotb_bus`, which refuse a missing signal.

Timing, the same everywhere: drivers write just after a rising edge; everybody samples at the
falling edge, when the pins show what the next rising edge will act on. So no order of wake-ups
matters.

    clk      __/--\__/--\__
    drive      ^     ^           after the rising edge
    sample        ^     ^        at the falling edge

What happens in every cycle are functions that one task calls (`Edges`): to wake a task takes longer
than what most of them do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import cocotb
from cocotb.task import Task
from cocotb.triggers import Event, FallingEdge, RisingEdge, select
from cocotb_bus.bus import Bus
from cocotb_bus.drivers import BusDriver
from cocotb_bus.monitors import BusMonitor
from pyuvm import uvm_analysis_port, uvm_component, uvm_driver, uvm_monitor

LAST = 4


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Base of all items of monitors.

    Items of one cycle have an order, so that nobody meets an event before its cause: results,
    register writes, issues, decisions, the rest. A write has happened when its answer shows, so a
    doorbell word comes before what is decided in its cycle. `pin_recorder.sv` keeps this order.
    """

    cycle: int

    @property
    def place(self) -> int:
        """Place among the items of its cycle, 0 first."""
        return LAST


@dataclass(frozen=True, kw_only=True)
class Barrier:
    """Wait until everything issued before has its result, kill or refusal."""

    gap: int = 0


@dataclass(frozen=True, kw_only=True)
class Settle:
    """What a barrier asks of one port: wait until it owes nobody an answer, a result or an end."""


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

    It is read as the simulator has it, a text of bits: every monitor looks at some pins in every
    cycle, and `handle.value` makes an object of each.

    Raises:
        UnknownValueError: a bit is X or Z.
    """
    bits: str = handle._handle.get_signal_val_binstr()
    if bits == "0":  # as most valids are
        return 0
    if bits == "1":
        return 1
    try:
        return int(bits, 2)
    except ValueError:
        raise UnknownValueError(f"{handle._path} shows {bits}") from None


class Edges:
    """Calls functions at the edges of a clock, in the order in which they came.

    Who waits for a rising edge by itself goes on after them.

    Attributes:
        rise: called after each rising edge.
        fall: called at each falling edge, with whether the core is held in reset.
    """

    def __init__(self, clk: Any, rst_n: Any) -> None:
        self.rise: list[Callable[[], None]] = []
        self.fall: list[Callable[[bool], None]] = []
        self._rst_n = rst_n
        self._waiting: list[tuple[Callable[[], bool], Event]] = []
        cocotb.start_soon(self._falls(FallingEdge(clk)))
        self._task: Task[None] = cocotb.start_soon(self._rises(RisingEdge(clk)))

    @property
    def ended(self) -> bool:
        """Whether the test has ended in which it was made."""
        return self._task.done()

    async def _falls(self, edge: FallingEdge) -> None:
        while True:
            await edge
            in_reset = not known(self._rst_n)
            for sample in self.fall:
                sample(in_reset)

    async def _rises(self, edge: RisingEdge) -> None:
        while True:
            await edge
            for drive in self.rise:
                drive()
            for waits in [*self._waiting]:
                if waits[0]():
                    self._waiting.remove(waits)
                    waits[1].set()

    async def until(self, ready: Callable[[], bool]) -> None:
        """Return when something is so: at once, or after the rising edge that made it so."""
        if not ready():
            event = Event()
            self._waiting.append((ready, event))
            await event.wait()


_edges: dict[Any, Edges] = {}


def edges_of(clk: Any, rst_n: Any) -> Edges:
    """Return the edges of a clock and its reset, the same for all who ask in a test."""
    found = _edges.get((clk, rst_n))
    if found is None or found.ended:
        found = _edges[clk, rst_n] = Edges(clk, rst_n)
    return found


class OnPins:
    """Mix-in of components that are `cocotb_bus` objects too.

    pyuvm builds a component from its name and parent and configures it in the build phase;
    `cocotb_bus` binds signals in the constructor. So the second constructor runs in the build
    phase, when the configuration is known. This is the only place where the two libraries meet.
    """

    _signals: list[str] = []

    def configure(self) -> None:
        """Fetch configuration and bench top, and the edges that everything happens at."""
        self.config: Any = self.cdb_get("config")  # type: ignore[attr-defined]
        self.dut: Any = self.cdb_get("dut")  # type: ignore[attr-defined]
        self.clk = getattr(self.dut, self.config.clock)
        self.rst_n = getattr(self.dut, self.config.reset)
        self._rise = RisingEdge(self.clk)
        self._fall = FallingEdge(self.clk)
        self.edges = edges_of(self.clk, self.rst_n)

    def __bool__(self) -> bool:
        """A component is there, even if the `cocotb_bus` object has a length of 0."""
        return True


class PinDriver(OnPins, uvm_driver, BusDriver):
    """Drives the registers `<driven><bus>_<signal>` and reads the pins `<bus>_<signal>`.

    Subclasses name what they drive in `_signals` and what they look at in `_inputs`, and say in
    `_driver_send` how a command is played. A reset cuts a command off.
    """

    _inputs: list[str] = []

    def build_phase(self) -> None:
        """Bind the signals."""
        self.configure()
        name = f"{self.config.driven}{self.config.bus}"
        BusDriver.__init__(self, self.dut, name, self.clk, case_insensitive=False)
        require_bound(self.bus, name)
        self.pins = Bus(self.dut, self.config.bus, self._inputs, case_insensitive=False)
        require_bound(self.pins, self.config.bus)
        self.random = self.cdb_get("seeds").stream(self.config.stream)
        self._cut = Event()
        self._shown: dict[int, int] = {}

    def show(self, handle: Any, value: int) -> None:
        """Drive a pin that nobody else drives, unless it shows the value already.

        Each write lets the simulator evaluate the design once more, in every cycle.
        """
        if self._shown.get(id(handle)) != value:  # cocotb's own hash of a handle takes long
            self._shown[id(handle)] = value
            handle.value = value

    async def run_phase(self) -> None:
        """Play commands for ever."""
        while True:
            item = await self.seq_item_port.get_next_item()
            self._cut.clear()
            await select(self.send(item.command, sync=False), self._cut.wait())
            self.seq_item_port.item_done()

    def forget(self) -> None:
        """Cut off what is being played, because the core was reset."""
        self._cut.set()

    async def cycles(self, count: int) -> None:
        """Let this many rising edges pass."""
        for _ in range(count):
            await self._rise

    async def handshake(self, ready: Any) -> None:
        """Return at the falling edge before the rising edge at which `ready` is taken."""
        await self._fall
        while not known(ready):
            await self._fall


class PinMonitor(OnPins, uvm_monitor, BusMonitor):
    """Watches the pins `<bus>_<signal>` of one port and publishes what it sees on `ap`."""

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.ap = uvm_analysis_port("ap", self)

    def build_phase(self) -> None:
        """Bind the signals and start to watch."""
        self.configure()
        self._cycle = getattr(self.dut, self.config.cycle)
        self.during_reset()
        BusMonitor.__init__(
            self, self.dut, self.config.bus, self.clk, reset_n=self.rst_n, callback=self.ap.write,
            case_insensitive=False,
        )  # fmt: skip
        require_bound(self.bus, self.config.bus)

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
        self.edges.fall.append(self._look)

    def _look(self, in_reset: bool) -> None:
        if in_reset:
            self.during_reset()
        else:
            self.sample()
