"""What the core, its DMA and the host do for the layers of a network: the compiler's own form.

Every operation names the tensors it reads and writes by index into the `TensorTable`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from golden.isa import MAC, WINDOWED
from golden.operators.windows import Window
from sw.compiler.geometry import Shape

POINT = Window(kernel_h=1, kernel_w=1, out_h=1, out_w=1)


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """Multiplier and shift, one or one a channel."""

    multiplier: NDArray[np.int32]
    shift: NDArray[np.int32]

    @classmethod
    def shared(cls, multiplier: int, shift: int) -> Scaling:
        """Return one multiplier and shift for all channels."""
        return cls(multiplier=np.array([multiplier], np.int32), shift=np.array([shift], np.int32))

    @property
    def per_channel(self) -> bool:
        """Whether every channel has its own."""
        return self.multiplier.size > 1


@dataclass(frozen=True, kw_only=True)
class View:
    """The channels of a tensor that an operand is: ``shape.c`` of ``stored``, from ``first`` on.

    ``first`` begins a block.
    """

    shape: Shape
    stored: int
    first: int = 0

    @property
    def whole(self) -> Shape:
        """The tensor it is a part of."""
        return Shape(h=self.shape.h, w=self.shape.w, c=self.stored)


@dataclass(frozen=True, kw_only=True)
class ArrayOp:
    """One operation of the core on whole tensors.

    ``kind`` is the instruction's mnemonic. ``weights`` are int8 [out_c, kh, kw, in_c] for conv and
    [kh, kw, c] for dwconv, None otherwise; ``matrix`` is the tensor whose bytes are the weights of
    a product of two activations, [in_c, out_c], or [out_c, in_c] if ``transposed``. ``operands``
    and ``output`` are tensor indices; the shapes are how this operation sees them. ``macs`` are the
    layer's own multiply-accumulates, taps in the padding counted, weights that only this form adds
    not; 0 for what does not multiply. ``choice`` names the alternative form that was taken, for
    people. ``first_row`` is where the output begins in the layer's output tensor ``whole``; what is
    ``scratch`` is no part of a tensor of the network, so that nothing is known of its values.

    ``views`` say which channels of a tensor each operand is; empty where all are all of them. Two
    operands may have fewer channels than the operation, as if padded: where only one has some, the
    result is that of ``table``, where none has, ``fill``.
    """

    layer: int
    kind: str
    operands: tuple[int, ...]
    output: int
    in_shape: Shape
    out_shape: Shape
    window: Window = POINT
    weights: NDArray[np.int8] | None = None
    matrix: int | None = None
    transposed: bool = False
    bias: NDArray[np.int32] | None = None
    scaling: Scaling | None = None
    operand_scalings: tuple[tuple[int, int], ...] = ()
    zero_points: tuple[int, int, int] = (0, 0, 0)
    clamp: tuple[int, int] = (-128, 127)
    table: NDArray[np.int8] | None = None
    macs: int = 0
    choice: str = ""
    whole: int | None = None
    first_row: int = 0
    scratch: bool = False
    views: tuple[View, ...] = ()
    fill: int = 0
    first_of_phase: bool = False

    def __post_init__(self) -> None:
        """Hold what is said of the shapes against them: a wrong one would only cost memory."""
        taps, made = (self.window.kernel_h, self.window.kernel_w), self.out_shape
        wanted = (*taps, made.c) if self.kind == "dwconv" else (made.c, *taps, self.in_shape.c)
        assert self.weights is None or self.weights.shape == wanted
        assert self.bias is None or self.bias.shape == (made.c,)

    def view(self, slot: int) -> View:
        """What an operand is of the tensor it names."""
        return self.views[slot] if self.views else View(shape=self.in_shape, stored=self.in_shape.c)

    @property
    def is_padded(self) -> bool:
        """Whether an operand has fewer channels than the operation."""
        return any(view.shape.c < self.in_shape.c for view in self.views)

    @property
    def has_window(self) -> bool:
        """Whether the operation reads neighbours, so that strips need a halo."""
        return self.kind in WINDOWED

    @property
    def multiplies(self) -> bool:
        """Whether it reads the weight buffer."""
        return self.kind in MAC

    @property
    def reads(self) -> tuple[int, ...]:
        """Tensors it reads."""
        return self.operands if self.matrix is None else (*self.operands, self.matrix)


@dataclass(frozen=True, kw_only=True)
class Box:
    """Bytes copied from one tensor in memory to another: a box of any number of dimensions.

    ``dims`` are (count, source stride, target stride), outermost first; offsets and strides in
    bytes.
    """

    source: int
    source_offset: int
    target_offset: int
    dims: tuple[tuple[int, int, int], ...]


@dataclass(frozen=True, kw_only=True)
class MoveOp:
    """Tensors rearranged in memory by loads and stores: the output is filled, then boxes copied."""

    layer: int
    output: int
    boxes: tuple[Box, ...]
    size: int
    fill: int | None = None
    kind: str = "move"
    macs: int = 0
    choice: str = ""

    @property
    def reads(self) -> tuple[int, ...]:
        """Tensors it reads."""
        return tuple(dict.fromkeys(box.source for box in self.boxes))


@dataclass(frozen=True, kw_only=True)
class HostOp:
    """A layer that the host computes with the golden operator; ``reason`` says why."""

    layer: int
    operands: tuple[int, ...]
    outputs: tuple[int, ...]
    reason: str = ""

    @property
    def reads(self) -> tuple[int, ...]:
        """Tensors it reads."""
        return self.operands


@dataclass(frozen=True, kw_only=True)
class Alias:
    """A layer whose output is its input's bytes in another shape."""

    layer: int
    source: int
    output: int

    @property
    def reads(self) -> tuple[int, ...]:
        """Tensors it reads."""
        return (self.source,)


CoreOp = ArrayOp | MoveOp
LoweredOp = ArrayOp | MoveOp | HostOp | Alias
