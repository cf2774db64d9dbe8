"""Sizes in the scratchpad's units: pixels, blocks, lines."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from golden.config import CoreConfig

MAX_EXTENT = 0xFFFF  # sizes and pixel pitches have 16 bits


class CompileError(ValueError):
    """A network the core cannot run; the message says why in one sentence."""


class LayerError(CompileError):
    """A layer the core cannot run after all, with ``reason``: the host can."""

    def __init__(self, layer: int, reason: str) -> None:
        super().__init__(f"layer {layer}: {reason}")
        self.layer = layer
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Height, width and channels of an image; a vector is 1 x 1 x C, a matrix 1 x rows x C."""

    h: int
    w: int
    c: int

    @property
    def pixels(self) -> int:
        """Pixels of the image."""
        return self.h * self.w

    @property
    def bytes(self) -> int:
        """Bytes in memory, dense NHWC."""
        return self.pixels * self.c

    @staticmethod
    def of(shape: tuple[int, ...]) -> Shape:
        """Image that a TensorFlow shape stands for; further leading axes stack images in height."""
        if any(n < 1 for n in shape):
            raise CompileError(f"a tensor of shape {shape} is empty")
        padded = (1,) * (3 - len(shape)) + tuple(shape)
        *leading, h, w, c = padded
        return Shape(h=prod(leading) * h, w=w, c=c)

    @staticmethod
    def rows_of(shape: tuple[int, ...]) -> Shape:
        """The same bytes as one column of pixels, which strips can cut anywhere."""
        image = Shape.of(shape)
        return Shape(h=image.pixels, w=1, c=image.c)


def ceil_div(a: int, b: int) -> int:
    """Quotient rounded up."""
    return -(-a // b)


def blocks(config: CoreConfig, channels: int) -> int:
    """Blocks of that many channels."""
    return ceil_div(channels, config.cols)
