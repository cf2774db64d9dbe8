"""The roofline of a run: MACs a cycle of every layer over its MACs a byte, both logarithmic.

    MACs/cycle |      ________ size of the array
               |     /   o  o
               |    / o
               |   /          the slope is the width of the bus
               |__/_________________ MACs/byte

A layer's cycles run from the end of the layer before, and its loads may have been done under that
layer, so a point may lie left of the slope; the whole network (the square) can't.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from scripts.runs.whole import WholeResult

WIDTH, HEIGHT = 900, 560
LEFT, RIGHT, TOP, BOTTOM = 80, 30, 50, 60
PAPER, INK, GRID = (255, 255, 255), (40, 40, 40), (225, 225, 225)
ROOF, POINT, WHOLE = (30, 90, 160), (210, 110, 30), (160, 30, 60)


class LogAxis:
    """Values from 2**low to 2**high on pixels from first to last."""

    def __init__(self, low: int, high: int, first: int, last: int) -> None:
        self.low, self.high, self._first, self._last = low, high, first, last

    def at(self, value: float) -> float:
        """Return the pixel of a value, clamped to the axis."""
        place = (math.log2(value) - self.low) / (self.high - self.low)
        return self._first + min(max(place, 0.0), 1.0) * (self._last - self._first)


def draw_roofline(path: Path, result: WholeResult, entries: list[dict[str, Any]]) -> None:
    """Write a PNG of the layers that have MACs, and of the whole network."""
    core, inputs = result.model.core, max(result.rtl.inputs, 1)
    peak, bus = core.rows * core.cols, core.axi_bytes
    points = [
        (str(e["index"]), e["macs"] / max(e["bytes"], 1), e["macs"] * inputs / e["cycles"])
        for e in entries
        if e["macs"] and e["cycles"]
    ]
    floors = result.model.floors
    whole = (max(floors.macs, 1) / max(floors.bytes, 1), max(floors.macs, 1) / result.cycles)
    values = [intensity for _, intensity, _ in points] + [whole[0], peak / bus]
    x = axis(values, LEFT, WIDTH - RIGHT)
    y = axis([rate for _, _, rate in points] + [whole[1], peak], HEIGHT - BOTTOM, TOP)
    sheet = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(sheet)
    draw_frame(pen, x, y, f"{result.model.name} on {core.name}, {8 * bus}-bit bus")
    knee = peak / bus
    start = max(2.0**x.low, 2.0**y.low / bus)
    pen.line(
        [
            (x.at(start), y.at(start * bus)),
            (x.at(knee), y.at(peak)),
            (x.at(2.0**x.high), y.at(peak)),
        ],
        fill=ROOF,
        width=3,
    )
    small = ImageFont.load_default(size=12)
    pen.text(
        (x.at(2.0**x.high) - 130, y.at(peak) - 18), f"{peak} MACs/cycle", fill=ROOF, font=small
    )
    for label, intensity, rate in points:
        px, py = x.at(intensity), y.at(rate)
        pen.ellipse((px - 5, py - 5, px + 5, py + 5), fill=POINT, outline=INK)
        pen.text((px + 7, py - 7), label, fill=INK, font=small)
    px, py = x.at(whole[0]), y.at(whole[1])
    pen.rectangle((px - 6, py - 6, px + 6, py + 6), fill=WHOLE, outline=INK)
    pen.text((px + 9, py + 2), "whole network", fill=WHOLE, font=small)
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)


def axis(values: list[float], first: int, last: int) -> LogAxis:
    """Return an axis with room for positive values."""
    low = math.floor(math.log2(min(values)) - 0.5)
    high = math.ceil(math.log2(max(values)) + 0.5)
    return LogAxis(low, max(high, low + 1), first, last)


def draw_frame(pen: ImageDraw.ImageDraw, x: LogAxis, y: LogAxis, title: str) -> None:
    """Draw grid, numbers and names."""
    font, small = ImageFont.load_default(size=16), ImageFont.load_default(size=12)
    for power in range(x.low, x.high + 1):
        px = x.at(2.0**power)
        pen.line((px, TOP, px, HEIGHT - BOTTOM), fill=GRID)
        pen.text((px, HEIGHT - BOTTOM + 6), power_text(power), fill=INK, font=small, anchor="ma")
    for power in range(y.low, y.high + 1):
        py = y.at(2.0**power)
        pen.line((LEFT, py, WIDTH - RIGHT, py), fill=GRID)
        pen.text((LEFT - 6, py), power_text(power), fill=INK, font=small, anchor="rm")
    pen.rectangle((LEFT, TOP, WIDTH - RIGHT, HEIGHT - BOTTOM), outline=INK)
    pen.text((LEFT, 16), f"Roofline: {title}", fill=INK, font=font)
    pen.text((LEFT, TOP - 16), "MACs a cycle", fill=INK, font=small)
    pen.text(
        (WIDTH - RIGHT, HEIGHT - 20), "MACs a byte on the bus", fill=INK, font=small, anchor="rs"
    )


def power_text(power: int) -> str:
    """Return 2**power as a number or a fraction."""
    return str(1 << power) if power >= 0 else f"1/{1 << -power}"
