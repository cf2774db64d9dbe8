"""Where a network begins and ends: float ends, several ports, places of extremes."""

from __future__ import annotations

from typing import Any

import numpy as np

from models.onnx_writer import Activation, OnnxWriter
from tests.onnx_networks.strangers.parts import end, image


def float_end(kind: str, w: OnnxWriter, **options: Any) -> bytes:
    """A function that is left in float32 at the output."""
    x = plain_logits(w)
    (made,) = w.node(kind, [w.real(x)], **options)
    return w.finish({made: x.shape})


def places(w: OnnxWriter) -> bytes:
    """Where the extremes are, at the end of a network that cuts out or classifies."""
    from onnx import TensorProto, helper

    x = w.qdq_conv(image(w), 8, 3)
    (first,) = w.node("ArgMax", [w.real(x)], axis=1)
    (last,) = w.node("ArgMin", [w.real(x)], axis=-1, keepdims=0, select_last_index=1)
    model = helper.make_model(
        helper.make_graph(
            w.nodes, "network", w.inputs,
            [
                helper.make_tensor_value_info(first, TensorProto.INT64, [1, 1, 6, 6]),
                helper.make_tensor_value_info(last, TensorProto.INT64, [1, 8, 6]),
            ],
            w.constants,
        ),
        opset_imports=[helper.make_opsetid("", w.opset)], ir_version=10,
    )  # fmt: skip
    return bytes(model.SerializeToString())


def plain_logits(w: OnnxWriter) -> Activation:
    """What a classifier ends with."""
    x = w.input("x", (1, 12), 0.03, 4)
    data, scales, zero = w.weights((12, 5), 1)
    return w.qdq("Gemm", [x, w.dequantised(data, scales, zero, 1)], (1, 5),
                 w.spread(x, scales, 12), 0)  # fmt: skip


def quantised_nowhere_behind(w: OnnxWriter) -> bytes:
    """A last product that nobody quantises: float32 comes out of it."""
    x = w.input("x", (1, 12), 0.03, 4)
    data, scales, zero = w.weights((12, 5), 1)
    (made,) = w.node("Gemm", [w.real(x), w.dequantised(data, scales, zero, 1)])
    return w.finish({made: (1, 5)})


def one_tensor_twice(w: OnnxWriter) -> bytes:
    """The same tensor under two names at the output, and one from the middle."""
    x = w.qdq_conv(image(w), 8, 3)
    y = w.qdq_conv(x, 8, 3)
    return w.finish({w.real(y): y.shape, w.real(x): x.shape, w.real(y): y.shape})


def several_ports(w: OnnxWriter) -> bytes:
    """int8 and float32 inputs side by side, an output that an input passes through."""
    a = w.input("a", (1, 6, 8, 8), 0.03, 4, real=False)
    b = w.input("b", (1, 6, 8, 8), 0.05, -9)
    s = w.qdq("Sub", [a, b], a.shape, 0.06, 2)
    moved = w.same("Transpose", b, [], (1, 8, 8, 6), perm=[0, 2, 3, 1])
    return w.finish({s.name: s.shape, w.real(moved): moved.shape}, quantised=[s.name])


def old_habits(w: OnnxWriter) -> bytes:
    """Dropout and Identity, an empty name for an input that is left out, an unused node."""
    x = w.qdq_conv(image(w), 8, 3, with_bias=False)
    (made, _) = w.node("Dropout", [w.real(x), w.constant(np.float32(0.5))], outputs=2)
    (made,) = w.node("Identity", [made])
    w.node("Relu", [made])
    x = w.quantise(made, x.shape, x.scale, x.point)
    data, scales, zero = w.weights((4, 8, 1, 1), 0)
    operands = [w.real(x), w.dequantised(data, scales, zero, 0), ""]
    (made,) = w.node("Conv", operands)
    return end(w, w.quantise(made, (1, 4, 6, 6), w.spread(x, scales, 8), 1))
