"""Which input pixels a window operator reads, for any stride, dilation and padding.

    in_y = out_y * SY - PT + kernel_y * DY        (the same in x)

Index arrays instead of a padded image: a padding of 65,535 rows costs nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.machine.storage import ConfigFile

Index = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One axis of a window: size of the image, of the output and of the kernel, in pixels."""

    size: int
    out: int
    kernel: int
    stride: int
    dilation: int
    pad: int

    def taps(self) -> tuple[Index, Mask]:
        """Input coordinate of each (output, tap), clipped into the image, and whether it is inside.

        Both [out, kernel].
        """
        out = np.arange(self.out)[:, None] * self.stride - self.pad
        at = out + np.arange(self.kernel) * self.dilation
        inside = (at >= 0) & (at < self.size)
        return np.minimum(np.maximum(at, 0), self.size - 1), inside

    def useful_taps(self) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
        """For each tap inside the image for some output: those outputs, and their inputs."""
        found = []
        out = np.arange(self.out)
        # Taps further than this are outside for every output, however large the kernel is.
        last = (self.size - 1 + self.pad) // self.dilation
        for tap in range(min(self.kernel, last + 1)):
            at = out * self.stride - self.pad + tap * self.dilation
            inside = (at >= 0) & (at < self.size)
            if inside.any():
                found.append((out[inside], at[inside]))
        return found


def axes(groups: ConfigFile) -> tuple[Axis, Axis]:
    """Vertical and horizontal axis from the groups in, out, kernel and pad."""
    shape, out, kernel, pad = (groups[name] for name in ("in", "out", "kernel", "pad"))
    return (
        Axis(
            size=shape["h"],
            out=out["oh"],
            kernel=kernel["kh"],
            stride=kernel["sy"],
            dilation=kernel["dy"],
            pad=pad["pt"],
        ),
        Axis(
            size=shape["w"],
            out=out["ow"],
            kernel=kernel["kw"],
            stride=kernel["sx"],
            dilation=kernel["dx"],
            pad=pad["pl"],
        ),
    )


def gather_taps(
    x: NDArray[Any], vertical: Axis, horizontal: Axis, rows: slice, fill: int | bool
) -> NDArray[Any]:
    """Taps of some output rows: [h, w, c] -> [rows, OW, KH, KW, c], ``fill`` outside the image."""
    y, inside_y = vertical.taps()
    x_at, inside_x = horizontal.taps()
    y, inside_y = y[rows], inside_y[rows]
    # Axes in the order out_y, out_x, kernel_y, kernel_x.
    taps = x[y[:, None, :, None], x_at[None, :, None, :]]
    inside = inside_y[:, None, :, None] & inside_x[None, :, None, :]
    taps[~inside] = fill
    return taps
