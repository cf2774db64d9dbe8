"""Units of work: what the schedule puts in order.

A unit is one execute instruction with everything it needs: chunks of weights, parameters or a table
that must have been loaded, tensor loads that go before it, tensor stores that follow it. A unit of
a move has no instruction of its own, only loads and stores.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from golden.operators.windows import Window
from sw.compiler.geometry import Shape
from sw.compiler.operations import ArrayOp, MoveOp
from sw.compiler.program import OutputPart


@dataclass(eq=False, kw_only=True)
class Chunk:
    """Constants loaded at once: ``count`` weight words, parameter entries, or a table.

    ``instruction`` is the load's mnemonic; ``slot`` is its place in the buffer once scheduled. A
    chunk of a matrix has ``matrix``: pixels, channels and pixel pitch in bytes of what is loaded.
    ``after_unit`` is the last unit that must have been issued before the load (-1: none).
    """

    layer: int
    instruction: str
    address: int
    count: int
    bytes: int
    matrix: tuple[int, int, int] | None = None
    first_unit: int = -1
    last_unit: int = field(init=False)  # known with the first one
    slot: int = field(init=False)  # known when it has a place in its buffer
    after_unit: int = -1


@dataclass(eq=False, kw_only=True)
class Transfer:
    """A rectangle of a tensor between memory and scratchpad.

    Pitches in memory are in bytes, ``pitch`` in the scratchpad in pixels. ``after_unit`` is the
    last unit that must have been issued before this load (-1: none).
    """

    layer: int
    address: int
    shape: Shape
    base: int
    row_pitch: int
    pix_pitch: int
    pitch: int
    p0: int = 0
    after_unit: int = -1

    @property
    def end(self) -> int:
        """First address past its last byte."""
        rows = (self.shape.h - 1) * self.row_pitch
        return self.address + rows + (self.shape.w - 1) * self.pix_pitch + self.shape.c

    @property
    def last_pixel(self) -> int:
        """Number of its last pixel in the scratchpad."""
        return self.p0 + (self.shape.h - 1) * self.pitch + self.shape.w - 1


@dataclass(frozen=True, kw_only=True)
class Operand:
    """An operand as one unit sees it: first line, block stride, pixel pitch."""

    base: int
    cbs: int
    pitch: int


NOTHING = Shape(h=1, w=1, c=1)


@dataclass(eq=False, kw_only=True)
class Unit:
    """One execute instruction: a rectangle of the output, some of its channel blocks.

    ``out_base`` .. ``out_pitch`` say where it goes, ``out_shape`` what it is; ``part`` is None for
    what is no part of a tensor of the network; ``window`` is that of the operation unless given.
    """

    op: ArrayOp | MoveOp
    kind: str
    in_shape: Shape = NOTHING
    operands: tuple[Operand, ...] = ()
    pad_top: int = 0
    pad_left: int = 0
    out_shape: Shape = NOTHING
    out: Operand | None = None
    part: OutputPart | None = None
    fill: int = 0
    weights: Chunk | None = None
    parameters: Chunk | None = None
    table: Chunk | None = None
    loads: list[Transfer] = field(default_factory=list)
    stores: list[Transfer] = field(default_factory=list)
    window: Window | None = None
    acc: bool = False
    hold: bool = False

    @property
    def executes(self) -> bool:
        """Whether it has an execute instruction."""
        return self.kind != "move"

    @property
    def chunks(self) -> tuple[Chunk, ...]:
        """Chunks it reads."""
        return tuple(c for c in (self.weights, self.parameters, self.table) if c is not None)
