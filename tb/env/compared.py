"""Which elements of a network's tensors have been compared: a mask for each, not a count.

A count is fooled by one part compared twice and another never. At the end of each inference
`gaps` names every tensor that is not whole.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network import Layer, operations
from sw.compiler.program import Program

Array = NDArray[Any]
Part = Callable[[Array], Array]

# What may vanish: PADs and slices into layers behind them, an assignment into what makes the value.
FOLDABLE = operations.Pad | operations.Slice | operations.AssignVariable


class ComparedElements:
    """Masks of the tensors of one inference, by index."""

    def __init__(self) -> None:
        self._masks: dict[int, NDArray[np.bool_]] = {}

    def forget(self) -> None:
        """Begin another inference."""
        self._masks.clear()

    def mark(self, tensor: int, whole: Array, part: Part | None = None) -> int:
        """Note that a part of a tensor was compared; return how many elements of it are new.

        Args:
            tensor: its index.
            whole: the tensor as golden has it, for its shape.
            part: returns a view of the part, given an array of that shape; all of it without.
        """
        mask = self._masks.setdefault(tensor, np.zeros(whole.shape, dtype=np.bool_))
        view = mask if part is None else part(mask)
        new = int(view.size - np.count_nonzero(view))
        view[...] = True
        return new

    def missing(self, tensor: int, size: int) -> int:
        """Return how many of a tensor's elements were not compared."""
        mask = self._masks.get(tensor)
        return size if mask is None else size - int(np.count_nonzero(mask))


def required(program: Program) -> dict[int, tuple[Layer, int]]:
    """Return what must be compared in each inference: layer and elements, by tensor.

    That is everything core and host write. Left out are other names for the same bytes, and PADs
    and slices that are part of the layers behind them.
    """
    wanted = {}
    tensors = program.network.tensors
    for layer in program.network.layers:
        if program.where(layer) not in ("npu", "host"):
            continue
        if isinstance(layer.operation, operations.AssignVariable):
            kept = program.variables[layer.operation.variable]
            wanted[kept] = (layer, tensors[layer.inputs[-1]].size)
        else:
            wanted.update((index, (layer, tensors[index].size)) for index in layer.outputs)
    return wanted


def required_elements(program: Program) -> int:
    """Return how many elements must be compared in each inference."""
    return sum(size for _, size in required(program).values())


def compared_elements(program: Program, compared: ComparedElements) -> int:
    """Return how many of them were, after an inference."""
    return sum(size - compared.missing(t, size) for t, (_, size) in required(program).items())


def gaps(program: Program, compared: ComparedElements) -> list[str]:
    """Return a sentence for each tensor that was not compared whole, after an inference."""
    found = [
        f"layer {layer.index} {layer.operator}: nobody computes it"
        for layer in program.network.layers
        if program.where(layer) == "folded" and not isinstance(layer.operation, FOLDABLE)
    ]
    for tensor, (layer, size) in required(program).items():
        missing = compared.missing(tensor, size)
        if missing:
            found.append(
                f"layer {layer.index} {layer.operator}: {missing} of {size} elements "
                "were not compared"
            )
    return found
