"""The sound networks that mutations start from: together every operator that the importer knows.

Small networks written here, in which operators follow each other, and one network of each operator
and type that golden is judged by: `tests/golden/fuzz_models.py` draws those.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from models.tflite_writer import TfliteWriter, packed
from tests.golden.fuzz_models import ALL_OPERATORS, make_case


def _values(*shape: int) -> np.ndarray:
    """Return weights, the same for the same shape."""
    return np.random.default_rng(shape).integers(-90, 91, shape)


def _constant(w: TfliteWriter, name: str, values: list[int] | list[list[int]]) -> int:
    array = np.asarray(values, dtype=np.int32)
    return w.add_tensor(name, array.shape, dtype="int32", data=array)


def classifier() -> bytes:
    """Convolution, pooling, a dense layer, softmax: what most small networks are."""
    w = TfliteWriter("classifier")
    x = w.add_tensor("image", (1, 8, 8, 3), scale=0.02, zero_point=-3)
    scales = [0.01, 0.02, 0.03, 0.04]
    f = w.add_tensor("f", (4, 3, 3, 3), data=_values(4, 3, 3, 3), scale=scales)
    b = w.add_tensor(
        "b", (4,), dtype="int32", data=_values(4), scale=[0.02 * scale for scale in scales]
    )
    y = w.conv_2d("c", x, f, b, scale=0.1, zero_point=5, activation="RELU", stride=(2, 2))
    y = w.pool_2d("p", "MAX_POOL_2D", y, window=(2, 2), stride=(2, 2))
    k = w.add_tensor("k", (5, 16), data=_values(5, 16), scale=0.01)
    d = w.add_tensor("d", (5,), dtype="int32", data=_values(5), scale=0.001)
    y = w.fully_connected("y", y, k, d, scale=0.2, zero_point=1)
    return w.finish([x], [w.softmax("s", y)])


def separable() -> bytes:
    """Depthwise with dilation, an average pool, a mean."""
    w = TfliteWriter("separable")
    x = w.add_tensor("image", (1, 7, 9, 4), scale=0.05, zero_point=2)
    f = w.add_tensor("f", (1, 3, 3, 8), data=_values(1, 3, 3, 8), scale=[0.02] * 8, channel_axis=3)
    y = w.conv_2d("d", x, f, -1, scale=0.1, zero_point=-9, dilation=(2, 1), depthwise=True)
    y = w.pool_2d("p", "AVERAGE_POOL_2D", y, window=(3, 2), stride=(2, 2), padding="SAME")
    out = w.add_tensor("m", (1, 8), scale=0.08, zero_point=3)
    w.add_operator("MEAN", [y, _constant(w, "axes", [1, 2])], [out], keepDims=False)
    return w.finish([x], [out])


def residual() -> bytes:
    """A sum, a difference, a product that broadcasts, with an activation each."""
    w = TfliteWriter("residual")
    x = w.add_tensor("image", (1, 5, 5, 6), scale=0.05, zero_point=2)
    f = w.add_tensor("f", (6, 1, 1, 6), data=_values(6, 1, 1, 6), scale=0.01)
    c = w.conv_2d("c", x, f, -1, scale=0.07, zero_point=0)
    y = w.elementwise("a", "ADD", x, c, scale=0.1, zero_point=4, activation="RELU6")
    y = w.elementwise("s", "SUB", y, x, scale=0.09, zero_point=-4)
    g = w.add_tensor("g", (1, 1, 1, 6), data=_values(1, 1, 1, 6), scale=0.03, zero_point=1)
    y = w.elementwise("m", "MUL", y, g, scale=0.2, zero_point=0, activation="RELU_N1_TO_1")
    return w.finish([x], [y])


def tables() -> bytes:
    """Every operator that is a table."""
    w = TfliteWriter("tables")
    x = y = w.add_tensor("x", (1, 3, 10), scale=0.04, zero_point=-5)
    for kind, scale, point in (
        ("HARD_SWISH", 0.05, 3), ("RELU", 0.06, -10), ("LEAKY_RELU", 0.05, 2),
        ("QUANTIZE", 0.03, 9), ("RELU6", 0.03, 9), ("TANH", 1 / 128, 0),
        ("LOGISTIC", 1 / 256, -128),
    ):  # fmt: skip
        options = {"alpha": 0.2} if kind == "LEAKY_RELU" else {}
        out = w.add_tensor(kind, (1, 3, 10), scale=scale, zero_point=point)
        w.add_operator(kind, [y], [out], **options)
        y = out
    return w.finish([x], [y])


def shapes() -> bytes:
    """Operators that change a shape alone, and a transposition."""
    w = TfliteWriter("shapes")
    kept: dict[str, Any] = {"scale": 0.04, "zero_point": -5}
    x = w.add_tensor("x", (1, 4, 6), **kept)
    y = w.reshape("r", x, (2, 1, 12))
    s = w.add_tensor("s", (2, 12), **kept)
    w.add_operator("SQUEEZE", [y], [s], squeezeDims=[1])
    e = w.add_tensor("e", (2, 12, 1), **kept)
    w.add_operator("EXPAND_DIMS", [s, _constant(w, "axis", [2])], [e])
    t = w.add_tensor("t", (12, 1, 2), **kept)
    w.add_operator("TRANSPOSE", [e, _constant(w, "order", [1, 2, 0])], [t])
    return w.finish([x], [t])


def parts() -> bytes:
    """Pads, slices, splits, and joining them again."""
    w = TfliteWriter("parts")
    kept: dict[str, Any] = {"scale": 0.04, "zero_point": -5}
    x = w.add_tensor("x", (1, 6, 8, 4), **kept)
    y = w.pad("p", x, [(0, 0), (1, 1), (0, 0), (0, 0)])
    v = w.add_tensor("v", (1,), data=np.array([7]), **kept)
    p = w.add_tensor("p2", (1, 8, 8, 8), **kept)
    pads = _constant(w, "pads", [[0, 0], [0, 0], [0, 0], [2, 2]])
    w.add_operator("PADV2", [y, pads, v], [p])
    a = w.add_tensor("a", (1, 4, 8, 8), **kept)
    marks = [_constant(w, n, v) for n, v in (
        ("begin", [0, 0, 0, 0]), ("end", [1, 8, 8, 8]), ("step", [1, 2, 1, 1]),
    )]  # fmt: skip
    w.add_operator("STRIDED_SLICE", [p, *marks], [a], endMask=1)
    b = w.add_tensor("b", (1, 3, 8, 8), **kept)
    cut = [_constant(w, n, v) for n, v in (("at", [0, 1, 0, 0]), ("size", [1, 3, -1, -1]))]
    w.add_operator("SLICE", [a, *cut], [b])
    halves = [w.add_tensor(f"h{i}", (1, 3, 4, 8), **kept) for i in range(2)]
    w.add_operator("SPLIT", [_constant(w, "two", [2]), b], halves, numSplits=2)
    thirds = [w.add_tensor(f"t{i}", (1, 3, 4, n), **kept) for i, n in enumerate((3, 5))]
    sizes = _constant(w, "sizes", [3, -1])
    w.add_operator("SPLIT_V", [halves[0], sizes, _constant(w, "three", [3])], thirds, numSplits=2)
    out = w.add_tensor("out", (1, 3, 4, 16), **kept)
    w.add_operator("CONCATENATION", [thirds[1], halves[1], thirds[0]], [out], axis=3)
    return w.finish([x], [out])


def matrices() -> bytes:
    """A product of two activations, and one with a constant."""
    w = TfliteWriter("matrices")
    x = w.add_tensor("x", (2, 3, 4), scale=0.05, zero_point=1)
    y = w.add_tensor("xx", (2, 3, 3), scale=0.3, zero_point=-2)
    w.add_operator("BATCH_MATMUL", [x, x], [y], adjY=True)
    k = w.add_tensor("k", (3, 5), data=_values(3, 5), scale=0.02)
    z = w.add_tensor("z", (2, 3, 5), scale=0.4, zero_point=0)
    w.add_operator("BATCH_MATMUL", [y, k], [z])
    return w.finish([x], [z])


def grouped() -> bytes:
    """A convolution in groups behind a pad, and a dense layer with a scale for each unit."""
    w = TfliteWriter("grouped")
    x = w.add_tensor("x", (1, 4, 4, 4), scale=0.05, zero_point=1)
    y = w.pad("p", x, [(0, 0), (1, 1), (1, 1), (0, 0)])
    f = w.add_tensor("f", (6, 3, 3, 2), data=_values(6, 3, 3, 2), scale=[0.02] * 6)
    y = w.conv_2d("c", y, f, -1, scale=0.1, zero_point=5, padding="VALID")
    k = w.add_tensor("k", (3, 96), data=_values(3, 96), scale=[0.01, 0.02, 0.03])
    return w.finish([x], [w.fully_connected("y", y, k, scale=0.2, zero_point=1)])


def streaming() -> bytes:
    """A variable that keeps the last input; the writer has no second graph, so it is added."""
    w = TfliteWriter("streaming")
    kept: dict[str, Any] = {"scale": 0.04, "zero_point": -5}
    x = w.add_tensor("x", (1, 2, 4), **kept)
    handle = w.add_tensor("handle", (), dtype="int32")
    w.add_operator("CALL_ONCE", [], [], initSubgraphIndex=1)
    w.add_operator("VAR_HANDLE", [], [handle], container="", sharedName="last")
    old = w.add_tensor("old", (1, 1, 4), **kept)
    w.add_operator("READ_VARIABLE", [handle], [old])
    both = w.add_tensor("both", (1, 3, 4), **kept)
    w.add_operator("CONCATENATION", [old, x], [both], axis=1)
    new = w.add_tensor("new", (1, 1, 4), **kept)
    cut = [_constant(w, n, v) for n, v in (("at", [0, 2, 0]), ("size", [1, 1, 4]))]
    w.add_operator("SLICE", [both, *cut], [new])
    w.add_operator("ASSIGN_VARIABLE", [handle, new], [])
    out = w.add_tensor("out", (1, 3, 4), scale=0.05, zero_point=0)
    w.add_operator("RELU", [both], [out])
    return _with_initial_value(w.finish([x], [out]), handle, "last", np.zeros((1, 1, 4), np.int8))


def _with_initial_value(raw: bytes, handle: int, name: str, value: np.ndarray) -> bytes:
    model = schema.ModelT.InitFromPackedBuf(raw, 0)
    main = model.subgraphs[0]
    main.tensors[handle].type = schema.TensorType.RESOURCE
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(value.tobytes(), dtype=np.uint8)
    model.buffers.append(buffer)
    once = schema.SubGraphT()
    once.name = "once"
    place, constant = schema.TensorT(), schema.TensorT()
    place.name, place.shape, place.type = "handle", [], schema.TensorType.RESOURCE
    constant.name, constant.shape = "initial", list(value.shape)
    constant.type, constant.buffer = schema.TensorType.INT8, len(model.buffers) - 1
    once.tensors, once.inputs, once.outputs = [place, constant], [], []
    once.operators = []
    for operator in main.operators:
        code = model.operatorCodes[operator.opcodeIndex].builtinCode
        if code == schema.BuiltinOperator.VAR_HANDLE:
            made = schema.OperatorT()
            made.opcodeIndex, made.inputs, made.outputs = operator.opcodeIndex, [], [0]
            made.builtinOptionsType = operator.builtinOptionsType
            made.builtinOptions = operator.builtinOptions
            once.operators.append(made)
        if code == schema.BuiltinOperator.ASSIGN_VARIABLE:
            made = schema.OperatorT()
            made.opcodeIndex, made.inputs, made.outputs = operator.opcodeIndex, [0, 1], []
            made.builtinOptionsType = operator.builtinOptionsType
            made.builtinOptions = operator.builtinOptions
            once.operators.append(made)
    model.subgraphs.append(once)
    return packed(model)


SEEDS: dict[str, Callable[[], bytes]] = {
    make.__name__: make
    for make in (
        classifier, separable, residual, tables, shapes, parts, matrices, grouped, streaming,
    )
}  # fmt: skip


def seed_models() -> dict[str, bytes]:
    """Return every seed by name, the same bytes each time."""
    drawn = {name: make_case(name, np.random.default_rng(0)).model for name in ALL_OPERATORS}
    return {name: make() for name, make in SEEDS.items()} | drawn
