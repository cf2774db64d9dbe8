"""What the compiler makes: instructions with their owners, a memory image, tensor addresses."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cloudpickle
import numpy as np
from numpy.typing import NDArray

from golden.config import CoreConfig
from golden.isa import Instruction
from golden.machine import Tensor
from golden.network import Layer, Network
from sw.compiler.geometry import Shape
from sw.compiler.memory import MemoryUse
from sw.compiler.operations import CoreOp, HostOp

MEMORY_BASE = 0x1000  # where the memory image of a network starts; address 0 stays unused


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
    """What one execute instruction writes: a rectangle and some channels of one tensor, and where.

    ``base`` is the line of the part's first word, ``cbs`` its block stride; the part is ``rows`` x
    ``width`` pixels from (``first_row``, ``first_column``) on, ``channels`` channels from
    ``first_channel`` on. ``image_width`` is the width of the whole image, ``image_channels`` how
    the operation counts its channels. The instruction also writes ``extra`` channels in front, in
    the same block, which a later one makes.
    """

    tensor: int
    first_row: int
    rows: int
    width: int
    first_channel: int
    channels: int
    base: int
    cbs: int
    first_column: int
    image_width: int
    image_channels: int
    extra: int = 0

    def place(self) -> Tensor:
        """Where what is written lies in the scratchpad, with the extra channels."""
        channels = self.extra + self.channels
        return Tensor(
            base=self.base, h=self.rows, w=self.width, c=channels, p=self.width, cbs=self.cbs
        )

    def select(self, whole: NDArray[Any]) -> NDArray[Any]:
        """The part [rows, width, channels] of the whole tensor, in any shape with its channels.

        The core knows bytes: those of uint8 are told as int8.
        """
        image = whole.view(np.int8).reshape(-1, self.image_width, self.image_channels)
        return image[
            self.first_row : self.first_row + self.rows,
            self.first_column : self.first_column + self.width,
            self.first_channel : self.first_channel + self.channels,
        ]


@dataclass(frozen=True, kw_only=True)
class Step:
    """One instruction of a program: the layer it works for (-1: the job itself), what it writes."""

    instruction: Instruction
    layer: int
    part: OutputPart | None = None


@dataclass(kw_only=True)
class NpuPhase:
    """A stretch of a network that the core runs as one job, ended by a fence."""

    ops: list[CoreOp]
    steps: list[Step]
    predicted_cycles: int


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
    predicted_cycles: int
    choice: str = ""
    instructions: int
    bytes_read: int = 0
    bytes_written: int = 0


@dataclass(kw_only=True)
class Program:
    """A compiled network.

    ``image`` holds (address, bytes) of constants; ``regions`` say where in memory the network's
    inputs, outputs and every tensor that leaves or enters the core are; ``roots`` name the tensor
    whose bytes a reshaped one shares; ``variables`` name the tensors that keep their bytes from one
    inference to the next; ``memory`` sums up what is needed; ``short_lived`` are tensors whose
    memory another has when the phase that makes them ends; ``operations`` are the layers of what
    the network was lowered to, in order.
    """

    network: Network
    config: CoreConfig
    phases: list[NpuPhase | HostPhase] = field(default_factory=list)
    image: list[tuple[int, NDArray[np.uint8]]] = field(default_factory=list)
    regions: dict[int, Region] = field(default_factory=dict)
    roots: dict[int, int] = field(default_factory=dict)
    plans: dict[int, LayerPlan] = field(default_factory=dict)
    variables: dict[str, int] = field(default_factory=dict)
    memory_end: int = 0
    memory: MemoryUse = field(init=False)  # known when all is placed
    short_lived: set[int] = field(default_factory=set)
    operations: tuple[int, ...] = ()

    def layers_at(self, position: int) -> set[int]:
        """Layers of the operation there and of the next one."""
        return set(self.operations[position : position + 2])

    @property
    def instructions(self) -> int:
        """How many instructions all its jobs have."""
        return sum(len(p.steps) for p in self.phases if isinstance(p, NpuPhase))

    @property
    def predicted_cycles(self) -> int:
        """Cycles of all jobs of one inference, as counter BUSY will count them."""
        return sum(p.predicted_cycles for p in self.phases if isinstance(p, NpuPhase))

    def where(self, layer: Layer) -> str:
        """Where a layer is computed: npu, host, alias (nothing to do) or folded (by another)."""
        for phase in self.phases:
            if isinstance(phase, HostPhase):
                if phase.op.layer == layer.index:
                    return "host"
            elif any(op.layer == layer.index for op in phase.ops):
                return "npu"
        return "folded" if self.roots.keys().isdisjoint(layer.outputs) else "alias"


def write_program(path: Path, program: Program) -> Path:
    """Write a compiled network, with the network itself, for its simulations; return the path.

    So a network is imported and compiled once, however many processes share its inputs. The file is
    for processes of the same command, never kept: pickle reads whatever it is given.
    """
    path.write_bytes(cloudpickle.dumps(program))  # it takes functions inside functions
    return path


def read_program(path: Path) -> Program:
    """Read what `write_program` wrote."""
    program = pickle.loads(path.read_bytes())
    if not isinstance(program, Program):
        raise TypeError(f"{path} holds no compiled network")
    return program
