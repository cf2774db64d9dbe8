"""The roofline of a run: MACs a cycle of every layer over its MACs a byte, both logarithmic.

    MACs/cycle |      ________ size of the array
               |     /   o  o
               |    / o
               |   /          the slope is the width of the bus
               |__/_________________ MACs/byte

A layer's cycles run from the end of the layer before, and its loads may have been done under that
layer, so a point may lie left of the slope; the whole network (the square) can't. Layers that lie
together have one label, `2-5, 9`, and no label covers another.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from honeyguide.report.figures import ACCENT, BAD, INK, SOFT, WARM, drawing

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from scripts.runs.whole import WholeResult

TOGETHER = 13.0  # pixels between points that share a label
# Where a label is tried, in pixels from its points: near ones first.
STEPS = (0, 14, -14, 28, -28, 42, -42, 56, -56, 70, -70, 84, -84, 98, -98)
ASIDE = (10, -10, 24, -24, 40, -40, 64, -64, 96, -96)
PLACES = sorted(product(ASIDE, STEPS), key=lambda at: abs(at[0]) + abs(at[1]))


@dataclass(frozen=True, kw_only=True)
class Point:
    """A layer by its index, or the whole network, `index` None."""

    index: int | None
    intensity: float
    rate: float


def draw_roofline(path: Path, result: WholeResult, entries: list[dict[str, Any]]) -> None:
    """Write a PNG of the layers that have MACs, and of the whole network."""
    core, inputs = result.model.core, max(result.rtl.inputs, 1)
    points = [
        Point(
            index=int(e["index"]), intensity=e["macs"] / max(e["bytes"], 1),
            rate=e["macs"] * inputs / e["cycles"],
        )
        for e in entries
        if e["macs"] and e["cycles"]
    ]  # fmt: skip
    floors = result.model.floors
    macs = max(floors.macs, 1)
    whole = Point(index=None, intensity=macs / max(floors.bytes, 1), rate=macs / result.cycles)
    title = f"Roofline: {result.model.name} on {core.name}, {8 * core.axi_bytes}-bit bus"
    draw_points(path, title, [*points, whole], peak=core.rows * core.cols, bus=core.axi_bytes)


def draw_points(
    path: Path, title: str, points: Sequence[Point], *, peak: int, bus: int
) -> list[Bbox]:
    """Write the picture; return where the labels are.

    Args:
        path: of the PNG.
        title: above it.
        points: layers, and the whole network last.
        peak: MACs a cycle of the array.
        bus: bytes a cycle.
    """
    with drawing(path, 8.5, 5.3) as figure:
        axes = figure.add_subplot()
        axes.set_title(title)
        axes.set_xscale("log", base=2)
        axes.set_yscale("log", base=2)
        axes.set_xlim(*room([point.intensity for point in points] + [peak / bus]))
        axes.set_ylim(*room([point.rate for point in points] + [peak]))
        axes.set_xlabel("MACs a byte on the bus")
        axes.set_ylabel("MACs a cycle")
        for axis in (axes.xaxis, axes.yaxis):
            axis.set_major_locator(LogLocator(base=2, numticks=99))
            axis.set_major_formatter(FuncFormatter(power_text))
        left, right = axes.get_xlim()
        axes.plot([left, peak / bus, right], [left * bus, peak, peak], color=ACCENT, linewidth=2)
        axes.annotate(
            f"{peak} MACs/cycle", (right, peak), xytext=(-6, 6), textcoords="offset pixels",
            ha="right", color=ACCENT, fontsize=9,
        )  # fmt: skip
        *layers, whole = points
        axes.plot(
            [point.intensity for point in layers], [point.rate for point in layers], "o",
            color=WARM, markeredgecolor=INK, markeredgewidth=0.6, markersize=6.5, alpha=0.85,
        )  # fmt: skip
        axes.plot(
            whole.intensity, whole.rate, "s", color=BAD, markeredgecolor=INK,
            markeredgewidth=0.6, markersize=8,
        )  # fmt: skip
        return label_points(figure, axes, layers, whole, peak, bus)


def room(values: Sequence[float]) -> tuple[float, float]:
    """Return the ends of an axis, powers of two with room for positive values."""
    low = math.floor(math.log2(min(values)) - 0.4)
    high = math.ceil(math.log2(max(values)) + 0.4)
    return 2.0**low, 2.0 ** max(high, low + 1)


def label_points(
    figure: Figure, axes: Axes, layers: Sequence[Point], whole: Point, peak: int, bus: int
) -> list[Bbox]:
    """Write the labels, each where it covers nothing that is there already."""
    figure.draw_without_rendering()  # only now it is known where points are
    figure.set_layout_engine("none")
    places = [pixels(axes, point) for point in (*layers, whole)]
    taken = [Bbox.from_bounds(x - 6, y - 6, 12, 12) for x, y in places]
    left, right = np.log2(axes.get_xlim())
    for step in 2.0 ** np.linspace(left, right, 120):  # and the roof
        x, y = axes.transData.transform((step, min(step * bus, peak)))
        taken.append(Bbox.from_bounds(x - 3, y - 3, 6, 6))
    labels: list[Bbox] = []

    inside = axes.get_window_extent()

    def write(text: str, point: Point, colour: str) -> None:
        label = axes.annotate(
            text, (point.intensity, point.rate), xytext=(0, 0), textcoords="offset pixels",
            fontsize=8.5, color=colour, va="center",
            arrowprops={"arrowstyle": "-", "color": SOFT, "linewidth": 0.6, "shrinkB": 4},
        )  # fmt: skip
        at, size = pixels(axes, point), label.get_window_extent()
        for right, up in PLACES:
            left = at[0] + right - (size.width if right < 0 else 0)
            box = Bbox.from_bounds(left, at[1] + up - size.height / 2, size.width, size.height)
            fits = inside.x0 < box.x0 and box.x1 < inside.x1
            fits = fits and inside.y0 < box.y0 and box.y1 < inside.y1
            if fits and not any(box.overlaps(other) for other in (*taken, *labels)):
                label.set_position((right, up))
                label.set_horizontalalignment("right" if right < 0 else "left")
                labels.append(box)
                return
        label.remove()  # there is no room at all, and a label over others says nothing

    write("whole network", whole, BAD)
    for group in groups(places[:-1]):
        names = [layers[number].index or 0 for number in group]
        write(ranges(names), layers[max(group, key=lambda number: places[number][0])], INK)
    return labels


def pixels(axes: Axes, point: Point) -> NDArray[np.float64]:
    """Return where a point is in the picture."""
    at: NDArray[np.float64] = axes.transData.transform((point.intensity, point.rate))
    return at


def groups(places: Sequence[NDArray[np.float64]]) -> list[list[int]]:
    """Return the points that lie together: each is near another of its group."""
    left, found = list(range(len(places))), []
    while left:
        group = [left.pop(0)]
        for member in group:
            near = [n for n in left if np.hypot(*(places[n] - places[member])) < TOGETHER]
            group += near
            left = [n for n in left if n not in near]
        found.append(group)
    return found


def ranges(numbers: Sequence[int]) -> str:
    """Return numbers as a person writes them: 2-5, 9."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in spans)


def power_text(value: float, _: object = None) -> str:
    """Return a power of two as a number or a fraction."""
    return f"{value:g}" if value >= 1 else f"1/{1 / value:g}"
