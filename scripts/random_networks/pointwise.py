"""Random arithmetic, functions, comparisons, conversions and reductions for a draft."""

from __future__ import annotations

from typing import Any

import numpy as np

from scripts.random_networks.draft import Draft, UnsuitableError, Value, wanted
from scripts.random_networks.products import ACTIVATIONS

FREE = ("HARD_SWISH", "RELU", "LEAKY_RELU", "ELU", "ABS", "QUANTIZE")
BY_LITERT = ("GELU", "EXP", "LOG", "RELU_0_TO_1", "RELU_N1_TO_1")
WHOLE = ("int32", "bool")
MOST_SUMMED = 512


def second(d: Draft, x: Value, *, same: bool = False) -> Value:
    """Return a tensor or a constant that broadcasts with one, of its quantisation if `same`."""

    def fits(v: Value) -> bool:
        if v.dtype != x.dtype or len(v.shape) > 4:
            return False
        if same and (v.scale, v.zero_point) != (x.scale, x.zero_point):
            return False
        pairs = zip(reversed(v.shape), reversed(x.shape), strict=False)  # the ranks may differ
        return all(1 in (m, n) or m == n for m, n in pairs)

    if d.chance(0.7):
        try:
            return d.any(fits)
        except UnsuitableError:
            pass
    shape = [1 if d.chance(0.4) else n for n in x.shape][d.integer(0, len(x.shape) - 1) :]
    if x.dtype in WHOLE or same:
        quantisation: dict[str, Any] = {"scale": x.scale, "zero_point": x.zero_point}
    else:
        quantisation = {"scale": d.scale(), "zero_point": d.point(x.dtype)}
    return d.constant(d.values(shape, x.dtype), **quantisation)


def pair(d: Draft, x: Value, y: Value) -> tuple[list[Value], tuple[int, ...]]:
    """Return two operands in either order, and the shape they broadcast to."""
    operands = [x, y]
    if d.chance(0.5):
        operands.reverse()
    return operands, np.broadcast_shapes(x.shape, y.shape)


def arithmetic(d: Draft) -> None:
    """ADD, SUB, MUL, SQUARED_DIFFERENCE of int8, int16, int32."""
    name = d.choice(("ADD", "ADD", "ADD", "SUB", "MUL", "MUL", "SQUARED_DIFFERENCE"))
    x = d.operand(name)
    other = second(d, x)
    operands, shape = pair(d, x, other)
    if x.dtype == "int32":
        d.add(name, operands, [wanted(shape, dtype="int32")])
        return
    largest = max(x.scale, other.scale)
    if name == "MUL":
        scale = x.scale * other.scale * 2.0 ** d.rng.uniform(4, 8)
        scale *= 128 if x.dtype == "int16" else 1
    elif name == "SQUARED_DIFFERENCE":
        scale = largest**2 * 2.0 ** d.rng.uniform(4, 9)
        scale *= 128 if x.dtype == "int16" else 1
    else:
        scale = largest * 2.0 ** d.rng.uniform(0, 3)
    options: dict[str, Any] = {}
    if name != "SQUARED_DIFFERENCE" and x.dtype == "int8":
        options["fusedActivationFunction"] = d.choice(ACTIVATIONS)
    if name in ("ADD", "SUB") and x.dtype == "int16":
        options["potScaleInt16"] = False
    y = wanted(shape, dtype=x.dtype, scale=scale, zero_point=d.point(x.dtype))
    d.add(name, operands, [y], **options)


def division(d: Draft) -> None:
    """DIV by a constant that is nowhere zero."""
    x = d.operand("DIV")
    shape = x.shape[d.integer(0, len(x.shape) - 1) :]
    point = d.point()
    data = d.values(shape).astype(np.int16)
    data = np.where(data == point, point - 1 if point > 0 else point + 1, data).astype(np.int8)
    by = d.constant(data, scale=d.scale(), zero_point=point)
    scale = x.scale / by.scale * 2.0 ** d.rng.uniform(-8, -6)
    y = wanted(x.shape, scale=scale, zero_point=d.point())
    d.add("DIV", [x, by], [y], fusedActivationFunction="NONE")


def extreme(d: Draft) -> None:
    """MAXIMUM and MINIMUM."""
    name = d.choice(("MAXIMUM", "MINIMUM"))
    x = d.operand(name)
    operands, shape = pair(d, x, second(d, x, same=True))
    d.add(name, operands, [x.like(shape)])


def comparison(d: Draft) -> None:
    """EQUAL and its like; the result is bool."""
    names = ("EQUAL", "NOT_EQUAL", "GREATER", "GREATER_EQUAL", "LESS", "LESS_EQUAL")
    name = d.choice(names)
    x = d.operand(name, lambda v: v.scale < 1)  # tflite-micro aborts from 1 on
    other = second(d, x)
    if other.scale >= 1:
        raise UnsuitableError
    operands, shape = pair(d, x, other)
    d.add(name, operands, [wanted(shape, dtype="bool")])


def logical(d: Draft) -> None:
    """LOGICAL_AND, LOGICAL_OR, LOGICAL_NOT."""
    name = d.choice(("LOGICAL_AND", "LOGICAL_OR", "LOGICAL_NOT"))
    x = d.operand(name)
    if name == "LOGICAL_NOT":
        d.add(name, [x], [x.like(x.shape)])
        return
    operands, shape = pair(d, x, second(d, x))
    d.add(name, operands, [wanted(shape, dtype="bool")])


def select(d: Draft) -> None:
    """SELECT_V2 by a bool tensor, or a constant one."""
    x = d.operand("SELECT_V2")
    other = second(d, x, same=True)
    shape = np.broadcast_shapes(x.shape, other.shape)
    try:
        condition = d.any(lambda v: v.dtype == "bool" and v.shape == shape)
    except UnsuitableError:
        condition = d.constant(d.values(shape, "bool"))
    d.add("SELECT_V2", [condition, x, other], [x.like(shape)])


def function(d: Draft) -> None:
    """An operator that the core computes with a table."""
    name = d.choice((*FREE, *FREE, *FREE, "LOGISTIC", "TANH", "RELU6", *BY_LITERT))
    x = d.operand(name, lambda v: v.dtype == "int8" or name in ("LOGISTIC", "TANH", "RELU", "ABS"))
    options: dict[str, Any] = {}
    if name in ("LOGISTIC", "TANH"):
        # What int8 has: 1/256 and 1/128. int16 always has 2^-15.
        fixed = {"LOGISTIC": (1 / 256, -128), "TANH": (1 / 128, 0)}[name]
        scale, point = fixed if x.dtype == "int8" else (2.0**-15, 0)
    elif name == "RELU6":
        scale, point = x.scale, x.zero_point
    else:
        scale, point = x.scale * 2.0 ** d.rng.uniform(-2, 2), d.point(x.dtype)
    if name == "LEAKY_RELU":
        options["alpha"] = float(np.float32(d.choice((0.0, 0.1, 0.3, 1.0))))
    if name == "GELU":
        options["approximate"] = d.chance(0.5)
    y = wanted(x.shape, dtype=x.dtype, scale=scale, zero_point=point)
    d.add(name, [x], [y], **options)


def inverse_root(d: Draft) -> None:
    """RSQRT of what is not below zero."""
    x = d.operand("RSQRT", lambda v: v.zero_point == -128)
    y = wanted(x.shape, scale=x.scale**-0.5 * 2.0 ** d.rng.uniform(-5, -2), zero_point=d.point())
    d.add("RSQRT", [x], [y])


def negation(d: Draft) -> None:
    """NEG of what has a zero point of 0, or of int32 that CAST makes."""
    try:
        x = d.operand("NEG", lambda v: not v.zero_point)
    except UnsuitableError:
        source = d.any(lambda v: v.dtype == "int8" and len(v.shape) <= 4)
        (x,) = d.add("CAST", [source], [wanted(source.shape, dtype="int32")])
    d.add("NEG", [x], [x.like(x.shape)])


def prelu(d: Draft) -> None:
    """PRELU with one slope, or one a channel."""
    x = d.image("PRELU")
    shape = d.choice(((1, 1, 1), (1, 1, x.shape[3]), x.shape[1:]))
    alpha = d.constant(d.values(shape), scale=d.scale(), zero_point=d.point())
    y = wanted(x.shape, scale=x.scale * 2.0 ** d.rng.uniform(-1, 3), zero_point=d.point())
    d.add("PRELU", [x, alpha], [y])


def softmax(d: Draft) -> None:
    """SOFTMAX of int8 to int8 or int16, or of int16."""
    # A sum of so many exponentials of 1 takes a shift by 32: tflite-micro aborts.
    x = d.operand("SOFTMAX", lambda v: max(v.shape[-1:], default=1) < MOST_SUMMED)
    target = "int16" if x.dtype == "int16" or d.chance(0.2) else "int8"
    scale, point = {
        ("int8", "int8"): (2.0**-8, -128),
        ("int8", "int16"): (2.0**-16, -32768),
        ("int16", "int16"): (2.0**-15, 0),
    }[(x.dtype, target)]
    y = wanted(x.shape, dtype=target, scale=scale, zero_point=point)
    (made,) = d.add("SOFTMAX", [x], [y], beta=d.choice((1.0, 1.0, 0.5)))
    if point == -32768:
        d.retire(made)  # no other operator takes int16 with a zero point


def conversion(d: Draft) -> None:
    """QUANTIZE between int8 and int16, from float32; CAST to int32."""
    kind = d.choice(("wide", "narrow", "narrow", "cast"))
    if kind == "wide":
        x = d.any(lambda v: v.dtype == "int8" and bool(v.scale) and len(v.shape) <= 4)
        scale = x.scale * 2.0 ** d.rng.uniform(-7, -3)
        d.add("QUANTIZE", [x], [wanted(x.shape, dtype="int16", scale=scale)])
    elif kind == "narrow":
        x = d.any(lambda v: v.dtype in ("int16", "float32") and len(v.shape) <= 4)
        scale = x.scale * 2.0 ** d.rng.uniform(4, 8) if x.scale else d.scale()
        d.add("QUANTIZE", [x], [wanted(x.shape, scale=scale, zero_point=d.point())])
    else:
        x = d.any(lambda v: v.dtype in ("int8", "int16", "bool") and len(v.shape) <= 4)
        d.add("CAST", [x], [wanted(x.shape, dtype="int32")])


def border(d: Draft) -> None:
    """DEQUANTIZE, whose float32 is an output."""
    x = d.operand("DEQUANTIZE")
    (made,) = d.add("DEQUANTIZE", [x], [wanted(x.shape, dtype="float32")])
    d.retire(made)


def reduction(d: Draft) -> None:
    """MEAN, SUM, REDUCE_MAX, REDUCE_MIN over any axes."""
    name = d.choice(("MEAN", "MEAN", "SUM", "REDUCE_MAX", "REDUCE_MIN"))
    x = d.operand(name)
    rank = len(x.shape)
    axes = (
        (1, 2)
        if rank == 4 and d.chance(0.5)
        else tuple(int(a) for a in d.rng.permutation(rank)[: d.integer(1, rank)])
    )
    keep = d.chance(0.6) or len(axes) == rank
    shape = np.zeros(x.shape).sum(axis=axes, keepdims=keep).shape
    told = [axis - rank if d.chance(0.3) else axis for axis in axes]
    y = x.like(shape)
    if name in ("MEAN", "SUM"):
        count = x.size // max(1, y.size)
        scale = x.scale * 2.0 ** d.rng.uniform(-1, 2)
        scale *= np.sqrt(count) if name == "SUM" else 1
        y = wanted(shape, dtype=x.dtype, scale=scale, zero_point=d.point(x.dtype))
    table = d.constant(np.array(told, dtype=np.int32))
    d.add(name, [x, table], [y], keepDims=keep)


def position(d: Draft) -> None:
    """ARG_MAX and ARG_MIN."""
    name = d.choice(("ARG_MAX", "ARG_MIN"))
    x = d.operand(name, lambda v: len(v.shape) >= 2)
    axis = d.integer(-len(x.shape), len(x.shape) - 1)
    shape = [n for i, n in enumerate(x.shape) if i != axis % len(x.shape)]
    table = d.constant(np.array([axis], dtype=np.int32))
    d.add(name, [x, table], [wanted(shape, dtype="int32")], outputType=2)
