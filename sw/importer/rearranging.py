"""Handlers of operators that only move elements, of any type; their other inputs are constants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network.operations import HostFunction, Operation, Rearrangement
from golden.operators import rearranging as golden
from sw.importer.context import Operator
from sw.importer.registry import ANY, HOST, LITERT, NOWHERE, Entry

_Arrays = list[NDArray[Any]]


def pack(op: Operator) -> Rearrangement:
    """PACK."""
    rank = len(op.output().shape)
    axis = _axis(op, int(op.options.axis), rank)
    return _moves(op, lambda inputs: [golden.pack(inputs, axis=axis)])


def unpack(op: Operator) -> Rearrangement:
    """UNPACK."""
    axis = _axis(op, int(op.options.axis), len(op.activation(0).shape))
    return _moves(op, lambda inputs: golden.unpack(inputs[0], axis=axis))


def mirror_pad(op: Operator) -> Rearrangement:
    """MIRROR_PAD, both modes."""
    pads = _pairs(op, 1)
    with_edge = bool(op.options.mode)
    return _moves(
        op, lambda inputs: [golden.mirror_pad(inputs[0], paddings=pads, with_edge=with_edge)]
    )


def reverse(op: Operator) -> Rearrangement:
    """REVERSE_V2."""
    axes = op.axes(1, len(op.activation(0).shape))
    return _moves(op, lambda inputs: [golden.reverse(inputs[0], axes=axes)])


def tile(op: Operator) -> Rearrangement:
    """TILE."""
    multiples = op.integers(1)
    return _moves(op, lambda inputs: [golden.tile(inputs[0], multiples=multiples)])


def broadcast_to(op: Operator) -> Rearrangement:
    """BROADCAST_TO."""
    shape = op.output().shape
    return _moves(op, lambda inputs: [golden.broadcast_to(inputs[0], shape=shape)])


def gather(op: Operator) -> Operation:
    """GATHER; constant indices are moves, others are the host's."""
    axis = _axis(op, int(op.options.axis), len(op.activation(0).shape))
    batch_dims = int(op.options.batchDims)
    places = op.given(1, "int32").shape
    shared = op.tensor(0).shape[: max(batch_dims, 0)]
    if not 0 <= batch_dims <= min(axis, len(places)) or places[:batch_dims] != shared:
        raise op.error(f"{batch_dims} batch dimensions do not fit its operands; export it anew")
    indices = op.tensor(1).data
    if indices is None:
        return HostFunction(
            function=lambda inputs: [
                golden.gather(inputs[0], inputs[1], axis=axis, batch_dims=batch_dims)
            ]
        )
    return _moves(
        op, lambda inputs: [golden.gather(inputs[0], indices, axis=axis, batch_dims=batch_dims)]
    )


def gather_nd(op: Operator) -> Operation:
    """GATHER_ND; constant indices are moves, others are the host's."""
    op.activation(0)
    op.given(1, "int32")
    indices = op.tensor(1).data
    if indices is None:
        return HostFunction(function=lambda inputs: [golden.gather_nd(inputs[0], inputs[1])])
    return _moves(op, lambda inputs: [golden.gather_nd(inputs[0], indices)])


def blocks(op: Operator) -> Rearrangement:
    """SPACE_TO_DEPTH and DEPTH_TO_SPACE."""
    op.nhwc(op.activation(0))
    size = int(op.options.blockSize)
    name = op.name.lower()
    return _moves(op, lambda inputs: [getattr(golden, name)(inputs[0], block=size)])


def space_to_batch(op: Operator) -> Rearrangement:
    """SPACE_TO_BATCH_ND; padding is the zero point."""
    block, pads = op.integers(1), _pairs(op, 2)
    value = op.activation(0).zero_point
    return _moves(
        op,
        lambda inputs, fill: [
            golden.space_to_batch(inputs[0], block=block, paddings=pads, value=fill)
        ],
        value=value,
    )


def batch_to_space(op: Operator) -> Rearrangement:
    """BATCH_TO_SPACE_ND."""
    block, crops = op.integers(1), _pairs(op, 2)
    return _moves(op, lambda inputs: [golden.batch_to_space(inputs[0], block=block, crops=crops)])


def shape(op: Operator) -> HostFunction:
    """SHAPE: known before anything runs."""
    sizes = np.array(op.tensor(0).shape, dtype=op.made("int32").dtype)
    op.forget_inputs()
    return HostFunction(function=lambda _: [sizes])


def fill(op: Operator) -> HostFunction:
    """FILL and ZEROS_LIKE."""
    target = op.output()
    if op.name == "ZEROS_LIKE":
        op.given(0, target.dtype)
        zeros = np.zeros(target.shape, dtype=target.dtype)
        op.forget_inputs()
        return HostFunction(function=lambda _: [zeros])
    if op.tensor(1).shape:
        raise op.error(f"it fills with one value, not {op.tensor(1).shape}; export it anew")
    return HostFunction(
        function=lambda inputs: [np.full(target.shape, inputs[-1].reshape(()), target.dtype)]
    )


def _axis(op: Operator, axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise op.error(f"axis {axis} does not exist in {rank} dimensions")
    return axis % rank


def _pairs(op: Operator, position: int) -> list[tuple[int, int]]:
    values = op.integers(position)
    return list(zip(values[::2], values[1::2], strict=True))


def _moves(
    op: Operator, function: Callable[..., _Arrays], value: int | None = None
) -> Rearrangement:
    """The operation, once it is known to give the shapes that the file says."""
    tensors = op.context.tensors
    if value is None:
        operation = Rearrangement(function=lambda inputs, _: function(inputs))
    else:
        operation = Rearrangement(function=function, value=value)
    read = [i for i in op.inputs if i >= 0 and op.moves(i)]
    try:
        made = operation.evaluate([np.zeros(tensors[i].shape, np.int8) for i in read], {})
    except (ValueError, IndexError) as error:
        raise op.error(f"its inputs do not fit: {error}") from error
    for index, array in zip(op.outputs, made, strict=True):
        if array.shape != tensors[index].shape:
            raise op.error(f"it makes shape {array.shape}, the file says {tensors[index].shape}")
    return operation


_LIMITS = "int8 by moves where they are few; all else is the host's"
_TYPES = ("int8", "int16", "int32")
_TWO = ("int8", "int32")
_ALSO = frozenset(ANY)  # what kernels move besides; tests/files/test_types.py asks them
_REAL = frozenset({"float32"})
OPERATORS = (
    Entry(
        name="PACK",
        handler=pack,
        types=_TWO,
        limits=_LIMITS,
        constants_are_inputs=True,
    ),
    Entry(
        name="UNPACK",
        handler=unpack,
        also=frozenset({"int16", "float32"}),
        types=_TWO,
        limits=_LIMITS,
    ),
    Entry(name="MIRROR_PAD", handler=mirror_pad, also=_REAL, limits=_LIMITS),
    Entry(name="REVERSE_V2", handler=reverse, also=_ALSO, types=_TYPES, limits=_LIMITS),
    Entry(name="TILE", handler=tile, judge=LITERT, also=_ALSO, types=_TWO, limits=_LIMITS),
    Entry(name="BROADCAST_TO", handler=broadcast_to, also=_ALSO, types=_TWO, limits=_LIMITS),
    Entry(name="GATHER", handler=gather, also=_REAL, limits=_LIMITS, constants_are_inputs=True),
    Entry(
        name="GATHER_ND", handler=gather_nd, also=_REAL, limits=_LIMITS, constants_are_inputs=True
    ),
    Entry(name="SPACE_TO_DEPTH", handler=blocks, also=_REAL, limits=_LIMITS),
    Entry(name="DEPTH_TO_SPACE", handler=blocks, also=_REAL, limits=_LIMITS),
    Entry(
        name="SPACE_TO_BATCH_ND", handler=space_to_batch, judge=LITERT, also=_ALSO, limits=_LIMITS
    ),
    Entry(name="BATCH_TO_SPACE_ND", handler=batch_to_space, also=_REAL, limits=_LIMITS),
    Entry(name="SHAPE", handler=shape, also=_ALSO, where=NOWHERE, limits="a constant"),
    Entry(name="FILL", handler=fill, also=_REAL, types=_TWO, where=HOST, constants_are_inputs=True),
    Entry(
        name="ZEROS_LIKE",
        handler=fill,
        also=_REAL | {"int64"},
        types=_TWO,
        where=NOWHERE,
        limits="a constant",
    ),
)
