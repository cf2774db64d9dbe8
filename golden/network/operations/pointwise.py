"""An element for an element: sums, products, the larger of two, tables, softmax."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network.operations.operation import Arrays, Operation, State
from golden.numerics import Int8
from golden.operators import ordering, rescaling
from golden.operators.elementwise import add, multiply
from golden.operators.lookup import lookup
from golden.operators.parameters import AddParameters
from golden.operators.softmax import softmax


@dataclass(frozen=True, kw_only=True)
class Addition(Operation):
    """ADD, or SUB with ``subtract``; broadcasting as TensorFlow Lite allows it."""

    a_zero_point: int
    b_zero_point: int
    output_zero_point: int
    parameters: AddParameters
    subtract: bool
    act_min: int
    act_max: int

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [
            add(
                inputs[0],
                inputs[1],
                a_zero_point=self.a_zero_point,
                b_zero_point=self.b_zero_point,
                output_zero_point=self.output_zero_point,
                parameters=self.parameters,
                subtract=self.subtract,
                act_min=self.act_min,
                act_max=self.act_max,
            )
        ]


@dataclass(frozen=True, kw_only=True)
class Multiplication(Operation):
    """MUL; broadcasting as TensorFlow Lite allows it."""

    a_zero_point: int
    b_zero_point: int
    output_zero_point: int
    multiplier: int
    shift: int
    act_min: int
    act_max: int

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [
            multiply(
                inputs[0],
                inputs[1],
                a_zero_point=self.a_zero_point,
                b_zero_point=self.b_zero_point,
                output_zero_point=self.output_zero_point,
                multiplier=self.multiplier,
                shift=self.shift,
                act_min=self.act_min,
                act_max=self.act_max,
            )
        ]


@dataclass(frozen=True, kw_only=True)
class Maximum(Operation):
    """MAXIMUM, or MINIMUM if ``smallest``; shapes broadcast."""

    smallest: bool

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        pick = ordering.minimum if self.smallest else ordering.maximum
        return [pick(inputs[0], inputs[1])]


@dataclass(frozen=True, kw_only=True)
class ParametricRelu(Operation):
    """PRELU of a tensor and its slopes, which broadcast.

    ``positive`` and ``negative`` are multiplier and shift on either side of zero.
    """

    zero_point: int
    alpha_zero_point: int
    output_zero_point: int
    positive: tuple[int, int]
    negative: tuple[int, int]

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [
            rescaling.prelu(
                inputs[0],
                inputs[1],
                zero_point=self.zero_point,
                alpha_zero_point=self.alpha_zero_point,
                output_zero_point=self.output_zero_point,
                positive=self.positive,
                negative=self.negative,
            )
        ]


@dataclass(frozen=True, kw_only=True)
class Lookup(Operation):
    """Any function of a byte as a table of 256 entries, indexed by the input byte.

    ``dtype`` int8 or uint8 is what the bytes of the output are.
    """

    table: Int8
    dtype: str = "int8"

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [lookup(inputs[0].view(np.int8), self.table).view(self.dtype)]


@dataclass(frozen=True, kw_only=True)
class Softmax(Operation):
    """SOFTMAX over the last axis; the output is int8 or int16."""

    input_scale: float
    beta: float
    dtype: str = "int8"

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [
            softmax(
                inputs[0], input_scale=self.input_scale, beta=self.beta, output_dtype=self.dtype
            )
        ]
