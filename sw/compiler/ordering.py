"""What a load must not overtake: units that still use its lines, stores it reads back.

The core keeps program order whatever the program says; this makes sure that the program says the
right thing when loads are moved ahead.
"""

from __future__ import annotations

import numpy as np

from golden.config import CoreConfig
from sw.compiler.geometry import Shape, blocks
from sw.compiler.units import Operand, Transfer, Unit

Interval = tuple[int, int]


def order_loads(config: CoreConfig, units: list[Unit]) -> None:
    """Set ``after_unit`` of every load that depends on an earlier unit."""
    lines = np.full(config.spad_depth, -1, np.int64)  # who touched it last
    stores = _Stores(sum(len(unit.stores) for unit in units))
    seen: set[int] = set()
    for index, unit in enumerate(units):
        for load in unit.loads:
            first, end = _lines_of_transfer(config, load)
            touched = int(lines[first:end].max())
            load.after_unit = max(touched, stores.latest(load.address, load.end))
        for chunk in unit.chunks:
            if chunk.matrix is not None and id(chunk) not in seen:
                seen.add(id(chunk))
                end = chunk.address + _matrix_bytes(chunk.matrix)
                chunk.after_unit = stores.latest(chunk.address, end)
        for first, end in _lines_of_unit(config, unit):
            lines[first:end] = index
        for store in unit.stores:
            stores.add(store.address, store.end, index)


class _Stores:
    """Stores so far: which unit last wrote some of a stretch of memory."""

    def __init__(self, count: int) -> None:
        self._first = np.zeros(count, np.int64)
        self._end = np.zeros(count, np.int64)
        self._unit = np.zeros(count, np.int64)
        self._count = 0

    def add(self, first: int, end: int, unit: int) -> None:
        """Note a store."""
        at = self._count
        self._first[at], self._end[at], self._unit[at] = first, end, unit
        self._count += 1

    def latest(self, first: int, end: int) -> int:
        """Last unit whose store meets the stretch, -1 if none does."""
        now = slice(self._count)
        meeting = np.flatnonzero((self._first[now] < end) & (first < self._end[now]))
        return int(self._unit[meeting[-1]]) if meeting.size else -1


def _matrix_bytes(matrix: tuple[int, int, int]) -> int:
    pixels, channels, pitch = matrix
    return (pixels - 1) * pitch + channels


def _lines_of_transfer(config: CoreConfig, move: Transfer) -> Interval:
    stride = blocks(config, move.shape.c)
    first_line = move.base + move.p0 // config.rows * stride
    return first_line, move.base + (move.last_pixel // config.rows + 1) * stride


def _lines(config: CoreConfig, operand: Operand, shape: Shape) -> Interval:
    last = (shape.h - 1) * operand.pitch + shape.w - 1
    end = operand.base + last // config.rows * operand.cbs + blocks(config, shape.c)
    return operand.base, end


def _lines_of_unit(config: CoreConfig, unit: Unit) -> list[Interval]:
    intervals = [_lines(config, o, unit.in_shape) for o in unit.operands]
    if unit.out is not None:
        intervals.append(_lines(config, unit.out, unit.out_shape))
    # Stores of the unit read what it and units before it wrote; loads of a move write lines.
    moves: list[Transfer] = [*unit.stores, *unit.loads]
    return [*intervals, *(_lines_of_transfer(config, move) for move in moves)]
