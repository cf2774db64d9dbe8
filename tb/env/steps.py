"""What a test did to the core, step by step, as plain values: to be written down and done again.

{"fill": seed}                             memory as a run with that seed finds it; else it is 0
{"write": [address, "00ff..."]}            memory, behind the core's back
{"stalls": [ar, r, aw, w, b, result, latency]}
{"play": [command, ...], "check": true}    a command is [kind, value, ...]
{"reset": cycles}
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from golden.isa import Instruction
from honeyguide.agents.axi import Stalls
from honeyguide.agents.axil import RegisterPoll, RegisterRead, RegisterWrite
from honeyguide.agents.bus import Barrier
from honeyguide.agents.xif import Offload
from honeyguide.env.configuration import Seeds
from honeyguide.env.host import Command

if TYPE_CHECKING:
    from tb.env.environment import RatelEnvironment

VARIABLE = "RATEL_PLAYED"  # "1": write the steps down
FILE = "played.jsonl"
Step = dict[str, Any]


def plain(command: Command) -> list[Any]:
    """A command as a list."""
    match command:
        case Offload():
            item = command.instruction
            return ["offload", item.word, item.rs1, item.rs2, command.kill, command.dropped,
                    command.gap, command.commit_delay, command.rs_valid, command.mode]  # fmt: skip
        case RegisterWrite():
            return ["write", command.address, command.data, command.strobes, command.gap]
        case RegisterRead():
            return ["read", command.address, command.gap]
        case RegisterPoll():
            return ["poll", command.address, command.mask, command.value, command.gap]
        case Barrier():
            return ["barrier", command.gap]


def command_of(words: Sequence[Any]) -> Command:
    """The command again."""
    kind, *rest = words
    if kind == "offload":
        word, rs1, rs2, kill, dropped, gap, delay, valid, mode = rest
        return Offload(
            instruction=Instruction(word, rs1, rs2), kill=kill, dropped=dropped, gap=gap,
            commit_delay=delay, rs_valid=valid, mode=mode,
        )  # fmt: skip
    if kind == "write":
        return RegisterWrite(address=rest[0], data=rest[1], strobes=rest[2], gap=rest[3])
    if kind == "read":
        return RegisterRead(address=rest[0], gap=rest[1])
    if kind == "poll":
        return RegisterPoll(address=rest[0], mask=rest[1], value=rest[2], gap=rest[3])
    return Barrier(gap=rest[0])


async def do(env: RatelEnvironment, steps: Sequence[Step]) -> None:
    """Do the steps."""
    for step in steps:
        if "fill" in step:
            env.memory.fill(Seeds(step["fill"]))
        elif "write" in step:
            address, data = step["write"]
            env.memory.write(address, np.frombuffer(bytes.fromhex(data), dtype=np.uint8))
        elif "stalls" in step:
            ar, r, aw, w, b, result, latency = step["stalls"]
            stalls = Stalls(ar=ar, r=r, aw=aw, w=w, b=b)
            env.host.set_stalls(stalls, result=result, latency=latency)
        elif "reset" in step:
            await env.reset(step["reset"])
        else:
            await env.play([command_of(words) for words in step["play"]], check=step["check"])


def write_down(env: RatelEnvironment, folder: Path) -> None:
    """Let an environment write down what is done to it, each step before it is done."""
    stream = (folder / FILE).open("w", encoding="utf-8")

    def note(step: Step) -> None:
        stream.write(json.dumps(step) + "\n")
        stream.flush()

    play, write, stall, reset = env.play, env.memory.write, env.host.set_stalls, env.reset

    async def noted_play(commands: Sequence[Command], *, check: bool = True) -> None:
        note({"play": [plain(command) for command in commands], "check": check})
        await play(commands, check=check)

    def noted_write(address: int, data: NDArray[np.generic] | bytes) -> None:
        raw = data if isinstance(data, bytes) else np.ascontiguousarray(data).tobytes()
        note({"write": [int(address), raw.hex()]})
        write(address, data)

    def noted_stalls(stalls: Stalls, *, result: float = 0.0, latency: int = 0) -> None:
        values = [stalls.ar, stalls.r, stalls.aw, stalls.w, stalls.b]
        note({"stalls": [*values, result, latency]})
        stall(stalls, result=result, latency=latency)

    async def noted_reset(cycles: int = 4) -> None:
        note({"reset": cycles})
        await reset(cycles)

    for owner, name, method in (
        (env, "play", noted_play), (env.memory, "write", noted_write),
        (env.host, "set_stalls", noted_stalls), (env, "reset", noted_reset),
    ):  # fmt: skip
        setattr(owner, name, method)


def read_steps(folder: Path) -> list[Step]:
    """The steps that a run wrote down."""
    path = folder / FILE
    if not path.is_file():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def wanted() -> bool:
    """Whether this run is to write its steps down."""
    return os.environ.get(VARIABLE) == "1"
