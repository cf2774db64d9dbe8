"""Memory windows: users reach what a window allows, to the last byte of a burst, no more."""

from __future__ import annotations

import numpy as np
import pyuvm

from golden import isa_builders as isa
from golden.isa_table import ErrorCode
from golden.machine import Owner
from golden.machine.windows import GRANULE, Port
from golden.register_map import offset_of
from honeyguide.agents.axi import Stalls
from honeyguide.agents.axil import RegisterRead, RegisterWrite
from honeyguide.agents.xif import MACHINE, USER, Offload
from honeyguide.env.host import Command
from honeyguide.project import count
from tb.env.register_checker import RECORD
from tb.sequences.ports import ring
from tb.sequences.slots import random_program
from tb.tests.base import RatelTest

MEMORY = 0x1000, 0x8000  # where random programs load from and store to


def record(owner: Owner) -> list[Command]:
    """Return accesses that look at an owner's error record."""
    return [
        RegisterWrite(address=offset_of("ERR_OWNER"), data=owner.id),
        *(RegisterRead(address=offset_of(name)) for name in RECORD),
    ]


@pyuvm.test()
class Users(RatelTest):
    """Random programs of machine mode and of users, under random windows."""

    async def body(self) -> None:
        """Refusals with their addresses, and what was allowed byte by byte."""
        random = self.seeds.stream("windows")
        refused = 0
        programs = count("RATEL_PROGRAMS", 24)
        for index in range(4 * programs):
            if index >= programs and refused:  # of a few programs none may meet a window's end
                break
            seeds = self.seeds.child(f"program {index}").stream("program")
            stall = float(random.choice([0.0, 0.4]))
            self.env.host.set_stalls(Stalls(ar=stall, r=stall, aw=stall, w=stall, b=stall))
            context = int(random.integers(1, 4))
            await self.env.play(
                [*self.windows(random, context), *self.context(context)], check=False
            )
            mode = USER if random.random() < 0.8 else MACHINE
            program = random_program(
                self.configuration.core, self.env.memory.write, seeds, length=25
            )
            await self.env.play(
                [Offload(instruction=instruction, mode=mode) for instruction in program]
            )
            owner = Owner(context=context if mode == USER else 0)
            error = self.env.machine.errors.get(owner.id)
            await self.env.play(record(owner), check=False)
            refused += error is not None and error.code is ErrorCode.WINDOW
            await self.env.play([Offload(instruction=isa.fence(clear=1), mode=mode)])
            self.env.memory.resolve()
        assert refused, "no program was refused anything"

    def windows(self, random: np.random.Generator, context: int) -> list[RegisterWrite]:
        """Return writes of four windows: some wide, some that cut bursts in two."""
        writes = []
        for index in range(self.configuration.core.windows):
            base = int(random.integers(0, MEMORY[1], endpoint=False)) // GRANULE * GRANULE
            size = int(random.choice([1, 3, 50, 0x800])) * GRANULE
            if random.random() < 0.3:
                base, size = 0, MEMORY[1]
            owners = int(random.integers(64)) | (1 << context - 1 if random.random() < 0.7 else 0)
            rights = 4 | int(random.choice([1, 2, 3, 3, 3])) if random.random() < 0.9 else 3
            for name, value in (
                ("WINDOW_BASE", base),
                ("WINDOW_LIMIT", base + size - GRANULE),
                ("WINDOW_CTRL", owners << 8 | rights),
            ):
                writes.append(RegisterWrite(address=offset_of(name) + 4 * index, data=value))
        return writes

    def context(self, context: int) -> list[RegisterWrite]:
        """Return the writes that make a user, who may read counters, the asker on CV-X-IF."""
        return [
            RegisterWrite(address=offset_of("XIF_CONTEXT"), data=context),
            RegisterWrite(address=offset_of("USER_RIGHTS"), data=1),
        ]


@pyuvm.test()
class UsersAtDoorbells(Users):
    """Random programs of users, each through the doorbell of a page, under random windows."""

    async def body(self) -> None:
        """What a page's words do, byte by byte; results and errors as its user reads them."""
        random = self.seeds.stream("windows")
        refused = 0
        programs = count("RATEL_PROGRAMS", 24)
        for index in range(4 * programs):
            if index >= programs and refused:  # of a few programs none may meet a window's end
                break
            seeds = self.seeds.child(f"program {index}").stream("program")
            page = 1 + index % 3
            windows = self.windows(random, 3 + page) if index % 2 else self.whole(3 + page)
            await self.env.play(windows, check=False)
            await self.env.play(self.rights(random), check=False)
            program = random_program(
                self.configuration.core, self.env.memory.write, seeds, length=25
            )
            await self.env.play(ring(*program, page=page), check=False)
            owner = Owner(port=Port.AXIL, context=page)
            error = self.env.machine.errors.get(owner.id)
            refused += error is not None and error.code is ErrorCode.WINDOW
            # The supervisor's fence covers all, so that everything is compared.
            await self.env.play(ring(isa.fence()))
            await self.env.play(record(owner), check=False)
            await self.env.play([*ring(isa.fence(clear=1), page=page), *ring(isa.fence())])
            self.env.memory.resolve()
        assert 0 < refused <= programs // 2, f"{refused} programs were refused memory"

    def whole(self, context: int) -> list[RegisterWrite]:
        """Return writes of one window, through which a user reaches all that programs touch."""
        writes = [
            RegisterWrite(address=offset_of("WINDOW_CTRL") + 4 * index, data=0)
            for index in range(self.configuration.core.windows)
        ]
        for name, value in (
            ("WINDOW_BASE", 0),
            ("WINDOW_LIMIT", 2 * MEMORY[1] - GRANULE),
            ("WINDOW_CTRL", 1 << context + 7 | 7),
        ):
            writes.append(RegisterWrite(address=offset_of(name), data=value))
        return writes

    def rights(self, random: np.random.Generator) -> list[RegisterWrite]:
        """Return the write that lets users read counters, or not."""
        return [RegisterWrite(address=offset_of("USER_RIGHTS"), data=int(random.integers(2)))]


@pyuvm.test()
class NoWindow(RatelTest):
    """Without a window a user reaches no byte of memory; machine mode reaches all."""

    async def body(self) -> None:
        """The same program in both modes."""
        random = self.seeds.stream("program")
        for mode in (USER, MACHINE):
            program = random_program(
                self.configuration.core, self.env.memory.write, random, length=30
            )
            self.env.bursts.clear()
            await self.env.play(
                [Offload(instruction=instruction, mode=mode) for instruction in program]
            )
            assert bool(self.env.bursts) == (mode == MACHINE), f"mode {mode}: bursts"
            await self.env.play([Offload(instruction=isa.fence(clear=1), mode=mode)])
            self.env.memory.resolve()
