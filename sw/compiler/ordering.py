"""What a load must not overtake: units that still use its lines, stores it reads back.

The core keeps program order whatever the program says; this makes sure that the program says the
right thing when loads are moved ahead.
"""

from __future__ import annotations

from golden.config import CoreConfig
from sw.compiler.geometry import Shape, blocks
from sw.compiler.units import Operand, Transfer, Unit

Interval = tuple[int, int]


def order_loads(config: CoreConfig, units: list[Unit]) -> None:
    """Set ``after_unit`` of every load that depends on an earlier unit."""
    touched = [_lines_of_unit(config, unit) for unit in units]
    stored = [[(store.address, store.end) for store in unit.stores] for unit in units]
    seen: set[int] = set()
    for index, unit in enumerate(units):
        for load in unit.loads:
            lines, source = _lines_of_transfer(config, load), (load.address, load.end)
            load.after_unit = _latest(
                index,
                lambda i, a=lines, b=source: _meets(a, touched[i]) or _meets(b, stored[i]),
            )
        for chunk in unit.chunks:
            if chunk.matrix is None or id(chunk) in seen:
                continue
            seen.add(id(chunk))
            source = (chunk.address, chunk.address + _matrix_bytes(chunk.matrix))
            chunk.after_unit = _latest(index, lambda i, b=source: _meets(b, stored[i]))


def _latest(index: int, blocks_load: object) -> int:
    for earlier in range(index - 1, -1, -1):
        if blocks_load(earlier):  # type: ignore[operator]
            return earlier
    return -1


def _meets(interval: Interval, others: list[Interval]) -> bool:
    return any(interval[0] < end and first < interval[1] for first, end in others)


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
