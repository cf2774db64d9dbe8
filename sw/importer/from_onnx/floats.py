"""float32 between two tensors: what no instruction computes is computed by the host, in float32.

    DequantizeLinear -> LayerNormalization -> QuantizeLinear       one layer of the host
    DequantizeLinear -> Sigmoid, Mul with what went in -> ...      one table: one tensor went in

Such an island grows node by node and becomes a layer where QuantizeLinear rounds it, or where it
leaves the network as float32.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network.operations import HostFunction
from sw.importer.from_onnx import movement, pointwise, resizing
from sw.importer.from_onnx.builder import Builder
from sw.importer.from_onnx.file import Node
from sw.importer.from_onnx.values import (
    PLAIN,
    Floats,
    Function,
    Island,
    Outside,
    Quantised,
    Real,
    Scaling,
    Target,
    Value,
    Weights,
)

F = np.float32
MOST_COST = 256  # operators of a float32 part, each as often as it is computed
MOST_ELEMENTS = 1 << 24  # of what one of them makes
Arrays = Sequence[Floats]


def is_float(value: Value) -> bool:
    """Whether float32 stands there that the host computes, or has from outside."""
    return isinstance(value, Island | Outside) or (
        isinstance(value, Real) and bool(value.functions)
    )


def operand(b: Builder, node: Node, position: int) -> Island:
    """An operand as float32."""
    name = node.input(position)
    if name in b.constants:
        constant = b.constants[name].astype(F)
        return _island(constant.shape, (), lambda _: constant)
    value = b.known(node, position)
    found = as_island(value)
    if found is None:
        raise b.error(
            node, f"input {position} is float32 that no QuantizeLinear rounds; quantise it"
        )
    return found


def as_island(value: Value) -> Island | None:
    """A value as float32; None for sums, which nothing has rounded yet."""
    if isinstance(value, Island):
        return value
    if isinstance(value, Real):
        return replace(
            _island(value.source.shape, (value.source,), partial(_after, value.functions)),
            cost=value.cost,
        )
    if isinstance(value, Outside):
        return _island(value.shape, (value,), partial(_after, value.arrays))
    if isinstance(value, Weights):
        return _weights(value)
    return None


def _weights(value: Weights) -> Island:
    wide = [1] * value.data.ndim
    if value.scales.size > 1:
        wide[value.axis] = -1
    real = (value.data.astype(F) - F(value.zero_point)) * value.scales.reshape(wide)
    return _island(value.data.shape, (), lambda _: np.asarray(real, dtype=F))


def _island(
    shape: tuple[int, ...],
    sources: tuple[Quantised | Outside, ...],
    function: Callable[[Arrays], Floats],
) -> Island:
    return Island(shape=shape, sources=sources, function=function, kind="")


def _after(functions: Sequence[Function], arrays: Arrays) -> Floats:
    real = arrays[0]
    for function in functions:
        real = np.asarray(function(real), dtype=F)
    return real


def refuse_much(b: Builder, node: Node, cost: int, size: int = 0) -> None:
    """Raise NetworkError where a float32 part would take too long, or too much memory."""
    if cost > MOST_COST or size > MOST_ELEMENTS:
        raise b.error(node, "too much float32 is between two tensors; quantise in between")


def joined(
    b: Builder,
    node: Node,
    operands: Sequence[Island],
    function: Callable[..., Any],
    shape: tuple[int, ...],
) -> Island:
    """A function of operands that are float32, whose result has this shape."""
    counts = [len(one.sources) for one in operands]
    functions = [one.function for one in operands]
    sources = tuple(source for one in operands for source in one.sources)
    cost = sum(one.cost for one in operands) + 1
    refuse_much(b, node, max(cost, len(sources)), int(np.prod(shape, dtype=object)))

    def whole(arrays: Arrays) -> Floats:
        given, at = [], 0
        for count, made in zip(counts, functions, strict=True):
            given.append(made(arrays[at : at + count]))
            at += count
        return np.asarray(function(*given), dtype=F)

    return Island(shape=shape, sources=sources, function=whole, kind=node.kind, cost=cost)


def broadcast(b: Builder, node: Node, operands: Sequence[Island]) -> tuple[int, ...]:
    """Shape of operands beside each other."""
    try:
        return tuple(int(n) for n in np.broadcast_shapes(*(one.shape for one in operands)))
    except ValueError:
        shapes = " and ".join(str(one.shape) for one in operands)
        raise b.error(node, f"shapes {shapes} do not broadcast") from None


def binary(b: Builder, node: Node) -> Value:
    """An operator of two or more operands; of one tensor alone it is a function of that."""
    operands = [operand(b, node, position) for position in range(len(node.inputs))]
    function = pointwise.BINARY[node.kind]

    def folded(*arrays: Floats) -> Any:
        made = arrays[0]
        for array in arrays[1:]:
            made = function(made, array)
        return made

    island = joined(b, node, operands, folded, broadcast(b, node, operands))
    # A Real is a function of each element; an island may be one of all, as Softmax is.
    reals = [value for name in node.inputs if isinstance(value := b.values.get(name), Real)]
    numbers = [one for one in operands if not one.sources and one.function([]).size == 1]
    alike = all(real.source is reals[0].source for real in reals)
    if alike and reals and len(reals) + len(numbers) == len(operands):
        count, every = len(island.sources), island.function
        functions = (lambda x: every([x] * count),)
        return Real(source=reals[0].source, functions=functions, cost=island.cost)
    return island


def of_one(b: Builder, node: Node, position: int, function: Function) -> Island:
    """A function of one operand, the others being constants."""
    x = operand(b, node, position)
    return joined(b, node, [x], function, x.shape)


def slopes(b: Builder, node: Node) -> Island:
    """PRelu with several slopes."""
    both = [operand(b, node, position) for position in (0, 1)]
    if broadcast(b, node, both) != both[0].shape:
        raise b.error(node, f"its slopes {both[1].shape} do not fit the input {both[0].shape}")
    return joined(b, node, both, lambda x, slope: np.where(x >= 0, x, slope * x), both[0].shape)


def moved(b: Builder, node: Node, value: Island | Outside) -> Value:
    """Transpose and what changes the shape, of float32."""
    if node.kind == "Transpose":
        axes = [int(a) for a in node.attributes.get("perm", range(len(value.shape) - 1, -1, -1))]
        if sorted(axes) != list(range(len(value.shape))):
            raise b.error(node, f"{axes} is no order of {len(value.shape)} axes")
        shape = tuple(value.shape[axis] for axis in axes)

        def array(x: Floats) -> Floats:
            return np.ascontiguousarray(x.transpose(axes))

        def move(x: Quantised) -> Quantised:
            return movement.transpose(b, node, x)
    else:
        shape = movement.target(b, node, value.shape)

        def array(x: Floats) -> Floats:
            return x.reshape(shape)

        def move(x: Quantised) -> Quantised:
            return movement.reshape(b, node, x)

    if isinstance(value, Outside):
        return Outside(
            shape=shape, index=value.index, moves=(*value.moves, move),
            arrays=(*value.arrays, array),
        )  # fmt: skip
    function = value.function
    refuse_much(b, node, value.cost + 1)
    return Island(
        shape=shape, sources=value.sources, function=lambda given: array(function(given)),
        kind=value.kind, cost=value.cost + 1,
    )  # fmt: skip


def normalisation(b: Builder, node: Node) -> Island:
    """LayerNormalization, InstanceNormalization and BatchNormalization."""
    x = operand(b, node, 0)
    rank = len(x.shape)
    epsilon = F(node.attributes.get("epsilon", 1e-5))
    if node.kind == "LayerNormalization":
        first = movement.axis_of(b, node, int(node.attributes.get("axis", -1)), rank)
        axes = tuple(range(first, rank))
    else:
        axes = tuple(range(2, rank))
    wide = (-1, *(1,) * (rank - 2))
    numbers = []
    for position in range(1, len(node.inputs)):
        if node.input(position):
            found = operand(b, node, position)
            if found.sources:
                raise b.error(node, f"input {position} must be a constant; export it as one")
            array = found.function([])
            numbers.append(array if node.kind == "LayerNormalization" else array.reshape(wide))
    wanted = 4 if node.kind == "BatchNormalization" else 1
    if len(numbers) < wanted or any(
        len(array.shape) > rank or np.broadcast_shapes(array.shape, x.shape) != x.shape
        for array in numbers
    ):
        raise b.error(node, f"its constants do not fit the input {x.shape}")
    fixed = numbers[2:4] if node.kind == "BatchNormalization" else None

    def function(real: Floats) -> Any:
        if fixed is not None:
            mean, variance = fixed
        else:
            mean = real.mean(axis=axes, keepdims=True, dtype=F)
            variance = np.square(real - mean).mean(axis=axes, keepdims=True, dtype=F)
        made = (real - mean) / np.sqrt(variance + epsilon) * numbers[0]
        return made + numbers[1] if len(numbers) > 1 else made

    return joined(b, node, [x], function, x.shape)


def softmax(b: Builder, node: Node, opset: int) -> Island:
    """Softmax and LogSoftmax."""
    operand(b, node, 0)  # refuses what is none
    return softmax_of(b, node, b.known(node, 0), opset)


def softmax_of(b: Builder, node: Node, value: Value, opset: int) -> Island:
    """The same of a value."""
    x = as_island(value)
    assert x is not None
    axes = pointwise.softmax_axes(b, node, len(x.shape), opset=opset)
    function = pointwise.softmax if node.kind == "Softmax" else pointwise.log_softmax
    return joined(b, node, [x], partial(function, axes), x.shape)


def resize(b: Builder, node: Node) -> Island:
    """Resize between pixels."""
    x = operand(b, node, 0)
    function, shape = resizing.linear(b, node, x.shape)
    made = joined(b, node, [x], function, shape)
    value = b.known(node, 0)
    if not isinstance(value, Real) or value.functions:
        return made
    source = value.source
    return replace(made, core=lambda to: resizing.bilinear(b, node, source, to))


def reduced(b: Builder, node: Node) -> Island:
    """ReduceMean, ReduceSum, ReduceMax, ReduceMin of float32."""
    x = operand(b, node, 0)
    axes = movement.reduced_axes(b, node, len(x.shape))
    keep = bool(node.attributes.get("keepdims", 1))
    by_name: dict[str, Callable[..., Any]] = {
        "ReduceMean": np.mean, "ReduceSum": np.sum, "ReduceMax": np.max, "ReduceMin": np.min,
    }  # fmt: skip
    reduce = by_name[node.kind]
    kept = tuple(1 if i in axes else n for i, n in enumerate(x.shape))
    shape = kept if keep else tuple(n for i, n in enumerate(x.shape) if i not in axes)
    return joined(b, node, [x], lambda real: reduce(real, axis=axes, keepdims=keep), shape)


# ---- the ends


def _evaluated(
    function: Callable[[Arrays], Floats], scalings: Sequence[Scaling | None], to: Target | None,
    inputs: Any,
) -> list[NDArray[np.generic]]:  # fmt: skip
    with np.errstate(all="ignore"):
        given = [
            array if scaling is None else scaling.real(array)
            for scaling, array in zip(scalings, inputs, strict=True)
        ]
        real = np.asarray(function(given), dtype=F)
    if to is None:
        return [real]
    return [np.clip(to.scaling.quantise(real), to.low, to.high).astype(np.int8)]


def _host(b: Builder, value: Island, to: Target | None) -> tuple[HostFunction, list[int]]:
    scalings = [s.scaling if isinstance(s, Quantised) else None for s in value.sources]
    tensors = [b.form(s, PLAIN) if isinstance(s, Quantised) else s.index for s in value.sources]
    return HostFunction(function=partial(_evaluated, value.function, scalings, to)), tensors


def rounded(b: Builder, node: Node, value: Island, to: Target) -> Quantised:
    """The layer that an island is, for a QuantizeLinear or an operator of the other form."""
    if not value.sources:
        raise b.error(node, "it depends on constants alone; export it as one")
    if value.core is not None and (made := value.core(to)) is not None:
        return made
    operation, tensors = _host(b, value, to)
    kind = value.kind or node.kind
    named = Node(
        index=node.index, kind=kind, name=node.name, inputs=node.inputs, outputs=node.outputs,
        attributes={},
    )  # fmt: skip
    return b.compute(named, operation, tensors, value.shape, to.scaling, exact=False)


def left_as_float(b: Builder, name: str, value: Island) -> int:
    """The tensor float32 that an island is at the network's output."""
    operation, tensors = _host(b, value, None)
    made = b.tensor(value.shape, name=name, dtype="float32")
    b.layer(value.kind or "DequantizeLinear", operation, tensors, [made])
    return made
