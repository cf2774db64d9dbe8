"""Directed corners that random volume reaches rarely: found as holes in the coverage."""

from __future__ import annotations

import pyuvm

from golden import isa_builders as isa
from golden.isa import Instruction
from golden.isa_table import Counter
from golden.register_map import offset_of
from honeyguide.agents.axi import Stalls
from honeyguide.agents.axil import RegisterPoll, RegisterRead, RegisterWrite
from honeyguide.agents.bus import Barrier
from honeyguide.env.host import Command, offload
from honeyguide.project import count
from tb.env.counters import counted, counter_values
from tb.sequences import corners
from tb.sequences.corners import Lines
from tb.sequences.layers import random_layer
from tb.sequences.ports import BUSY, DOORBELL_PENDING, ring
from tb.sequences.slots import make_slots, prime, random_program
from tb.tests.base import RatelTest

SOFT_RESET, CLEAR_COUNTERS = 1, 2
RESET_PENDING = 1 << 5
VALID = 1 << 31  # of ERR_CAUSE
LATENCY = 30  # cycles of memory, so that a fence waits longer than a register write takes
WORKING = 0xF  # BUSY, LOAD, EXECUTE, STORE of STATUS
MOST_PROGRAMS = 60  # until something has been seen that every core shows sooner or later


class CornerTest(RatelTest):
    """Helpers for tests on tensors of one line."""

    def lines(self) -> Lines:
        """Return the builder, with data in memory."""
        return Lines(self.configuration.core, self.env.memory.write, self.seeds.stream("data"))

    async def all_of(self, programs: object) -> None:
        """Run programs and say which one failed first."""
        for name, program in programs:  # type: ignore[attr-defined]
            before = self.env.failures.count
            await self.env.run(program)
            if self.env.failures.count > before:
                self.env.failures.add(f"that was {name}")
                return


@pyuvm.test()
class Places(CornerTest):
    """The first and the last line, weight word and parameter entry, with every instruction."""

    async def body(self) -> None:
        """One job for each kind of weight load."""
        await self.all_of(corners.places(self.lines()))


@pyuvm.test()
class Values(CornerTest):
    """Extreme multipliers, shifts, clamps, fill values, zero points, kernels; every flag."""

    async def body(self) -> None:
        """One job for each kind of value."""
        await self.all_of(corners.values(self.lines()))


@pyuvm.test()
class Sums(CornerTest):
    """Sums up to the last product that fits int32, and one more: register WRAPPED tells."""

    async def body(self) -> None:
        """One job each; what the register showed at its end."""
        for name, wraps, program in corners.sums(self.lines()):
            await self.env.run(program)
            reads = [r.data for r in self.env.registers_read if r.address == offset_of("WRAPPED")]
            if reads[-1:] != [int(wraps)]:
                self.env.failures.add(f"{name}: WRAPPED showed {reads[-1:]}")


@pyuvm.test()
class Refused(CornerTest):
    """Refusals that need flags, held sums, work in place or the end of the address space."""

    async def body(self) -> None:
        """Each alone, its error returned by the fence after it."""
        await self.env.run(corners.refused(self.lines()))


@pyuvm.test()
class EveryInstructionAtDoorbell(CornerTest):
    """Every instruction once through the doorbell."""

    async def body(self) -> None:
        """The program that also runs over CV-X-IF; then a look at its counters."""
        for _, program in corners.places(self.lines()):
            await self.env.play(ring(*program))


@pyuvm.test()
class NoDestination(CornerTest):
    """fence and rdcnt with rd = x0: they return, and nothing is written back."""

    async def body(self) -> None:
        """Between instructions that are answered as usual."""
        counters = [isa.rdcnt(index=counter).with_rd(0) for counter in Counter]
        program = [isa.fence().with_rd(0), *counters, isa.fence(clear=1, done=1).with_rd(0)]
        await self.env.run([*program, *self.lines().groups(), isa.fence()])


@pyuvm.test()
class ClearedByBoth(CornerTest):
    """A fence and a register write clear one error: before, after, and in the same cycle."""

    async def body(self) -> None:
        """An error, a fence that waits for a load and clears it, the write so long behind both."""
        lines = self.lines()
        await self.env.run([*lines.groups(), isa.fence()])
        self.env.host.set_stalls(Stalls(), latency=LATENCY)
        cause = offset_of("ERR_CAUSE")
        idle = RegisterPoll(address=offset_of("STATUS"), mask=DOORBELL_PENDING | BUSY, value=0)
        for gap in range(2 * LATENCY):
            self.env.registers_read.clear()
            clear = RegisterWrite(address=cause, data=VALID, gap=gap)
            await self.env.play([
                *ring(isa.rdcnt(index=99)), *ring(lines.load(0), isa.fence(clear=1), wait=False),
                clear, idle, RegisterRead(address=cause),
            ], check=False)  # fmt: skip
            if left := [seen for seen in self.env.registers_read if seen.address == cause]:
                if left[-1].data:
                    self.env.failures.add(f"{gap} cycles behind the fence: {left[-1].data:#x}")
            else:
                self.env.failures.add("ERR_CAUSE was not read")
        await self.env.run([isa.fence()])


@pyuvm.test()
class CountersAtWork(RatelTest):
    """After work under slow memory every counter has moved, and they agree with each other."""

    async def body(self) -> None:
        """Programs with hazards, then layers; the counters of each; more until all have moved."""
        random = self.seeds.stream("program")
        core = self.configuration.core
        left, programs = set(Counter), count("RATEL_PROGRAMS", 12)
        for index in range(MOST_PROGRAMS):
            if index >= programs and not left:
                break
            stall = (0.0, 0.5, 0.8)[index % 3]
            self.env.host.set_stalls(Stalls(r=stall, w=stall, b=stall), latency=20 * (index % 3))
            if index % 2:
                program = random_program(core, self.env.memory.write, random, length=40)
            else:
                _, program = random_layer(
                    core, self.env.memory.write, self.seeds.child(f"layer {index}"),
                    memory_bytes=self.configuration.memory_bytes,
                )  # fmt: skip
            self.env.registers_read.clear()
            await self.env.play(counted(offload(program)), check=False)
            values = counter_values(self.env.registers_read)
            left -= {counter for counter, value in values.items() if value}
            self.compare(values, sum(1 for item in program if not is_rdcnt(item)))
            await self.env.run([isa.fence()])
        for counter in sorted(left):
            self.env.failures.add(f"counter {counter.name} never moved in {index + 1} programs")

    def compare(self, values: dict[Counter, int], length: int) -> None:
        """Fail unless the relations between counters hold that the document promises."""
        core = self.configuration.core
        rules = {
            "BUSY <= CYCLES": values[Counter.BUSY] <= values[Counter.CYCLES],
            "STEPS <= EXECUTE_BUSY": values[Counter.STEPS] <= values[Counter.EXECUTE_BUSY],
            "EXECUTE_BUSY <= BUSY": values[Counter.EXECUTE_BUSY] <= values[Counter.BUSY],
            "LOAD_BUSY <= BUSY": values[Counter.LOAD_BUSY] <= values[Counter.BUSY],
            "STORE_BUSY <= BUSY": values[Counter.STORE_BUSY] <= values[Counter.BUSY],
            "MACS <= STEPS * Rows * Cols": values[Counter.MACS]
            <= values[Counter.STEPS] * core.rows * core.cols,
            f"INSTRUCTIONS = {length}": values[Counter.INSTRUCTIONS] == length,
        }
        for rule, holds in rules.items():
            if not holds:
                self.env.failures.add(f"counters: {rule} does not hold: {values}")


def is_rdcnt(instruction: Instruction) -> bool:
    """Whether it is one that the instruction counter leaves out."""
    return instruction.format is not None and instruction.format.name == "rdcnt"


class BusyTest(RatelTest):
    """Helpers for tests that disturb a core at work."""

    def work(self, number: int = 0) -> list[Command]:
        """Commands that keep all engines busy for a while, another lot by number; no fence."""
        random = self.seeds.child(f"work {number}").stream("program")
        self.env.host.set_stalls(Stalls(r=0.5, w=0.5), latency=30)
        program = random_program(self.configuration.core, self.env.memory.write, random, length=40)
        return offload([item for item in program if not self.is_fence(item)])

    def stores(self) -> list[Command]:
        """Commands that keep only the store engine busy for a while."""
        random = self.seeds.stream("stores")
        slots = make_slots(self.configuration.core, random, directed=True)
        program = [*prime(slots, self.env.memory.write, random), isa.fence()]
        return offload([*program, *(slots.store(slot, slot) for slot in range(5))])

    @staticmethod
    def is_fence(item: Instruction) -> bool:
        """Tell whether an instruction is a fence."""
        return item.format is not None and item.format.name == "fence"


@pyuvm.test()
class StatusAtWork(BusyTest):
    """STATUS while the core works: every bit is seen both ways; counters cleared meanwhile."""

    async def body(self) -> None:
        """Read STATUS again and again during programs until every bit was 1 and was 0."""
        look = [RegisterRead(address=offset_of("STATUS")) for _ in range(60)]
        clear = RegisterWrite(address=offset_of("CTRL"), data=CLEAR_COUNTERS)
        ringing = ring(isa.fence(), isa.rdcnt(index=Counter.BUSY), wait=False)
        ever, always = 0, WORKING
        for number in range(MOST_PROGRAMS):
            self.env.registers_read.clear()
            await self.env.play([*self.work(number), *look, clear, *ringing, *look], check=False)
            await self.env.run([isa.fence()])
            for seen in self.env.registers_read:
                if seen.address == offset_of("STATUS"):
                    ever, always = ever | seen.data, always & seen.data
            if ever & WORKING == WORKING and not always:
                break
        if (stuck := WORKING & ~ever) or always:
            self.env.failures.add(f"bits {stuck:#x} of STATUS were never 1, {always:#x} never 0")


@pyuvm.test()
class SoftResetAtWork(BusyTest):
    """A soft reset while engines are busy: bursts are finished, then the core is as after reset."""

    async def body(self) -> None:
        """Work, reset at once, wait, and a layer that needs nothing from before."""
        core = self.configuration.core
        for index in range(count("RATEL_RESETS", 12)):
            work = self.stores() if index % 2 else self.work()
            reset: list[Command] = [
                RegisterWrite(address=offset_of("CTRL"), data=SOFT_RESET, gap=5 * (index // 2)),
                RegisterRead(address=offset_of("STATUS")),
                RegisterPoll(address=offset_of("STATUS"), mask=RESET_PENDING | BUSY, value=0),
            ]
            await self.env.play([*work, Barrier(), *reset], check=False)
            self.env.forget_in_flight()
            _, layer = random_layer(
                core, self.env.memory.write, self.seeds.child(f"layer {index}"),
                memory_bytes=self.configuration.memory_bytes,
            )  # fmt: skip
            await self.env.run(layer)
