"""Lowering: what each layer of a network becomes.

A layer turns into array operations, into moves of bytes in memory, into nothing (a reshape is
another name for the same bytes; a PAD may be part of the convolution behind it), or into a host
operation that golden computes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from golden.config import CoreConfig
from golden.network import Layer, Network
from golden.network import operations as ops
from sw.compiler import (
    lowering_mac,
    lowering_movement,
    lowering_parametric,
    lowering_pointwise,
    lowering_rearranging,
    lowering_reduction,
    lowering_resizing,
)
from sw.compiler.context import Context, FoldedChannels, FoldedPad, TensorTable
from sw.compiler.geometry import CompileError
from sw.compiler.operations import POINT, Alias, ArrayOp, HostOp, LoweredOp, MoveOp, Scaling

__all__ = ["POINT", "Alias", "ArrayOp", "HostOp", "LoweredOp", "MoveOp", "Scaling", "lower"]

_LOWERINGS: dict[type, Callable[[Context, Layer, Any], list[LoweredOp] | str]] = {
    ops.Convolution: lowering_mac.convolution,
    ops.Depthwise: lowering_mac.depthwise,
    ops.FullyConnected: lowering_mac.fully_connected,
    ops.MatrixProduct: lowering_mac.matrix_product,
    ops.Pooling: lowering_mac.pooling,
    ops.Mean: lowering_reduction.mean,
    ops.Total: lowering_reduction.total,
    ops.Extreme: lowering_reduction.extreme,
    ops.TransposedConvolution: lowering_mac.transposed_convolution,
    ops.Maximum: lowering_pointwise.maximum,
    ops.Rearrangement: lowering_rearranging.rearrangement,
    ops.ResizeNearest: lowering_rearranging.rearrangement,
    ops.ResizeBilinear: lowering_resizing.bilinear,
    ops.Addition: lowering_pointwise.addition,
    ops.Multiplication: lowering_pointwise.multiplication,
    ops.Lookup: lowering_pointwise.lookup,
    ops.ParametricRelu: lowering_parametric.parametric_relu,
    ops.Concatenation: lowering_movement.concatenation,
    ops.Pad: lowering_movement.pad,
    ops.Slice: lowering_movement.slices,
    ops.Transpose: lowering_movement.transpose,
    ops.ReadVariable: lowering_movement.read_variable,
    ops.AssignVariable: lowering_movement.assign_variable,
}


def lower(
    network: Network, config: CoreConfig, refused: Mapping[int, str] | None = None
) -> tuple[list[LoweredOp], TensorTable]:
    """Operations in execution order, and all tensors they name.

    ``refused`` are layers that the core cannot take, with the reason: the host computes them.
    Raises CompileError for a tensor that is read before anything writes it.
    """
    context = Context(
        network=network, config=config, tensors=TensorTable(network), refused=dict(refused or {})
    )
    _find_pads(context)
    _find_channels(context)
    lowered: list[LoweredOp] = []
    for layer in network.layers:
        lowered += _lower_layer(context, layer)
    if network.state:
        lowered = lowering_movement.write_variables_directly(context, lowered)
    _require_known(context, lowered)
    return lowered, context.tensors


def _lower_layer(context: Context, layer: Layer) -> list[LoweredOp]:
    operation = layer.operation
    if isinstance(operation, ops.Reshape):
        (source, *_), output = layer.inputs, layer.output  # a shape behind it says nothing new
        context.aliases[output] = context.alias_root(source)
        return [Alias(layer=layer.index, source=source, output=output)]
    reason = _other_types(context, layer) or _refused(context, layer)
    lowering = _LOWERINGS.get(type(operation))
    if not reason and lowering is not None:
        made = lowering(context, layer, operation)
        if not isinstance(made, str):
            return made
        reason = made
    return [
        HostOp(
            layer=layer.index,
            operands=layer.inputs,
            outputs=layer.outputs,
            reason=reason or "the core has no instruction for it",
        )
    ]


def _other_types(context: Context, layer: Layer) -> str:
    """Why a layer's types keep it from the core; empty if they do not."""
    tensors = context.network.tensors
    bytes_only = isinstance(layer.operation, ops.Lookup)
    for index in (*layer.inputs, *layer.outputs):
        dtype = tensors[index].dtype
        if dtype != "int8" and not (bytes_only and dtype == "uint8"):
            return f"it works on {dtype}"
    return ""


def _refused(context: Context, layer: Layer) -> str:
    """Why an attempt to compile the layer for the core failed; empty if none did."""
    return context.refused.get(layer.index, "")


def _find_pads(context: Context) -> None:
    """PADs whose only readers are convolutions that pad with the same value."""
    network = context.network
    for layer in network.layers:
        operation = layer.operation
        if not isinstance(operation, ops.Pad) or len(operation.paddings) != 4:
            continue
        output = layer.output
        shape = network.tensors[layer.input].shape
        readers = [other for other in network.layers if output in other.inputs]
        (batch, (top, _), (left, _), channels) = operation.paddings
        if (
            readers
            and shape[0] == 1
            and batch == channels == (0, 0)
            and output not in network.outputs
            and all(
                isinstance(r.operation, ops.Convolution | ops.Depthwise)
                and r.index not in context.refused
                and r.operation.input_zero_point == operation.value
                for r in readers
            )
        ):
            pad = FoldedPad(source=layer.input, top=top, left=left)
            context.folded_pads[output] = pad


def _find_channels(context: Context) -> None:
    """PADs and slices along the channels that all their readers can do themselves."""
    network = context.network
    for layer in network.layers:
        operation = layer.operation
        if not isinstance(operation, ops.Pad | ops.Slice):
            continue
        if layer.index in context.refused or _other_types(context, layer):
            continue
        source = layer.input
        shape = network.tensors[source].shape
        folded = {*context.channel_pads, *context.channel_slices, *context.folded_pads}
        if len(shape) != 4 or shape[0] != 1 or source in folded:
            continue
        if isinstance(operation, ops.Pad):
            *around, (before, _) = operation.paddings
            output = layer.output
            if (
                not before
                and all(pair == (0, 0) for pair in around)
                and output not in context.folded_pads
                and _all_readers(context, output, (ops.Addition, ops.Multiplication))
            ):
                made = FoldedChannels(source=source, value=operation.value)
                context.channel_pads[output] = made
        else:
            _fold_slices(context, layer, operation, source)


def _fold_slices(context: Context, layer: Layer, operation: ops.Slice, source: int) -> None:
    shape = context.network.tensors[source].shape
    windows = (ops.Convolution, ops.Depthwise, ops.Pooling)
    made: dict[int, FoldedChannels] = {}
    for index, output in zip(operation.slices, layer.outputs, strict=True):
        whole = (*index, *(slice(None),) * (len(shape) - len(index)))
        *around, channels = (range(*s.indices(n)) for s, n in zip(whole, shape, strict=True))
        target = context.network.tensors[output].shape
        if (
            all(r == range(n) for r, n in zip(around, shape[:-1], strict=True))
            and channels.step == 1
            and channels.start % context.config.cols == 0
            and target == (*shape[:-1], len(channels))
            and _all_readers(
                context, output, (*windows, ops.Addition, ops.Multiplication), slices=True
            )
        ):
            made[output] = FoldedChannels(source=source, first=channels.start)
    if len(made) == len(layer.outputs):
        context.channel_slices.update(made)


def _all_readers(
    context: Context, tensor: int, kinds: tuple[type, ...], *, slices: bool = False
) -> bool:
    """Whether only layers of these kinds read a tensor, and each as the whole image that it is."""
    network = context.network
    readers = [other for other in network.layers if tensor in other.inputs]
    shape = network.tensors[tensor].shape
    return (
        bool(readers)
        and tensor not in network.outputs
        and all(
            isinstance(other.operation, kinds)
            and other.index not in context.refused
            and not _other_types(context, other)
            for other in readers
        )
        and all(
            network.tensors[other.output].shape == shape
            and all(_fits(context, other, t, shape, constants=slices) for t in other.inputs)
            for other in readers
            if isinstance(other.operation, ops.Addition | ops.Multiplication)
        )
    )


def _fits(
    context: Context, layer: Layer, tensor: int, shape: tuple[int, ...], *, constants: bool
) -> bool:
    """Whether an operand of arithmetic may stand beside some channels of another tensor."""
    entry = context.network.tensors[tensor]
    if entry.data is None:
        return entry.shape == shape
    products = isinstance(layer.operation, ops.Multiplication)
    slot = lowering_pointwise.constant_slot(context, layer)
    return constants and products and slot is not None and layer.inputs[slot] == tensor


def _require_known(context: Context, lowered: list[LoweredOp]) -> None:
    tensors = context.tensors
    known = {*context.network.inputs, *tensors.variables.values()}
    constants = {t.index for t in context.network.tensors if t.data is not None}
    for op in lowered:
        written = set(op.outputs if isinstance(op, HostOp) else (op.output,))
        for tensor in op.reads:
            base, _ = tensors.base(tensor)
            if base in constants or tensors[base].data is not None:
                continue
            if not {tensor, base} & (known | written):
                name = tensors[base].name
                raise CompileError(f"tensor {name!r} is read before anything writes it")
        known |= written | {tensors.base(t)[0] for t in written}
