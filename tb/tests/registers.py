"""Register access: reset values, policies, strobes, holes, interrupts."""

from __future__ import annotations

from dataclasses import replace

import cocotb
import pyuvm
from cocotb.triggers import ClockCycles, FallingEdge

from golden import isa_builders as isa
from golden.register_map import COUNTERS, offset_of
from golden.registers_table import REGISTERS
from honeyguide.agents.axi import Stalls
from honeyguide.agents.axil import RegisterRead, RegisterWrite
from honeyguide.agents.bus import Barrier
from honeyguide.agents.xif import Offload
from honeyguide.env.host import Command, offload
from tb.tests.base import RatelTest

SPACE = 0x1000
REST = 200  # cycles after which a core that nobody asks says that its clock may stop


def read_all() -> list[Command]:
    """Return a read of every register."""
    return [
        RegisterRead(address=register.offset + 4 * index)
        for register in REGISTERS
        for index in range(register.count)
    ]


@pyuvm.test()
class ResetValues(RatelTest):
    """Every register right after reset, and after a second reset with other values in them."""

    minimum_comparisons = 2 * len(REGISTERS)

    async def body(self) -> None:
        """Read, disturb, reset, read."""
        await self.env.play(read_all(), check=False)
        disturb = [
            RegisterWrite(address=offset_of(name), data=0xFFFFFFFF)
            for name in ("IRQ_ENABLE", "DB_RS1", "DB_RS2")
        ]
        await self.env.play([*disturb, *read_all()], check=False)
        await self.env.reset()
        await self.env.play(read_all(), check=False)


@pyuvm.test()
class AccessPolicies(RatelTest):
    """Writes with every strobe to every address that is not a command; reads after each."""

    async def body(self) -> None:
        """Holes and read-only registers answer SLVERR, and nothing changes."""
        random = self.seeds.stream("accesses")
        commands: list[Command] = []
        skip = {offset_of("CTRL"), offset_of("DB_INSTR")}
        named = {r.offset + 4 * i for r in REGISTERS for i in range(r.count)}
        holes = [int(value) * 4 for value in random.integers(0, SPACE // 4, 30)]
        for address in [*sorted(named), *holes]:
            if address in skip:
                # Only partial strobes: they must be refused and do nothing.
                strobes = [int(value) for value in random.integers(0, 15, 4)]
            else:
                strobes = [15, *(int(value) for value in random.integers(0, 16, 4))]
            for strobe in strobes:
                data = int(random.integers(1 << 32))
                commands.append(RegisterWrite(address=address, data=data, strobes=strobe))
                commands.append(RegisterRead(address=address))
        await self.env.play([*commands, *offload([isa.fence()])])
        await self.env.play([*self.astray(sorted(named)), *offload([isa.fence()])])

    def astray(self, named: list[int]) -> list[Command]:
        """Return accesses beside every register, commands too: refused, whatever stands there."""
        random = self.seeds.stream("astray")
        commands: list[Command] = []
        for address in named:
            beside = address + int(random.integers(1, 4))
            data = int(random.integers(1 << 32))
            commands += [
                RegisterWrite(address=beside, data=data, strobes=15),
                RegisterRead(address=beside),
                RegisterRead(address=address),
            ]
        return commands


@pyuvm.test()
class Interrupts(RatelTest):
    """Done and error, enabled and not, cleared and raised again, cleared while raised."""

    RACES = 60

    async def body(self) -> None:
        """Walk through the combinations; the line is compared after every job."""
        bad = isa.rdcnt(index=99)
        for enable in (0, 1, 2, 3):
            await self.env.play(
                [RegisterWrite(address=offset_of("IRQ_ENABLE"), data=enable), *self.fence()]
            )
            await self.env.play(offload([isa.fence(done=1)]))
            await self.env.play(offload([bad, isa.fence()]))
            for clear in (1, 2, 3):
                status = RegisterWrite(address=offset_of("IRQ_STATUS"), data=clear)
                await self.env.play([*self.fence(), Barrier(), status])
            # A second error is not recorded, so it does not raise the interrupt again.
            await self.env.play(offload([bad, isa.fence()]))
            await self.env.play(offload([isa.fence(clear=1)]))
            await self.env.play(offload([bad, isa.fence(done=1)]))
            cause = RegisterWrite(address=offset_of("ERR_CAUSE"), data=1 << 31)
            await self.env.play([*self.fence(), Barrier(), cause])
            await self.env.play(offload([isa.fence(clear=1, done=1)]))
        levels = [item.level for item in self.env.interrupts]
        assert levels, "the interrupt line never moved"
        assert levels == [index % 2 == 0 for index in range(len(levels))]
        await self.race()

    async def race(self) -> None:
        """Clear `done` round the cycle in which it is raised: no request may go unseen.

        Whether it is set afterwards depends on the cycle, so the line must tell: each raises it.
        """
        clear = RegisterWrite(address=offset_of("IRQ_STATUS"), data=3)
        enable = RegisterWrite(address=offset_of("IRQ_ENABLE"), data=1)
        await self.env.play([*self.fence(), Barrier(), clear, enable, *self.fence()])
        before = len(self.env.interrupts)
        work = offload([isa.ld_w(addr=0, first=0, count=1), isa.fence(done=1)])
        commands: list[Command] = []
        for gap in range(self.RACES):
            commands += [*work, replace(clear, gap=gap), Barrier(), clear]
        await self.env.play(commands, check=False)
        await self.env.run([isa.fence()])
        raised = sum(item.level for item in self.env.interrupts[before:])
        assert raised == self.RACES, (
            f"{self.RACES} fences raised done, each round a clear, but the line rose {raised} times"
        )

    def fence(self) -> list[Command]:
        """A fence over CV-X-IF."""
        return offload([isa.fence()])


@pyuvm.test()
class Counters(RatelTest):
    """Counters: both ways of reading agree, clearing clears, the predictable ones are exact."""

    async def body(self) -> None:
        """Stopped counters read the same through rdcnt and through their register."""
        counters = range(16)
        reads = [Offload(instruction=isa.rdcnt(index=index)) for index in counters]
        await self.env.play([*offload([isa.fence()]), *reads, *offload([isa.fence()])])
        self.env.registers_read.clear()
        await self.env.play(
            [RegisterRead(address=COUNTERS + 4 * index) for index in counters], check=False
        )
        values = {item.address: item.data for item in self.env.registers_read}
        assert values[COUNTERS] > 0, "the cycle counter stands still"
        for index in (3, 4, 5, 6, 7, 8, 9):
            assert values[COUNTERS + 4 * index] == 0, f"counter {index} moved without work"


@pyuvm.test()
class AfterRest(RatelTest):
    """A core whose clock may stop is offered one thing alone, and idle_checker sees it wake."""

    OFFERS = ("x_issue_valid", "l_awvalid", "l_wvalid", "l_arvalid")
    ANSWERS = ("m_rvalid", "m_bvalid")

    async def body(self) -> None:
        """Until each was what woke the core; address and data of a write come apart."""
        self.env.host.set_stalls(Stalls(), result=0.7)
        woke: set[str] = set()
        watching = cocotb.start_soon(self.watch(woke))
        write = RegisterWrite(address=offset_of("DB_RS1"), data=1, gap=REST)
        read = RegisterRead(address=offset_of("DB_RS1"), gap=REST)
        for _ in range(40):
            fence = Offload(instruction=isa.fence(), gap=REST)
            await self.env.play([write, Barrier(), read, Barrier(), fence])
            if woke == set(self.OFFERS):
                break
        watching.cancel()
        assert woke == set(self.OFFERS), f"only {sorted(woke)} came alone to a core at rest"
        for valid in self.ANSWERS:
            await self.stray(valid)
        await self.env.play(offload([isa.fence()]))

    async def stray(self, valid: str) -> None:
        """Let memory answer a core at rest, which has asked for nothing: it is thrown away."""
        dut = self.env.dut
        await ClockCycles(dut.clk, REST)
        assert int(dut.idle.value), "the core is not at rest"
        dut.lawless.value = 1  # tells the checkers
        driven = getattr(dut, f"py_{valid}")
        driven.value = 1
        await FallingEdge(dut.clk)
        assert int(getattr(dut, valid).value), "nothing was answered"
        await ClockCycles(dut.clk, 1)
        driven.value = 0
        await ClockCycles(dut.clk, REST)
        dut.lawless.value = 0

    async def watch(self, woke: set[str]) -> None:
        """Write down what is offered alone in a cycle in which the clock may stop."""
        dut = self.env.dut
        while True:
            await FallingEdge(dut.clk)
            offered = [name for name in self.OFFERS if int(getattr(dut, name).value)]
            if int(dut.idle.value) and len(offered) == 1:
                woke.add(offered[0])
