"""What the small files have in common: a writer's constants, an image, the end."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from models.onnx_writer import Activation, OnnxWriter

Make = Callable[[OnnxWriter], bytes]


def ints(w: OnnxWriter, *numbers: int) -> str:
    """A constant of whole numbers."""
    return w.constant(np.array(numbers, dtype=np.int64))


def end(w: OnnxWriter, *ends: Activation) -> bytes:
    """The file whose outputs are these, as float32."""
    return w.finish({w.real(one): one.shape for one in ends})


def image(w: OnnxWriter, *shape: int | str) -> Activation:
    """An image, (1, 6, 8, 8) if nothing else is said."""
    point = 120 if w.dtype == "uint8" else 4
    return w.input("image", shape or (1, 6, 8, 8), 0.03, point)
