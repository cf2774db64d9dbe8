"""Random convolutions, depthwise convolutions, fully connected layers and matrix products."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.operators import convolution, matmul, parameters, windows
from models.tflite_writer import TfliteWriter
from tests.golden.fuzz_case import (
    Case,
    activation_of,
    channel_count,
    check_shifts,
    image_size,
    shift_features,
    window_arguments,
    window_features,
)
from tests.golden.fuzz_values import (
    bias_tensor,
    choice,
    int8_tensor,
    log_uniform,
    rescaling,
    zero_point,
)


def _layer_scales(
    rng: np.random.Generator, channels: int, spread: float, *, fine: bool
) -> tuple[float, NDArray[np.float32], float]:
    """Input scale, one weight scale per channel or a single one, and output scale."""
    factor = float(2.0 ** rng.uniform(-5, 0)) if fine else rescaling(rng, spread)
    input_scale = log_uniform(rng, -10, 2)
    weight_scales = np.array(
        [log_uniform(rng, -9, -3) for _ in range(choice(rng, (1, channels, channels)))],
        dtype=np.float32,
    )
    output_scale = float(np.float32(input_scale * float(weight_scales[0]) / factor))
    return input_scale, weight_scales, output_scale


def _small_layer(
    rng: np.random.Generator,
    x: NDArray[Any],
    weights: NDArray[Any],
    x_point: int,
    bias: NDArray[Any] | None,
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None]:
    """Same shapes, but values that accumulate to tens.

    With right shifts of 0 to 5 one output in a few then lies on a tie, where single and double
    rounding part.
    """
    small_x = np.clip(x_point + rng.integers(-6, 7, x.shape), -128, 127).astype(np.int8)
    small_weights = rng.integers(-3, 4, weights.shape, dtype=np.int8)
    if bias is not None:
        bias = rng.integers(-50, 51, bias.shape, dtype=np.int32)
    return small_x, small_weights, bias


def convolution_case(rng: np.random.Generator, operator: str) -> Case:
    is_depthwise = operator == "DEPTHWISE_CONV_2D"
    height, width = image_size(rng)
    in_c = channel_count(rng)
    window_args = window_arguments(rng, (height, width), dilate=True)
    kernel = window_args["kernel"]
    features = window_features(window_args)
    if is_depthwise:
        multiple = int(choice(rng, (1, 1, 2, 3)))
        out_c = in_c * multiple
        weights = int8_tensor(rng, (1, *kernel, out_c))
        depth, axis = kernel[0] * kernel[1], 3
        features.add(f"multiplier {min(multiple, 2)}")
    else:
        out_c = channel_count(rng)
        groups = 1
        if rng.random() < 0.1:
            groups = int(choice(rng, [g for g in range(1, 5) if in_c % g == 0]))
            out_c = out_c * groups
        weights = int8_tensor(rng, (out_c, *kernel, in_c // groups))
        depth, axis = kernel[0] * kernel[1] * in_c // groups, 0
        features.add("grouped" if groups > 1 else "dense")
    x = int8_tensor(rng, (int(choice(rng, (1, 1, 2))), height, width, in_c))
    bias = bias_tensor(rng, out_c)
    x_point, y_point = zero_point(rng), zero_point(rng)
    fine = rng.random() < 0.25
    if fine:
        x, weights, bias = _small_layer(rng, x, weights, x_point, bias)
    x_scale, w_scales, y_scale = _layer_scales(rng, out_c, 5000 * depth**0.5, fine=fine)
    multipliers, shifts = parameters.convolution_multipliers(x_scale, w_scales, y_scale)
    check_shifts(shifts)
    activation, act_min, act_max = activation_of(rng, y_scale, y_point)
    window = windows.resolve_padding(height, width, **window_args)

    writer = TfliteWriter("fuzz")
    x_id = writer.add_tensor("x", x.shape, scale=x_scale, zero_point=x_point)
    w_id = writer.add_tensor("w", weights.shape, data=weights, scale=w_scales, channel_axis=axis)
    b_id = -1
    if bias is not None:
        b_scales = x_scale * w_scales
        b_id = writer.add_tensor("b", (out_c,), dtype="int32", data=bias, scale=b_scales)
    y_id = writer.conv_2d(
        "y",
        x_id,
        w_id,
        b_id,
        scale=y_scale,
        zero_point=y_point,
        stride=window_args["stride"],
        dilation=window_args["dilation"],
        padding=window_args["padding"],
        activation=activation,
        depthwise=is_depthwise,
    )
    function = convolution.depthwise if is_depthwise else convolution.convolution
    return Case(
        operator=operator,
        model=writer.finish([x_id], [y_id]),
        inputs=[x],
        golden=lambda: function(
            x,
            weights,
            bias=bias,
            window=window,
            input_zero_point=x_point,
            output_zero_point=y_point,
            multiplier=multipliers,
            shift=shifts,
            act_min=act_min,
            act_max=act_max,
        ),
        describe=f"x {x.shape} z {x_point}, w {weights.shape}, {window_args}, {activation}, "
        f"shifts {shifts.tolist()}, bias {None if bias is None else bias.tolist()}",
        features=features | shift_features(shifts) | {activation},
    )


def fully_connected_case(rng: np.random.Generator, operator: str) -> Case:
    batch, depth = int(choice(rng, (1, 1, 2, 5))), int(choice(rng, (1, 3, 8, 33, 64, 300)))
    units = channel_count(rng)
    x, weights = int8_tensor(rng, (batch, depth)), int8_tensor(rng, (units, depth))
    bias = bias_tensor(rng, units)
    x_point, y_point = zero_point(rng), zero_point(rng)
    fine = rng.random() < 0.25
    if fine:
        x, weights, bias = _small_layer(rng, x, weights, x_point, bias)
    x_scale, w_scales, y_scale = _layer_scales(rng, units, 5000 * depth**0.5, fine=fine)
    if len(w_scales) == 1:
        # The kernel compares the bias scale with the product of scales, relative to the output's:
        # a power of two keeps that comparison exact for large factors.
        if x_scale * float(w_scales[0]) / y_scale > 2**16:
            w_scales = np.exp2(np.round(np.log2(w_scales))).astype(np.float32)
        pair = parameters.matmul_multiplier(x_scale, w_scales[0], y_scale)
        multipliers, shifts = (np.array([part], dtype=np.int32) for part in pair)
    else:
        multipliers, shifts = parameters.convolution_multipliers(x_scale, w_scales, y_scale)
    check_shifts(shifts)
    activation, act_min, act_max = activation_of(rng, y_scale, y_point)

    writer = TfliteWriter("fuzz")
    x_id = writer.add_tensor("x", x.shape, scale=x_scale, zero_point=x_point)
    w_id = writer.add_tensor("w", weights.shape, data=weights, scale=w_scales)
    b_id = -1
    if bias is not None:
        b_scales = x_scale * w_scales
        b_id = writer.add_tensor("b", (units,), dtype="int32", data=bias, scale=b_scales)
    y_id = writer.fully_connected(
        "y", x_id, w_id, b_id, scale=y_scale, zero_point=y_point, activation=activation
    )
    return Case(
        operator=operator,
        model=writer.finish([x_id], [y_id]),
        inputs=[x],
        golden=lambda: matmul.fully_connected(
            x,
            weights,
            bias=bias,
            input_zero_point=x_point,
            output_zero_point=y_point,
            multiplier=multipliers,
            shift=shifts,
            act_min=act_min,
            act_max=act_max,
        ),
        describe=f"x {x.shape} z {x_point}, w {weights.shape}, {activation}, "
        f"multipliers {multipliers.tolist()}, shifts {shifts.tolist()}, "
        f"bias {None if bias is None else bias.tolist()}",
        features=shift_features(shifts) | {activation, f"scales {min(len(w_scales), 2)}"},
    )


def batch_matmul_case(rng: np.random.Generator, operator: str) -> Case:
    rows, columns = int(rng.integers(1, 10)), int(rng.integers(1, 10))
    depth = int(choice(rng, (1, 3, 8, 17, 40)))
    lead = choice(rng, ((), (2,), (1, 3)))
    adjoint_a, adjoint_b = bool(rng.integers(2)), bool(rng.integers(2))
    a = int8_tensor(rng, (*lead, *((depth, rows) if adjoint_a else (rows, depth))))
    b = int8_tensor(rng, (*lead, *((columns, depth) if adjoint_b else (depth, columns))))
    a_point, b_point, y_point = (zero_point(rng) for _ in range(3))
    a_scale, b_scale = log_uniform(rng, -10, 2), log_uniform(rng, -10, 2)
    y_scale = float(np.float32(a_scale * b_scale / rescaling(rng, 5000 * depth**0.5)))
    multiplier, shift = parameters.matmul_multiplier(a_scale, b_scale, y_scale)
    check_shifts(shift)

    writer = TfliteWriter("fuzz")
    a_id = writer.add_tensor("a", a.shape, scale=a_scale, zero_point=a_point)
    b_id = writer.add_tensor("b", b.shape, scale=b_scale, zero_point=b_point)
    y_id = writer.add_tensor("y", (*lead, rows, columns), scale=y_scale, zero_point=y_point)
    writer.add_operator("BATCH_MATMUL", [a_id, b_id], [y_id], adjX=adjoint_a, adjY=adjoint_b)
    return Case(
        operator=operator,
        model=writer.finish([a_id, b_id], [y_id]),
        inputs=[a, b],
        golden=lambda: matmul.matmul(
            np.swapaxes(a, -1, -2) if adjoint_a else a,
            np.swapaxes(b, -1, -2) if adjoint_b else b,
            a_zero_point=a_point,
            b_zero_point=b_point,
            output_zero_point=y_point,
            multiplier=multiplier,
            shift=shift,
        ),
        describe=f"a {a.shape} z {a_point}, b {b.shape} z {b_point}, adjoint {adjoint_a} "
        f"{adjoint_b}, multiplier {multiplier}, shift {shift}",
        features=shift_features(shift),
    )
