"""Fewer elements than before: pooling, means, extremes, totals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from golden.network.operations.operation import Arrays, Operation, State
from golden.operators import reduction
from golden.operators.mean import mean
from golden.operators.pooling import average_pool, average_pool_half_up, max_pool
from golden.operators.windows import Window


@dataclass(frozen=True, kw_only=True)
class Extreme(Operation):
    """REDUCE_MAX, or REDUCE_MIN if ``smallest``, over ``axes``."""

    axes: tuple[int, ...]
    keep_dims: bool
    smallest: bool

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [
            reduction.extreme(
                inputs[0], axes=self.axes, keep_dims=self.keep_dims, largest=not self.smallest
            )
        ]


@dataclass(frozen=True, kw_only=True)
class Total(Operation):
    """SUM over ``axes``."""

    axes: tuple[int, ...]
    keep_dims: bool
    input_zero_point: int
    output_zero_point: int
    multiplier: int
    shift: int

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [
            reduction.total(
                inputs[0],
                axes=self.axes,
                keep_dims=self.keep_dims,
                zero_point=self.input_zero_point,
                output_zero_point=self.output_zero_point,
                multiplier=self.multiplier,
                shift=self.shift,
            )
        ]


@dataclass(frozen=True, kw_only=True)
class Pooling(Operation):
    """MAX_POOL_2D or AVERAGE_POOL_2D; ``half_up`` is how uint8 files round averages."""

    window: Window
    average: bool
    act_min: int
    act_max: int
    half_up: bool = False

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        if self.half_up:
            return [
                average_pool_half_up(
                    inputs[0], window=self.window, act_min=self.act_min, act_max=self.act_max
                )
            ]
        pool = average_pool if self.average else max_pool
        return [pool(inputs[0], window=self.window, act_min=self.act_min, act_max=self.act_max)]


@dataclass(frozen=True, kw_only=True)
class Mean(Operation):
    """MEAN over ``axes``; ``multiplier`` and ``shift`` express input scale / output scale."""

    axes: tuple[int, ...]
    keep_dims: bool
    input_zero_point: int
    output_zero_point: int
    multiplier: int
    shift: int

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [
            mean(
                inputs[0],
                axes=self.axes,
                input_zero_point=self.input_zero_point,
                output_zero_point=self.output_zero_point,
                multiplier=self.multiplier,
                shift=self.shift,
                keep_dims=self.keep_dims,
            )
        ]
