"""What a lowering function sees: network, configuration, tensors, and how to make a move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from golden.config import CoreConfig
from golden.network import Layer, Network
from sw.compiler.geometry import Shape
from sw.compiler.operations import Box, MoveOp, View
from sw.compiler.tensors import TensorTable


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
