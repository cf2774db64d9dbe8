"""Strips: bands of output rows, the input rows each needs, and where a strip may start.

    input rows  a ......... b         a = y0*stride - pad_top, clipped to the image
    output rows    y0 ... y1          pad_top of the strip: what was clipped off above

A resident tensor is addressed by whole lines, so a strip may start only where its first pixel
begins a line; tensors streamed through strip buffers start wherever they like.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from golden.config import CoreConfig
from sw.compiler.lowering import ArrayOp


@dataclass(frozen=True, kw_only=True)
class Strip:
    """Output rows [y0, y1), input rows [a, b), padding above the first input row."""

    y0: int
    y1: int
    a: int
    b: int
    pad_top: int

    @property
    def out_rows(self) -> int:
        """Rows of output."""
        return self.y1 - self.y0

    @property
    def in_rows(self) -> int:
        """Rows of input."""
        return self.b - self.a


def strip_of(op: ArrayOp, y0: int, y1: int) -> Strip:
    """The strip that makes output rows [y0, y1)."""
    if not op.has_window:
        return Strip(y0=y0, y1=y1, a=y0, b=y1, pad_top=0)
    window, height = op.window, op.in_shape.h
    top = y0 * window.stride_h - window.pad_top
    bottom = (y1 - 1) * window.stride_h - window.pad_top + (window.kernel_h - 1) * window.dilation_h
    # A strip wholly in the padding still needs a row, which no tap reaches.
    a = min(max(top, 0), height - 1)
    b = min(max(bottom + 1, a + 1), height)
    return Strip(y0=y0, y1=y1, a=a, b=b, pad_top=a - top)


def legal_starts(
    config: CoreConfig, op: ArrayOp, *, input_resident: bool, output_resident: bool
) -> list[int]:
    """Output rows at which a strip may start, 0 first."""
    starts = []
    for y0 in range(op.out_shape.h):
        strip = strip_of(op, y0, op.out_shape.h)
        if strip.pad_top < 0:
            continue
        if output_resident and y0 * op.out_shape.w % config.rows:
            continue
        if input_resident and strip.a * op.in_shape.w % config.rows:
            continue
        starts.append(y0)
    return starts


def cut(op: ArrayOp, starts: list[int], rows: int) -> list[Strip]:
    """Strips of at most about ``rows`` output rows, starting only where ``starts`` allows.

    Where no legal start is near enough, a strip is longer.
    """
    bounds = [0]
    for start, following in pairwise([*starts[1:], op.out_shape.h]):
        if following - bounds[-1] > rows and start > bounds[-1]:
            bounds.append(start)
    bounds.append(op.out_shape.h)
    return [strip_of(op, y0, y1) for y0, y1 in pairwise(bounds)]
