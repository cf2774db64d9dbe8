"""Random arithmetic, comparison, selection and conversion of every type tflite-micro runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from golden.numerics import quantize_multiplier
from tests.golden.fuzz_case import Case, RedrawError, activation_of
from tests.golden.fuzz_file import Draft, point, scale_of, shape_of, some_rank, values
from tests.golden.fuzz_values import choice, log_uniform
from tests.golden.fuzz_values import rescaling as factor_of


def two_shapes(rng: np.random.Generator) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Shapes of two operands that broadcast; either may be the smaller, and have fewer axes."""
    shape = list(shape_of(rng, some_rank(rng), 5))
    other = [1 if rng.random() < 0.25 else n for n in shape]
    pair = [tuple(shape), tuple(other)]
    if rng.random() < 0.5:
        pair.reverse()
    return pair[0], pair[1]


def arithmetic_case(rng: np.random.Generator, operator: str) -> Case:
    """ADD, SUB, MUL, SQUARED_DIFFERENCE, DIV of int16 and int8, and of int32 without scale."""
    draft = Draft(operator=operator, rng=rng)
    dtype, name = draft.dtype, draft.name
    first, second = two_shapes(rng)
    a, b = values(rng, first, dtype), values(rng, second, dtype)
    target = np.broadcast_shapes(first, second)
    if dtype == "int32":
        x, y = draft.input(a, name="a"), draft.input(b, name="b")
        return draft.case([x, y], [draft.output(target, dtype=dtype)])
    points = [point(rng, dtype) for _ in range(3)]
    scales = [scale_of(rng, -12, 0), 0.0, 0.0]
    scales[1] = float(np.float32(scales[0] * log_uniform(rng, -3, 3)))
    size = 128 if dtype == "int8" else 32768
    if name == "MUL":
        scales[2] = float(np.float32(scales[0] * scales[1] / factor_of(rng, size * size / 4)))
    elif name == "DIV":
        scales[2] = float(np.float32(scales[0] / scales[1] * log_uniform(rng, -9, 9)))
        b = np.where(b == points[1], points[1] - 1 if points[1] > 0 else points[1] + 1, b)
        b = b.astype(dtype)
    elif name == "SQUARED_DIFFERENCE":
        scales[2] = float(np.float32(max(scales[:2]) ** 2 * log_uniform(rng, 0, 16)))
    else:
        scales[2] = float(np.float32(max(scales[:2]) * log_uniform(rng, -1, 4)))
    x = draft.input(a, name="a", scale=scales[0], zero_point=points[0])
    y = draft.input(b, name="b", scale=scales[1], zero_point=points[1])
    z = draft.output(target, dtype=dtype, scale=scales[2], zero_point=points[2])
    options: dict[str, Any] = {}
    if name in ("ADD", "SUB", "MUL", "DIV") and dtype == "int8":
        options["fusedActivationFunction"] = activation_of(rng, scales[2], points[2])[0]
    if name == "SUB" and dtype == "int16":
        options["potScaleInt16"] = False
    if name == "ADD" and dtype == "int16":
        options["potScaleInt16"] = False
    _require_shifts(name, dtype, scales)
    return draft.case([x, y], [z], **options)


def _require_shifts(name: str, dtype: str, scales: list[float]) -> None:
    """Leave out what the C++ has no meaning for: shifts above 30, sums that grow."""
    a, b, out = scales
    if name == "MUL":
        shift = quantize_multiplier(a * b / out)[1]
        if shift > 30:
            raise RedrawError
    elif name == "SQUARED_DIFFERENCE":
        twice = 2 * max(a, b)
        left = 7 if dtype == "int8" else 0
        if quantize_multiplier(twice * twice / ((1 << 2 * left) * out))[1] > 0:
            raise RedrawError
    elif name != "DIV" and quantize_multiplier(2 * max(a, b) / ((1 << 15) * out))[1] > 0:
        raise RedrawError


def comparison_case(rng: np.random.Generator, operator: str) -> Case:
    """EQUAL and its like, MAXIMUM, MINIMUM."""
    draft = Draft(operator=operator, rng=rng)
    first, second = two_shapes(rng)
    a, b = values(rng, first, draft.dtype), values(rng, second, draft.dtype)
    if rng.random() < 0.3:
        b = np.resize(a, second).astype(a.dtype)
    extreme = draft.name in ("MAXIMUM", "MINIMUM")
    scales: list[Any] = [None, None]
    points = [0, 0]
    if draft.dtype in ("int8", "int16"):
        scales = [scale_of(rng, -10, -0.1), scale_of(rng, -10, -0.1)]
        points = [point(rng, draft.dtype), point(rng, draft.dtype)]
        if max(scales) >= 1:
            raise RedrawError  # tflite-micro aborts
        if extreme or rng.random() < 0.5:
            scales[1], points[1] = scales[0], points[0]
    x = draft.input(a, name="a", scale=scales[0], zero_point=points[0])
    y = draft.input(b, name="b", scale=scales[1], zero_point=points[1])
    target = np.broadcast_shapes(first, second)
    if extreme:
        z = draft.output(target, dtype=draft.dtype, scale=scales[0], zero_point=points[0])
        return draft.case([x, y], [z])
    return draft.case([x, y], [draft.output(target, dtype="bool")])


def argument_case(rng: np.random.Generator, operator: str) -> Case:
    """ARG_MAX and ARG_MIN along any axis; ties are common."""
    draft = Draft(operator=operator, rng=rng)
    shape = shape_of(rng, some_rank(rng), 7)
    x = draft.input(values(rng, shape), scale=0.1, zero_point=point(rng, "int8"))
    axis = int(rng.integers(-len(shape), len(shape)))
    target = tuple(n for i, n in enumerate(shape) if i != axis % len(shape))
    y = draft.output(target, dtype="int32")
    return draft.case([x, draft.constant([axis])], [y], outputType=2)


def logical_case(rng: np.random.Generator, operator: str) -> Case:
    draft = Draft(operator=operator, rng=rng)
    first, second = two_shapes(rng)
    if draft.name == "LOGICAL_NOT":
        x = draft.input(values(rng, first, "bool"))
        return draft.case([x], [draft.output(first, dtype="bool")])
    x, y = (draft.input(values(rng, s, "bool"), name=n) for s, n in ((first, "a"), (second, "b")))
    return draft.case([x, y], [draft.output(np.broadcast_shapes(first, second), dtype="bool")])


def select_case(rng: np.random.Generator, operator: str) -> Case:
    draft = Draft(operator=operator, rng=rng)
    shape = shape_of(rng, some_rank(rng), 5)
    shapes = [tuple(1 if rng.random() < 0.2 else n for n in shape) for _ in range(3)]
    scale = 0.1 if draft.dtype in ("int8", "int16") else None
    condition = draft.input(values(rng, shapes[0], "bool"), name="c")
    a = draft.input(values(rng, shapes[1], draft.dtype), name="a", scale=scale)
    b = draft.input(values(rng, shapes[2], draft.dtype), name="b", scale=scale)
    target = np.broadcast_shapes(*shapes)
    return draft.case([condition, a, b], [draft.output(target, dtype=draft.dtype, scale=scale)])


def quantize_case(rng: np.random.Generator, operator: str) -> Case:
    """QUANTIZE and DEQUANTIZE between types; its name says which."""
    draft = Draft(operator=operator, rng=rng)
    words = operator.split(" ")
    source = draft.dtype
    target = words[3] if len(words) > 3 else source
    shape = shape_of(rng, some_rank(rng), 6)
    x_scale = None if source == "float32" else scale_of(rng, -10, 0)
    y_scale = scale_of(rng, -8, 0)
    if x_scale is not None:
        y_scale = float(np.float32(x_scale / factor_of(rng, 100 if source != "int32" else 2**25)))
        if quantize_multiplier(x_scale / y_scale)[1] > 30:
            raise RedrawError
    x_point = point(rng, source)
    data = values(rng, shape, source)
    if source == "float32":
        data = (data * np.float32(choice(rng, (1, 1, 100)) * y_scale)).astype(np.float32)
    x = draft.input(data, scale=x_scale, zero_point=x_point)
    y = draft.output(shape, dtype=target, scale=y_scale, zero_point=point(rng, target))
    return draft.case([x], [y])


def dequantize_case(rng: np.random.Generator, operator: str) -> Case:
    draft = Draft(operator=operator, rng=rng)
    shape = shape_of(rng, some_rank(rng), 6)
    x = draft.input(
        values(rng, shape, draft.dtype),
        scale=scale_of(rng, -20, 6),
        zero_point=point(rng, draft.dtype),
    )
    return draft.case([x], [draft.output(shape, dtype="float32")])


def cast_case(rng: np.random.Generator, operator: str) -> Case:
    draft = Draft(operator=operator, rng=rng)
    targets = {
        "int8": ("int16", "int32", "float32"),
        "int16": ("int8", "int32", "float32"),
        "int32": ("int8", "int16", "float32"),
        "bool": ("int8", "int32", "float32"),
        "float32": ("int8", "int16", "int32"),
    }
    shape = shape_of(rng, some_rank(rng), 6)
    data = values(rng, shape, draft.dtype)
    target = choice(rng, targets[draft.dtype])
    if draft.dtype == "float32":
        data = np.clip(data, -120, 120).astype(np.float32)
    return draft.case([draft.input(data)], [draft.output(shape, dtype=target)])


def absolute_case(rng: np.random.Generator, operator: str) -> Case:
    draft = Draft(operator=operator, rng=rng)
    shape = shape_of(rng, some_rank(rng), 6)
    data = values(rng, shape, draft.dtype)
    if draft.dtype == "int32":
        return draft.case([draft.input(data)], [draft.output(shape, dtype="int32")])
    scale = scale_of(rng)
    other = scale if rng.random() < 0.3 else float(np.float32(scale / factor_of(rng, 100)))
    if quantize_multiplier(scale / other)[1] > 30:
        raise RedrawError
    x = draft.input(data, scale=scale, zero_point=point(rng, draft.dtype))
    y = draft.output(shape, dtype=draft.dtype, scale=other, zero_point=point(rng, draft.dtype))
    return draft.case([x], [y])


def prelu_case(rng: np.random.Generator, operator: str) -> Case:
    draft = Draft(operator=operator, rng=rng)
    shape = shape_of(rng, 4, 5)
    alpha_shape = choice(rng, ((1, 1, shape[3]), (1, 1, 1), shape[1:]))
    scale, alpha_scale = scale_of(rng, -8, 0), scale_of(rng, -8, 0)
    out = float(np.float32(scale / factor_of(rng, 100)))
    for factor in (scale / out, scale * alpha_scale / out):
        if quantize_multiplier(factor)[1] > 30:
            raise RedrawError
    x = draft.input(values(rng, shape), scale=scale, zero_point=point(rng, "int8"))
    alpha = draft.constant(
        values(rng, alpha_shape), dtype="int8", scale=alpha_scale, zero_point=point(rng, "int8")
    )
    y = draft.output(shape, scale=out, zero_point=point(rng, "int8"))
    return draft.case([x, alpha], [y])
