"""What a lowering function sees: network, configuration, tensors, and how to make a move.

Tensors are known by index: the network's own, then what the compiler adds to them. A *view* is a
stretch of bytes of another tensor in memory; a *temporary* has memory of its own; a *variable*
keeps its bytes from one inference to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from golden.config import CoreConfig
from golden.network import Layer, Network
from sw.compiler.geometry import Shape
from sw.compiler.operations import Box, MoveOp, View


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One tensor; ``parent`` and ``offset`` (bytes) say what a view is part of."""

    name: str
    shape: tuple[int, ...]
    data: NDArray[np.int8] | None = None
    parent: int | None = None
    offset: int = 0

    @property
    def size(self) -> int:
        """Bytes, which are elements."""
        return prod(self.shape)


class TensorTable:
    """All tensors of a program."""

    def __init__(self, network: Network) -> None:
        self._entries = [
            Entry(name=t.name, shape=t.shape, data=t.data if t.dtype == "int8" else None)
            for t in network.tensors
        ]
        self.variables: dict[str, int] = {}

    def __getitem__(self, index: int) -> Entry:
        return self._entries[index]

    def view(self, parent: int, offset: int, shape: tuple[int, ...]) -> int:
        """Add a view of ``parent`` from byte ``offset`` on.

        Raises ValueError for one that is empty, or not in its parent.
        """
        whole = self[parent]
        view = Entry(name=f"part of {whole.name}", shape=shape, parent=parent, offset=offset)
        if not (view.size and 0 <= offset <= whole.size - view.size):
            raise ValueError(
                f"{whole.name} has {whole.size} bytes, and no {view.size} from byte {offset} on"
            )
        return self._add(view)

    def temporary(self, name: str, shape: tuple[int, ...]) -> int:
        """Add a tensor with memory of its own."""
        return self._add(Entry(name=name, shape=shape))

    def constant(self, name: str, data: NDArray[np.int8]) -> int:
        """Add a tensor of known bytes."""
        return self._add(Entry(name=name, shape=data.shape, data=data))

    def variable(self, name: str, shape: tuple[int, ...]) -> int:
        """Tensor of a persistent variable; the same one each time."""
        if name not in self.variables:
            self.variables[name] = self._add(Entry(name=f"variable {name}", shape=shape))
        return self.variables[name]

    def base(self, index: int) -> tuple[int, int]:
        """Tensor that owns the memory of ``index``, and the offset in it."""
        offset = 0
        while (parent := self[index].parent) is not None:
            offset += self[index].offset
            index = parent
        return index, offset

    def _add(self, entry: Entry) -> int:
        self._entries.append(entry)
        return len(self._entries) - 1


@dataclass(frozen=True, kw_only=True)
class FoldedPad:
    """A PAD that the convolutions behind it do: its input, rows above, columns to the left."""

    source: int
    top: int
    left: int


@dataclass(frozen=True, kw_only=True)
class FoldedChannels:
    """A PAD or a slice along the channels that the layers behind it do, and what it is of.

    A PAD appends channels of ``value``; a slice has those from ``first`` on.
    """

    source: int
    first: int = 0
    value: int = 0


@dataclass(kw_only=True)
class Context:
    """State of lowering one network. ``aliases`` map a reshaped tensor to the one it names."""

    network: Network
    config: CoreConfig
    tensors: TensorTable
    aliases: dict[int, int] = field(default_factory=dict)
    folded_pads: dict[int, FoldedPad] = field(default_factory=dict)
    channel_pads: dict[int, FoldedChannels] = field(default_factory=dict)
    channel_slices: dict[int, FoldedChannels] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)

    def view(self, tensor: int, shape: Shape) -> tuple[int, View]:
        """Tensor that an operand lies in, and which part of it the operand is."""
        if tensor in self.channel_pads:
            source = self.channel_pads[tensor].source
            count = self.image(source).c
            return source, View(shape=replace(shape, c=count), stored=count)
        if tensor in self.channel_slices:
            folded = self.channel_slices[tensor]
            stored = self.image(folded.source).c
            return folded.source, View(shape=shape, stored=stored, first=folded.first)
        return tensor, View(shape=shape, stored=shape.c)

    def alias_root(self, tensor: int) -> int:
        """Tensor whose bytes ``tensor`` is another name for."""
        return self.aliases.get(tensor, tensor)

    def part(self, tensor: int, offset: int, shape: tuple[int, ...]) -> int:
        """Add a view of the tensor's bytes from ``offset`` on, whatever names they have."""
        return self.tensors.view(self.alias_root(tensor), offset, shape)

    def image(self, tensor: int) -> Shape:
        """Shape of a tensor as an image."""
        return Shape.of(self.tensors[tensor].shape)

    def move(
        self, layer: Layer, output: int, boxes: Sequence[Box], fill: int | None = None
    ) -> MoveOp:
        """Operation that makes ``output`` of boxes, and of ``fill`` where there is none."""
        return MoveOp(
            layer=layer.index,
            output=output,
            boxes=tuple(boxes),
            size=self.tensors[output].size,
            fill=fill,
        )

    @staticmethod
    def strided(
        source: int,
        source_offset: int,
        target_offset: int,
        dims: Sequence[tuple[int, int, int]],
    ) -> Box:
        """Box without dimensions of one element."""
        return Box(
            source=source,
            source_offset=source_offset,
            target_offset=target_offset,
            dims=tuple(dim for dim in dims if dim[0] > 1),
        )

    def box(
        self,
        source: int,
        target_shape: Sequence[int],
        *,
        extent: Sequence[int],
        source_start: Sequence[int] | None = None,
        source_step: Sequence[int] | None = None,
        target_start: Sequence[int] | None = None,
        source_shape: Sequence[int] | None = None,
    ) -> Box:
        """Box of ``extent`` elements on each axis between two dense tensors of one rank."""
        rank = len(target_shape)
        shape = self.tensors[source].shape if source_shape is None else source_shape
        from_strides, to_strides = strides(shape), strides(target_shape)
        start = source_start or [0] * rank
        step = source_step or [1] * rank
        to = target_start or [0] * rank
        return self.strided(
            source,
            sum(s * d for s, d in zip(start, from_strides, strict=True)),
            sum(s * d for s, d in zip(to, to_strides, strict=True)),
            [
                (n, k * a, b)
                for n, k, a, b in zip(extent, step, from_strides, to_strides, strict=True)
            ],
        )


def strides(shape: Sequence[int]) -> list[int]:
    """Distance in elements from one index to the next on each axis of a dense tensor."""
    result = [1] * len(shape)
    for axis in range(len(shape) - 2, -1, -1):
        result[axis] = result[axis + 1] * shape[axis + 1]
    return result
