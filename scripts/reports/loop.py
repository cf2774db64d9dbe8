"""A picture of bars: seconds from each edit to its verdicts, beside a plain build of the core."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from scripts.runs.loop import LoopFigure

WIDTH, LEFT, ROW, BAR = 900, 150, 30, 16
PAPER, INK = (250, 250, 248), (40, 40, 40)
# From the darkest to the lightest, each up to its verdict.
SHADES = (
    ("first_smoke", "first smoke test", (40, 110, 60)),
    ("smoke", "smoke tests", (120, 175, 130)),
    ("sim", "make sim", (205, 225, 205)),
)
PLAIN = (150, 150, 150)


def draw_loop(path: Path, figures: Sequence[LoopFigure], plain: float) -> None:
    """Write a PNG.

    Args:
        path: the file.
        figures: a bar each.
        plain: seconds of a plain build of the core, the bar below.
    """
    longest = max([plain, *(figure.sim for figure in figures)])
    scale = (WIDTH - LEFT - 80) / longest
    sheet = Image.new("RGB", (WIDTH, ROW * (len(figures) + 3)), PAPER)
    pen = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(size=13)
    for row, figure in enumerate(figures):
        top = ROW * row + 10
        pen.text((10, top), figure.edit, fill=INK, font=font)
        for name, _, colour in reversed(SHADES):
            right = LEFT + getattr(figure, name) * scale
            pen.rectangle((LEFT, top, right, top + BAR), fill=colour)
        told = f"{figure.first_smoke:.1f} / {figure.sim:.1f} s"
        pen.text((LEFT + figure.sim * scale + 6, top), told, fill=INK, font=font)
    top = ROW * len(figures) + 10
    pen.text((10, top), "verilator --binary", fill=INK, font=font)
    pen.rectangle((LEFT, top, LEFT + plain * scale, top + BAR), fill=PLAIN)
    pen.text((LEFT + plain * scale + 6, top), f"{plain:.1f} s", fill=INK, font=font)
    x = LEFT
    for _, label, colour in SHADES:
        pen.rectangle((x, top + ROW + 4, x + 12, top + ROW + 16), fill=colour)
        pen.text((x + 18, top + ROW + 2), label, fill=INK, font=font)
        x += 170
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)
