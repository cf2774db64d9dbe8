"""The least cycles a network can take on an array and a bus, whatever the mapping.

compute    = MACs / (Rows * Cols)
bandwidth  = bytes / bytes of a beat, counting once each byte that has to cross the bus: weights,
biases, per-channel scales, tables, the network's inputs and outputs, and tensors
that host and core hand each other. Padding and second loads do not count.
"""

from __future__ import annotations

from dataclasses import dataclass

from golden.config import CoreConfig
from golden.network import Layer, Network
from golden.network import operations as ops
from sw.compiler.lowering import ArrayOp
from sw.compiler.program import HostPhase, NpuPhase, Program

SCALE_BYTES = 5  # int32 multiplier, int8 shift
BIAS_BYTES = 4


@dataclass(frozen=True, kw_only=True)
class Floors:
    """Cycles, rounded up."""

    compute: int
    bandwidth: int
    macs: int
    bytes: int

    @property
    def larger(self) -> int:
        """The one that binds; at least 1."""
        return max(self.compute, self.bandwidth, 1)


def floors(program: Program) -> Floors:
    """Return both floors of a compiled network."""
    core, network = program.config, program.network
    layers = [network.layers[index] for index in sorted({op.layer for op in array_ops(program)})]
    macs = sum(layer_macs(network, layer) for layer in layers)
    moved = sum(constant_bytes(layer) for layer in layers) + crossing_bytes(program)
    return Floors(
        compute=-(-macs // (core.rows * core.cols)),
        bandwidth=-(-moved // core.axi_bytes),
        macs=macs,
        bytes=moved,
    )


def array_ops(program: Program) -> list[ArrayOp]:
    """Return what runs on the core, in order."""
    return [op for phase in program.phases if isinstance(phase, NpuPhase) for op in phase.ops]


def layer_macs(network: Network, layer: Layer) -> int:
    """Return the multiply-accumulates of a layer, as the network has them.

    Padding counts, as usual; zeros that a mapping adds (groups made dense) and pooling do not.
    """
    operation, shape = layer.operation, network.tensors[layer.outputs[0]].shape
    match operation:
        case ops.Convolution() | ops.Depthwise():
            return shape[1] * shape[2] * int(operation.weights.size)
        case ops.FullyConnected():
            units = operation.weights.shape[0]
            return network.tensors[layer.outputs[0]].size // units * int(operation.weights.size)
    return 0


def constant_bytes(layer: Layer) -> int:
    """Return the bytes of weights, biases, per-channel scales and table, without padding."""
    match layer.operation:
        case ops.Convolution() | ops.Depthwise() | ops.FullyConnected() as operation:
            scales = int(operation.requantisation.multiplier.size)
            return (
                int(operation.weights.size)
                + (0 if operation.bias is None else BIAS_BYTES * int(operation.bias.size))
                + (SCALE_BYTES * scales if scales > 1 else 0)
            )
        case ops.Lookup() as operation:
            return int(operation.table.size)
    return 0


def crossing_bytes(program: Program) -> int:
    """Return the bytes of tensors that go into the core or come out of it."""
    network = program.network

    def root(tensor: int) -> int:
        return program.roots.get(tensor, tensor)

    made = {root(op.output) for op in array_ops(program)}
    read = {root(tensor) for op in array_ops(program) for tensor in op.operands}
    wanted = {root(tensor) for tensor in network.outputs}
    for phase in program.phases:
        if isinstance(phase, HostPhase):
            wanted |= {root(tensor) for tensor in phase.op.operands}
    return sum(network.tensors[tensor].size for tensor in (read - made) | (made & wanted))


def peak(core: CoreConfig) -> int:
    """Return the most MACs a cycle."""
    return core.rows * core.cols
