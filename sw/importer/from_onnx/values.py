"""What stands behind a name of an ONNX graph while it is read.

Quantised   int8 or uint8 with its scale: a tensor of the network
Real        what DequantizeLinear makes of one, and functions of it that no tensor holds
Island      float32 that the host computes of one or more tensors, until QuantizeLinear rounds it
Sums        a product, a sum of two tensors: made when QuantizeLinear says how to round it
Constants   int8 weights with their scales, float32 and whole numbers
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Function = Callable[[Floats], Floats]

PLAIN, IMAGE = "plain", "image"  # as the file has it (NCHW), and NHWC


@dataclass(frozen=True, kw_only=True)
class Scaling:
    """How a tensor is quantised: its zero point is that of int8, of uint8 128 less."""

    scale: float
    zero_point: int
    flipped: bool

    def quantise(self, real: Any) -> NDArray[np.int64]:
        """Round as QuantizeLinear does: to the nearest, ties to even, then limited to int8."""
        with np.errstate(all="ignore"):
            ratio = np.asarray(real, dtype=np.float32) / np.float32(self.scale)
            # The zero point is even or odd: it is added behind the rounding.
            # What is no number becomes the lowest, as in onnxruntime.
            whole = np.nan_to_num(np.rint(ratio), nan=-1e9, posinf=1e9, neginf=-1e9)
        moved = np.clip(whole, -1e9, 1e9).astype(np.int64) + self.zero_point
        return np.asarray(np.clip(moved, -128, 127), dtype=np.int64)

    def real(self, values: Any) -> Floats:
        """What DequantizeLinear makes of int8 values."""
        centred = np.asarray(values, dtype=np.int32) - np.int32(self.zero_point)
        return np.asarray(centred.astype(np.float32) * np.float32(self.scale), dtype=np.float32)


@dataclass(kw_only=True)
class Quantised:
    """A tensor of the network, by its place there in each order that was wanted so far."""

    shape: tuple[int, ...]
    scaling: Scaling
    forms: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Real:
    """A dequantised tensor, and functions of each element that follow.

    ``cost`` counts the operators that are computed for it, one as often as it is read.
    """

    source: Quantised
    functions: tuple[Function, ...] = ()
    cost: int = 0


@dataclass(frozen=True, kw_only=True)
class Outside:
    """A float32 input of the network, which QuantizeLinear takes in.

    ``moves`` change its shape or order on the way: of the quantised tensor, or of the array.
    """

    shape: tuple[int, ...]
    index: int
    moves: tuple[Callable[[Quantised], Quantised], ...] = ()
    arrays: tuple[Function, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Island:
    """float32 between tensors that no instruction of the core computes: the host does.

    ``function`` gets the sources as float32, in the order of the file. ``core`` is the layer that
    the core computes for a target where it has one, else None; ``cost`` is as for Real.
    """

    shape: tuple[int, ...]
    sources: tuple[Quantised | Outside, ...]
    function: Callable[[Sequence[Floats]], Floats]
    kind: str
    core: Callable[[Target], Quantised | None] | None = None
    cost: int = 0


@dataclass(frozen=True, kw_only=True)
class Places:
    """A tensor int64 of the network: where extremes are. It may only be an output."""

    shape: tuple[int, ...]
    index: int


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a layer's result is to be; `low` and `high` limit it."""

    scaling: Scaling
    low: int = -128
    high: int = 127


@dataclass(frozen=True, kw_only=True)
class Sums:
    """A layer that waits for its output's quantisation; bounds limit the real result."""

    shape: tuple[int, ...]
    make: Callable[[Target], Quantised]
    low: float = -np.inf
    high: float = np.inf
    biased: Callable[[str], Sums] | None = None

    def limited(self, low: float, high: float) -> Sums:
        """The same between two bounds, after those that it has."""
        return replace(
            self,
            low=min(max(self.low, low), high), high=max(min(self.high, high), low), biased=None,
        )  # fmt: skip

    def rounded(self, scaling: Scaling) -> Quantised:
        """Make it with this quantisation."""
        low, high = (int(scaling.quantise(bound)) for bound in (self.low, self.high))
        return self.make(Target(scaling=scaling, low=low, high=high))


@dataclass(frozen=True, kw_only=True)
class Weights:
    """Constants int8 (uint8 is turned over), with one scale or one for each slice of an axis.

    ``settled`` says that nothing stands between them and who reads them: then onnxruntime has them
    in its integer kernels.
    """

    data: NDArray[np.int8]
    scales: Floats
    zero_point: int
    axis: int
    flipped: bool
    settled: bool = True


Value = Quantised | Real | Island | Sums | Weights | Outside | Places
