"""Sums of products: convolutions, fully connected layers, matrix products."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network.operations.operation import Arrays, Operation, Requantisation, State
from golden.numerics import Int8, Int32, add_bias, requantize, wrap_int32
from golden.operators import transposed
from golden.operators.convolution import convolution
from golden.operators.depthwise import depthwise
from golden.operators.matmul import fully_connected, matmul
from golden.operators.windows import Window


@dataclass(frozen=True, kw_only=True)
class Convolution(Operation):
    """CONV_2D. ``weights`` int8 [out_c, kernel_h, kernel_w, in_c / groups], ``bias`` [out_c]."""

    weights: Int8
    bias: Int32 | None
    window: Window
    input_zero_point: int
    requantisation: Requantisation
    weight_zero_point: int = 0

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [
            convolution(
                inputs[0],
                self.weights,
                bias=self.bias,
                window=self.window,
                input_zero_point=self.input_zero_point,
                weight_zero_point=self.weight_zero_point,
                **self.requantisation.arguments(),
            )
        ]


@dataclass(frozen=True, kw_only=True)
class Depthwise(Operation):
    """DEPTHWISE_CONV_2D. ``weights`` int8 [kernel_h, kernel_w, out_c]."""

    weights: Int8
    bias: Int32 | None
    window: Window
    input_zero_point: int
    requantisation: Requantisation
    weight_zero_point: int = 0

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        return [
            depthwise(
                inputs[0],
                self.weights,
                bias=self.bias,
                window=self.window,
                input_zero_point=self.input_zero_point,
                weight_zero_point=self.weight_zero_point,
                **self.requantisation.arguments(),
            )
        ]


@dataclass(frozen=True, kw_only=True)
class FullyConnected(Operation):
    """FULLY_CONNECTED. ``weights`` int8 [units, depth]; the output takes ``output_shape``."""

    weights: Int8
    bias: Int32 | None
    input_zero_point: int
    requantisation: Requantisation
    output_shape: tuple[int, ...]
    weight_zero_point: int = 0

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        result = fully_connected(
            inputs[0],
            self.weights,
            bias=self.bias,
            input_zero_point=self.input_zero_point,
            weight_zero_point=self.weight_zero_point,
            **self.requantisation.arguments(),
        )
        return [result.reshape(self.output_shape)]


@dataclass(frozen=True, kw_only=True)
class MatrixProduct(Operation):
    """BATCH_MATMUL of activations [..., M, K] and [..., K, N]; adjoints swap the last two axes."""

    a_zero_point: int
    b_zero_point: int
    adjoint_a: bool
    adjoint_b: bool
    requantisation: Requantisation

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        a, b = inputs
        return [
            matmul(
                np.swapaxes(a, -1, -2) if self.adjoint_a else a,
                np.swapaxes(b, -1, -2) if self.adjoint_b else b,
                a_zero_point=self.a_zero_point,
                b_zero_point=self.b_zero_point,
                **self.requantisation.arguments(),
            )
        ]


@dataclass(frozen=True, kw_only=True)
class TransposedConvolution(Operation):
    """TRANSPOSE_CONV. ``weights`` int8 [out_c, kernel_h, kernel_w, in_c], ``bias`` [out_c].

    ``padding`` are the rows and columns of the whole result in front of the output's first.
    """

    weights: Int8
    bias: Int32 | None
    stride: tuple[int, int]
    padding: tuple[int, int]
    size: tuple[int, int]
    input_zero_point: int
    requantisation: Requantisation

    def evaluate(self, inputs: Arrays, state: State) -> list[NDArray[Any]]:
        sums = transposed.transposed_sums(
            inputs[0],
            self.weights,
            stride=self.stride,
            padding=self.padding,
            size=self.size,
            zero_point=self.input_zero_point,
        )
        acc = add_bias(wrap_int32(sums), self.bias)
        return [requantize(acc, **self.requantisation.arguments())]
