"""Turns values into words for a wave viewer: hexadecimal lines in, text lines out.

    decode.py mnemonic      0x0000300b  ->  conv x10, x11
    decode.py operation     an execute descriptor  ->  conv 0>12 8x8 k3x3

GTKWave starts it as a process filter; both tables come from the specification.
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))

from golden.assembler import disassemble_word  # noqa: E402
from golden.isa_table import INSTRUCTIONS, InstructionClass  # noqa: E402

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
    listed = tomllib.loads((ROOT / "spec" / "descriptors.toml").read_text(encoding="utf-8"))
    values = {}
    for name, width, _ in listed["execute"]["fields"]:
        values[name] = packed & ((1 << width) - 1)
        packed >>= width
    return values


DECODERS: dict[str, Callable[[str], str]] = {"mnemonic": mnemonic, "operation": operation}


def decode_line(line: str, decoder: Callable[[str], str]) -> str:
    """One value; what is no number, an X, stays as it is."""
    text = line.strip()
    try:
        return decoder(text)
    except ValueError:
        return text


def main(argv: list[str]) -> int:
    """Decode standard input until its end."""
    if len(argv) != 1 or argv[0] not in DECODERS:
        print(f"decode.py {'|'.join(DECODERS)}", file=sys.stderr)
        return 2
    for line in sys.stdin:
        print(decode_line(line, DECODERS[argv[0]]), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
