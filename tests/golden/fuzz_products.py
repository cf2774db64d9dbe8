"""Random products of int16 activations, transposed convolutions, recurrent layers, reductions."""

from __future__ import annotations

from typing import Any

import numpy as np

from golden.numerics import quantize_multiplier
from golden.operators.windows import resolve_padding
from tests.golden.fuzz_case import Case, RedrawError, activation_of, channel_count, window_arguments
from tests.golden.fuzz_file import Draft, point, scale_of, shape_of, some_rank, values
from tests.golden.fuzz_values import bias_tensor, choice, log_uniform, rescaling

_WIDE_ONLY = ("TRANSPOSE_CONV", "FULLY_CONNECTED", "DEPTHWISE_CONV_2D")  # biases are int64


def _scales(
    rng: np.random.Generator, channels: int, spread: float
) -> tuple[float, np.ndarray, float]:
    x_scale = scale_of(rng, -14, -4)
    weights = np.array([log_uniform(rng, -9, -3) for _ in range(choice(rng, (1, channels)))])
    out = float(np.float32(x_scale * float(weights[0]) / (2.0 ** rng.uniform(4, 16) / spread)))
    worst = max(x_scale * float(w) / out for w in weights)
    if quantize_multiplier(worst)[1] > 7:
        raise RedrawError
    return x_scale, weights.astype(np.float32), out


def wide_case(rng: np.random.Generator, operator: str) -> Case:
    """CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, TRANSPOSE_CONV of int16 activations."""
    draft = Draft(operator=operator, rng=rng)
    name = draft.name
    height, width = (int(n) for n in rng.integers(1, 8, 2))
    in_c, out_c = channel_count(rng, 9), channel_count(rng, 9)
    window = window_arguments(rng, (height, width), dilate=name != "TRANSPOSE_CONV")
    kernel = window["kernel"]
    batch = int(choice(rng, (1, 1, 2)))
    x_shape: tuple[int, ...] = (batch, height, width, in_c)
    if name == "DEPTHWISE_CONV_2D":
        out_c = in_c * int(choice(rng, (1, 2)))
        w_shape: tuple[int, ...] = (1, *kernel, out_c)
    elif name == "FULLY_CONNECTED":
        x_shape, w_shape = (batch, in_c), (out_c, in_c)
    else:
        w_shape = (out_c, *kernel, in_c)
    spread = 32768 * 64 * float(np.sqrt(np.prod(w_shape) / out_c))
    x_scale, w_scales, y_scale = _scales(rng, out_c, spread)
    data, weights = values(rng, x_shape, "int16"), values(rng, w_shape)
    wide = bool(rng.integers(2)) or name in _WIDE_ONLY
    if not wide:
        data = (data // 64).astype(np.int16)  # sums that int32 holds
    x = draft.input(data, scale=x_scale)
    axis = 3 if name == "DEPTHWISE_CONV_2D" else 0
    if name == "FULLY_CONNECTED":
        w_scales = w_scales[:1]
    w = draft.constant(weights, dtype="int8", scale=w_scales, channel_axis=axis)
    biases = rng.integers(-(2**20), 2**20, out_c) * (2**6 if wide else 1)
    b = draft.constant(biases, dtype="int64" if wide else "int32", scale=x_scale * w_scales)
    activation = activation_of(rng, y_scale, 0)[0] if name != "TRANSPOSE_CONV" else "NONE"
    options: dict[str, Any] = {"fusedActivationFunction": activation}
    if name == "FULLY_CONNECTED":
        y = draft.output((batch, out_c), dtype="int16", scale=y_scale)
        return draft.case([x, w, b], [y], **options)
    if name == "TRANSPOSE_CONV":
        return _transposed(draft, x, w, b, window, (batch, height, width, out_c), y_scale, 0)
    resolved = resolve_padding(height, width, **window)
    y = draft.output((batch, resolved.out_h, resolved.out_w, out_c), dtype="int16", scale=y_scale)
    options |= _window_options(window)
    if name == "DEPTHWISE_CONV_2D":
        options["depthMultiplier"] = out_c // in_c
    return draft.case([x, w, b], [y], **options)


def _window_options(window: dict[str, Any]) -> dict[str, Any]:
    return {
        "padding": window["padding"],
        "strideH": window["stride"][0],
        "strideW": window["stride"][1],
        "dilationHFactor": window["dilation"][0],
        "dilationWFactor": window["dilation"][1],
    }


def _transposed(
    draft: Draft,
    x: int,
    w: int,
    b: int,
    window: dict[str, Any],
    shape: tuple[int, ...],
    scale: float,
    zero_point: int,
) -> Case:
    batch, height, width, out_c = shape
    stride, kernel = window["stride"], window["kernel"]
    if window["padding"] == "SAME":
        size = [height * stride[0], width * stride[1]]
    else:
        size = [(n - 1) * s + k for n, s, k in zip((height, width), stride, kernel, strict=True)]
    target = (batch, *size, out_c)
    y = draft.output(target, dtype=draft.dtype, scale=scale, zero_point=zero_point)
    table = draft.constant(np.array(target))
    return draft.case(
        [table, w, x] if b < 0 else [table, w, x, b],
        [y],
        padding=window["padding"],
        strideH=stride[0],
        strideW=stride[1],
    )


def transposed_case(rng: np.random.Generator, operator: str) -> Case:
    """TRANSPOSE_CONV of int8."""
    draft = Draft(operator=operator, rng=rng)
    height, width = (int(n) for n in rng.integers(1, 7, 2))
    in_c, out_c = channel_count(rng, 9), channel_count(rng, 9)
    window = window_arguments(rng, (height, width), dilate=False)
    weights = values(rng, (out_c, *window["kernel"], in_c))
    spread = 5000 * float(np.sqrt(weights.size / out_c))
    x_scale = scale_of(rng, -10, 2)
    w_scales = np.array([log_uniform(rng, -9, -3) for _ in range(choice(rng, (1, out_c)))])
    y_scale = float(np.float32(x_scale * float(w_scales[0]) / rescaling(rng, spread)))
    if max(quantize_multiplier(x_scale * float(w) / y_scale)[1] for w in w_scales) > 30:
        raise RedrawError
    batch = int(choice(rng, (1, 1, 2)))
    data = values(rng, (batch, height, width, in_c))
    x = draft.input(data, scale=x_scale, zero_point=point(rng, "int8"))
    w = draft.constant(weights, dtype="int8", scale=w_scales, channel_axis=0)
    bias = bias_tensor(rng, out_c)
    b = -1
    if bias is not None:
        b = draft.constant(bias, dtype="int32", scale=(x_scale * w_scales).astype(np.float32))
    return _transposed(
        draft, x, w, b, window, (batch, height, width, out_c), y_scale, point(rng, "int8")
    )


def matmul_wide_case(rng: np.random.Generator, operator: str) -> Case:
    draft = Draft(operator=operator, rng=rng)
    rows, depth, columns = (int(n) for n in rng.integers(1, 9, 3))
    lead = choice(rng, ((), (2,), (1, 3)))
    adjoint = bool(rng.integers(2)), bool(rng.integers(2))
    a_shape = (*lead, *((depth, rows) if adjoint[0] else (rows, depth)))
    b_shape = (*lead, *((columns, depth) if adjoint[1] else (depth, columns)))
    scales = scale_of(rng, -14, -6), scale_of(rng, -14, -6)
    out = float(np.float32(scales[0] * scales[1] * 2.0 ** rng.uniform(10, 20)))
    a = draft.input(values(rng, a_shape, "int16"), scale=scales[0], name="a")
    b = draft.input(values(rng, b_shape, "int16"), scale=scales[1], name="b")
    y = draft.output((*lead, rows, columns), dtype="int16", scale=out)
    return draft.case([a, b], [y], adjX=adjoint[0], adjY=adjoint[1])


def pool_wide_case(rng: np.random.Generator, operator: str) -> Case:
    draft = Draft(operator=operator, rng=rng)
    shape = shape_of(rng, 4, 7)
    height, width = shape[1:3]
    window = window_arguments(rng, (height, width), dilate=False)
    resolved = resolve_padding(height, width, **window)
    x = draft.input(values(rng, shape, "int16"), scale=0.01)
    y = draft.output(
        (shape[0], resolved.out_h, resolved.out_w, shape[3]), dtype="int16", scale=0.01
    )
    return draft.case(
        [x],
        [y],
        padding=window["padding"],
        strideH=window["stride"][0],
        strideW=window["stride"][1],
        filterHeight=window["kernel"][0],
        filterWidth=window["kernel"][1],
        fusedActivationFunction=choice(rng, ("NONE", "RELU", "RELU6")),
    )


def reduction_case(rng: np.random.Generator, operator: str) -> Case:
    """SUM, MEAN, REDUCE_MAX, REDUCE_MIN over any axes, which may be negative."""
    draft = Draft(operator=operator, rng=rng)
    rank = some_rank(rng)
    shape = shape_of(rng, rank, 7)
    count = int(rng.integers(1, rank + 1))
    axes = [int(a) for a in rng.permutation(rank)[:count]]
    told = [a - rank if rng.random() < 0.3 else a for a in axes]
    keep = bool(rng.integers(2))
    target = np.empty(shape).sum(axis=tuple(axes), keepdims=keep).shape
    scale, zero = scale_of(rng, -8, 2), point(rng, draft.dtype)
    out, out_zero = scale, zero
    if draft.name in ("SUM", "MEAN"):
        size = 128 if draft.dtype == "int8" else 32768
        out = float(np.float32(scale / rescaling(rng, size / 3)))
        out_zero = point(rng, draft.dtype)
        if quantize_multiplier(scale / out)[1] > 14:
            raise RedrawError
    x = draft.input(values(rng, shape, draft.dtype), scale=scale, zero_point=zero)
    y = draft.output(target, dtype=draft.dtype, scale=out, zero_point=out_zero)
    return draft.case([x, draft.constant(np.array(told))], [y], keepDims=keep)


def lstm_case(rng: np.random.Generator, operator: str) -> Case:
    """Several inferences, so that the state counts."""
    draft = Draft(operator=operator, rng=rng)
    writer = draft.writer
    batch, steps, depth, units = (int(n) for n in rng.integers(1, 6, 4))
    time_major = bool(rng.integers(2))
    shape = (steps, batch, depth) if time_major else (batch, steps, depth)
    x_scale, h_scale = scale_of(rng, -8, -4), 2.0 ** rng.uniform(-8, -6)
    h_point = point(rng, "int8")
    x = draft.input(values(rng, shape), scale=x_scale, zero_point=point(rng, "int8"))
    ids = [x]
    for columns in (depth, depth, depth, depth, units, units, units, units):
        ids.append(
            draft.constant(
                values(rng, (units, columns)), dtype="int8", scale=2.0 ** rng.uniform(-8, -4)
            )
        )
    ids += [-1, -1, -1]
    for _ in range(4):
        bias = rng.integers(-3000, 3000, units)
        scale = x_scale * 2.0**-6
        ids.append(draft.constant(bias, dtype="int32", scale=scale))
    ids += [-1, -1]
    ids.append(writer.add_variable("h", (batch, units), "int8", h_scale, h_point))
    ids.append(writer.add_variable("c", (batch, units), "int16", 2.0 ** -int(rng.integers(9, 13))))
    ids += [-1] * 4
    target = (steps, batch, units) if time_major else (batch, steps, units)
    y = draft.output(target, scale=h_scale, zero_point=h_point)
    draft.runs += [[values(rng, shape)] for _ in range(int(rng.integers(0, 3)))]
    return draft.case(
        ids,
        [y],
        fusedActivationFunction="TANH",
        timeMajor=time_major,
        cellClip=float(choice(rng, (0.0, 0.0, 3.0))),
    )


def svdf_case(rng: np.random.Generator, operator: str) -> Case:
    """Several inferences; the state is int16 or int8."""
    draft = Draft(operator=operator, rng=rng)
    state = "int16" if "int16" in operator else "int8"
    batch, depth, units, memory = (int(n) for n in rng.integers(1, 6, 4))
    rank = int(rng.integers(1, 3))
    filters = units * rank
    x_scale, f_scale, t_scale = (scale_of(rng, -8, -4) for _ in range(3))
    s_scale = x_scale * f_scale * 2.0 ** (rng.uniform(0, 3) if state == "int16" else 8)
    out = s_scale * t_scale * 2.0 ** (rng.uniform(8, 16) if state == "int16" else 8)
    x = draft.input(values(rng, (batch, depth)), scale=x_scale, zero_point=point(rng, "int8"))
    features = draft.constant(values(rng, (filters, depth)), dtype="int8", scale=f_scale)
    time = draft.constant(values(rng, (filters, memory), state), dtype=state, scale=t_scale)
    bias = draft.constant(
        rng.integers(-5000, 5000, units), dtype="int32", scale=float(np.float32(s_scale * t_scale))
    )
    kept = draft.writer.add_variable(
        "s", (batch, filters * memory), state, s_scale, point(rng, state)
    )
    y = draft.output((batch, units), scale=out, zero_point=point(rng, "int8"))
    draft.runs += [[values(rng, (batch, depth))] for _ in range(int(rng.integers(0, 4)))]
    return draft.case(
        [x, features, time, bias, kept], [y], rank=rank, fusedActivationFunction="RELU"
    )
