"""ONNX operators that only move elements."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network.operations import (
    Concatenation,
    Operation,
    Pad,
    Rearrangement,
    Reshape,
    Slice,
    Transpose,
)
from sw.importer.from_onnx.builder import Builder
from sw.importer.from_onnx.file import Node, as_int64
from sw.importer.from_onnx.values import IMAGE, PLAIN, Quantised

AXES = {0: 0, 1: 3, 2: 1, 3: 2}  # of the file -> of NHWC


def plain(b: Builder, x: Quantised) -> int:
    """The tensor of a value as the file has it."""
    return b.form(x, PLAIN)


def axis_of(b: Builder, node: Node, axis: int, rank: int) -> int:
    """An axis counted from the front."""
    if not -rank <= axis < rank:
        raise b.error(node, f"axis {axis} does not exist in {rank} dimensions")
    return axis % rank


def reduced_axes(b: Builder, node: Node, rank: int) -> tuple[int, ...]:
    """Axes of a reduction in their order; all without a table of them."""
    told = b.integers(node, 1, "axes")
    if not told and node.attributes.get("noop_with_empty_axes", 0):
        raise b.error(node, "without axes it reduces nothing (noop_with_empty_axes); leave it out")
    return tuple(sorted({axis_of(b, node, axis, rank) for axis in told or range(rank)}))


def moved(
    b: Builder, node: Node, operation: Operation, x: Quantised, shape: Sequence[int]
) -> Quantised:
    """A layer on the plain order."""
    return b.compute(node, operation, [plain(b, x)], shape, x.scaling)


def reshape(b: Builder, node: Node, x: Quantised) -> Quantised:
    """Reshape, Flatten, Squeeze, Unsqueeze."""
    return moved(b, node, Reshape(shape=(shape := target(b, node, x.shape))), x, shape)


def target(b: Builder, node: Node, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape that such a node makes of another."""
    rank, size = len(shape), int(np.prod(shape, dtype=np.int64))
    if node.kind == "Flatten":
        axis = int(node.attributes.get("axis", 1))
        axis = axis + rank if axis < 0 else axis
        first = int(np.prod(shape[:axis], dtype=np.int64))
        return first, size // max(first, 1)
    if node.kind == "Reshape":
        wanted = b.integers(node, 1, "shape") or []
        zero = bool(node.attributes.get("allowzero", 0))
        made = [shape[i] if n == 0 and not zero and i < rank else n for i, n in enumerate(wanted)]
        if made.count(-1) == 1:
            rest = int(np.prod([n for n in made if n != -1], dtype=np.int64))
            made[made.index(-1)] = size // rest if rest > 0 else 0
        if any(n < 1 for n in made) or int(np.prod(made, dtype=np.int64)) != size:
            raise b.error(node, f"shape {wanted} can't be made of {shape}")
        return tuple(made)
    axes = b.integers(node, 1, "axes")
    if node.kind == "Squeeze":
        if axes == []:  # onnxruntime takes all axes of 1 then, others none
            raise b.error(node, "its table of axes is empty; name them, or leave the table out")
        axes = [i for i, n in enumerate(shape) if n == 1] if axes is None else axes
        gone = {axis_of(b, node, axis, rank) for axis in axes}
        if any(shape[axis] != 1 for axis in gone):
            raise b.error(node, f"axes {axes} of shape {shape} are not all 1")
        return tuple(n for i, n in enumerate(shape) if i not in gone)
    whole = rank + len(axes or [])
    places = {axis_of(b, node, axis, whole) for axis in axes or []}
    left = iter(shape)
    if len(places) != len(axes or []):
        raise b.error(node, f"axes {axes} name one place twice")
    return tuple(1 if i in places else next(left) for i in range(whole))


def transpose(b: Builder, node: Node, x: Quantised) -> Quantised:
    """Transpose."""
    rank = len(x.shape)
    axes = [int(a) for a in node.attributes.get("perm", range(rank - 1, -1, -1))]
    if sorted(axes) != list(range(rank)):
        raise b.error(node, f"{axes} is no order of {rank} axes")
    shape = [x.shape[axis] for axis in axes]
    # Between NCHW and NHWC the same bytes get the other name.
    for order, before, after in (((0, 3, 1, 2), PLAIN, IMAGE), ((0, 2, 3, 1), IMAGE, PLAIN)):
        if tuple(axes) == order and before in x.forms:
            return Quantised(shape=tuple(shape), scaling=x.scaling, forms={after: x.forms[before]})
    return moved(b, node, Transpose(permutation=tuple(axes)), x, shape)


def concatenate(b: Builder, node: Node, parts: list[Quantised]) -> Quantised:
    """Concat of tensors of one scale."""
    rank = len(parts[0].shape)
    axis = axis_of(b, node, int(node.attributes.get("axis", 0)), rank)
    for part in parts:
        rest = [n for i, n in enumerate(part.shape) if i != axis]
        if len(part.shape) != rank or rest != [
            n for i, n in enumerate(parts[0].shape) if i != axis
        ]:
            raise b.error(node, f"shapes {[p.shape for p in parts]} do not fit along axis {axis}")
    form = IMAGE if rank == 4 and any(IMAGE in part.forms for part in parts) else PLAIN
    indices = [b.form(part, form) for part in parts]
    shape = list(b.tensors[indices[0]].shape)
    place = AXES[axis] if form == IMAGE else axis
    shape[place] = sum(part.shape[axis] for part in parts)
    return b.compute(node, Concatenation(axis=place), indices, shape, parts[0].scaling, form)


def bounds(b: Builder, node: Node, rank: int) -> list[tuple[int, int, int, int]]:
    """(start, end, axis, step) of each axis that a Slice with constant bounds cuts."""
    starts, ends = b.integers(node, 1, "starts") or [], b.integers(node, 2, "ends") or []
    axes, steps = b.integers(node, 3, "axes"), b.integers(node, 4)
    axes = list(range(len(starts))) if axes is None else axes
    steps = [1] * len(starts) if steps is None else steps
    if not len(starts) == len(ends) == len(axes) == len(steps) or 0 in steps:
        raise b.error(node, "its starts, ends, axes and steps do not fit together")
    places = [axis_of(b, node, axis, rank) for axis in axes]
    if len(set(places)) < len(places):
        raise b.error(node, f"axes {axes} name one place twice")
    return list(zip(starts, ends, places, steps, strict=True))


def slices(b: Builder, node: Node, x: Quantised) -> Quantised:
    """Slice with constant bounds."""
    index = [slice(None)] * len(x.shape)
    for start, end, place, step in bounds(b, node, len(x.shape)):
        n = x.shape[place]
        # Bounds far outside mean the ends; a negative one counts from behind.
        first = start + n if start < 0 else start
        last = end + n if end < 0 else end
        if step > 0:
            index[place] = slice(min(max(first, 0), n), min(max(last, 0), n), step)
        else:
            first, last = min(max(first, 0), n - 1), min(max(last, -1), n - 1)
            index[place] = slice(first, None if last < 0 else last, step)
    return _sliced(b, node, x, tuple(index))


def _sliced(b: Builder, node: Node, x: Quantised, index: tuple[slice, ...]) -> Quantised:
    shape = tuple(len(range(*s.indices(n))) for s, n in zip(index, x.shape, strict=True))
    if 0 in shape:
        raise b.error(node, f"it takes nothing out of shape {x.shape}")
    source, form, made = plain, PLAIN, shape
    if IMAGE in x.forms and len(shape) == 4:
        form, made = IMAGE, tuple(shape[a] for a in (0, 2, 3, 1))
        index = tuple(index[a] for a in (0, 2, 3, 1))
    operation = Slice(slices=(index,), output_shapes=(made,))
    tensor = x.forms[IMAGE] if form == IMAGE else source(b, x)
    return b.compute(node, operation, [tensor], made, x.scaling, form)


def split(b: Builder, node: Node, x: Quantised) -> list[Quantised]:
    """Split into constant sizes or equal parts."""
    axis = axis_of(b, node, int(node.attributes.get("axis", 0)), len(x.shape))
    length, count = x.shape[axis], len(node.outputs)
    sizes = b.integers(node, 1, "split")
    if sizes is None:
        each = -(-length // count)
        sizes = [each] * (count - 1) + [length - each * (count - 1)]
    if len(sizes) != count or min(sizes) < 1 or sum(sizes) != length:
        raise b.error(node, f"sizes {sizes} do not make {length} in {count} parts")
    parts, start = [], 0
    for size in sizes:
        index = [slice(None)] * len(x.shape)
        index[axis] = slice(start, start + size)
        parts.append(_sliced(b, node, x, tuple(index)))
        start += size
    return parts


def pad(b: Builder, node: Node, x: Quantised, value: int | None = None) -> Quantised:
    """Pad with a constant, the zero point if none is given; reflected and edge pads are moves."""
    mode = node.attributes.get("mode", b"constant").decode()
    rank = len(x.shape)
    numbers = b.integers(node, 1, "pads") or []
    axes = b.integers(node, 3) if len(node.inputs) > 3 else None
    places = [axis_of(b, node, a, rank) for a in axes] if axes is not None else list(range(rank))
    if len(numbers) != 2 * len(places) or min(numbers, default=-1) < 0:
        raise b.error(node, f"its pads {numbers} are not two numbers of 0 or more for each axis")
    pads = [(0, 0)] * rank
    for n, place in enumerate(places):
        pads[place] = (numbers[n], numbers[n + len(places)])
    if mode == "constant":
        if value is None:
            value = x.scaling.zero_point
            if node.input(2):
                value = int(x.scaling.quantise(b.scalar(node, 2)))
        form = IMAGE if IMAGE in x.forms and rank == 4 else PLAIN
        tensor = x.forms[IMAGE] if form == IMAGE else plain(b, x)
        order = (0, 2, 3, 1) if form == IMAGE else tuple(range(rank))
        table = tuple(pads[a] for a in order)
        shape = [n + sum(p) for n, p in zip(b.tensors[tensor].shape, table, strict=True)]
        return b.compute(node, Pad(paddings=table, value=value), [tensor], shape, x.scaling, form)
    if mode not in ("reflect", "edge"):
        raise b.error(node, f"mode {mode} is not supported")
    if mode == "reflect" and any(max(p) >= n for p, n in zip(pads, x.shape, strict=True)):
        raise b.error(node, f"pads {pads} reflect more than shape {x.shape} has")
    shape = [n + sum(p) for n, p in zip(x.shape, pads, strict=True)]
    operation = Rearrangement(function=partial(_padded, pads, mode))
    return moved(b, node, operation, x, shape)


def _padded(pads: Any, mode: Any, inputs: Any, value: int) -> list[NDArray[np.generic]]:
    return [np.pad(inputs[0], pads, mode=mode)]


def gather(b: Builder, node: Node, x: Quantised) -> Quantised:
    """Gather with constant indices."""
    axis = axis_of(b, node, int(node.attributes.get("axis", 0)), len(x.shape))
    indices = np.asarray(b.constant(node, 1))
    length = x.shape[axis]
    if indices.dtype.kind != "i" or any(not -length <= i < length for i in as_int64(indices)):
        raise b.error(node, f"its indices do not lie within {length}")
    indices = indices % length
    shape = (*x.shape[:axis], *indices.shape, *x.shape[axis + 1 :])
    if not shape:
        raise b.error(node, "its result has no axis; keep one")
    operation = Rearrangement(function=partial(_gathered, indices, axis))
    return moved(b, node, operation, x, shape)


def _gathered(indices: Any, axis: int, inputs: Any, value: int) -> list[NDArray[np.generic]]:
    return [np.ascontiguousarray(np.take(inputs[0], indices, axis=axis))]


def blocks(b: Builder, node: Node, x: Quantised) -> Quantised:
    """DepthToSpace and SpaceToDepth."""
    size = int(node.attributes.get("blocksize", 0))
    order = node.attributes.get("mode", b"DCR")
    if order not in (b"DCR", b"CRD"):
        raise b.error(node, "its mode is none of DCR, CRD")
    if len(x.shape) != 4 or size < 1:
        raise b.error(node, f"block size {size} on shape {x.shape} is not supported")
    n, c, h, w = x.shape
    if node.kind == "DepthToSpace":
        if c % size**2:
            raise b.error(node, f"{c} channels are no whole blocks of {size} x {size}")
        depth = c // size**2
        inner = (n, size, size, depth, h, w) if order == b"DCR" else (n, depth, size, size, h, w)
        axes = (0, 3, 4, 1, 5, 2) if order == b"DCR" else (0, 1, 4, 2, 5, 3)
        shape = (n, depth, h * size, w * size)
    else:
        if h % size or w % size:
            raise b.error(node, f"{h} x {w} pixels are no whole blocks of {size} x {size}")
        inner, axes = (n, c, h // size, size, w // size, size), (0, 3, 5, 1, 2, 4)
        shape = (n, c * size**2, h // size, w // size)
    operation = Rearrangement(function=partial(_folded, inner, axes, shape))
    return moved(b, node, operation, x, shape)


def _folded(
    inner: Any, axes: Any, shape: Any, inputs: Any, value: int
) -> list[NDArray[np.generic]]:
    return [np.ascontiguousarray(inputs[0].reshape(inner).transpose(axes)).reshape(shape)]


def expand(b: Builder, node: Node, x: Quantised) -> Quantised:
    """Expand and Tile."""
    numbers = b.integers(node, 1) or []
    if node.kind == "Tile":
        if len(numbers) != len(x.shape) or min(numbers, default=0) < 1:
            raise b.error(node, f"repeats {numbers} do not fit shape {x.shape}")
        shape = tuple(n * t for n, t in zip(x.shape, numbers, strict=True))
        function: Any = partial(_tiled, tuple(numbers))
    else:
        try:
            shape = tuple(int(n) for n in np.broadcast_shapes(x.shape, tuple(numbers)))
        except ValueError:
            raise b.error(node, f"shape {x.shape} does not expand to {numbers}") from None
        function = partial(_expanded, shape)
    return moved(b, node, Rearrangement(function=function), x, shape)


def _tiled(times: Any, inputs: Any, value: int) -> list[NDArray[np.generic]]:
    return [np.tile(inputs[0], times)]


def _expanded(shape: Any, inputs: Any, value: int) -> list[NDArray[np.generic]]:
    return [np.ascontiguousarray(np.broadcast_to(inputs[0], shape))]
