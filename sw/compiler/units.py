"""Units of work: what the schedule puts in order.

A unit is one execute instruction with everything it needs: chunks of weights, parameters or a table
that must have been loaded, tensor loads that go before it, tensor stores that follow it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sw.compiler.geometry import Shape
from sw.compiler.lowering import ArrayOp
from sw.compiler.program import OutputPart


@dataclass(eq=False, kw_only=True)
class Chunk:
    """Constants loaded as one linear burst: ``count`` weight words, parameter entries, or a table.

    ``instruction`` is the load's mnemonic; ``slot`` is its place in the buffer once scheduled.
    """

    layer: int
    instruction: str
    address: int
    count: int
    bytes: int
    first_unit: int = -1
    last_unit: int = -1
    slot: int = -1


@dataclass(eq=False, kw_only=True)
class Transfer:
    """Rows of a tensor between memory and scratchpad: ``shape`` says how many rows, all columns.

    ``after_unit`` is the last unit that must have been issued before this load (-1: none).
    """

    layer: int
    address: int
    shape: Shape
    base: int
    p0: int = 0
    after_unit: int = -1


@dataclass(frozen=True, kw_only=True)
class Operand:
    """An operand as one unit sees it: first line and block stride."""

    base: int
    cbs: int


@dataclass(eq=False, kw_only=True)
class Unit:
    """One execute instruction: rows ``first_row``.. of the output, some of its channel blocks."""

    op: ArrayOp
    in_shape: Shape
    operands: tuple[Operand, ...]
    pad_top: int
    part: OutputPart
    weights: Chunk | None = None
    parameters: Chunk | None = None
    table: Chunk | None = None
    loads: list[Transfer] = field(default_factory=list)
    stores: list[Transfer] = field(default_factory=list)
    acc: bool = False
    hold: bool = False

    @property
    def chunks(self) -> tuple[Chunk, ...]:
        """Chunks it reads."""
        return tuple(c for c in (self.weights, self.parameters, self.table) if c is not None)
