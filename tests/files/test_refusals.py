"""Each way a file can be wrong is one sentence: file, operator, tensor, what, what to do."""

from __future__ import annotations

import re
import struct
import time
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import pytest
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from models.tflite_writer import TfliteWriter
from sw.importer import import_network
from sw.importer.flatbuffer import DamagedError, verify
from sw.importer.registry import OPERATORS
from sw.importer.validation import SIGNATURES
from tests.files.support import MODELS, changed, operand, operator, refusal, result


def scales(tensor: Any, values: list[float], axis: int = 0) -> Any:
    tensor.quantization.scale = values
    tensor.quantization.zeroPoint = [0] * len(values)
    tensor.quantization.quantizedDimension = axis
    return tensor


def data(model: Any, tensor: Any, values: list[int], dtype: str = "<i4") -> Any:
    model.buffers[tensor.buffer].data = np.frombuffer(
        np.array(values, dtype=dtype).tobytes(), dtype=np.uint8
    )
    return tensor


def change(thing: Any, name: str, value: object) -> Any:
    setattr(thing, name, value)
    return thing


def replace_code(model: Any, name: str, other: str) -> None:
    code = model.operatorCodes[operator(model, name).opcodeIndex]
    code.builtinCode = getattr(schema.BuiltinOperator, other)
    code.deprecatedBuiltinCode = min(code.builtinCode, 127)


def shorter_bias(model: Any) -> None:
    bias = operand(model, "CONV_2D", 2)
    bias.shape, bias.quantization = [2], None
    data(model, bias, [1, 2])


def swapped(model: Any) -> None:
    operators = model.subgraphs[0].operators
    operators[0], operators[1] = operators[1], operators[0]


def cycle(model: Any) -> None:
    first = operator(model, "CONV_2D")
    first.inputs = [operator(model, "SOFTMAX").outputs[0], *first.inputs[1:]]


def set_(path: str, value: object) -> Any:
    """Return a change of one attribute, `tables` being the model: "subgraphs[0].inputs"."""

    def change(tables: Any) -> None:
        *steps, name = re.findall(r"\w+", path)
        for step in steps:
            tables = tables[int(step)] if step.isdecimal() else getattr(tables, step)
        setattr(tables, name, value)

    return change


OP = "subgraphs[0].operators[0]"

# what -> (seed network, change, words of the sentence)
# ruff: noqa: E501 (a line for each reads better than columns of pieces)
REFUSED: dict[str, tuple[str, Any, str]] = {
    # what its options say against what it has
    "format version": ("classifier", set_("version", 255), "written in version 255 of the format, 3 is known"),
    "pack count": ("PACK", set_(f"{OP}.builtinOptions.valuesCount", 77), r"operator 0 PACK .*option valuesCount is 77, it has \d+ inputs"),
    "unpack count": ("UNPACK", set_(f"{OP}.builtinOptions.num", -1), r"operator 0 UNPACK .*option num is -1, it has \d+ outputs"),
    "gather axis": ("GATHER", set_(f"{OP}.builtinOptions.axis", 99), "GATHER .*axis 99 is none of"),
    "gather batches": ("GATHER", set_(f"{OP}.builtinOptions.batchDims", 127), "GATHER .*do not share 127 batch axes"),
    "type of an index": ("ARG_MAX", set_(f"{OP}.builtinOptions.outputType", 127), "ARG_MAX .*option outputType is 127, which is no type"),
    "type of a cast": ("CAST", set_(f"{OP}.builtinOptions.inDataType", -128), "CAST .*option inDataType is -128, which is no type"),
    "type of a shape": ("SHAPE", set_(f"{OP}.builtinOptions.outType", -1), "SHAPE .*option outType is -1, which is no type"),
    "type of a bias": ("TRANSPOSE_CONV", set_(f"{OP}.builtinOptions.quantizedBiasType", 127), "option quantizedBiasType is 127, which is no type"),
    "cell clip": ("UNIDIRECTIONAL_SEQUENCE_LSTM", set_(f"{OP}.builtinOptions.cellClip", 1e-9), "option cellClip is 1e-09; it must be 0, or .* or more"),
    "window": ("classifier", lambda m: setattr(operator(m, "MAX_POOL_2D").builtinOptions, "filterHeight", 1 << 20), "MAX_POOL_2D .*its window is 1048576 x 2; 256 is the most"),
    "moved to another type": ("TRANSPOSE", lambda m: setattr(operand(m, "TRANSPOSE", 0), "type", schema.TensorType.FLOAT32), "float32"),
    "condition": ("SELECT_V2", lambda m: setattr(operand(m, "SELECT_V2", 0), "type", schema.TensorType.INT8), "its condition must be bool|scale"),
    "fill": ("FILL", lambda m: data(m, operand(m, "FILL", 0), [1] * operand(m, "FILL", 0).shape[0]), r"FILL .*its shape operand says \[1, .*its output is"),
    "sizes in the options": ("shapes", lambda m: change(operator(m, "RESHAPE").builtinOptions, "newShape", [1] * 9), "RESHAPE .*option newShape lists 9 numbers, 8 are the most"),
    "axes in the options": ("SQUEEZE", lambda m: change(operator(m, "SQUEEZE").builtinOptions, "squeezeDims", [1] * 9), "SQUEEZE .*option squeezeDims lists 9 numbers, 8 are the most"),
    "what leaves int32": ("ELU", lambda m: scales(operand(m, "ELU", 0), [1e9]), "ELU of .* leaves int32"),
    "slopes beyond any factor": ("PRELU", lambda m: scales(operand(m, "PRELU", 1), [1e30]), "PRELU .*its scales make a factor of .*, which must be below 2"),
    "details of a quantisation": ("NEG", lambda m: change(operand(m, "NEG", 0).quantization, "detailsType", 2), "NEG: tensor .* with details of kind 2, which nothing here reads"),
    "bytes in another file": ("TILE", lambda m: change(operand(m, "TILE", 0), "externalBuffer", 255), r"TILE: tensor .* in another file \(external buffer 255\)"),
    "elements of a tensor between": ("UNIDIRECTIONAL_SEQUENCE_LSTM", set_(f"{OP}.intermediates", [2]), "intermediate tensor .* has elements, it must have none"),
    "tensor between that is not there": ("UNIDIRECTIONAL_SEQUENCE_LSTM", set_(f"{OP}.intermediates", [999]), "names intermediate tensor 999, there are"),
    # counts, indices, buffers
    "a dilation beyond 16 bits": ("separable", lambda m: change(operator(m, "DEPTHWISE_CONV_2D").builtinOptions, "dilationWFactor", 65536), "dilationWFactor is 65536; it must be 1 to 32767"),
    "a stride beyond 16 bits": ("classifier", lambda m: change(operator(m, "MAX_POOL_2D").builtinOptions, "strideH", 1 << 16), "strideH is 65536; it must be 1 to 32767"),
    "a window far beyond the image": ("classifier", lambda m: [change(operator(m, "CONV_2D").builtinOptions, f"dilation{axis}Factor", 30000) for axis in "HW"], "its window reaches 29999 rows and 29999 columns beyond"),
    "no graph": ("classifier", set_("subgraphs", []), "holds no network"),
    "no operators": ("classifier", set_("subgraphs[0].operators", []), "holds no network"),
    "no inputs": ("classifier", set_("subgraphs[0].inputs", []), "has no input"),
    "no outputs": ("classifier", set_("subgraphs[0].outputs", []), "has no output"),
    "input index": ("classifier", set_("subgraphs[0].inputs", [99]), "input is tensor 99"),
    "output index": ("classifier", set_("subgraphs[0].outputs", [-1]), "output is tensor -1"),
    "output twice": ("classifier", set_("subgraphs[0].outputs", [3, 3]), "an output twice"),
    "operand index": ("classifier", set_(f"{OP}.inputs", [0, 1, 99]), "operator 0 CONV_2D: input 2 is tensor 99"),
    "operand -7": ("classifier", set_(f"{OP}.inputs", [0, -7, 2]), "input 1 is tensor -7"),
    "no operand": ("classifier", set_(f"{OP}.inputs", [0, -1, 2]), "operator 0 CONV_2D: input 1 is missing"),
    "too few operands": ("residual", set_("subgraphs[0].operators[1].inputs", [0]), "ADD has 1 inputs, not 2"),
    "no results": ("classifier", set_(f"{OP}.outputs", []), "operator 0 CONV_2D has 0 outputs, not 1"),
    "code index": ("classifier", set_(f"{OP}.opcodeIndex", 77), "operator 0 has code 77"),
    "version 0": ("classifier", set_("operatorCodes[0].version", 0), "CONV_2D has version 0"),
    "version 99": ("classifier", set_("operatorCodes[0].version", 99), "1 to 8 are known"),
    "no options": ("classifier", set_(f"{OP}.builtinOptions", None), "operator 0 CONV_2D: its options must be Conv2DOptions"),
    "custom options": ("classifier", set_(f"{OP}.customOptions", [1]), "custom options"),
    "intermediates": ("classifier", set_(f"{OP}.intermediates", [1]), "intermediate tensors"),
    "another operator": ("tables", lambda m: replace_code(m, "TANH", "COS"), "operator COS .* is not supported"),
    "buffer index": ("classifier", set_("subgraphs[0].tensors[1].buffer", 99), "tensor 'f' has buffer 99"),
    "data outside": ("classifier", set_("buffers[1].offset", 4096), "tensor 'f' keeps its bytes behind"),
    "call of nothing": ("streaming", set_(f"{OP}.builtinOptions.initSubgraphIndex", 5), "it calls graph 5 of 2"),
    # order
    "wrong order": ("classifier", swapped, r"operator 0 MAX_POOL_2D: it reads tensor 'c' before operator 1 CONV_2D writes it"),
    "a cycle": ("classifier", cycle, r"CONV_2D: it reads tensor 's' before operator 3 SOFTMAX"),
    "reads itself": ("tables", lambda m: setattr(operator(m, "TANH"), "inputs", operator(m, "TANH").outputs), "TANH: it reads tensor 'TANH' before"),
    "never written": ("classifier", set_("subgraphs[0].inputs", [3]), "no operator writes tensor 'image'|writes tensor 'c', which"),
    "written twice": ("tables", lambda m: setattr(operator(m, "TANH"), "outputs", operator(m, "RELU").outputs), "tensor 'RELU', which was written before"),
    "output is constant": ("classifier", set_("subgraphs[0].outputs", [1]), "output 'f' is a constant"),
    "output is input": ("classifier", set_("subgraphs[0].outputs", [0]), "output 'image' is computed by no operator"),
    "input is constant": ("classifier", set_("subgraphs[0].inputs", [0, 1]), "input 'f' is a constant"),
    # tensors
    "negative size": ("classifier", set_("subgraphs[0].tensors[0].shape", [1, -8, 8, 3]), r"operator 0 CONV_2D: tensor 'image' has shape \(1, -8, 8, 3\)"),
    "empty": ("classifier", set_("subgraphs[0].tensors[0].shape", [1, 0, 8, 3]), "sizes must be 1 or more"),
    "huge": ("classifier", set_("subgraphs[0].tensors[0].shape", [1, 1 << 20, 1 << 20, 3]), "tensors take 3145728 MiB"),
    "many dimensions": ("classifier", set_("subgraphs[0].tensors[0].shape", [1] * 40), "40 or more dimensions"),
    "short data": ("classifier", lambda m: data(m, operand(m, "CONV_2D", 1), [1], "i1"), "tensor 'f' .* needs 108 bytes, its buffer has 1"),
    # quantisation
    "scale 0": ("classifier", lambda m: scales(result(m, "CONV_2D"), [0.0]), "operator 0 CONV_2D: tensor 'c' has scale 0.0"),
    "scale nan": ("classifier", lambda m: scales(result(m, "CONV_2D"), [float("nan")]), "tensor 'c' has scale nan"),
    "scale negative": ("classifier", lambda m: scales(operand(m, "CONV_2D", 1), [0.1, -1.0, 0.1, 0.1]), "tensor 'f' has scale -1"),
    "scale infinite": ("classifier", lambda m: scales(result(m, "CONV_2D"), [float("inf")]), "has scale inf"),
    "zero point 300": ("classifier", lambda m: setattr(result(m, "CONV_2D").quantization, "zeroPoint", [300]), r"zero point 300, outside of int8 \(-128..127\)"),
    "no zero point": ("classifier", lambda m: setattr(result(m, "CONV_2D").quantization, "zeroPoint", []), "1 scales and 0 zero points"),
    "3 scales": ("classifier", lambda m: scales(operand(m, "CONV_2D", 1), [0.1] * 3), "operator 0 CONV_2D: tensor 'f' has 3 scales for 4 channels"),
    "wrong axis": ("classifier", lambda m: scales(operand(m, "CONV_2D", 1), [0.1] * 3, axis=3), r"CONV_2D \(tensor 'f'\): its weights are quantised along axis 3"),
    "axis of one scale": ("classifier", lambda m: setattr(operand(m, "CONV_2D", 0).quantization, "quantizedDimension", 7), "is quantised along axis 7 of 4"),
    "axis of depthwise": ("separable", lambda m: setattr(operand(m, "DEPTHWISE_CONV_2D", 1).quantization, "quantizedDimension", 0), "DEPTHWISE_CONV_2D: tensor 'f' has 8 scales for 1 channels"),
    "axis outside": ("classifier", lambda m: scales(operand(m, "CONV_2D", 1), [0.1] * 4, axis=9), "along axis 9 of 4"),
    "scales of a result": ("classifier", lambda m: scales(result(m, "CONV_2D"), [0.1] * 4, axis=3), r"CONV_2D \(tensor 'c'\): it has no per-tensor scale"),
    "not quantised": ("classifier", lambda m: setattr(operand(m, "CONV_2D", 1), "quantization", None), "'f'.*weights have no scale"),
    "weights' zero point": ("classifier", lambda m: setattr(operand(m, "FULLY_CONNECTED", 1).quantization, "zeroPoint", [1]), "weights have a zero point other than 0"),
    "huge factor": ("classifier", lambda m: (scales(operand(m, "CONV_2D", 1), [1e10] * 4), change(operator(m, "CONV_2D"), "inputs", [0, 1])), "operator 0 CONV_2D .*factor of 2e\\+09, which must be below 2\\^30"),
    "tiny output scale": ("classifier", lambda m: scales(result(m, "FULLY_CONNECTED"), [1e-12]), "FULLY_CONNECTED"),
    "bias too short": ("classifier", shorter_bias, r"CONV_2D \(tensor 'b'\): it has 2 biases for 4 channels"),
    "bias of int8": ("classifier", lambda m: (change(operand(m, "CONV_2D", 2), "type", schema.TensorType.INT8), data(m, operand(m, "CONV_2D", 2), [1, 2, 3, 4], "i1")), "tensor 'b'.*it is int8; only int32"),
    "bias scale": ("classifier", lambda m: scales(operand(m, "FULLY_CONNECTED", 2), [5.0]), r"FULLY_CONNECTED \(tensor 'd'\): the scale of its bias"),
    # attributes that the oracle refuses, crashes on or ignores
    "stride 0": ("classifier", set_(f"{OP}.builtinOptions.strideW", 0), "option strideW is 0"),
    "dilation -1": ("classifier", set_(f"{OP}.builtinOptions.dilationHFactor", -1), "option dilationHFactor is -1"),
    "padding 7": ("classifier", set_(f"{OP}.builtinOptions.padding", 7), "padding number 7"),
    "activation 9": ("classifier", set_(f"{OP}.builtinOptions.fusedActivationFunction", 9), "fused activation number 9"),
    "type of the bias": ("classifier", set_(f"{OP}.builtinOptions.quantizedBiasType", 9), "quantizedBiasType is 9"),
    "depth multiplier": ("separable", set_(f"{OP}.builtinOptions.depthMultiplier", 3), "depthMultiplier: 2 is wanted"),
    "window 0": ("separable", lambda m: setattr(operator(m, "AVERAGE_POOL_2D").builtinOptions, "filterWidth", 0), "window is 3 x 0"),
    "pool scales": ("classifier", lambda m: scales(result(m, "MAX_POOL_2D"), [0.5]), "same scale and zero point"),
    "output size": ("classifier", lambda m: setattr(result(m, "MAX_POOL_2D"), "shape", [1, 3, 2, 4]), "its output should be 2 x 2 pixels"),
    "output channels": ("classifier", lambda m: setattr(result(m, "CONV_2D"), "shape", [1, 4, 4, 5]), "channels of the output: 4 is wanted, the file says 5"),
    "depth": ("classifier", lambda m: setattr(m.subgraphs[0].tensors[0], "shape", [1, 8, 8, 4]), "its input has 4 channels, its weights are 3 deep"),
    "rows": ("classifier", lambda m: setattr(result(m, "FULLY_CONNECTED"), "shape", [2, 5]), "its output should be 1 rows of 5"),
    "shuffled weights": ("classifier", lambda m: setattr(operator(m, "FULLY_CONNECTED").builtinOptions, "weightsFormat", 1), "shuffled weights"),
    "softmax scale": ("classifier", lambda m: scales(result(m, "SOFTMAX"), [0.5]), r"SOFTMAX \(output tensor 's'\): its output must have scale 1/256 and zero point -128"),
    "beta 0": ("classifier", lambda m: setattr(operator(m, "SOFTMAX").builtinOptions, "beta", 0.0), "SOFTMAX .* beta 0 with input scale"),
    "beta negative": ("classifier", lambda m: setattr(operator(m, "SOFTMAX").builtinOptions, "beta", -1.0), "beta -1"),
    "beta nan": ("classifier", lambda m: setattr(operator(m, "SOFTMAX").builtinOptions, "beta", float("nan")), "beta nan"),
    "logistic scale": ("tables", lambda m: scales(result(m, "LOGISTIC"), [0.5]), r"LOGISTIC \(output tensor 'LOGISTIC'\): its output must have scale 1/256"),
    "tanh scale": ("tables", lambda m: scales(result(m, "TANH"), [0.5]), "TANH .*: its output must have scale 1/128 and zero point 0"),
    "slope": ("tables", lambda m: setattr(operator(m, "LEAKY_RELU").builtinOptions, "alpha", float("nan")), "LEAKY_RELU .*slope alpha is nan"),
    "table's shape": ("tables", lambda m: setattr(result(m, "RELU"), "shape", [1, 30]), r"its output should be \(1, 3, 10\)"),
    "sum's shape": ("residual", lambda m: setattr(result(m, "ADD"), "shape", [5, 5, 6]), r"ADD .*: its output should be \(1, 5, 5, 6\)"),
    "no broadcast": ("residual", lambda m: (change(operand(m, "MUL", 1), "shape", [1, 1, 2, 3])), "do not go together"),
    "sum's scale": ("residual", lambda m: scales(result(m, "ADD"), [1e-8]), "ADD .*(too small)"),
    "mean's axis": ("separable", lambda m: data(m, operand(m, "MEAN", 1), [1, 9]), r"its axes \[1, 9\] are not all axes"),
    "mean's shape": ("separable", lambda m: setattr(operator(m, "MEAN").builtinOptions, "keepDims", True), r"its output should be \(1, 1, 1, 8\)"),
    "reshape": ("shapes", lambda m: setattr(result(m, "RESHAPE"), "shape", [2, 1, 13]), "cannot make shape"),
    "reshape's operand": ("shapes", lambda m: data(m, operand(m, "RESHAPE", 1), [2, 1, 6]), r"its shape operand says \[2, 1, 6\]"),
    "squeeze": ("shapes", lambda m: setattr(operator(m, "SQUEEZE").builtinOptions, "squeezeDims", [0]), "axis 0 of .* can't be squeezed"),
    "expand": ("shapes", lambda m: data(m, operand(m, "EXPAND_DIMS", 1), [7]), r"its axis \[7\]"),
    "permutation": ("shapes", lambda m: data(m, operand(m, "TRANSPOSE", 1), [0, 0, 1]), "no permutation of 3 axes"),
    "joined by activation": ("parts", lambda m: setattr(operator(m, "CONCATENATION").builtinOptions, "fusedActivationFunction", 1), r"CONCATENATION \(output tensor 'out'\): a fused activation"),
    "joined axis": ("parts", lambda m: setattr(operator(m, "CONCATENATION").builtinOptions, "axis", 4), "axis 4 is none of"),
    "joined shapes": ("parts", lambda m: setattr(operator(m, "CONCATENATION").builtinOptions, "axis", 1), "along axis 1"),
    "negative padding": ("parts", lambda m: data(m, operand(m, "PAD", 1), [0, 0, -1, -1, 0, 0, 0, 0]), r"PAD \(tensor 'p/paddings'\): its paddings .* not all 0 or more"),
    "padding's scale": ("parts", lambda m: scales(operand(m, "PADV2", 2), [0.5]), "what it pads with has another scale"),
    "stride": ("parts", lambda m: data(m, operand(m, "STRIDED_SLICE", 3), [1, 0, 1, 1]), "a stride is 0"),
    "slice outside": ("parts", lambda m: data(m, operand(m, "SLICE", 1), [0, 3, 0, 0]), "lead out of"),
    "split": ("parts", lambda m: setattr(operator(m, "SPLIT").builtinOptions, "numSplits", 3), "numSplits is 3, it has 2 outputs"),
    "split sizes": ("parts", lambda m: data(m, operand(m, "SPLIT_V", 1), [3, 9]), "do not add up to 8"),
    "matrices": ("matrices", lambda m: setattr(operator(m, "BATCH_MATMUL").builtinOptions, "adjY", False), "is no product of matrices"),
    "no variable": ("streaming", lambda m: setattr(operator(m, "VAR_HANDLE").builtinOptions, "container", "other"), "variable 'other/last' has no initial value|variable '(other/)?last' is given a value and never used"),
    "variable's shape": ("streaming", lambda m: (change(m.subgraphs[1].tensors[1], "shape", [1, 2, 4]), data(m, m.subgraphs[1].tensors[1], [0] * 8, "i1")), "its variable 'last' has"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_a_wrong_file_is_refused_in_one_sentence(what: str, tmp_path: Path) -> None:
    model, change, words = REFUSED[what]
    text = refusal(changed(tmp_path, model, change))
    assert re.search(words, text), text


@pytest.mark.parametrize("model", MODELS)
def test_the_networks_that_changes_start_from_are_sound(model: str, tmp_path: Path) -> None:
    assert import_network(changed(tmp_path, model, lambda _: None)).layers


def test_every_operator_with_a_handler_states_its_rules() -> None:
    assert set(SIGNATURES) == set(OPERATORS), "see sw/importer/validation/operators.py"


def bordered(path: Path, kind: str, body: str) -> Path:
    """Write a network that takes `kind`, and works in `body` but for its first operator."""
    writer = TfliteWriter("border")
    x = writer.add_tensor("x", (1, 4), dtype=kind)
    y = writer.add_tensor("y", (1, 4), dtype=kind)
    writer.add_operator("TANH", [x], [y])
    z = writer.add_tensor("z", (1, 4), dtype=body, scale=None if body == kind else 0.1)
    writer.add_operator("TANH", [y], [z])
    path.write_bytes(writer.finish([x], [z]))
    return path


def test_a_border_is_told_from_a_body(tmp_path: Path) -> None:
    text = refusal(bordered(tmp_path / "a.tflite", "float32", "int8"))
    assert "though its body is int8" in text
    assert "inference_input_type" in text
    assert "quantise it to int8 first" not in text
    text = refusal(bordered(tmp_path / "b.tflite", "float32", "float32"))
    assert "its input 'x' is float32; quantise it to int8 first" in text


def test_weights_of_four_bits_are_called_by_their_type(tmp_path: Path) -> None:
    def too_many_bytes(model: Any) -> None:
        operand(model, "FULLY_CONNECTED", 1).type = schema.TensorType.INT4

    text = refusal(changed(tmp_path, "classifier", too_many_bytes))
    assert "tensor 'k' of shape (5, 16) and type int4 needs 40 bytes, its buffer has 80" in text

    def computed(model: Any) -> None:
        result(model, "CONV_2D").type = schema.TensorType.INT4

    text = refusal(changed(tmp_path, "classifier", computed))
    assert "operator 0 CONV_2D: tensor 'c' is int4 and computed" in text


def test_names_of_any_kind_stay_in_one_short_sentence(tmp_path: Path) -> None:
    def change(model: Any) -> None:
        tensor = result(model, "CONV_2D")
        tensor.name = "a\nb\u2028" * 900
        tensor.quantization.zeroPoint = [999]

    assert len(refusal(changed(tmp_path, "classifier", change))) < 600


# ---- the flatbuffer itself


def test_every_seed_is_verified() -> None:
    for raw in MODELS.values():
        verify(raw)


def test_a_table_outside_the_file_is_said_with_its_place(tmp_path: Path) -> None:
    raw = bytearray(MODELS["classifier"])
    struct.pack_into("<I", raw, 0, 1 << 30)
    with pytest.raises(DamagedError, match=r"Model at byte 1073741824 points outside"):
        verify(bytes(raw))
    path = tmp_path / "outside.tflite"
    path.write_bytes(raw)
    assert "is truncated or damaged: table Model" in refusal(path)


def shared_tables(count: int) -> bytes:
    """Write a file of `count` graphs with `count` tensors each, all of them the same bytes."""
    builder = flatbuffers.Builder(1 << 16)
    name = builder.CreateString("same")
    schema.TensorStart(builder)
    schema.TensorAddName(builder, name)
    tensor = schema.TensorEnd(builder)
    tensors = repeated(builder, schema.SubGraphStartTensorsVector, tensor, count)
    schema.SubGraphStart(builder)
    schema.SubGraphAddTensors(builder, tensors)
    graph = schema.SubGraphEnd(builder)
    graphs = repeated(builder, schema.ModelStartSubgraphsVector, graph, count)
    schema.ModelStart(builder)
    schema.ModelAddSubgraphs(builder, graphs)
    builder.Finish(schema.ModelEnd(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def repeated(builder: flatbuffers.Builder, start: Any, table: int, count: int) -> int:
    start(builder, count)
    for _ in range(count):
        builder.PrependUOffsetTRelative(table)
    return int(builder.EndVector())


def test_work_is_bounded_by_the_files_size(tmp_path: Path) -> None:
    path = tmp_path / "shared.tflite"
    path.write_bytes(shared_tables(20_000))  # 160 kB that stand for 400 million tensors
    before = time.process_time()
    assert "point to the same bytes again and again" in refusal(path)
    assert time.process_time() - before < 5.0


def test_a_length_beyond_the_file_allocates_nothing(tmp_path: Path) -> None:
    raw = bytearray(MODELS["classifier"])
    model = schema.Model.GetRootAs(raw, 0)
    buffers = model._tab.Pos + model._tab.Offset(12)
    struct.pack_into("<I", raw, buffers + struct.unpack_from("<I", raw, buffers)[0], 0xFFFFFFF0)
    path = tmp_path / "long.tflite"
    path.write_bytes(raw)
    assert "table Model at byte" in refusal(path)
