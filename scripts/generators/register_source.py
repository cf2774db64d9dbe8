"""The registers, compiled from spec/registers.rdl into plain records."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from scripts.generators.isa_source import SpecError

try:
    from systemrdl.compiler import RDLCompiler
    from systemrdl.messages import RDLCompileError
    from systemrdl.node import FieldNode, RegNode
    from systemrdl.rdltypes.builtin_enums import OnWriteType
except ImportError as missing:  # only generating needs it, running does not
    raise SpecError(
        "the package systemrdl-compiler is missing: `make env-dev` installs it"
    ) from missing


@dataclass(frozen=True, kw_only=True)
class RegisterField:
    """Bits ``msb .. lsb``; ``access`` is ro, wo, rw, rw1c or rw1s."""

    name: str
    lsb: int
    bits: int
    access: str
    reset: int
    text: str

    @property
    def msb(self) -> int:
        """Highest bit of the field."""
        return self.lsb + self.bits - 1

    @property
    def mask(self) -> int:
        """The field's bits within the register."""
        return ((1 << self.bits) - 1) << self.lsb


@dataclass(frozen=True, kw_only=True)
class Register:
    """A register, or ``count`` of them every 4 bytes, at byte offset ``offset``."""

    name: str
    offset: int
    count: int
    title: str
    text: str
    fields: tuple[RegisterField, ...]

    @property
    def access(self) -> str:
        """The access all fields share; rw when they differ."""
        kinds = {field.access for field in self.fields}
        return kinds.pop() if len(kinds) == 1 else "rw"

    @property
    def reset(self) -> int:
        """Value after reset."""
        return sum(field.reset << field.lsb for field in self.fields)


def _access(field: FieldNode) -> str:
    if not field.is_sw_writable:
        return "ro"
    if not field.is_sw_readable:
        return "wo"
    kinds = {OnWriteType.woclr: "rw1c", OnWriteType.woset: "rw1s"}
    effect = field.get_property("onwrite")
    return "rw" if effect is None else kinds.get(effect, "rw")


def _reset(field: FieldNode) -> int:
    value = field.get_property("reset")
    if not isinstance(value, int):
        raise SpecError(f"registers.rdl: {field.get_path()} has no number to be reset to")
    return value


def _register(node: RegNode) -> Register:
    if node.get_property("regwidth") != 32 or (node.is_array and node.array_stride != 4):
        raise SpecError(f"registers.rdl: {node.inst_name} is not made of dense 32-bit registers")
    fields = tuple(
        RegisterField(
            name=field.inst_name,
            lsb=field.low,
            bits=field.width,
            access=_access(field),
            reset=_reset(field),
            text=field.get_property("desc") or "",
        )
        for field in reversed(node.fields())
    )
    return Register(
        name=node.inst_name,
        offset=node.raw_address_offset,
        count=node.array_dimensions[0] if node.array_dimensions else 1,
        title=node.get_property("name"),
        text=node.get_property("desc") or "",
        fields=fields,
    )


def load_registers(path: Path) -> tuple[Register, ...]:
    """Compile spec/registers.rdl. Raises SpecError when it does not compile."""
    compiler = RDLCompiler()
    try:
        compiler.compile_file(str(path))
        top = compiler.elaborate().top
    except RDLCompileError as error:
        raise SpecError(f"{path.name}: {error}") from error
    return tuple(_register(node) for node in top.registers())
