"""Products and pooling of ONNX: convolutions, matrix products, averages, maxima.

Each has an `emit` that makes the layer for a target. In the QOperator form the node names it; in
the QDQ form the QuantizeLinear behind it does.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network.operations import (
    Convolution,
    Depthwise,
    Extreme,
    FullyConnected,
    MatrixProduct,
    Mean,
    Pooling,
    Requantisation,
    Total,
    TransposedConvolution,
)
from golden.numerics import INT32_MAX
from golden.operators.parameters import rescale_multiplier
from golden.operators.windows import Window
from sw.importer.from_onnx.builder import Builder
from sw.importer.from_onnx.file import Node
from sw.importer.from_onnx.requantise import rounding
from sw.importer.from_onnx.values import IMAGE, PLAIN, Quantised, Target, Weights

Bias = NDArray[np.int32] | None
GEOMETRY = ("kernel_shape", "strides", "dilations", "pads")  # attributes, a number for each axis
SAME_STEP = 1e-5  # how far the scale of a bias may be from the product of scales, relatively
MOST_KERNEL = 1 << 24  # weights with the zeros of groups and dilation


def window(
    b: Builder, node: Node, size: tuple[int, int], kernel: tuple[int, int], *, pooling: bool = False
) -> tuple[Window, tuple[int, int]]:
    """Window of a node on an image, and the rows and columns of padding behind it."""
    attributes = node.attributes
    given = {name: list(attributes[name]) for name in GEOMETRY if name in attributes}
    if len({len(sizes) // (2 if name == "pads" else 1) for name, sizes in given.items()}) > 1:
        raise b.error(node, f"{', '.join(given)} are not of one number of axes")
    told = tuple(int(n) for n in given.get("kernel_shape", kernel))
    if told not in (tuple(kernel), tuple(kernel[1:])):
        raise b.error(node, f"kernel_shape {list(told)} is not that of its weights {list(kernel)}")
    stride = _pair(b, node, "strides", 1)
    dilation = _pair(b, node, "dilations", 1)
    pads = [int(n) for n in attributes.get("pads", [0, 0, 0, 0])]
    if len(pads) == 2:
        pads = [0, pads[0], 0, pads[1]]
    if len(pads) != 4 or min(pads) < 0:
        raise b.error(node, f"its padding {pads} is not four numbers of 0 or more")
    if pooling and any(pads[side] >= kernel[side % 2] for side in range(4)):
        raise b.error(node, f"its padding {pads} is no smaller than its window {list(kernel)}")
    if min(*stride, *dilation, *kernel) < 1:
        raise b.error(node, f"strides {stride}, dilations {dilation} or kernel {kernel} below 1")
    auto = attributes.get("auto_pad", b"NOTSET").decode()
    outs: list[int] = []
    for axis in (0, 1):
        extent = (kernel[axis] - 1) * dilation[axis] + 1
        if auto in ("SAME_UPPER", "SAME_LOWER"):
            out = -(-size[axis] // stride[axis])
            total = max((out - 1) * stride[axis] + extent - size[axis], 0)
            before = total // 2 if auto == "SAME_UPPER" else -(-total // 2)
            pads[axis], pads[axis + 2] = before, total - before
        else:
            room = size[axis] + pads[axis] + pads[axis + 2] - extent
            out = room // stride[axis] + 1
            if pooling and attributes.get("ceil_mode", 0) and room % stride[axis]:
                starts = out * stride[axis]  # the last window must start on the image or before
                out += starts < size[axis] + pads[axis]
        outs.append(out)
    if min(outs) < 1:
        raise b.error(node, f"its window does not fit {size[0]} x {size[1]} pixels")
    made = Window(
        kernel_h=kernel[0], kernel_w=kernel[1], stride_h=stride[0], stride_w=stride[1],
        dilation_h=dilation[0], dilation_w=dilation[1], pad_top=pads[0], pad_left=pads[1],
        out_h=outs[0], out_w=outs[1],
    )  # fmt: skip
    return made, (pads[2], pads[3])


def _pair(b: Builder, node: Node, name: str, otherwise: int) -> tuple[int, int]:
    found = [int(n) for n in node.attributes.get(name, [otherwise, otherwise])]
    if len(found) == 1:
        found = [1, found[0]]
    if len(found) != 2:
        raise b.error(node, f"{name} {found} are not two numbers")
    return found[0], found[1]


def image(b: Builder, node: Node, x: Quantised) -> tuple[int, tuple[int, int, int, int]]:
    """The tensor of an operand as NHWC, and its shape there."""
    if len(x.shape) != 4:
        raise b.error(node, f"its input has shape {x.shape}; only images (NCHW) are supported")
    index = b.form(x, IMAGE)
    n, h, w, c = b.tensors[index].shape
    return index, (n, h, w, c)


def reach(
    weights: NDArray[np.int64], x: Quantised, bias: Bias
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Smallest and largest sum of each channel, for weights [channels, depth] less zero point."""
    low, high = -128 - x.scaling.zero_point, 127 - x.scaling.zero_point
    up, down = np.maximum(weights, 0).sum(axis=1), np.minimum(weights, 0).sum(axis=1)
    added = np.zeros(len(weights), dtype=np.int64) if bias is None else bias.astype(np.int64)
    return up * low + down * high + added, up * high + down * low + added


def requantisation(
    b: Builder,
    node: Node,
    scales: NDArray[np.float32],
    sums: tuple[NDArray[np.int64], NDArray[np.int64]],
    to: Target,
) -> tuple[Requantisation, bool]:
    """The integers that round as float32 does, and whether they always do."""
    try:
        found = rounding(
            scales, least=sums[0], most=sums[1], zero_point=to.scaling.zero_point,
            low=to.low, high=to.high,
        )  # fmt: skip
    except ValueError as error:
        raise b.error(node, str(error)) from error
    # Limits inside int8 keep onnxruntime from its integer kernels: it sums float32 then.
    whole = (to.low, to.high) == (-128, 127)
    made = Requantisation(
        multiplier=found.multiplier, shift=found.shift,
        output_zero_point=to.scaling.zero_point, act_min=to.low, act_max=to.high,
    )  # fmt: skip
    return made, whole and bool(found.exact.all())


def factors(
    b: Builder, node: Node, x: Quantised, w: Weights, to: Target, channels: int, factor: float = 1.0
) -> NDArray[np.float32]:
    """float32 scales of sums, in the order in which onnxruntime multiplies and divides."""
    scales = w.scales.reshape(-1)
    if scales.size not in (1, channels):
        raise b.error(node, f"it has {scales.size} weight scales for {channels} channels")
    first = np.float32(factor) * np.float32(x.scaling.scale)
    made = np.float32(first) * scales / np.float32(to.scaling.scale)
    return np.broadcast_to(made.astype(np.float32), (channels,))


def bias_of(
    b: Builder, node: Node, position: int, scales: NDArray[np.float32], channels: int, to: Target,
    *, rank: int = 0,
) -> tuple[Bias, bool]:  # fmt: skip
    """Biases int32 in steps of the sums, and whether onnxruntime sums them as whole numbers.

    They are one for each channel, or with a ``rank`` what is broadcast so to sums of that rank.

    Those that are float32, or int32 in steps of their own, are rounded; it sums float32 then. They
    are refused where that could move the output by more than a step.
    """
    name = node.input(position)
    if not name:
        return None, True
    real, whole = b.constants.get(name), b.constants.get(f"{name} int32")
    if real is None:
        raise b.error(node, "its biases must be constants; export them so")
    known = ("int32",) if node.kind.startswith("QLinear") else ("int32", "float32")
    if str(real.dtype) not in known:
        raise b.error(node, f"its biases are {real.dtype}; only {' or '.join(known)} is known")
    spread = real.ndim <= rank and real.size in (1, channels) and real.size == (1, *real.shape)[-1]
    if not (spread if rank else real.shape == (channels,)):
        raise b.error(node, f"its biases of shape {real.shape} are not one for each of {channels}")
    flat = np.broadcast_to(real.reshape(-1), (channels,))
    if flat.dtype.kind != "f":
        return flat.astype(np.int32), True
    steps = flat.astype(np.float64) / np.broadcast_to(scales, flat.shape)
    if whole is not None:
        counted = np.broadcast_to(whole.reshape(-1), (channels,))
        if np.allclose(steps, counted, rtol=SAME_STEP, atol=0):
            return counted.astype(np.int32), True
        if node.kind == "Gemm":  # onnxruntime takes them as they are there, and not in Conv
            raise b.error(
                node, "the scale of its biases is not input scale times weight scale; quantise "
                "them again",
            )  # fmt: skip
    rounded = np.clip(np.rint(steps), -(2.0**31), 2.0**31 - 1)
    if (np.abs(rounded - steps) * scales > to.scaling.scale / 2).any():
        raise b.error(
            node, "its biases can't be told in steps of input scale times weight scale, which are "
            "larger than those of its output; quantise it again",
        )  # fmt: skip
    return rounded.astype(np.int64).astype(np.int32), False


def convolution(
    b: Builder, node: Node, x: Quantised, w: Weights, bias_at: int, to: Target
) -> Quantised:
    """Conv, ConvInteger's sums apart: grouped and depthwise ones too."""
    if w.data.ndim != 4 or (w.scales.size > 1 and w.axis != 0):
        raise b.error(node, "its weights must be [out, in, height, width] with scales of axis 0")
    source, (n, h, wide, depth) = image(b, node, x)
    out_c, in_c, kh, kw = w.data.shape
    groups = int(node.attributes.get("group", 1))
    if groups < 1 or depth != in_c * groups or out_c % groups:
        raise b.error(node, f"its weights {w.data.shape} do not fit {depth} channels")
    made, _ = window(b, node, (h, wide), (kh, kw))
    scales = (np.float32(x.scaling.scale) * w.scales.reshape(-1)).astype(np.float32)
    bias, whole = bias_of(b, node, bias_at, scales, out_c, to)
    centred = w.data.reshape(out_c, -1).astype(np.int64) - w.zero_point
    # Padding adds zeros: the sums of fewer taps lie between those of all.
    least, most = reach(centred, x, bias)
    added = np.int64(0) if bias is None else bias.astype(np.int64)
    sums = np.minimum(least, added), np.maximum(most, added)
    requantise, exact = requantisation(b, node, factors(b, node, x, w, to, out_c), sums, to)
    common: dict[str, Any] = {
        "bias": bias, "window": made, "input_zero_point": x.scaling.zero_point,
        "requantisation": requantise, "weight_zero_point": w.zero_point,
    }  # fmt: skip
    exact &= w.settled and whole
    turned = np.ascontiguousarray(w.data.transpose(0, 2, 3, 1))
    if groups == depth and in_c == 1 and depth > 1:
        kernel = np.ascontiguousarray(turned[..., 0].transpose(1, 2, 0))
        operation: Any = Depthwise(weights=kernel, **common)
    else:
        operation = Convolution(weights=turned, **common)
    shape = (n, made.out_h, made.out_w, out_c)
    return b.compute(node, operation, [source], shape, to.scaling, IMAGE, exact=exact)


def result_shape(b: Builder, node: Node, x: Quantised, w: Weights) -> tuple[int, ...]:
    """Shape of what a convolution makes, as the file has it."""
    if len(x.shape) != 4 or w.data.ndim != 4:
        raise b.error(node, f"its input has shape {x.shape}; only images (NCHW) are supported")
    if node.kind == "ConvTranspose":
        groups = max(int(node.attributes.get("group", 1)), 1)
        return (x.shape[0], w.data.shape[1] * groups, *transposed_size(b, node, x, w)[1])
    made, _ = window(b, node, (x.shape[2], x.shape[3]), w.data.shape[2:])
    return x.shape[0], w.data.shape[0], made.out_h, made.out_w


def transposed_size(
    b: Builder, node: Node, x: Quantised, w: Weights
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Rows and columns that a ConvTranspose cuts off in front, and those of its result."""
    attributes = node.attributes
    stride, more = _pair(b, node, "strides", 1), _pair(b, node, "output_padding", 0)
    dilation = _pair(b, node, "dilations", 1)
    pads = [int(p) for p in attributes.get("pads", [0, 0, 0, 0])]
    if len(pads) == 2:
        pads = [0, pads[0], 0, pads[1]]
    if len(pads) != 4 or min(pads) < 0 or min(*stride, *dilation) < 1 or min(more) < 0:
        raise b.error(node, "its padding must be four numbers of 0 or more, its strides above 0")
    auto = attributes.get("auto_pad", b"NOTSET").decode()
    kernel = [int(n) for n in attributes.get("kernel_shape", w.data.shape[2:])]
    if [1] * (2 - len(kernel)) + kernel != list(w.data.shape[2:]):
        raise b.error(node, f"kernel_shape {kernel} is not that of its weights")
    wanted = [int(n) for n in attributes.get("output_shape", [])][-2:]
    if len(wanted) == 1:
        wanted = [1, *wanted]
    before, made = [], []
    for i in (0, 1):
        extent = (w.data.shape[2 + i] - 1) * dilation[i] + 1
        whole = (x.shape[2 + i] - 1) * stride[i] + extent + more[i]
        size = whole - pads[i] - pads[i + 2]
        cut = pads[i]
        if wanted or auto in ("SAME_UPPER", "SAME_LOWER"):
            size = wanted[i] if wanted else x.shape[2 + i] * stride[i]
            cut = (whole - size) // 2 if auto == "SAME_UPPER" else -(-(whole - size) // 2)
        if size < 1 or size > whole:
            raise b.error(node, f"its padding makes {size} of {whole} pixels")
        before.append(cut)
        made.append(size)
    return (before[0], before[1]), (made[0], made[1])


def _whole_kernel(
    data: NDArray[np.int8], groups: int, dilation: tuple[int, int]
) -> NDArray[np.int8]:
    """Kernel [in, out, height, width] of one group without dilation."""
    depth, units, kh, kw = data.shape
    step = depth // groups
    shape = (depth, units * groups, (kh - 1) * dilation[0] + 1, (kw - 1) * dilation[1] + 1)
    whole = np.zeros(shape, dtype=np.int8)
    for group in range(groups):
        rows = slice(group * step, (group + 1) * step)
        columns = slice(group * units, (group + 1) * units)
        whole[rows, columns, :: dilation[0], :: dilation[1]] = data[rows]
    return whole


def pool_shape(b: Builder, node: Node, x: Quantised) -> tuple[int, ...]:
    """Shape of what an AveragePool makes, as the file has it."""
    if len(x.shape) != 4:
        raise b.error(node, f"its input has shape {x.shape}; only images (NCHW) are supported")
    kernel = _pair(b, node, "kernel_shape", 0)
    made, _ = window(b, node, (x.shape[2], x.shape[3]), kernel, pooling=True)
    return x.shape[0], x.shape[1], made.out_h, made.out_w


def transposed(
    b: Builder, node: Node, x: Quantised, w: Weights, bias_at: int, to: Target
) -> Quantised:
    """ConvTranspose; groups and dilation become zeros in its kernel."""
    if w.data.ndim != 4 or (w.scales.size > 1 and w.axis != 1):
        raise b.error(node, "its weights must be [in, out, height, width] with scales of axis 1")
    source, (n, _, _, depth) = image(b, node, x)
    groups = int(node.attributes.get("group", 1))
    if w.zero_point:
        raise b.error(node, "its weights need a zero point of 0")
    if groups < 1 or w.data.shape[0] != depth or depth % groups:
        raise b.error(node, f"its weights {w.data.shape} do not fit {depth} channels")
    if groups > 1 and w.scales.size > 1:
        raise b.error(node, "weights of several groups must have one scale; quantise it so")
    stride, (before, size) = _pair(b, node, "strides", 1), transposed_size(b, node, x, w)
    dilation = _pair(b, node, "dilations", 1)
    count = w.data.size * groups * dilation[0] * dilation[1]
    if count > MOST_KERNEL:
        raise b.error(node, f"groups and dilation make {count} weights of it")
    kernel = _whole_kernel(w.data, groups, dilation)
    out_c = kernel.shape[1]
    scales = (np.float32(x.scaling.scale) * w.scales.reshape(-1)).astype(np.float32)
    bias, _ = bias_of(b, node, bias_at, scales, out_c, to)
    turned = np.ascontiguousarray(kernel.transpose(1, 2, 3, 0))
    least, most = reach(turned.reshape(out_c, -1).astype(np.int64), x, bias)
    added = np.int64(0) if bias is None else bias.astype(np.int64)
    sums = np.minimum(least, added), np.maximum(most, added)
    requantise, _ = requantisation(b, node, factors(b, node, x, w, to, out_c), sums, to)
    operation = TransposedConvolution(
        weights=turned, bias=bias, stride=stride, padding=before, size=size,
        input_zero_point=x.scaling.zero_point, requantisation=requantise,
    )  # fmt: skip
    # onnxruntime has no integer kernel: it sums float32.
    return b.compute(node, operation, [source], (n, *size, out_c), to.scaling, IMAGE, exact=False)


def dense(
    b: Builder, node: Node, x: Quantised, w: Weights, bias_at: int, to: Target,
    *, turned: bool = False, factor: float = 1.0,
) -> Quantised:  # fmt: skip
    """MatMul and Gemm with constant weights [depth, units], or [units, depth] if `turned`."""
    data = w.data if turned else w.data.T
    if w.data.ndim != 2 or (w.scales.size > 1 and w.axis % 2 != (0 if turned else 1)):
        raise b.error(node, "its weights must be a matrix with scales of its result's columns")
    units, depth = data.shape
    if not x.shape or x.shape[-1] != depth:
        raise b.error(node, f"its weights {w.data.shape} do not fit the input {x.shape}")
    source = b.form(x, PLAIN)
    scales = (np.float32(factor) * np.float32(x.scaling.scale) * w.scales.reshape(-1)).astype("f4")
    bias, whole = bias_of(b, node, bias_at, scales, units, to, rank=len(x.shape))
    sums = reach(data.astype(np.int64) - w.zero_point, x, bias)
    wanted = factors(b, node, x, w, to, units, factor)
    requantise, exact = requantisation(b, node, wanted, sums, to)
    exact &= w.settled and whole
    exact &= factor == 1 or node.kind == "QGemm"
    shape = (*x.shape[:-1], units)
    operation = FullyConnected(
        weights=np.ascontiguousarray(data), bias=bias, input_zero_point=x.scaling.zero_point,
        requantisation=requantise, output_shape=shape, weight_zero_point=w.zero_point,
    )  # fmt: skip
    return b.compute(node, operation, [source], shape, to.scaling, exact=exact)


def product(b: Builder, node: Node, x: Quantised, y: Quantised, to: Target) -> Quantised:
    """MatMul of two tensors."""
    rank = len(x.shape)
    if rank > 2 and len(y.shape) == 2:  # one matrix for all: rows of one product
        flat = Quantised(shape=(int(np.prod(x.shape[:-1])), x.shape[-1]), scaling=x.scaling)
        flat.forms[PLAIN] = b.reshaped(b.form(x, PLAIN), flat.shape)
        made = product(b, node, flat, y, to)
        whole = (*x.shape[:-1], y.shape[-1])
        index = b.reshaped(made.forms[PLAIN], whole)
        return Quantised(shape=whole, scaling=to.scaling, forms={PLAIN: index})
    if rank < 2 or len(y.shape) != rank or x.shape[:-2] != y.shape[:-2]:
        raise b.error(node, f"shapes {x.shape} and {y.shape} differ in front of their matrices")
    if x.shape[-1] != y.shape[-2]:
        raise b.error(node, f"matrices of {x.shape} and {y.shape} do not fit")
    indices = [b.form(v, PLAIN) for v in (x, y)]
    scale = np.float32(x.scaling.scale) * np.float32(y.scaling.scale) / np.float32(to.scaling.scale)
    largest = np.array([x.shape[-1] * 255 * 255], dtype=np.int64)
    requantise, exact = requantisation(b, node, np.array([scale]), (-largest, largest), to)
    operation = MatrixProduct(
        a_zero_point=x.scaling.zero_point, b_zero_point=y.scaling.zero_point,
        adjoint_a=False, adjoint_b=False, requantisation=requantise,
    )  # fmt: skip
    shape = (*x.shape[:-1], y.shape[-1])
    return b.compute(node, operation, indices, shape, to.scaling, exact=exact)


def max_pool(b: Builder, node: Node, x: Quantised) -> Quantised:
    """MaxPool and GlobalMaxPool, which keep the scale."""
    source, (n, h, w, c) = image(b, node, x)
    if len(node.outputs) > 1 and node.outputs[1]:
        raise b.error(node, "the places of its maxima are not supported")
    kernel = (h, w) if node.kind == "GlobalMaxPool" else _pair(b, node, "kernel_shape", 0)
    made, _ = window(b, node, (h, w), kernel, pooling=True)
    operation = Pooling(window=made, average=False, act_min=-128, act_max=127)
    return b.compute(node, operation, [source], (n, made.out_h, made.out_w, c), x.scaling, IMAGE)


def average_pool(b: Builder, node: Node, x: Quantised, to: Target) -> Quantised:
    """AveragePool: a depthwise convolution with ones where all windows have as many pixels."""
    source, (n, h, w, c) = image(b, node, x)
    kernel = _pair(b, node, "kernel_shape", 0)
    made, after = window(b, node, (h, w), kernel, pooling=True)
    inside = max(made.pad_top, made.pad_left, *after) == 0
    fits = (made.out_h - 1) * made.stride_h + kernel[0] <= h + made.pad_top + after[0]
    fits &= (made.out_w - 1) * made.stride_w + kernel[1] <= w + made.pad_left + after[1]
    shape = (n, made.out_h, made.out_w, c)
    if (inside or node.attributes.get("count_include_pad", 0)) and fits:
        count = kernel[0] * kernel[1]
        scale = np.float32(x.scaling.scale) / np.float32(to.scaling.scale) / np.float32(count)
        ones = np.ones((c, count), dtype=np.int64)
        requantise, _ = requantisation(
            b, node, np.full(c, scale, dtype=np.float32), _with_zero(reach(ones, x, None)), to
        )
        operation: Any = Depthwise(
            weights=np.ones((*kernel, c), dtype=np.int8), bias=None, window=made,
            input_zero_point=x.scaling.zero_point, requantisation=requantise,
        )  # fmt: skip
        return b.compute(node, operation, [source], shape, to.scaling, IMAGE, exact=False)
    if x.scaling != to.scaling:
        raise b.error(node, "its windows differ in pixels, so its output must keep the scale")
    operation = Pooling(window=made, average=True, act_min=to.low, act_max=to.high)
    return b.compute(node, operation, [source], shape, to.scaling, IMAGE, exact=False)


def _with_zero(
    sums: tuple[NDArray[np.int64], NDArray[np.int64]],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    return np.minimum(sums[0], 0), np.maximum(sums[1], 0)


# What onnxruntime's QLinearGlobalAveragePool multiplies a sum of pixels by.
LEAST_POOL, MOST_POOL = 2.0**-32, 256.0


def mean(
    b: Builder, node: Node, x: Quantised, axes: tuple[int, ...], keep: bool, to: Target
) -> Quantised:
    """GlobalAveragePool and ReduceMean; axes are those of the file."""
    multiplier, shift = rescale_multiplier(x.scaling.scale, to.scaling.scale)
    count = math.prod(x.shape[axis] for axis in axes)
    ratio = x.scaling.scale / to.scaling.scale
    if shift > 0 and (255 * count) << shift > INT32_MAX:
        raise b.error(node, f"its sums are scaled by {ratio:g}, beyond what int32 holds")
    if "GlobalAveragePool" in node.kind and not LEAST_POOL <= ratio / count < MOST_POOL:
        raise b.error(node, f"it scales {count} pixels by {ratio:g}, beyond what onnxruntime takes")
    common: dict[str, Any] = {
        "keep_dims": keep, "input_zero_point": x.scaling.zero_point,
        "output_zero_point": to.scaling.zero_point, "multiplier": multiplier, "shift": shift,
    }  # fmt: skip
    if (to.low, to.high) != (-128, 127):
        raise b.error(node, "a limit directly behind a mean is not supported; quantise between")
    if len(x.shape) == 4 and axes == (2, 3) and keep and node.kind != "ReduceSum":
        source, (n, _, _, c) = image(b, node, x)
        operation = Mean(axes=(1, 2), **common)
        return b.compute(node, operation, [source], (n, 1, 1, c), to.scaling, IMAGE, exact=False)
    source = b.form(x, PLAIN)
    shape = np.zeros(x.shape, dtype=np.int8).sum(axis=axes, keepdims=keep).shape
    if not shape:
        raise b.error(node, "a mean over all axes must keep its dimensions; export it so")
    kind = Total if node.kind == "ReduceSum" else Mean
    return b.compute(node, kind(axes=axes, **common), [source], shape, to.scaling, exact=False)


def extreme(b: Builder, node: Node, x: Quantised, axes: tuple[int, ...], keep: bool) -> Quantised:
    """ReduceMax and ReduceMin, which keep the scale; axes are those of the file."""
    common: dict[str, Any] = {"keep_dims": keep, "smallest": node.kind == "ReduceMin"}
    if len(x.shape) == 4 and axes == (2, 3) and keep:
        source, (n, _, _, c) = image(b, node, x)
        operation = Extreme(axes=(1, 2), **common)
        return b.compute(node, operation, [source], (n, 1, 1, c), x.scaling, IMAGE)
    shape = np.zeros(x.shape, dtype=np.int8).sum(axis=axes, keepdims=keep).shape
    if not shape:
        raise b.error(node, "an extreme over all axes must keep its dimensions; export it so")
    operation = Extreme(axes=axes, **common)
    return b.compute(node, operation, [b.form(x, PLAIN)], shape, x.scaling)
