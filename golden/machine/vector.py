"""Instructions of class vec: elementwise arithmetic, pooling, table, copy, fill."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from golden.machine.checks import Request
from golden.machine.operands import input_tensor, output_tensor, second_tensor
from golden.machine.storage import Storage
from golden.machine.window import axes
from golden.numerics import INT8_MIN, Int8, clamp_int8
from golden.operators.elementwise import add, multiply
from golden.operators.lookup import lookup
from golden.operators.parameters import AddParameters
from golden.operators.pooling import divide_rounding

Mask = NDArray[np.bool_]


def run_vector(request: Request, storage: Storage) -> None:
    """Execute an instruction of class vec that passed its checks."""
    name = request.format.name
    target = output_tensor(request)
    if name == "fill":
        shape = (target.h, target.w, target.c)
        value = np.int8(request.groups["act"]["fill"])
        storage.write(target, np.full(shape, value), np.ones(shape, dtype=np.bool_))
        return
    x, known = storage.read(input_tensor(request))
    if request.format.binary:
        y, y_known = storage.read(second_tensor(request))
        result, known = _arithmetic(request, x, y), known & y_known
    elif request.format.windowed:
        result, known = _pool(request, x, known)
    elif name == "lut":
        result, known = lookup(x, storage.lut), known & storage.lut_known[x.view(np.uint8)]
    else:
        result = x
    storage.write(target, result, known)


def _arithmetic(request: Request, x: Int8, y: Int8) -> Int8:
    groups = request.groups
    pad, act, scale = groups["pad"], groups["act"], groups["scale"]
    if request.format.name == "mul":
        return multiply(
            x,
            y,
            a_zero_point=pad["zin"],
            b_zero_point=pad["zw"],
            output_zero_point=pad["zout"],
            multiplier=scale["mult"],
            shift=scale["shift"],
            act_min=act["act_min"],
            act_max=act["act_max"],
        )
    parameters = AddParameters(
        a_multiplier=groups["scale1"]["mult"],
        a_shift=groups["scale1"]["shift"],
        b_multiplier=groups["scale2"]["mult"],
        b_shift=groups["scale2"]["shift"],
        output_multiplier=scale["mult"],
        output_shift=scale["shift"],
    )
    return add(
        x,
        y,
        a_zero_point=pad["zin"],
        b_zero_point=pad["zw"],
        output_zero_point=pad["zout"],
        parameters=parameters,
        subtract=request.format.name == "sub",
        act_min=act["act_min"],
        act_max=act["act_max"],
    )


def _pool(request: Request, x: Int8, x_known: Mask) -> tuple[Int8, Mask]:
    """Pooling by taps, each a whole-image operation; only taps inside the image exist here.

    The operator functions refuse a window without a tap, which the core defines.
    """
    vertical, horizontal = axes(request.groups)
    maximum = request.format.name == "maxpool"
    shape = (vertical.out, horizontal.out, x.shape[2])
    result = np.full(shape, INT8_MIN if maximum else 0, np.int64)
    counts = np.zeros(shape[:2], np.int64)
    known = np.ones(shape, dtype=np.bool_)
    for out_y, in_y in vertical.useful_taps():
        for out_x, in_x in horizontal.useful_taps():
            to, source = np.ix_(out_y, out_x), np.ix_(in_y, in_x)
            tap = x[source].astype(np.int64)
            result[to] = np.maximum(result[to], tap) if maximum else result[to] + tap
            counts[to] += 1
            known[to] &= x_known[source]
    if not maximum:
        result = divide_rounding(result, np.maximum(counts, 1)[:, :, None]).astype(np.int64)
    act = request.groups["act"]
    return clamp_int8(result, act["act_min"], act["act_max"]), known
