"""Estimate: about how many cycles an operation takes, cut into these strips.

Good enough to choose between strips, and quick: a strip takes as long as the slowest of array,
loads and stores, which work at the same time. The first load is counted beside them, and half of
the last store: neither has always something to hide behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import gcd

from golden.config import CoreConfig
from sw.compiler.geometry import blocks, ceil_div
from sw.compiler.operations import ArrayOp
from sw.compiler.strips import Strip

STRIP_OVERHEAD = 30  # cycles that an instruction of a strip waits for those before it, about


@dataclass(frozen=True, kw_only=True)
class Work:
    """Cycles of array, loads and stores for each strip; ``parts`` instructions a strip.

    ``busy`` reads leave no bank to the stores, which then come on top.
    """

    array: tuple[int, ...]
    loads: tuple[int, ...]
    stores: tuple[int, ...]
    parts: int
    busy: bool

    @property
    def cycles(self) -> int:
        """About how long all takes."""
        total = (self.loads[0] + self.stores[-1] // 2) // self.parts
        for array, load, store in zip(self.array, self.loads, self.stores, strict=True):
            total += max(array + store if self.busy else array, load, store)
            total += STRIP_OVERHEAD * self.parts
        return total


def work(
    config: CoreConfig,
    op: ArrayOp,
    strips: Sequence[Strip],
    *,
    loaded: int,
    stored: bool,
    channels: int = 0,
) -> Work:
    """Work of all strips; ``loaded`` operands and, if ``stored``, the output are streamed,
    ``channels`` at once (0: all).
    """
    in_blocks, out_blocks = blocks(config, op.in_shape.c), blocks(config, op.out_shape.c)
    again = 0
    if op.multiplies and (loaded or stored):
        words = _weight_words(config, op)
        again = words if words > config.wbuf_depth // 2 else 0
    parts = ceil_div(op.in_shape.c, channels) if channels else 1
    # Some channels of a pixel are a run of their own, which may begin inside a bus word.
    extra = parts if channels and op.in_shape.c % config.axi_bytes else 0
    tile = max(_steps(config, op), config.rows * config.cols // config.requant_lanes)
    given, made = [s.in_pixels for s in strips], [s.out_pixels for s in strips]
    return Work(
        array=tuple(ceil_div(pixels, config.rows) * out_blocks * tile for pixels in made),
        loads=tuple(loaded * pixels * (in_blocks + extra) + again for pixels in given),
        stores=tuple(pixels * (out_blocks + extra) if stored else 0 for pixels in made),
        parts=parts,
        busy=op.kind in ("dwconv", "maxpool", "avgpool"),
    )


def together(first: Work, second: Work) -> int:
    """About how long two operations take whose strips take turns: stores find a bank with one of
    them, and what one waits for the other hides.
    """
    works = (first, second)
    stores = sum(sum(w.stores) for w in works)
    array = sum(sum(w.array) for w in works)
    crowded = sum(sum(w.array) for w in works if w.busy) + stores
    strips = sum(len(w.array) * w.parts for w in works)
    loads = sum(sum(w.loads) for w in works)
    ends = first.loads[0] + second.stores[-1]
    return max(array, crowded, loads) + STRIP_OVERHEAD * strips + ends


def _steps(config: CoreConfig, op: ArrayOp) -> int:
    """Steps of a tile, with those in which the gather waits for banks."""
    if not op.has_window:
        return max(1, len(op.operands))
    window = op.window
    taps = window.kernel_h * window.kernel_w
    crowded = gcd(window.stride_w, config.rows)  # rows of a tile that share a bank
    if op.kind != "conv":
        return taps * crowded
    full, rest = divmod(op.in_shape.c, config.cols)
    return taps * (full * max(config.cols, crowded) + (max(rest, crowded) if rest else 0))


def _weight_words(config: CoreConfig, op: ArrayOp) -> int:
    taps = op.window.kernel_h * op.window.kernel_w
    depth = op.in_shape.c if op.kind == "conv" else 1
    return blocks(config, op.out_shape.c) * taps * depth
