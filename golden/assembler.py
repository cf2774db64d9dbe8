"""Text to instructions and back.

One instruction a line, its fields by name, ``#`` starts a comment:

    cfg.kernel kw=3, kh=3, sx=1, sy=1, dx=1, dy=1
    conv       in_base=0, out_base=0x80, wbase=0, pbase=0, flags=perch+bias
    fence      clear=1, done=0, rd=x5

Register numbers (rd, rs1, rs2) may be given; otherwise they are a0 and a1 (and a0 for a result).
``.word WORD, RS1, RS2`` is any word with any operands, which is how the disassembler writes what no
field can say: illegal words and reserved bits that are set.
"""

from __future__ import annotations

import re

from golden.isa import BY_NAME, Instruction, build, decode, encode
from golden.isa_format import InstructionFormat
from golden.isa_table import MacFlag

_REGISTERS = ("rd", "rs1", "rs2")
_ASSIGNMENT = re.compile(r"(\w+)\s*=\s*(\S+)$")


class AssemblyError(ValueError):
    """A line can't be assembled; the message names the line and the reason."""


def assemble(text: str) -> list[Instruction]:
    """Instructions of a program text. Raises AssemblyError for the first line that is wrong."""
    program = []
    for number, line in enumerate(text.splitlines(), start=1):
        code = line.partition("#")[0].strip()
        if not code:
            continue
        try:
            program.append(_assemble_line(code))
        except ValueError as error:
            raise AssemblyError(f"line {number}: {error}") from error
    return program


def disassemble(program: list[Instruction]) -> str:
    """Program text, one line an instruction, which ``assemble`` turns into the same words."""
    return "".join(f"{disassemble_instruction(instruction)}\n" for instruction in program)


def disassemble_instruction(instruction: Instruction) -> str:
    """One line of program text, without the line end."""
    item = decode(instruction.word)
    if item is None or instruction.rs1 & item.reserved_rs1 or instruction.rs2 & item.reserved_rs2:
        return f".word {instruction.word:#010x}, {instruction.rs1:#010x}, {instruction.rs2:#010x}"
    values = item.unpack(instruction.rs1, instruction.rs2)
    parts = [f"{name}={_value_text(name, value)}" for name, value in values.items()]
    defaults = _registers(encode(item))
    for name, register in _registers(instruction.word).items():
        if register != defaults[name]:
            parts.append(f"{name}=x{register}")
    return f"{item.name} {', '.join(parts)}".rstrip()


def disassemble_word(word: int) -> str:
    """Mnemonic and registers of a word alone, for waveforms and logs: ``ld.t x10, x11``."""
    item = decode(word)
    if item is None:
        return f"illegal {word:#010x}"
    registers = _registers(word)
    names = (["rd"] if item.result else []) + ["rs1"] + ([] if item.rs2_is_x0 else ["rs2"])
    return f"{item.name} " + ", ".join(f"x{registers[name]}" for name in names)


def _registers(word: int) -> dict[str, int]:
    return {"rd": word >> 7 & 31, "rs1": word >> 15 & 31, "rs2": word >> 20 & 31}


def _assemble_line(code: str) -> Instruction:
    mnemonic, _, rest = code.partition(" ")
    parts = [part.strip() for part in rest.split(",")] if rest.strip() else []
    if mnemonic == ".word":
        if len(parts) != 3:
            raise ValueError(".word needs a word and two operands")
        return Instruction(*(_number(part) for part in parts))
    item = BY_NAME.get(mnemonic)
    if item is None:
        raise ValueError(f"there is no instruction {mnemonic}")
    values: dict[str, int] = {}
    registers: dict[str, int] = {}
    for part in parts:
        match = _ASSIGNMENT.match(part)
        if match is None:
            raise ValueError(f"{mnemonic}: expected field=value, not {part!r}")
        name, text = match.groups()
        if name in values or name in registers:
            raise ValueError(f"{mnemonic}: {name} is given twice")
        if name in _REGISTERS:
            registers[name] = _register_number(text)
        else:
            values[name] = _flags(text) if name == "flags" else _number(text)
    instruction = build(mnemonic, **values)
    return Instruction(_word(item, registers), instruction.rs1, instruction.rs2)


def _word(item: InstructionFormat, registers: dict[str, int]) -> int:
    word = encode(item, **registers)
    if decode(word) is None:
        raise ValueError(f"{item.name} does not allow these registers: it would be illegal")
    return word


def _number(text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        raise ValueError(f"{text!r} is not a number") from None


def _register_number(text: str) -> int:
    match = re.fullmatch(r"x(\d+)", text)
    if match is None:
        raise ValueError(f"{text!r} is not a register x0..x31")
    return int(match.group(1))


def _flags(text: str) -> int:
    """Flags as a number or as names joined by +."""
    if text[0].isdigit():
        return _number(text)
    flags = 0
    for name in text.split("+"):
        try:
            flags |= MacFlag[name.upper()]
        except KeyError:
            raise ValueError(f"there is no flag {name}") from None
    return flags


def _value_text(name: str, value: int) -> str:
    known = sum(MacFlag)
    if name == "flags" and value and not value & ~known:
        return "+".join(flag.name.lower() for flag in MacFlag if flag & value and flag.name)
    if name == "addr":
        return f"{value:#010x}"
    return str(value)
