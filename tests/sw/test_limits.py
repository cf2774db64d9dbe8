"""How much of an operator the core takes, to the last one, and why the host has the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from golden.config import CoreConfig, load_config
from golden.network import Network
from golden.network import operations as ops
from golden.operators.windows import Window, resolve_padding
from sw.compiler.context import TensorTable
from sw.compiler.fastest import compile_network
from sw.compiler.folding import fold_columns
from sw.compiler.geometry import CompileError, Shape
from sw.compiler.lowering_resizing import place_weights
from sw.compiler.operations import ArrayOp
from sw.compiler.packing import pack_weights
from sw.compiler.program import HostPhase
from sw.execution import core_phases
from tests.sw.golden_core import BASE, play
from tests.sw.random_networks import Builder

CONFIG = load_config("8x8")


def _network(operation: ops.Operation, made: tuple[int, ...], *inputs: tuple[int, ...]) -> Network:
    b = Builder(rng=np.random.default_rng(1))
    read = [b.tensor(shape) for shape in inputs]
    outputs = b.layer(operation, read, made)
    return Network(
        name="limit", tensors=tuple(b.tensors), layers=tuple(b.layers), inputs=tuple(read),
        outputs=tuple(outputs),
    )  # fmt: skip


def _reason(network: Network, config: CoreConfig = CONFIG) -> str:
    """Why the host computes the one layer; empty if the core does."""
    phases = compile_network(config, network, memory_base=BASE).phases
    return next((phase.op.reason for phase in phases if isinstance(phase, HostPhase)), "")


def _plays(network: Network, config: CoreConfig = CONFIG) -> bool:
    """Whether the core makes what golden does."""
    rng = np.random.default_rng(2)
    shapes = [network.tensors[index].shape for index in network.inputs]
    values = [rng.integers(-128, 128, shape).astype(np.int8) for shape in shapes]
    result = play(config, network, values)
    return result.differences == [] and result.elements > 0


def _scales(count: int = 1) -> ops.Requantisation:
    return Builder(rng=np.random.default_rng(3)).requantisation(9, count)


def _grouped(groups: int, each: int, kernel: int) -> Network:
    """A convolution from one channel a group to ``each``."""
    b = Builder(rng=np.random.default_rng(1))
    operation = ops.Convolution(
        weights=b.int8((groups * each, kernel, kernel, 1)), bias=None, input_zero_point=3,
        window=resolve_padding(2, 2, kernel=(kernel, kernel)), requantisation=_scales(),
    )  # fmt: skip
    return _network(operation, (1, 2, 2, groups * each), (1, 2, 2, groups))


def test_a_product_of_groups_is_dense_up_to_two_mebibytes_of_zeros() -> None:
    """Or whatever it takes, with no more groups than the array has cells."""
    assert 128 * 64 * 16 * 16 == 2 << 20
    at, beyond = _grouped(128, 1, 8), _grouped(128, 64, 2)
    assert at.layers[0].operation.weights.size * 128 < 2 << 20  # type: ignore[attr-defined]
    assert beyond.layers[0].operation.weights.size * 128 > 2 << 20  # type: ignore[attr-defined]
    assert _reason(at) == ""
    assert "would have zeros in between, 4,194,304 bytes" in _reason(beyond)
    assert _reason(_grouped(128, 32, 2)) == ""  # 2 MiB
    assert "2,359,296 bytes" in _reason(_grouped(128, 16, 3))
    assert _reason(_grouped(64, 16, 9)) == ""
    assert "zeros in between" in _reason(_grouped(65, 8, 8))
    assert "zeros in between" in _reason(_grouped(64, 16, 9), load_config("4x8"))


@pytest.mark.parametrize(("groups", "each"), [(3, 2), (12, 1), (5, 4)])
def test_each_group_sees_its_own_channels(groups: int, each: int) -> None:
    assert _plays(_grouped(groups, each, 3))
    b = Builder(rng=np.random.default_rng(1))
    operation = ops.Convolution(
        weights=b.int8((groups * each, 1, 2, 3)), bias=b.bias(groups * each), input_zero_point=3,
        window=resolve_padding(4, 5, kernel=(1, 2)), requantisation=_scales(),
    )  # fmt: skip
    assert _plays(_network(operation, (1, 4, 5, groups * each), (1, 4, 5, 3 * groups)))


@pytest.mark.parametrize("images", [256, 257])
def test_a_batch_is_taken_up_to_256_images(images: int) -> None:
    window = resolve_padding(1, 2, kernel=(1, 2))
    operation = ops.Pooling(window=window, average=False, act_min=-128, act_max=127)
    network = _network(operation, (images, 1, 2, 1), (images, 1, 2, 1))
    assert ("images, 256 at most" in _reason(network)) == (images > 256)
    depthwise = ops.Depthwise(
        weights=np.ones((1, 2, 1), dtype=np.int8), bias=None, window=window, input_zero_point=0,
        requantisation=_scales(),
    )  # fmt: skip
    network = _network(depthwise, (images, 1, 2, 1), (images, 1, 2, 1))
    assert ("images, 256 at most" in _reason(network)) == (images > 256)


@pytest.mark.parametrize("kind", ["conv", "dwconv", "max", "average", "average up at one half"])
def test_each_image_of_a_batch_makes_its_own_stretch_of_the_result(kind: str) -> None:
    """A result of another size than what it is made of, so that no stretch lies as its source."""
    b = Builder(rng=np.random.default_rng(1))
    window = resolve_padding(5, 6, kernel=(2, 2), stride=(2, 2))
    made = (window.out_h, window.out_w, 3 if kind == "conv" else 2)
    operation: ops.Operation = ops.Pooling(
        window=window, average=kind != "max", act_min=-128, act_max=127,
        half_up=kind.endswith("half"),
    )  # fmt: skip
    if kind == "conv":
        operation = ops.Convolution(
            weights=b.int8((3, 2, 2, 2)), bias=b.bias(3), input_zero_point=3, window=window,
            requantisation=_scales(),
        )  # fmt: skip
    if kind == "dwconv":
        operation = ops.Depthwise(
            weights=b.int8((2, 2, 2)), bias=b.bias(2), input_zero_point=3, window=window,
            requantisation=_scales(),
        )  # fmt: skip
    assert _plays(_network(operation, (3, *made), (3, 5, 6, 2)))


def _spread(padding: tuple[int, int], kernel: tuple[int, int] = (2, 3)) -> Network:
    b = Builder(rng=np.random.default_rng(1))
    size = (4 * 2 + kernel[0] - 2 - 2 * padding[0], 5 * 2 + kernel[1] - 2 - 2 * padding[1])
    operation = ops.TransposedConvolution(
        weights=b.int8((4, *kernel, 3)), bias=None, stride=(2, 2), padding=padding, size=size,
        input_zero_point=5, requantisation=_scales(),
    )  # fmt: skip
    return _network(operation, (1, *size, 4), (1, 4, 5, 3))


def test_a_transposed_convolution_cuts_off_no_more_than_its_kernel_adds() -> None:
    assert _reason(_spread((1, 2))) == ""
    assert _plays(_spread((1, 2))) and _plays(_spread((0, 1))) and _plays(_spread((0, 0), (3, 1)))
    for padding in ((2, 2), (1, 3), (2, 3)):
        assert _reason(_spread(padding)) == "it cuts off more rows than its kernel adds"


def _sum(shape: tuple[int, ...], axes: tuple[int, ...], kind: type[ops.Operation]) -> Network:
    made = tuple(n for axis, n in enumerate(shape) if axis not in axes) or (1,)
    operation: ops.Operation
    if kind is ops.Extreme:
        operation = ops.Extreme(axes=axes, keep_dims=False, smallest=False)
    else:
        operation = ops.Total(
            axes=axes, keep_dims=False, input_zero_point=3, output_zero_point=-2,
            multiplier=1 << 30, shift=-3,
        )  # fmt: skip
    return _network(operation, made, shape)


@pytest.mark.parametrize("kind", [ops.Extreme, ops.Total])
def test_a_reduction_is_a_window_of_255_at_most(kind: type[ops.Operation]) -> None:
    for shape in ((1, 255, 2, 3), (1, 3, 255, 3)):
        assert _reason(_sum(shape, (1, 2), kind)) == ""
    for shape in ((1, 256, 2, 3), (1, 3, 256, 3)):
        assert "exceeds 255" in _reason(_sum(shape, (1, 2), kind))
    assert _reason(_sum((64, 5, 3), (1,), kind)) == ""
    assert _reason(_sum((65, 5, 3), (1,), kind)) == "it has 65 groups, more than 64"


@pytest.mark.parametrize("kind", [ops.Extreme, ops.Total])
@pytest.mark.parametrize(
    "axes", [(0,), (1,), (2,), (3,), (1, 2), (0, 2), (1, 3), (2, 3), (0, 1, 2)]
)
def test_axes_are_reduced_wherever_they_are(
    kind: type[ops.Operation], axes: tuple[int, ...]
) -> None:
    assert _plays(_sum((3, 4, 2, 5), axes, kind))


def test_a_window_that_the_weight_buffer_does_not_hold_is_the_hosts() -> None:
    small = CoreConfig(name="small", wbuf_depth=64)
    assert _reason(_sum((1, 8, 8, 3), (1, 2), ops.Total), small) == ""
    said = _reason(_sum((1, 13, 5, 3), (1, 2), ops.Total), small)
    assert said == "its window of 65 pixels exceeds the weight buffer"


def _average(image: tuple[int, int], window: Window) -> Network:
    operation = ops.Pooling(window=window, average=True, act_min=-128, act_max=127, half_up=True)
    made = (1, window.out_h, window.out_w, 3)
    return _network(operation, made, (1, *image, 3))


def test_averages_that_go_up_at_one_half_stay_inside_the_image() -> None:
    for kernel, stride in (((2, 3), (2, 3)), ((2, 2), (1, 2)), ((3, 1), (1, 1))):
        window = resolve_padding(6, 7, kernel=kernel, stride=stride, padding="VALID")
        assert _reason(_average((6, 7), window)) == ""
        assert _plays(_average((6, 7), window))
    inside = resolve_padding(6, 7, kernel=(2, 3), padding="VALID")
    outside = "its windows reach outside the image"
    for change in ({"pad_top": 1}, {"pad_left": 1}, {"out_h": 6}, {"out_w": 6}):
        assert outside in _reason(_average((6, 7), replace(inside, **change)))
    for kernel, said in (((16, 16), ""), ((16, 17), "its window of 272 pixels is too large")):
        window = resolve_padding(16, 17, kernel=kernel, padding="VALID")
        assert _reason(_average((16, 17), window))[: len(said) or None] == said


def test_the_pixels_around_have_their_shares_in_a_place() -> None:
    kernel = place_weights((4, 4), (0, 0), half_pixel=True)
    assert kernel.tolist() == [[18, 30, 0], [30, 50, 0], [0, 0, 0]]


def _moved(function: object, made: tuple[int, ...], *inputs: tuple[int, ...]) -> Network:
    operation = ops.Rearrangement(function=function, value=7)  # type: ignore[arg-type]
    return _network(operation, made, *inputs)


def test_what_goes_through_several_inputs_in_any_direction_is_cut_where_they_end() -> None:
    size = 5 * 7
    ways: dict[str, Callable[[list[Any], int], list[Any]]] = {
        "joined": lambda arrays, _: [np.concatenate([a.reshape(-1) for a in arrays])],
        "backwards": lambda arrays, _: [np.concatenate([a.reshape(-1) for a in arrays])[::-1]],
        "in steps": lambda arrays, _: [np.concatenate([a.reshape(-1) for a in arrays])[1::3]],
        "backwards in steps": lambda arrays, _: [
            np.concatenate([a.reshape(-1) for a in arrays])[::-3]
        ],
        "in pairs": lambda arrays, _: [
            np.concatenate([a.reshape(-1) for a in arrays])[: 3 * size - 1]
            .reshape(-1, 2)[::-1]
            .reshape(-1)
        ],
        "filled": lambda arrays, value: [
            np.pad(np.concatenate(arrays), ((1, 2), (0, 1)), constant_values=value)
        ],
    }
    arrays = [np.zeros((5, 7), dtype=np.int8)] * 3
    for name, way in ways.items():
        network = _moved(way, way(arrays, 0)[0].shape, *[(5, 7)] * 3)
        assert _reason(network) == "", name
        assert _plays(network), name


def test_a_rearrangement_of_more_than_512_runs_is_the_hosts() -> None:
    rng = np.random.default_rng(5)

    def shuffled(count: int) -> Network:
        order = rng.permutation(count)
        order = order[np.concatenate([[True], np.diff(order) != 1])]
        return _moved(lambda arrays, _: [arrays[0][order]], (order.size,), (count,))

    assert _reason(shuffled(300)) == ""
    assert _reason(shuffled(1500)) == "it would take more than 512 moves"


def test_what_has_no_weights_can_not_be_packed_or_folded() -> None:
    shape = Shape(h=2, w=2, c=2)
    op = ArrayOp(layer=0, kind="conv", operands=(0,), output=1, in_shape=shape, out_shape=shape)
    with pytest.raises(ValueError, match=r"^conv has no weights$"):
        pack_weights(CONFIG, op)
    with pytest.raises(ValueError, match=r"^conv has no weights$"):
        fold_columns(op)


@pytest.mark.parametrize(
    "wrong",
    [{"weights": np.ones((2, 1, 1, 3), np.int8)}, {"bias": np.ones(3, np.int32)}],
    ids=["weights", "bias"],
)
def test_constants_that_do_not_fit_their_shapes_are_refused(wrong: dict[str, Any]) -> None:
    shape = Shape(h=2, w=2, c=2)
    with pytest.raises(AssertionError):
        ArrayOp(
            layer=0, kind="conv", operands=(0,), output=1, in_shape=shape, out_shape=shape, **wrong
        )


@pytest.mark.parametrize("shape", [(0, 3), (2, 0, 1), (0,)])
def test_an_empty_tensor_has_no_shape(shape: tuple[int, ...]) -> None:
    with pytest.raises(CompileError, match="is empty"):
        Shape.of(shape)
    assert Shape.of((1,)) == Shape(h=1, w=1, c=1)
    assert Shape.of((2, 3, 4, 5)) == Shape(h=6, w=4, c=5)
    assert Shape.rows_of((2, 3, 4, 5)) == Shape(h=24, w=1, c=5)


@pytest.mark.parametrize("smallest", [False, True])
@pytest.mark.parametrize("slot", [0, 1])
@pytest.mark.parametrize("shape", [(1,), (1, 1, 1, 1), ()])
def test_the_larger_of_a_tensor_and_a_number_is_a_table(
    smallest: bool, slot: int, shape: tuple[int, ...]
) -> None:
    b = Builder(rng=np.random.default_rng(1))
    x = b.tensor((1, 3, 4, 5))
    number = b.tensor(shape, np.full(shape, -9, dtype=np.int8))
    operands = [x, number] if slot else [number, x]
    outputs = b.layer(ops.Maximum(smallest=smallest), operands, (1, 3, 4, 5))
    network = Network(
        name="number", tensors=tuple(b.tensors), layers=tuple(b.layers), inputs=(x,),
        outputs=tuple(outputs),
    )  # fmt: skip
    (phase,) = core_phases(compile_network(CONFIG, network, memory_base=BASE))
    assert [op.kind for op in phase.ops] == ["lut"]
    assert _plays(network)


@pytest.mark.parametrize(
    ("image", "flat"),
    [((7, 7, 64), True), ((16, 16, 8), True), ((16, 17, 8), False), ((16, 16, 24), True),
     ((32, 64, 1), True), ((33, 64, 1), False), ((1, 1, 40), False)],
)  # fmt: skip
def test_a_flattened_image_is_a_kernel_whose_block_the_weight_buffer_holds(
    image: tuple[int, int, int], flat: bool
) -> None:
    depth = image[0] * image[1] * image[2]
    b = Builder(rng=np.random.default_rng(1))
    operation = ops.FullyConnected(
        weights=b.int8((5, depth)), bias=b.bias(5), input_zero_point=3,
        requantisation=b.requantisation(depth, 5), output_shape=(1, 5),
    )  # fmt: skip
    network = _network(operation, (1, 5), (1, *image))
    (phase,) = core_phases(compile_network(CONFIG, network, memory_base=BASE))
    (op,) = phase.ops
    assert isinstance(op, ArrayOp)
    assert ((op.window.kernel_h, op.window.kernel_w) == image[:2]) == (flat or depth == image[2])
    assert op.in_shape.c == (image[2] if flat else depth)
    assert _plays(network)


def test_a_tensor_that_nobody_writes_is_refused_by_name() -> None:
    b = Builder(rng=np.random.default_rng(1))
    x = b.tensor((1, 2, 2, 3))
    (y,) = b.layer(ops.Lookup(table=b.int8((256,))), [x], (1, 2, 2, 3))
    network = Network(
        name="lost", tensors=tuple(b.tensors), layers=tuple(b.layers), inputs=(), outputs=(y,)
    )
    with pytest.raises(CompileError, match=r"^tensor 't0' is read before anything writes it$"):
        compile_network(CONFIG, network, memory_base=BASE)


@pytest.mark.parametrize(("offset", "count"), [(0, 0), (-1, 2), (1, 12), (12, 1)])
def test_a_part_that_is_empty_or_not_in_its_whole_is_refused(offset: int, count: int) -> None:
    b = Builder(rng=np.random.default_rng(1))
    whole = b.tensor((1, 2, 2, 3))
    tensors = TensorTable(
        Network(
            name="parts", tensors=tuple(b.tensors), layers=(), inputs=(whole,), outputs=(whole,)
        )
    )
    tensors.view(whole, 0, (12,))
    tensors.view(whole, 11, (1,))
    with pytest.raises(
        ValueError, match=rf"^t0 has 12 bytes, and no {count} from byte {offset} on$"
    ):
        tensors.view(whole, offset, (count,))


@pytest.mark.parametrize(
    ("channels", "as_channels"), [(512, 512), (513, 513), (520, 8), (521, 521)]
)
def test_pixels_longer_than_a_sixteenth_of_the_scratchpad_are_cut_into_words(
    channels: int, as_channels: int
) -> None:
    """Of 1,024 lines 64 words, 512 channels; what words do not divide stays whole."""
    b = Builder(rng=np.random.default_rng(1))
    network = _network(ops.Lookup(table=b.int8((256,))), (1, 1, 3, channels), (1, 1, 3, channels))
    (phase,) = core_phases(compile_network(CONFIG, network, memory_base=BASE))
    (op,) = phase.ops
    assert isinstance(op, ArrayOp) and op.in_shape.c == as_channels
    assert _plays(network)
