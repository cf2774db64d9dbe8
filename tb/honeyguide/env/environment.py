r"""The environment of any core: its agents, who plays jobs on them, and the order of what was seen.

    test > env > agents --ap--> order --ap--> what the core adds: predictor, checkers, coverage
                 sequencer --> host (pin or tile level) --> pins
                 recorder (replayed by the agents at the tile level, else compared with them)

A core's own environment adds agents and checkers in `build_phase`, connects them in `connect_phase`
and says what is quiet, what a reset forgets, and what every job ends with a look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cocotb.triggers import RisingEdge
from pyuvm import uvm_analysis_port, uvm_env

from honeyguide.agents.agent import Agent, AgentConfig
from honeyguide.agents.bus import Barrier, known
from honeyguide.env.checker import Checker, Failures
from honeyguide.env.configuration import BenchConfiguration, Seeds, Speed
from honeyguide.env.host import Command, JobSequence, PinHost, VirtualSequencer
from honeyguide.env.order import Broken, Order, Played, Restarted
from honeyguide.env.scoreboard import Image, MemoryScoreboard
from honeyguide.env.tile import Agreement, NativeStore, RecordedMonitor, Recorder
from honeyguide.env.transaction_log import TransactionLog

RESET_CYCLES = 4


class Environment(uvm_env):
    """See the module. The test has put `bench`, `dut` and `seeds` into the ConfigDB.

    Attributes:
        memory: what a core's environment creates with `add_memory`.
        milestones: a port that says when a job was played or a reset came, for who keeps books.
        looked_at: what a checked job ends with: reads of registers, mostly.
    """

    bench: BenchConfiguration
    looked_at: Sequence[Command] = ()
    memory: MemoryScoreboard

    def build_phase(self) -> None:
        """Create what every bench has, and share it in the ConfigDB."""
        self.bench = self.cdb_get("bench")
        self.dut: Any = self.cdb_get("dut")
        self.seeds: Seeds = self.cdb_get("seeds")
        self.failures = Failures()
        self.log = TransactionLog()
        self.store = NativeStore(self.bench.memory_bytes)
        for label in ("failures", "log", "store"):
            self.cdb_set(label, getattr(self, label))
        self.milestones = uvm_analysis_port("milestones", self)
        self.agents: dict[str, Agent] = {}
        self.recorder = Recorder.create("recorder", self)
        self.order = Order.create("order", self)
        self.sequencer = VirtualSequencer.create("sequencer", self)
        if self.bench.speed is not Speed.SYSTEM:
            self.host = PinHost.create("host", self)
        if self.bench.speed is Speed.PIN:
            self.agreement = Agreement.create("agreement", self)

    def add_agent(self, name: str, kind: type[Agent], config: AgentConfig) -> Any:
        """Create an agent; it drives at the pin level, if anybody drives its port."""
        config.active = self.bench.speed is Speed.PIN
        self.cdb_set("config", config, name)
        self.agents[name] = kind.create(name, self)
        return self.agents[name]

    def add_memory(self, image: Image) -> None:
        """Create the scoreboard of external memory, against that of the model."""
        self.cdb_set("model_memory", image, "memory")
        self.memory = MemoryScoreboard.create("memory", self)

    def connect_phase(self) -> None:
        """Connect sequencers and host, monitors and order, recorder and who replays or compares."""
        active = {name: agent for name, agent in self.agents.items() if agent.active()}
        self.sequencer.ports = {name: agent.sequencer for name, agent in active.items()}
        if self.bench.speed is not Speed.SYSTEM:
            self.host.agents = list(active.values())
            self.host.seq_item_port.connect(self.sequencer.seq_item_export)
        seen = self.order.analysis_export
        self.recorder.reset_ap.connect(seen)
        for agent in self.agents.values():
            agent.ap.connect(seen)
            recorded = isinstance(agent.monitor, RecordedMonitor)
            port = agent.ap if recorded else self.agreement.recorded
            self.recorder.replay(agent.items, port)
        if self.bench.speed is Speed.PIN:
            self.order.ap.connect(self.agreement.analysis_export)

    def start_of_simulation_phase(self) -> None:
        """Say how long silence may last."""
        self.dut.quiet_limit.value = self.bench.quiet_cycles

    async def start(self) -> None:
        """Bring the core up."""
        await self.reset()

    # ---- what a test does

    async def play(self, commands: Sequence[Command], *, check: bool = True) -> None:
        """Play commands; with `check` the core must be quiet then, and everything is compared."""
        job = list(commands)
        if check:
            job += [Barrier(), *self.looked_at]
        await JobSequence("job", job).start(self.sequencer)
        self.drain()
        if check:
            self.checkpoint()
        self.milestones.write(Played(quiet=check and self.quiet))

    def checkpoint(self) -> None:
        """Compare what can only be compared when the core is quiet."""
        if not self.quiet:
            self.failures.add("a checkpoint was asked for while the core may be busy")
        cycle = known(self.dut.cycle)
        self.memory.check(cycle)
        self.check_quiet(cycle)

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
        self.power_up()
        self.forget_in_flight()

    def forget_in_flight(self) -> None:
        """After a reset: what was not finished may have happened or not."""
        self.forget()
        self.log.note("reset")
        self.milestones.write(Restarted())

    def drain(self) -> None:
        """Take what recorder and monitors saw, and let everybody look at it."""
        self.recorder.drain()
        self.order.flush()

    # ---- what a core says

    @property
    def quiet(self) -> bool:
        """Whether nothing can be in flight in the core."""
        raise NotImplementedError

    def check_quiet(self, cycle: int) -> None:
        """Compare what else shows that the core is quiet, its interrupt line for example."""

    def forget(self) -> None:
        """Let the model and all checkers forget what a reset cut off."""
        raise NotImplementedError

    def power_up(self) -> None:
        """Forget what outlives every reset but that of the pin."""

    def waiting_for(self) -> str:
        """What the core owes, for the message on a hang; empty if nothing."""
        return ""

    # ---- end of test

    @property
    def comparisons(self) -> int:
        """Everything that was compared."""
        return sum(part.comparisons for part in self.children if isinstance(part, Checker))

    def check_left_over(self) -> None:
        """Let every checker say what it has not compared, in the middle of a test."""
        for part in self.children:
            if isinstance(part, Checker):
                part.check_phase()

    def broke(self, message: str) -> None:
        """The test was cut off."""
        self.milestones.write(Broken(message=message))

    def extract_phase(self) -> None:
        """Look at the rest."""
        self.drain()
