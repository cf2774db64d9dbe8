"""What files of strangers contain, each in a file of our own: it is read, and computed exactly.

Several inputs, outputs and subgraphs, float32 at the border, constants that are computed, shared
weights, int4 weights, unused tensors, metadata, a dynamic batch. And every reason at once where
it is not.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from golden.config import load_config
from golden.network import run_network
from models.tflite_writer import TfliteWriter, packed
from scripts.model_check import check
from scripts.runs.cut import read_model
from scripts.runs.model import inputs_of
from scripts.runs.oracle import compare_with_oracle
from sw.compiler.fastest import compile_network
from sw.importer import import_network

RNG = np.random.default_rng(11)
Maker = Callable[[TfliteWriter], tuple[list[int], list[int]]]


def image(w: TfliteWriter, name: str = "x", channels: int = 4) -> int:
    return w.add_tensor(name, (1, 6, 6, channels), scale=0.05, zero_point=-3)


def kernel(w: TfliteWriter, name: str = "k", channels: int = 4) -> int:
    data = RNG.integers(-127, 128, (4, 3, 3, channels))
    return w.add_tensor(name, data.shape, data=data, scale=[0.01, 0.02, 0.015, 0.01])


def convolution(w: TfliteWriter, x: int, k: int, name: str = "y") -> int:
    return w.conv_2d(name, x, k, -1, scale=0.2, zero_point=5)


def several_inputs_and_outputs(w: TfliteWriter) -> tuple[list[int], list[int]]:
    a, b = image(w, "a"), image(w, "b")
    s = w.elementwise("s", "ADD", a, b, scale=0.1, zero_point=0)
    return [b, a], [convolution(w, a, kernel(w)), s]


def shared_weights(w: TfliteWriter) -> tuple[list[int], list[int]]:
    x, k = image(w), kernel(w)
    return [x], [convolution(w, convolution(w, x, k, "first"), k, "second")]


def unused_tensors(w: TfliteWriter) -> tuple[list[int], list[int]]:
    x = image(w)
    w.add_tensor("nobody", (0, -1, 7), dtype="float32")
    w.add_tensor("half of it", (3, 3), data=np.zeros((3, 3)), scale=-1.0)
    return [x], [convolution(w, x, kernel(w))]


def constants_that_are_computed(w: TfliteWriter) -> tuple[list[int], list[int]]:
    x = image(w)
    c = w.add_tensor("c", (1, 6, 4), data=RNG.integers(-128, 128, (1, 6, 4)), scale=0.05)
    wide = w.reshape("wide", c, (1, 1, 6, 4))
    padded = w.pad("padded", wide, [(0, 0), (5, 0), (0, 0), (0, 0)])
    return [x], [w.elementwise("y", "ADD", x, padded, scale=0.1, zero_point=0)]


def variables_in_a_second_subgraph(w: TfliteWriter) -> tuple[list[int], list[int]]:
    x = image(w)
    initial = RNG.integers(-128, 128, (1, 6, 6, 4)).astype(np.int8)
    handle = w.add_resource("state", initial, scale=0.05, zero_point=-3)
    old = w.add_tensor("old", (1, 6, 6, 4), scale=0.05, zero_point=-3)
    w.add_operator("READ_VARIABLE", [handle], [old])
    y = w.elementwise("y", "ADD", x, old, scale=0.08, zero_point=-3)
    new = w.add_tensor("new", (1, 6, 6, 4), scale=0.05, zero_point=-3)
    w.add_operator("QUANTIZE", [y], [new])
    w.add_operator("ASSIGN_VARIABLE", [handle, new], [])
    return [x], [y]


def float_border(w: TfliteWriter) -> tuple[list[int], list[int]]:
    x = w.add_tensor("x", (1, 6, 6, 4), dtype="float32")
    q = w.add_tensor("q", (1, 6, 6, 4), scale=0.05, zero_point=-3)
    w.add_operator("QUANTIZE", [x], [q])
    y = convolution(w, q, kernel(w))
    real = w.add_tensor("real", w.shape(y), dtype="float32")
    w.add_operator("DEQUANTIZE", [y], [real])
    return [x], [real]


def an_output_that_is_read(w: TfliteWriter) -> tuple[list[int], list[int]]:
    x = image(w)
    y = convolution(w, x, kernel(w), "y")
    return [x], [y, convolution(w, y, kernel(w, "l"), "z")]


def an_output_that_is_a_constant(w: TfliteWriter) -> tuple[list[int], list[int]]:
    x = image(w)
    zeros = w.add_tensor("zeros", (1, 6, 6, 4), scale=0.05)
    w.add_operator("ZEROS_LIKE", [x], [zeros])
    flat = w.add_tensor("flat", (6, 6, 4), scale=0.05)
    w.add_operator("SQUEEZE", [zeros], [flat], squeezeDims=[0])
    return [x], [convolution(w, x, kernel(w)), flat]


MAKERS: tuple[Maker, ...] = (
    several_inputs_and_outputs, shared_weights, unused_tensors, constants_that_are_computed,
    variables_in_a_second_subgraph, float_border, an_output_that_is_read,
    an_output_that_is_a_constant,
)  # fmt: skip


def exact(path: Path) -> None:
    """Golden equals its oracle in every value of two inferences, and the file is compiled."""
    network = import_network(path)
    result = compare_with_oracle(network, path, inputs_of(network, 2, 1))
    assert result.judged
    assert result.reasons() == []
    assert compile_network(load_config("8x8"), network, memory_base=0).phases
    assert check(path, load_config("8x8"))[0]["runs"]


@pytest.mark.parametrize("make", MAKERS, ids=lambda make: make.__name__)
def test_it_is_computed_exactly(make: Maker, tmp_path: Path) -> None:
    writer = TfliteWriter("strange")
    inputs, outputs = make(writer)
    path = tmp_path / "network.tflite"
    path.write_bytes(writer.finish(inputs, outputs))
    exact(path)


def plain() -> schema.ModelT:
    writer = TfliteWriter("plain")
    x = image(writer)
    return read_model(writer.finish([x], [convolution(writer, x, kernel(writer))]))


def metadata(model: schema.ModelT) -> None:
    note = schema.MetadataT()
    note.name, note.buffer = "min_runtime_version", len(model.buffers)
    buffer = schema.BufferT()
    buffer.data = np.frombuffer(b"1.5.0" + bytes(11), dtype=np.uint8)
    model.buffers.append(buffer)
    model.metadata = [note]


def dynamic_batch(model: schema.ModelT) -> None:
    for tensor in model.subgraphs[0].tensors:
        if tensor.name in (b"x", b"y"):
            tensor.shapeSignature = [-1, *tensor.shape[1:]]


def four_bit_values(count: int) -> np.ndarray:
    return np.random.default_rng(count).integers(-7, 8, count).astype(np.int8)


def four_bits(model: schema.ModelT) -> None:
    tensor = next(t for t in model.subgraphs[0].tensors if t.name == b"k")
    values = four_bit_values(int(np.prod(tensor.shape))).astype(np.uint8) & 15
    tensor.type = schema.TensorType.INT4
    model.buffers[tensor.buffer].data = (values[0::2] | (values[1::2] << 4)).astype(np.uint8)


def another_subgraph(model: schema.ModelT) -> None:
    """One that nobody calls."""
    model.subgraphs.append(plain().subgraphs[0])


@pytest.mark.parametrize("change", [metadata, dynamic_batch, four_bits, another_subgraph])
def test_what_the_schema_has_besides(
    change: Callable[[schema.ModelT], None], tmp_path: Path
) -> None:
    model = plain()
    change(model)
    path = tmp_path / "network.tflite"
    path.write_bytes(packed(model))
    if change is not four_bits:
        exact(path)
        return
    # tflite-micro takes int4 on some targets alone: it is asked of the same values as int8.
    found = import_network(path)
    operation: Any = found.layers[0].operation
    weights = operation.weights.reshape(-1)
    assert weights.tolist() == four_bit_values(weights.size).tolist()
    twin = plain()
    tensor = next(t for t in twin.subgraphs[0].tensors if t.name == b"k")
    twin.buffers[tensor.buffer].data = operation.weights.reshape(-1).view(np.uint8)
    other = tmp_path / "twin.tflite"
    other.write_bytes(packed(twin))
    exact(other)
    inputs = list(inputs_of(found, 1, 3))
    wide = import_network(other)
    for made, same in zip(found.outputs, wide.outputs, strict=True):
        four, eight = run_network(found, inputs)[made], run_network(wide, inputs)[same]
        assert np.array_equal(four, eight)


def test_every_reason_is_told_at_once_whatever_its_kind(tmp_path: Path) -> None:
    """An operator nobody knows, one of a wrong form, and rules that two others break."""
    writer = TfliteWriter("wrong")
    x = image(writer)
    unknown = writer.add_tensor("cosine", (1, 6, 6, 4), scale=0.05)
    writer.add_operator("COS", [x], [unknown])
    short = writer.add_tensor("short", (1, 6, 6, 4), scale=0.05)
    writer.add_operator("ADD", [x], [short])
    soft = writer.add_tensor("soft", (1, 6, 6, 4), scale=0.05)
    writer.add_operator("SOFTMAX", [x], [soft], beta=1.0)
    table = writer.add_tensor("order", (4,), dtype="int32", data=np.array([0, 1, 1, 3]))
    turned = writer.add_tensor("turned", (1, 6, 6, 4), scale=0.05, zero_point=-3)
    writer.add_operator("TRANSPOSE", [x, table], [turned])
    path = tmp_path / "wrong.tflite"
    path.write_bytes(writer.finish([x], [unknown, short, soft, turned]))
    answer, lines = check(path, load_config("8x8"))
    assert not answer["runs"]
    assert len(answer["reasons"]) == 4
    for words in ("operator COS", "ADD has 1 inputs", "SOFTMAX", "TRANSPOSE"):
        assert sum(words in reason for reason in answer["reasons"]) == 1
    assert lines[0] == "4 reason(s) why it can't run:"


def test_every_tensor_that_is_wrong_is_told(tmp_path: Path) -> None:
    model = plain()
    for tensor in model.subgraphs[0].tensors:
        tensor.quantization.scale = [-1.0] * len(tensor.quantization.scale)
    path = tmp_path / "wrong.tflite"
    path.write_bytes(packed(model))
    answer, _ = check(path, load_config("8x8"))
    assert len(answer["reasons"]) == 3


def test_operators_that_litert_alone_knows_are_judged_by_it(tmp_path: Path) -> None:
    """A network of these alone, with an input that nobody reads; and one beside others."""
    for others in (False, True):
        writer = TfliteWriter("litert")
        x, idle = image(writer), writer.add_tensor("idle", (3,), dtype="float32")
        y = writer.unary("log", "LOG", x, scale=0.05, zero_point=0)
        z = convolution(writer, y, kernel(writer)) if others else y
        path = tmp_path / f"litert{others}.tflite"
        path.write_bytes(writer.finish([x, idle], [z]))
        network = import_network(path)
        result = compare_with_oracle(network, path, inputs_of(network, 2, 1))
        assert result.judged
        assert result.reasons() == []
        assert "LiteRT" in result.judge
        assert ("Micro" in result.judge) == others
