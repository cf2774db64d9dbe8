"""Handlers of operators that only move data: reshape, concatenate, pad, slice, split."""

from __future__ import annotations

import numpy as np

from golden.network.operations import Concatenation, Pad, Reshape, Slice, Transpose
from sw.importer.context import Operator
from sw.importer.registry import ANY, NOWHERE, Entry


def reshape(op: Operator) -> Reshape:
    """RESHAPE, SQUEEZE, EXPAND_DIMS: the output tensor already has the shape."""
    source, target = op.activation(0), op.output()
    if source.size != target.size:
        raise op.error(f"cannot make shape {target.shape} of {source.shape}")
    return Reshape(shape=target.shape)


def concatenation(op: Operator) -> Concatenation:
    """CONCATENATION of tensors that share the output's quantisation."""
    output = op.output()
    for position in range(len(op.inputs)):
        tensor = op.given(position, output.dtype)
        if (tensor.scale, tensor.zero_point) != (output.scale, output.zero_point):
            raise op.error(f"input {tensor.name!r} has another scale or zero point than the output")
    return Concatenation(axis=int(op.options.axis) % len(output.shape))


def pad(op: Operator) -> Pad:
    """PAD (with the zero point of int8, else 0) and PADV2 (with its third input)."""
    paddings = op.constant(1, "int32").reshape(-1, 2)
    source = op.activation(0)
    value = source.zero_point if source.dtype == "int8" else 0
    if len(op.inputs) > 2:
        value = int(op.constant(2, source.dtype).reshape(-1)[0])
    return Pad(paddings=tuple((int(b), int(a)) for b, a in paddings), value=value)


def transpose(op: Operator) -> Transpose:
    """TRANSPOSE by a constant permutation."""
    rank = len(op.activation(0).shape)
    axes = tuple(int(a) % rank for a in op.constant(1, "int32").reshape(-1))
    if sorted(axes) != list(range(rank)):
        raise op.error(f"{axes} is no permutation of {rank} axes")
    return Transpose(permutation=axes)


def strided_slice(op: Operator) -> Slice:
    """STRIDED_SLICE without new axes; begin, end and strides are constants."""
    options = op.options
    if options.ellipsisMask or options.newAxisMask:
        raise op.error("ellipsis and new-axis masks are not supported")
    begin, end, step = (op.constant(i, "int32").reshape(-1) for i in (1, 2, 3))
    index = []
    for axis in range(len(op.activation(0).shape)):
        if axis >= len(begin):
            index.append(slice(None))
            continue
        start = None if options.beginMask >> axis & 1 else int(begin[axis])
        stop = None if options.endMask >> axis & 1 else int(end[axis])
        if options.shrinkAxisMask >> axis & 1:
            start = int(begin[axis]) if start is not None else 0
            stop = start + 1 if start != -1 else None
            index.append(slice(start, stop, 1))
        else:
            index.append(slice(start, stop, int(step[axis])))
    return _slices(op, [tuple(index)])


def slice_(op: Operator) -> Slice:
    """SLICE: begin and size are constants, size -1 means to the end."""
    begin, size = op.integers(1), op.integers(2)
    index = tuple(
        slice(int(b), None if s < 0 else int(b) + int(s)) for b, s in zip(begin, size, strict=True)
    )
    return _slices(op, [index])


def split(op: Operator) -> Slice:
    """SPLIT into equal parts: input 0 is the axis, input 1 the tensor."""
    axis, rank = int(op.constant(0, "int32").reshape(-1)[0]), len(op.activation(1).shape)
    extent = op.activation(1).shape[axis % rank] // len(op.outputs)
    return _slices(op, _parts(axis % rank, rank, [extent] * len(op.outputs)))


def split_v(op: Operator) -> Slice:
    """SPLIT_V: tensor, sizes, axis."""
    source = op.activation(0)
    sizes = op.integers(1)
    axis = int(op.constant(2, "int32").reshape(-1)[0]) % len(source.shape)
    if -1 in sizes:
        sizes[sizes.index(-1)] = source.shape[axis] - sum(s for s in sizes if s >= 0)
    return _slices(op, _parts(axis, len(source.shape), sizes))


def _parts(axis: int, rank: int, sizes: list[int]) -> list[tuple[slice, ...]]:
    ends = np.cumsum(sizes)
    return [
        tuple(slice(int(e) - s, int(e)) if a == axis else slice(None) for a in range(rank))
        for s, e in zip(sizes, ends, strict=True)
    ]


def _slices(op: Operator, slices: list[tuple[slice, ...]]) -> Slice:
    shapes = tuple(op.context.tensors[index].shape for index in op.outputs)
    source = op.tensor(1 if op.name == "SPLIT" else 0)
    probe = np.empty(source.shape, dtype=np.int8)
    for index, shape in zip(slices, shapes, strict=True):
        if probe[index].size != int(np.prod(shape, dtype=np.int64)):
            raise op.error(f"slice {index} of {source.shape} does not make shape {shape}")
    return Slice(slices=tuple(slices), output_shapes=shapes)


_TYPES = ("int8", "int16", "int32")
# What tflite-micro's kernels move besides; tests/files/test_types.py asks them.
_ALSO = frozenset(ANY)
_SHORT = frozenset({"int16", "float32"})
_PADDED = frozenset({"int32", "float32"})
_SLICED = frozenset({"bool", "float32"})
_PARTS = frozenset({"float32"})
_LIMITS = "int8 by moves, other types are the host's"
OPERATORS = (
    Entry(name="RESHAPE", handler=reshape, also=_ALSO, types=_TYPES, where=NOWHERE),
    Entry(name="SQUEEZE", handler=reshape, also=_ALSO, where=NOWHERE),
    Entry(name="EXPAND_DIMS", handler=reshape, also=_SHORT, where=NOWHERE),
    Entry(
        name="CONCATENATION",
        handler=concatenation,
        types=_TYPES,
        limits=_LIMITS,
        constants_are_inputs=True,
        also=_ALSO,
    ),
    Entry(name="PAD", handler=pad, also=_PADDED, types=("int8", "int16"), limits=_LIMITS),
    Entry(name="PADV2", handler=pad, also=_PADDED, types=("int8", "int16"), limits=_LIMITS),
    Entry(
        name="TRANSPOSE", handler=transpose, also=_SHORT, types=("int8", "int16"), limits=_LIMITS
    ),
    Entry(name="STRIDED_SLICE", handler=strided_slice, also=_SLICED, types=_TYPES, limits=_LIMITS),
    Entry(name="SLICE", handler=slice_, also=_SLICED, types=_TYPES, limits=_LIMITS),
    Entry(name="SPLIT", handler=split, also=_PARTS, types=_TYPES, limits=_LIMITS, data=1),
    Entry(name="SPLIT_V", handler=split_v, also=_PARTS, types=_TYPES, limits=_LIMITS),
)
