"""Lowering of operators that move bytes: concatenate, pad, slice, variables, broadcasting."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from golden.network import Layer
from golden.network import operations as ops
from sw.compiler.context import Context, strides
from sw.compiler.operations import Alias, Box, LoweredOp, MoveOp


def concatenation(context: Context, layer: Layer, op: ops.Concatenation) -> list[LoweredOp] | str:
    """CONCATENATION along any axis."""
    output = layer.output
    shape = context.tensors[output].shape
    boxes, position = [], 0
    for source in layer.inputs:
        extent = context.tensors[source].shape
        start = [0] * len(shape)
        start[op.axis] = position
        boxes.append(context.box(source, shape, extent=extent, target_start=start))
        position += extent[op.axis]
    return [context.move(layer, output, boxes)]


def pad(context: Context, layer: Layer, op: ops.Pad) -> list[LoweredOp] | str:
    """PAD and PADV2, unless convolutions do it."""
    source, output = layer.input, layer.output
    if output in context.folded_pads or output in context.channel_pads:
        return []
    box = context.box(
        source,
        context.tensors[output].shape,
        extent=context.tensors[source].shape,
        target_start=[before for before, _ in op.paddings],
    )
    return [context.move(layer, output, [box], fill=op.value)]


def transpose(context: Context, layer: Layer, op: ops.Transpose) -> list[LoweredOp] | str:
    """TRANSPOSE: each output axis walks the input with the stride of the axis it was."""
    source, output = layer.input, layer.output
    shape = context.tensors[output].shape
    steps = strides(context.tensors[source].shape)
    dims = [
        (n, steps[axis], step)
        for n, axis, step in zip(shape, op.permutation, strides(shape), strict=True)
    ]
    return [context.move(layer, output, [context.strided(source, 0, 0, dims)])]


def slices(context: Context, layer: Layer, op: ops.Slice) -> list[LoweredOp] | str:
    """STRIDED_SLICE, SLICE, SPLIT; a negative step is left to the host."""
    source = layer.input
    shape = context.tensors[source].shape
    moves: list[LoweredOp] = []
    for index, output in zip(op.slices, layer.outputs, strict=True):
        if output in context.channel_slices:
            continue
        whole = (*index, *(slice(None),) * (len(shape) - len(index)))
        ranges = [range(*s.indices(n)) for s, n in zip(whole, shape, strict=True)]
        if any(r.step < 0 and len(r) > 1 for r in ranges):
            return "a slice runs backwards"
        extent = [len(r) for r in ranges]
        box = context.box(
            source,
            extent,  # the output's bytes; axes of one element may be gone from its shape
            extent=extent,
            source_start=[r.start for r in ranges],
            source_step=[max(r.step, 1) for r in ranges],
        )
        moves.append(context.move(layer, output, [box]))
    return moves


def broadcast(context: Context, layer: Layer, source: int, shape: tuple[int, ...]) -> list[Any]:
    """Move that repeats ``source`` to ``shape``, and the tensor it makes.

    Each axis is doubled until it is long enough: of what is there, half is copied behind itself.
    """
    tensors = context.tensors
    old = (1,) * (len(shape) - len(tensors[source].shape)) + tensors[source].shape
    target = tensors.temporary(f"{tensors[source].name} repeated", shape)
    boxes: list[Box] = [context.box(source, shape, extent=old, source_shape=old)]
    extent = list(old)
    step = strides(shape)
    for axis in reversed(range(len(shape))):
        while extent[axis] < shape[axis]:
            count = min(extent[axis], shape[axis] - extent[axis])
            part = [*extent[:axis], count, *extent[axis + 1 :]]
            dims = [(n, s, s) for n, s in zip(part, step, strict=True)]
            boxes.append(context.strided(target, 0, extent[axis] * step[axis], dims))
            extent[axis] += count
    return [context.move(layer, target, boxes), target]


def read_variable(context: Context, layer: Layer, op: ops.ReadVariable) -> list[LoweredOp] | str:
    """READ_VARIABLE: another name for the variable's memory, or a copy if it changes too early."""
    output = layer.output
    variable = context.tensors.variable(op.variable, context.tensors[output].shape)
    if _used_after_assignment(context, layer, op.variable):
        shape = context.tensors[output].shape
        return [context.move(layer, output, [context.box(variable, shape, extent=shape)])]
    context.aliases[output] = variable
    return [Alias(layer=layer.index, source=variable, output=output)]


def assign_variable(
    context: Context, layer: Layer, op: ops.AssignVariable
) -> list[LoweredOp] | str:
    """ASSIGN_VARIABLE: a copy to the variable's memory."""
    source = layer.inputs[-1]
    shape = context.tensors[source].shape
    variable = context.tensors.variable(op.variable, shape)
    return [context.move(layer, variable, [context.box(source, shape, extent=shape)])]


def _used_after_assignment(context: Context, layer: Layer, variable: str) -> bool:
    names = {layer.output}
    assigned = False
    for later in context.network.layers[layer.index + 1 :]:
        if isinstance(later.operation, ops.AssignVariable):
            if names & set(later.inputs) and later.operation.variable != variable:
                return True
            assigned = assigned or later.operation.variable == variable
        if names & set(later.inputs):
            if isinstance(later.operation, ops.Reshape):
                names |= set(later.outputs)
            elif assigned and not isinstance(later.operation, ops.AssignVariable):
                return True
    return bool(names & set(context.network.outputs))


def write_variables_directly(context: Context, lowered: list[LoweredOp]) -> list[LoweredOp]:
    """Let a move whose output is only copied to a variable write the variable itself.

    Its output then is another name for the variable. Nothing may read the variable's old bytes
    from the move on.
    """
    made = list(lowered)
    variables = set(context.tensors.variables.values())
    for position, op in enumerate(made):
        if not isinstance(op, MoveOp) or op.output not in variables or len(op.boxes) != 1:
            continue
        copied = op.boxes[0].source
        producer = _producer(made, position, copied)
        if producer is None:  # it is computed, or an input
            continue
        old = {op.output} | {t for t, root in context.aliases.items() if root == op.output}
        from_producer = [other for other in made[producer:] if other is not op]
        reads = {tensor for other in from_producer for tensor in other.reads}
        readers = {name for tensor in reads for name in _names(context, tensor)}
        if readers & (old | {copied}) or copied in context.network.outputs:
            continue
        move = made[producer]
        assert isinstance(move, MoveOp)
        if move.size == op.size:
            made[producer] = replace(move, output=op.output)
            made[position] = Alias(layer=op.layer, source=op.output, output=copied)
    return made


def _names(context: Context, tensor: int) -> set[int]:
    """A tensor, what it is a view of (one image of a batch, say), what it is another name of."""
    names: set[int] = set()
    while tensor not in names:
        names.add(tensor)
        tensor = context.tensors.base(context.aliases.get(tensor, tensor))[0]
    return names


def _producer(lowered: list[LoweredOp], position: int, tensor: int) -> int | None:
    for index in reversed(range(position)):
        op = lowered[index]
        if isinstance(op, MoveOp) and op.output == tensor:
            return index
    return None
