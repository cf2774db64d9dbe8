"""A picture of classified digits: each image with what the core said, wrong answers in red."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from honeyguide.report.figures import BAD, GOOD, drawing

COLUMNS = 10
GAP, CAPTION = 3, 9  # in pixels of an image


def draw_digits(
    path: Path,
    images: NDArray[np.uint8],
    labels: NDArray[np.integer],
    predictions: NDArray[np.integer],
) -> None:
    """Write a PNG.

    Args:
        path: the file.
        images: uint8 [n, 28, 28, 1], 255 is ink.
        labels: what they are, [n].
        predictions: what the core says they are, [n].
    """
    count, height, width = images.shape[:3]
    columns = min(count, COLUMNS)
    rows = -(-count // columns)
    high, wide = height + CAPTION + GAP, width + GAP
    sheet = np.zeros((rows * high + GAP, columns * wide + GAP), np.uint8)
    with drawing(path, 0.48 * columns + 0.2, 0.48 * rows * high / wide + 0.2) as figure:
        axes = figure.add_subplot()
        axes.set_axis_off()
        for number in range(count):
            y, x = number // columns * high + GAP, number % columns * wide + GAP
            sheet[y : y + height, x : x + width] = images[number, :, :, 0]
            good = predictions[number] == labels[number]
            said = f"{predictions[number]}" + ("" if good else f", is {labels[number]}")
            colour = GOOD if good else BAD
            middle = y + height + CAPTION / 2
            axes.text(x, middle, said, color=colour, fontsize=7.5, va="center")
            if not good:
                place = (x - 2, y - 2)
                box = Rectangle(place, wide, high - 0.5, edgecolor=BAD, fill=False, linewidth=1.2)
                axes.add_patch(box)
        axes.imshow(sheet, cmap="Greys", vmin=0, vmax=255, interpolation="nearest")
