"""Random pooling, means, and operators that move data."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from golden.operators import mean, movement, parameters, pooling, windows
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
from tests.golden.fuzz_values import choice, int8_tensor, log_uniform, rescaling, zero_point


def pool_case(rng: np.random.Generator, operator: str) -> Case:
    height, width = image_size(rng, 12)
    window_args = window_arguments(rng, (height, width), dilate=False)
    x = int8_tensor(rng, (int(choice(rng, (1, 2))), height, width, channel_count(rng)))
    scale, point = log_uniform(rng, -8, 2), zero_point(rng)
    activation, act_min, act_max = activation_of(rng, scale, point)
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
        features=window_features(window_args) | {activation},
    )


def mean_case(rng: np.random.Generator, operator: str) -> Case:
    shape = tuple(int(n) for n in rng.integers(1, 9, 4))
    x = int8_tensor(rng, shape)
    axes = choice(rng, ((1, 2), (1, 2), (2, 1), (0,), (3,), (1,), (-1,), (1, 2, 3)))
    keep = bool(rng.integers(2))
    x_point, y_point = zero_point(rng), zero_point(rng)
    x_scale = log_uniform(rng, -8, 2)
    y_scale = float(np.float32(x_scale / rescaling(rng, 40)))
    multiplier, shift = parameters.rescale_multiplier(x_scale, y_scale)
    check_shifts(shift)
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
        features=shift_features(shift),
    )


def movement_case(rng: np.random.Generator, operator: str) -> Case:
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
        made = np.concatenate(tensors, axis=axis).shape
        y_id = writer.add_tensor("y", made, scale=scale, zero_point=point)
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
