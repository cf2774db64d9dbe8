"""conv and dwconv: accumulators from scratchpad and weight buffer, then the requantiser."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.isa import ACC, BIAS, HOLD, PERCH
from golden.machine.checks import Request
from golden.machine.operands import input_tensor, output_tensor
from golden.machine.outcome import MacTrace
from golden.machine.storage import Held, Storage
from golden.machine.window import axes, gather_taps
from golden.numerics import SHIFT_MAX, SHIFT_MIN, Int8, Int32, requantize, wrap_int32
from golden.operators.matmul import integer_matmul

Mask = NDArray[np.bool_]
_CHUNK = 1 << 22  # taps gathered at once: bounds the memory that a large convolution takes


@dataclass(frozen=True, kw_only=True)
class _Weights:
    """Weights with their zero point removed and known mask, [S, channels]."""

    values: NDArray[np.int16]
    known: Mask


def run_mac(request: Request, storage: Storage, held: Held | None) -> tuple[MacTrace, Held | None]:
    """Execute a conv or dwconv that passed its checks; returns its inside and what it holds."""
    groups, flags = request.groups, request.values["flags"]
    conv = request.format.name == "conv"
    x, x_known = storage.read(input_tensor(request))
    channels = groups["out"]["oc"] if conv else groups["in"]["c"]
    steps = groups["kernel"]["kh"] * groups["kernel"]["kw"] * (groups["in"]["c"] if conv else 1)
    weights = _read_weights(request, storage, steps, channels)
    products, known = _accumulate(request, x, x_known, weights, conv=conv)
    sums_wrap: bool | None = False
    if flags & ACC and held is not None:
        left = _sums_leave_int32(request, x, weights, held.products)
        sums_wrap = _some(left, known & held.known)
        products = wrap_int32(products.astype(np.int64) + held.products)
        known = known & held.known
    total, total_known = products, known
    bias_wraps: bool | None = False
    if flags & BIAS and not flags & HOLD:
        bias, bias_known = storage.parameters(request.values["pbase"], channels, "bias")
        exact = products.astype(np.int64) + bias
        total = wrap_int32(exact)
        total_known = known & bias_known
        bias_wraps = _some(exact != total, total_known)
    output: Int8 | None = None
    if not flags & HOLD:
        output, total_known = _requantize(request, storage, total, total_known)
        target = output_tensor(request)
        shape = (target.h, target.w, target.c)
        storage.write(target, output.reshape(shape), total_known.reshape(shape))
    trace = MacTrace(
        products=products,
        total=total,
        known=total_known,
        output=output,
        sums_wrap=sums_wrap,
        bias_wraps=bias_wraps,
    )
    keeps = bool(flags & HOLD)
    return trace, Held(products=products, known=known) if keeps else None


def _some(wraps: Mask, known: Mask) -> bool | None:
    """Whether any output wraps; None if that depends on bytes that are unspecified."""
    if bool((wraps & known).any()):
        return True
    return False if bool(known.all()) else None


def _sums_leave_int32(request: Request, x: Int8, weights: _Weights, start: Int32) -> Mask:
    """Which sums [OH*OW, OC] leave int32 at any step, from what a hold left.

    Steps come in the order ky, kx, c. Without such a start none can: the weight buffer ends before
    products of 9 bits add up to 2^31.
    """
    vertical, horizontal = axes(request.groups)
    zero_point = request.groups["pad"]["zin"]
    steps = len(weights.values)
    pixels = vertical.out * horizontal.out
    taps = gather_taps(x, vertical, horizontal, slice(0, vertical.out), zero_point)
    centred = taps.reshape(pixels, steps).astype(np.int64) - zero_point
    left = np.zeros(start.shape, dtype=np.bool_)
    for channel in range(start.shape[1]):
        sums = np.cumsum(centred * weights.values[:, channel], axis=1) + start[:, channel, None]
        left[:, channel] = (sums != wrap_int32(sums)).any(axis=1)
    return left


def _read_weights(request: Request, storage: Storage, steps: int, channels: int) -> _Weights:
    """Words wbase + ob*S + s, byte j: step s of output channel ob*Cols + j."""
    core, first = request.core, request.values["wbase"]
    blocks = core.blocks(channels)

    def by_channel(buffer: NDArray[Any]) -> NDArray[Any]:
        words = buffer[first : first + blocks * steps].reshape(blocks, steps, core.cols)
        return words.transpose(1, 0, 2).reshape(steps, -1)[:, :channels]

    zero_point = request.groups["pad"]["zw"]
    values = by_channel(storage.wbuf).astype(np.int16) - np.int16(zero_point)
    return _Weights(values=values, known=by_channel(storage.wbuf_known))


def _accumulate(
    request: Request, x: Int8, x_known: Mask, weights: _Weights, *, conv: bool
) -> tuple[Int32, Mask]:
    """Sums of products int32 [OH*OW, channels] and which of them are known."""
    vertical, horizontal = axes(request.groups)
    zero_point = request.groups["pad"]["zin"]
    steps, channels = weights.values.shape
    in_channels = x.shape[2]
    row_taps = horizontal.out * vertical.kernel * horizontal.kernel * in_channels
    chunk = max(_CHUNK // row_taps, 1)
    all_known = bool(x_known.all())
    sums: list[Int32] = []
    masks: list[Mask] = []
    # Hot path of every network: chunks of output rows, one matrix product each.
    for first in range(0, vertical.out, chunk):
        rows = slice(first, min(first + chunk, vertical.out))
        taps = gather_taps(x, vertical, horizontal, rows, zero_point)
        centred = taps.astype(np.int16) - np.int16(zero_point)
        pixels = (rows.stop - rows.start) * horizontal.out
        if conv:
            sums.append(integer_matmul(centred.reshape(pixels, steps), weights.values))
        else:
            shaped = centred.reshape(pixels, steps, channels).astype(np.int64)
            sums.append(wrap_int32((shaped * weights.values).sum(axis=1)))
        if all_known:
            masks.append(np.ones((pixels, channels), dtype=np.bool_))
            continue
        tap_known = gather_taps(x_known, vertical, horizontal, rows, True)
        if conv:
            every = np.all(tap_known.reshape(pixels, steps), axis=1)
            masks.append(np.repeat(every[:, None], channels, axis=1))
        else:
            masks.append(np.all(tap_known.reshape(pixels, steps, channels), axis=1))
    return np.concatenate(sums), np.concatenate(masks) & weights.known.all(axis=0)


def _requantize(request: Request, storage: Storage, total: Int32, known: Mask) -> tuple[Int8, Mask]:
    """Scale, zero point and clamp; a channel with an illegal parameter entry is unspecified."""
    groups, first = request.groups, request.values["pbase"]
    multiplier: NDArray[Any] | int = groups["scale"]["mult"]
    shift: NDArray[Any] | int = groups["scale"]["shift"]
    if request.values["flags"] & PERCH:
        channels = total.shape[1]
        mult, mult_known = storage.parameters(first, channels, "mult")
        shifts, shift_known = storage.parameters(first, channels, "shift")
        legal = (mult >= 0) & (shifts >= SHIFT_MIN) & (shifts <= SHIFT_MAX)
        known = known & mult_known & shift_known & legal
        multiplier, shift = np.where(legal, mult, 0), np.where(legal, shifts, 0)
    output = requantize(
        total,
        multiplier=multiplier,
        shift=shift,
        output_zero_point=groups["pad"]["zout"],
        act_min=groups["act"]["act_min"],
        act_max=groups["act"]["act_max"],
    )
    return output, known
