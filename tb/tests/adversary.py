"""An adversary: programs of users that try to escape, judged by windows and owners alone."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace

import cocotb
import numpy as np
import pyuvm
from cocotb.triggers import Timer

from golden import isa_builders as isa
from golden.isa import Instruction
from golden.machine.windows import GRANULE, Owner, Port, Window
from golden.register_map import PAGE, offset_of
from honeyguide.agents.axi import Stalls
from honeyguide.agents.axil import RegisterPoll, RegisterRead, RegisterWrite
from honeyguide.agents.bus import known
from honeyguide.agents.xif import MACHINE, USER, Offload
from honeyguide.env.base_test import BaseTest
from honeyguide.env.host import Command
from honeyguide.env.tally import leave_tally
from honeyguide.project import count
from tb.env.adversary import AdversaryEnvironment
from tb.env.environment import first_difference_wanted
from tb.env.ports import RatelConfiguration
from tb.env.trace_records import save_live
from tb.sequences.escapes import TOP, Attempt, Escapes

log = logging.getLogger("ratel.adversary")
USERS = [Owner(port=port, context=context) for port in Port for context in (1, 2, 3)]
HOME = 0x2000  # bytes of memory that each user calls his own
FIRST = 0x4000  # address of the first user's
SIGNS = 40  # values that only one user's bytes have
SOFT_RESET, ABORT = 1, 4  # of CTRL
BUSY, DOORBELL, PENDING = 1, 1 << 4, 1 << 5  # of STATUS
WATCHDOG = 4_000
PERIOD_NS = 10  # of the bench's clock
ENOUGH = 8  # rounds of which one asks for something that is refused
CHANNELS = ("ar", "r", "aw", "w", "b")
# What may happen to a job from outside, and how often.
FATES = {"none": 0.6, "memory dies": 0.16, "pin reset": 0.12, "memory is lawless": 0.12}


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
        self.happened: Counter[str] = Counter()
        self.home = {user: FIRST + HOME * index for index, user in enumerate(USERS)}
        for index, base in enumerate(self.home.values()):
            env.store.memory[base : base + HOME] = self.signs(index, random)
        await env.play(self.start(), check=False)
        rounds = count("RATEL_PROGRAMS", 24)
        for _ in range(rounds):
            await self.round(random)
        attempts = env.attempts
        # Of a few rounds each may be one that is reset, or whose memory dies, before it asks.
        assert attempts.refused.total() > 0 or rounds < ENOUGH, "nothing was refused"
        leave_tally(
            {
                "refused attempts": {" ".join(key): n for key, n in attempts.refused.items()},
                "attempts not refused": {" ".join(key): n for key, n in attempts.other.items()},
                "happened to jobs": self.happened,
                "bursts judged": {"all": env.oracle.bursts},
            }
        )
        log.info(
            "ADVERSARY: %d bursts, %d refusals: %s", env.oracle.bursts,
            attempts.refused.total(), dict(attempts.refused),
        )  # fmt: skip

    def report_phase(self) -> None:
        """Leave the core's records for who repeats this: nobody follows a golden machine here."""
        super().report_phase()
        if first_difference_wanted():
            save_live()

    def start(self) -> list[Command]:
        """Return what the supervisor sets after the reset pin."""
        return [
            RegisterWrite(address=offset_of("WATCHDOG"), data=WATCHDOG),
            RegisterWrite(address=offset_of("USER_RIGHTS"), data=1),
        ]

    def signs(self, index: int, random: np.random.Generator) -> np.ndarray:
        """Return bytes that only this user's memory has."""
        first = 10 + SIGNS * index
        return random.integers(first, first + SIGNS, HOME, dtype=np.uint8)

    async def round(self, random: np.random.Generator) -> None:
        """One job of one user, and perhaps of a second one who floods his doorbell."""
        env = self.env
        core = self.configuration.core
        fate = str(random.choice(list(FATES), p=list(FATES.values())))
        self.happened[fate] += 1
        stall = float(random.choice([0.0, 0.0, 0.3, 0.8]))
        calm = Stalls(ar=stall, r=stall, aw=stall, w=stall, b=stall)
        latency = int(random.choice([0, 10, 60, 1500, 3000], p=[0.4, 0.3, 0.24, 0.03, 0.03]))
        env.host.set_stalls(calm, latency=latency)
        holders = [USERS[int(random.integers(len(USERS)))] for _ in range(core.windows)]
        windows = [self.window(user, random) for user in holders]
        user = holders[0] if random.random() < 0.8 else USERS[int(random.integers(len(USERS)))]
        flooder = self.flooder(user, random)
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
        env.oracle.ask({user} | ({flooder} if flooder else set()), known(env.dut.cycle))
        if fate == "memory is lawless":
            env.host.set_lawless(
                twice=float(random.choice([0.0, 0.2])), other_id=float(random.choice([0.05, 0.3]))
            )
        job = self.job(
            Escapes(core, random, mine, others), user, flooder, windows, random,
            cut=fate != "memory is lawless",
        )  # fmt: skip
        playing = cocotb.start_soon(env.play(job, check=False))
        cut = False
        if fate == "memory dies":
            await self.cycles(int(random.integers(20, 1500)))
            dead = random.choice(CHANNELS, int(random.integers(1, 6)), replace=False)
            env.host.set_stalls(replace(calm, **{str(name): 1.0 for name in dead}), latency=latency)
            await self.cycles(int(random.choice([300, 1200, 2500, 6000])))
            env.host.set_stalls(calm, latency=latency)
        elif fate == "pin reset":
            await self.cycles(int(random.integers(20, 4000)))
            await env.reset()
            cut = True
        await playing
        env.host.set_lawless()
        env.host.set_stalls(calm, latency=min(latency, 60))
        if fate == "memory is lawless" and random.random() < 0.5:
            await env.reset()  # so that the rules about memory are looked at again
            cut = True
        if cut:
            await env.play(self.start(), check=False)
        # Idle, whatever became of the job, and errors read for each owner.
        env.attempts.ask(Port.XIF, 0, ())
        tail: list[Command] = [
            RegisterPoll(address=offset_of("STATUS"), mask=BUSY | PENDING, value=0),
            RegisterWrite(address=offset_of("ERR_OWNER"), data=user.id),
            RegisterRead(address=offset_of("ERR_CAUSE")),
            RegisterWrite(address=offset_of("ERR_CAUSE"), data=1 << 31),
            Offload(instruction=isa.fence(), mode=MACHINE),
        ]
        await env.play(tail, check=False)
        env.oracle.ask((), known(env.dut.cycle))
        if owed := env.attempts.owed():
            self.failures.add(f"{owed} fences of a job were never answered")
            env.attempts.forget()
        self.look(random)

    async def cycles(self, number: int) -> None:
        """Wait, without being woken at every edge of the clock."""
        await Timer(number * PERIOD_NS, "ns")

    def flooder(self, user: Owner, random: np.random.Generator) -> Owner | None:
        """Return a user of another doorbell page, who is there in some rounds."""
        if random.random() < 0.75:
            return None
        pages = [x for x in USERS if x.port is Port.AXIL and x != user]
        return pages[int(random.integers(len(pages)))]

    def window(self, user: Owner, random: np.random.Generator) -> Window:
        """Return a window of a user, inside what is his, or where memory ends."""
        size = int(random.choice([1, 2, 5, 40, HOME // GRANULE])) * GRANULE
        base = self.home[user] + int(random.integers(0, HOME - size + 1)) // GRANULE * GRANULE
        if random.random() < 0.04:
            base = TOP - size
        rights = int(random.choice([1, 2, 3, 3, 3]))
        limit = base + size - GRANULE
        if random.random() < 0.03:  # nothing lies in it
            base, limit = limit + GRANULE & TOP - 1, base
        return Window(
            base=base, limit=limit, valid=bool(random.random() < 0.97), read=bool(rights & 1),
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
        escapes: Escapes,
        user: Owner,
        flooder: Owner | None,
        windows: list[Window],
        random: np.random.Generator,
        *,
        cut: bool,
    ) -> list[Command]:
        """Return attempts, with windows that close and open, floods, aborts (`cut`) in between."""
        commands: list[Command] = []
        kinds: tuple[str, ...] = ()
        page = PAGE * user.context
        for _ in range(int(random.integers(12, 32))):
            attempt = escapes.attempt()
            kinds += (attempt.kind + " (legal)" * attempt.legal,)
            commands += self.attempt(attempt, user, random)
            if random.random() < 0.85:
                commands += self.fence(user, kinds)
                kinds = ()
            happening = random.random()
            if happening < 0.12:
                index = int(random.integers(len(windows)))
                commands += self.writes(index, self.window(USERS[index], random))
                commands += self.writes(index, windows[index])
            elif happening < 0.2 and cut:
                commands += self.control(ABORT, random)
            elif happening < 0.24 and cut:
                commands += self.control(SOFT_RESET, random)
            elif happening < 0.28:  # a user who writes the supervisor's registers on his own page
                name = str(random.choice(["CTRL", "WINDOW_CTRL", "LOCK", "XIF_CONTEXT"]))
                commands.append(RegisterWrite(address=page + offset_of(name), data=0xFFFF_FFFF))
            elif happening < 0.34 and flooder is not None:
                commands += self.flood(escapes, flooder, random)
        return commands

    def attempt(self, attempt: Attempt, user: Owner, random: np.random.Generator) -> list[Command]:
        """Return an attempt on the user's port; over CV-X-IF with a few that are killed."""
        commands: list[Command] = []
        for instruction in attempt.program:
            gap = int(random.choice([0, 0, 0, 40]))
            if user.port is Port.AXIL:
                commands += self.ring(user, instruction)
                continue
            fails = random.random()
            if fails < 0.06:  # the same again, of which nothing may be seen
                commands.append(
                    Offload(
                        instruction=instruction, mode=USER, kill=fails < 0.04, dropped=fails >= 0.04
                    )
                )
            commands.append(Offload(instruction=instruction, mode=USER, gap=gap))
        if user.port is Port.AXIL and random.random() < 0.2:  # other operands while the word waits
            at = PAGE * user.context + offset_of("DB_RS1")
            commands.append(RegisterWrite(address=at, data=int(random.integers(1 << 16))))
        return commands

    def ring(self, user: Owner, instruction: Instruction) -> list[Command]:
        """Return the writes that ring a doorbell."""
        return [
            RegisterWrite(address=PAGE * user.context + offset_of(name), data=value)
            for name, value in (
                ("DB_RS1", instruction.rs1), ("DB_RS2", instruction.rs2),
                ("DB_INSTR", instruction.word),
            )
        ]  # fmt: skip

    def fence(self, user: Owner, kinds: tuple[str, ...]) -> list[Command]:
        """Return a fence of the user, whose answer tells what became of the attempts before it."""
        self.env.attempts.ask(user.port, user.context, kinds)
        if user.port is Port.XIF:
            return [Offload(instruction=isa.fence(clear=1), mode=USER)]
        page = PAGE * user.context
        return [
            *self.ring(user, isa.fence(clear=1)),
            RegisterPoll(address=page + offset_of("STATUS"), mask=DOORBELL | PENDING, value=0),
            RegisterRead(address=page + offset_of("DB_RESULT")),
        ]

    def control(self, bit: int, random: np.random.Generator) -> list[Command]:
        """Return an abort or a soft reset at some time, and the wait for its end."""
        return [
            RegisterWrite(address=offset_of("CTRL"), data=bit, gap=int(random.integers(200))),
            RegisterPoll(address=offset_of("STATUS"), mask=PENDING, value=0),
        ]

    def flood(self, escapes: Escapes, flooder: Owner, random: np.random.Generator) -> list[Command]:
        """Return as many words as fit on another user's page, some of them no instructions."""
        commands: list[Command] = []
        for _ in range(int(random.integers(3, 10))):
            for instruction in escapes.attempt().program:
                commands += self.ring(flooder, instruction)
            word = int(random.integers(1 << 32))
            at = PAGE * flooder.context + offset_of("DB_INSTR")
            commands.append(RegisterWrite(address=at, data=word & ~0x7F | 0x2B))
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
