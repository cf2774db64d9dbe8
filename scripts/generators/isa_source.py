"""The instruction set and the engine descriptors, read from spec/ and checked for consistency."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class SpecError(Exception):
    """A file in spec/ contradicts itself; the message says where."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """Bits ``lsb + bits - 1 .. lsb`` of an operand register."""

    name: str
    lsb: int
    bits: int
    signed: bool
    text: str

    @property
    def msb(self) -> int:
        """Highest bit of the field."""
        return self.lsb + self.bits - 1

    @property
    def mask(self) -> int:
        """The field's bits within the 32-bit operand."""
        return ((1 << self.bits) - 1) << self.lsb


@dataclass(frozen=True, kw_only=True)
class Instruction:
    """One instruction word: its place in the encoding and its operands."""

    name: str
    class_name: str
    funct3: int
    funct7: int
    rs1: tuple[Field, ...]
    rs2: tuple[Field, ...]
    result: bool
    rs2_is_x0: bool
    uses: tuple[str, ...]
    defaults: dict[str, int]
    text: str

    def operand(self, name: str) -> bool:
        """Whether it has an operand field of that name."""
        return any(field.name == name for field in (*self.rs1, *self.rs2))

    def reserved(self, operand: str) -> int:
        """Mask of the bits of operand rs1 or rs2 that must be 0."""
        fields: tuple[Field, ...] = getattr(self, operand)
        return 0xFFFFFFFF ^ sum(field.mask for field in fields)


@dataclass(frozen=True, kw_only=True)
class Code:
    """A named number with its meaning: an error, a field id, a counter, a flag, a class."""

    name: str
    value: int
    text: str


@dataclass(frozen=True, kw_only=True)
class Isa:
    """All of spec/isa.toml. ``groups`` are the instructions of class cfg."""

    opcode: int
    word: str
    classes: tuple[Code, ...]
    groups: tuple[Instruction, ...]
    instructions: tuple[Instruction, ...]
    flags: tuple[Code, ...]
    errors: tuple[Code, ...]
    fields: tuple[Code, ...]
    counters: tuple[Code, ...]

    @property
    def all_instructions(self) -> tuple[Instruction, ...]:
        """Configuration instructions first, then the others in the order of the source."""
        return self.groups + self.instructions


@dataclass(frozen=True, kw_only=True)
class DescriptorField:
    """Bits ``msb .. lsb`` of an engine's descriptor."""

    name: str
    lsb: int
    bits: int
    text: str

    @property
    def msb(self) -> int:
        """Highest bit of the field."""
        return self.lsb + self.bits - 1


def _fields(rows: list[list[Any]], where: str) -> tuple[Field, ...]:
    fields = []
    used = 0
    for name, lsb, bits, kind, text in rows:
        if kind not in ("u", "s"):
            raise SpecError(f"{where}: field {name} must be u or s, not {kind}")
        field = Field(name=name, lsb=lsb, bits=bits, signed=kind == "s", text=text)
        if field.msb > 31 or used & field.mask:
            raise SpecError(f"{where}: field {name} leaves the operand or overlaps another field")
        used |= field.mask
        fields.append(field)
    return tuple(fields)


def _codes(table: dict[str, Any], key: str, what: str) -> tuple[Code, ...]:
    codes = tuple(
        Code(name=name, value=entry[key], text=entry["text"]) for name, entry in table.items()
    )
    if len({code.value for code in codes}) != len(codes):
        raise SpecError(f"isa.toml: two {what} share a number")
    return codes


def load_isa(path: Path) -> Isa:
    """Read spec/isa.toml. Raises SpecError for overlapping fields or numbers used twice."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    classes = _codes(data["class"], "funct3", "classes")
    funct3 = {code.name: code.value for code in classes}
    groups = tuple(
        Instruction(
            name=f"cfg.{name}",
            class_name="cfg",
            funct3=funct3["cfg"],
            funct7=entry["code"],
            rs1=_fields(entry["rs1"], name),
            rs2=_fields(entry["rs2"], name),
            result=False,
            rs2_is_x0=False,
            uses=(),
            defaults=entry.get("defaults", {}),
            text=entry["text"],
        )
        for name, entry in data["group"].items()
    )
    known = {group.name.removeprefix("cfg.") for group in groups}
    instructions = []
    for name, entry in data["instruction"].items():
        if entry["class"] not in funct3 or not set(entry["uses"]) <= known:
            raise SpecError(f"isa.toml: {name} names a class or a group that does not exist")
        instructions.append(
            Instruction(
                name=name,
                class_name=entry["class"],
                funct3=funct3[entry["class"]],
                funct7=entry["op"],
                rs1=_fields(entry["rs1"], name),
                rs2=_fields(entry.get("rs2", []), name),
                result=entry.get("result", False),
                rs2_is_x0=entry.get("rs2_is_x0", False),
                uses=tuple(entry["uses"]),
                defaults=entry.get("defaults", {}),
                text=entry["text"],
            )
        )
    for item in (*groups, *instructions):
        names = [field.name for field in (*item.rs1, *item.rs2)]
        if len(set(names)) != len(names) or not set(item.defaults) <= set(names):
            raise SpecError(f"isa.toml: {item.name} repeats a field or has a default without one")
    places = [(item.funct3, item.funct7) for item in (*groups, *instructions)]
    if len(set(places)) != len(places):
        raise SpecError("isa.toml: two instructions share an encoding")
    return Isa(
        opcode=data["encoding"]["opcode"],
        word=data["encoding"]["word"],
        classes=classes,
        groups=groups,
        instructions=tuple(instructions),
        flags=_codes(data["flag"], "bit", "flags"),
        errors=_codes(data["error"], "code", "errors"),
        fields=_codes(data["field"], "id", "fields"),
        counters=_codes(data["counter"], "index", "counters"),
    )


def load_descriptors(path: Path) -> dict[str, tuple[DescriptorField, ...]]:
    """Read spec/descriptors.toml: the fields of each engine's descriptor, packed from bit 0 up."""
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    descriptors = {}
    for engine, table in data.items():
        lsb = 0
        fields = []
        for name, bits, text in table["fields"]:
            fields.append(DescriptorField(name=name, lsb=lsb, bits=bits, text=text))
            lsb += bits
        if len({field.name for field in fields}) != len(fields):
            raise SpecError(f"descriptors.toml: {engine} names a field twice")
        if any(field.name == "width" for field in fields):
            raise SpecError(f"descriptors.toml: {engine}: `width` is the whole descriptor's name")
        descriptors[engine] = tuple(fields)
    return descriptors
