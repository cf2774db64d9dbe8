"""Handlers of image resizing."""

from __future__ import annotations

from typing import Any

from golden.network.operations import Operation, ResizeBilinear, ResizeNearest
from sw.importer.context import Operator
from sw.importer.registry import Entry


def nearest(op: Operator) -> Operation:
    """RESIZE_NEAREST_NEIGHBOR."""
    return ResizeNearest(**_parameters(op, "int8", "int16", "float32"))


def bilinear(op: Operator) -> Operation:
    """RESIZE_BILINEAR."""
    return ResizeBilinear(**_parameters(op, "int8"))


def _parameters(op: Operator, *dtypes: str) -> dict[str, Any]:
    op.nhwc(op.given(0, *dtypes))
    output = op.made(op.tensor(0).dtype)
    _, height, width, _ = op.nhwc(output)
    wanted = op.integers(1)
    if wanted != [height, width]:
        raise op.error(f"its size is {wanted}, its output {height} x {width}")
    return {
        "size": (height, width),
        "align_corners": bool(op.options.alignCorners),
        "half_pixel": bool(op.options.halfPixelCenters),
    }


OPERATORS = (
    Entry(
        name="RESIZE_NEAREST_NEIGHBOR",
        handler=nearest,
        types=("int8", "int16"),
        limits="factors that are whole numbers; all else is the host's",
    ),
    Entry(
        name="RESIZE_BILINEAR",
        handler=bilinear,
        limits="factors of 1, 2 and 4, batch 1, corners not aligned; all else is the host's",
    ),
)
