"""Writes steps as a test of the bench that can be committed."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence

from golden.assembler import disassemble_instruction
from golden.isa import Instruction
from tb.env.steps import Step, command_of
from tb.shrink.reduce import CALM

HEAD = '''"""{about}"""

from __future__ import annotations

import pyuvm

{imports}


@pyuvm.test()
class {name}(RatelTest):
    """{title}"""

    async def body(self) -> None:
        """Play it on a core whose memories are 0."""
        await fresh(self.env)
'''
WIDTH = 64  # hexadecimal digits a line
SHORT = 36  # digits that have room beside the call


def directed_test(name: str, steps: Sequence[Step], *, about: str) -> str:
    """Return the text of a file with one test, the class `name`.

    Args:
        name: of the class.
        steps: what it does.
        about: how they fail, and where they come from.
    """
    body: list[str] = []
    used = {"tb.sequences.fresh": {"fresh"}, "tb.tests.base": {"RatelTest"}}

    def uses(module: str, *names: str) -> None:
        used.setdefault(module, set()).update(names)

    for step in steps:
        if "fill" in step:
            uses("honeyguide.env.configuration", "Seeds")
            body.append(f"self.env.memory.fill(Seeds({step['fill']}))")
        elif "write" in step:
            body += written(*step["write"])
        elif "stalls" in step and step["stalls"] != CALM:
            uses("honeyguide.agents.axi", "Stalls")
            ar, r, aw, w, b, result, latency = step["stalls"]
            body.append(
                f"self.env.host.set_stalls(Stalls(ar={ar}, r={r}, aw={aw}, w={w}, b={b}), "
                f"result={result}, latency={latency})"
            )
        elif "reset" in step:
            body.append(f"await self.env.reset({step['reset']})")
        elif "play" in step:
            uses("golden.isa", "Instruction")
            commands = [command_of(words) for words in step["play"]]
            plain = [command_of(["offload", *w[1:4], False, False, 0, 1, 3, w[9]])
                     if w[0] == "offload" else None for w in step["play"]]  # fmt: skip
            if step["check"] and plain == commands:
                lines = [indented(listed(words)) for words in step["play"]]
                body += ["await self.env.run(", "    [", *lines, "    ]", ")"]
                continue
            for command in commands:
                kind = type(command)
                uses(kind.__module__, kind.__name__)
            lines = [f"        {command!r}," for command in commands]
            more = f"    check={step['check']},"
            body += ["await self.env.play(", "    [", *lines, "    ],", more, ")"]
    imports = "\n".join(
        f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(used.items())
    )
    head = HEAD.format(
        about=paragraph(about), imports=imports, name=name, title=title(about),
    )  # fmt: skip
    return head + textwrap.indent("\n".join(body), " " * 8) + "\n"


def title(about: str) -> str:
    """The first sentence, short enough for one line."""
    return paragraph(about).splitlines()[0][:80].rstrip().rstrip(".") + "."


def paragraph(text: str) -> str:
    """A text that may stand in a docstring."""
    plain = re.sub(r"[\\\\\"]", "'", " ".join(text.split()))
    return "\n".join(textwrap.wrap(plain, 96))


def written(address: int, data: str) -> list[str]:
    """A write to memory."""
    if len(data) <= SHORT:
        return [f'self.env.memory.write(0x{address:X}, bytes.fromhex("{data}"))']
    lines = [f'"{data[at : at + WIDTH]}"' for at in range(0, len(data), WIDTH)]
    if len(lines) == 1:
        value = [f"    bytes.fromhex({lines[0]}),"]
    else:
        value = ["    bytes.fromhex(", *(f"        {line}" for line in lines), "    ),"]
    return ["self.env.memory.write(", f"    0x{address:X},", *value, ")"]


def indented(text: str) -> str:
    """A text of one line or two, a step to the right."""
    return textwrap.indent(text, "    ")


def listed(words: Sequence[int]) -> str:
    """An instruction in a list, with its meaning."""
    item = Instruction(words[1], words[2], words[3])
    told = disassemble_instruction(item)
    made = f"    Instruction(0x{item.word:08X}, 0x{item.rs1:X}, 0x{item.rs2:X}),"
    return f"{made}  # {told}" if len(made) + len(told) < 86 else f"    # {told}\n{made}"
