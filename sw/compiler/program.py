"""What the compiler makes: instructions with their owners, a memory image, tensor addresses."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from golden.config import CoreConfig
from golden.isa import Instruction
from golden.network import Network
from sw.compiler.geometry import Shape
from sw.compiler.lowering import ArrayOp, HostOp


@dataclass(frozen=True, kw_only=True)
class Region:
    """A tensor in memory: address of its first byte, dense NHWC."""

    address: int
    shape: Shape

    @property
    def end(self) -> int:
        """First address past it."""
        return self.address + self.shape.bytes


@dataclass(frozen=True, kw_only=True)
class OutputPart:
    """What one execute instruction writes: rows and channels of one tensor, and where.

    ``base`` is the line of the part's first word, ``cbs`` its block stride; the part is ``rows`` x
    ``width`` pixels from output row ``first_row`` on, ``channels`` channels from ``first_channel``
    on.
    """

    tensor: int
    first_row: int
    rows: int
    width: int
    first_channel: int
    channels: int
    base: int
    cbs: int


@dataclass(frozen=True, kw_only=True)
class Step:
    """One instruction of a program: the layer it works for (-1: the job itself), what it writes."""

    instruction: Instruction
    layer: int
    part: OutputPart | None = None


@dataclass(kw_only=True)
class NpuPhase:
    """A stretch of a network that the core runs as one job, ended by a fence."""

    ops: list[ArrayOp] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    predicted_cycles: int = 0


@dataclass(frozen=True, kw_only=True)
class HostPhase:
    """A layer the host computes between two jobs."""

    op: HostOp


@dataclass(kw_only=True)
class LayerPlan:
    """What the compiler decided for one layer, for people.

    ``macs`` are those of the network, before any padding to the array; ``tiles`` are loads of the
    accumulators; ``choice`` names the alternative taken where there were several.
    """

    layer: int
    kind: str
    strips: int = 1
    chunks: int = 1
    tiles: int = 0
    macs: int = 0
    predicted_cycles: int = 0
    choice: str = ""
    instructions: int = 0
    bytes_read: int = 0
    bytes_written: int = 0


@dataclass(kw_only=True)
class Program:
    """A compiled network.

    ``image`` holds (address, bytes) of constants; ``regions`` say where in memory the network's
    inputs, outputs and every tensor that leaves or enters the core are; ``roots`` name the tensor
    whose bytes a reshaped one shares.
    """

    network: Network
    config: CoreConfig
    phases: list[NpuPhase | HostPhase] = field(default_factory=list)
    image: list[tuple[int, NDArray[np.uint8]]] = field(default_factory=list)
    regions: dict[int, Region] = field(default_factory=dict)
    roots: dict[int, int] = field(default_factory=dict)
    plans: dict[int, LayerPlan] = field(default_factory=dict)
    memory_end: int = 0

    @property
    def predicted_cycles(self) -> int:
        """Cycles of all jobs of one inference, as counter BUSY will count them."""
        return sum(p.predicted_cycles for p in self.phases if isinstance(p, NpuPhase))
