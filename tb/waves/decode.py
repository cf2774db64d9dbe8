"""Turns values into words for a wave viewer: hexadecimal digits in, text out.

    mnemonic      0000300b  ->  conv x10, x11
    operation     an execute descriptor  ->  conv 0>12 8x8 k3x3

The words are written beside the waves, since who opens them may have nothing of this project.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path

from golden.assembler import disassemble_word
from golden.isa_table import INSTRUCTIONS, InstructionClass

ROOT = Path(__file__).resolve().parents[2]
_COLOURS = {"ld": "?SteelBlue?", "st": "?SeaGreen?", "cfg": "", "fence": "?DarkOrchid?"}


def mnemonic(text: str) -> str:
    """An instruction word; words that are no instruction are red."""
    word = int(text, 16)
    said = disassemble_word(word)
    if said.startswith("illegal"):
        return f"?Red?{said}"
    name = said.split(" ")[0]
    return _COLOURS.get(name.split(".")[0], "?Goldenrod?") + said


def operation(text: str) -> str:
    """An execute descriptor: operation, lines of input and output, output size, kernel."""
    fields = execute_fields(int(text, 16))
    kind = InstructionClass.VEC if fields["vec"] else InstructionClass.MAC
    names = {i.funct7: i.name for i in INSTRUCTIONS if i.funct3 == kind}
    if fields["op"] not in names:
        return "-"  # a slot that holds no instruction
    name = names[fields["op"]]
    window = f" k{fields['kh']}x{fields['kw']}" if fields["kh"] * fields["kw"] > 1 else ""
    return (
        f"{name} {fields['in_base']}>{fields['out_base']} "
        f"{fields['out_h']}x{fields['out_w']}{window}"
    )


def execute_fields(packed: int) -> dict[str, int]:
    """Fields of a packed execute descriptor by name."""
    values = {}
    for name, width, _ in listed_fields():
        values[name] = packed & ((1 << width) - 1)
        packed >>= width
    return values


@cache
def listed_fields() -> list[tuple[str, int, str]]:
    """Name, width and meaning of the fields, from the lowest bit up."""
    text = (ROOT / "spec" / "descriptors.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text)["execute"]["fields"])


DECODERS: dict[str, Callable[[str], str]] = {"mnemonic": mnemonic, "operation": operation}
