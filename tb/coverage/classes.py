"""Sorts values into the classes that coverage bins are made of."""

from __future__ import annotations

from collections.abc import Iterable

FEW = 8
INT8_MIN, INT8_MAX = -128, 127
INT31_MAX = (1 << 31) - 1
SHIFT_MIN, SHIFT_MAX = -31, 30


def size(value: int) -> str:
    """Class of a number of pixels, channels or taps."""
    return "one" if value == 1 else "few" if value < FEW else "many"


def step(value: int) -> str:
    """Class of a stride or dilation."""
    return {1: "one", 2: "two"}.get(value, "more")


def fit(value: int, least: int) -> str:
    """Class of a pitch or stride that must be at least `least`."""
    return "tight" if value <= least else "loose"


def signed(value: int) -> str:
    """Class of an int8 value."""
    named = {INT8_MIN: "lowest", 0: "zero", INT8_MAX: "highest"}
    return named.get(value, "negative" if value < 0 else "positive")


def scale(mult: int, shift: int) -> tuple[str, str]:
    """Classes of a multiplier and of its shift."""
    first = {0: "zero", INT31_MAX: "highest"}.get(mult, "usual")
    named = {SHIFT_MIN: "lowest", 0: "none", SHIFT_MAX: "highest"}
    second = named.get(shift, "right" if shift < 0 else "left")
    return f"mult {first}", f"shift {second}"


def clamp(low: int, high: int) -> str:
    """Class of act_min and act_max."""
    if low == high:
        return "one value"
    names = {(True, True): "full", (False, True): "low only", (True, False): "high only"}
    return names.get((low == INT8_MIN, high == INT8_MAX), "both")


def channels(count: int, cols: int) -> list[str]:
    """Classes of a number of channels on an array with `cols` columns."""
    found = ["three"] if count == 3 else []
    if count == 1:
        return ["one"]
    if count < cols:
        return [*found, "tail"]
    if count == cols:
        return [*found, "block"]
    return [*found, "blocks" if count % cols == 0 else "blocks and tail"]


def pixels(count: int, rows: int) -> str:
    """Class of a number of output pixels on an array with `rows` rows."""
    if count == 1:
        return "one"
    if count < rows:
        return "part of a tile"
    if count == rows:
        return "tile"
    return "tiles" if count % rows == 0 else "tiles and part"


def outside(*, size: int, out: int, kernel: int, stride: int, dilation: int, pad: int) -> bool:
    """Tell whether, along one axis, the first or the last window misses the image altogether."""
    return (kernel - 1) * dilation < pad or (out - 1) * stride - pad >= size


def window(
    kernel: dict[str, int], pad: dict[str, int], image: tuple[int, int], out: tuple[int, int]
) -> list[str]:
    """Classes of a window; image and out are (rows, columns)."""
    kw, kh, sx, sy, dx, dy = (kernel[name] for name in ("kw", "kh", "sx", "sy", "dx", "dy"))
    pl, pt = pad["pl"], pad["pt"]
    shape = {(True, True): "1x1", (True, False): "row", (False, True): "column"}
    found = {
        shape.get((kh == 1, kw == 1), "both"): True,
        "strided": sx > 1 or sy > 1,
        "dilated": dx > 1 or dy > 1,
        "padded": pl > 0 or pt > 0,
        "stride over kernel": sx > (kw - 1) * dx + 1 or sy > (kh - 1) * dy + 1,
        "outside": outside(
            size=image[0], out=out[0], kernel=kh, stride=sy, dilation=dy, pad=pt
        ) or outside(size=image[1], out=out[1], kernel=kw, stride=sx, dilation=dx, pad=pl),
    }  # fmt: skip
    return [name for name, hit in found.items() if hit]


def place(first: int, end: int, limit: int) -> list[str]:
    """Classes of a range in a memory of `limit` places: does it touch the first, the last?"""
    found = (["first"] if first == 0 else []) + (["last"] if end == limit else [])
    return found or ["middle"]


def overlap(
    first: Iterable[tuple[str, int, int]], second: Iterable[tuple[str, int, int]]
) -> set[str]:
    """Names of the memories in which ranges (name, first, end) of both meet."""
    ours = list(second)
    return {
        name
        for name, low, high in first
        for other, start, end in ours
        if name == other and low < end and start < high
    }
