"""PADs and slices that the layers behind them do themselves, and those that they can not do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from golden.config import load_config
from golden.network import Network
from golden.network import operations as ops
from golden.operators.windows import resolve_padding
from sw.compiler.fastest import compile_network
from tests.sw.golden_core import BASE, play
from tests.sw.layers import add, depthwise, pool
from tests.sw.random_networks import Builder

CONFIG = load_config("8x8")
AROUND = ((0, 0), (1, 2), (2, 0), (0, 0))
VALUE = -7


def _conv(b: Builder, x: int, zero_point: int = VALUE, channels: int = 5) -> int:
    _, h, w, c = b.shape(x)
    window = resolve_padding(h, w, kernel=(3, 2), padding="VALID")
    operation = ops.Convolution(
        weights=b.int8((channels, 3, 2, c)), bias=None, window=window, input_zero_point=zero_point,
        requantisation=b.requantisation(6 * c, channels),
    )  # fmt: skip
    return b.layer(operation, [x], (b.shape(x)[0], window.out_h, window.out_w, channels))[0]


def _depthwise(b: Builder, x: int) -> int:
    y = depthwise(b, x)
    operation = b.layers[-1].operation
    assert isinstance(operation, ops.Depthwise)
    b.layers[-1] = replace(b.layers[-1], operation=replace(operation, input_zero_point=VALUE))
    return y


def _pad(b: Builder, x: int, paddings: tuple[tuple[int, int], ...], value: int = VALUE) -> int:
    shape = tuple(n + sum(pair) for n, pair in zip(b.shape(x), paddings, strict=True))
    return b.layer(ops.Pad(paddings=paddings, value=value), [x], shape)[0]


def _multiply(b: Builder, x: int, y: int) -> int:
    operation = ops.Multiplication(
        multiplier=1_500_000_000, shift=-5, a_zero_point=3, b_zero_point=-7, output_zero_point=5,
        act_min=-110, act_max=120,
    )  # fmt: skip
    return b.layer(operation, [x, y], b.shape(x))[0]


def _slice(b: Builder, x: int, *ranges: tuple[int | None, int | None, int]) -> int:
    index = tuple(slice(*some) for some in ranges)
    whole = [*index, *(slice(None),) * (4 - len(index))]
    shape = tuple(len(range(*s.indices(n))) for s, n in zip(whole, b.shape(x), strict=True))
    return b.layer(ops.Slice(slices=(index,), output_shapes=(shape,)), [x], shape)[0]


def _network(make: Callable[[Builder], list[int]], folded: bool) -> None:
    """The first layer that is a PAD or slice is folded or not; the result is right."""
    b = Builder(rng=np.random.default_rng(1))
    outputs = make(b)
    written = {t for layer in b.layers for t in layer.outputs}
    inputs = [t.index for t in b.tensors if t.index not in written and t.data is None]
    network = Network(
        name="folded", tensors=tuple(b.tensors), layers=tuple(b.layers), inputs=tuple(inputs),
        outputs=tuple(outputs),
    )  # fmt: skip
    rng = np.random.default_rng(2)
    values = [rng.integers(-128, 128, b.shape(t)).astype(np.int8) for t in inputs]
    program = compile_network(CONFIG, network, memory_base=BASE)
    result = play(CONFIG, network, values, program=program)
    assert result.differences == [] and result.elements > 0
    layer = next(one for one in network.layers if isinstance(one.operation, ops.Pad | ops.Slice))
    assert (program.where(layer) == "folded") == folded


def _image(b: Builder, batch: int = 1, channels: int = 6) -> int:
    return b.tensor((batch, 7, 8, channels))


PADS: dict[str, tuple[bool, Callable[[Builder], list[int]]]] = {
    "convolution": (True, lambda b: [_conv(b, _pad(b, _image(b), AROUND))]),
    "depthwise": (True, lambda b: [_depthwise(b, _pad(b, _image(b), AROUND))]),
    "two readers": (True, lambda b: _two(b, _conv, _depthwise)),
    "another value": (False, lambda b: [_conv(b, _pad(b, _image(b), AROUND), 3)]),
    "one of two has another value": (False, lambda b: _two(b, _conv, _other)),
    "a pooling reads it, too": (False, lambda b: _two(b, _conv, _pool)),
    "it is an output": (False, lambda b: [y := _pad(b, _image(b), AROUND), _conv(b, y)]),
    "it is the output": (False, lambda b: [_pad(b, _image(b), AROUND)]),
    "of channels, too": (
        False, lambda b: [_conv(b, _pad(b, _image(b), (*AROUND[:3], (1, 0))))]
    ),
    "of channels behind, too": (
        False, lambda b: [_conv(b, _pad(b, _image(b), (*AROUND[:3], (0, 1))))]
    ),
    "of the batch": (False, lambda b: [_conv(b, _pad(b, _image(b), ((0, 1), *AROUND[1:])))]),
    "of two images": (False, lambda b: [_conv(b, _pad(b, _image(b, 2), AROUND))]),
}  # fmt: skip


def _other(b: Builder, x: int) -> int:
    return _conv(b, x, 3)


def _pool(b: Builder, x: int) -> int:
    return pool(b, x, (2, 2), (1, 1), average=False)


def _two(b: Builder, *readers: Callable[[Builder, int], int]) -> list[int]:
    y = _pad(b, _image(b), AROUND)
    return [reader(b, y) for reader in readers]


@pytest.mark.parametrize("name", PADS)
def test_a_pad_is_the_padding_of_the_convolutions_that_alone_read_it(name: str) -> None:
    folded, make = PADS[name]
    _network(make, folded)


def _behind(count: int, before: int = 0) -> tuple[tuple[int, int], ...]:
    return ((0, 0), (0, 0), (0, 0), (before, count))


def _joined(b: Builder, x: int, *, multiply: bool = False) -> int:
    other = b.tensor(b.shape(x))
    return _multiply(b, x, other) if multiply else add(b, x, other)


def _with_row(b: Builder, x: int) -> int:
    """A sum with a row that is repeated."""
    return add(b, x, b.tensor((1, 1, *b.shape(x)[2:])))


def _with_constant(b: Builder, x: int) -> int:
    channels = b.shape(x)[3]
    return _multiply(b, x, b.tensor((channels,), b.int8((channels,))))


def _twice_padded(b: Builder) -> list[int]:
    x = _pad(b, _pad(b, _image(b), _behind(3)), _behind(2), 4)
    return [_joined(b, x)]


CHANNELS: dict[str, tuple[bool, Callable[[Builder], list[int]]]] = {
    "sum": (True, lambda b: [_joined(b, _pad(b, _image(b), _behind(9)))]),
    "product": (True, lambda b: [_joined(b, _pad(b, _image(b), _behind(2)), multiply=True)]),
    "two sums": (True, lambda b: [
        f(b, y) for y in [_pad(b, _image(b), _behind(4))] for f in (_joined, _joined)
    ]),
    "in front": (False, lambda b: [_joined(b, _pad(b, _image(b), _behind(3, 2)))]),
    "rows, too": (False, lambda b: [
        _joined(b, _pad(b, _image(b), ((0, 0), (0, 1), (0, 0), (0, 2))))
    ]),
    "a pooling reads it, too": (False, lambda b: [
        f(b, y) for y in [_pad(b, _image(b), _behind(4))] for f in (_joined, _pool)
    ]),
    "it is an output": (False, lambda b: [y := _pad(b, _image(b), _behind(4)), _joined(b, y)]),
    "a row is repeated": (False, lambda b: [_with_row(b, _pad(b, _image(b), _behind(4)))]),
    "a constant is repeated": (
        False, lambda b: [_with_constant(b, _pad(b, _image(b), _behind(4)))]
    ),
    "of two images": (False, lambda b: [_joined(b, _pad(b, _image(b, 2), _behind(4)))]),
    "padded again": (False, _twice_padded),
}  # fmt: skip


@pytest.mark.parametrize("name", CHANNELS)
def test_channels_are_appended_where_only_arithmetic_of_whole_images_reads_them(name: str) -> None:
    folded, make = CHANNELS[name]
    _network(make, folded)


ALL = (None, None, 1)


def _part(*ranges: tuple[int | None, int | None, int]) -> Callable[[Builder], int]:
    return lambda b: _slice(b, _image(b, channels=24), *ranges)


EIGHT = _part(ALL, ALL, ALL, (8, 21, 1))
SLICES: dict[str, tuple[bool, Callable[[Builder], list[int]]]] = {
    "convolution": (True, lambda b: [_conv(b, EIGHT(b))]),
    "depthwise": (True, lambda b: [depthwise(b, EIGHT(b))]),
    "pooling": (True, lambda b: [_pool(b, EIGHT(b))]),
    "sum": (True, lambda b: [_joined(b, EIGHT(b))]),
    "product with a constant": (True, lambda b: [_with_constant(b, EIGHT(b))]),
    "all of them": (True, lambda b: [
        f(b, y) for y in [EIGHT(b)] for f in (_conv, depthwise, _pool, _joined, _with_constant)
    ]),
    "from the first channel": (True, lambda b: [_conv(b, _part(ALL, ALL, ALL, (0, 9, 1))(b))]),
    "within a block": (False, lambda b: [_conv(b, _part(ALL, ALL, ALL, (4, 12, 1))(b))]),
    "every second channel": (False, lambda b: [_conv(b, _part(ALL, ALL, ALL, (8, 24, 2))(b))]),
    "some rows": (False, lambda b: [_conv(b, _part(ALL, (0, 5, 1), ALL, (8, 24, 1))(b))]),
    "every second column": (False, lambda b: [_conv(b, _part(ALL, ALL, (0, 8, 2), (8, 24, 1))(b))]),
    "rows alone": (False, lambda b: [_conv(b, _part(ALL, (1, 7, 1))(b))]),
    "it is an output": (False, lambda b: [y := EIGHT(b), _conv(b, y)]),
    "a table reads it, too": (False, lambda b: [
        f(b, y) for y in [EIGHT(b)] for f in (_conv, _table)
    ]),
    "a row is repeated": (False, lambda b: [_with_row(b, EIGHT(b))]),
    "of two images": (False, lambda b: [
        _conv(b, _slice(b, _image(b, 2, 24), ALL, ALL, ALL, (8, 24, 1)))
    ]),
    "of a slice": (False, lambda b: [
        _conv(b, _slice(b, EIGHT(b), ALL, ALL, ALL, (0, 8, 1)))
    ]),
}  # fmt: skip


def _table(b: Builder, x: int) -> int:
    return b.layer(ops.Lookup(table=b.int8((256,))), [x], b.shape(x))[0]


@pytest.mark.parametrize("name", SLICES)
def test_channels_that_begin_a_block_are_read_where_they_lie(name: str) -> None:
    folded, make = SLICES[name]
    _network(make, folded)


def _split(*ends: int) -> Callable[[Builder], list[int]]:
    """A slice with several outputs, each of which a convolution reads."""

    def make(b: Builder) -> list[int]:
        x = _image(b, channels=24)
        whole = (slice(None),) * 3
        parts = tuple((*whole, slice(a, z)) for a, z in zip((0, *ends), (*ends, 24), strict=True))
        shapes = tuple((1, 7, 8, part[3].stop - part[3].start) for part in parts)
        outputs = b.layer(ops.Slice(slices=parts, output_shapes=shapes), [x], *shapes)
        return [_conv(b, y) for y in outputs]

    return make


@pytest.mark.parametrize(("ends", "folded"), [((8,), True), ((8, 16), True), ((8, 12), False)])
def test_a_slice_is_folded_as_a_whole(ends: tuple[int, ...], folded: bool) -> None:
    _network(_split(*ends), folded)
