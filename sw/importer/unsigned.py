"""uint8 tensors as int8: the top bit of each byte is turned over, the zero point is 128 less.

Every sum of (x - zero point) stays what it was. At the border of the network a table turns the
caller's bytes over; the core has the instruction for it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from golden.network import Tensor
from golden.network.operations import Lookup

TOP_BIT = 0x80


def flipped(tensor: Tensor) -> Tensor:
    """The int8 tensor that stands for a uint8 one."""
    data = tensor.data
    return replace(
        tensor,
        dtype="int8",
        zero_point=tensor.zero_point - 128,
        data=None if data is None else (data ^ np.uint8(TOP_BIT)).view(np.int8),
        flipped=True,
    )


def border_tensor(tensor: Tensor) -> Tensor:
    """The uint8 tensor that the caller sees of a flipped one; the context gives it its index."""
    return replace(
        tensor,
        dtype="uint8",
        zero_point=tensor.zero_point + 128,
        data=None,
        flipped=False,
        file_index=tensor.in_file,
    )


def flip(dtype: str) -> Lookup:
    """Layer between the two that makes bytes of that type."""
    table = np.arange(256, dtype=np.uint8) ^ np.uint8(TOP_BIT)
    return Lookup(table=table.view(np.int8), dtype=dtype)
