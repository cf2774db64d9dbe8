"""Check that a flatbuffer is one, before anything reads it: every offset, table and vector.

    root -> Model -> SubGraph -> Tensor -> QuantizationParameters    each table: vtable inside the
                 |           `-> Operator -> its options             file, fields inside the table,
                 `-> Buffer, OperatorCode                            vectors inside the file

The readers that the schema compiler generates trust their file: a wrong length makes them loop and
allocate without end. Work here is bounded by the file's size, also where tables are shared.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass


class DamagedError(ValueError):
    """Something points outside the file; the message follows "it is damaged: "."""


@dataclass(frozen=True)
class Scalar:
    """A field of so many bytes in the table itself."""

    size: int


@dataclass(frozen=True)
class Vector:
    """An offset to a vector whose elements have so many bytes."""

    size: int


@dataclass(frozen=True)
class String:
    """An offset to a vector of bytes that a 0 follows: C++ reads on to the next one without."""


@dataclass(frozen=True)
class Table:
    """An offset to a table."""

    name: str


@dataclass(frozen=True)
class Tables:
    """An offset to a vector of tables."""

    name: str


Field = Scalar | Vector | String | Table | Tables

BYTE, WORD, LONG, STRING = Scalar(1), Scalar(4), Scalar(8), String()
OPTIONS = "Options"  # of any operator: its fields are scalars and vectors
VARIABLE = "VarHandleOptions"  # the ones with strings, by which variables are told apart
VARIABLE_TYPE = 111  # their number among the kinds of options

# What the importer reads of TensorFlow Lite's schema, and ranges and signatures of tensors, which
# tflite-micro reads: table -> field number -> kind. What is not listed (metadata) is never read.
SCHEMA: dict[str, dict[int, Field]] = {
    "Model": {
        0: WORD, 1: Tables("OperatorCode"), 2: Tables("SubGraph"), 3: STRING, 4: Tables("Buffer"),
    },
    "OperatorCode": {0: BYTE, 1: STRING, 2: WORD, 3: WORD},
    "SubGraph": {0: Tables("Tensor"), 1: Vector(4), 2: Vector(4), 3: Tables("Operator"), 4: STRING},
    "Tensor": {
        0: Vector(4), 1: BYTE, 2: WORD, 3: STRING, 4: Table("QuantizationParameters"), 5: BYTE,
        7: Vector(4),
    },
    "QuantizationParameters": {
        0: Vector(4), 1: Vector(4), 2: Vector(4), 3: Vector(8), 6: WORD,
    },
    "Operator": {
        0: WORD, 1: Vector(4), 2: Vector(4), 3: BYTE, 4: Table(OPTIONS), 5: Vector(1), 8: Vector(4),
    },
    "Buffer": {0: Vector(1), 1: LONG, 2: LONG},
    OPTIONS: {},
    VARIABLE: {0: STRING, 1: STRING},
}  # fmt: skip

# Shared tables are walked once for each reference. No writer shares so much that the walk is
# longer than a few files.
WALKS, SPARE = 8, 1 << 16


def verify(raw: bytes) -> None:
    """Raise DamagedError unless every table that SCHEMA names lies inside the file."""
    Verifier(raw).walk()


class Verifier:
    """Walks the tables of one file."""

    def __init__(self, raw: bytes) -> None:
        self._raw = raw
        self._left = WALKS * len(raw) + SPARE

    def walk(self) -> None:
        """Visit all tables, from the root on."""
        waiting = [("Model", self._offset(0, "the root"))]
        while waiting:
            name, place = waiting.pop()
            waiting += self._table(name, place)

    def _table(self, name: str, place: int) -> list[tuple[str, int]]:
        where = f"table {name} at byte {place}"
        vtable = place - self._number("<i", place, where)
        size, extent = (self._number("<H", vtable + step, where) for step in (0, 2))
        if size < 4 or size % 2 or extent < 4:
            raise DamagedError(f"{where} has no valid list of fields")
        self._take(vtable, size, where)
        self._take(place, extent, where)
        offsets = struct.unpack_from(f"<{size // 2 - 2}H", self._raw, vtable + 4)
        if any(offset >= extent for offset in offsets):
            raise DamagedError(f"{where} has a field outside of itself")
        found: list[tuple[str, int]] = []
        kinds = SCHEMA[name]
        typed = offsets[3] if name == "Operator" and len(offsets) > 3 else 0
        if typed and self._raw[place + typed] == VARIABLE_TYPE:
            kinds = {**kinds, 4: Table(VARIABLE)}
        for number, kind in kinds.items():
            offset = offsets[number] if number < len(offsets) else 0
            if offset:
                width = kind.size if isinstance(kind, Scalar) else 4
                if offset + width > extent:
                    raise DamagedError(f"{where} has a field outside of itself")
                if not isinstance(kind, Scalar):
                    found += self._follow(kind, place + offset, where)
        return found

    def _follow(self, kind: Field, place: int, where: str) -> list[tuple[str, int]]:
        target = self._offset(place, where)
        if isinstance(kind, Table):
            return [(kind.name, target)]
        count = self._number("<I", target, where)
        width = 1 if isinstance(kind, String) else kind.size if isinstance(kind, Vector) else 4
        self._take(target + 4, count * width, where)
        if isinstance(kind, String):
            self._take(target + 4 + count, 1, where)
            if self._raw[target + 4 + count]:
                raise DamagedError(f"{where} has a text without an end")
        if isinstance(kind, Tables):
            elements = range(target + 4, target + 4 + 4 * count, 4)
            return [(kind.name, self._offset(element, where)) for element in elements]
        return []

    def _offset(self, place: int, where: str) -> int:
        return place + self._number("<I", place, where)

    def _number(self, kind: str, place: int, where: str) -> int:
        if not 0 <= place <= len(self._raw) - struct.calcsize(kind):
            raise DamagedError(f"{where} points outside the file")
        return int(struct.unpack_from(kind, self._raw, place)[0])

    def _take(self, place: int, size: int, where: str) -> None:
        """Check a stretch of bytes, and count it as walked."""
        if not 0 <= place <= place + size <= len(self._raw):
            raise DamagedError(f"{where} reaches outside the file")
        self._left -= size
        if self._left < 0:
            raise DamagedError("its tables point to the same bytes again and again")
