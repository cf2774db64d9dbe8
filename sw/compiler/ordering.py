"""What a tensor load must not overtake: units that still use its lines, stores it reads back.

The core keeps program order whatever the program says; this makes sure that the program says the
right thing when loads are moved ahead.
"""

from __future__ import annotations

from golden.config import CoreConfig
from sw.compiler.geometry import blocks, ceil_div
from sw.compiler.units import Transfer, Unit

Interval = tuple[int, int]


def order_loads(config: CoreConfig, units: list[Unit]) -> None:
    """Set ``after_unit`` of every tensor load."""
    touched = [_lines_of_unit(config, unit) for unit in units]
    stored = [[_bytes(store) for store in unit.stores] for unit in units]
    for index, unit in enumerate(units):
        for load in unit.loads:
            lines, source = _lines_of_transfer(config, load), _bytes(load)
            for earlier in range(index - 1, -1, -1):
                if _meets(lines, touched[earlier]) or _meets(source, stored[earlier]):
                    load.after_unit = earlier
                    break


def _meets(interval: Interval, others: list[Interval]) -> bool:
    return any(interval[0] < end and first < interval[1] for first, end in others)


def _bytes(move: Transfer) -> Interval:
    return move.address, move.address + move.shape.bytes


def _lines_of_transfer(config: CoreConfig, move: Transfer) -> Interval:
    stride = blocks(config, move.shape.c)
    last = move.p0 + move.shape.pixels - 1
    first_line = move.base + move.p0 // config.rows * stride
    return first_line, move.base + (last // config.rows + 1) * stride


def _lines_of_unit(config: CoreConfig, unit: Unit) -> list[Interval]:
    pixel_lines = ceil_div(unit.in_shape.pixels, config.rows)
    intervals = [(o.base, o.base + pixel_lines * o.cbs) for o in unit.operands]
    part = unit.part
    out_lines = ceil_div(part.rows * part.width, config.rows) * part.cbs
    # Stores of the unit read what it writes, from the strip's first channel on.
    first = part.base - part.first_channel // config.cols
    return [*intervals, (first, first + out_lines)]
