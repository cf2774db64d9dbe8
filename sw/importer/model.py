"""Read a .tflite file into a Network; every way it can be unusable is one sentence.

The flatbuffer is read with the schema that the ``tflite-micro`` package ships.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from golden.network import Layer, Network, NetworkError, Tensor
from sw.importer.context import Context
from sw.importer.registry import CONSTANT_OPERANDS, HANDLERS
from sw.importer.variables import initial_state

_IDENTIFIER = b"TFL3"

_NUMPY_TYPES = {
    schema.TensorType.FLOAT32: "float32",
    schema.TensorType.INT8: "int8",
    schema.TensorType.UINT8: "uint8",
    schema.TensorType.INT16: "int16",
    schema.TensorType.INT32: "int32",
    schema.TensorType.INT64: "int64",
    schema.TensorType.BOOL: "bool",
}

_OPERATOR_NAMES = {
    value: name for name, value in vars(schema.BuiltinOperator).items() if not name.startswith("_")
}


def import_network(path: Path) -> Network:
    """Network of a .tflite file.

    Raises NetworkError, with one sentence, for a file that is missing, damaged, not int8, or that
    uses an operator golden does not know.
    """
    model = _parse(path)
    subgraph = model.subgraphs[0]
    tensors = tuple(
        _tensor(model, index, tensor) for index, tensor in enumerate(subgraph.tensors or [])
    )
    inputs = tuple(int(i) for i in subgraph.inputs)
    outputs = tuple(int(i) for i in subgraph.outputs)
    for index in inputs:
        if tensors[index].dtype != "int8":
            raise NetworkError(
                f"{path} is not an int8 network: its input {tensors[index].name!r} is "
                f"{tensors[index].dtype}; quantise it to int8 first"
            )
    context = Context(path=path, tensors=tensors)
    layers: list[Layer] = []
    for operator in subgraph.operators or []:
        name = _operator_name(model, operator.opcodeIndex)
        handler = HANDLERS.get(name)
        read = tuple(int(i) for i in (operator.inputs if operator.inputs is not None else []))
        written = tuple(int(i) for i in (operator.outputs if operator.outputs is not None else []))
        if handler is None:
            target = tensors[written[0]].name if written else "(none)"
            raise NetworkError(
                f"{path}: operator {name} (output tensor {target!r}) is not supported; "
                f"supported are {', '.join(sorted(HANDLERS))}"
            )
        operation = handler(context.operator(name, operator.builtinOptions, read, written))
        if operation is None:
            continue  # bookkeeping of variables, nothing to compute
        operands = tuple(
            i for i in read if context.is_activation(i) or (name in CONSTANT_OPERANDS and i >= 0)
        )
        layers.append(
            Layer(
                index=len(layers),
                operator=name,
                inputs=operands,
                outputs=written,
                operation=operation,
            )
        )
    return Network(
        name=path.stem,
        tensors=tensors,
        layers=tuple(layers),
        inputs=inputs,
        outputs=outputs,
        state=initial_state(model, context),
    )


def _parse(path: Path) -> schema.ModelT:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise NetworkError(f"cannot read the network {path}: {error.strerror}") from error
    if len(raw) < 8 or raw[4:8] != _IDENTIFIER:
        raise NetworkError(f"{path} is not a TensorFlow Lite file (no {_IDENTIFIER.decode()} mark)")
    try:
        model = schema.ModelT.InitFromPackedBuf(raw, 0)
    except (struct.error, IndexError, ValueError, TypeError, UnicodeDecodeError) as error:
        raise NetworkError(f"{path} is truncated or damaged: {error}") from error
    if not model.subgraphs or not model.subgraphs[0].operators:
        raise NetworkError(f"{path} holds no network: it is damaged or has no operators")
    return model


def _operator_name(model: schema.ModelT, opcode_index: int) -> str:
    code = model.operatorCodes[opcode_index]
    # Old files hold the code in the deprecated byte, new ones in the int32: the larger one counts.
    number = max(code.builtinCode, code.deprecatedBuiltinCode)
    if number == schema.BuiltinOperator.CUSTOM:
        custom = code.customCode.decode(errors="replace") if code.customCode else "?"
        return f"CUSTOM({custom})"
    return _OPERATOR_NAMES.get(number, f"number {number}")


def _tensor(model: schema.ModelT, index: int, tensor: schema.TensorT) -> Tensor:
    name = tensor.name.decode(errors="replace") if tensor.name else f"tensor{index}"
    shape = tuple(int(n) for n in (tensor.shape if tensor.shape is not None else []))
    dtype = _NUMPY_TYPES.get(tensor.type, "other")
    quantization = tensor.quantization
    scales = quantization.scale if quantization is not None else None
    points = quantization.zeroPoint if quantization is not None else None
    has_one_scale = scales is not None and len(scales) == 1
    return Tensor(
        index=index,
        name=name,
        shape=shape,
        dtype=dtype,
        scale=float(scales[0]) if has_one_scale else 0.0,
        zero_point=int(points[0]) if has_one_scale and points is not None and len(points) else 0,
        data=_constant(model, tensor, shape, dtype),
        channel_scales=None if scales is None else np.asarray(scales, dtype=np.float32),
    )


def _constant(
    model: schema.ModelT, tensor: schema.TensorT, shape: tuple[int, ...], dtype: str
) -> NDArray[np.generic] | None:
    data = model.buffers[tensor.buffer].data
    if data is None or len(data) == 0 or dtype == "other":
        return None
    array = np.frombuffer(bytes(data), dtype=np.dtype(dtype).newbyteorder("<"))
    if array.size != int(np.prod(shape, dtype=np.int64)):
        raise NetworkError(
            f"constant tensor {tensor.name!r} holds {array.size} values for shape {shape}: "
            "the file is damaged"
        )
    return array.reshape(shape)
