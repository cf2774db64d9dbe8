"""Where bytes of memory go on the chip: docs/architecture.md sections 2 and 4, byte by byte.

Written from the document alone: no loop here has the shape of the RTL's.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
OPS = {"ld.t": 0, "ld.w": 1, "ld.m": 2, "ld.mt": 3, "ld.p": 4, "ld.b": 5, "ld.l": 6, "st.t": 0}
TENSOR_OPS = {"ld.t", "ld.m", "ld.mt", "st.t"}


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Sizes of the bench's core."""

    rows: int
    cols: int
    spad_depth: int
    wbuf_depth: int
    param_depth: int


@dataclass(frozen=True, kw_only=True)
class Move:
    """One load or store instruction with all it is told by the configuration.

    `count` is the number of words or entries of a linear load. `split` cuts contiguous pixels into
    a run each, which a descriptor may do.
    """

    op: str
    addr: int
    base: int = 0
    h: int = 1
    w: int = 1
    c: int = 1
    p0: int = 0
    pitch: int = 1
    cbs: int = 1
    pix_pitch: int = 1
    row_pitch: int = 0
    count: int = 1
    split: bool = False
    owner: int = 0

    def linear_bytes(self, shape: Shape) -> int:
        """Return the length of a linear load."""
        per_item = {"ld.w": shape.cols, "ld.p": 9 * shape.cols, "ld.b": 4 * shape.cols}
        return 256 if self.op == "ld.l" else self.count * per_item[self.op]

    def runs(self, shape: Shape) -> tuple[int, int, int]:
        """Return (bytes a run, runs an outer row, outer rows) of the region in memory."""
        if self.op not in TENSOR_OPS:
            return self.linear_bytes(shape), 1, 1
        if self.pix_pitch != self.c or self.split:
            return self.c, self.w, self.h
        if self.row_pitch != self.w * self.c:
            return self.w * self.c, 1, self.h
        return self.h * self.w * self.c, 1, 1

    def run_addresses(self, shape: Shape) -> Iterator[tuple[int, int]]:
        """Yield (first byte, last byte) of the runs in order."""
        size, inner, outer = self.runs(shape)
        for y in range(outer):
            for x in range(inner):
                first = self.addr + y * self.row_pitch + x * self.pix_pitch
                yield first, first + size - 1

    def descriptor(self, shape: Shape) -> int:
        """Return the packed engine descriptor."""
        return _descriptor(self, shape)

    def places(self, shape: Shape) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Yield (memory address, place on the chip) of every byte.

        Places: scratchpad (line, bank, byte), weight buffer (word, byte), parameter buffer
        (entry, byte), table (byte,).
        """
        rows, cols = shape.rows, shape.cols
        if self.op not in TENSOR_OPS:
            for offset in range(self.linear_bytes(shape)):
                if self.op == "ld.w":
                    place: tuple[int, ...] = (self.base + offset // cols, offset % cols)
                elif self.op == "ld.l":
                    place = (offset,)
                else:
                    size = 9 * cols if self.op == "ld.p" else 4 * cols
                    place = (self.base + offset // size, offset % size)
                yield self.addr + offset, place
            return
        for y in range(self.h):
            for x in range(self.w):
                for c in range(self.c):
                    address = self.addr + y * self.row_pitch + x * self.pix_pitch + c
                    pixel = y * self.w + x
                    if self.op in {"ld.t", "st.t"}:
                        p = self.p0 + y * self.pitch + x
                        place = (self.base + p // rows * self.cbs + c // cols, p % rows, c % cols)
                    elif self.op == "ld.m":
                        place = (self.base + c // cols * (self.h * self.w) + pixel, c % cols)
                    else:
                        place = (self.base + pixel // cols * self.c + c, pixel % cols)
                    yield address, place


@cache  # asked in every cycle in which it is offered
def _descriptor(move: Move, shape: Shape) -> int:
    size, inner, outer = move.runs(shape)
    tensor = move.op in TENSOR_OPS
    width = {"ld.p": move.count, "ld.b": move.count, "ld.w": move.count}.get(
        move.op, 256 // shape.cols
    )
    values = {
        "op": OPS[move.op],
        "addr": move.addr,
        "run_bytes": size,
        "run_inner": inner,
        "run_outer": outer,
        "pix_pitch": move.pix_pitch,
        "row_pitch": move.row_pitch,
        "base": move.base,
        "p0": move.p0,
        "rows": move.h if tensor else 1,
        "w": move.w if tensor else width,
        "channels": move.c,
        "blocks": -(-move.c // shape.cols),
        "tail": (move.c - 1) % shape.cols + 1,
        "pitch": move.pitch,
        "cbs": move.cbs,
        "pixels": move.h * move.w,
        "owner": move.owner,
    }
    return pack("store" if move.op == "st.t" else "load", values)


@cache
def fields(engine: str) -> list[tuple[str, int]]:
    """Return (name, width) of a descriptor's fields from bit 0 up."""
    spec = tomllib.loads((ROOT / "spec" / "descriptors.toml").read_text(encoding="utf-8"))
    return [(entry[0], entry[1]) for entry in spec[engine]["fields"]]


def pack(engine: str, values: dict[str, int]) -> int:
    """Return the descriptor with these values.

    Raises:
        ValueError: a value does not fit its field.
    """
    packed, position = 0, 0
    for name, width in fields(engine):
        if not 0 <= values[name] < 1 << width:
            raise ValueError(f"{engine} descriptor: {name} = {values[name]} is over {width} bits")
        packed |= values[name] << position
        position += width
    return packed
