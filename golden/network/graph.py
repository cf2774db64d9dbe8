"""Network graph: tensors and layers in execution order, integer parameters resolved.

The importer fills it, the runner evaluates it with the golden operators and the compiler lowers it
to instructions. It holds no scale arithmetic: every real-valued scale has become a multiplier and a
shift before a layer is made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network.operations import Operation


class NetworkError(ValueError):
    """A network that cannot be used; the message says what is wrong with it in one sentence.

    Texts of a file may hold anything: what does not print is written as Python would.
    """

    def __init__(self, sentence: str) -> None:
        super().__init__("".join(c if c.isprintable() else repr(c)[1:-1] for c in sentence))


@dataclass(frozen=True, kw_only=True)
class Tensor:
    """One tensor. ``data`` is set for constants; ``scale`` and ``zero_point`` are per tensor.

    ``channel_scales`` float32 holds every scale the file gives (weights have one a channel), None
    for a tensor without quantisation. ``flipped`` says that the file has uint8 here: these are its
    bytes with the top bit turned over, and its zero point less 128. ``file_index`` is the tensor of
    the file, where that is not ``index``.
    """

    index: int
    name: str
    shape: tuple[int, ...]
    dtype: str
    scale: float
    zero_point: int
    data: NDArray[Any] | None = None
    channel_scales: NDArray[np.float32] | None = None
    flipped: bool = False
    file_index: int | None = None

    @property
    def in_file(self) -> int:
        """Index of the tensor in the file."""
        return self.index if self.file_index is None else self.file_index

    @property
    def size(self) -> int:
        """Number of elements."""
        return prod(self.shape)


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One operator of the network: which activations it reads and writes, and what it does."""

    index: int
    operator: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    operation: Operation

    @property
    def input(self) -> int:
        """The tensor it reads. Raises ValueError where that is not one."""
        (tensor,) = self.inputs
        return tensor

    @property
    def output(self) -> int:
        """The tensor it writes. Raises ValueError where that is not one."""
        (tensor,) = self.outputs
        return tensor


@dataclass(frozen=True, kw_only=True)
class Network:
    """Tensors by index, layers in execution order, and the network's own inputs and outputs.

    ``state`` maps the name of a persistent variable (streaming networks) to its initial value.
    """

    name: str
    tensors: tuple[Tensor, ...]
    layers: tuple[Layer, ...]
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    state: dict[str, NDArray[Any]] = field(default_factory=dict)

    def tensor(self, index: int) -> Tensor:
        """Tensor of that index."""
        return self.tensors[index]

    def check_inputs(self, arrays: Sequence[NDArray[Any]]) -> None:
        """Raise NetworkError unless ``arrays`` fit the inputs in number, shape and type."""
        if len(arrays) != len(self.inputs):
            raise NetworkError(
                f"network {self.name} takes {len(self.inputs)} inputs, {len(arrays)} were given"
            )
        for index, array in zip(self.inputs, arrays, strict=True):
            tensor = self.tensors[index]
            if array.shape != tensor.shape or array.dtype != np.dtype(tensor.dtype):
                raise NetworkError(
                    f"input {tensor.name!r} of {self.name} is {tensor.dtype} {tensor.shape}; "
                    f"given was {array.dtype} {array.shape}"
                )


def run_network(
    network: Network,
    inputs: Sequence[NDArray[Any]],
    state: dict[str, NDArray[Any]] | None = None,
) -> dict[int, NDArray[Any]]:
    """Every tensor the network computes, by tensor index; inputs are included, constants are not.

    ``state`` holds the persistent variables and is updated in place; None starts from their
    initial values. Raises NetworkError when the inputs do not fit.
    """
    network.check_inputs(inputs)
    if state is None:
        state = {name: value.copy() for name, value in network.state.items()}
    values: dict[int, NDArray[Any]] = dict(zip(network.inputs, inputs, strict=True))
    for layer in network.layers:
        arguments = [_value(network, values, index) for index in layer.inputs]
        results = layer.operation.evaluate(arguments, state)
        values.update(zip(layer.outputs, results, strict=True))
    return values


def _value(network: Network, values: dict[int, NDArray[Any]], index: int) -> NDArray[Any]:
    constant = network.tensors[index].data
    return values[index] if constant is None else constant
