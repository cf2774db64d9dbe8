"""Moves: boxes of bytes from memory to memory through the scratchpad.

A box is brought into rows of pixels of channels, as ld.t and st.t have them, and cut so that each
piece fits one of two buffers, which are used in turn: the next piece is loaded while one is stored.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from golden.config import CoreConfig
from sw.compiler.geometry import MAX_EXTENT, Shape, blocks, ceil_div
from sw.compiler.operations import Box, MoveOp
from sw.compiler.units import Operand, Transfer, Unit

TURNS = 8  # pieces of a move: while one is stored, the next is loaded
FEWEST_LINES = 8  # of a piece, which takes some cycles to begin


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A rectangle copied at once: (address, row pitch, pixel pitch) on both sides."""

    shape: Shape
    source: tuple[int, int, int]
    target: tuple[int, int, int]


def move_units(
    config: CoreConfig,
    op: MoveOp,
    addresses: dict[int, int],
    bases: tuple[int, int],
    lines: int,
) -> list[Unit]:
    """Units of a move; ``addresses`` give every tensor's first byte, ``lines`` a buffer's size."""
    units: list[Unit] = []
    target = addresses[op.output]
    if op.fill is not None:
        units.append(_fill_unit(config, op, target, bases[0], lines))
    for box in op.boxes:
        source = addresses[box.source]
        for piece in pieces(config, box, lines):
            base = bases[len(units) % 2]
            load = _transfer(config, op, piece.shape, piece.source, source, base)
            store = _transfer(config, op, piece.shape, piece.target, target, base)
            units.append(Unit(op=op, kind="move", loads=[load], stores=[store]))
    return units


def _transfer(
    config: CoreConfig,
    op: MoveOp,
    shape: Shape,
    side: tuple[int, int, int],
    start: int,
    base: int,
) -> Transfer:
    address, row_pitch, pix_pitch = side
    return Transfer(
        layer=op.layer,
        address=start + address,
        shape=shape,
        base=base,
        row_pitch=row_pitch,
        pix_pitch=pix_pitch,
        pitch=shape.w,
    )


def _fill_unit(config: CoreConfig, op: MoveOp, target: int, base: int, lines: int) -> Unit:
    """One buffer filled once, stored as often as it takes to cover the output."""
    cols = config.cols
    pixels = min(ceil_div(op.size, cols), lines * config.rows, MAX_EXTENT)
    unit = Unit(
        op=op,
        kind="fill",
        in_shape=Shape(h=1, w=pixels, c=cols),
        out_shape=Shape(h=1, w=pixels, c=cols),
        out=Operand(base=base, cbs=1, pitch=pixels),
        fill=op.fill or 0,
    )
    position = 0
    while position < op.size:
        count = min(pixels, (op.size - position) // cols)
        width = cols if count else op.size - position
        shape = Shape(h=1, w=max(count, 1), c=width)
        unit.stores.append(
            _transfer(config, op, shape, (position, shape.bytes, width), target, base)
        )
        position += shape.bytes
    return unit


def piece_count(config: CoreConfig, boxes: Sequence[Box]) -> int:
    """Rectangles of boxes in a scratchpad that has room for each."""
    lines = config.spad_depth
    return sum(1 for box in boxes for _ in pieces(config, box, lines))


def buffer_lines(config: CoreConfig, boxes: Sequence[Box], most: int) -> int:
    """Lines of each of two buffers, at most ``most``: enough for the largest piece, but less where
    a few large pieces would wait for each other's end. A narrow pixel takes a word of its own.
    """
    lines = [
        ceil_div(piece.shape.pixels, config.rows) * blocks(config, piece.shape.c)
        for box in boxes
        for piece in pieces(config, box, most)
    ]
    enough = max(FEWEST_LINES, ceil_div(sum(lines), TURNS))
    return max(1, min(max(lines, default=1), enough))


def pieces(config: CoreConfig, box: Box, lines: int) -> Iterator[Piece]:
    """Rectangles of a box, none larger than ``lines`` lines."""
    dims = _merged(box.dims)
    channels = 1
    if dims and dims[-1][1:] == (1, 1):
        channels = dims.pop()[0]
    width, height = _rectangle(dims, channels)
    dims = [dim for dim in dims if dim not in (width, height)]
    shape = Shape(h=height[0], w=width[0], c=channels)
    for index in product(*(range(count) for count, _, _ in dims)):
        source = box.source_offset + sum(i * d[1] for i, d in zip(index, dims, strict=True))
        target = box.target_offset + sum(i * d[2] for i, d in zip(index, dims, strict=True))
        whole = Piece(
            shape=shape,
            source=(source, height[1] or shape.bytes, width[1]),
            target=(target, height[2] or shape.bytes, width[2]),
        )
        for piece in _words(config, whole):
            yield from _cut(config, piece, lines)


Dim = tuple[int, int, int]


def _rectangle(dims: list[Dim], channels: int) -> tuple[Dim, Dim]:
    """Dimensions to copy as the columns and rows of one piece, so that few pieces are left.

    Where it makes no difference, the innermost ones.
    """
    one_column, one_row = (1, channels, channels), (1, 0, 0)
    columns = [dim for dim in dims if all(channels <= step <= MAX_EXTENT for step in dim[1:])]
    best, most = (one_column, one_row), 0
    for width in [*reversed(columns), one_column]:
        rows = [
            dim
            for dim in dims
            if dim != width
            and all(
                stride >= (width[0] - 1) * step + channels
                for stride, step in zip(dim[1:], width[1:], strict=True)
            )
        ]
        for height in [*reversed(rows), one_row]:
            if width[0] * height[0] > most:
                best, most = (width, height), width[0] * height[0]
    return best


def _merged(dims: tuple[Dim, ...]) -> list[Dim]:
    """Dimensions with those joined that follow each other without a gap on both sides."""
    result: list[tuple[int, int, int]] = []
    for count, source, target in dims:
        if result:
            outer, outer_source, outer_target = result[-1]
            if (outer_source, outer_target) == (count * source, count * target):
                result[-1] = (outer * count, source, target)
                continue
        result.append((count, source, target))
    return result


def _words(config: CoreConfig, piece: Piece) -> Iterator[Piece]:
    """A row of one long pixel becomes a row of words, which all banks share, and a rest."""
    shape, cols = piece.shape, config.cols
    if shape.w > 1 or shape.c <= cols:
        yield piece
        return
    words, rest = divmod(shape.c, cols)
    yield replace(
        piece,
        shape=Shape(h=shape.h, w=words, c=cols),
        source=(*piece.source[:2], cols),
        target=(*piece.target[:2], cols),
    )
    if rest:
        start = words * cols
        yield replace(
            piece,
            shape=Shape(h=shape.h, w=1, c=rest),
            source=(piece.source[0] + start, piece.source[1], rest),
            target=(piece.target[0] + start, piece.target[1], rest),
        )


def _cut(config: CoreConfig, piece: Piece, lines: int) -> Iterator[Piece]:
    """Pieces of at most ``lines`` lines: fewer channels, then fewer columns, then fewer rows."""
    shape = piece.shape
    channels = min(shape.c, lines * config.cols)
    pixels = max(1, lines // blocks(config, channels)) * config.rows
    columns = _even(shape.w, min(pixels, MAX_EXTENT))
    rows = _even(shape.h, min(pixels // columns, MAX_EXTENT)) if columns == shape.w else 1
    for y in range(0, shape.h, rows):
        for x in range(0, shape.w, columns):
            for c in range(0, shape.c, channels):
                yield Piece(
                    shape=Shape(
                        h=min(rows, shape.h - y),
                        w=min(columns, shape.w - x),
                        c=min(channels, shape.c - c),
                    ),
                    source=_moved(piece.source, y, x, c),
                    target=_moved(piece.target, y, x, c),
                )


def _even(size: int, most: int) -> int:
    """Size of parts of at most ``most``, as alike as can be: they take turns."""
    return ceil_div(size, ceil_div(size, most))


def _moved(side: tuple[int, int, int], y: int, x: int, c: int) -> tuple[int, int, int]:
    address, row_pitch, pix_pitch = side
    return address + y * row_pitch + x * pix_pitch + c, row_pitch, pix_pitch
