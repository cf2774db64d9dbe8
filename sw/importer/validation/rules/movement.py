"""Rules of operators that only move data: what they take lies inside, what they make has the shape.

What tflite-micro refuses is in pad_common.cc, concatenation.cc, transpose_common.cc,
strided_slice_common.cc, slice.cc, split.cc, split_v.cc, squeeze.cc and reshape_common.cc.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from sw.importer.context import Operator

MOST_JOINED = 4  # dimensions of CONCATENATION, PAD and STRIDED_SLICE
MOST_SLICED = 5  # dimensions of SLICE and TRANSPOSE
MOST_LISTED = 8  # numbers in the options of RESHAPE and SQUEEZE
LONGEST_STRIDE = 1 << 30  # with more, positions of a kernel's loop leave 32 bits


def reshape_size(op: Operator) -> None:
    """RESHAPE, SQUEEZE, EXPAND_DIMS: as many elements as before."""
    source, output = op.activation(0), op.output()
    if source.size != output.size:
        raise op.error(f"cannot make shape {output.shape} of {source.shape}; export it anew")


def _short_list(op: Operator, option: str) -> None:
    listed = len(_list(getattr(op.options, option, None)))
    if listed > MOST_LISTED:
        raise op.error(
            f"its option {option} lists {listed} numbers, {MOST_LISTED} are the most; "
            "export it anew"
        )


def reshape_shape(op: Operator) -> None:
    """RESHAPE: a constant shape says what the output's does; -1 stands for any size."""
    _short_list(op, "newShape")
    if len(op.inputs) < 2 or op.tensor(1).data is None:
        return
    wanted = [int(size) for size in op.constant(1, "int32").reshape(-1)]
    shape = op.output().shape
    if len(wanted) != len(shape) or any(
        size not in (-1, found) for size, found in zip(wanted, shape, strict=True)
    ):
        raise op.error(f"its shape operand says {wanted}, its output is {shape}; export it anew")


def squeezed_axes(op: Operator) -> None:
    """SQUEEZE: only axes of one element go."""
    source, output = op.activation(0).shape, op.output().shape
    rank = len(source)
    _short_list(op, "squeezeDims")
    named = [int(axis) for axis in _list(op.options.squeezeDims)]
    for axis in named:
        if not -rank <= axis < rank or source[axis] != 1:
            raise op.error(f"axis {axis} of {source} has not one element; it can't be squeezed")
    gone = {axis % rank for axis in named} or {a for a in range(rank) if source[a] == 1}
    _shape(op, output, [size for axis, size in enumerate(source) if axis not in gone])


def expanded_axis(op: Operator) -> None:
    """EXPAND_DIMS: one axis of one element more."""
    source, output = list(op.activation(0).shape), op.output().shape
    axis = _axis(op, 1, len(source) + 1)
    _shape(op, output, [*source[:axis], 1, *source[axis:]])


def concatenated_shapes(op: Operator) -> None:
    """CONCATENATION: no activation; the shapes differ along the axis alone."""
    if op.options.fusedActivationFunction:
        raise op.error("a fused activation is not supported; put it into an operator of its own")
    output = op.output().shape
    rank, axis = len(output), int(op.options.axis)
    if not 1 <= rank <= MOST_JOINED:
        raise op.error(f"its output has {rank} dimensions; 1 to {MOST_JOINED} are supported")
    if not -rank <= axis < rank:
        raise op.error(f"axis {axis} is none of {output}; export it anew")
    shapes = [list(op.activation(position).shape) for position in range(len(op.inputs))]
    for shape in shapes:
        if len(shape) != rank:
            raise op.error(f"it joins {tuple(shape)} to {output}, which have not as many axes")
    joined = [*shapes[0]]
    joined[axis] = sum(shape[axis] for shape in shapes)
    for shape in shapes:
        if [*shape[: axis % rank], *shape[axis % rank + 1 :]] != [
            *joined[: axis % rank],
            *joined[axis % rank + 1 :],
        ]:
            raise op.error(f"it joins {tuple(shape)} to {tuple(shapes[0])} along axis {axis}")
    _shape(op, output, joined)


def paddings(op: Operator) -> None:
    """PAD, PADV2: a constant pair for each axis, none negative."""
    source, output = op.activation(0).shape, op.output().shape
    values = [int(value) for value in op.constant(1, "int32").reshape(-1)]
    if len(source) > MOST_JOINED:
        raise op.error(f"its input has {len(source)} dimensions; {MOST_JOINED} are the most")
    if len(values) != 2 * len(source):
        raise op.error(f"it has {len(values)} paddings for {len(source)} axes; two are wanted each")
    if min(values, default=0) < 0:
        raise op.error(
            f"its paddings {values} are not all 0 or more; use SLICE to cut", tensor=op.tensor(1)
        )
    pairs = zip(values[::2], values[1::2], strict=True)
    _shape(op, output, [n + a + b for n, (a, b) in zip(source, pairs, strict=True)])
    if len(op.inputs) > 2:
        padding_value(op)


def padding_value(op: Operator) -> None:
    """PADV2: one constant of the output's scale and zero point."""
    value, output = op.activation(2), op.output()
    op.constant(2, output.dtype)
    if value.size != 1:
        raise op.error(f"it pads with {value.size} values; one is wanted", tensor=value)
    if (value.scale, value.zero_point) != (output.scale, output.zero_point):
        raise op.error(
            "what it pads with has another scale or zero point than its output; quantise it again",
            tensor=value,
        )


def permutation(op: Operator) -> None:
    """TRANSPOSE: every axis once."""
    source, output = op.activation(0).shape, op.output().shape
    axes = [int(axis) for axis in op.constant(1, "int32").reshape(-1)]
    if len(source) > MOST_SLICED:
        raise op.error(f"its input has {len(source)} dimensions; {MOST_SLICED} are the most")
    if sorted(axes) != list(range(len(source))):
        raise op.error(f"{axes} is no permutation of {len(source)} axes", tensor=op.tensor(1))
    _shape(op, output, [source[axis] for axis in axes])


def strides(op: Operator) -> None:
    """STRIDED_SLICE: begin, end and step for each axis, no step of 0, and something is left."""
    source, output, options = op.activation(0).shape, op.output().shape, op.options
    if len(source) > MOST_JOINED:
        raise op.error(f"its input has {len(source)} dimensions; {MOST_JOINED} are the most")
    begin, end, step = (
        [int(v) for v in op.constant(position, "int32").reshape(-1)] for position in (1, 2, 3)
    )
    for what, values in (("begins", begin), ("ends", end), ("strides", step)):
        if len(values) != len(source):
            raise op.error(f"it has {len(values)} {what} for {len(source)} axes; give one for each")
    if 0 in step:
        raise op.error("a stride is 0; strides must not be", tensor=op.tensor(3))
    if max(map(abs, step), default=1) > LONGEST_STRIDE:
        raise op.error(
            f"its strides {step} are beyond 2^30; an axis's size is enough", tensor=op.tensor(3)
        )
    made = []
    for axis, size in enumerate(source):
        bit = 1 << axis
        first = None if options.beginMask & bit else begin[axis]
        last = None if options.endMask & bit else end[axis]
        if options.shrinkAxisMask & bit:
            # As in TensorFlow Lite, a masked begin is 0 where the axis goes, too.
            if (first is not None and not -size <= first < size) or step[axis] < 1:
                raise op.error(f"begin {begin[axis]} is no place on axis {axis} of {source}")
            continue
        made.append(len(range(*slice(first, last, step[axis]).indices(size))))
    _shape(op, output, made)


def slice_bounds(op: Operator) -> None:
    """SLICE: begin and size inside each axis; size -1 takes the rest."""
    source, output = op.activation(0).shape, op.output().shape
    begin, size = (
        [int(v) for v in op.constant(position, "int32").reshape(-1)] for position in (1, 2)
    )
    if len(source) > MOST_SLICED:
        raise op.error(f"its input has {len(source)} dimensions; {MOST_SLICED} are the most")
    if len(begin) != len(source) or len(size) != len(source):
        raise op.error(f"begin {begin} and size {size} do not fit {len(source)} axes")
    made = []
    for axis, extent in enumerate(source):
        wanted = extent - begin[axis] if size[axis] == -1 else size[axis]
        if begin[axis] < 0 or wanted < 1 or begin[axis] + wanted > extent:
            raise op.error(f"begin {begin} and size {size} lead out of {source}")
        made.append(wanted)
    _shape(op, output, made)


def equal_parts(op: Operator) -> None:
    """SPLIT: the axis shares out evenly over the outputs."""
    source = op.activation(1).shape
    axis = _axis(op, 0, len(source))
    count = len(op.outputs)
    if op.options.numSplits != count:
        raise op.error(f"option numSplits is {op.options.numSplits}, it has {count} outputs")
    if source[axis] % count:
        raise op.error(f"{source[axis]} elements do not share out evenly over {count} outputs")
    _parts(op, source, axis, [source[axis] // count] * count)


def named_parts(op: Operator) -> None:
    """SPLIT_V: sizes that add up to the axis, at most one of them -1."""
    source = op.activation(0).shape
    axis = _axis(op, 2, len(source))
    sizes = [int(size) for size in op.constant(1, "int32").reshape(-1)]
    if len(sizes) != len(op.outputs):
        raise op.error(f"it has {len(sizes)} sizes for {len(op.outputs)} outputs")
    if sizes.count(-1) > 1 or any(size < -1 or size == 0 for size in sizes):
        raise op.error(f"its sizes {sizes} must be 1 or more, one of them may be -1")
    rest = source[axis] - sum(size for size in sizes if size > 0)
    sizes = [rest if size == -1 else size for size in sizes]
    if sum(sizes) != source[axis] or min(sizes) < 1:
        raise op.error(f"its sizes do not add up to {source[axis]} on axis {axis}")
    _parts(op, source, axis, sizes)


def resized_shape(op: Operator) -> None:
    """RESIZE_*: a constant height and width; batch and channels stay."""
    batch, _, _, channels = op.nhwc(op.activation(0))
    size = [int(value) for value in op.constant(1, "int32").reshape(-1)]
    if len(size) != 2 or min(size) < 1:
        raise op.error(f"its size {size} must be a height and a width", tensor=op.tensor(1))
    _shape(op, op.output().shape, [batch, *size, channels])
    if op.options.alignCorners and op.options.halfPixelCenters:
        raise op.error("it aligns corners and has half-pixel centres; choose one of them")


def mirrored(op: Operator) -> None:
    """MIRROR_PAD: a constant pair for each axis, no larger than what is mirrored."""
    source, output = op.activation(0).shape, op.output().shape
    values = [int(value) for value in op.constant(1, "int32").reshape(-1)]
    if len(values) != 2 * len(source):
        raise op.error(f"it has {len(values)} paddings for {len(source)} axes; two are wanted each")
    pairs = list(zip(values[::2], values[1::2], strict=True))
    edge = 0 if op.options.mode else 1
    for size, pair in zip(source, pairs, strict=True):
        if min(pair) < 0 or max(pair) > size - edge:
            raise op.error(f"it mirrors {pair} of {size} elements, which are not there")
    _shape(op, output, [n + a + b for n, (a, b) in zip(source, pairs, strict=True)])


def reversed_axes(op: Operator) -> None:
    """REVERSE_V2: axes that follow each other, each once, in any order."""
    rank = len(op.activation(0).shape)
    axes = [int(axis) for axis in op.constant(1, "int32").reshape(-1)]
    if any(not -rank <= axis < rank for axis in axes):
        raise op.error(f"its axes {axes} are not all axes of {rank} dimensions")
    sides = sorted(axis % rank for axis in axes)
    if sides and sides != list(range(sides[0], sides[0] + len(sides))):
        raise op.error(f"its axes {axes} do not follow each other; reverse them one by one")


def tiled_shape(op: Operator) -> None:
    """TILE: a constant multiple of 1 or more for each axis."""
    source = op.activation(0).shape
    times = op.integers(1)
    if len(times) != len(source) or min(times, default=1) < 1:
        raise op.error(f"its multiples {times} must be 1 or more, one for each of {source}")
    _shape(op, op.output().shape, [n * t for n, t in zip(source, times, strict=True)])


def gathered_depth(op: Operator) -> None:
    """GATHER_ND: no more indices than there are axes."""
    source, indices = op.activation(0).shape, op.tensor(1).shape
    if not indices or indices[-1] > len(source):
        raise op.error(f"its indices {indices} do not fit {source}")
    _shape(op, op.output().shape, [*indices[:-1], *source[indices[-1] :]])


def whole_blocks(op: Operator) -> None:
    """SPACE_TO_DEPTH, DEPTH_TO_SPACE: blocks share out evenly."""
    _, height, width, channels = op.nhwc(op.activation(0))
    block = int(op.options.blockSize)
    sizes = [height, width] if op.name == "SPACE_TO_DEPTH" else [channels]
    step = block if op.name == "SPACE_TO_DEPTH" else block * block
    if block < 1 or any(size % step for size in sizes):
        raise op.error(f"blocks of {block} do not share out {sizes} evenly")


def blocks_and_pairs(op: Operator) -> None:
    """SPACE_TO_BATCH_ND, BATCH_TO_SPACE_ND: constant blocks, and a pair for each."""
    source = op.activation(0).shape
    block, pairs = op.integers(1), op.integers(2)
    if not 1 <= len(block) < len(source) or min(block) < 1 or len(pairs) != 2 * len(block):
        raise op.error(f"blocks {block} and pairs {pairs} do not fit {source}")
    if min(pairs) < 0:
        raise op.error(f"its pairs {pairs} are not all 0 or more", tensor=op.tensor(2))
    sums = [a + b for a, b in zip(pairs[::2], pairs[1::2], strict=True)]
    sizes = source[1 : 1 + len(block)]
    if op.name == "SPACE_TO_BATCH_ND":
        whole = [n + s for n, s in zip(sizes, sums, strict=True)]
        fits = all(n % b == 0 for n, b in zip(whole, block, strict=True))
    else:
        fits = source[0] % math.prod(block) == 0
        fits = fits and all(n * b > s for n, b, s in zip(sizes, block, sums, strict=True))
    if not fits:
        raise op.error(f"blocks {block} and pairs {pairs} do not share out {source} evenly")


def shape_vector(op: Operator) -> None:
    """SHAPE: one number for each axis."""
    _shape(op, op.context.tensors[op.outputs[0]].shape, [len(op.tensor(0).shape)])


def packed_count(op: Operator) -> None:
    """PACK: its option counts its inputs; tflite-micro believes the option."""
    count = int(op.options.valuesCount)
    if count != len(op.inputs):
        raise op.error(f"option valuesCount is {count}, it has {len(op.inputs)} inputs")


def unpacked_count(op: Operator) -> None:
    """UNPACK: its option counts its outputs; tflite-micro believes the option."""
    count = int(op.options.num)
    if count != len(op.outputs):
        raise op.error(f"option num is {count}, it has {len(op.outputs)} outputs")


def gathered_axis(op: Operator) -> None:
    """GATHER: an axis of the data, and batches that data and indices share."""
    source, indices = op.tensor(0).shape, op.tensor(1).shape
    axis, batches = int(op.options.axis), int(op.options.batchDims)
    if not -len(source) <= axis < len(source):
        raise op.error(f"axis {axis} is none of {source}; export it anew")
    axis %= len(source)
    if not 0 <= batches <= min(axis, len(indices)) or source[:batches] != indices[:batches]:
        raise op.error(f"{source} and {indices} do not share {batches} batch axes before {axis}")
    _shape(op, op.output().shape, [*source[:axis], *indices[batches:], *source[axis + 1 :]])


def filled_shape(op: Operator) -> None:
    """FILL, BROADCAST_TO: a constant shape, which is that of the output."""
    position = 0 if op.name == "FILL" else 1
    shape = op.context.tensors[op.outputs[0]].shape
    if tuple(op.integers(position)) != shape:
        raise op.error(f"its shape operand says {op.integers(position)}, its output is {shape}")


def same_type(*positions: int) -> Callable[[Operator], None]:
    """Return the rule that what is moved keeps its type; no position stands for every input."""

    def rule(op: Operator) -> None:
        made = {op.context.tensors[index].dtype for index in op.outputs}
        given = {op.tensor(position).dtype for position in positions or range(len(op.inputs))}
        if len(made | given) > 1:
            types = f"{', '.join(sorted(given))} and makes {', '.join(sorted(made))}"
            raise op.error(f"it takes {types}, and does not convert; export it anew")

    return rule


def _parts(op: Operator, source: tuple[int, ...], axis: int, sizes: Sequence[int]) -> None:
    for position, size in enumerate(sizes):
        _shape(op, op.output(position).shape, [*source[:axis], size, *source[axis + 1 :]])


def _axis(op: Operator, position: int, rank: int) -> int:
    values = op.constant(position, "int32").reshape(-1)
    if values.size != 1 or not -rank <= int(values[0]) < rank:
        raise op.error(
            f"its axis {values.tolist()} must be one of {rank}", tensor=op.tensor(position)
        )
    return int(values[0]) % rank


def _shape(op: Operator, found: Sequence[int], wanted: Sequence[int]) -> None:
    if tuple(found) != tuple(wanted):
        raise op.error(f"its output should be {tuple(wanted)}, it is {tuple(found)}")
    if not math.prod(wanted):
        raise op.error(f"its output {tuple(wanted)} is empty; export it anew")


def _list(values: object) -> list[int]:
    return [] if values is None else [int(value) for value in values]  # type: ignore[attr-defined]
