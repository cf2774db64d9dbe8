"""From positions to boxes: every element goes where it belongs, once, in few rectangles."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from golden.config import load_config
from golden.network import Network
from golden.network import operations as ops
from golden.operators.resizing import resize_nearest
from sw.compiler.fastest import compile_network
from sw.compiler.moves import piece_count
from sw.compiler.operations import Box, MoveOp
from sw.compiler.positions import Run, boxes_of, separable_boxes_of
from sw.execution import core_phases
from tests.sw.golden_core import BASE, play
from tests.sw.random_networks import Builder

CONFIG = load_config("8x8")
Array = NDArray[np.int64]


def _mirrored(rng: np.random.Generator, x: Array) -> Array:
    return np.pad(x, [tuple(rng.integers(0, n, 2)) for n in x.shape], mode="reflect")


def _repeated(rng: np.random.Generator, x: Array) -> Array:
    return np.repeat(x, int(rng.integers(1, 4)), axis=int(rng.integers(x.ndim)))


def _gathered(rng: np.random.Generator, x: Array) -> Array:
    return np.take(x, rng.integers(0, x.shape[0], int(rng.integers(1, 9))), axis=0)


def _tiled(rng: np.random.Generator, x: Array) -> Array:
    return np.tile(x, tuple(rng.integers(1, 4, x.ndim)))


def _turned(rng: np.random.Generator, x: Array) -> Array:
    return np.flip(x, int(rng.integers(x.ndim))).transpose(rng.permutation(x.ndim))


def _sliced(rng: np.random.Generator, x: Array) -> Array:
    starts, steps = (rng.integers(0, n) for n in x.shape), rng.integers(1, 3, x.ndim)
    index = zip(starts, steps, strict=True)
    return x[tuple(slice(int(start), None, int(step)) for start, step in index)]


KINDS: tuple[Callable[[np.random.Generator, Array], Array], ...] = (
    _mirrored, _repeated, _gathered, _tiled, _turned, _sliced,
)  # fmt: skip


def _copied(runs: Sequence[Run], size: int) -> Array:
    made = np.full(size, -1, dtype=np.int64)
    for run in runs:
        for index in product(*(range(count) for count, _, _ in run.dims)):
            moves = list(zip(index, run.dims, strict=True))
            target = run.target + sum(i * dim[2] for i, dim in moves)
            assert made[target] == -1, "an element is copied twice"
            made[target] = run.source + sum(i * dim[1] for i, dim in moves)
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_every_element_goes_where_it_belongs(kind: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    found = 0
    for _ in range(150):
        shape = tuple(int(n) for n in rng.integers(1, 7, int(rng.integers(1, 4))))
        positions = np.ascontiguousarray(kind(rng, np.arange(np.prod(shape)).reshape(shape)))
        for way in (boxes_of, separable_boxes_of):
            runs = way(positions, 1 << 20)
            if runs is not None:
                found += way is separable_boxes_of
                assert np.array_equal(_copied(runs, positions.size), positions.reshape(-1))
    assert found > 50


def test_what_is_no_sum_over_its_axes_is_left_to_runs() -> None:
    positions = np.array([[0, 1], [3, 2]], dtype=np.int64)
    assert separable_boxes_of(positions, 10) is None
    assert separable_boxes_of(np.array([[0, 1], [-1, 2]]), 10) is None
    assert separable_boxes_of(np.arange(9)[::-1].copy(), 0) is None  # more than may be


def _run(source: int, target: int, *dims: tuple[int, int, int]) -> Run:
    return Run(source=source, target=target, dims=dims)


RUNS = {
    "0 1 2 3 8 9 10 11 16 17 18 19": [_run(0, 0, (3, 8, 4), (4, 1, 1))],
    "7": [_run(7, 0)],
    "5 3 9": [_run(5, 0, (2, -2, 1)), _run(9, 2)],
    "0 1 4 5 8 9 20 21 32 33": [
        _run(0, 0, (3, 4, 2), (2, 1, 1)), _run(20, 6, (2, 12, 2), (2, 1, 1)),
    ],
    "0 1 4 5 9 10 11 12": [_run(0, 0, (2, 4, 2), (2, 1, 1)), _run(9, 4, (4, 1, 1))],
    "0 1 4 5 -1 8 9 12 13": [_run(0, 0, (2, 8, 5), (2, 4, 2), (2, 1, 1))],
    "-1 -1 6 -1": [_run(6, 2)],
    "-2 -1 0 1": [_run(0, 2, (2, 1, 1))],
    "0 1 4 5 100 101 104 105": [_run(0, 0, (2, 100, 4), (2, 4, 2), (2, 1, 1))],
}  # fmt: skip


@pytest.mark.parametrize("positions", RUNS)
def test_runs_of_equal_runs_are_one(positions: str) -> None:
    wanted = RUNS[positions]
    flat = np.array(positions.split(), dtype=np.int64)
    assert boxes_of(flat, len(wanted)) == wanted
    assert boxes_of(flat, len(wanted) - 1) is None


# Positions, and (first, count, step, apart) of each stretch: an axis by itself.
STRETCHES = {
    "2 1 0 1 2 3": [(0, 2, -1, 1), (2, 4, 1, 1)],
    "3 2 1 0": [(0, 4, -1, 1)],
    "0 0 1 1 2 2": [(0, 3, 1, 2), (1, 3, 1, 2)],
    "0 0 0 5 5 5": [(0, 2, 5, 3), (1, 2, 5, 3), (2, 2, 5, 3)],
    "0 1 2 4 6 8": [(0, 3, 1, 1), (3, 3, 2, 1)],
    "0 2 4 5 6 7": [(0, 3, 2, 1), (3, 3, 1, 1)],
    "4 4 5 6": [(0, 1, 0, 0), (1, 3, 1, 1)],
    "5 4 6 8 10": [(0, 1, 0, 0), (1, 4, 2, 1)],
    "0 9 1 8": [(0, 2, 9, 1), (2, 2, 7, 1)],
}


@pytest.mark.parametrize("positions", STRETCHES)
def test_an_axis_is_cut_where_its_step_changes_or_every_nth_index(positions: str) -> None:
    flat = np.array(positions.split(), dtype=np.int64)
    wanted = [
        _run(int(flat[first]), first, *(((count, step, apart),) if count > 1 else ()))
        for first, count, step, apart in STRETCHES[positions]
    ]
    assert separable_boxes_of(flat, len(wanted)) == wanted
    assert separable_boxes_of(flat, len(wanted) - 1) is None


@pytest.mark.parametrize(("apart", "runs"), [(8, 8), (9, 17)])
def test_no_more_than_every_eighth_index_goes_together(apart: int, runs: int) -> None:
    """Two stretches of that many equal positions: more are copied one by one."""
    found = separable_boxes_of(np.repeat(np.arange(2), apart), 100)
    assert found is not None
    assert (
        sum(1 if all(step > 0 for _, step, _ in run.dims) else run.dims[0][0] for run in found)
        == runs
    )


def test_what_no_element_goes_to_is_left_to_runs() -> None:
    """Though it may be a sum over its axes."""
    assert separable_boxes_of(np.array([[-1, 0], [1, 2]]), 10) is None
    assert separable_boxes_of(np.array([[0, 1], [2, 3]]), 10) is not None


def _pieces(positions: Array) -> int:
    runs = separable_boxes_of(positions, 512)
    assert runs is not None
    boxes = [
        Box(source=0, source_offset=run.source, target_offset=run.target, dims=run.dims)
        for run in runs
    ]
    return piece_count(CONFIG, boxes)


def test_an_image_of_twice_the_size_takes_four_rectangles() -> None:
    image = np.arange(14 * 7 * 5).reshape(1, 14, 7, 5)
    big = resize_nearest(image, (28, 14), align_corners=False, half_pixel=False)
    assert _pieces(big.astype(np.int64)) == 4


def test_a_mirrored_border_takes_a_few() -> None:
    image = np.arange(8 * 6 * 4).reshape(1, 8, 6, 4)
    padded = np.pad(image, ((0, 0), (0, 0), (2, 1), (1, 2)), mode="reflect")
    assert _pieces(padded.astype(np.int64)) < padded.size // 16


def test_pieces_of_a_move_take_turns_and_the_bytes_are_right() -> None:
    """A transposed image, byte by byte: its buffers are smaller than it, and alike."""
    builder = Builder(rng=np.random.default_rng(1))
    image, shape = builder.tensor((1, 6, 24, 24)), (1, 24, 24, 6)
    (output,) = builder.layer(ops.Transpose(permutation=(0, 2, 3, 1)), [image], shape)
    network = Network(
        name="transposed", tensors=tuple(builder.tensors), layers=tuple(builder.layers),
        inputs=(image,), outputs=(output,),
    )  # fmt: skip
    values = builder.int8((1, 6, 24, 24))
    assert play(CONFIG, network, [values]).differences == []
    program = compile_network(CONFIG, network, memory_base=BASE)
    (phase,) = core_phases(program)
    assert any(isinstance(op, MoveOp) for op in phase.ops)
    assert program.predicted_cycles < 1.35 * values.size


@pytest.mark.parametrize(("before", "fill"), [(0, None), (2, -7)])
def test_only_what_no_element_goes_to_is_filled(before: int, fill: int | None) -> None:
    """The same operator with and without places of its value: filling all costs a store more."""

    def shifted(inputs: Sequence[NDArray[Any]], value: int) -> list[NDArray[Any]]:
        return [np.pad(inputs[0][:, ::-1], ((0, 0), (before, 0)), constant_values=value)]

    b = Builder(rng=np.random.default_rng(4))
    x = b.tensor((6, 20))
    (y,) = b.layer(ops.Rearrangement(function=shifted, value=-7), [x], (6, 20 + before))
    network = Network(
        name="shifted", tensors=tuple(b.tensors), layers=tuple(b.layers), inputs=(x,), outputs=(y,)
    )
    program = compile_network(CONFIG, network, memory_base=BASE)
    (move,) = (op for phase in core_phases(program) for op in phase.ops)
    assert isinstance(move, MoveOp)
    assert move.fill == fill
    values = np.random.default_rng(5).integers(-128, 128, (6, 20)).astype(np.int8)
    assert play(CONFIG, network, [values], program=program).differences == []
