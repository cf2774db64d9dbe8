"""Random models of operators that only move elements, of every type and rank."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.golden.fuzz_case import Case
from tests.golden.fuzz_file import Draft, point, scale_of, shape_of, some_rank, values
from tests.golden.fuzz_functions import by_litert
from tests.golden.fuzz_values import choice


def _scale(draft: Draft) -> float | None:
    return scale_of(draft.rng, -8, 2) if draft.dtype in ("int8", "int16") else None


def movement_case(rng: np.random.Generator, operator: str) -> Case:
    """One operator of `_MAKERS` on one random input."""
    draft = Draft(operator=operator, rng=rng)
    make = _MAKERS[draft.name]
    return make(draft)


def _simple(draft: Draft, shape: tuple[int, ...]) -> tuple[int, dict[str, Any]]:
    scale, zero = _scale(draft), point(draft.rng, draft.dtype)
    x = draft.input(values(draft.rng, shape, draft.dtype), scale=scale, zero_point=zero)
    return x, {"dtype": draft.dtype, "scale": scale, "zero_point": zero}


def _pack(draft: Draft) -> Case:
    rng = draft.rng
    shape = shape_of(rng, int(rng.integers(1, 4)), 5)
    scale, zero = _scale(draft), point(rng, draft.dtype)
    count = int(rng.integers(1, 4))
    ids = [
        draft.input(values(rng, shape, draft.dtype), scale=scale, zero_point=zero, name=f"x{n}")
        for n in range(count)
    ]
    axis = int(rng.integers(-len(shape) - 1, len(shape) + 1))
    target = list(shape)
    target.insert(axis % (len(shape) + 1), count)
    y = draft.output(target, dtype=draft.dtype, scale=scale, zero_point=zero)
    return draft.case(ids, [y], axis=axis, valuesCount=count)


def _unpack(draft: Draft) -> Case:
    rng = draft.rng
    shape = shape_of(rng, int(rng.integers(2, 5)), 5)
    x, kind = _simple(draft, shape)
    axis = int(rng.integers(-len(shape), len(shape)))
    rest = [n for i, n in enumerate(shape) if i != axis % len(shape)]
    outputs = [draft.output(rest, **kind) for _ in range(shape[axis])]
    return draft.case([x], outputs, axis=axis, num=shape[axis])


def _mirror_pad(draft: Draft) -> Case:
    rng = draft.rng
    shape = shape_of(rng, some_rank(rng), 6)
    x, kind = _simple(draft, shape)
    mode = int(rng.integers(2))
    pads = [(int(rng.integers(0, n + mode)), int(rng.integers(0, n + mode))) for n in shape]
    table = draft.constant(np.array(pads))
    y = draft.output([n + b + a for n, (b, a) in zip(shape, pads, strict=True)], **kind)
    return draft.case([x, table], [y], mode=mode)


def _reverse(draft: Draft) -> Case:
    rng = draft.rng
    shape = shape_of(rng, some_rank(rng), 6)
    x, kind = _simple(draft, shape)
    first = int(rng.integers(len(shape)))
    last = int(rng.integers(first, len(shape)))
    axes = list(range(first, last + 1))
    return draft.case([x, draft.constant(np.array(axes))], [draft.output(shape, **kind)])


def _tile(draft: Draft) -> Case:
    rng = draft.rng
    shape = shape_of(rng, some_rank(rng), 4)
    x, kind = _simple(draft, shape)
    times = [int(n) for n in rng.integers(1, 4, len(shape))]
    y = draft.output([n * t for n, t in zip(shape, times, strict=True)], **kind)
    return by_litert(draft.case([x, draft.constant(np.array(times))], [y]))


def _broadcast(draft: Draft) -> Case:
    rng = draft.rng
    target = shape_of(rng, some_rank(rng), 5)
    shape = tuple(1 if rng.random() < 0.5 else n for n in target)
    x, kind = _simple(draft, shape)
    return draft.case([x, draft.constant(np.array(target))], [draft.output(target, **kind)])


def _gather(draft: Draft) -> Case:
    rng = draft.rng
    shape = shape_of(rng, int(rng.integers(1, 4)), 5)
    axis = int(rng.integers(-len(shape), len(shape)))
    positive = axis % len(shape)
    x, kind = _simple(draft, shape)
    at_run_time = bool(rng.integers(2))
    wanted = rng.integers(0, shape[axis], shape_of(rng, int(rng.integers(1, 3)), 4))
    wanted = wanted.astype(np.int32)
    indices = draft.input(wanted, name="i") if at_run_time else draft.constant(wanted)
    target = [*shape[:positive], *wanted.shape, *shape[positive + 1 :]]
    return draft.case([x, indices], [draft.output(target, **kind)], axis=axis)


def _gather_nd(draft: Draft) -> Case:
    rng = draft.rng
    shape = shape_of(rng, int(rng.integers(1, 4)), 5)
    depth = int(rng.integers(1, len(shape) + 1))
    x, kind = _simple(draft, shape)
    rows = int(rng.integers(1, 5))
    wanted = np.stack([rng.integers(0, n, rows) for n in shape[:depth]], axis=-1).astype(np.int32)
    indices = draft.input(wanted, name="i") if rng.random() < 0.5 else draft.constant(wanted)
    return draft.case([x, indices], [draft.output([rows, *shape[depth:]], **kind)])


def _blocks(draft: Draft) -> Case:
    rng = draft.rng
    n, h, w, c = shape_of(rng, 4, 4)
    block = int(rng.integers(1, 4))
    small, deep = (n, h, w, c * block * block), (n, h * block, w * block, c)
    shape, target = (small, deep) if draft.name == "DEPTH_TO_SPACE" else (deep, small)
    x, kind = _simple(draft, shape)
    return draft.case([x], [draft.output(target, **kind)], blockSize=block)


def _space_to_batch(draft: Draft) -> Case:
    rng = draft.rng
    axes = int(choice(rng, (2, 2, 1)))
    rest = shape_of(rng, 1, 5)
    block = [int(b) for b in rng.integers(1, 4, axes)]
    pads, sizes = [], []
    for b in block:
        whole = b * int(rng.integers(1, 4))
        before = int(rng.integers(0, min(whole, 3)))
        after = int(rng.integers(0, min(whole - before, 3)))
        pads.append((before, after))
        sizes.append(whole - before - after)
    batch = int(rng.integers(1, 3))
    shape = (batch, *sizes, *rest)
    target = (
        batch * int(np.prod(block)),
        *[(n + sum(p)) // b for n, p, b in zip(sizes, pads, block, strict=True)],
        *rest,
    )
    x, kind = _simple(draft, shape)
    tables = [draft.constant(np.array(block)), draft.constant(np.array(pads))]
    # tflite-micro pads with a value that nothing has set, where LiteRT takes the zero point.
    return by_litert(draft.case([x, *tables], [draft.output(target, **kind)]))


def _batch_to_space(draft: Draft) -> Case:
    rng = draft.rng
    axes = int(choice(rng, (2, 2, 1)))
    rest = shape_of(rng, 1, 5)
    block = [int(b) for b in rng.integers(1, 4, axes)]
    sizes = [int(n) for n in rng.integers(1, 4, axes)]
    batch = int(rng.integers(1, 3))
    crops = []
    for n, b in zip(sizes, block, strict=True):
        before = int(rng.integers(0, min(n * b, 2)))
        crops.append((before, int(rng.integers(0, min(n * b - before, 2)))))
    shape = (batch * int(np.prod(block)), *sizes, *rest)
    cut = [n * b - sum(c) for n, b, c in zip(sizes, block, crops, strict=True)]
    x, kind = _simple(draft, shape)
    tables = [draft.constant(np.array(block)), draft.constant(np.array(crops))]
    return draft.case([x, *tables], [draft.output((batch, *cut, *rest), **kind)])


def _resize(draft: Draft) -> Case:
    rng = draft.rng
    shape = shape_of(rng, 4, 6)
    size = [int(n) for n in rng.integers(1, 13, 2)]
    if rng.random() < 0.4:
        size = [n * int(rng.integers(1, 4)) for n in shape[1:3]]
    mode = int(rng.integers(3))
    x, kind = _simple(draft, shape)
    y = draft.output((shape[0], *size, shape[3]), **kind)
    return draft.case(
        [x, draft.constant(np.array(size))],
        [y],
        alignCorners=mode == 1,
        halfPixelCenters=mode == 2,
    )


def _fill(draft: Draft) -> Case:
    rng = draft.rng
    shape = shape_of(rng, some_rank(rng), 5)
    scale = 0.1 if draft.dtype == "int8" else None
    x = draft.constant(values(rng, (), draft.dtype), dtype=draft.dtype, scale=scale)
    draft.input(values(rng, (1,)), scale=0.1, name="unused")  # a network has an input
    y = draft.output(shape, dtype=draft.dtype, scale=scale)
    return draft.case([draft.constant(np.array(shape)), x], [y])


def _zeros_like(draft: Draft) -> Case:
    shape = shape_of(draft.rng, some_rank(draft.rng), 5)
    x, kind = _simple(draft, shape)
    kind["zero_point"] = 0
    return draft.case([x], [draft.output(shape, **kind)])


def _shape_of(draft: Draft) -> Case:
    shape = shape_of(draft.rng, some_rank(draft.rng), 5)
    x, _ = _simple(draft, shape)
    return draft.case([x], [draft.output((len(shape),), dtype="int32")], outType=2)


def _reshape(draft: Draft) -> Case:
    rng = draft.rng
    shape = list(shape_of(rng, some_rank(rng), 5))
    if draft.name == "EXPAND_DIMS":
        axis = int(rng.integers(-len(shape) - 1, len(shape) + 1))
        x, kind = _simple(draft, tuple(shape))
        target = list(shape)
        target.insert(axis % (len(shape) + 1), 1)
        return draft.case([x, draft.constant(np.array([axis]))], [draft.output(target, **kind)])
    if draft.name == "SQUEEZE":
        place = int(rng.integers(len(shape) + 1))
        whole = [*shape[:place], 1, *shape[place:]]
        x, kind = _simple(draft, tuple(whole))
        return draft.case([x], [draft.output(shape, **kind)], squeezeDims=[place])
    x, kind = _simple(draft, tuple(shape))
    target = [int(np.prod(shape[:2])), *shape[2:]] if len(shape) > 1 else [1, *shape]
    return draft.case(
        [x, draft.constant(np.array(target))], [draft.output(target, **kind)], newShape=target
    )


def _split(draft: Draft) -> Case:
    rng = draft.rng
    shape = list(shape_of(rng, some_rank(rng), 5))
    axis = int(rng.integers(-len(shape), len(shape)))
    parts = int(rng.integers(1, 4))
    sizes = [int(n) for n in rng.integers(1, 4, parts)]
    if draft.name == "SPLIT":
        sizes = [sizes[0]] * parts
    shape[axis] = sum(sizes)
    x, kind = _simple(draft, tuple(shape))
    outputs = []
    for size in sizes:
        part = list(shape)
        part[axis] = size
        outputs.append(draft.output(part, **kind))
    where = draft.constant(np.array(axis, dtype=np.int32))
    if draft.name == "SPLIT":
        return draft.case([where, x], outputs, numSplits=parts)
    return draft.case([x, draft.constant(np.array(sizes)), where], outputs, numSplits=parts)


def _slice(draft: Draft) -> Case:
    rng = draft.rng
    shape = shape_of(rng, some_rank(rng), 6)
    begin = [int(rng.integers(n)) for n in shape]
    size = [int(rng.integers(1, n - b + 1)) for n, b in zip(shape, begin, strict=True)]
    told = [-1 if rng.random() < 0.2 else s for s in size]
    size = [n - b if t < 0 else s for n, b, s, t in zip(shape, begin, size, told, strict=True)]
    x, kind = _simple(draft, shape)
    tables = [draft.constant(np.array(begin)), draft.constant(np.array(told))]
    return draft.case([x, *tables], [draft.output(size, **kind)])


def _strided_slice(draft: Draft) -> Case:
    rng = draft.rng
    shape = shape_of(rng, some_rank(rng), 6)
    begin: list[Any] = []
    end: list[Any] = []
    steps: list[Any] = []
    index: list[Any] = []
    masks = {"beginMask": 0, "endMask": 0, "shrinkAxisMask": 0}
    for axis, n in enumerate(shape):
        step = int(choice(rng, (1, 1, 2, 3, -1, -2)))
        b, e = int(rng.integers(-n, n)), int(rng.integers(-n - 1, n + 2))
        if rng.random() < 0.2:
            masks["shrinkAxisMask"] |= 1 << axis
            for values_of, one in ((begin, b), (end, b + 1), (steps, 1), (index, b)):
                values_of.append(one)
            continue
        low = slice(b, e, step)
        if rng.random() < 0.2:
            masks["beginMask"] |= 1 << axis
            low = slice(None, low.stop, step)
        if rng.random() < 0.3 or not range(n)[low]:
            masks["endMask"] |= 1 << axis
            low = slice(low.start, None, step)
        for values_of, value in ((begin, b), (end, e), (steps, step), (index, low)):
            values_of.append(value)
    target = np.empty(shape)[tuple(index)].shape
    if 0 in target:
        return _strided_slice(draft)
    x, kind = _simple(draft, shape)
    tables = [draft.constant(np.array(v)) for v in (begin, end, steps)]
    return draft.case([x, *tables], [draft.output(target, **kind)], **masks)


def _pad(draft: Draft) -> Case:
    rng = draft.rng
    shape = shape_of(rng, some_rank(rng), 5)
    pads = [(int(b), int(a)) for b, a in rng.integers(0, 3, (len(shape), 2))]
    x, kind = _simple(draft, shape)
    ids = [x, draft.constant(np.array(pads))]
    if draft.name == "PADV2":
        value = values(rng, (1,), draft.dtype)
        ids.append(
            draft.constant(
                value, dtype=draft.dtype, scale=kind["scale"], zero_point=kind["zero_point"]
            )
        )
    y = draft.output([n + b + a for n, (b, a) in zip(shape, pads, strict=True)], **kind)
    return draft.case(ids, [y])


def _transpose(draft: Draft) -> Case:
    rng = draft.rng
    shape = shape_of(rng, int(rng.integers(1, 6)), 5)
    order = [int(axis) for axis in rng.permutation(len(shape))]
    x, kind = _simple(draft, shape)
    y = draft.output([shape[axis] for axis in order], **kind)
    return draft.case([x, draft.constant(np.array(order))], [y])


def _concatenation(draft: Draft) -> Case:
    rng = draft.rng
    shape = shape_of(rng, some_rank(rng), 5)
    axis = int(rng.integers(-len(shape), len(shape)))
    scale, zero = _scale(draft), point(rng, draft.dtype)
    ids, whole = [], 0
    for n in range(int(rng.integers(1, 4))):
        part = list(shape)
        part[axis] = int(rng.integers(1, 5))
        whole += part[axis]
        data = values(rng, part, draft.dtype)
        ids.append(draft.input(data, scale=scale, zero_point=zero, name=f"x{n}"))
    target = list(shape)
    target[axis] = whole
    y = draft.output(target, dtype=draft.dtype, scale=scale, zero_point=zero)
    return draft.case(ids, [y], axis=axis)


_MAKERS = {
    "PACK": _pack,
    "UNPACK": _unpack,
    "MIRROR_PAD": _mirror_pad,
    "REVERSE_V2": _reverse,
    "TILE": _tile,
    "BROADCAST_TO": _broadcast,
    "GATHER": _gather,
    "GATHER_ND": _gather_nd,
    "SPACE_TO_DEPTH": _blocks,
    "DEPTH_TO_SPACE": _blocks,
    "SPACE_TO_BATCH_ND": _space_to_batch,
    "BATCH_TO_SPACE_ND": _batch_to_space,
    "RESIZE_NEAREST_NEIGHBOR": _resize,
    "RESIZE_BILINEAR": _resize,
    "FILL": _fill,
    "ZEROS_LIKE": _zeros_like,
    "SHAPE": _shape_of,
    "RESHAPE": _reshape,
    "SQUEEZE": _reshape,
    "EXPAND_DIMS": _reshape,
    "SPLIT": _split,
    "SPLIT_V": _split,
    "SLICE": _slice,
    "STRIDED_SLICE": _strided_slice,
    "PAD": _pad,
    "PADV2": _pad,
    "TRANSPOSE": _transpose,
    "CONCATENATION": _concatenation,
}
