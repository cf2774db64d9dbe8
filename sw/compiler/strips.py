"""Strips: rectangles of output, the input each needs, and where a strip may start.

    input rows  a ......... b         a = y0*stride - pad_top, clipped to the image
    output rows    y0 ... y1          pad_top of the strip: what was clipped off above

and likewise in x. A resident tensor is addressed by whole lines, so a strip of it spans all columns
and may start only where its first pixel begins a line; tensors streamed through strip buffers are
cut wherever they like.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from golden.config import CoreConfig
from sw.compiler.operations import ArrayOp


@dataclass(frozen=True, kw_only=True)
class Span:
    """Output [first, end) of one axis, input [a, b) it needs, padding before the input."""

    first: int
    end: int
    a: int
    b: int
    pad: int

    @property
    def size(self) -> int:
        """Extent of the output."""
        return self.end - self.first

    @property
    def in_size(self) -> int:
        """Extent of the input."""
        return self.b - self.a


@dataclass(frozen=True, kw_only=True)
class Strip:
    """Rows and columns of one unit's output."""

    y: Span
    x: Span

    @property
    def in_pixels(self) -> int:
        """Pixels of input it reads."""
        return self.y.in_size * self.x.in_size

    @property
    def out_pixels(self) -> int:
        """Pixels of output it makes."""
        return self.y.size * self.x.size


def rows_span(op: ArrayOp, first: int, end: int) -> Span:
    """Rows [first, end) of the output."""
    if not op.has_window:
        return Span(first=first, end=end, a=first, b=end, pad=0)
    w = op.window
    return _span(first, end, op.in_shape.h, w.stride_h, w.pad_top, (w.kernel_h - 1) * w.dilation_h)


def columns_span(op: ArrayOp, first: int, end: int) -> Span:
    """Columns [first, end) of the output; all of them read the whole row, padding as it is."""
    if not op.has_window:
        return Span(first=first, end=end, a=first, b=end, pad=0)
    w = op.window
    if first == 0 and end == op.out_shape.w:
        return Span(first=0, end=end, a=0, b=op.in_shape.w, pad=w.pad_left)
    return _span(first, end, op.in_shape.w, w.stride_w, w.pad_left, (w.kernel_w - 1) * w.dilation_w)


def _span(first: int, end: int, size: int, stride: int, pad: int, reach: int) -> Span:
    low = first * stride - pad
    high = (end - 1) * stride - pad + reach
    # A strip wholly in the padding still needs a row, which no tap reaches.
    if low >= size:
        return Span(first=first, end=end, a=0, b=1, pad=high - low + 1)
    a = max(low, 0)
    b = min(max(high + 1, a + 1), size)
    return Span(first=first, end=end, a=a, b=b, pad=a - low)


def part_of_strip(
    op: ArrayOp, strip: Strip, rows: tuple[int, int], columns: tuple[int, int]
) -> Strip:
    """The strip as some rows and columns of the kernel see it; itself if they are all."""
    w = op.window
    if rows == (0, w.kernel_h) and columns == (0, w.kernel_w):
        return strip
    axes = (
        (strip.y, op.in_shape.h, w.stride_h, w.pad_top, w.dilation_h, rows),
        (strip.x, op.in_shape.w, w.stride_w, w.pad_left, w.dilation_w, columns),
    )
    y, x = (
        _span(
            span.first,
            span.end,
            size,
            stride,
            pad - first * dilation,
            (end - 1 - first) * dilation,
        )
        for span, size, stride, pad, dilation, (first, end) in axes
    )
    return Strip(y=y, x=x)


def strip_of(op: ArrayOp, first: int, end: int) -> Strip:
    """The strip that makes output rows [first, end), all columns."""
    return Strip(y=rows_span(op, first, end), x=columns_span(op, 0, op.out_shape.w))


def legal_starts(
    config: CoreConfig, op: ArrayOp, *, input_pitch: int | None, output_resident: bool
) -> list[int]:
    """Output rows at which a strip may start, 0 first.

    ``input_pitch`` is that of a resident input, None when all inputs are streamed.
    """
    firsts = np.arange(op.out_shape.h)
    legal = np.ones(firsts.size, np.bool_)
    if output_resident:
        legal &= firsts * op.out_shape.w % config.rows == 0
    if input_pitch is not None:
        low = firsts * op.window.stride_h - op.window.pad_top if op.has_window else firsts
        first_rows = np.where(low >= op.in_shape.h, 0, np.maximum(low, 0))
        legal &= first_rows * input_pitch % config.rows == 0
    starts: list[int] = firsts[legal].tolist()
    return starts


def cut(op: ArrayOp, starts: list[int], rows: int, columns: int) -> list[Strip]:
    """Strips of at most about ``rows`` output rows and ``columns`` columns.

    They start only in rows that ``starts`` allows; where no legal start is near enough, a strip is
    longer.
    """
    bounds, height = [0], op.out_shape.h
    while height - bounds[-1] > rows:
        last = bisect_right(starts, bounds[-1] + rows) - 1  # the last that is near enough
        if starts[last] == bounds[-1]:
            last += 1
        if last == len(starts):
            break
        bounds.append(starts[last])
    bounds.append(height)
    width = op.out_shape.w
    edges = [*range(0, width, columns), width]
    across = [columns_span(op, x0, x1) for x0, x1 in pairwise(edges)]
    down = [rows_span(op, y0, y1) for y0, y1 in pairwise(bounds)]
    return [Strip(y=y, x=x) for y in down for x in across]
