"""What a register is. The registers themselves are in the generated ``registers_table``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class RegisterField:
    """Bits ``lsb + bits - 1 .. lsb``; ``access`` is ro, wo, rw, rw1c (write 1 to clear) or rw1s
    (write 1 to set).
    """

    name: str
    lsb: int
    bits: int
    access: str
    reset: int

    @property
    def mask(self) -> int:
        """The field's bits within the register."""
        return ((1 << self.bits) - 1) << self.lsb

    def get(self, value: int) -> int:
        """The field's value within the register's ``value``."""
        return (value & self.mask) >> self.lsb


@dataclass(frozen=True, kw_only=True)
class Register:
    """A register, or ``count`` of them every 4 bytes, at byte offset ``offset``."""

    name: str
    offset: int
    count: int
    fields: tuple[RegisterField, ...]

    @property
    def reset(self) -> int:
        """Value after reset, in the default configuration."""
        return sum(field.reset << field.lsb for field in self.fields)

    @property
    def readable(self) -> bool:
        """Whether a read returns more than 0."""
        return any(field.access != "wo" for field in self.fields)

    @property
    def writable_mask(self) -> int:
        """Bits that a write stores, clears or acts on."""
        return sum(field.mask for field in self.fields if field.access != "ro")

    def field(self, name: str) -> RegisterField:
        """Find a field by name. Raises KeyError when the register has none of that name."""
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(f"register {self.name} has no field {name}")
