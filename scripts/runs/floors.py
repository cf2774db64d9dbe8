"""The least cycles a network can take on an array and a bus, whatever the mapping.

compute    = MACs / (Rows * Cols)
bandwidth  = bytes / bytes of a beat, counting once each byte that has to cross the bus: weights,
biases, per-channel scales, tables, the network's inputs and outputs, and tensors
that host and core hand each other; variables in and out. Padding and second loads do
                 not count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from golden.config import CoreConfig
from golden.network import Layer, Network
from golden.network import operations as ops
from sw.compiler.program import HostPhase, Program

# What a network may take on the default core: a share of its floor, and what a layer begins with.
BUDGET_OF_FLOOR = 1.35
BUDGET_OF_LAYER = 150
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


def budget(program: Program) -> int:
    """Return the most cycles that the program should take on the default core."""
    layers = len(program.network.layers)
    return int(BUDGET_OF_FLOOR * floors(program).larger) + BUDGET_OF_LAYER * layers


def floors(program: Program) -> Floors:
    """Return both floors of a compiled network."""
    core, network = program.config, program.network
    layers = core_layers(program)
    macs = sum(layer_macs(network, layer) for layer in layers)
    moved = sum(constant_bytes(layer) for layer in layers) + crossing_bytes(program)
    return Floors(
        compute=-(-macs // peak(core)),
        bandwidth=-(-moved // core.axi_bytes),
        macs=macs,
        bytes=moved,
    )


def host_layers(program: Program) -> set[int]:
    """Return the layers that the host computes."""
    return {phase.op.layer for phase in program.phases if isinstance(phase, HostPhase)}


def core_layers(program: Program) -> list[Layer]:
    """Return the layers that the host does not compute."""
    on_host = host_layers(program)
    return [layer for layer in program.network.layers if layer.index not in on_host]


def layer_macs(network: Network, layer: Layer) -> int:
    """Return the multiply-accumulates of a layer, as the network has them.

    Padding counts, as usual; zeros that a mapping adds (groups made dense) and pooling do not.
    """
    if not layer.outputs:
        return 0
    made = network.tensors[layer.outputs[0]]
    match layer.operation:
        case ops.Convolution() | ops.Depthwise() as operation:
            return int(made.shape[1]) * int(made.shape[2]) * int(operation.weights.size)
        case ops.FullyConnected() as operation:
            return made.size // int(operation.weights.shape[0]) * int(operation.weights.size)
        case ops.MatrixProduct() as operation:
            first = network.tensors[layer.inputs[0]].shape
            return made.size * first[-2 if operation.adjoint_a else -1]
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
    """Return the bytes of tensors that go into the core or come out of it, of variables both."""
    network, on_core = program.network, core_layers(program)
    made = {tensor for layer in on_core for tensor in layer.outputs}
    read = {tensor for layer in on_core for tensor in layer.inputs}
    wanted = set(network.outputs)
    for index in host_layers(program):
        wanted |= set(network.layers[index].inputs)
    crossing = sum(network.tensors[tensor].size for tensor in (read - made) | (made & wanted))
    kept = 0
    for layer in on_core:
        if isinstance(layer.operation, ops.ReadVariable | ops.AssignVariable):
            kept += int(network.state[layer.operation.variable].size)
    return crossing + kept


def peak(core: CoreConfig) -> int:
    """Return the most MACs a cycle."""
    return core.rows * core.cols


def where_cycles_went(counters: Mapping[str, int], core: CoreConfig) -> dict[str, float]:
    """Return shares of the busy cycles (0..1, together 1); empty when there were none."""
    busy = counters.get("busy", 0)
    if not busy:
        return {}
    full = counters["macs"] / peak(core)
    parts = {
        "full": full,
        "edges": counters["steps"] - full,
        "operands": counters["execute_fetch"],
        "drain": counters["execute_drain"],
    }
    parts["waiting"] = busy - sum(parts.values())
    return {name: value / busy for name, value in parts.items()}


def sentence(shares: Mapping[str, float]) -> str:
    """Return the shares as one line."""
    words = {
        "full": "array full",
        "edges": "cells idle",
        "operands": "operands missing",
        "drain": "results leaving",
        "waiting": "nothing to execute",
    }
    return ", ".join(f"{words[name]} {100 * value:.1f} %" for name, value in shares.items())
