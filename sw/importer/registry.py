"""Operator name -> handler. To support another operator, add its line here."""

from __future__ import annotations

from collections.abc import Callable

from golden.network.operations import Operation
from sw.importer import arithmetic, convolutional, movement, variables
from sw.importer.context import Operator

Handler = Callable[[Operator], Operation | None]

HANDLERS: dict[str, Handler] = {
    "CONV_2D": convolutional.convolution,
    "DEPTHWISE_CONV_2D": convolutional.depthwise,
    "FULLY_CONNECTED": convolutional.fully_connected,
    "BATCH_MATMUL": convolutional.matrix_product,
    "AVERAGE_POOL_2D": convolutional.average_pool,
    "MAX_POOL_2D": convolutional.max_pool,
    "MEAN": convolutional.mean,
    "ADD": arithmetic.addition,
    "SUB": arithmetic.subtraction,
    "MUL": arithmetic.multiplication,
    "SOFTMAX": arithmetic.softmax,
    "LOGISTIC": arithmetic.logistic,
    "TANH": arithmetic.tanh,
    "HARD_SWISH": arithmetic.hard_swish,
    "RELU": arithmetic.relu,
    "RELU6": arithmetic.relu6,
    "LEAKY_RELU": arithmetic.leaky_relu,
    "QUANTIZE": arithmetic.quantize,
    "RESHAPE": movement.reshape,
    "SQUEEZE": movement.reshape,
    "EXPAND_DIMS": movement.reshape,
    "CONCATENATION": movement.concatenation,
    "PAD": movement.pad,
    "PADV2": movement.pad,
    "TRANSPOSE": movement.transpose,
    "STRIDED_SLICE": movement.strided_slice,
    "SLICE": movement.slice_,
    "SPLIT": movement.split,
    "SPLIT_V": movement.split_v,
    "VAR_HANDLE": variables.var_handle,
    "CALL_ONCE": variables.call_once,
    "READ_VARIABLE": variables.read_variable,
    "ASSIGN_VARIABLE": variables.assign_variable,
}

# Operators whose operands may be constants: these are inputs of the layer like any others.
CONSTANT_OPERANDS = frozenset({"ADD", "SUB", "MUL", "CONCATENATION", "BATCH_MATMUL"})
