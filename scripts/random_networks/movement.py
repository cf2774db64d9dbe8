"""Random operators that only move elements, and persistent variables, for a draft."""

from __future__ import annotations

from typing import Any

import numpy as np

from scripts.random_networks.draft import MOST_PARTS, Draft, UnsuitableError, Value, wanted


def table(d: Draft, *numbers: Any) -> Value:
    """A constant int32 tensor."""
    return d.constant(np.array(numbers, dtype=np.int32))


def reshape(d: Draft) -> None:
    """RESHAPE, SQUEEZE or EXPAND_DIMS."""
    name = d.choice(("RESHAPE", "SQUEEZE", "EXPAND_DIMS"))
    x = d.operand(name)
    if name == "SQUEEZE":
        ones = [axis for axis, n in enumerate(x.shape) if n == 1]
        if not ones or len(x.shape) < 2:
            raise UnsuitableError
        axis = d.choice(ones)
        shape = [n for i, n in enumerate(x.shape) if i != axis]
        d.add(name, [x], [x.like(shape)], squeezeDims=[axis])
    elif name == "EXPAND_DIMS":
        if len(x.shape) > 3:
            raise UnsuitableError
        axis = d.integer(0, len(x.shape))
        d.add(name, [x, table(d, axis)], [x.like([*x.shape[:axis], 1, *x.shape[axis:]])])
    else:
        shape = [int(n) for n in d.rng.permutation(x.shape)]
        if len(shape) > 1 and d.chance(0.5):
            shape = [shape[0] * shape[1], *shape[2:]]
        d.reshaped(x, shape)


def concatenation(d: Draft) -> None:
    """CONCATENATION of tensors that share their quantisation; constants are among them."""
    x = d.operand("CONCATENATION")
    axis = d.integer(0, len(x.shape) - 1)

    def fits(v: Value) -> bool:
        if (v.dtype, v.scale, v.zero_point) != (x.dtype, x.scale, x.zero_point):
            return False
        rest = [i for i in range(len(x.shape)) if i != axis]
        return len(v.shape) == len(x.shape) and all(v.shape[i] == x.shape[i] for i in rest)

    parts = [x, *(d.any(fits) for _ in range(d.integer(0, 2)))]
    if d.chance(0.4):
        shape = [d.integer(1, 4) if i == axis else n for i, n in enumerate(x.shape)]
        data = d.values(shape, x.dtype)
        parts.append(d.constant(data, scale=x.scale, zero_point=x.zero_point))
    shape = list(x.shape)
    shape[axis] = sum(part.shape[axis] for part in parts)
    told = axis - len(shape) if d.chance(0.3) else axis
    d.add("CONCATENATION", parts, [x.like(shape)], axis=told)


def pad(d: Draft) -> None:
    """PAD, PADV2 or MIRROR_PAD."""
    name = d.choice(("PAD", "PAD", "PADV2", "MIRROR_PAD"))
    x = d.operand(name)
    options: dict[str, Any] = {}
    if name == "MIRROR_PAD":
        mode = options["mode"] = d.integer(0, 1)
        pads = [[d.integer(0, min(3, n - 1 + mode)) for _ in "ab"] for n in x.shape]
    else:
        inner = len(x.shape) == 4 and d.chance(0.6)
        pads = [
            [0, 0] if inner and axis in (0, 3) else [d.integer(0, 2), d.integer(0, 2)]
            for axis in range(len(x.shape))
        ]
    operands = [x, table(d, *pads)]
    if name == "PADV2":
        value = d.values((1,), x.dtype)
        operands.append(d.constant(value, scale=x.scale, zero_point=x.zero_point))
    shape = [n + sum(p) for n, p in zip(x.shape, pads, strict=True)]
    d.add(name, operands, [x.like(shape)], **options)


def transpose(d: Draft) -> None:
    """TRANSPOSE."""
    x = d.operand("TRANSPOSE")
    order = [int(axis) for axis in d.rng.permutation(len(x.shape))]
    d.add("TRANSPOSE", [x, table(d, *order)], [x.like([x.shape[axis] for axis in order])])


def slices(d: Draft) -> None:
    """SLICE or STRIDED_SLICE."""
    x = d.operand("SLICE")
    begin = [d.integer(0, n - 1) for n in x.shape]
    if d.chance(0.5):
        size = [d.integer(1, n - b) for n, b in zip(x.shape, begin, strict=True)]
        d.add("SLICE", [x, table(d, *begin), table(d, *size)], [x.like(size)])
        return
    steps = [d.choice((1, 1, 1, 2, 3, -1, -2)) for _ in x.shape]
    ends = [
        d.integer(b + 1, n) if step > 0 else d.integer(-n - 1, b - n - 1)
        for n, b, step in zip(x.shape, begin, steps, strict=True)
    ]
    parts = zip(begin, ends, steps, strict=True)
    shape = [len(range(*slice(*part).indices(n))) for part, n in zip(parts, x.shape, strict=True)]
    tables = [table(d, *begin), table(d, *ends), table(d, *steps)]
    d.add("STRIDED_SLICE", [x, *tables], [x.like(shape)], beginMask=0, endMask=0)


def split(d: Draft) -> None:
    """SPLIT, SPLIT_V or UNPACK."""
    name = d.choice(("SPLIT", "SPLIT_V", "UNPACK"))
    x = d.operand(name, lambda v: max(v.shape) > 1)
    axes = [axis for axis, n in enumerate(x.shape) if n > 1]
    axis = d.choice(axes)
    length = x.shape[axis]
    if name == "UNPACK":
        if length > MOST_PARTS or len(x.shape) < 2:
            raise UnsuitableError
        shape = [n for i, n in enumerate(x.shape) if i != axis]
        d.add(name, [x], [x.like(shape) for _ in range(length)], axis=axis, num=length)
        return
    if name == "SPLIT":
        counts = [n for n in range(1, MOST_PARTS + 1) if length % n == 0]
        count = d.choice(counts)
        sizes = [length // count] * count
    else:
        first = d.integer(1, length - 1)
        sizes = [first, length - first]
    where = d.constant(np.array(axis, dtype=np.int32))
    outputs = [x.like([*x.shape[:axis], size, *x.shape[axis + 1 :]]) for size in sizes]
    operands = [where, x] if name == "SPLIT" else [x, table(d, *sizes), where]
    d.add(name, operands, outputs, numSplits=len(sizes))


def pack(d: Draft) -> None:
    """PACK of tensors of one kind."""
    x = d.operand("PACK", rank=3)
    same = [
        v for v in d.pool
        if (v.shape, v.dtype, v.scale, v.zero_point) == (x.shape, x.dtype, x.scale, x.zero_point)
    ]  # fmt: skip
    parts = [d.choice(same) for _ in range(d.integer(1, 3))]
    axis = d.integer(0, len(x.shape))
    shape = [*x.shape[:axis], len(parts), *x.shape[axis:]]
    d.add("PACK", parts, [x.like(shape)], axis=axis, valuesCount=len(parts))


def repeat(d: Draft) -> None:
    """TILE, BROADCAST_TO or REVERSE_V2."""
    name = d.choice(("TILE", "BROADCAST_TO", "REVERSE_V2"))
    x = d.operand(name)
    if name == "TILE":
        times = [d.choice((1, 1, 2, 3)) for _ in x.shape]
        shape = [n * t for n, t in zip(x.shape, times, strict=True)]
        d.add(name, [x, table(d, *times)], [x.like(shape)])
    elif name == "BROADCAST_TO":
        shape = [d.integer(1, 4) if n == 1 else n for n in x.shape]
        d.add(name, [x, table(d, *shape)], [x.like(shape)])
    else:
        first = d.integer(0, len(x.shape) - 1)
        axes = list(range(first, d.integer(first, len(x.shape) - 1) + 1))
        d.add(name, [x, table(d, *axes)], [x.like(x.shape)])


def gather(d: Draft) -> None:
    """GATHER or GATHER_ND by constant indices."""
    name = d.choice(("GATHER", "GATHER_ND"))
    x = d.operand(name, rank=3)
    if name == "GATHER":
        axis = d.integer(0, len(x.shape) - 1)
        rows = d.rng.integers(0, x.shape[axis], d.integer(1, 5)).astype(np.int32)
        shape = [*x.shape[:axis], len(rows), *x.shape[axis + 1 :]]
        d.add(name, [x, d.constant(rows)], [x.like(shape)], axis=axis)
        return
    depth = d.integer(1, len(x.shape))
    count = d.integer(1, 5)
    columns = [d.rng.integers(0, n, count) for n in x.shape[:depth]]
    rows = np.stack(columns, axis=-1).astype(np.int32)
    d.add(name, [x, d.constant(rows)], [x.like([count, *x.shape[depth:]])])


def blocks(d: Draft) -> None:
    """SPACE_TO_DEPTH, DEPTH_TO_SPACE, SPACE_TO_BATCH_ND, BATCH_TO_SPACE_ND."""
    names = ("SPACE_TO_DEPTH", "DEPTH_TO_SPACE", "SPACE_TO_BATCH_ND", "BATCH_TO_SPACE_ND")
    name = d.choice(names)
    x = d.image(name)
    n, h, w, c = x.shape
    size = d.choice((1, 2, 2, 3))
    if name == "SPACE_TO_DEPTH" and not (h % size or w % size):
        d.add(name, [x], [x.like((n, h // size, w // size, c * size**2))], blockSize=size)
    elif name == "DEPTH_TO_SPACE" and not c % size**2:
        d.add(name, [x], [x.like((n, h * size, w * size, c // size**2))], blockSize=size)
    elif name == "SPACE_TO_BATCH_ND":
        pads = [[d.integer(0, 1), 0] for _ in "hw"]
        for pad_, length in zip(pads, (h, w), strict=True):
            pad_[1] = -(length + pad_[0]) % size
        high, wide = (m + sum(p) for m, p in zip((h, w), pads, strict=True))
        y = x.like((n * size**2, high // size, wide // size, c))
        d.add(name, [x, table(d, size, size), table(d, *pads)], [y])
    elif name == "BATCH_TO_SPACE_ND" and not n % size**2:
        y = x.like((n // size**2, h * size, w * size, c))
        d.add(name, [x, table(d, size, size), table(d, [0, 0], [0, 0])], [y])
    else:
        raise UnsuitableError


def resize(d: Draft) -> None:
    """RESIZE_NEAREST_NEIGHBOR, mostly by whole factors, or RESIZE_BILINEAR."""
    name = d.choice(("RESIZE_NEAREST_NEIGHBOR", "RESIZE_BILINEAR"))
    x = d.image(name)
    n, h, w, c = x.shape
    size = [h * d.integer(1, 3), w * d.integer(1, 3)]
    if d.chance(0.3):
        size = [d.integer(1, 9), d.integer(1, 9)]
    mode = d.integer(0, 2)
    d.add(
        name, [x, table(d, *size)], [x.like((n, *size, c))],
        alignCorners=mode == 1, halfPixelCenters=mode == 2,
    )  # fmt: skip


def made_of_nothing(d: Draft) -> None:
    """SHAPE, FILL or ZEROS_LIKE, which do not look at values."""
    name = d.choice(("SHAPE", "FILL", "ZEROS_LIKE"))
    if name == "FILL":
        shape = [d.integer(1, 5) for _ in range(d.integer(1, 4))]
        value = d.constant(np.array(d.integer(-128, 127), dtype=np.int8), scale=0.1)
        d.add(name, [table(d, *shape), value], [wanted(shape, scale=0.1)])
        return
    x = d.operand(name)
    if name == "SHAPE":
        d.add(name, [x], [wanted((len(x.shape),), dtype="int32")], outType=2)
    else:
        d.add(name, [x], [wanted(x.shape, dtype=x.dtype, scale=x.scale)])


def variable(d: Draft) -> None:
    """The last rows of a stream: READ_VARIABLE, CONCATENATION, a slice, ASSIGN_VARIABLE."""
    x = d.operand("READ_VARIABLE", lambda v: bool(v.scale) and v.size < 600)
    name = f"variable{d.operators}"
    handle = d.writer.add_resource(name, d.values(x.shape), scale=x.scale, zero_point=x.zero_point)
    d.operators += 1
    axis = d.integer(0, len(x.shape) - 1)
    (old,) = d.add("READ_VARIABLE", [handle], [x.like(x.shape)])
    shape = [2 * n if i == axis else n for i, n in enumerate(x.shape)]
    (both,) = d.add("CONCATENATION", [old, x], [x.like(shape)], axis=axis)
    begin = [n if i == axis else 0 for i, n in enumerate(x.shape)]
    (new,) = d.add("SLICE", [both, table(d, *begin), table(d, *x.shape)], [x.like(x.shape)])
    d.add("ASSIGN_VARIABLE", [handle, new], [])
