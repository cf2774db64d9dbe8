"""Programs for the doorbell, and for both ports at once."""

from __future__ import annotations

from collections.abc import Sequence

from golden.isa import Instruction
from golden.register_map import PAGE, offset_of
from honeyguide.agents.axil import RegisterPoll, RegisterRead, RegisterWrite
from honeyguide.agents.bus import Barrier
from honeyguide.agents.xif import Offload
from honeyguide.env.host import Command
from tb.sequences.values import Random, chance

DOORBELL_PENDING = 1 << 4
BUSY = 1
LATEST_COMMIT = 24  # cycles; a doorbell word arrives some twelve after its first write began


def ring(*program: Instruction, wait: bool = True, page: int = 0) -> list[Command]:
    """Return register accesses that issue a program through the doorbell of a page.

    A word is only rung when the one before was taken: a write does not wait for long.

    With `wait`, they end by waiting until the core is idle and reading the last result.
    """
    commands: list[Command] = []
    for item in program:
        commands += [
            RegisterPoll(address=PAGE * page + offset_of("STATUS"), mask=DOORBELL_PENDING, value=0),
            RegisterWrite(address=PAGE * page + offset_of("DB_RS1"), data=item.rs1),
            RegisterWrite(address=PAGE * page + offset_of("DB_RS2"), data=item.rs2),
            RegisterWrite(address=PAGE * page + offset_of("DB_INSTR"), data=item.word),
        ]
    if wait:
        commands += [
            RegisterPoll(
                address=PAGE * page + offset_of("STATUS"), mask=DOORBELL_PENDING | BUSY, value=0
            ),
            RegisterRead(address=PAGE * page + offset_of("DB_RESULT")),
        ]
    return commands


def both_ports(program: Sequence[Instruction], random: Random) -> list[Command]:
    """Return commands that issue each instruction through either port and wait for all of them.

    Commits come before, with and after the words that follow on the other port, so which
    instruction is first depends on the core's answers.
    """
    commands: list[Command] = []
    for item in program:
        if chance(random, 0.3):
            commands += ring(item, wait=False)
        else:
            delay = int(random.integers(LATEST_COMMIT))
            commands.append(Offload(instruction=item, commit_delay=delay, kill=chance(random, 0.1)))
    return [
        *commands,
        Barrier(),
        RegisterPoll(address=offset_of("STATUS"), mask=DOORBELL_PENDING | BUSY, value=0),
    ]
