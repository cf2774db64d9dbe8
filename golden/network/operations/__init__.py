"""All operations that a layer can be, in one namespace."""

from golden.network.operations.movements import (
    Concatenation,
    Pad,
    Rearrangement,
    Reshape,
    ResizeBilinear,
    ResizeNearest,
    Slice,
    Transpose,
)
from golden.network.operations.operation import Arrays, Operation, Requantisation, State
from golden.network.operations.pointwise import (
    Addition,
    Lookup,
    Maximum,
    Multiplication,
    ParametricRelu,
    Softmax,
)
from golden.network.operations.products import (
    Convolution,
    Depthwise,
    FullyConnected,
    MatrixProduct,
    TransposedConvolution,
)
from golden.network.operations.reductions import Extreme, Mean, Pooling, Total
from golden.network.operations.stateful import AssignVariable, HostFunction, ReadVariable, Recurrent

__all__ = [
    "Addition",
    "Arrays",
    "AssignVariable",
    "Concatenation",
    "Convolution",
    "Depthwise",
    "Extreme",
    "FullyConnected",
    "HostFunction",
    "Lookup",
    "MatrixProduct",
    "Maximum",
    "Mean",
    "Multiplication",
    "Operation",
    "Pad",
    "ParametricRelu",
    "Pooling",
    "ReadVariable",
    "Rearrangement",
    "Recurrent",
    "Requantisation",
    "Reshape",
    "ResizeBilinear",
    "ResizeNearest",
    "Slice",
    "Softmax",
    "State",
    "Total",
    "Transpose",
    "TransposedConvolution",
]
