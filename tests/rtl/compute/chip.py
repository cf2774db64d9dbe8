"""What execute sees: images of the memories on the chip, tensors in them, packed descriptors."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SPEC = Path(__file__).resolve().parents[3] / "spec" / "descriptors.toml"
FIELDS = [(name, width) for name, width, _ in tomllib.loads(SPEC.read_text())["execute"]["fields"]]
DESC_WIDTH = sum(width for _, width in FIELDS)


def ceil_div(a: int, b: int) -> int:
    """The quotient, rounded up."""
    return -(-a // b)


def pack(fields: Mapping[str, int]) -> int:
    """Descriptor word of named fields; what is not named is 0, values are taken modulo the width.

    Raises KeyError for a name that the descriptor does not have.
    """
    unknown = set(fields) - {name for name, _ in FIELDS}
    if unknown:
        raise KeyError(f"not in the descriptor: {sorted(unknown)}")
    word, position = 0, 0
    for name, width in FIELDS:
        word |= (int(fields.get(name, 0)) & ((1 << width) - 1)) << position
        position += width
    return word


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a tensor of `shape` (height, width, channels) lies in the scratchpad."""

    shape: tuple[int, int, int]
    base: int
    pitch: int
    cbs: int

    def blocks(self, cols: int) -> int:
        """Blocks of channels."""
        return ceil_div(self.shape[2], cols)

    def lines(self, rows: int, cols: int) -> tuple[int, int]:
        """First line, and the line after the last."""
        last = ((self.shape[0] - 1) * self.pitch + self.shape[1] - 1) // rows
        return self.base, self.base + last * self.cbs + self.blocks(cols)


@dataclass(kw_only=True)
class Chip:
    """Memory images. spad uint8 [Rows, SpadDepth, Cols], wbuf uint8 [WbufDepth, Cols], bias and
    mult int32 [ParamDepth, Cols], shift int8 [ParamDepth, Cols], table int8 [256].
    """

    rows: int
    cols: int
    spad: NDArray[np.uint8]
    wbuf: NDArray[np.uint8]
    bias: NDArray[np.int32]
    mult: NDArray[np.int32]
    shift: NDArray[np.int8]
    table: NDArray[np.int8]

    @classmethod
    def random(
        cls,
        rng: np.random.Generator,
        *,
        rows: int,
        cols: int,
        spad_depth: int,
        wbuf_depth: int,
        param_depth: int,
    ) -> Chip:
        """Random contents; shifts and multipliers of the whole legal range."""
        return cls(
            rows=rows,
            cols=cols,
            spad=rng.integers(0, 256, (rows, spad_depth, cols), dtype=np.uint8),
            wbuf=rng.integers(0, 256, (wbuf_depth, cols), dtype=np.uint8),
            bias=rng.integers(-(1 << 31), 1 << 31, (param_depth, cols)).astype(np.int32),
            mult=rng.integers(0, 1 << 31, (param_depth, cols)).astype(np.int32),
            shift=rng.integers(-31, 31, (param_depth, cols)).astype(np.int8),
            table=rng.integers(-128, 128, 256).astype(np.int8),
        )

    def _cells(self, place: Place) -> tuple[NDArray[np.int64], ...]:
        height, width, channels = place.shape
        y, x, c = np.ogrid[:height, :width, :channels]
        pixel = y * place.pitch + x
        line = place.base + pixel // self.rows * place.cbs + c // self.cols
        return tuple(np.broadcast_arrays(pixel % self.rows, line, c % self.cols))

    def read(self, place: Place) -> NDArray[np.int8]:
        """Tensor int8 [height, width, channels] at a place."""
        return self.spad[self._cells(place)].view(np.int8)

    def write(self, place: Place, tensor: NDArray[np.int8]) -> None:
        """Put a tensor of the place's shape there."""
        self.spad[self._cells(place)] = tensor.astype(np.int8).view(np.uint8)

    def save(self, folder: Path) -> None:
        """Write the files that `compute_bench` loads."""
        for bank in range(self.rows):
            write_hex(folder / f"spad{bank}.hex", self.spad[bank])
        write_hex(folder / "wbuf.hex", self.wbuf)
        write_hex(folder / "bias.hex", self.bias.astype("<i4").view(np.uint8))
        write_hex(folder / "mult.hex", self.mult.astype("<i4").view(np.uint8))
        write_hex(folder / "shift.hex", self.shift.view(np.uint8))
        write_hex(folder / "table.hex", self.table.view(np.uint8).reshape(-1, self.cols))

    def load_spad(self, folder: Path) -> NDArray[np.uint8]:
        """Read the scratchpad that `compute_bench` wrote, in the layout of `spad`."""
        banks = [read_hex(folder / f"out{bank}.hex") for bank in range(self.rows)]
        return np.stack(banks)


def write_hex(path: Path, words: NDArray[np.uint8]) -> None:
    """Write bytes [words, bytes] for $readmemh; byte 0 is the lowest."""
    width = words.shape[1] * 2
    digits = np.ascontiguousarray(words[:, ::-1]).tobytes().hex()
    path.write_text(
        "\n".join(digits[i : i + width] for i in range(0, len(digits), width)) + "\n",
        encoding="ascii",
    )


def read_hex(path: Path) -> NDArray[np.uint8]:
    """Read what $writememh wrote: bytes [words, bytes], byte 0 the lowest."""
    words = [w for w in path.read_text(encoding="ascii").split() if w[0] not in "/@"]
    data = np.frombuffer(bytes.fromhex("".join(words)), dtype=np.uint8)
    return data.reshape(len(words), -1)[:, ::-1]
