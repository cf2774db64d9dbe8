"""Random single-operator models, each with the golden model's answer.

``make_case(operator, rng)`` draws a model for one operator. The flatbuffer goes to tflite-micro;
``golden()`` answers from the same quantisation. What is left out, because tflite-micro aborts the
process or its C++ is undefined there (golden raises ValueError instead):

- rescaling shifts above 30 (``1 << 31`` on int32) and RELU6 bounds near 2^31;
- FULLY_CONNECTED whose bias scale strays from the product of scales by over 2 % of the output
  scale (refused; with factors above 2^16 the weight scale is a power of two, so that the float32
  bias scale is exact);
- ADD and SUB whose output scale is below 2^-19 of the larger input's (the kernel aborts);
- logistic, tanh and softmax whose input scale leaves their shifts out of range;
- hard-swish shifts of more than 15 on its int16 values, and output scales it refuses.

Left shifts that overflow int32 and accumulators that wrap are undefined in C++ too, but are part of
the contract (the hardware wraps), and the machine code of tflite-micro wraps: they are included.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.numerics import SHIFT_MAX, activation_range
from golden.operators import (
    convolution,
    depthwise,
    elementwise,
    lookup,
    matmul,
    mean,
    movement,
    parameters,
    pooling,
    softmax,
    windows,
)
from models.tflite_writer import TfliteWriter
from tests.golden.fuzz_values import (
    ACTIVATIONS,
    bias_tensor,
    choice,
    int8_tensor,
    log_uniform,
    rescaling,
    zero_point,
)


@dataclass(frozen=True, kw_only=True)
class Case:
    """A model, its inputs, the golden answer (evaluated on call), and what the case covers."""

    operator: str
    model: bytes
    inputs: list[NDArray[np.int8]]
    golden: Callable[[], NDArray[np.int8]]
    describe: str
    features: set[str] = field(default_factory=set)


class RedrawError(Exception):
    """The draw lies in what the module's docstring leaves out; draw again."""


def _image(rng: np.random.Generator, largest: int = 9) -> tuple[int, int]:
    return int(rng.integers(1, largest + 1)), int(rng.integers(1, largest + 1))


def _channels(rng: np.random.Generator, largest: int = 19) -> int:
    return int(choice(rng, (1, 3, 4, 8, 16, int(rng.integers(1, largest + 1)))))


def _window(rng: np.random.Generator, size: tuple[int, int], *, dilate: bool) -> dict[str, Any]:
    """Keyword arguments of ``resolve_padding`` with a non-empty output."""
    for _ in range(100):
        kernel = (int(rng.integers(1, 6)), int(rng.integers(1, 6)))
        stride = (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
        dilation = (1, 1)
        if dilate and rng.random() < 0.3:
            dilation = (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
        padding = choice(rng, ("SAME", "VALID"))
        extents = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
        if padding == "SAME" or all(e <= n for e, n in zip(extents, size, strict=True)):
            return {"kernel": kernel, "stride": stride, "dilation": dilation, "padding": padding}
    return {"kernel": (1, 1), "stride": (1, 1), "dilation": (1, 1), "padding": "SAME"}


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
    rng: np.random.Generator, x: NDArray, weights: NDArray, x_point: int, bias: NDArray | None
) -> tuple[NDArray, NDArray, NDArray | None]:
    """Same shapes, but values that accumulate to tens.

    With right shifts of 0 to 5 one output in a few then lies on a tie, where single and double
    rounding part.
    """
    small_x = np.clip(x_point + rng.integers(-6, 7, x.shape), -128, 127).astype(np.int8)
    small_weights = rng.integers(-3, 4, weights.shape, dtype=np.int8)
    if bias is not None:
        bias = rng.integers(-50, 51, bias.shape, dtype=np.int32)
    return small_x, small_weights, bias


def _activation(rng: np.random.Generator, scale: float, point: int) -> tuple[str, int, int]:
    activation = choice(rng, ACTIVATIONS)
    if 6 / scale > 2**30:
        activation = "NONE"
    return (activation, *activation_range(activation, scale, point))


def _check_shifts(shifts: Any) -> None:
    if np.max(shifts) > SHIFT_MAX:
        raise RedrawError


def _shift_features(shifts: Any) -> set[str]:
    return {f"shift {int(shift)}" for shift in np.atleast_1d(shifts)}


def _window_features(window: dict[str, Any]) -> set[str]:
    dilated = window["dilation"] != (1, 1)
    return {window["padding"], f"stride {window['stride']}"} | ({"dilation"} if dilated else set())


def _conv_case(rng: np.random.Generator, operator: str) -> Case:
    is_depthwise = operator == "DEPTHWISE_CONV_2D"
    height, width = _image(rng)
    in_c = _channels(rng)
    window_args = _window(rng, (height, width), dilate=True)
    kernel = window_args["kernel"]
    features = _window_features(window_args)
    if is_depthwise:
        multiple = int(choice(rng, (1, 1, 2, 3)))
        out_c = in_c * multiple
        weights = int8_tensor(rng, (1, *kernel, out_c))
        depth, axis = kernel[0] * kernel[1], 3
        features.add(f"multiplier {min(multiple, 2)}")
    else:
        out_c = _channels(rng)
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
    _check_shifts(shifts)
    activation, act_min, act_max = _activation(rng, y_scale, y_point)
    window = windows.resolve_padding(height, width, **window_args)

    writer = TfliteWriter("fuzz")
    x_id = writer.add_tensor("x", x.shape, scale=x_scale, zero_point=x_point)
    w_id = writer.add_tensor("w", weights.shape, data=weights, scale=w_scales, channel_axis=axis)
    b_id = -1
    if bias is not None:
        b_scales = x_scale * w_scales
        b_id = writer.add_tensor("b", (out_c,), dtype="int32", data=bias, scale=b_scales)
    add = writer.depthwise_conv_2d if is_depthwise else writer.conv_2d
    y_id = add(
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
    )
    function = depthwise.depthwise if is_depthwise else convolution.convolution
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
        features=features | _shift_features(shifts) | {activation},
    )


def _fully_connected_case(rng: np.random.Generator, operator: str) -> Case:
    batch, depth = int(choice(rng, (1, 1, 2, 5))), int(choice(rng, (1, 3, 8, 33, 64, 300)))
    units = _channels(rng)
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
    _check_shifts(shifts)
    activation, act_min, act_max = _activation(rng, y_scale, y_point)

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
        features=_shift_features(shifts) | {activation, f"scales {min(len(w_scales), 2)}"},
    )


def _batch_matmul_case(rng: np.random.Generator, operator: str) -> Case:
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
    _check_shifts(shift)

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
        features=_shift_features(shift),
    )


def _elementwise_case(rng: np.random.Generator, operator: str) -> Case:
    shape = [int(rng.integers(1, 6)) for _ in range(4)]
    other = list(shape)
    if rng.random() < 0.3:
        other[int(rng.integers(4))] = 1
    if rng.random() < 0.1:
        other = [1, 1, 1, shape[3]]
    a, b = int8_tensor(rng, shape), int8_tensor(rng, other)
    a_point, b_point, y_point = (zero_point(rng) for _ in range(3))
    a_scale = log_uniform(rng, -12, 4)
    b_scale = float(np.float32(a_scale * log_uniform(rng, *choice(rng, ((-2, 2), (-34, 34))))))
    if operator == "MUL":
        y_scale = float(np.float32(a_scale * b_scale / rescaling(rng, 5000)))
        multiplier, shift = parameters.multiply_multiplier(a_scale, b_scale, y_scale)
        _check_shifts(shift)
    else:
        spread = choice(rng, ((-2, 2), (-18.9, 14)))
        y_scale = float(np.float32(max(a_scale, b_scale) * log_uniform(rng, *spread)))
        subtract = operator == "SUB"
        try:
            add_parameters = parameters.add_parameters(a_scale, b_scale, y_scale, subtract=subtract)
        except ValueError as error:
            raise RedrawError from error
        shift = add_parameters.output_shift
    activation, act_min, act_max = _activation(rng, y_scale, y_point)

    writer = TfliteWriter("fuzz")
    a_id = writer.add_tensor("a", a.shape, scale=a_scale, zero_point=a_point)
    b_id = writer.add_tensor("b", b.shape, scale=b_scale, zero_point=b_point)
    y_id = writer.elementwise(
        "y", operator, a_id, b_id, scale=y_scale, zero_point=y_point, activation=activation
    )

    def golden() -> NDArray[np.int8]:
        common = {
            "a_zero_point": a_point,
            "b_zero_point": b_point,
            "output_zero_point": y_point,
            "act_min": act_min,
            "act_max": act_max,
        }
        if operator == "MUL":
            return elementwise.multiply(a, b, multiplier=multiplier, shift=shift, **common)
        return elementwise.add(a, b, parameters=add_parameters, subtract=subtract, **common)

    return Case(
        operator=operator,
        model=writer.finish([a_id, b_id], [y_id]),
        inputs=[a, b],
        golden=golden,
        describe=f"a {a.shape} z {a_point} s {a_scale!r}, b {b.shape} z {b_point} s {b_scale!r}, "
        f"y z {y_point} s {y_scale!r}, {activation}",
        features=_shift_features(shift) | {activation, "same" if other == shape else "broadcast"},
    )


def _pool_case(rng: np.random.Generator, operator: str) -> Case:
    height, width = _image(rng, 12)
    window_args = _window(rng, (height, width), dilate=False)
    x = int8_tensor(rng, (int(choice(rng, (1, 2))), height, width, _channels(rng)))
    scale, point = log_uniform(rng, -8, 2), zero_point(rng)
    activation, act_min, act_max = _activation(rng, scale, point)
    window = windows.resolve_padding(height, width, **window_args)
    writer = TfliteWriter("fuzz")
    x_id = writer.add_tensor("x", x.shape, scale=scale, zero_point=point)
    y_id = writer.pool_2d(
        "y",
        operator,
        x_id,
        window=window_args["kernel"],
        stride=window_args["stride"],
        padding=window_args["padding"],
        activation=activation,
    )
    function = pooling.average_pool if operator == "AVERAGE_POOL_2D" else pooling.max_pool
    return Case(
        operator=operator,
        model=writer.finish([x_id], [y_id]),
        inputs=[x],
        golden=lambda: function(x, window=window, act_min=act_min, act_max=act_max),
        describe=f"x {x.shape} z {point} s {scale!r}, {window_args}, {activation}",
        features=_window_features(window_args) | {activation},
    )


def _table_case(rng: np.random.Generator, operator: str) -> Case:
    """All 256 inputs at once, so equality is equality of the whole table."""
    x = np.arange(-128, 128, dtype=np.int8).reshape(1, 4, 8, 8)
    x_point, y_point = zero_point(rng), zero_point(rng)
    x_scale = log_uniform(rng, *choice(rng, ((-8, 0), (-26.9, 2.9))))
    y_scale = float(np.float32(x_scale / rescaling(rng, 100)))
    options: dict[str, float] = {}
    pair = {"input_scale": x_scale, "input_zero_point": x_point}
    both = {**pair, "output_scale": y_scale, "output_zero_point": y_point}
    if operator in ("LOGISTIC", "TANH"):
        y_scale, y_point = (1 / 256, -128) if operator == "LOGISTIC" else (1 / 128, 0)
        build = lookup.logistic_table if operator == "LOGISTIC" else lookup.tanh_table
        arguments: dict[str, Any] = pair
    elif operator == "RELU6":
        y_scale, y_point = x_scale, x_point
        build, arguments = lookup.relu6_table, pair
    elif operator == "LEAKY_RELU":
        options["alpha"] = float(np.float32(choice(rng, (0.0, 0.1, 0.3, 1.0, 1.7))))
        build, arguments = lookup.leaky_relu_table, {**both, **options}
    else:
        build = {
            "RELU": lookup.relu_table,
            "QUANTIZE": lookup.requantize_table,
            "HARD_SWISH": lookup.hard_swish_table,
        }[operator]
        arguments = both
    try:
        build(**arguments)
    except ValueError as error:
        raise RedrawError from error
    writer = TfliteWriter("fuzz")
    x_id = writer.add_tensor("x", x.shape, scale=x_scale, zero_point=x_point)
    y_id = writer.add_tensor("y", x.shape, scale=y_scale, zero_point=y_point)
    writer.add_operator(operator, [x_id], [y_id], **options)
    return Case(
        operator=operator,
        model=writer.finish([x_id], [y_id]),
        inputs=[x],
        golden=lambda: lookup.lookup(x, build(**arguments)),
        describe=f"{arguments}",
    )


def _softmax_case(rng: np.random.Generator, operator: str) -> Case:
    shape = (int(rng.integers(1, 4)), int(choice(rng, (1, 2, 3, 10, 33, 120))))
    x = int8_tensor(rng, shape)
    scale, point = log_uniform(rng, *choice(rng, ((-8, 1), (-24, 6)))), zero_point(rng)
    beta = float(np.float32(choice(rng, (1.0, 1.0, 0.5, 2.3))))
    if scale * beta * 2**26 <= 1:
        raise RedrawError
    writer = TfliteWriter("fuzz")
    x_id = writer.add_tensor("x", shape, scale=scale, zero_point=point)
    y_id = writer.softmax("y", x_id, beta=beta)
    return Case(
        operator=operator,
        model=writer.finish([x_id], [y_id]),
        inputs=[x],
        golden=lambda: softmax.softmax(x, input_scale=scale, beta=beta),
        describe=f"x {shape} s {scale!r}, beta {beta}",
    )


def _mean_case(rng: np.random.Generator, operator: str) -> Case:
    shape = tuple(int(n) for n in rng.integers(1, 9, 4))
    x = int8_tensor(rng, shape)
    axes = choice(rng, ((1, 2), (1, 2), (2, 1), (0,), (3,), (1,), (-1,), (1, 2, 3)))
    keep = bool(rng.integers(2))
    x_point, y_point = zero_point(rng), zero_point(rng)
    x_scale = log_uniform(rng, -8, 2)
    y_scale = float(np.float32(x_scale / rescaling(rng, 40)))
    multiplier, shift = parameters.rescale_multiplier(x_scale, y_scale)
    _check_shifts(shift)
    out_shape = x.mean(axis=tuple(axes), keepdims=keep).shape
    writer = TfliteWriter("fuzz")
    x_id = writer.add_tensor("x", shape, scale=x_scale, zero_point=x_point)
    axis_id = writer.add_tensor("axes", (len(axes),), dtype="int32", data=np.array(axes))
    y_id = writer.add_tensor("y", out_shape, scale=y_scale, zero_point=y_point)
    writer.add_operator("MEAN", [x_id, axis_id], [y_id], keepDims=keep)
    return Case(
        operator=operator,
        model=writer.finish([x_id], [y_id]),
        inputs=[x],
        golden=lambda: mean.mean(
            x,
            axes=axes,
            input_zero_point=x_point,
            output_zero_point=y_point,
            multiplier=multiplier,
            shift=shift,
            keep_dims=keep,
        ),
        describe=f"x {shape} z {x_point} s {x_scale!r}, axes {axes}, y s {y_scale!r}",
        features=_shift_features(shift),
    )


def _movement_case(rng: np.random.Generator, operator: str) -> Case:
    shape = tuple(int(n) for n in rng.integers(1, 9, 4))
    x = int8_tensor(rng, shape)
    scale, point = log_uniform(rng, -8, 2), zero_point(rng)
    writer = TfliteWriter("fuzz")
    x_id = writer.add_tensor("x", shape, scale=scale, zero_point=point)
    golden: Callable[[], NDArray[np.int8]]
    if operator == "CONCATENATION":
        axis = int(rng.integers(4))
        tensors, ids = [x], [x_id]
        for index in range(int(rng.integers(1, 4))):
            more = list(shape)
            more[axis] = int(rng.integers(1, 6))
            tensors.append(int8_tensor(rng, more))
            ids.append(writer.add_tensor(f"x{index}", more, scale=scale, zero_point=point))
        result = np.concatenate(tensors, axis=axis).shape
        y_id = writer.add_tensor("y", result, scale=scale, zero_point=point)
        writer.add_operator("CONCATENATION", ids, [y_id], axis=axis)
        return Case(
            operator=operator,
            model=writer.finish(ids, [y_id]),
            inputs=tensors,
            golden=lambda: movement.concatenation(tensors, axis=axis),
            describe=f"{[t.shape for t in tensors]} axis {axis}",
        )
    if operator in ("PAD", "PADV2"):
        pads = [(int(b), int(a)) for b, a in rng.integers(0, 3, (4, 2))]
        value = point
        if operator == "PAD":
            y_id = writer.pad("y", x_id, pads)
        else:
            value = int(rng.integers(-128, 128))
            table = writer.add_tensor("p", (4, 2), dtype="int32", data=np.array(pads))
            constant = writer.add_tensor(
                "v", (1,), data=np.array([value]), scale=scale, zero_point=point
            )
            result = [n + b + a for n, (b, a) in zip(shape, pads, strict=True)]
            y_id = writer.add_tensor("y", result, scale=scale, zero_point=point)
            writer.add_operator("PADV2", [x_id, table, constant], [y_id])
        golden = lambda: movement.pad(x, paddings=pads, value=value)  # noqa: E731
        describe = f"{pads} value {value}"
    elif operator == "TRANSPOSE":
        order = [int(axis) for axis in rng.permutation(4)]
        table = writer.add_tensor("p", (4,), dtype="int32", data=np.array(order))
        y_id = writer.add_tensor(
            "y", [shape[axis] for axis in order], scale=scale, zero_point=point
        )
        writer.add_operator("TRANSPOSE", [x_id, table], [y_id])
        golden = lambda: movement.transpose(x, permutation=order)  # noqa: E731
        describe = f"order {order}"
    else:
        begin = [int(rng.integers(n)) for n in shape]
        end = [int(rng.integers(b + 1, n + 1)) for b, n in zip(begin, shape, strict=True)]
        steps = [int(choice(rng, (1, 1, 2, 3))) for _ in shape]
        ids = [
            writer.add_tensor(name, (4,), dtype="int32", data=np.array(values))
            for name, values in (("begin", begin), ("end", end), ("strides", steps))
        ]
        result = [len(range(b, e, s)) for b, e, s in zip(begin, end, steps, strict=True)]
        y_id = writer.add_tensor("y", result, scale=scale, zero_point=point)
        writer.add_operator("STRIDED_SLICE", [x_id, *ids], [y_id])
        golden = lambda: movement.strided_slice(x, begin=begin, end=end, strides=steps)  # noqa: E731
        describe = f"{begin} to {end} by {steps}"
    return Case(
        operator=operator,
        model=writer.finish([x_id], [y_id]),
        inputs=[x],
        golden=golden,
        describe=f"x {shape}: {describe}",
    )


MATRIX_OPERATORS = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")

_MAKERS: dict[str, Callable[[np.random.Generator, str], Case]] = {
    "CONV_2D": _conv_case,
    "DEPTHWISE_CONV_2D": _conv_case,
    "FULLY_CONNECTED": _fully_connected_case,
    "BATCH_MATMUL": _batch_matmul_case,
    "ADD": _elementwise_case,
    "SUB": _elementwise_case,
    "MUL": _elementwise_case,
    "AVERAGE_POOL_2D": _pool_case,
    "MAX_POOL_2D": _pool_case,
    "LOGISTIC": _table_case,
    "TANH": _table_case,
    "HARD_SWISH": _table_case,
    "QUANTIZE": _table_case,
    "RELU": _table_case,
    "RELU6": _table_case,
    "LEAKY_RELU": _table_case,
    "SOFTMAX": _softmax_case,
    "MEAN": _mean_case,
    "CONCATENATION": _movement_case,
    "PAD": _movement_case,
    "PADV2": _movement_case,
    "TRANSPOSE": _movement_case,
    "STRIDED_SLICE": _movement_case,
}

ALL_OPERATORS = tuple(_MAKERS)


def make_case(operator: str, rng: np.random.Generator) -> Case:
    """A random model of ``operator``; draws again until the draw is one tflite-micro defines."""
    while True:
        try:
            return _MAKERS[operator](rng, operator)
        except RedrawError:
            continue
