"""Lowering: what each layer of a network becomes on the core.

A layer turns into an array operation (convolution, depthwise, elementwise, pooling, table), into
nothing (a reshape is another name for the same bytes), or into a host operation that golden
computes. The arithmetic is the layer's own: no scale is touched here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network import Layer, Network
from golden.network import operations as ops
from golden.operators.mean import mean_multiplier
from golden.operators.windows import Window
from sw.compiler.geometry import CompileError, Shape

POINT = Window(kernel_h=1, kernel_w=1, out_h=1, out_w=1)


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """Multiplier and shift, one or one a channel."""

    multiplier: NDArray[np.int32]
    shift: NDArray[np.int32]

    @property
    def per_channel(self) -> bool:
        """Whether every channel has its own."""
        return self.multiplier.size > 1


@dataclass(frozen=True, kw_only=True)
class ArrayOp:
    """One operation of the core on whole tensors.

    ``kind`` is the instruction's mnemonic. ``weights`` are int8 [out_c, kh, kw, in_c] for conv and
    [kh, kw, c] for dwconv, None otherwise. ``operands`` and ``output`` are tensor indices; the
    shapes are how this operation sees them. ``macs`` are the layer's own multiply-accumulates, taps
    in the padding counted, weights that only this form adds not; 0 for what does not multiply.
    ``choice`` names the alternative form that was taken, for people.
    """

    layer: int
    kind: str
    operands: tuple[int, ...]
    output: int
    in_shape: Shape
    out_shape: Shape
    window: Window = POINT
    weights: NDArray[np.int8] | None = None
    bias: NDArray[np.int32] | None = None
    scaling: Scaling | None = None
    operand_scalings: tuple[tuple[int, int], ...] = ()
    zero_points: tuple[int, int, int] = (0, 0, 0)
    clamp: tuple[int, int] = (-128, 127)
    table: NDArray[np.int8] | None = None
    macs: int = 0
    choice: str = ""

    @property
    def has_window(self) -> bool:
        """Whether the operation reads neighbours, so that strips need a halo."""
        return self.kind in ("conv", "dwconv", "maxpool", "avgpool")


@dataclass(frozen=True, kw_only=True)
class HostOp:
    """A layer that the host computes with the golden operator."""

    layer: int
    operands: tuple[int, ...]
    outputs: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Alias:
    """A layer whose output is its input's bytes in another shape."""

    layer: int
    source: int
    output: int


LoweredOp = ArrayOp | HostOp | Alias


def lower(network: Network) -> list[LoweredOp]:
    """Operations in execution order. Raises CompileError for a layer with an unusable shape."""
    lowered: list[LoweredOp] = []
    sources: dict[int, int] = {}
    for layer in network.layers:
        result = _lower_layer(network, layer, sources)
        if isinstance(result, Alias):
            sources[result.output] = sources.get(result.source, result.source)
        lowered.append(result)
    return lowered


def _lower_layer(network: Network, layer: Layer, sources: dict[int, int]) -> LoweredOp:
    operation = layer.operation
    if isinstance(operation, ops.Reshape):
        return Alias(layer=layer.index, source=layer.inputs[0], output=layer.outputs[0])
    lowering = _LOWERINGS.get(type(operation))
    if lowering is not None:
        array_op = lowering(network, layer, operation, sources)
        if array_op is not None:
            return array_op
    return HostOp(layer=layer.index, operands=layer.inputs, outputs=layer.outputs)


def _shape(network: Network, index: int) -> Shape:
    return Shape.of(network.tensors[index].shape)


def _convolution(
    network: Network, layer: Layer, op: ops.Convolution, sources: dict[int, int]
) -> ArrayOp | None:
    in_shape = _shape(network, layer.inputs[0])
    weights = op.weights
    if weights.shape[3] != in_shape.c:
        weights = _dense_groups(weights, in_shape.c)
    return _mac(layer, "conv", in_shape, _shape(network, layer.outputs[0]), op, op.window, weights)


def _dense_groups(weights: NDArray[np.int8], in_c: int) -> NDArray[np.int8]:
    """Weights of a grouped convolution with zeros where a filter does not look."""
    out_c, kernel_h, kernel_w, group_c = weights.shape
    dense = np.zeros((out_c, kernel_h, kernel_w, in_c), dtype=np.int8)
    share = out_c // (in_c // group_c)
    for channel in range(out_c):
        first = channel // share * group_c
        dense[channel, :, :, first : first + group_c] = weights[channel]
    return dense


def _depthwise(
    network: Network, layer: Layer, op: ops.Depthwise, sources: dict[int, int]
) -> ArrayOp | None:
    in_shape, out_shape = _shape(network, layer.inputs[0]), _shape(network, layer.outputs[0])
    if in_shape.c == out_shape.c:
        return _mac(layer, "dwconv", in_shape, out_shape, op, op.window, op.weights)
    # A depth multiplier: every output channel looks at one input channel, so a convolution whose
    # other weights are zero computes the same sums. With one input channel nothing is wasted.
    multiplier = out_shape.c // in_shape.c
    kernel_h, kernel_w, out_c = op.weights.shape
    dense = np.zeros((out_c, kernel_h, kernel_w, in_shape.c), dtype=np.int8)
    for channel in range(out_c):
        dense[channel, :, :, channel // multiplier] = op.weights[:, :, channel]
    return _mac(layer, "conv", in_shape, out_shape, op, op.window, dense)


def _fully_connected(
    network: Network, layer: Layer, op: ops.FullyConnected, sources: dict[int, int]
) -> ArrayOp | None:
    units, depth = op.weights.shape
    source = sources.get(layer.inputs[0], layer.inputs[0])
    image = _shape(network, source)
    if image.pixels > 1 and image.bytes == depth:
        # A flattened image: a convolution whose kernel covers it reads the same bytes in the same
        # order, straight from where the image already lies.
        window = Window(kernel_h=image.h, kernel_w=image.w, out_h=1, out_w=1)
        weights = op.weights.reshape(units, image.h, image.w, image.c)
        return _mac(
            layer, "conv", image, Shape(h=1, w=1, c=units), op, window, weights, operand=source
        )
    # Matrix rows stand one below the other, so that strips can cut between any two of them.
    rows = network.tensors[layer.inputs[0]].size // depth
    window = Window(kernel_h=1, kernel_w=1, out_h=rows, out_w=1)
    return _mac(
        layer,
        "conv",
        Shape(h=rows, w=1, c=depth),
        Shape(h=rows, w=1, c=units),
        op,
        window,
        op.weights.reshape(units, 1, 1, depth),
    )


def _mac(
    layer: Layer,
    kind: str,
    in_shape: Shape,
    out_shape: Shape,
    op: ops.Convolution | ops.Depthwise | ops.FullyConnected,
    window: Window,
    weights: NDArray[np.int8],
    operand: int | None = None,
) -> ArrayOp:
    requantisation = op.requantisation
    return ArrayOp(
        layer=layer.index,
        kind=kind,
        operands=(layer.inputs[0] if operand is None else operand,),
        output=layer.outputs[0],
        in_shape=in_shape,
        out_shape=out_shape,
        window=window,
        weights=weights,
        bias=op.bias,
        scaling=Scaling(multiplier=requantisation.multiplier, shift=requantisation.shift),
        zero_points=(op.input_zero_point, 0, requantisation.output_zero_point),
        clamp=(requantisation.act_min, requantisation.act_max),
        macs=_macs(op, out_shape),
    )


def _macs(op: ops.Convolution | ops.Depthwise | ops.FullyConnected, out_shape: Shape) -> int:
    # The file's weights: [outputs, taps and inputs] or, depthwise, [taps, outputs].
    return out_shape.pixels * int(op.weights.size)


def _pooling(
    network: Network, layer: Layer, op: ops.Pooling, sources: dict[int, int]
) -> ArrayOp | None:
    return ArrayOp(
        layer=layer.index,
        kind="avgpool" if op.average else "maxpool",
        operands=layer.inputs,
        output=layer.outputs[0],
        in_shape=_shape(network, layer.inputs[0]),
        out_shape=_shape(network, layer.outputs[0]),
        window=op.window,
        clamp=(op.act_min, op.act_max),
    )


def _mean(network: Network, layer: Layer, op: ops.Mean, sources: dict[int, int]) -> ArrayOp | None:
    """MEAN over height and width: a depthwise convolution with weights of one, exactly."""
    shape = network.tensors[layer.inputs[0]].shape
    if len(shape) != 4 or op.axes != (1, 2):
        return None
    image = Shape.of(shape)
    multiplier, shift = mean_multiplier(op.multiplier, op.shift, image.pixels)
    if not -31 <= shift <= 30:
        return None
    return ArrayOp(
        layer=layer.index,
        kind="dwconv",
        operands=layer.inputs,
        output=layer.outputs[0],
        in_shape=image,
        out_shape=Shape(h=1, w=1, c=image.c),
        window=Window(kernel_h=image.h, kernel_w=image.w, out_h=1, out_w=1),
        weights=np.ones((image.h, image.w, image.c), dtype=np.int8),
        scaling=Scaling(
            multiplier=np.array([multiplier], dtype=np.int32), shift=np.array([shift], np.int32)
        ),
        zero_points=(op.input_zero_point, 0, op.output_zero_point),
    )


def _same_shapes(network: Network, layer: Layer) -> bool:
    shapes = {network.tensors[i].shape for i in (*layer.inputs, *layer.outputs)}
    return len(shapes) == 1


def _addition(
    network: Network, layer: Layer, op: ops.Addition, sources: dict[int, int]
) -> ArrayOp | None:
    if len(layer.inputs) != 2 or not _same_shapes(network, layer):
        return None
    shape, p = _shape(network, layer.outputs[0]), op.parameters
    return ArrayOp(
        layer=layer.index,
        kind="sub" if op.subtract else "add",
        operands=layer.inputs,
        output=layer.outputs[0],
        in_shape=shape,
        out_shape=shape,
        scaling=_one(p.output_multiplier, p.output_shift),
        operand_scalings=((p.a_multiplier, p.a_shift), (p.b_multiplier, p.b_shift)),
        zero_points=(op.a_zero_point, op.b_zero_point, op.output_zero_point),
        clamp=(op.act_min, op.act_max),
    )


def _multiplication(
    network: Network, layer: Layer, op: ops.Multiplication, sources: dict[int, int]
) -> ArrayOp | None:
    if len(layer.inputs) != 2 or not _same_shapes(network, layer):
        return None
    shape = _shape(network, layer.outputs[0])
    return ArrayOp(
        layer=layer.index,
        kind="mul",
        operands=layer.inputs,
        output=layer.outputs[0],
        in_shape=shape,
        out_shape=shape,
        scaling=_one(op.multiplier, op.shift),
        zero_points=(op.a_zero_point, op.b_zero_point, op.output_zero_point),
        clamp=(op.act_min, op.act_max),
    )


def _one(multiplier: int, shift: int) -> Scaling:
    return Scaling(
        multiplier=np.array([multiplier], dtype=np.int32), shift=np.array([shift], dtype=np.int32)
    )


def _lookup(
    network: Network, layer: Layer, op: ops.Lookup, sources: dict[int, int]
) -> ArrayOp | None:
    shape = _shape(network, layer.inputs[0])
    return ArrayOp(
        layer=layer.index,
        kind="lut",
        operands=layer.inputs,
        output=layer.outputs[0],
        in_shape=shape,
        out_shape=shape,
        table=op.table,
    )


_LOWERINGS: dict[type, Callable[..., Any]] = {
    ops.Convolution: _convolution,
    ops.Depthwise: _depthwise,
    ops.FullyConnected: _fully_connected,
    ops.Pooling: _pooling,
    ops.Mean: _mean,
    ops.Addition: _addition,
    ops.Multiplication: _multiplication,
    ops.Lookup: _lookup,
}


def alias_root(lowered: list[LoweredOp], tensor: int) -> int:
    """Tensor whose bytes ``tensor`` is another name for (itself if it is no alias)."""
    for op in reversed(lowered):
        if isinstance(op, Alias) and op.output == tensor:
            tensor = op.source
    return tensor


def require_known(network: Network, lowered: list[LoweredOp]) -> None:
    """Raise CompileError when an operation reads a tensor nothing has produced."""
    known = set(network.inputs)
    for op in lowered:
        reads = (op.source,) if isinstance(op, Alias) else op.operands
        for tensor in reads:
            if tensor not in known and network.tensors[tensor].data is None:
                name = network.tensors[tensor].name
                raise CompileError(f"tensor {name!r} is read before anything writes it")
        known.update(op.outputs if isinstance(op, HostOp) else (op.output,))
