"""Everything around the core in a test: hosts, monitors, golden machine, scoreboard, log.

sequence --> sequencer --> host (pin or tile level) --> pins --> monitors or recorder
                                                                    |
failures <-- registers, predictor (golden machine), memory scoreboard <-- seen(item)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from cocotb.triggers import RisingEdge
from pyuvm import uvm_component, uvm_env, uvm_sequencer

from golden.isa import Instruction
from golden.machine import Machine
from golden.memory import Memory
from honeyguide.agents.axi.item import BurstSeen, ResponseSeen
from honeyguide.agents.axi.monitor import AxiMonitor
from honeyguide.agents.axil.item import RegisterRead, RegisterSeen
from honeyguide.agents.axil.monitor import AxilMonitor
from honeyguide.agents.bus import known
from honeyguide.agents.command import Barrier, Command
from honeyguide.agents.irq.item import InterruptSeen, ResetSeen
from honeyguide.agents.irq.monitor import IrqMonitor
from honeyguide.agents.xif.item import CommitSeen, IssueSeen, ResultSeen
from honeyguide.agents.xif.monitor import XifMonitor
from honeyguide.env.failures import Failures
from honeyguide.env.job import JobSequence, offload
from honeyguide.env.pin_host import PinHost
from honeyguide.env.scoreboard import MemoryScoreboard
from honeyguide.env.seeds import Seeds
from honeyguide.env.transaction_log import TransactionLog
from honeyguide.fast.native import NativeStore
from honeyguide.fast.recorded import Seen, decode
from honeyguide.fast.tile_host import TileHost
from tb.env.configuration import BenchConfiguration, Speed
from tb.env.predictor import Predictor
from tb.env.register_checker import LOOKED_AT, RegisterChecker

RESET_CYCLES = 4


def place_in_cycle(item: Seen) -> int:
    """Return the place of an item among those of its cycle, the same as in pin_recorder.sv."""
    match item:
        case ResultSeen():
            return 0
        case RegisterSeen(write=True):
            return 1
        case IssueSeen():
            return 2
        case CommitSeen():
            return 3
    return 4


class Environment(uvm_env):
    """Built by a test before the run phase; `start` connects it to the bench top.

    Attributes:
        memory: write external memory here; it goes to the golden machine as well.
        bursts, responses, interrupts: what was seen and is not compared by the environment.
        observers: called with every item that is seen, resets too, at both speeds.
    """

    def __init__(
        self, name: str, parent: uvm_component, configuration: BenchConfiguration, seeds: Seeds
    ) -> None:
        super().__init__(name, parent)
        self.configuration = configuration
        self.seeds = seeds
        self.failures = Failures()
        self.log = TransactionLog()
        self.bursts: list[BurstSeen] = []
        self.responses: list[ResponseSeen] = []
        self.interrupts: list[InterruptSeen] = []
        self.registers_read: list[RegisterSeen] = []
        self.observers: list[Callable[[Seen], None]] = []
        self._cycle: list[Seen] = []
        self._monitored: Counter[Seen] = Counter()
        self._recorded: Counter[Seen] = Counter()

    def build_phase(self) -> None:
        """Create sequencer, host, golden machine and scoreboard."""
        core, size = self.configuration.core, self.configuration.memory_bytes
        self.sequencer = uvm_sequencer("sequencer", self)
        pin = self.configuration.speed is Speed.PIN
        self.host = PinHost("host", self) if pin else TileHost("host", self)
        self.store = NativeStore(size)
        self.machine = Machine(core, Memory(size=size))
        self.memory = MemoryScoreboard(
            store=self.store, golden=self.machine.memory, failures=self.failures, log=self.log
        )
        self.predictor = Predictor(
            machine=self.machine, memory=self.memory, failures=self.failures, log=self.log
        )
        self.registers = RegisterChecker(
            core=core, predictor=self.predictor, failures=self.failures, log=self.log
        )

    def connect_phase(self) -> None:
        """Connect the host to its sequencer."""
        self.host.seq_item_port.connect(self.sequencer.seq_item_export)

    async def start(self, dut: Any) -> None:
        """Connect to the bench top and reset the core."""
        self.dut = dut
        core = self.configuration.core
        dut.quiet_limit.value = self.configuration.quiet_cycles
        if isinstance(self.host, PinHost):
            self.host.attach(
                dut, self.store, self.seeds, bus_bytes=core.axi_bytes, id_bits=core.xif_id_width
            )
            for kind, bus in ((XifMonitor, "x"), (AxilMonitor, "l"), (AxiMonitor, "m")):
                kind(dut, bus, dut.clk, self._monitor)
            IrqMonitor(dut, None, dut.clk, self._monitor)
        else:
            self.host.attach(dut, self.store, self.seeds)
        await self.reset()

    def _monitor(self, item: Seen) -> None:
        """Keep the items of a cycle until all monitors had it, then hand them on in their order."""
        self._monitored[item] += 1
        if self._cycle and self._cycle[0].cycle != item.cycle:
            self._hand_on()
        self._cycle.append(item)

    def _hand_on(self) -> None:
        items, self._cycle = sorted(self._cycle, key=place_in_cycle), []
        for item in items:
            self.seen(item)

    # ---- what a test does

    async def run(self, program: Sequence[Instruction]) -> None:
        """Issue a program that ends with a fence over CV-X-IF, and check everything."""
        await self.play(offload(program))

    async def play(self, commands: Sequence[Command], *, check: bool = True) -> None:
        """Play commands; with `check` they must end with a fence, and everything is compared."""
        job = list(commands)
        if check:
            job += [Barrier(), *(RegisterRead(address=address) for address in LOOKED_AT)]
        await JobSequence("job", job).start(self.sequencer)
        self.drain()
        if check:
            self.checkpoint()

    def checkpoint(self) -> None:
        """Compare memory and the interrupt line; the core must be idle after a fence."""
        if not self.registers.quiet:
            self.failures.add("a checkpoint was asked for while the core may be busy")
        self.memory.check(known(self.dut.cycle))
        self.registers.check_interrupt(bool(known(self.dut.irq)), known(self.dut.cycle))
        self.registers.write_bursts.clear()

    async def reset(self, cycles: int = RESET_CYCLES) -> None:
        """Reset the core by its pin, at any time; on-chip memories keep what they had."""
        self.drain()
        self.dut.rst_n.value = 0
        self.host.forget()
        rise = RisingEdge(self.dut.clk)
        for _ in range(cycles):
            await rise
        self.host.forget()
        self.dut.rst_n.value = 1
        await rise
        self.drain()
        self.forget_in_flight()
        self.registers.power_up()

    def forget_in_flight(self) -> None:
        """After a reset: what was not finished may have happened or not."""
        self.predictor.forget()
        self.memory.accept_all()
        self.machine.reset()
        self.registers.reset()
        self.log.note("reset")

    # ---- what the monitors do

    def drain(self) -> None:
        """Take what the recorder saw; at pin level it only has to agree with the monitors."""
        tile = self.configuration.speed is Speed.TILE
        self._hand_on()
        for item in decode(self.store.take_events()):
            if isinstance(item, ResetSeen):
                for observe in self.observers:
                    observe(item)
                continue
            if tile:
                self.seen(item)
            else:
                self._recorded[item] += 1

    def seen(self, item: Seen) -> None:
        """Hand an observed item to whom it concerns."""
        for observe in self.observers:
            observe(item)
        match item:
            case IssueSeen():
                self.predictor.issue(item)
            case CommitSeen():
                self.predictor.commit(item)
            case ResultSeen():
                self.predictor.result(item)
            case RegisterSeen():
                self.registers.access(item)
                if not item.write:
                    self.registers_read.append(item)
            case BurstSeen():
                self.bursts.append(item)
                if item.write:
                    self.registers.write_bursts.append(item)
            case ResponseSeen():
                self.responses.append(item)
            case InterruptSeen():
                self.interrupts.append(item)

    # ---- end of test

    @property
    def comparisons(self) -> int:
        """Everything that was compared: bytes, results, registers."""
        return self.memory.comparisons + self.predictor.comparisons + self.registers.comparisons

    def finish(self) -> None:
        """Add what is wrong at the end of a test to the failures."""
        self.drain()
        if self.predictor.pending:
            self.failures.add(
                f"{self.predictor.pending} instructions are left over: "
                f"{self.predictor.describe_pending()}"
            )
        if self.memory.unchecked:
            self.failures.add("memory was written and never compared")
        if self._monitored != self._recorded:
            missing = (self._recorded - self._monitored) + (self._monitored - self._recorded)
            self.failures.add(
                f"monitors and recorder disagree on {missing.total()} items, "
                f"among them {next(iter(missing))}"
            )
        if not self.comparisons:
            self.failures.add("nothing was compared")
