"""The memory port: stalls on every channel, bus errors at every beat, reset in the middle."""

from __future__ import annotations

from typing import ClassVar

import cocotb
import numpy as np
import pyuvm
from cocotb.triggers import RisingEdge

from golden import isa_builders as isa
from golden.config import CoreConfig
from golden.isa import Instruction
from golden.isa_table import InstructionClass
from golden.register_map import offset_of
from honeyguide.agents.axi import Stalls
from honeyguide.agents.axil import RegisterPoll, RegisterWrite
from honeyguide.env.host import JobSequence, offload
from honeyguide.project import count
from tb.coverage.abort_states import STATES, states_met
from tb.sequences.layers import random_layer
from tb.sequences.slots import random_program
from tb.tests.base import RatelTest

SLVERR, DECERR = 2, 3
RESET_PENDING, BUSY = 1 << 5, 1
CLEAR_COUNTERS, ABORT = 2, 4  # of CTRL
CHECKED_ALONE = (InstructionClass.CFG, InstructionClass.MAC)


@pyuvm.test()
class Stalled(RatelTest):
    """Random layers with each channel stalled alone and all together, 0 to 90 %."""

    async def body(self) -> None:
        """One layer a setting."""
        settings = [
            Stalls(**{name: level}) for name in ("ar", "r", "aw", "w", "b") for level in (0.5, 0.9)
        ]
        settings += [Stalls(ar=v, r=v, aw=v, w=v, b=v) for v in (0.0, 0.25, 0.6, 0.9)]
        for index, stalls in enumerate(settings):
            seeds = self.seeds.child(f"layer {index}")
            _, program = random_layer(
                self.configuration.core, self.env.memory.write, seeds,
                memory_bytes=self.configuration.memory_bytes,
            )  # fmt: skip
            latency = int(seeds.stream("latency").choice([0, 10, 80]))
            self.env.host.set_stalls(stalls, result=stalls.r, latency=latency)
            await self.env.run(program)


class FaultTest(RatelTest):
    """Helpers for tests with bus errors."""

    def set_fault(self, first: int, end: int, *, write: bool, response: int = SLVERR) -> None:
        """Let beats that touch first..end-1 fail, in both memories."""
        self.env.store.add_fault(first, end - 1, on_write=write, response=response)
        self.env.machine.memory.mark_error(first, end, reads=not write, writes=write)

    def clear_faults(self) -> None:
        """Let everything succeed again."""
        self.env.store.clear_faults()
        self.env.machine.memory.clear_errors()

    async def settle(self) -> None:
        """Clear errors, and make memory known again where a failed store left it open."""
        self.clear_faults()
        await self.env.run([isa.fence(clear=1)])
        self.env.memory.resolve()


def loads(core: CoreConfig, address: int) -> dict[str, list[Instruction]]:
    """Return a load of each kind from an address; all start in its first beat and read several."""
    blocks = core.blocks(11)
    shape = [
        isa.cfg_ld_shape(w=3, h=4, c=11, cbs=blocks),
        isa.cfg_ld_pitch(row_pitch=40, pix_pitch=13, p=3),
    ]
    return {
        "ld.t": [*shape, isa.ld_t(addr=address + 3, base=0)],
        "ld.w": [isa.ld_w(addr=address + 1, first=0, count=20)],
        "ld.m": [*shape, isa.ld_m(addr=address + 2, first=0)],
        "ld.mt": [*shape, isa.ld_mt(addr=address + 3, first=0)],
        "ld.p": [isa.ld_p(addr=address, first=0, count=2)],
        "ld.b": [isa.ld_b(addr=address, first=0, count=2)],
        "ld.l": [isa.ld_l(addr=address + 1)],
    }


@pyuvm.test()
class BusErrors(FaultTest):
    """An error at every beat of every kind of transfer; a job after each shows nothing hangs."""

    async def body(self) -> None:
        """The first error is kept with its address; the core goes on."""
        core = self.configuration.core
        noise = self.seeds.stream("memory").integers(0, 256, 0x8000, dtype=np.uint8)
        self.env.memory.write(0x1000, noise)
        base = 0x1FE0  # across a 4 KiB boundary
        prime = [
            isa.cfg_st_shape(w=core.rows, h=4, c=core.cols, cbs=1),
            isa.cfg_st_pitch(row_pitch=core.rows * core.cols, pix_pitch=core.cols, p=core.rows),
            isa.cfg_ld_shape(w=core.rows, h=8, c=core.cols, cbs=1),
            isa.cfg_ld_pitch(row_pitch=core.rows * core.cols, pix_pitch=core.cols, p=core.rows),
            isa.ld_t(addr=0x4000, base=0),
        ]
        kinds = loads(core, base) | {"st.t": [*prime, isa.st_t(addr=base + 3, base=0)]}
        for name, program in kinds.items():
            failed, beat = 0, 0
            while failed == beat:  # until the fault lies past the end of the transfer
                first = (base // core.axi_bytes + beat) * core.axi_bytes
                response = SLVERR if beat % 2 else DECERR
                self.set_fault(first, first + 1, write=name == "st.t", response=response)
                await self.env.run([*program, isa.fence(done=1)])
                failed += self.env.machine.error is not None
                beat += 1
                await self.settle()
            assert failed >= 2, f"{name} met only {failed} failing beats"


@pyuvm.test()
class ErrorsInPrograms(FaultTest):
    """Random programs with random places in memory that fail."""

    async def body(self) -> None:
        """Whatever depends on a failed load is unknown; everything else is compared."""
        for index in range(count("RATEL_PROGRAMS", 12)):
            random = self.seeds.child(f"program {index}").stream("program")
            program = random_program(
                self.configuration.core, self.env.memory.write, random, length=25
            )
            for _ in range(int(random.integers(1, 4))):
                first = 0x1000 + int(random.integers(0x2000))
                end = first + int(random.integers(1, 40))
                self.set_fault(first, end, write=bool(random.random() < 0.5))
            await self.env.run(program)
            await self.settle()


@pyuvm.test()
class AbortInJob(FaultTest):
    """Abort at random moments of a job, with a live memory; the next job is exact."""

    async def body(self) -> None:
        """Abort, then a layer that loads all it needs."""
        core = self.configuration.core
        for index in range(count("RATEL_RESETS", 30)):
            seeds = self.seeds.child(f"abort {index}")
            random = seeds.stream("program")
            stall = float(random.choice([0.0, 0.3, 0.8]))
            self.env.host.set_stalls(
                Stalls(ar=stall, r=stall, aw=stall, w=stall, b=stall),
                latency=int(random.choice([0, 20, 200])),
            )
            if random.random() < 0.3:
                first = 0x1000 + int(random.integers(0x2000))
                self.set_fault(first, first + 40, write=bool(random.random() < 0.5))
            program = random_program(core, self.env.memory.write, random, length=20)
            length = int(random.integers(1, len(program) + 1))
            await self.env.play(offload(program[:length]), check=False)
            await self.abort(int(random.integers(0, 60)), soft=index % 3 == 2)
            self.clear_faults()
            _, layer = random_layer(
                core, self.env.memory.write, seeds, memory_bytes=self.configuration.memory_bytes
            )
            await self.env.run(layer)

    async def abort(self, gap: int, *, soft: bool) -> None:
        """Abort or soft reset while engines are busy; errors and counters begin anew."""
        env = self.env
        await env.play(
            [
                RegisterWrite(address=offset_of("CTRL"), data=1 if soft else ABORT, gap=gap),
                RegisterPoll(address=offset_of("STATUS"), mask=RESET_PENDING | BUSY, value=0),
            ],
            check=False,
        )
        if soft:
            env.forget_in_flight()
            return
        env.cut_off()
        await env.play(
            [
                RegisterWrite(address=offset_of("ERR_OWNER"), data=0),
                RegisterWrite(address=offset_of("ERR_CAUSE"), data=1 << 31),
                RegisterWrite(address=offset_of("IRQ_STATUS"), data=3),
                RegisterWrite(address=offset_of("CTRL"), data=CLEAR_COUNTERS),
            ],
            check=False,
        )


@pyuvm.test()
class AbortInEveryState(AbortInJob):
    """Abort, soft reset and watchdog in each state of each engine; the next job is exact.

    A small job is cut off in each of its cycles, with memories that make each state last. A state
    that was not met then fails the test.
    """

    SCENES: ClassVar[dict[str, Stalls]] = {
        "fast": Stalls(), "ar": Stalls(ar=0.95), "r": Stalls(r=0.95), "aw": Stalls(aw=0.95),
        "w": Stalls(w=0.95), "b": Stalls(b=0.95), "load fails": Stalls(r=0.9),
        "store fails": Stalls(b=0.9), "swept": Stalls(), "checked": Stalls(),
    }  # fmt: skip

    async def body(self) -> None:
        """All cycles with a fast memory, a quarter of them with each of the others."""
        wanted = {
            (kind, engine, state)
            for kind in ("abort", "soft reset")
            for engine, states in STATES.items()
            for state in states
        }
        for gap in range(count("RATEL_RESETS", 200)):
            for number, scene in enumerate(self.SCENES):
                if number == 0 or (gap + number) % 4 == 0:
                    for soft in (False, True):
                        await self.cut(scene, gap, soft=soft)
            if wanted <= states_met():
                break
        missed = sorted(wanted - states_met())
        assert not missed, f"not met: {missed}"
        for engine in ("load", "execute", "store"):
            await self.barks_at(engine)

    def job(self, kernel: int = 1) -> list[Instruction]:
        """A load, a convolution of a tile, a store that need each other."""
        core = self.configuration.core
        row = core.rows * core.cols
        return [
            isa.cfg_ld_shape(w=core.rows, h=1, c=core.cols, cbs=1),
            isa.cfg_ld_pitch(row_pitch=row, pix_pitch=core.cols, p=core.rows),
            isa.cfg_in(w=core.rows, h=1, c=core.cols, cbs=1),
            isa.cfg_out(ow=core.rows, oh=1, oc=core.cols, cbs=1),
            isa.cfg_pitch(in_p=core.rows, out_p=core.rows), isa.cfg_kernel(kw=kernel, kh=kernel),
            isa.cfg_pad(pl=kernel // 2, pt=kernel // 2), isa.cfg_act(),
            isa.cfg_scale(mult=1 << 30, shift=-4),
            isa.cfg_st_shape(w=core.rows, h=1, c=core.cols, cbs=1),
            isa.cfg_st_pitch(row_pitch=row + 5, pix_pitch=core.cols + 1, p=core.rows),
            isa.ld_w(addr=0x1001, first=0, count=kernel * kernel * core.cols),
            isa.ld_t(addr=0x2003, base=0),
            isa.conv(in_base=0, out_base=9, wbase=0), isa.st_t(addr=0x3001, base=9), isa.fence(),
        ]  # fmt: skip

    async def cut(self, scene: str, gap: int, *, soft: bool) -> None:
        """Cut the job off some cycles after its last instruction was taken; then run it."""
        env = self.env
        env.host.set_stalls(self.SCENES[scene])
        if scene in ("load fails", "store fails"):
            first = 0x1001 if scene == "load fails" else 0x3001
            self.set_fault(first, first + 64, write=scene == "store fails")
        if scene == "swept":
            await self.abort(0, soft=True)
        if scene != "swept" or gap % 8 < 4:  # under the sweep, or behind it
            job = self.job(3 if gap % 8 == 7 else 1)[:-1]  # with more taps a row has more to do
            if scene == "checked":  # one instruction with a long check, and nothing before it
                job = [one for one in job if one.word >> 12 & 7 in CHECKED_ALONE]
                gap //= 4
            await env.play(offload(job), check=False)
        await self.abort(gap, soft=soft)
        self.clear_faults()
        env.host.set_stalls(Stalls())
        await env.run(self.job())

    async def barks_at(self, engine: str) -> None:
        """Let the watchdog end what an engine is at: a dead memory, or a long convolution."""
        env, core = self.env, self.configuration.core
        limit = offset_of("WATCHDOG")
        await env.play([RegisterWrite(address=limit, data=100)], check=False)
        dead = {"load": Stalls(r=1.0), "store": Stalls(b=1.0)}.get(engine, Stalls())
        blocks = core.blocks(64)
        large = [
            isa.cfg_in(w=8, h=8, c=64, cbs=blocks), isa.cfg_out(ow=8, oh=8, oc=core.cols, cbs=1),
            isa.cfg_pitch(in_p=8, out_p=8), isa.cfg_kernel(kw=1, kh=1), isa.cfg_pad(),
            isa.cfg_act(), isa.cfg_scale(mult=1 << 30, shift=0),
            isa.conv(in_base=0, out_base=core.spad_depth // 2, wbase=0),
        ]  # fmt: skip
        small = [
            isa.cfg_st_shape(w=1, h=1, c=1, cbs=1),
            isa.cfg_st_pitch(row_pitch=1, pix_pitch=1, p=1),
            isa.st_t(addr=0x3000, base=0),
        ]
        load = [isa.ld_w(addr=0x1000, first=0, count=8)]
        env.host.set_stalls(dead)
        program = {"load": load, "execute": large, "store": small}[engine]
        await env.play(
            [
                *offload(program),
                RegisterPoll(address=offset_of("ERR_PENDING"), mask=1, value=1),
                RegisterPoll(address=offset_of("STATUS"), mask=RESET_PENDING | BUSY, value=0),
                RegisterWrite(address=limit, data=0),
            ],
            check=False,
        )
        assert any(met[:2] == ("watchdog", engine) and met[2] != "idle" for met in states_met())
        env.cut_off()
        await env.play(
            [
                RegisterWrite(address=offset_of("ERR_OWNER"), data=0),
                RegisterWrite(address=offset_of("ERR_CAUSE"), data=1 << 31),
                RegisterWrite(address=offset_of("CTRL"), data=CLEAR_COUNTERS),
            ],
            check=False,
        )
        env.host.set_stalls(Stalls())
        await env.run(self.job())


@pyuvm.test()
class ResetInJob(FaultTest):
    """Hard and soft reset at random moments of a job; the next job must run as on a fresh core."""

    async def body(self) -> None:
        """Reset, then a layer that loads all it needs."""
        core = self.configuration.core
        for index in range(count("RATEL_RESETS", 20)):
            seeds = self.seeds.child(f"reset {index}")
            random = seeds.stream("program")
            stall = float(random.choice([0.0, 0.3]))
            self.env.host.set_stalls(
                Stalls(ar=stall, r=stall, aw=stall, w=stall, b=stall),
                latency=int(random.choice([0, 20])),
            )
            program = random_program(core, self.env.memory.write, random, length=20)
            job = cocotb.start_soon(JobSequence("cut", offload(program)).start(self.env.sequencer))
            rise = RisingEdge(self.env.dut.clk)
            for _ in range(int(random.integers(1, 600))):
                await rise
            if index % 2:
                await self.env.reset()
                await job
            else:
                await job
                await self.soft_reset()
            _, layer = random_layer(
                core, self.env.memory.write, seeds, memory_bytes=self.configuration.memory_bytes
            )
            await self.env.run(layer)

    async def soft_reset(self) -> None:
        """Write CTRL while engines are busy and wait until the reset is through."""
        await self.env.play(
            [
                RegisterWrite(address=offset_of("CTRL"), data=1),
                RegisterPoll(address=offset_of("STATUS"), mask=RESET_PENDING | BUSY, value=0),
            ],
            check=False,
        )
        self.env.forget_in_flight()
