"""Sizes in the scratchpad's units: pixels, blocks, lines."""

from __future__ import annotations

from dataclasses import dataclass

from golden.config import CoreConfig


class CompileError(ValueError):
    """A network the core cannot run; the message says why in one sentence."""


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
        """Image that a TensorFlow shape stands for. Raises CompileError for a batch above one."""
        if len(shape) > 4 or any(n < 1 for n in shape):
            raise CompileError(f"a tensor of shape {shape} is no image, matrix or vector")
        if len(shape) == 4:
            batch, h, w, c = shape
            if batch != 1:
                raise CompileError(f"a tensor of shape {shape} has a batch of {batch}; only 1 runs")
            return Shape(h=h, w=w, c=c)
        padded = (1,) * (3 - len(shape)) + tuple(shape)
        return Shape(h=padded[0], w=padded[1], c=padded[2])


def ceil_div(a: int, b: int) -> int:
    """Quotient rounded up."""
    return -(-a // b)


def blocks(config: CoreConfig, channels: int) -> int:
    """Blocks of that many channels."""
    return ceil_div(channels, config.cols)


def lines(config: CoreConfig, shape: Shape) -> int:
    """Lines a dense tensor takes in the scratchpad."""
    return ceil_div(shape.pixels, config.rows) * blocks(config, shape.c)
