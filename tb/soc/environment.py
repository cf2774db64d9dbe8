"""The environment of Ratel beside a CPU: the same, with agents that only watch.

    recorder --> agents (passive) --> order --> predictor, registers, memory, ...   as in the bench
                 cpu              -->       --> golden memory, console

Nobody drives Ratel but the CPU, so there is no host. At a mark SOC_MARK_CHECK the program promises
that Ratel is idle; everything is compared then. Between two programs, and at the end of the last,
nothing may be left over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum

from cocotb.triggers import RisingEdge, SimTimeoutError, select, with_timeout

from honeyguide.agents.agent import AgentConfig
from honeyguide.agents.axi import Stalls
from honeyguide.agents.bus import known
from honeyguide.env.checker import FailedRunError
from honeyguide.env.environment import RESET_CYCLES
from honeyguide.env.tile import packed
from tb.env.environment import RatelEnvironment
from tb.soc.cpu import CpuAgent, CpuHistory, CpuStores

TIMEOUT_US = 100_000  # 10 million cycles from one mark to the next


class Mark(IntEnum):
    """Values of SOC_MARK_* in sw/firmware/soc.h."""

    CHECK = 1
    PHASE = 2
    HOST = 3
    DONE = 4


class SystemEnvironment(RatelEnvironment):
    """`load` programs and data, `boot`, then wait for marks or the end.

    Attributes:
        cpu: what it did.
        doing: what runs, for messages.
        checks: how often the program asked for one.
    """

    def build_phase(self) -> None:
        """Also watch the CPU."""
        super().build_phase()
        self.add_agent("cpu_agent", CpuAgent, AgentConfig(bus=None))
        self.cpu_stores = CpuStores.create("cpu_stores", self)
        self.cpu = CpuHistory.create("cpu", self)
        self.checks = 0
        self.doing = ""

    def connect_phase(self) -> None:
        """Also connect who looks at the CPU."""
        super().connect_phase()
        self.order.ap.connect(self.cpu_stores.analysis_export)
        self.order.ap.connect(self.cpu.analysis_export)
        self.predictor.ap.connect(self.cpu.predicted_export)

    async def start(self) -> None:
        """The test boots the CPU when its program is in memory."""

    def load(self, segments: Iterable[tuple[int, bytes]]) -> None:
        """Put a program's segments into memory."""
        for address, data in segments:
            self.memory.write(address, data)

    async def boot(
        self,
        *,
        argument: int = 0,
        seed: int | None = None,
        stalls: Stalls | None = None,
        bus_stall: Sequence[float] = (0.0, 0.0),
    ) -> None:
        """Reset everything and let the CPU run from its boot address.

        Args:
            argument: a word the program can read.
            seed: of the stalls, and readable by the program; the run's by default.
            stalls: wait probabilities of the AXI4 memory.
            bus_stall: wait probabilities of the CPU's instruction and data ports.
        """
        dut = self.dut
        dut.rst_n.value = 0
        dut.seed.value = (self.seeds.root if seed is None else seed) & 0xFFFFFFFF
        dut.argument.value = argument
        dut.stall.value = packed(stalls or Stalls())
        dut.instr_stall.value = int(bus_stall[0] * 256) * 0x101
        dut.data_stall.value = int(bus_stall[1] * 256) * 0x101
        rise = RisingEdge(dut.clk)
        for _ in range(RESET_CYCLES):
            await rise
        self.store.take_events()
        self.power_up()
        self.forget_in_flight()
        dut.rst_n.value = 1

    async def run_program(self) -> int:
        """Run to the program's end; return its exit code. Nothing may be left over then."""
        while await self.next_mark() is not None:
            pass
        self.check_left_over()
        return known(self.dut.value)

    async def next_mark(self, *, timeout_us: int = TIMEOUT_US) -> int | None:
        """Run to the next mark and return it, None when the program ended.

        Raises:
            FailedRunError: neither came in time.
        """
        dut = self.dut
        triggers = (RisingEdge(dut.marked), RisingEdge(dut.exited))
        try:
            which, _ = await with_timeout(select(*triggers), timeout_us, "us")
        except SimTimeoutError:
            self.drain()
            raise FailedRunError(
                f"{self.doing}no mark and no end within {timeout_us} us; "
                f"console:\n{self.cpu.console}"
            ) from None
        value = known(dut.value)
        self.drain()
        if which == 1:
            return None
        if value == Mark.CHECK:
            self.checks += 1
            self.checkpoint()
        return value

    def waiting_for(self) -> str:
        """What waits for what, for the message on a hang."""
        pins = ("x_issue_valid", "x_issue_ready", "x_issue_instr", "x_issue_id", "x_result_valid",
                "x_result_ready", "x_result_id", "i_addr", "i_req", "d_req")  # fmt: skip
        text = ", ".join(f"{name}={known(getattr(self.dut, name)):#x}" for name in pins)
        owed = super().waiting_for()
        return f"{self.doing}{text}; {owed}; console:\n{self.cpu.console}"
