"""Lines of the scratchpad, and strips of two operations that take turns."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest

from golden.config import CoreConfig, load_config
from golden.operators.windows import Window
from sw.compiler.geometry import LayerError, Shape
from sw.compiler.joining import can_join, can_take_turns, take_turns
from sw.compiler.operations import ArrayOp, HostOp, MoveOp, View
from sw.compiler.phase import OpPlan
from sw.compiler.placement import Buffer, assign_lines, lines_at_once, refuse, squeeze
from sw.compiler.placing import Placing
from sw.compiler.strips import strip_of
from sw.compiler.units import Unit

CONFIG = load_config("8x8")  # of 1,024 lines
TINY = CoreConfig(name="tiny", spad_depth=64)


def _buffer(lines: int, first: int, last: int, base: int = -1) -> Buffer:
    return Buffer(name=f"{lines}", lines=lines, first=first, last=last, base=base)


def _apart(buffers: list[Buffer], depth: int) -> bool:
    """Whether all lie in the scratchpad and none that live together share a line."""
    return all(0 <= b.base <= depth - b.lines for b in buffers) and not any(
        a.first <= b.last
        and b.first <= a.last
        and a.base < b.base + b.lines
        and b.base < a.base + a.lines
        for a, b in combinations(buffers, 2)
    )


@pytest.mark.parametrize("case", range(40))
def test_buffers_that_are_needed_together_lie_apart(case: int) -> None:
    rng = np.random.default_rng(case)
    buffers = []
    for _ in range(int(rng.integers(1, 14))):
        first = int(rng.integers(0, 12))
        buffers.append(_buffer(int(rng.integers(1, 24)), first, first + int(rng.integers(0, 5))))
    most = max(sum(b.lines for b in buffers if b.first <= now <= b.last) for now in range(20))
    assert lines_at_once(buffers) == most
    failed = assign_lines(TINY, buffers)
    if failed is None:
        assert _apart(buffers, 64)
        assert most <= 64
    else:
        assert 0 <= failed < len(buffers)
        assert most > 40  # far from that any order does


def test_program_order_is_tried_where_the_largest_first_leave_a_hole() -> None:
    """Largest first, the three of 32 lines leave no 24 that are free from operation 2 to 3."""
    second, long = _buffer(32, 1, 2), _buffer(24, 2, 3)
    first, last = _buffer(32, 0, 1), _buffer(32, 3, 4)
    assert assign_lines(TINY, [second, long, first, last]) is None
    assert [buffer.base for buffer in (first, second, long, last)] == [0, 32, 0, 24]


def test_a_scratchpad_is_filled_to_the_last_line() -> None:
    pair = [_buffer(40, 0, 1), _buffer(24, 1, 2)]
    assert assign_lines(TINY, pair) is None
    assert sorted(buffer.base for buffer in pair) == [0, 40]
    assert assign_lines(TINY, [_buffer(64, 0, 3)]) is None
    assert assign_lines(TINY, [_buffer(40, 0, 1), _buffer(25, 1, 2)]) == 1
    assert assign_lines(TINY, [_buffer(65, 0, 0)]) == 0
    assert assign_lines(TINY, [_buffer(24, 0, 0), _buffer(41, 0, 0)]) == 0  # largest first
    assert assign_lines(TINY, []) is None
    one_after_another = [_buffer(64, n, n) for n in range(5)]
    assert assign_lines(TINY, one_after_another) is None
    assert {buffer.base for buffer in one_after_another} == {0}


def test_a_buffer_fills_the_hole_between_two_others() -> None:
    low, high, early = _buffer(30, 0, 2), _buffer(20, 0, 0), _buffer(19, 1, 2)
    hole = _buffer(14, 0, 0)
    assert assign_lines(TINY, [low, high, early, hole]) is None
    assert (low.base, high.base, early.base, hole.base) == (0, 30, 30, 50)


def test_another_order_is_tried_where_largest_first_leaves_a_hole() -> None:
    """24 lines of the middle: the two long ones must lie on one side of them."""
    buffers = [_buffer(32, 0, 1), _buffer(32, 2, 3), _buffer(32, 1, 2), _buffer(32, 3, 4)]
    buffers += [_buffer(32, 0, 0), _buffer(32, 4, 4)]
    assert assign_lines(TINY, buffers) is None
    assert _apart(buffers, 64)
    found = 0
    for case in range(300):
        rng = np.random.default_rng(case)
        some = [
            _buffer(int(rng.integers(8, 33)), first, first + int(rng.integers(0, 3)))
            for first in range(8)
        ]
        failed = assign_lines(TINY, some)
        found += failed is None
        assert (failed is not None) or _apart(some, 64)
    assert found >= 100


@pytest.mark.parametrize("case", range(40))
def test_fresh_buffers_are_squeezed_between_others(case: int) -> None:
    rng = np.random.default_rng(case)
    others, at = [], 0
    for _ in range(3):
        at += int(rng.integers(0, 12))
        others.append(_buffer(int(rng.integers(1, 12)), 0, 0, at))
        at += others[-1].lines
    fresh = [_buffer(int(rng.integers(1, 14)), 0, 0) for _ in range(int(rng.integers(1, 4)))]
    if squeeze(TINY, fresh, others):
        assert _apart([*fresh, *others], 64)
    else:
        assert sum(b.lines for b in (*fresh, *others)) > 32


def test_a_hole_is_used_to_its_last_line() -> None:
    others = [_buffer(10, 0, 0, 0), _buffer(20, 0, 0, 22), _buffer(10, 0, 0, 54)]
    fresh = [_buffer(12, 0, 0), _buffer(12, 0, 0)]
    assert squeeze(TINY, fresh, others)
    assert sorted(buffer.base for buffer in fresh) == [10, 42]
    assert not squeeze(TINY, [_buffer(13, 0, 0)], others)
    assert squeeze(TINY, [_buffer(64, 0, 0)], [])
    assert not squeeze(TINY, [_buffer(65, 0, 0)], [])
    small, large = _buffer(3, 0, 0), _buffer(12, 0, 0)
    assert squeeze(TINY, [small, large], [_buffer(52, 0, 0, 12)]) is False
    assert squeeze(TINY, [small, large], [_buffer(49, 0, 0, 0)])
    assert (large.base, small.base) == (49, 61)


def test_what_does_not_fit_says_how_much_is_missing() -> None:
    error = refuse(3, "layer 3", 70, 64)
    assert isinstance(error, LayerError)
    assert error.layer == 3
    assert "layer 3 needs 70 lines" in error.reason and "has 64" in error.reason


def _conv(source: int, output: int, *, channels: int = 16, rows: int = 8, **more: Any) -> ArrayOp:
    shape = Shape(h=rows, w=8, c=channels)
    window = Window(kernel_h=3, kernel_w=3, pad_top=1, pad_left=1, out_h=rows, out_w=8)
    fields: dict[str, Any] = {
        "layer": output, "kind": "dwconv", "operands": (source,), "output": output,
        "in_shape": shape, "out_shape": shape, "window": window,
    }  # fmt: skip
    return ArrayOp(**{**fields, **more})


FIRST, SECOND = _conv(0, 1), _conv(1, 2)
SMALLER = Shape(h=4, w=8, c=16)
VIEWS = (View(shape=FIRST.in_shape, stored=32),)
HOST = HostOp(layer=1, operands=(1,), outputs=(2,))
CONV = Window(kernel_h=1, kernel_w=1, out_h=8, out_w=8)


def test_two_operations_join_where_one_reads_nothing_else_and_both_are_one_chunk() -> None:
    assert can_join(CONFIG, FIRST, SECOND)
    assert not can_join(CONFIG, HOST, SECOND) and not can_join(CONFIG, FIRST, HOST)  # type: ignore[arg-type]
    for second in (
        _conv(0, 2), _conv(1, 2, operands=(1, 0)), _conv(1, 2, in_shape=SMALLER),
        _conv(1, 2, views=VIEWS), _conv(1, 2, out_shape=Shape(h=1, w=8, c=16)),
        _conv(1, 2, matrix=5),
    ):  # fmt: skip
        assert not can_join(CONFIG, FIRST, second)
    assert not can_join(CONFIG, replace(FIRST, views=VIEWS), SECOND)
    assert can_join(CONFIG, FIRST, _conv(1, 2, out_shape=Shape(h=2, w=8, c=16)))


def test_two_operations_take_turns_row_by_row() -> None:
    assert can_take_turns(CONFIG, FIRST, SECOND)
    assert not can_take_turns(CONFIG, HOST, SECOND) and not can_take_turns(CONFIG, FIRST, HOST)  # type: ignore[arg-type]
    column = Shape(h=64, w=1, c=16)
    add = _conv(1, 2, kind="add", operands=(0, 1), in_shape=column, out_shape=column)
    assert can_take_turns(CONFIG, FIRST, add)
    assert not can_take_turns(CONFIG, FIRST, replace(add, operands=(0, 3)))
    for second in (
        _conv(0, 2), _conv(1, 2, views=VIEWS), _conv(1, 2, in_shape=SMALLER),
        _conv(1, 2, in_shape=Shape(h=16, w=4, c=16)),
        _conv(1, 2, out_shape=Shape(h=1, w=8, c=16)), _conv(1, 2, matrix=5),
    ):  # fmt: skip
        assert not can_take_turns(CONFIG, FIRST, second)


@pytest.mark.parametrize("can", [can_join, can_take_turns])
def test_one_chunk_is_an_eighth_of_the_weights_and_a_quarter_of_the_parameters(can: Any) -> None:
    """256 words of 2,048, 16 entries of 64."""

    def second(channels: int, made: int, kind: str = "conv") -> ArrayOp:
        shape = Shape(h=8, w=8, c=channels)
        window = CONV if kind == "conv" else FIRST.window
        return _conv(
            1, 2, kind=kind, window=window, in_shape=shape, out_shape=Shape(h=8, w=8, c=made)
        )

    def first(channels: int) -> ArrayOp:
        shape = Shape(h=8, w=8, c=channels)
        return _conv(0, 1, kind="lut", in_shape=shape, out_shape=shape)

    assert can(CONFIG, first(32), second(32, 64))
    assert can(CONFIG, first(128), second(128, 16))
    assert not can(CONFIG, first(86), second(86, 24))
    assert can(CONFIG, first(85), second(85, 24))
    assert not can(CONFIG, first(32), second(32, 65))
    assert can(CONFIG, first(128), second(128, 128, "dwconv"))
    assert not can(CONFIG, first(129), second(129, 129, "dwconv"))  # 17 blocks
    wide = replace(FIRST.window, kernel_h=5, kernel_w=5)
    assert can(CONFIG, first(80), replace(second(80, 80, "dwconv"), window=wide))  # 250 words
    assert not can(CONFIG, first(88), replace(second(88, 88, "dwconv"), window=wide))
    assert not can(CONFIG, second(16, 136), _conv(1, 2, in_shape=Shape(h=8, w=8, c=136)))


def test_the_second_follows_one_strip_behind_what_it_reads() -> None:
    """Rows 0..3, then 4..7; the second reads a row beyond its own."""
    strips = [strip_of(FIRST, 0, 4), strip_of(FIRST, 4, 8)]
    others = [strip_of(SECOND, 0, 3), strip_of(SECOND, 3, 6), strip_of(SECOND, 6, 8)]
    first = [Unit(op=FIRST, kind=f"a{n}") for n in range(2)]
    second = [Unit(op=SECOND, kind=f"b{n}") for n in range(3)]
    order = [unit.kind for unit in take_turns(first, strips, second, others)]
    assert order == ["a0", "a1", "b0", "b1", "b2"]
    thin = [strip_of(FIRST, n, n + 2) for n in range(0, 8, 2)]
    first = [Unit(op=FIRST, kind=f"a{n}{k}") for n in range(4) for k in "xy"]
    second = [Unit(op=SECOND, kind=f"b{n}{k}") for n in range(3) for k in "uv"]
    order = [unit.kind for unit in take_turns(first, thin, second, others)]
    assert " ".join(order) == "a0x a0y a1x a1y a2x a2y b0u b0v a3x a3y b1u b1v b2u b2v"
    odd = [*first, Unit(op=FIRST, kind="odd")]
    assert take_turns(odd, thin, second, others) == [*odd, *second]
    assert take_turns(first, thin, second[1:], others) == [*first, *second[1:]]


def test_a_strip_of_one_pixel_is_not_there_before_it_is_made() -> None:
    point, shape = Window(kernel_h=1, kernel_w=1, out_h=3, out_w=1), Shape(h=3, w=1, c=16)
    made = _conv(0, 1, window=point, in_shape=shape, out_shape=shape)
    wanted = _conv(1, 2, window=point, in_shape=shape, out_shape=shape)
    first = [Unit(op=made, kind=f"a{n}") for n in range(3)]
    second = [Unit(op=wanted, kind=f"b{n}") for n in range(3)]
    rows = [[strip_of(op, n, n + 1) for n in range(3)] for op in (made, wanted)]
    order = [unit.kind for unit in take_turns(first, rows[0], second, rows[1])]
    assert order == ["a0", "a1", "b0", "a2", "b1", "b2"]


@pytest.mark.parametrize(("rows", "thinner"), [(1, None), (2, (1, 1)), (3, (2, 1)), (9, (5, 1))])
def test_a_move_gives_way_by_half_down_to_a_row(rows: int, thinner: tuple[int, int] | None) -> None:
    """Else a phase whose moves have no room beside the rest would not fit at all."""
    plan = OpPlan(op=MoveOp(layer=0, output=1, boxes=(), size=64, fill=0), limit=(rows, 1))
    placing = Placing.__new__(Placing)
    assert placing._thinner(0, plan) == thinner
