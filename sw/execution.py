"""Run a compiled network: jobs on a core (golden or RTL), host layers in between.

The core is anything that has memory to read and write and plays a job; this module keeps the
tensors that the host knows and moves those that both sides need.

A network's inputs come one inference a row: for one input an array [n, ...] of its type and shape,
for several uint8 [n, bytes], the inputs of an inference one after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from golden.network import Network
from sw.compiler.program import HostPhase, NpuPhase, Program

Array = NDArray[Any]


class Memory(Protocol):
    """External memory of a core: bytes by address."""

    def read(self, address: int, size: int) -> NDArray[np.uint8]:
        """Return ``size`` bytes."""

    def write(self, address: int, data: NDArray[np.uint8]) -> None:
        """Write bytes."""


class Inference:
    """One inference of a program. Persistent variables live in ``state``, updated in place.

    The core keeps them in memory: ``load_inputs`` writes them there, ``outputs`` reads them back.

    inference.load_inputs(arrays)
    for phase in program.phases:
        play(phase.steps) if it is an NpuPhase else inference.run_host(phase)
    inference.outputs()
    """

    def __init__(self, program: Program, memory: Memory, state: dict[str, Array]) -> None:
        self._program = program
        self._memory = memory
        self._state = state
        self.values: dict[int, Array] = {}

    def load_constants(self) -> None:
        """Write weights, parameters and tables; once for many inferences."""
        for address, data in self._program.image:
            self._memory.write(address, data)

    def load_inputs(self, inputs: Sequence[Array]) -> None:
        """Write the network's inputs. Raises NetworkError when they do not fit."""
        network = self._program.network
        network.check_inputs(inputs)
        for index, array in zip(network.inputs, inputs, strict=True):
            self._put(index, array)
        for name, tensor in self._program.variables.items():
            self._put_bytes(tensor, self._state[name])

    def run_host(self, phase: HostPhase) -> dict[int, Array]:
        """Compute a host layer; return its outputs by tensor."""
        layer = self._program.network.layers[phase.op.layer]
        arguments = [self.value(index) for index in layer.inputs]
        results = layer.operation.evaluate(arguments, self._state)
        made = dict(zip(layer.outputs, results, strict=True))
        for index, array in made.items():
            self._put(index, array)
        return made

    def value(self, tensor: int) -> Array:
        """A tensor the host computed, was given, or finds in memory."""
        network, roots = self._program.network, self._program.roots
        info = network.tensors[tensor]
        if info.data is not None:
            return info.data
        root = roots.get(tensor, tensor)
        if root in self.values:
            return self.values[root].reshape(info.shape)
        return self._get_bytes(root).view(info.dtype).reshape(info.shape)

    def outputs(self) -> list[Array]:
        """The network's outputs."""
        for name, tensor in self._program.variables.items():
            self._state[name] = self._get_bytes(tensor).reshape(self._state[name].shape)
        return [self.value(index) for index in self._program.network.outputs]

    def _put(self, tensor: int, array: Array) -> None:
        self.values[tensor] = array
        if tensor in self._program.regions:
            self._put_bytes(tensor, array)

    def _put_bytes(self, tensor: int, array: Array) -> None:
        address = self._program.regions[tensor].address
        self._memory.write(address, np.ascontiguousarray(array).reshape(-1).view(np.uint8))

    def _get_bytes(self, tensor: int) -> NDArray[np.int8]:
        region = self._program.regions[tensor]
        return self._memory.read(region.address, region.shape.bytes).view(np.int8)


def core_phases(program: Program) -> list[NpuPhase]:
    """The phases that run on the core."""
    return [phase for phase in program.phases if isinstance(phase, NpuPhase)]


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
