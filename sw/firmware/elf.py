"""Read a 32-bit little-endian ELF file: what to load, symbols, and how large its sections are."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from pathlib import Path

_HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
_SEGMENT = struct.Struct("<IIIIIIII")
_SECTION = struct.Struct("<IIIIIIIIII")
_SYMBOL = struct.Struct("<IIIBBH")
_LOAD, _SYMBOLS, _ALLOCATED, _NO_BITS = 1, 2, 2, 8


class ElfError(ValueError):
    """The file is not a 32-bit RISC-V program."""


@dataclass(kw_only=True)
class Elf:
    """A program: (address, bytes) to load, section sizes in bytes, symbols' addresses and sizes."""

    segments: list[tuple[int, bytes]] = field(default_factory=list)
    sections: dict[str, int] = field(default_factory=dict)
    symbols: dict[str, int] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)

    @property
    def code_bytes(self) -> int:
        """Bytes of code and constants, without what is only zeroed."""
        return sum(len(data) for _, data in self.segments)


def read_elf(path: Path) -> Elf:
    """Read a program.

    Raises:
        ElfError: the file is not a 32-bit little-endian RISC-V executable.
    """
    raw = path.read_bytes()
    if len(raw) < _HEADER.size or raw[:6] != b"\x7fELF\x01\x01":
        raise ElfError(f"{path} is not a 32-bit little-endian ELF file")
    head = _HEADER.unpack_from(raw)
    machine, segment_at, section_at = head[2], head[5], head[6]
    segment_count, section_count, names_index = head[10], head[12], head[13]
    if machine != 243:
        raise ElfError(f"{path} is not a RISC-V program")
    elf = Elf()
    for index in range(segment_count):
        kind, offset, _, address, size, *_ = _SEGMENT.unpack_from(
            raw, segment_at + index * _SEGMENT.size
        )
        if kind == _LOAD and size:
            elf.segments.append((address, raw[offset : offset + size]))
    headers = [
        _SECTION.unpack_from(raw, section_at + index * _SECTION.size)
        for index in range(section_count)
    ]
    names = headers[names_index]
    for name, kind, flags, _, offset, size, link, *_ in headers:
        if flags & _ALLOCATED and kind != _NO_BITS:
            elf.sections[_text(raw, names[4] + name)] = size
        if kind == _SYMBOLS:
            strings = headers[link][4]
            for at in range(offset, offset + size, _SYMBOL.size):
                symbol, value, length, *_ = _SYMBOL.unpack_from(raw, at)
                if text := _text(raw, strings + symbol):
                    elf.symbols[text] = value
                    elf.sizes[text] = length
    return elf


def _text(raw: bytes, at: int) -> str:
    return raw[at : raw.index(b"\0", at)].decode()
