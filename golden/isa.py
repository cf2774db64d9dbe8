"""Decode and encode instructions: a word, and the two operand values that come with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from golden.isa_format import InstructionFormat
from golden.isa_table import GROUPS, INSTRUCTIONS, OPCODE, InstructionClass, MacFlag

FORMATS = GROUPS + INSTRUCTIONS
BY_NAME = {item.name: item for item in FORMATS}
_BY_FUNCT = {(item.funct3, item.funct7): item for item in FORMATS}

# Names of the instructions that compute, by what the source says of them.
MAC = tuple(item.name for item in INSTRUCTIONS if item.funct3 == InstructionClass.MAC)
VECTOR = tuple(item.name for item in INSTRUCTIONS if item.funct3 == InstructionClass.VEC)
COMPUTE = MAC + VECTOR
_ENGINES: dict[int, str] = {
    InstructionClass.LD: "load", InstructionClass.ST: "store",
    InstructionClass.MAC: "execute", InstructionClass.VEC: "execute",
}  # fmt: skip
# As plain numbers: `&` of an IntFlag makes a flag, which takes ten times as long.
ACC, HOLD, BIAS, PERCH = map(int, (MacFlag.ACC, MacFlag.HOLD, MacFlag.BIAS, MacFlag.PERCH))
MAC_FLAGS = sum(MacFlag)
BINARY = tuple(name for name in COMPUTE if BY_NAME[name].binary)
WINDOWED = tuple(name for name in COMPUTE if BY_NAME[name].windowed)

# Registers of words that are built here: a0 and a1, as a C compiler would like them.
DEFAULT_RD, DEFAULT_RS1, DEFAULT_RS2 = 10, 10, 11


@dataclass(frozen=True)
class Instruction:
    """An instruction as it is issued: 32-bit word and the values of rs1 and rs2, all unsigned."""

    word: int
    rs1: int = 0
    rs2: int = 0

    def __post_init__(self) -> None:
        for name, value in (("word", self.word), ("rs1", self.rs1), ("rs2", self.rs2)):
            if not 0 <= value < 1 << 32:
                raise ValueError(f"{name} must be an unsigned 32-bit value")

    @property
    def format(self) -> InstructionFormat | None:
        """What the word is, None for an illegal one."""
        return decode(self.word)

    def with_rd(self, rd: int) -> Instruction:
        """The same instruction with another destination register."""
        return replace(self, word=(self.word & ~(31 << 7)) | rd << 7)


@lru_cache(maxsize=1 << 12)
def decode(word: int) -> InstructionFormat | None:
    """Format of an instruction word, None when it is illegal.

    Legal is a known opcode, funct3 and funct7, with rd = x0 unless a value is returned, and with
    rs2 = x0 where the instruction has no second operand.
    """
    if word & 0x7F != OPCODE:
        return None
    item = _BY_FUNCT.get((word >> 12 & 7, word >> 25 & 0x7F))
    if item is None:
        return None
    rd, rs2 = word >> 7 & 31, word >> 20 & 31
    if (rd and not item.result) or (rs2 and item.rs2_is_x0):
        return None
    return item


def engine_of(name: str) -> str:
    """Engine that runs an instruction: load, execute or store; empty for the front end's own."""
    return _ENGINES.get(BY_NAME[name].funct3, "")


def encode(
    item: InstructionFormat,
    *,
    rd: int | None = None,
    rs1: int = DEFAULT_RS1,
    rs2: int | None = None,
) -> int:
    """Instruction word with these register numbers; None takes the default the format allows."""
    if rd is None:
        rd = DEFAULT_RD if item.result else 0
    if rs2 is None:
        rs2 = 0 if item.rs2_is_x0 else DEFAULT_RS2
    for name, number in (("rd", rd), ("rs1", rs1), ("rs2", rs2)):
        if not 0 <= number < 32:
            raise ValueError(f"{name} must be x0..x31, not x{number}")
    return item.funct7 << 25 | rs2 << 20 | rs1 << 15 | item.funct3 << 12 | rd << 7 | OPCODE


def build(name: str, **values: int) -> Instruction:
    """Instruction ``name`` (as in docs/isa.md) with its operand fields given by name.

    Raises ValueError for an unknown instruction or field, a missing field, or a value that does not
    fit. The typed functions of ``isa_builders`` are the way to call this.
    """
    item = BY_NAME.get(name)
    if item is None:
        raise ValueError(f"there is no instruction {name}")
    known = {field.name for field in item.fields}
    for field_name in values:
        if field_name not in known:
            raise ValueError(f"{name} has no field {field_name}: it has {', '.join(sorted(known))}")
    values = {**item.defaults, **values}
    missing = sorted(known - set(values))
    if missing:
        raise ValueError(f"{name} needs {', '.join(missing)}")
    try:
        rs1 = sum(field.put(values[field.name]) for field in item.rs1)
        rs2 = sum(field.put(values[field.name]) for field in item.rs2)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    return Instruction(encode(item), rs1, rs2)
