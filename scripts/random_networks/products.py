"""Random products, pooling and recurrent layers for a draft."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.operators.windows import Window, resolve_padding
from scripts.random_networks.draft import Draft, UnsuitableError, Value, wanted

ACTIVATIONS = ("NONE", "NONE", "RELU", "RELU6", "RELU_N1_TO_1")


def window(
    d: Draft, size: tuple[int, int], *, dilate: bool = True
) -> tuple[Window, dict[str, Any]]:
    """Return a window with a result, and the options that say so."""
    for _ in range(20):
        kernel = d.integer(1, 5), d.integer(1, 5)
        stride = d.integer(1, 3), d.integer(1, 3)
        dilation = (d.integer(1, 3), d.integer(1, 3)) if dilate and d.chance(0.2) else (1, 1)
        padding = d.choice(("SAME", "VALID"))
        extents = [(k - 1) * step + 1 for k, step in zip(kernel, dilation, strict=True)]
        if padding == "VALID" and any(e > n for e, n in zip(extents, size, strict=True)):
            continue
        made = resolve_padding(
            *size, kernel=kernel, stride=stride, dilation=dilation, padding=padding
        )
        options: dict[str, Any] = {"padding": padding, "strideH": stride[0], "strideW": stride[1]}
        if dilate:
            options |= {"dilationHFactor": dilation[0], "dilationWFactor": dilation[1]}
        return made, options
    raise UnsuitableError


def weight_scales(d: Draft, channels: int) -> NDArray[np.float32]:
    """One scale, or one a channel."""
    count = channels if d.chance(0.6) else 1
    return (2.0 ** d.rng.uniform(-9, -4, count)).astype(np.float32)


# Steps in which a bound of 6 is an int32 with room to spare; chains of products get smaller.
LEAST_SCALE = 2.0**-26


def spread(d: Draft, x: Value, scales: NDArray[np.float32], depth: int) -> float:
    """An output scale that brings sums of so many products to about the output's range."""
    wide = 8 if x.dtype == "int16" else 0  # int16 sums are scaled by factors below 2^7 alone
    typical = x.scale * float(scales.mean()) * np.sqrt(depth)
    scale = typical * 2.0 ** (d.rng.uniform(3, 8) - wide * 0.5)
    return float(np.float32(max(scale, LEAST_SCALE)))


def bias(d: Draft, x: Value, scales: NDArray[np.float32], channels: int) -> list[Value]:
    """Biases, or none."""
    if d.chance(0.2) and x.dtype == "int8":
        return []
    dtype = np.int64 if x.dtype == "int16" else np.int32
    data = d.rng.integers(-20000, 20000, channels).astype(dtype)
    return [d.constant(data, scale=(np.float32(x.scale) * scales).astype(np.float32))]


def convolution(d: Draft) -> None:
    """CONV_2D, sometimes grouped, sometimes with the weights of another one."""
    x = d.image("CONV_2D")
    batch, height, width, depth = x.shape
    groups = 1
    if x.dtype == "int8" and depth % 2 == 0 and d.chance(0.15):
        groups = 2
    shared = [w for w in d.weights if w[1][3] == depth]
    if shared and d.chance(0.3):
        index, shape, scales = d.choice(shared)
        w: Value | int = index
        made, options = fixed_window(d, (height, width), (shape[1], shape[2]))
    else:
        channels = groups * d.integer(1, d.extent.channels // groups)
        made, options = window(d, (height, width))
        shape = (channels, made.kernel_h, made.kernel_w, depth // groups)
        scales = weight_scales(d, channels)
        w = d.constant(d.values(shape), scale=scales)
        if groups == 1 and x.dtype == "int8":
            d.weights.append((w.index, shape, scales))
    d.afford(batch * made.out_h * made.out_w * int(np.prod(shape)))
    scale = spread(d, x, scales, shape[1] * shape[2] * shape[3])
    y = wanted(
        (batch, made.out_h, made.out_w, shape[0]),
        dtype=x.dtype, scale=scale, zero_point=d.point(x.dtype),
    )  # fmt: skip
    operands = [x, w, *bias(d, x, scales, shape[0])]
    d.add("CONV_2D", operands, [y], fusedActivationFunction=d.choice(ACTIVATIONS), **options)


def fixed_window(
    d: Draft, size: tuple[int, int], kernel: tuple[int, int]
) -> tuple[Window, dict[str, Any]]:
    """Return a window of that kernel."""
    stride = d.integer(1, 2), d.integer(1, 2)
    made = resolve_padding(*size, kernel=kernel, stride=stride, padding="SAME")
    return made, {
        "padding": "SAME", "strideH": stride[0], "strideW": stride[1],
        "dilationHFactor": 1, "dilationWFactor": 1,
    }  # fmt: skip


def depthwise(d: Draft) -> None:
    """DEPTHWISE_CONV_2D with a multiplier of 1 to 3."""
    x = d.image("DEPTHWISE_CONV_2D")
    batch, height, width, depth = x.shape
    multiplier = d.choice((1, 1, 1, 2, 3))
    made, options = window(d, (height, width))
    channels = depth * multiplier
    d.afford(batch * made.out_h * made.out_w * made.kernel_h * made.kernel_w * channels)
    scales = weight_scales(d, channels)
    w = d.constant(
        d.values((1, made.kernel_h, made.kernel_w, channels)), scale=scales, channel_axis=3
    )
    y = wanted(
        (batch, made.out_h, made.out_w, channels),
        dtype=x.dtype, zero_point=d.point(x.dtype),
        scale=spread(d, x, scales, made.kernel_h * made.kernel_w),
    )  # fmt: skip
    d.add(
        "DEPTHWISE_CONV_2D", [x, w, *bias(d, x, scales, channels)], [y],
        depthMultiplier=multiplier, fusedActivationFunction=d.choice(ACTIVATIONS), **options,
    )  # fmt: skip


def fully_connected(d: Draft) -> None:
    """FULLY_CONNECTED of whole tensors or of their last axis."""
    x = d.operand("FULLY_CONNECTED")
    depth = x.size if d.chance(0.4) else x.shape[-1]
    units = d.integer(1, d.extent.channels)
    d.afford(x.size * units)
    scales = weight_scales(d, units) if x.dtype == "int8" else weight_scales(d, 1)
    w = d.constant(d.values((units, depth)), scale=scales)
    b: list[Value | int] = [*bias(d, x, scales, units)]
    scale = spread(d, x, scales, depth)
    y = wanted((x.size // depth, units), dtype=x.dtype, scale=scale, zero_point=d.point(x.dtype))
    activation = d.choice(ACTIVATIONS)
    d.add("FULLY_CONNECTED", [x, w, *(b or [-1])], [y], fusedActivationFunction=activation)


def transposed_convolution(d: Draft) -> None:
    """TRANSPOSE_CONV."""
    x = d.image("TRANSPOSE_CONV", lambda v: v.size < d.extent.elements // 5)
    batch, height, width, depth = x.shape
    kernel, stride = (d.integer(1, 4), d.integer(1, 4)), (d.integer(1, 3), d.integer(1, 3))
    channels, padding = d.integer(1, 12), d.choice(("SAME", "VALID"))
    size = [
        n * s if padding == "SAME" else (n - 1) * s + k
        for n, s, k in zip((height, width), stride, kernel, strict=True)
    ]
    d.afford(x.size * kernel[0] * kernel[1] * channels)
    scales = weight_scales(d, channels)
    w = d.constant(d.values((channels, *kernel, depth)), scale=scales)
    y = wanted(
        (batch, *size, channels), dtype=x.dtype, zero_point=d.point(x.dtype),
        scale=spread(d, x, scales, kernel[0] * kernel[1] * depth),
    )  # fmt: skip
    table = d.constant(np.array(y.shape, dtype=np.int32))
    d.add(
        "TRANSPOSE_CONV", [table, w, x, *bias(d, x, scales, channels)], [y],
        padding=padding, strideH=stride[0], strideW=stride[1],
    )  # fmt: skip


def matrix_product(d: Draft) -> None:
    """BATCH_MATMUL with another tensor or a constant."""
    a = d.operand("BATCH_MATMUL", lambda v: len(v.shape) >= 2)
    adjoint = d.chance(0.3), d.chance(0.5)
    rows, depth = (a.shape[-1], a.shape[-2]) if adjoint[0] else a.shape[-2:]

    def fits(v: Value) -> bool:
        inner = v.shape[-1] if adjoint[1] else v.shape[-2]
        return v.dtype == a.dtype and v.shape[:-2] == a.shape[:-2] and inner == depth

    try:
        b = d.any(lambda v: len(v.shape) == len(a.shape) and fits(v))
    except UnsuitableError:
        columns = d.integer(1, 12)
        shape = (*a.shape[:-2], *((columns, depth) if adjoint[1] else (depth, columns)))
        b = d.constant(d.values(shape, a.dtype), scale=d.scale(), zero_point=d.point(a.dtype))
    columns = b.shape[-2] if adjoint[1] else b.shape[-1]
    d.afford(a.size * columns)
    scale = a.scale * b.scale * np.sqrt(depth) * 2.0 ** d.rng.uniform(3, 8)
    if a.dtype == "int16":
        scale *= 64
    y = wanted(
        (*a.shape[:-2], rows, columns), dtype=a.dtype, scale=scale, zero_point=d.point(a.dtype)
    )
    d.add("BATCH_MATMUL", [a, b], [y], adjX=adjoint[0], adjY=adjoint[1])


def pooling(d: Draft) -> None:
    """AVERAGE_POOL_2D or MAX_POOL_2D."""
    name = d.choice(("AVERAGE_POOL_2D", "MAX_POOL_2D"))
    x = d.image(name)
    made, options = window(d, (x.shape[1], x.shape[2]), dilate=False)
    y = x.like((x.shape[0], made.out_h, made.out_w, x.shape[3]))
    activation = d.choice(("NONE", "NONE", "RELU", "RELU6"))
    d.add(
        name, [x], [y], filterHeight=made.kernel_h, filterWidth=made.kernel_w,
        fusedActivationFunction=activation, **options,
    )  # fmt: skip


def lstm(d: Draft) -> None:
    """UNIDIRECTIONAL_SEQUENCE_LSTM, whose state goes from inference to inference."""
    x = d.operand("UNIDIRECTIONAL_SEQUENCE_LSTM", lambda v: v.size < 600)
    whole = [n for n in x.shape if n > 1][:3]
    if int(np.prod(whole)) != x.size:
        raise UnsuitableError
    x = d.reshaped(x, [1] * (3 - len(whole)) + whole)
    batch, steps, depth = x.shape
    units = d.integer(1, 6)
    h_scale, h_point = d.scale(-8, -6), d.point()
    operands: list[Value | int] = [x]
    for columns in (depth,) * 4 + (units,) * 4:
        operands.append(d.constant(d.values((units, columns)), scale=d.scale(-8, -4)))
    operands += [-1, -1, -1]
    for _ in range(4):
        data = d.rng.integers(-3000, 3000, units).astype(np.int32)
        operands.append(d.constant(data, scale=x.scale * 2.0**-6))
    operands += [-1, -1]
    number = d.operators
    operands.append(d.writer.add_variable(f"h{number}", (batch, units), "int8", h_scale, h_point))
    cell = 2.0 ** -d.integer(9, 12)
    operands.append(d.writer.add_variable(f"c{number}", (batch, units), "int16", cell))
    operands += [-1] * 4
    y = wanted((batch, steps, units), scale=h_scale, zero_point=h_point)
    d.add(
        "UNIDIRECTIONAL_SEQUENCE_LSTM", operands, [y], fusedActivationFunction="TANH",
        timeMajor=False, cellClip=d.choice((0.0, 3.0)),
    )  # fmt: skip


def svdf(d: Draft) -> None:
    """SVDF with an int8 or int16 state."""
    # The kernel compares the biases' scale with that of the sums, to within 1e-5 whatever its size.
    x = d.any(lambda v: v.dtype == "int8" and 0 < v.scale < 64 and v.size < 300)
    batch, depth = (1, x.size) if d.chance(0.7) else (x.size // x.shape[-1], x.shape[-1])
    x = d.reshaped(x, (batch, depth))
    units, memory, rank = d.integer(1, 6), d.integer(1, 5), d.integer(1, 2)
    state = d.choice(("int8", "int16"))
    wide = state == "int16"
    f_scale, t_scale = d.scale(-8, -4), d.scale(-8, -4)
    s_scale = float(np.float32(x.scale * f_scale * (2.0 ** d.rng.uniform(0, 3) if wide else 256)))
    out = s_scale * t_scale * (2.0 ** d.rng.uniform(8, 14) if wide else 256)
    operands: list[Value | int] = [
        x,
        d.constant(d.values((units * rank, depth)), scale=f_scale),
        d.constant(d.values((units * rank, memory), state), scale=t_scale),
        d.constant(d.rng.integers(-5000, 5000, units).astype(np.int32), scale=s_scale * t_scale),
        d.writer.add_variable(
            f"s{d.operators}", (batch, units * rank * memory), state, s_scale, d.point(state)
        ),
    ]
    y = wanted((batch, units), scale=out, zero_point=d.point())
    d.add("SVDF", operands, [y], rank=rank, fusedActivationFunction="RELU")
