"""Memory for a model that has none of its own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class ByteMemory:
    """`size` bytes from address 0 on, 0 at first, all known.

    Attributes:
        data: uint8 [size].
        known: bool [size], False where the model can't say what a byte is.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self.data: NDArray[np.uint8] = np.zeros(size, dtype=np.uint8)
        self.known: NDArray[np.bool_] = np.ones(size, dtype=np.bool_)

    def write(self, addr: int, data: NDArray[np.uint8]) -> None:
        """Put bytes at an address."""
        self.data[addr : addr + data.size] = data
        self.known[addr : addr + data.size] = True
