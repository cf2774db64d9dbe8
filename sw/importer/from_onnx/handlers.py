"""Every kind of ONNX node that is supported: what makes layers of it, how golden answers there."""

from __future__ import annotations

from sw.importer.from_onnx import pointwise, qdq, qoperator, quantising
from sw.importer.from_onnx.builder import Handler

HANDLERS: dict[str, Handler] = {**quantising.HANDLERS, **qdq.HANDLERS, **qoperator.HANDLERS}

# How golden answers to onnxruntime. SEARCHED: in every bit where the integers that were found round
# all sums as float32 does. STEPPED: within one step. All others: in every bit.
SEARCHED = frozenset({"Conv", "MatMul", "Gemm", "QLinearConv", "QLinearMatMul", "QGemm"})
STEPPED = frozenset(
    {
        *pointwise.FUNCTIONS, *pointwise.WITH_NUMBER, "ConvTranspose", "AveragePool",
        "GlobalAveragePool", "ReduceMean", "ReduceSum", "Softmax", "LogSoftmax", "Sum",
        "BatchNormalization", "InstanceNormalization", "LayerNormalization",
        "QLinearAdd", "QLinearMul", "QLinearSigmoid",
        "QLinearLeakyRelu", "QLinearAveragePool", "QLinearGlobalAveragePool", "QLinearSoftmax",
    }
)  # fmt: skip
ON_HOST = frozenset(
    {
        "ArgMax",
        "ArgMin",
        "Softmax",
        "LogSoftmax",
        "QLinearSoftmax",
        "InstanceNormalization",
        "LayerNormalization",
    }
)
# What the core takes in the first case and the host in the other.
BOTH = {
    "PRelu": "one slope, or one a channel / others",
    "Div": "by a constant / by a tensor",
    "Pow": "to a constant / to a tensor",
    "Sum": "of two / of more",
    "Max": "of one scale / of several",
    "Min": "of one scale / of several",
    "Resize": "nearest, linear by 2 or 4 / other linear, a step",
    "BatchNormalization": "of images / of other shapes",
}
# Scales that are known at run time alone.
DYNAMIC = frozenset(
    {"DynamicQuantizeLinear", "MatMulInteger", "ConvInteger", "DynamicQuantizeMatMul",
     "DynamicQuantizeLSTM", "MatMulIntegerToFloat"}
)  # fmt: skip
