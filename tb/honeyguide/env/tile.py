"""The tile level: Python writes a job's commands, SystemVerilog plays them, nobody samples pins.

    TileHost --> store --> command_player.sv --> pins --> pin_recorder.sv
                                                               |
    ap <-- RecordedMonitor of each agent <-- Recorder <-- store

The store is C++ in the running simulation (`hdl/bench_store.cpp`), seen as NumPy views. At the pin
level the recorder runs, too, and has to agree with the monitors.
"""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from enum import IntEnum

import numpy as np
from cocotb.triggers import ReadWrite, ValueChange
from numpy.typing import NDArray
from pyuvm import uvm_analysis_port, uvm_component, uvm_factory, uvm_monitor

from honeyguide.agents.axi import AxiMonitor, BurstSeen, ResponseSeen, Stalls
from honeyguide.agents.axil import (
    AxilMonitor,
    RegisterPoll,
    RegisterRead,
    RegisterSeen,
    RegisterWrite,
)
from honeyguide.agents.bus import Barrier, Seen, known
from honeyguide.agents.irq import InterruptSeen, IrqMonitor, ResetSeen
from honeyguide.agents.xif import CommitSeen, IssueSeen, Offload, ResultSeen, XifMonitor
from honeyguide.env.checker import AnalysisImp, Checker, ItemPort
from honeyguide.env.configuration import Speed
from honeyguide.env.host import Command, Host, PinHost

COMMAND_WORDS = 8
EVENT = np.dtype([("kind", "<u4"), ("cycle", "<u4"), ("word", "<u4", (6,))])


class NativeStore:
    """Memory, bytes seen written, commands and events, shared with SystemVerilog without copies.

    Attributes:
        memory: uint8 [bytes], what external memory holds; writing to it is a backdoor write.
        written: uint8 [bytes], 1 where the pins showed a write since `clear_written`.
        observed: uint8 [bytes], the value of the last such write.
    """

    def __init__(self, size: int) -> None:
        self._lib = ctypes.CDLL(None)
        for name in ("bench_memory", "bench_written", "bench_observed", "bench_events"):
            getattr(self._lib, name).restype = ctypes.c_void_p
        self._lib.bench_event_count.restype = ctypes.c_uint32
        self._lib.bench_create(ctypes.c_uint32(size))
        self.memory = self._bytes("bench_memory", size)
        self.written = self._bytes("bench_written", size)
        self.observed = self._bytes("bench_observed", size)

    def _bytes(self, name: str, size: int) -> NDArray[np.uint8]:
        address = getattr(self._lib, name)()
        return np.frombuffer(
            memoryview((ctypes.c_uint8 * size).from_address(address)), dtype=np.uint8
        )

    def add_commands(self, commands: Iterable[Iterable[int]]) -> int:
        """Append commands of up to 8 words each for the player; return how many."""
        rows = [(*words, *([0] * COMMAND_WORDS))[:COMMAND_WORDS] for words in map(tuple, commands)]
        packed = np.array(rows, dtype=np.uint32)
        self._lib.bench_add_commands(packed.ctypes.data_as(ctypes.c_void_p), len(rows))
        return len(rows)

    def take_events(self) -> NDArray[np.void]:
        """Return the events recorded since the last call, dtype EVENT, oldest first."""
        count = self._lib.bench_event_count()
        if not count:
            return np.empty(0, dtype=EVENT)
        view = (ctypes.c_uint8 * (count * EVENT.itemsize)).from_address(self._lib.bench_events())
        events = np.frombuffer(view, dtype=EVENT).copy()
        self._lib.bench_clear_events()
        return events

    def add_fault(self, first: int, last: int, *, on_write: bool, response: int) -> None:
        """Answer beats that touch bytes first..last with this response."""
        self._lib.bench_add_fault(first, last, int(on_write), response)

    def clear_faults(self) -> None:
        """Answer every beat inside the memory with OKAY again."""
        self._lib.bench_clear_faults()

    def response(self, address: int, size: int, *, on_write: bool) -> int:
        """Return what the memory answers to a beat."""
        return int(self._lib.bench_response(address, size, int(on_write)))


# Numbers of bench_pkg.sv
ISSUE, COMMIT, RESULT, WRITE, READ, IRQ, AR, AW, R, B, RESET = range(1, 12)


def decode(events: NDArray[np.void]) -> Iterator[Seen]:
    """Yield one item an event, in order.

    Raises:
        ValueError: an event of a kind that the recorder does not have.
    """
    columns = (events["kind"].tolist(), events["cycle"].tolist(), events["word"].tolist())
    for kind, cycle, (w0, w1, w2, w3, *_) in zip(*columns, strict=True):
        if kind == ISSUE:
            yield IssueSeen(
                cycle=cycle, word=w0, rs1=w1, rs2=w2, id=w3 & 0xFF, rs_valid=w3 >> 8 & 3,
                accept=bool(w3 >> 16 & 1), writeback=bool(w3 >> 17 & 1), mode=w3 >> 18 & 3,
            )  # fmt: skip
        elif kind == COMMIT:
            yield CommitSeen(cycle=cycle, id=w0 & 0xFF, kill=bool(w0 >> 8 & 1))
        elif kind == RESULT:
            yield ResultSeen(
                cycle=cycle, data=w0, id=w1 & 0xFF, rd=w1 >> 8 & 31, we=bool(w1 >> 16 & 1),
                odd=bool(w1 >> 17 & 1),
            )  # fmt: skip
        elif kind == WRITE:
            yield RegisterSeen(
                cycle=cycle, write=True, address=w0, data=w1, strobes=w2 & 15, response=w2 >> 8 & 3
            )
        elif kind == READ:
            yield RegisterSeen(
                cycle=cycle, write=False, address=w0, data=w1, strobes=15, response=w2 & 3
            )
        elif kind == IRQ:
            yield InterruptSeen(cycle=cycle, level=bool(w0))
        elif kind in (AR, AW):
            yield BurstSeen(
                cycle=cycle, write=kind == AW, address=w0, id=w1 & 0xFF,
                beats=(w1 >> 8 & 0xFF) + 1, size=1 << (w1 >> 16 & 7), burst=w1 >> 24 & 3,
            )  # fmt: skip
        elif kind in (R, B):
            yield ResponseSeen(
                cycle=cycle, write=kind == B, id=w0 & 0xFF, response=w0 >> 8 & 3,
                last=kind == B or bool(w0 >> 16 & 1),
            )  # fmt: skip
        elif kind == RESET:
            yield ResetSeen(cycle=cycle, level=bool(w0))
        else:
            raise ValueError(f"unknown event kind {kind} in cycle {cycle}")


class RecordedMonitor(uvm_monitor):
    """Stands in for a monitor of pins; what it publishes comes from the recorder."""

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.ap = ItemPort("ap", self)


class Recorder(uvm_component):
    """Hands events of the recorder to the ports they belong to.

    Attributes:
        reset_ap: edges of the reset pin, which no agent watches.
    """

    decode: Callable[[NDArray[np.void]], Iterator[Seen]] = staticmethod(decode)

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self.reset_ap = uvm_analysis_port("reset_ap", self)
        self._write: dict[type[Seen], Callable[[Seen], None]] = {ResetSeen: self.reset_ap.write}

    def build_phase(self) -> None:
        """Fetch the store that the recorder writes to."""
        self._store: NativeStore = self.cdb_get("store")

    def replay(self, items: Iterable[type[Seen]], port: uvm_analysis_port) -> None:
        """Publish items of these kinds on a port."""
        self._write |= dict.fromkeys(items, port.write)

    def drain(self) -> None:
        """Publish what was recorded since the last time."""
        for item in self.decode(self._store.take_events()):
            self._write[type(item)](item)


class Agreement(Checker):
    """Compares what monitors and recorder saw: the same items, each as often.

    Attributes:
        recorded: the port for the recorder's items; those of the monitors come as usual.
    """

    def __init__(self, name: str, parent: uvm_component) -> None:
        super().__init__(name, parent)
        self._monitored: Counter[Seen] = Counter()
        self._recorded: Counter[Seen] = Counter()
        self.analysis_export = AnalysisImp("analysis_export", self, self._monitor)
        self.recorded = uvm_analysis_port("recorded", self)
        self.recorded.connect(AnalysisImp("recorded_export", self, self._record))

    def _monitor(self, item: Seen) -> None:
        """Note an item of a monitor; resets have none."""
        if not isinstance(item, ResetSeen):
            self._monitored[item] += 1

    def _record(self, item: Seen) -> None:
        self._recorded[item] += 1

    def left_over(self) -> str:
        """Items that only one of them saw."""
        missing = (self._recorded - self._monitored) + (self._monitored - self._recorded)
        if not missing:
            return ""
        return (
            f"monitors and recorder disagree on {missing.total()} items, "
            f"among them {next(iter(missing))}"
        )


class Play(IntEnum):
    """Kinds of commands, numbers of bench_pkg.sv; what is recorded has others."""

    ISSUE = 0
    WRITE = 1
    READ = 2
    POLL = 3
    BARRIER = 4


def encode(command: Command) -> tuple[int, ...]:
    """Return the words of a command for `hdl/command_player.sv`."""
    gap = command.gap << 16
    match command:
        case Offload():
            flags = int(command.kill) | command.rs_valid << 1 | int(command.dropped) << 3
            flags |= command.mode << 4
            item = command.instruction
            head = Play.ISSUE | flags << 8 | gap
            return head, item.word, item.rs1, item.rs2, command.commit_delay
        case RegisterWrite():
            return Play.WRITE | gap, command.address, command.data, command.strobes
        case RegisterRead():
            return Play.READ | gap, command.address
        case RegisterPoll():
            return Play.POLL | gap, command.address, command.value, command.mask
        case Barrier():
            return (Play.BARRIER | gap,)


def packed(stalls: Stalls) -> int:
    """Return the stalls as the memory in the bench top takes them: 8 bits a channel, 255: dead."""
    order = (stalls.ar, stalls.r, stalls.aw, stalls.w, stalls.b)
    return sum(min(int(value * 256), 255) << 8 * index for index, value in enumerate(order))


class TileHost(Host):
    """Driver of jobs for the tile level: the player in the bench top plays them."""

    def start_of_simulation_phase(self) -> None:
        """Let the player drive the pins."""
        self.store: NativeStore = self.cdb_get("store")
        self.played = 0
        dut = self.dut
        dut.command_count.value = 0
        dut.seed.value = self.cdb_get("seeds").word("tile")
        dut.tile.value = 1
        dut.play.value = 1

    def set_stalls(self, stalls: Stalls, *, result: float = 0.0, latency: int = 0) -> None:
        """Set the wait probabilities of the memory and of the result channel."""
        self.dut.stall.value = packed(stalls)
        self.dut.result_stall.value = int(result * 256)
        self.dut.latency.value = latency

    def set_lawless(self, *, twice: float = 0.0, other_id: float = 0.0) -> None:
        """Let the memory in the bench top break its rules."""
        self.dut.lawless.value = int(other_id * 255) << 8 | int(twice * 255)

    def forget(self) -> None:
        """The player forgets by itself in reset."""

    async def play(self, commands: list[Command]) -> None:
        """Return when nothing of the job is in flight at the ports."""
        if not commands:
            return
        self.played += self.store.add_commands(encode(command) for command in commands)
        self.dut.command_count.value = self.played
        await ReadWrite()
        while known(self.dut.finished) != self.played:
            await ValueChange(self.dut.finished)


STAND_INS: dict[type, type] = {
    PinHost: TileHost,
    **dict.fromkeys((XifMonitor, AxilMonitor, AxiMonitor, IrqMonitor), RecordedMonitor),
}


def choose_level(speed: Speed) -> None:
    """Set the overrides of a level; those that a test has made before stay."""
    if speed is Speed.PIN:
        return
    for part, stand_in in STAND_INS.items():
        uvm_factory().set_type_override_by_type(part, stand_in, replace=False)
