"""Resize and Upsample: to the nearest pixel on the core, between pixels on the host."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network.operations import Operation, Rearrangement, ResizeBilinear, ResizeNearest
from sw.importer.from_onnx.builder import Builder
from sw.importer.from_onnx.file import Node
from sw.importer.from_onnx.products import image
from sw.importer.from_onnx.values import IMAGE, Floats, Function, Quantised, Target

MOST_PIXELS = 1 << 14  # of a side that is resized to
F = np.float32


def mode_of(node: Node) -> str:
    """How values between pixels are made."""
    return str(node.attributes.get("mode", b"nearest").decode())


def _is_old(node: Node) -> bool:
    """Whether it is of an operator set without a choice of coordinates."""
    return node.kind == "Upsample" or len(node.inputs) == 2


def _size(b: Builder, node: Node, shape: tuple[int, ...]) -> tuple[list[int], list[float], str]:
    """Rows and columns of the result, both ratios, and which coordinates."""
    if len(shape) != 4:
        raise b.error(node, f"its input has shape {shape}; only images (NCHW) are supported")
    attributes, (n, c, h, w) = node.attributes, shape
    old = _is_old(node)
    scales = b.optional(node, 1 if old else 2, "scales")
    sizes = b.integers(node, 3) if not old and len(node.inputs) > 3 else None
    if attributes.get("axes") is not None or attributes.get("antialias", 0):
        raise b.error(node, "chosen axes and smoothing are not supported")
    if sizes:
        out = sizes[2:]
        ratio = [out[0] / h, out[1] / w] if len(sizes) == 4 else []
        rest = sizes[:2] == [n, c]
    elif scales is not None and scales.size == 4:
        ratio = [float(v) for v in scales.reshape(-1)[2:]]
        out = [int(np.floor(size * r)) for size, r in zip((h, w), ratio, strict=True)]
        rest = bool((scales.reshape(-1)[:2] == 1).all())
    else:
        ratio, out, rest = [], [], False
    if len(out) != 2 or not rest or not 1 <= min(out) <= max(out) <= MOST_PIXELS:
        raise b.error(node, "its size must be four constants that keep batch and channels")
    how = attributes.get("coordinate_transformation_mode", b"half_pixel").decode()
    return [int(size) for size in out], ratio, "asymmetric" if old else str(how)


def resize(b: Builder, node: Node, x: Quantised) -> Quantised:
    """Resize and Upsample to the nearest pixel."""
    source, (n, h, w, c) = image(b, node, x)
    out, ratio, how = _size(b, node, x.shape)
    nearest = node.attributes.get("nearest_mode", b"round_prefer_floor").decode()
    nearest = "floor" if _is_old(node) else nearest
    rows = _nearest(b, node, h, out[0], ratio[0], how, nearest)
    columns = _nearest(b, node, w, out[1], ratio[1], how, nearest)
    whole = [m % size == 0 for m, size in zip(out, (h, w), strict=True)]
    simple = all(whole) and all(
        places == [i // (m // size) for i in range(m)]
        for places, m, size in zip((rows, columns), out, (h, w), strict=True)
    )
    operation: Operation = (
        ResizeNearest(size=(out[0], out[1]), align_corners=False, half_pixel=False)
        if simple
        else Rearrangement(function=partial(_taken, rows, columns))
    )
    return b.compute(node, operation, [source], (n, *out, c), x.scaling, IMAGE)


def _taken(rows: Any, columns: Any, inputs: Any, value: int) -> list[NDArray[np.generic]]:
    return [np.ascontiguousarray(inputs[0][:, rows][:, :, columns])]


def _coordinates(b: Builder, node: Node, size: int, out: int, ratio: float, how: str) -> Floats:
    """Where each place of the result lies in a row; as onnxruntime, in float32."""
    i, r, half = np.arange(out, dtype=F), F(ratio), F(0.5)
    if how == "asymmetric":
        return np.asarray(i / r, dtype=F)
    if how == "half_pixel" or (how == "pytorch_half_pixel" and out > 1):
        return np.asarray((i + half) / r - half, dtype=F)
    if how == "half_pixel_symmetric":
        whole = F(out) / (r * F(size))  # less than 1 where the ratio leaves a part of a pixel
        middle = F(size) / F(2)
        return np.asarray(middle * (F(1) - whole) + (i + half) / r - half, dtype=F)
    if how == "align_corners" and out > 1:
        return np.asarray(i * F(size - 1) / F(out - 1), dtype=F)
    if how in ("align_corners", "pytorch_half_pixel"):
        return np.zeros_like(i)
    raise b.error(node, f"coordinates {how} are not supported")


def _nearest(
    b: Builder, node: Node, size: int, out: int, ratio: float, how: str, nearest: str
) -> list[int]:
    """Which pixel of a row stands at each place of the result."""
    x = _coordinates(b, node, size, out, ratio, how)
    if out == size and ratio == 1:
        return list(range(size))
    rounds: dict[str, Callable[[Any], Any]] = {
        "floor": np.floor, "ceil": np.ceil,
        "round_prefer_floor": lambda v: np.ceil(v - F(0.5)),
        "round_prefer_ceil": lambda v: np.floor(v + F(0.5)),
    }  # fmt: skip
    if nearest not in rounds:
        raise b.error(node, f"rounding {nearest} is not supported")
    return [int(v) for v in np.clip(rounds[nearest](x), 0, size - 1)]


def linear(b: Builder, node: Node, shape: tuple[int, ...]) -> tuple[Function, tuple[int, ...]]:
    """Resize between pixels, of float32 as the file has it, and the shape of the result."""
    mode = mode_of(node)
    if mode not in ("linear", "bilinear"):
        raise b.error(node, f"mode {mode} is not supported; only nearest and linear are")
    out, ratio, how = _size(b, node, shape)
    rows, columns = (
        _between(_coordinates(b, node, shape[2 + k], out[k], ratio[k], how), shape[2 + k])
        for k in (0, 1)
    )

    def function(real: Floats) -> Floats:
        (low, high, part), (left, right, share) = rows, columns
        made = real[:, :, low] * (F(1) - part)[:, None] + real[:, :, high] * part[:, None]
        return np.asarray(made[..., left] * (F(1) - share) + made[..., right] * share, dtype=F)

    return function, (*shape[:2], *out)


def bilinear(b: Builder, node: Node, x: Quantised, to: Target) -> Quantised | None:
    """The same of bytes, where the core has it: whole factors of 1, 2 and 4, and one scale."""
    out, ratio, how = _size(b, node, x.shape)
    factors = [size / old for size, old in zip(out, x.shape[2:], strict=True)]
    if how == "pytorch_half_pixel" and min(out) > 1:
        how = "half_pixel"
    if (
        how not in ("half_pixel", "asymmetric")
        or factors != ratio
        or not set(factors) <= {1.0, 2.0, 4.0}
        or (x.scaling, to.low, to.high) != (to.scaling, -128, 127)
    ):
        return None
    source, (n, _, _, c) = image(b, node, x)
    operation = ResizeBilinear(
        size=(out[0], out[1]), align_corners=False, half_pixel=how == "half_pixel"
    )
    made = (n, *out, c)
    return b.compute(node, operation, [source], made, to.scaling, IMAGE, exact=False)


def _between(x: Floats, size: int) -> tuple[Any, Any, Floats]:
    """The pixels before and behind each place, and how far it is from the first."""
    x = np.clip(x, F(0), F(size - 1)).astype(F)
    before = np.floor(x).astype(np.int64)
    return before, np.minimum(before + 1, size - 1), np.asarray(x - before, dtype=F)
