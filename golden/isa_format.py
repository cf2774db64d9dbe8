"""What an encoding is. The encodings themselves are in the generated ``isa_table``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True, kw_only=True)
class OperandField:
    """Bits ``lsb + bits - 1 .. lsb`` of an operand register."""

    name: str
    lsb: int
    bits: int
    signed: bool

    @cached_property
    def mask(self) -> int:
        """The field's bits within the 32-bit operand."""
        return ((1 << self.bits) - 1) << self.lsb

    @cached_property
    def limits(self) -> tuple[int, int]:
        """Smallest and largest value the field holds."""
        if self.signed:
            return -(1 << (self.bits - 1)), (1 << (self.bits - 1)) - 1
        return 0, (1 << self.bits) - 1

    def get(self, operand: int) -> int:
        """The field's value in a 32-bit operand, sign-extended if it is signed."""
        value = (operand & self.mask) >> self.lsb
        return value - (1 << self.bits) if self.signed and value >> (self.bits - 1) else value

    def put(self, value: int) -> int:
        """The field's bits for ``value``. Raises ValueError when it does not fit."""
        low, high = self.limits
        if not low <= value <= high:
            raise ValueError(f"{self.name} must lie in {low}..{high}, not {value}")
        return (value << self.lsb) & self.mask


@dataclass(frozen=True, kw_only=True)
class InstructionFormat:
    """One instruction: its place in the encoding, its operands, the groups it reads, and what the
    assembler takes for fields that are not given.
    """

    name: str
    funct3: int
    funct7: int
    rs1: tuple[OperandField, ...]
    rs2: tuple[OperandField, ...]
    result: bool
    rs2_is_x0: bool
    uses: tuple[str, ...]
    defaults: dict[str, int]

    @cached_property
    def fields(self) -> tuple[OperandField, ...]:
        """Operand fields of rs1, then of rs2; names are unique within an instruction."""
        return self.rs1 + self.rs2

    @cached_property
    def binary(self) -> bool:
        """Whether it has two input tensors."""
        return any(field.name == "in2_base" for field in self.fields)

    @cached_property
    def windowed(self) -> bool:
        """Whether it takes a window of its input for each output pixel."""
        return "kernel" in self.uses

    @cached_property
    def scaled(self) -> bool:
        """Whether zero points come off its inputs and its result is scaled."""
        return "scale" in self.uses

    @cached_property
    def clamped(self) -> bool:
        """Whether act_min and act_max hold for its results."""
        return "act" in self.uses and any(field.name == "in_base" for field in self.fields)

    @cached_property
    def reserved_rs1(self) -> int:
        """Bits of rs1 that must be 0."""
        return 0xFFFFFFFF ^ sum(field.mask for field in self.rs1)

    @cached_property
    def reserved_rs2(self) -> int:
        """Bits of rs2 that must be 0."""
        return 0xFFFFFFFF ^ sum(field.mask for field in self.rs2)

    def unpack(self, rs1: int, rs2: int) -> dict[str, int]:
        """Values of all operand fields by name."""
        values = {field.name: field.get(rs1) for field in self.rs1}
        values.update({field.name: field.get(rs2) for field in self.rs2})
        return values
