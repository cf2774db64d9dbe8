"""A picture of classified digits: each image with what the core said, wrong answers in red."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

SCALE = 2  # screen pixels for a pixel of an image
MARGIN = 6
CAPTION = 16
COLUMNS = 10
PAPER = (250, 250, 248)
RIGHT = (40, 110, 60)
WRONG = (200, 30, 30)


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
    cell_w, cell_h = width * SCALE + MARGIN, height * SCALE + CAPTION + MARGIN
    rows = -(-count // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * cell_w + MARGIN, rows * cell_h + MARGIN), PAPER)
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=13)
    for number in range(count):
        x = MARGIN + number % COLUMNS * cell_w
        y = MARGIN + number // COLUMNS * cell_h
        digit = Image.fromarray(255 - images[number, :, :, 0])
        sheet.paste(digit.resize((width * SCALE, height * SCALE)), (x, y))
        good = predictions[number] == labels[number]
        text = f"{predictions[number]}" if good else f"{predictions[number]}, is {labels[number]}"
        below = y + height * SCALE
        pen.text((x + 2, below), text, fill=RIGHT if good else WRONG, font=font)
        if not good:
            pen.rectangle((x - 2, y - 2, x + width * SCALE + 1, below + CAPTION), outline=WRONG)
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)
