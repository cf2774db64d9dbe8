"""An adversary: programs of users that try to escape, judged by windows and owners alone."""

from __future__ import annotations

import logging
from collections import Counter

import numpy as np
import pyuvm

from golden import isa_builders as isa
from golden.machine.owner import Owner, Port
from golden.machine.windows import GRANULE, Window
from honeyguide.agents.axi.driver import Stalls
from honeyguide.agents.axil.item import RegisterPoll, RegisterRead, RegisterWrite
from honeyguide.agents.bus import known
from honeyguide.agents.command import Command
from honeyguide.agents.xif.item import MACHINE, USER, Offload
from honeyguide.env.base_test import BaseTest
from honeyguide.env.settings import count
from tb.env.adversary import AdversaryEnvironment
from tb.env.configuration import RatelConfiguration
from tb.env.registers import PAGE, offset_of
from tb.sequences.escapes import Escapes

log = logging.getLogger("ratel.adversary")
USERS = [Owner(port=port, context=context) for port in Port for context in (1, 2, 3)]
HOME = 0x2000  # bytes of memory that each user calls his own
FIRST = 0x4000  # address of the first user's
SIGNS = 40  # values that only one user's bytes have
SOFT_RESET, ABORT = 1, 4  # of CTRL
BUSY, PENDING = 1, 1 << 5  # of STATUS
WATCHDOG = 60_000


@pyuvm.test()
class Escape(BaseTest):
    """Users on both ports, windows that move under their jobs, aborts and resets at any time."""

    minimum_comparisons = 200
    env_type = AdversaryEnvironment
    env: AdversaryEnvironment
    configuration: RatelConfiguration

    def configure(self) -> RatelConfiguration:
        """Choose the configuration."""
        return RatelConfiguration.from_environment()

    async def body(self) -> None:
        """Rounds of: windows, a user's job, something that happens to it, a look at memory."""
        random = self.seeds.stream("adversary")
        env = self.env
        self.attempts: Counter[str] = Counter()
        self.home = {user: FIRST + HOME * index for index, user in enumerate(USERS)}
        for index, base in enumerate(self.home.values()):
            env.store.memory[base : base + HOME] = self.signs(index, random)
        await env.play(
            [
                RegisterWrite(address=offset_of("WATCHDOG"), data=WATCHDOG),
                RegisterWrite(address=offset_of("USER_RIGHTS"), data=1),
            ],
            check=False,
        )
        for _ in range(count("RATEL_PROGRAMS", 12)):
            await self.round(random)
        assert self.attempts.total() > 0
        log.info(
            "ADVERSARY: %d bursts, %d attempts: %s; %s", env.oracle.comparisons,
            self.attempts.total(), dict(self.attempts), dict(env.oracle.refusals),
        )  # fmt: skip

    def signs(self, index: int, random: np.random.Generator) -> np.ndarray:
        """Return bytes that only this user's memory has."""
        first = 10 + SIGNS * index
        return random.integers(first, first + SIGNS, HOME, dtype=np.uint8)

    async def round(self, random: np.random.Generator) -> None:
        """One job of one user."""
        env = self.env
        core = self.configuration.core
        stall = float(random.choice([0.0, 0.0, 0.3, 0.8]))
        latency = int(random.choice([0, 10, 60, 2500])) if random.random() < 0.9 else 6000
        env.host.set_stalls(Stalls(ar=stall, r=stall, aw=stall, w=stall, b=stall), latency=latency)
        holders = [USERS[int(random.integers(len(USERS)))] for _ in range(core.windows)]
        windows = [self.window(user, random) for user in holders]
        user = holders[0] if random.random() < 0.8 else USERS[int(random.integers(len(USERS)))]
        mine = [w for w, holder in zip(windows, holders, strict=True) if holder == user]
        others = [w for w, holder in zip(windows, holders, strict=True) if holder != user] or [
            Window(base=0, limit=0x1000)
        ]
        setup: list[Command] = []
        for index, window in enumerate(windows):
            setup += self.writes(index, window)
        setup.append(
            RegisterWrite(
                address=offset_of("XIF_CONTEXT"), data=user.context if user.port is Port.XIF else 1
            )
        )
        await env.play(setup, check=False)
        env.oracle.ask({user}, known(env.dut.cycle))
        await env.play(self.job(user, mine, others, windows, random), check=False)
        if random.random() < 0.1:
            await env.reset()
            await env.play(
                [RegisterWrite(address=offset_of("WATCHDOG"), data=WATCHDOG)], check=False
            )
        # Idle, whatever became of the job, and errors read for each owner.
        tail: list[Command] = [
            RegisterPoll(address=offset_of("STATUS"), mask=BUSY | PENDING, value=0),
            RegisterWrite(address=offset_of("ERR_OWNER"), data=user.id),
            RegisterRead(address=offset_of("ERR_CAUSE")),
            RegisterWrite(address=offset_of("ERR_CAUSE"), data=1 << 31),
            Offload(instruction=isa.fence(), mode=MACHINE),
        ]
        await env.play(tail, check=False)
        env.oracle.ask((), known(env.dut.cycle))
        self.look(random)

    def window(self, user: Owner, random: np.random.Generator) -> Window:
        """Return a window of a user, inside what is his."""
        size = int(random.choice([1, 2, 5, 40, HOME // GRANULE])) * GRANULE
        base = self.home[user] + int(random.integers(0, HOME - size + 1)) // GRANULE * GRANULE
        rights = int(random.choice([1, 2, 3, 3, 3]))
        return Window(
            base=base, limit=base + size - GRANULE, valid=True, read=bool(rights & 1),
            write=bool(rights & 2), owners=1 << user.context - 1 + 3 * user.port,
        )  # fmt: skip

    def writes(self, index: int, window: Window) -> list[RegisterWrite]:
        """Return the writes that set a window; it is closed while they change it."""
        ctrl = window.owners << 8 | window.valid << 2 | window.write << 1 | int(window.read)
        values = (("WINDOW_CTRL", 0), ("WINDOW_BASE", window.base),
                  ("WINDOW_LIMIT", window.limit), ("WINDOW_CTRL", ctrl))  # fmt: skip
        return [
            RegisterWrite(address=offset_of(name) + 4 * index, data=value) for name, value in values
        ]

    def job(
        self,
        user: Owner,
        mine: list[Window],
        others: list[Window],
        windows: list[Window],
        random: np.random.Generator,
    ) -> list[Command]:
        """Return attempts, with windows that close and open, aborts and floods in between."""
        escapes = Escapes(self.configuration.core, random, mine, others)
        commands: list[Command] = []
        page = PAGE * user.context
        for _ in range(int(random.integers(6, 16))):
            attempt = escapes.attempt()
            self.attempts[f"{attempt.kind}{' (legal)' if attempt.legal else ''}"] += 1
            for instruction in attempt.program:
                gap = int(random.choice([0, 0, 0, 40]))
                if user.port is Port.XIF:
                    commands.append(Offload(instruction=instruction, mode=USER, gap=gap))
                    continue
                for name, value in (("DB_RS1", instruction.rs1), ("DB_RS2", instruction.rs2),
                                    ("DB_INSTR", instruction.word)):  # fmt: skip
                    commands.append(RegisterWrite(address=page + offset_of(name), data=value))
            happening = random.random()
            if happening < 0.12:
                index = int(random.integers(len(windows)))
                commands += self.writes(index, self.window(USERS[index], random))
                commands += self.writes(index, windows[index])
            elif happening < 0.2:
                commands.append(
                    RegisterWrite(
                        address=offset_of("CTRL"), data=ABORT, gap=int(random.integers(200))
                    )
                )
                commands.append(RegisterPoll(address=offset_of("STATUS"), mask=PENDING, value=0))
            elif happening < 0.24:
                commands.append(
                    RegisterWrite(
                        address=offset_of("CTRL"), data=SOFT_RESET, gap=int(random.integers(200))
                    )
                )
                commands.append(RegisterPoll(address=offset_of("STATUS"), mask=PENDING, value=0))
                # The register is set back; until it is written, programs are user 1's.
                if user.port is Port.XIF:
                    commands.append(
                        RegisterWrite(address=offset_of("XIF_CONTEXT"), data=user.context)
                    )
            elif happening < 0.28:  # a user who writes the supervisor's registers on his own page
                name = str(random.choice(["CTRL", "WINDOW_CTRL", "LOCK", "XIF_CONTEXT"]))
                commands.append(RegisterWrite(address=page + offset_of(name), data=0xFFFF_FFFF))
        return commands

    def look(self, random: np.random.Generator) -> None:
        """Each user's memory holds nothing but his own bytes and zeros; it is made his again."""
        env = self.env
        for index, (user, base) in enumerate(self.home.items()):
            found = env.store.memory[base : base + HOME].copy()
            first = 10 + SIGNS * index
            wrong = np.flatnonzero((found != 0) & ((found < first) | (found >= first + SIGNS)))
            env.oracle.comparisons += found.size
            if wrong.size:
                at = int(wrong[0])
                env.failures.add(
                    f"LEAK: {user} has {wrong.size} bytes that are not his, first {found[at]} at "
                    f"{base + at:#x}"
                )
                env.store.memory[base : base + HOME] = self.signs(index, random)
