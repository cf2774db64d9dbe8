"""Makes steps smaller as long as they fail in the same way: fewer, then simpler.

    around what fails --> plays --> instructions --> waits and delays --> operands
                            ^                                               |
                            +----- bytes of memory <-- zero points as data -+

Any program will do as a candidate, also one that the core refuses: golden says what is right. So
nothing here knows what an instruction means, but for the names of its fields; what guesses at
programs that may do is in aimed.py.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.isa import build, decode
from tb.env.steps import Step
from tb.shrink.aimed import around, place_of, without_loads

Fails = Callable[[Sequence[Step]], bool]
Over = Callable[[], bool]
Blamed = Callable[[], tuple[int | None, str]]  # number and mnemonic of what failed last
Words = list[Any]  # a command, see tb/env/steps.py
CALM = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0]
PAGE = 1 << 12
FEW = 256  # bytes of memory of which each is looked at


class Reducer:
    """Keeps the smallest steps that fail so far."""

    def __init__(
        self, steps: Sequence[Step], fails: Fails, over: Over,
        blamed: Blamed = lambda: (None, ""),
    ) -> None:  # fmt: skip
        self.steps = list(steps)
        self.fails = fails
        self.over = over
        self.blamed = blamed

    def keeps(self, steps: Sequence[Step]) -> bool:
        """Take steps if they still fail; memory is filled before anything is written to it."""
        steps = sorted(steps, key=lambda step: "fill" not in step)
        if self.over() or not self.fails(steps):
            return False
        self.steps = list(steps)
        return True

    def run(self) -> list[Step]:
        """Reduce as far as time allows; return the steps."""
        self.nothing_after()
        self.only_the_last_play()
        self.keeps([step for step in self.steps if "fill" not in step])
        self.only_around()
        while not self.over():
            before = size(self.steps)
            self.fewest_commands()
            self.no_loads()
            self.fewest_commands()
            self.calmer()
            self.smaller_operands()
            self.simpler_memory()
            if size(self.steps) == before:
                break
        return self.steps

    # ---- fewer

    def nothing_after(self) -> None:
        """Leave out all steps after the play of what is blamed: a test may notice it much later."""
        if self.keeps(self.steps):
            for number, _, _ in self.blamed_places():
                self.keeps(self.steps[: number + 1])

    def only_the_last_play(self) -> None:
        """Try the play that failed alone, in the memory that was there."""
        last = max((n for n, step in enumerate(self.steps) if "play" in step), default=0)
        steps = self.steps[: last + 1]
        stalls = [step for step in steps if "stalls" in step][-1:]
        alone = [*merged(steps), *stalls, steps[last]]
        fills = [step for step in steps if "fill" in step]
        if not self.keeps(alone) and not self.keeps([*fills, *alone]):
            self.keeps(steps)

    def only_around(self) -> None:
        """Try the instruction that is blamed with the configuration and the loads it may need."""
        for number, commands, place in self.blamed_places():
            if any(self.keeps(self.one_play(some, number)) for some in around(commands, place)):
                return

    def no_loads(self) -> None:
        """Try it without loads, if that makes fewer instructions."""
        for number, commands, place in self.blamed_places():
            for some in without_loads(commands, place):
                if len(some) < len(commands) and self.keeps(self.one_play(some, number)):
                    return

    def blamed_places(self) -> Iterator[tuple[int, list[Words], int]]:
        """The step in which the command is that is blamed, if it has one; all commands up to its
        end in one list; its place there.
        """
        commands: list[Words] = []
        played = [
            (number, step["play"]) for number, step in enumerate(self.steps) if "play" in step
        ]
        place = place_of([words for _, play in played for words in play], *self.blamed())
        for number, play in played:
            commands += play
            if place is not None and place < len(commands):
                yield number, commands, place
                return

    def one_play(self, commands: Sequence[Words], number: int) -> list[Step]:
        """What was done before step `number`, but for the plays, and one play of these commands."""
        others = [step for step in self.steps[:number] if not {"play", "reset"} & step.keys()]
        return [*others, {"play": list(commands), "check": True}]

    def fewer_plays(self) -> None:
        """Leave out whole steps."""
        for number in reversed(range(len(self.steps) - 1)):
            self.keeps(self.steps[:number] + self.steps[number + 1 :])

    def fewest_commands(self) -> None:
        """Leave out plays and commands until each that is left is needed."""
        before = (0, 0, 0)
        while not self.over() and size(self.steps) != before:
            before = size(self.steps)
            self.fewer_plays()
            self.fewer_commands()

    def fewer_commands(self) -> None:
        """Leave out commands, large parts first; the last of a play, a fence mostly, stays."""
        for number in [n for n, step in enumerate(self.steps) if "play" in step]:
            part = max(len(self.steps[number]["play"]) // 2, 1)
            while part >= 1 and not self.over():
                at = 0
                while at < len(self.steps[number]["play"]) - 1:
                    commands = self.steps[number]["play"]
                    end = min(at + part, len(commands) - 1)
                    if not self.keeps(self.with_commands(number, commands[:at] + commands[end:])):
                        at += part
                part //= 2

    def with_commands(self, number: int, commands: Sequence[Words]) -> list[Step]:
        """The steps with other commands in one of them."""
        steps = list(self.steps)
        steps[number] = {**steps[number], "play": list(commands)}
        return steps

    # ---- simpler

    def calmer(self) -> None:
        """No waits of memory, no gaps, commits in the next cycle, operands at once."""
        for number, step in enumerate(self.steps):
            if "stalls" in step and step["stalls"] != CALM:
                steps = list(self.steps)
                steps[number] = {"stalls": list(CALM)}
                self.keeps(steps)
        for number in [n for n, step in enumerate(self.steps) if "play" in step]:
            commands = self.steps[number]["play"]
            self.keeps(self.with_commands(number, [plainly(words) for words in commands]))

    def smaller_operands(self) -> None:
        """Make each operand field 0, 1, half, or one less."""
        for number in [n for n, step in enumerate(self.steps) if "play" in step]:
            for place in range(len(self.steps[number]["play"])):
                for words in smaller(self.steps[number]["play"], place):
                    if self.over():
                        return
                    commands = list(self.steps[number]["play"])
                    if words(commands):
                        self.keeps(self.with_commands(number, commands))

    def simpler_memory(self) -> None:
        """Zeros instead of data, in ever smaller parts."""
        others = [step for step in self.steps if "write" not in step]
        writes = merged(self.steps)
        if not writes:
            return
        if self.keeps(others):
            return
        part = sum(len(step["write"][1]) // 2 for step in writes)
        finest = 1 if part <= FEW else 16
        while part > finest and not self.over():
            part //= 2
            for address, data in [step["write"] for step in merged(self.steps)]:
                raw = np.frombuffer(bytes.fromhex(data), dtype=np.uint8)
                for first in range(0, len(raw), part):
                    if self.over():
                        return
                    if raw[first : first + part].any():
                        self.keeps([*self.blanked(address + first, part), *others])
        self.keeps([*merged(self.steps), *others])

    def blanked(self, address: int, count: int) -> list[Step]:
        """The writes with zeros in a part."""
        found = []
        for start, data in [step["write"] for step in merged(self.steps)]:
            raw = np.frombuffer(bytes.fromhex(data), dtype=np.uint8).copy()
            raw[max(address - start, 0) : max(address + count - start, 0)] = 0
            if raw.any():
                found.append({"write": [start, raw.tobytes().hex()]})
        return found


def plainly(words: Words) -> Words:
    """A command without delays."""
    kind, *rest = words
    if kind == "offload":
        return [kind, *rest[:5], 0, 1, 3, rest[8]]
    return [kind, *rest[:-1], 0]


def smaller(commands: Sequence[Words], place: int) -> Iterator[Callable[[list[Words]], bool]]:
    """What can be tried to make the operands of a command smaller: changes of the list."""
    words = commands[place]
    item = decode(words[1]) if words[0] == "offload" else None
    if item is None:
        return
    names = list(item.unpack(words[2], words[3]))
    for some in (names, *([name] for name in names)):  # all fields at once, then each
        for how in (lambda v: 0, lambda v: min(v, 1), lambda v: v // 2, lambda v: v - 1):

            def change(
                there: list[Words], some: Sequence[str] = some, how: Callable[[int], int] = how
            ) -> bool:
                now = there[place]
                shape = decode(now[1])
                if shape is None:
                    return False
                values = {key: int(v) for key, v in shape.unpack(now[2], now[3]).items()}
                less = {name: how(values[name]) for name in some}
                if all(abs(less[name]) >= abs(values[name]) for name in some):
                    return False
                less = {name: v for name, v in less.items() if abs(v) < abs(values[name])}
                try:
                    made = build(shape.name, **{**values, **less})
                except ValueError:
                    return False
                there[place] = [now[0], now[1], made.rs1, made.rs2, *now[4:]]
                return True

            yield change


def merged(steps: Sequence[Step]) -> list[Step]:
    """One write for each stretch of memory that the writes of the steps leave other than 0."""
    pages: dict[int, NDArray[np.uint8]] = {}
    for step in steps:
        if "write" not in step:
            continue
        address, data = step["write"]
        raw = np.frombuffer(bytes.fromhex(data), dtype=np.uint8)
        while len(raw):
            page, at = divmod(address, PAGE)
            room = pages.setdefault(page, np.zeros(PAGE, dtype=np.uint8))
            count = min(len(raw), PAGE - at)
            room[at : at + count] = raw[:count]
            address, raw = address + count, raw[count:]
    found = []
    for page, content in sorted(pages.items()):
        used = np.flatnonzero(content)
        if len(used):
            first, last = int(used[0]), int(used[-1])
            data = content[first : last + 1].tobytes().hex()
            found.append({"write": [page * PAGE + first, data]})
    return found


def size(steps: Sequence[Step]) -> tuple[int, int, int]:
    """Commands, sum of operands, bytes of memory that are not 0."""
    commands = [words for step in steps for words in step.get("play", ())]
    operands = sum(w[2].bit_count() + w[3].bit_count() for w in commands if w[0] == "offload")
    data = "".join(step["write"][1] for step in steps if "write" in step)
    return len(commands), operands, sum(byte != 0 for byte in bytes.fromhex(data))
