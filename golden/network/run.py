"""Evaluate a network layer by layer with the golden operators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from numpy.typing import NDArray

from golden.network.graph import Network


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
