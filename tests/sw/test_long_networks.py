"""Long networks and tall tensors: placing takes no more attempts, and cuts in few ways."""

from __future__ import annotations

import cProfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from golden.config import CoreConfig
from golden.network import Network
from golden.network import operations as ops
from golden.operators.windows import resolve_padding
from models.tflite_writer import TfliteWriter
from sw.compiler import fastest as compiling
from sw.compiler import phase, thickening
from sw.compiler.compile import compile_choices
from sw.compiler.fastest import compile_network
from sw.compiler.geometry import Shape
from sw.compiler.moves import buffer_lines
from sw.compiler.operations import ArrayOp, Box
from sw.compiler.phase import PhasePlan
from sw.compiler.placement import Buffer, assign_lines
from sw.compiler.placing import Placing
from sw.compiler.strips import Strip, cut
from sw.importer import import_network
from tests.sw.golden_core import BASE
from tests.sw.random_networks import Builder

SMALL = CoreConfig(name="small", spad_depth=128)


def _chain(layers: int) -> Network:
    """Depthwise and pointwise convolutions in turn, none of whose tensors fits as a whole."""
    builder = Builder(rng=np.random.default_rng(1))
    first = tensor = builder.tensor((1, 16, 16, 24))
    for number in range(layers):
        kernel = (1, 1) if number % 2 else (3, 3)
        window = resolve_padding(16, 16, kernel=kernel, padding="SAME")
        scales = builder.requantisation(24, 24)
        operation: ops.Operation
        if number % 2:
            operation = ops.Convolution(
                weights=builder.int8((24, 1, 1, 24)),
                bias=None,
                window=window,
                input_zero_point=1,
                requantisation=scales,
            )
        else:
            operation = ops.Depthwise(
                weights=builder.int8((3, 3, 24)),
                bias=None,
                window=window,
                input_zero_point=1,
                requantisation=scales,
            )
        (tensor,) = builder.layer(operation, [tensor], (1, 16, 16, 24))
    return Network(
        name="chain",
        tensors=tuple(builder.tensors),
        layers=tuple(builder.layers),
        inputs=(first,),
        outputs=(tensor,),
    )


def _side_by_side(layers: int) -> Network:
    """Convolutions of an input each."""
    builder = Builder(rng=np.random.default_rng(1))
    inputs = [builder.tensor((1, 4, 4, 3)) for _ in range(layers)]
    window = resolve_padding(4, 4, kernel=(3, 3), padding="SAME")
    outputs: list[int] = []
    for source in inputs:
        operation = ops.Convolution(
            weights=builder.int8((8, 3, 3, 3)),
            bias=None,
            window=window,
            input_zero_point=1,
            requantisation=builder.requantisation(27, 8),
        )
        outputs += builder.layer(operation, [source], (1, 4, 4, 8))
    return Network(
        name="side by side",
        tensors=tuple(builder.tensors),
        layers=tuple(builder.layers),
        inputs=tuple(inputs),
        outputs=tuple(outputs),
    )


def _attempts(layers: int, name: str = "attempt", make: Callable[[int], Network] = _chain) -> int:
    """How often a method of the plan is called."""
    count = 0
    whole = getattr(PhasePlan, name)

    def counted(self: PhasePlan, *given: object) -> object:
        nonlocal count
        count += 1
        return whole(self, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PhasePlan, name, counted)
        compile_network(SMALL, make(layers), memory_base=BASE)
    return count


def test_a_long_network_takes_as_many_attempts_as_a_short_one() -> None:
    assert 2 < _attempts(48) <= 1.5 * _attempts(12)


def test_operands_are_looked_at_as_often_as_there_are_layers() -> None:
    """Each operand of each operation was compared with all others: 600 layers took 20 s."""
    few, many = (_attempts(layers, "operand_keys", _side_by_side) for layers in (12, 48))
    assert many <= 6 * few


def _calls(products: int, path: Path) -> int:
    """Function calls, and steps of generators, of compiling a layer of many products."""
    writer = TfliteWriter("products")
    x = writer.add_tensor("x", (products, 1, 3, 1), scale=0.1)
    y = writer.add_tensor("y", (products, 1, 1, 3), scale=0.1)
    z = writer.add_tensor("z", (products, 1, 3, 3), scale=0.2)
    writer.add_operator("BATCH_MATMUL", [x, y], [z])
    path.write_bytes(writer.finish([x, y], [z]))
    profile = cProfile.Profile()
    profile.runcall(compile_network, SMALL, import_network(path), memory_base=BASE)
    return sum(entry.callcount for entry in profile.getstats())


def test_a_layer_of_many_products_is_counted_once(tmp_path: Path) -> None:
    """Each product counted the instructions of all: 7,258 took 28 s."""
    few, many = (_calls(products, tmp_path / "products.tflite") for products in (40, 320))
    assert many <= 8.8 * few


def test_pieces_of_a_move_are_counted_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every attempt to place counted them again: 62,592 of them in 15 attempts took 12 s."""
    writer = TfliteWriter("moves")
    x = writer.add_tensor("x", (1, 1500), scale=0.1)
    packed = writer.add_tensor("packed", (1, 1500, 3), scale=0.1)
    doubled = writer.add_tensor("doubled", (1, 1500, 3), scale=0.2)
    turned = writer.add_tensor("turned", (1, 3, 1500), scale=0.2)
    order = writer.add_tensor("order", (3,), dtype="int32", data=np.array([0, 2, 1]))
    writer.add_operator("PACK", [x, x, x], [packed], valuesCount=3, axis=2)
    writer.add_operator("ADD", [packed, packed], [doubled])
    writer.add_operator("TRANSPOSE", [doubled, order], [turned])
    path = tmp_path / "moves.tflite"
    path.write_bytes(writer.finish([x], [turned]))
    looked_at: list[int] = []
    lines = buffer_lines

    def counted(config: CoreConfig, boxes: tuple[Box, ...], most: int) -> int:
        looked_at.append(id(boxes))
        return lines(config, boxes, most)

    monkeypatch.setattr(phase, "buffer_lines", counted)
    network = import_network(path)
    assert _attempts(0, make=lambda _: network) > 2
    assert len(looked_at) == len(set(looked_at)) > 1


class _Watched(Buffer):
    """A buffer that counts how often it is looked at."""

    looks = 0

    def __getattribute__(self, name: str) -> object:
        _Watched.looks += 1
        return super().__getattribute__(name)


def test_a_buffer_is_placed_among_those_of_its_own_life() -> None:
    looks = []
    for count in (50, 400):
        buffers: list[Buffer] = [
            _Watched(name=f"{n}", lines=3, first=n, last=n + 1) for n in range(count)
        ]
        _Watched.looks = 0
        assert assign_lines(SMALL, buffers) is None
        looks.append(_Watched.looks)
        assert {buffer.base for buffer in buffers} == {0, 3}
    assert looks[1] <= 8.8 * looks[0]


def test_one_place_at_a_time_would_take_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Placing, "give_way_everywhere", lambda *_: False)
    assert _attempts(24) > 1.5 * _attempts(12)


def _tall(rows: int) -> Network:
    """A convolution and a depthwise one of very many rows."""
    builder = Builder(rng=np.random.default_rng(1))
    first = tensor = builder.tensor((1, rows, 8, 3))
    window = resolve_padding(rows, 8, kernel=(3, 3), padding="SAME")
    requantisation = builder.requantisation(27, 8)
    convolution = ops.Convolution(
        weights=builder.int8((8, 3, 3, 3)),
        bias=None,
        window=window,
        input_zero_point=1,
        requantisation=requantisation,
    )
    (tensor,) = builder.layer(convolution, [tensor], (1, rows, 8, 8))
    depthwise = ops.Depthwise(
        weights=builder.int8((3, 3, 8)),
        bias=None,
        window=window,
        input_zero_point=1,
        requantisation=builder.requantisation(9, 8),
    )
    (tensor,) = builder.layer(depthwise, [tensor], (1, rows, 8, 8))
    return Network(
        name="tall",
        tensors=tuple(builder.tensors),
        layers=tuple(builder.layers),
        inputs=(first,),
        outputs=(tensor,),
    )


def _strips_tried(rows: int) -> int:
    """Strips that are cut and estimated until the best are found."""
    count = 0

    def counted(*given: Any) -> list[Strip]:
        nonlocal count
        made = cut(*given)
        count += len(made)
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(phase, "cut", counted)
        compile_network(SMALL, _tall(rows), memory_base=BASE)
    return count


def test_a_tensor_of_many_rows_is_cut_in_few_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of very many rows few heights are tried, and the work grows no faster than the rows."""
    few = _strips_tried(4096)
    assert few < 4.5 * _strips_tried(1024)
    monkeypatch.setattr(thickening, "FEW_STRIPS", 1 << 30)
    assert few < 0.95 * _strips_tried(4096)


@pytest.mark.parametrize("case", range(100))
def test_strips_start_where_they_may_and_are_no_longer_than_need_be(case: int) -> None:
    rng = np.random.default_rng(case)
    height, rows = int(rng.integers(1, 40)), int(rng.integers(1, 45))
    starts = sorted({0, *rng.choice(height, int(rng.integers(height)), replace=False).tolist()})
    shape = Shape(h=height, w=4, c=3)
    op = ArrayOp(layer=0, kind="lut", operands=(0,), output=1, in_shape=shape, out_shape=shape)
    bounds = [0]  # start by start, as it is defined
    for start, following in pairwise([*starts[1:], height]):
        if following - bounds[-1] > rows and start > bounds[-1]:
            bounds.append(start)
    made = cut(op, starts, rows, 4)
    assert [strip.y.first for strip in made] == bounds
    assert made[-1].y.end == height


def test_alternatives_are_not_tried_of_what_takes_seconds_to_try(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A batch of tens of thousands of images has so many instructions."""
    tried = []
    genuine = compile_choices

    def counted(*arguments: Any, **named: Any) -> Any:
        tried.append(named["choices"])
        return genuine(*arguments, **named)

    monkeypatch.setattr(compiling, "compile_choices", counted)
    compile_network(SMALL, _chain(4), memory_base=BASE)
    assert len(tried) > 1
    tried.clear()
    monkeypatch.setattr(compiling, "MOST_TRIED", 0)
    compile_network(SMALL, _chain(4), memory_base=BASE)
    assert tried == [frozenset()]
