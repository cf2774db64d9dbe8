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
        "GlobalAveragePool", "ReduceMean", "Softmax", "QLinearAdd", "QLinearMul", "QLinearSigmoid",
        "QLinearLeakyRelu", "QLinearAveragePool", "QLinearGlobalAveragePool", "QLinearSoftmax",
    }
)  # fmt: skip
ON_HOST = frozenset({"Softmax", "QLinearSoftmax"})
