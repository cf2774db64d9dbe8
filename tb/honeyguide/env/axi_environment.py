"""The environment of a core with an AXI4-Lite port, an AXI4 port and an interrupt (axi_tb.sv)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, ClassVar

from honeyguide.agents.agent import AgentConfig
from honeyguide.agents.axi import AxiAgent, AxiConfig, BurstSeen
from honeyguide.agents.axil import AxilAgent, RegisterRead, RegisterSeen
from honeyguide.agents.bus import Seen
from honeyguide.agents.irq import InterruptSeen, IrqAgent
from honeyguide.core import core
from honeyguide.coverage.subscriber import CoverageSubscriber
from honeyguide.env.base_test import BaseTest
from honeyguide.env.byte_memory import ByteMemory
from honeyguide.env.checker import AnalysisImp, Checker
from honeyguide.env.configuration import BenchConfiguration
from honeyguide.env.environment import Environment
from honeyguide.project import variable


@dataclass(frozen=True, kw_only=True)
class AxiConfiguration(BenchConfiguration):
    """Also the bytes of a beat."""

    bus_bytes: int


class Model(Checker):
    """Base of a golden model: gets every item of every monitor, in order.

    Attributes:
        running: whether anything may be in flight in the core; no checkpoint is made then.
        line: the interrupt line.
    """

    running = False
    line = False

    def __init__(self, name: str, parent: Any) -> None:
        super().__init__(name, parent)
        self.analysis_export = AnalysisImp("analysis_export", self, self.seen)
        self.reset()

    def build_phase(self) -> None:
        """Fetch what predictions need: bytes of a beat, and external memory."""
        super().build_phase()
        self.bus_bytes: int = self.cdb_get("bench").bus_bytes
        self.store: Any = self.cdb_get("store")

    def expect(self, what: str, got: object, wanted: object, cycle: int) -> None:
        """Compare."""
        self.comparisons += 1
        if got != wanted:
            self.failures.add(f"{what}: expected {wanted}, got {got}, by cycle {cycle}")

    def reset(self) -> None:
        """Forget everything, because the core was reset."""
        raise NotImplementedError

    def seen(self, item: Seen) -> None:
        """Hand an item to whom it concerns."""
        match item:
            case RegisterSeen(write=True):
                self.write(item)
            case RegisterSeen():
                self.read(item)
            case BurstSeen():
                self.burst(item)
            case InterruptSeen():
                self.line = item.level

    def write(self, item: RegisterSeen) -> None:
        """A write of a register was answered."""
        raise NotImplementedError

    def read(self, item: RegisterSeen) -> None:
        """A read of a register was answered."""
        raise NotImplementedError

    def burst(self, item: BurstSeen) -> None:
        """A burst was announced."""
        raise NotImplementedError

    def left_over(self) -> str:
        """What began has to end."""
        return "something was begun and not seen to end" if self.running else ""

    def quiet(self, cycle: int) -> None:
        """Compare what shows when nothing is in flight."""


class AxiEnvironment(Environment):
    """Three agents, a model, coverage. A test's class says which."""

    bench: AxiConfiguration

    def build_phase(self) -> None:
        """Create them."""
        super().build_phase()
        test: Any = self.parent
        writes = "writes" in test.ports
        config = AxiConfig(bus="m", stream="axi", bus_bytes=self.bench.bus_bytes, writes=writes)
        self.add_agent("axil", AxilAgent, AgentConfig(bus="l", stream="axil"))
        self.add_agent("axi", AxiAgent, config)
        self.add_agent("irq", IrqAgent, AgentConfig(bus=None))
        self.looked_at = [RegisterRead(address=address) for address in test.looked_at]
        self.add_memory(ByteMemory(self.bench.memory_bytes))
        self.model = test.model_type.create("model", self)
        self.coverage = test.coverage_type.create("coverage", self)
        self.coverage.model = self.model

    def connect_phase(self) -> None:
        """Let the model look first, then coverage."""
        super().connect_phase()
        self.order.ap.connect(self.model.analysis_export)
        self.order.ap.connect(self.coverage.analysis_export)

    @property
    def quiet(self) -> bool:
        """Whether nothing is in flight."""
        return not self.model.running

    def check_quiet(self, cycle: int) -> None:
        """Compare what shows when nothing is in flight."""
        self.model.quiet(cycle)

    def forget(self) -> None:
        """A reset."""
        self.model.reset()
        self.memory.accept_all()


class AxiTest(BaseTest):
    """Subclasses name the model, its coverage, and the registers that a job ends with a read of.

    Attributes:
        ports: `writes` if the AXI4 port has the channels that write.
    """

    env_type = AxiEnvironment
    model_type: ClassVar[type[Model]]
    coverage_type: ClassVar[type[CoverageSubscriber]]
    looked_at: ClassVar[tuple[int, ...]] = ()
    ports: ClassVar[frozenset[str]] = frozenset()

    def configure(self) -> AxiConfiguration:
        """Take the width of the bus from the core's configuration."""
        name = os.environ.get(variable("CONFIG")) or core().default
        width = core().parameters(name).get("DataWidth", 64)
        asked: dict[str, Any] = BenchConfiguration.asked_for()
        return AxiConfiguration(**asked, bus_bytes=width // 8)
