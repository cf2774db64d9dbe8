"""Inputs of a network, one inference a row: as they are for one input, as bytes for several.

one input       array [n, ...] of the input's type and shape
several         uint8 [n, bytes]: the inputs of an inference one after the other
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network import Network

Array = NDArray[Any]


def join_inputs(network: Network, arrays: Sequence[Array]) -> Array:
    """Rows of arrays [n, ...], one for each input of the network."""
    if len(network.inputs) == 1:
        return arrays[0]
    rows = len(arrays[0])
    return np.concatenate(
        [np.ascontiguousarray(a).reshape(rows, -1).view(np.uint8) for a in arrays], axis=1
    )


def split_inputs(network: Network, row: Array) -> list[Array]:
    """Inputs of one inference, each in its tensor's type and shape."""
    tensors = [network.tensors[index] for index in network.inputs]
    if len(tensors) == 1:
        return [np.ascontiguousarray(row).reshape(tensors[0].shape)]
    arrays, start = [], 0
    for tensor in tensors:
        size = tensor.size * np.dtype(tensor.dtype).itemsize
        part = np.ascontiguousarray(row[start : start + size])
        arrays.append(part.view(tensor.dtype).reshape(tensor.shape))
        start += size
    return arrays
