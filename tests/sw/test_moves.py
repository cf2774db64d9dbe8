"""Moves: pieces copy what their boxes say, fit their buffers, and are few."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from golden.config import CoreConfig, load_config
from sw.compiler.geometry import MAX_EXTENT, LayerError, Shape
from sw.compiler.moves import Piece, buffer_lines, move_units, piece_count, pieces
from sw.compiler.operations import Box, MoveOp
from sw.compiler.ordering import order_loads
from sw.compiler.schedule import Emitter, schedule
from sw.compiler.units import Chunk, Transfer

CONFIG = load_config("8x8")
Dims = tuple[tuple[int, int, int], ...]


def _box(dims: Dims, source: int = 0, target: int = 0) -> Box:
    return Box(source=0, source_offset=source, target_offset=target, dims=dims)


def _of_box(box: Box) -> dict[int, int]:
    """Source of each byte of the target."""
    made: dict[int, int] = {}
    for index in product(*(range(count) for count, _, _ in box.dims)):
        at = list(zip(index, box.dims, strict=True))
        made[box.target_offset + sum(i * dim[2] for i, dim in at)] = box.source_offset + sum(
            i * dim[1] for i, dim in at
        )
    return made


def _of_pieces(config: CoreConfig, some: list[Piece], lines: int) -> dict[int, int]:
    made: dict[int, int] = {}
    for piece in some:
        shape = piece.shape
        assert -(-shape.pixels // config.rows) * config.blocks(shape.c) <= lines
        for side in (piece.source, piece.target):
            # As an instruction has it: rows and pixels do not lie in each other.
            assert shape.w == 1 or shape.c <= side[2] <= MAX_EXTENT
            assert shape.h == 1 or side[1] >= (shape.w - 1) * side[2] + shape.c
        for y, x, c in product(range(shape.h), range(shape.w), range(shape.c)):
            source, target = (
                start + y * row + x * pixel + c
                for start, row, pixel in (piece.source, piece.target)
            )
            assert target not in made
            made[target] = source
    return made


def _random_box(rng: np.random.Generator) -> Box:
    """A box of a permuted tensor, as transposes and slices have it."""
    shape = rng.integers(1, 7, int(rng.integers(1, 5)))
    order = rng.permutation(len(shape))
    steps = [int(np.prod(shape[axis + 1 :])) for axis in range(len(shape))]
    made = shape[order]
    targets = [int(np.prod(made[axis + 1 :])) for axis in range(len(made))]
    counts = [int(rng.integers(1, n + 1)) for n in made]
    dims = zip(counts, [steps[axis] for axis in order], targets, strict=True)
    return _box(tuple(dim for dim in dims if dim[0] > 1), *(int(n) for n in rng.integers(0, 99, 2)))


@pytest.mark.parametrize("case", range(40))
def test_pieces_copy_what_the_box_says(case: int) -> None:
    rng = np.random.default_rng(case)
    for config in (CONFIG, load_config("4x4")):
        for lines in (1, 2, 3, 8, 1024):
            box = _random_box(rng)
            assert _of_pieces(config, list(pieces(config, box, lines)), lines) == _of_box(box)


def test_what_lies_together_is_one_piece() -> None:
    for dims, count in (
        ((), 1),
        (((100, 1, 1),), 2),  # twelve words and a rest
        (((96, 1, 1),), 1),
        (((8, 1, 1),), 1),
        (((10, 40, 20), (20, 1, 1)), 1),
        (((10, 20, 20), (20, 1, 1)), 1),  # a run of 200 bytes
        (((10, 21, 21), (21, 1, 1)), 2),
        (((3, 500, 400), (10, 40, 20), (20, 1, 1)), 1),
        (((4, 9000, 9000), (3, 500, 400), (10, 40, 20), (20, 1, 1)), 3),  # 4 x 10
        (((5, 9000, 9000), (3, 500, 400), (4, 40, 20), (20, 1, 1)), 3),  # 5 x 4
        (((24, 1, 24), (24, 24, 1)), 24),
        (((6, 1, 576), (24, 24, 24), (24, 576, 1)), 144),
        (((3, 70_000, 70_000), (4, 1, 1)), 1),  # as rows: too far apart for pixels
    ):
        assert piece_count(CONFIG, [_box(dims)]) == count, dims


def test_pieces_are_as_large_as_their_buffers_and_alike() -> None:
    """Of 8 lines: 64 pixels of a block, or 32 of two."""
    found = [
        [(p.shape.h, p.shape.w, p.shape.c) for p in pieces(CONFIG, _box(dims), 8)]
        for dims in (
            ((64, 16, 8), (8, 1, 1)), ((65, 16, 8), (8, 1, 1)), ((33, 32, 16), (16, 1, 1)),
            ((6, 1000, 500), (20, 16, 8), (8, 1, 1)), ((9, 200, 80), (70, 1, 1)),
        )
    ]  # fmt: skip
    assert found[0] == [(1, 64, 8)]
    assert found[1] == [(1, 33, 8), (1, 32, 8)]
    assert found[2] == [(1, 17, 16), (1, 16, 16)]
    assert found[3] == [(3, 20, 8), (3, 20, 8)]
    assert {c for _, _, c in found[4]} <= {64, 70, 6}


def test_a_buffer_holds_the_largest_piece_or_an_eighth_of_all() -> None:
    assert buffer_lines(CONFIG, [_box(((640, 16, 8), (8, 1, 1)))], 128) == 10
    assert buffer_lines(CONFIG, [_box(((512, 16, 8), (8, 1, 1)))], 128) == 8
    assert buffer_lines(CONFIG, [_box(((520, 16, 8), (8, 1, 1)))], 128) == 9
    assert buffer_lines(CONFIG, [_box(((8, 16, 8), (8, 1, 1)))], 128) == 1
    assert buffer_lines(CONFIG, [_box(((24, 16, 8), (8, 1, 1)))] * 9, 128) == 3
    assert buffer_lines(CONFIG, [_box(((64, 16, 8), (8, 1, 1)))] * 20, 128) == 8
    assert buffer_lines(CONFIG, [], 128) == 1
    assert buffer_lines(CONFIG, [_box(((6400, 16, 8), (8, 1, 1)))], 5) == 5


def _stored(stores: list[Transfer]) -> list[int]:
    """Bytes that stores of one row write, by address."""
    found: list[int] = []
    for store in stores:
        assert store.shape.h == 1 and store.pitch == store.shape.w
        found += [
            store.address + x * store.pix_pitch + c
            for x, c in product(range(store.shape.w), range(store.shape.c))
        ]
    return found


@pytest.mark.parametrize(("size", "lines"), [(8, 4), (7, 4), (64, 1), (65, 1), (200, 2), (135, 9)])
def test_a_fill_covers_every_byte_once(size: int, lines: int) -> None:
    op = MoveOp(layer=3, output=5, boxes=(), size=size, fill=-9)
    (unit,) = move_units(CONFIG, op, {5: 4096}, (40, 60), lines)
    assert _stored(unit.stores) == list(range(4096, 4096 + size))
    assert (unit.kind, unit.fill, unit.executes) == ("fill", -9, True)
    pixels = min(-(-size // 8), lines * 8)
    assert unit.out is not None
    assert (unit.out.base, unit.out.pitch, unit.out.cbs) == (40, pixels, 1)
    assert unit.in_shape == unit.out_shape
    assert (unit.out_shape.h, unit.out_shape.w, unit.out_shape.c) == (1, pixels, 8)
    assert all(store.base == 40 and store.shape.w <= pixels for store in unit.stores)
    assert len(unit.stores) <= -(-size // (8 * pixels)) + 1


def test_pieces_take_turns_with_two_buffers() -> None:
    op = MoveOp(layer=3, output=5, boxes=(_box(((256, 16, 8), (8, 1, 1)), 100, 50),), size=2048)
    units = move_units(CONFIG, op, {5: 4096, 0: 8192}, (40, 60), 8)
    assert [unit.loads[0].base for unit in units] == [40, 60, 40, 60]
    assert [unit.stores[0].base for unit in units] == [40, 60, 40, 60]
    assert [unit.loads[0].address for unit in units] == [8192 + 100 + k * 1024 for k in range(4)]
    assert [unit.stores[0].address for unit in units] == [4096 + 50 + k * 512 for k in range(4)]
    assert not any(unit.executes for unit in units)
    order_loads(CONFIG, units)
    # A buffer is loaded again only when what it held is stored.
    assert [unit.loads[0].after_unit for unit in units] == [-1, -1, 0, 1]
    assert op.reads == (0,)


def test_a_load_waits_for_the_last_store_that_it_reads() -> None:
    first = _box(((64, 8, 8), (8, 1, 1)))
    back = Box(source=5, source_offset=504, target_offset=0, dims=((8, 1, 1),))
    beyond = Box(source=5, source_offset=512, target_offset=0, dims=((8, 1, 1),))
    op = MoveOp(layer=3, output=5, boxes=(first, back, beyond), size=2048)
    units = move_units(CONFIG, op, {5: 4096, 0: 8192}, (0, 500), 400)
    order_loads(CONFIG, units)
    assert [unit.loads[0].after_unit for unit in units] == [-1, 0, 0]
    apart = [unit.loads[0].address for unit in units]
    assert apart == [8192, 4096 + 504, 4096 + 512]
    units[1].loads[0].address = 4096 - 8  # ends where the store begins
    units[1].loads[0].base = 700
    order_loads(CONFIG, units)
    assert units[1].loads[0].after_unit == -1
    units[1].loads[0].address += 1
    order_loads(CONFIG, units)
    assert units[1].loads[0].after_unit == 0
    units[1].loads[0].base = 0
    units[2].loads[0].base = 700
    order_loads(CONFIG, units)
    assert [unit.loads[0].after_unit for unit in units] == [-1, 0, -1]


def test_a_load_waits_for_the_unit_that_writes_its_lines() -> None:
    """And for one that reads them, and for no other."""
    op = MoveOp(layer=3, output=5, boxes=(), size=1024, fill=1)
    (fill,) = move_units(CONFIG, op, {5: 4096}, (40, 60), 16)
    for base, waits in ((40, 0), (55, 0), (56, -1), (39, -1), (33, 0)):
        copied = MoveOp(layer=4, output=6, boxes=(_box(((64, 8, 8), (8, 1, 1))),), size=512)
        units = move_units(CONFIG, copied, {6: 9000, 0: 8192}, (base, base), 8)
        (load,) = units[0].loads
        load.shape = Shape(h=1, w=8 if base == 39 else 64, c=8)
        load.pitch = load.shape.w
        fill.stores.clear()
        order_loads(CONFIG, [fill, *units])
        assert load.after_unit == waits, base


def test_a_chunk_larger_than_its_buffer_is_refused_in_a_sentence() -> None:
    for name, most, said in (
        ("ld_w", 2048, "weight"), ("ld_p", 64, "parameter"), ("ld_l", 1, "table")
    ):  # fmt: skip
        for count in (most, most + 1):
            op = MoveOp(layer=4, output=6, boxes=(), size=8, fill=1)
            (unit,) = move_units(CONFIG, op, {6: 9000}, (0, 0), 8)
            unit.weights = Chunk(layer=4, instruction=name, address=64, count=count, bytes=count)
            if count == most:
                schedule(CONFIG, [unit], Emitter())
                assert unit.weights.slot == 0
                continue
            with pytest.raises(LayerError) as refused:
                schedule(CONFIG, [unit], Emitter())
            assert refused.value.layer == 4
            wanted = f"needs {count} words of the {said} buffer at once and the configuration has"
            assert f"{wanted} {most}" in refused.value.reason
