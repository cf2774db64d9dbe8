"""Geometry that every window operator (convolution, depthwise, pooling) shares.

    out_y * stride_h - pad_top + kernel_y * dilation_h = in_y

Padding is given explicitly as the rows above and the columns to the left; what lies below and to
the right follows from the output size. TensorFlow's names for paddings end here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from golden.numerics import Integers


@dataclass(frozen=True, kw_only=True)
class Window:
    """Kernel size, stride, dilation, padding before the image, and output size, in pixels."""

    kernel_h: int
    kernel_w: int
    stride_h: int = 1
    stride_w: int = 1
    dilation_h: int = 1
    dilation_w: int = 1
    pad_top: int = 0
    pad_left: int = 0
    out_h: int
    out_w: int

    def __post_init__(self) -> None:
        for name in ("kernel_h", "kernel_w", "stride_h", "stride_w", "dilation_h", "dilation_w"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.out_h < 1 or self.out_w < 1:
            raise ValueError(f"output size {self.out_h} x {self.out_w} is empty")


def resolve_padding(
    in_h: int,
    in_w: int,
    *,
    kernel: tuple[int, int],
    stride: tuple[int, int] = (1, 1),
    dilation: tuple[int, int] = (1, 1),
    padding: str = "SAME",
) -> Window:
    """Window of a TensorFlow layer with SAME or VALID padding; pairs are (y, x).

    SAME puts the odd row or column after the image: pad_before = total // 2 (TensorFlow Lite's
    ComputePaddingWithOffset). Raises ValueError for another padding or an empty output.
    """
    outs, pads = [], []
    for size, k, s, d in zip((in_h, in_w), kernel, stride, dilation, strict=True):
        extent = (k - 1) * d + 1
        if padding == "SAME":
            out = -(-size // s)
        elif padding == "VALID":
            out = (size - extent + s) // s
        else:
            raise ValueError(f"padding must be SAME or VALID, not {padding}")
        outs.append(out)
        pads.append(max((out - 1) * s + extent - size, 0) // 2)
    return Window(
        kernel_h=kernel[0],
        kernel_w=kernel[1],
        stride_h=stride[0],
        stride_w=stride[1],
        dilation_h=dilation[0],
        dilation_w=dilation[1],
        pad_top=pads[0],
        pad_left=pads[1],
        out_h=outs[0],
        out_w=outs[1],
    )


def gather_windows(x: Integers, window: Window, fill: int) -> Integers:
    """View of every window's pixels: [batch, out_h, out_w, kernel_h, kernel_w, channels].

    ``x`` is [batch, height, width, channels]; pixels outside the image read ``fill``. The
    result is a strided view on a padded copy, so taking a tap of it costs nothing.
    """
    batch, height, width, channels = x.shape
    need_h = (window.out_h - 1) * window.stride_h + (window.kernel_h - 1) * window.dilation_h + 1
    need_w = (window.out_w - 1) * window.stride_w + (window.kernel_w - 1) * window.dilation_w + 1
    padded = np.full((batch, need_h, need_w, channels), fill, dtype=x.dtype)
    # Padding may be negative in a tile cut from a larger image: then the window starts inside it.
    top, left = max(window.pad_top, 0), max(window.pad_left, 0)
    skip_h, skip_w = max(-window.pad_top, 0), max(-window.pad_left, 0)
    rows = max(min(height - skip_h, need_h - top), 0)
    columns = max(min(width - skip_w, need_w - left), 0)
    padded[:, top : top + rows, left : left + columns] = x[
        :, skip_h : skip_h + rows, skip_w : skip_w + columns
    ]
    s_batch, s_y, s_x, s_c = padded.strides
    return np.lib.stride_tricks.as_strided(
        padded,
        shape=(batch, window.out_h, window.out_w, window.kernel_h, window.kernel_w, channels),
        strides=(
            s_batch,
            s_y * window.stride_h,
            s_x * window.stride_w,
            s_y * window.dilation_h,
            s_x * window.dilation_w,
            s_c,
        ),
        writeable=False,
    )
