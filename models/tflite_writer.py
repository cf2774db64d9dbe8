"""Write int8 TensorFlow Lite flatbuffers, tensor by tensor and operator by operator.

The writer knows the file format and each operator's output shape, and nothing of arithmetic. It
serves the fuzz tests (single-operator models with arbitrary quantisation) and the scripts that
build the committed networks. The schema is the one the ``tflite-micro`` package ships.

    w = TfliteWriter("digits")
    x = w.add_tensor("image", (1, 28, 28, 1), scale=1 / 255, zero_point=-128)
    f = w.add_tensor("conv1/w", (8, 3, 3, 1), data=weights, scale=scales, channel_axis=0)
    b = w.add_tensor("conv1/b", (8,), dtype="int32", data=bias, scale=bias_scales, channel_axis=0)
    y = w.conv_2d("conv1", x, f, b, scale=0.05, zero_point=-128, activation="RELU", stride=(2, 2))
    model = w.finish(inputs=[x], outputs=[y])          # bytes of a .tflite file
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import flatbuffers
import numpy as np
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

_TYPES: dict[str, tuple[int, np.dtype]] = {
    "int8": (schema.TensorType.INT8, np.dtype("i1")),
    "uint8": (schema.TensorType.UINT8, np.dtype("u1")),
    "int16": (schema.TensorType.INT16, np.dtype("<i2")),
    "int32": (schema.TensorType.INT32, np.dtype("<i4")),
    "int64": (schema.TensorType.INT64, np.dtype("<i8")),
    "float32": (schema.TensorType.FLOAT32, np.dtype("<f4")),
    "bool": (schema.TensorType.BOOL, np.dtype("?")),
    "resource": (schema.TensorType.RESOURCE, np.dtype("<i4")),
}

# Operator name -> name of its options table in the schema, where that is not CamelCase + "Options".
_OPTIONS = {
    "CONV_2D": "Conv2DOptions",
    "DEPTHWISE_CONV_2D": "DepthwiseConv2DOptions",
    "AVERAGE_POOL_2D": "Pool2DOptions",
    "MAX_POOL_2D": "Pool2DOptions",
    "BATCH_MATMUL": "BatchMatMulOptions",
    "MEAN": "ReducerOptions",
    "SUM": "ReducerOptions",
    "REDUCE_MAX": "ReducerOptions",
    "REDUCE_MIN": "ReducerOptions",
    "MAXIMUM": "MaximumMinimumOptions",
    "MINIMUM": "MaximumMinimumOptions",
    "UNIDIRECTIONAL_SEQUENCE_LSTM": "UnidirectionalSequenceLSTMOptions",
    "SVDF": "SVDFOptions",
    "SPLIT_V": "SplitVOptions",
    "REVERSE_V2": "ReverseV2Options",
    "SELECT_V2": "SelectV2Options",
    "SPACE_TO_BATCH_ND": "SpaceToBatchNDOptions",
    "BATCH_TO_SPACE_ND": "BatchToSpaceNDOptions",
    "LOGICAL_AND": "LogicalAndOptions",
    "RELU_0_TO_1": None,
    "RELU_N1_TO_1": None,
    "ELU": None,
    "PRELU": None,
    "LOG": None,
    "RSQRT": None,
    "PADV2": "PadV2Options",
    "LOGISTIC": None,
    "TANH": None,
    "RELU": None,
    "RELU6": None,
}

# Operator versions that int8 needs, as TensorFlow Lite's converter writes them.
_VERSIONS = {
    "CONV_2D": 3,
    "DEPTHWISE_CONV_2D": 3,
    "FULLY_CONNECTED": 4,
    "BATCH_MATMUL": 4,
    "ADD": 2,
    "SUB": 2,
    "MUL": 2,
    "AVERAGE_POOL_2D": 2,
    "MAX_POOL_2D": 2,
    "CONCATENATION": 2,
    "PAD": 2,
    "MEAN": 2,
    "SOFTMAX": 2,
    "LOGISTIC": 2,
    "TANH": 2,
    "RELU": 2,
    "RELU6": 2,
    "LEAKY_RELU": 2,
    "TRANSPOSE": 2,
}

_LAST_BYTE_SIZED_OPERATOR = 127  # deprecatedBuiltinCode is an int8 and saturates here


def conv_output_size(size: int, kernel: int, stride: int, dilation: int, padding: str) -> int:
    """Output rows (or columns) of a window operator, as TensorFlow's ComputeOutSize gives them."""
    if padding == "SAME":
        return -(-size // stride)
    if padding == "VALID":
        return (size - (kernel - 1) * dilation - 1 + stride) // stride
    raise ValueError(f"padding must be SAME or VALID, not {padding!r}")


def packed(model: schema.ModelT) -> bytes:
    """Return the file of a model."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


class TfliteWriter:
    """A network under construction. Tensor handles are plain indices into its first subgraph.

    A second subgraph, called once, sets the variables of ``add_resource``.
    """

    def __init__(self, description: str = "") -> None:
        self._description = description
        self._tensors: list[schema.TensorT] = []
        self._operators: list[schema.OperatorT] = []
        self._codes: dict[tuple[str, int], int] = {}
        # Buffer 0 is the empty one by convention: tensors without data point to it.
        self._buffers: list[schema.BufferT] = [schema.BufferT()]
        self._resources: list[tuple[str, int]] = []

    def add_tensor(
        self,
        name: str,
        shape: Sequence[int],
        *,
        dtype: str = "int8",
        data: np.ndarray | None = None,
        scale: float | Sequence[float] | np.ndarray | None = None,
        zero_point: int | Sequence[int] = 0,
        channel_axis: int = 0,
    ) -> int:
        """Add a tensor and return its index.

        ``data`` makes it a constant. ``scale`` may be one number or one per slice along
        ``channel_axis`` (zero points then repeat); None means the tensor is not quantised.
        Raises ValueError when data and shape disagree or the type is unknown.
        """
        if dtype not in _TYPES:
            raise ValueError(f"tensor {name}: unknown type {dtype!r}; known: {', '.join(_TYPES)}")
        code, numpy_type = _TYPES[dtype]
        tensor = schema.TensorT()
        tensor.name = name
        tensor.shape = [int(n) for n in shape]
        tensor.type = code
        tensor.buffer = 0
        tensor.hasRank = True
        if data is not None:
            array = np.ascontiguousarray(data, dtype=numpy_type)
            if array.size != int(np.prod(tensor.shape, dtype=np.int64)):
                raise ValueError(f"tensor {name}: {array.size} values for shape {tensor.shape}")
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(array.tobytes(), dtype=np.uint8)
            tensor.buffer = len(self._buffers)
            self._buffers.append(buffer)
        if scale is not None:
            scales = np.atleast_1d(np.asarray(scale, dtype=np.float32))
            points = np.broadcast_to(np.asarray(zero_point, dtype=np.int64), scales.shape)
            quantization = schema.QuantizationParametersT()
            quantization.scale = [float(s) for s in scales]
            quantization.zeroPoint = [int(z) for z in points]
            quantization.quantizedDimension = channel_axis
            tensor.quantization = quantization
        self._tensors.append(tensor)
        return len(self._tensors) - 1

    def add_variable(
        self,
        name: str,
        shape: Sequence[int],
        dtype: str,
        scale: float,
        zero_point: int = 0,
    ) -> int:
        """Add the state tensor of a recurrent operator."""
        index = self.add_tensor(name, shape, dtype=dtype, scale=scale, zero_point=zero_point)
        self._tensors[index].isVariable = True
        return index

    def add_resource(
        self, name: str, initial: np.ndarray, *, scale: float, zero_point: int = 0
    ) -> int:
        """Add a persistent variable with its value before the first inference; return its handle.

        The handle is what READ_VARIABLE and ASSIGN_VARIABLE take first.
        """
        handle = self.add_tensor(f"{name}/handle", (), dtype="resource")
        self.add_operator("VAR_HANDLE", [], [handle], sharedName=name)
        value = self.add_tensor(
            f"{name}/initial", initial.shape, dtype=str(initial.dtype), data=initial,
            scale=scale, zero_point=zero_point,
        )  # fmt: skip
        self._resources.append((name, value))
        return handle

    def shape(self, tensor: int) -> tuple[int, ...]:
        """Shape of a tensor added before."""
        return tuple(self._tensors[tensor].shape)

    def add_operator(
        self, name: str, inputs: Sequence[int], outputs: Sequence[int], **options: Any
    ) -> None:
        """Add an operator by its BuiltinOperator name.

        An input of -1 is an absent optional one. ``options`` are fields of the operator's table in
        the schema (``strideH=2``); ``padding`` and ``fusedActivationFunction`` also take names.
        """
        if not hasattr(schema.BuiltinOperator, name):
            raise ValueError(f"unknown TensorFlow Lite operator {name!r}")
        operator = schema.OperatorT()
        key = (name, _VERSIONS.get(name, 1))
        operator.opcodeIndex = self._codes.setdefault(key, len(self._codes))
        operator.inputs = list(inputs)
        operator.outputs = list(outputs)
        table = _OPTIONS.get(name, "".join(p.capitalize() for p in name.split("_")) + "Options")
        if table is None:
            if options:
                raise ValueError(f"{name} takes no options, got {', '.join(options)}")
        else:
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, table)
            operator.builtinOptions = getattr(schema, table + "T")()
            for field, value in options.items():
                if not hasattr(operator.builtinOptions, field):
                    raise ValueError(f"{name} has no option {field!r}")
                if field == "outType" or field == "outputType":
                    value = schema.TensorType.INT32
                if field == "padding" and isinstance(value, str):
                    value = getattr(schema.Padding, value)
                if field == "fusedActivationFunction" and isinstance(value, str):
                    value = getattr(schema.ActivationFunctionType, value)
                setattr(operator.builtinOptions, field, value)
        self._operators.append(operator)

    # Layers with one output: each computes the shape, adds the tensor, and returns its index.

    def conv_2d(
        self,
        name: str,
        x: int,
        weights: int,
        bias: int,
        *,
        scale: float,
        zero_point: int,
        stride: tuple[int, int] = (1, 1),
        dilation: tuple[int, int] = (1, 1),
        padding: str = "SAME",
        activation: str = "NONE",
        depthwise: bool = False,
    ) -> int:
        """CONV_2D or DEPTHWISE_CONV_2D; stride, dilation are (y, x).

        Weights are [out_c, kernel_h, kernel_w, in_c] or, depthwise, [1, kernel_h, kernel_w,
        in_c * depth_multiplier]. A bias of -1 leaves it out (tflite-micro crashes on an input of
        -1 here).
        """
        first, kernel_h, kernel_w, last = self.shape(weights)
        out_c = last if depthwise else first
        own = {"depthMultiplier": out_c // self.shape(x)[3]} if depthwise else {}
        out = self._window_output(
            name, x, out_c, (kernel_h, kernel_w), stride, dilation, padding, scale, zero_point
        )
        self.add_operator(
            "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D",
            [x, weights] if bias < 0 else [x, weights, bias],
            [out],
            padding=padding,
            strideH=stride[0],
            strideW=stride[1],
            dilationHFactor=dilation[0],
            dilationWFactor=dilation[1],
            fusedActivationFunction=activation,
            **own,
        )
        return out

    def pool_2d(
        self,
        name: str,
        kind: str,
        x: int,
        *,
        window: tuple[int, int],
        stride: tuple[int, int],
        padding: str = "VALID",
        activation: str = "NONE",
    ) -> int:
        """AVERAGE_POOL_2D or MAX_POOL_2D (``kind``); the output keeps the input's quantisation."""
        scale, zero_point = self._per_tensor(x)
        out = self._window_output(
            name, x, self.shape(x)[3], window, stride, (1, 1), padding, scale, zero_point
        )
        self.add_operator(
            kind,
            [x],
            [out],
            padding=padding,
            strideH=stride[0],
            strideW=stride[1],
            filterHeight=window[0],
            filterWidth=window[1],
            fusedActivationFunction=activation,
        )
        return out

    def fully_connected(
        self,
        name: str,
        x: int,
        weights: int,
        bias: int = -1,
        *,
        scale: float,
        zero_point: int,
        activation: str = "NONE",
    ) -> int:
        """FULLY_CONNECTED. Weights are [units, depth]; x is flattened to [batch, depth]."""
        units, depth = self.shape(weights)
        batch, rest = divmod(int(np.prod(self.shape(x), dtype=np.int64)), depth)
        if rest or not batch:
            raise ValueError(f"{name}: shape {self.shape(x)} is not a batch of depth {depth}")
        out = self.add_tensor(name, (batch, units), scale=scale, zero_point=zero_point)
        self.add_operator(
            "FULLY_CONNECTED", [x, weights, bias], [out], fusedActivationFunction=activation
        )
        return out

    def elementwise(
        self,
        name: str,
        kind: str,
        a: int,
        b: int,
        *,
        scale: float,
        zero_point: int,
        activation: str = "NONE",
    ) -> int:
        """ADD, SUB or MUL (``kind``) with NumPy-style broadcasting of the shapes."""
        shape = np.broadcast_shapes(self.shape(a), self.shape(b))
        out = self.add_tensor(name, shape, scale=scale, zero_point=zero_point)
        self.add_operator(kind, [a, b], [out], fusedActivationFunction=activation)
        return out

    def unary(self, name: str, kind: str, x: int, *, scale: float, zero_point: int) -> int:
        """Any operator int8 -> int8 of the same shape without options worth setting."""
        out = self.add_tensor(name, self.shape(x), scale=scale, zero_point=zero_point)
        self.add_operator(kind, [x], [out])
        return out

    def softmax(self, name: str, x: int, *, beta: float = 1.0) -> int:
        """SOFTMAX over the last axis; int8 output is fixed to scale 1/256, zero point -128."""
        out = self.add_tensor(name, self.shape(x), scale=1 / 256, zero_point=-128)
        self.add_operator("SOFTMAX", [x], [out], beta=beta)
        return out

    def reshape(self, name: str, x: int, shape: Sequence[int]) -> int:
        """RESHAPE to a constant shape; quantisation is kept."""
        scale, zero_point = self._per_tensor(x)
        out = self.add_tensor(name, shape, scale=scale, zero_point=zero_point)
        target = np.asarray(shape, dtype=np.int32)
        dims = self.add_tensor(name + "/shape", (len(shape),), dtype="int32", data=target)
        self.add_operator("RESHAPE", [x, dims], [out], newShape=[int(n) for n in shape])
        return out

    def pad(self, name: str, x: int, paddings: Sequence[tuple[int, int]]) -> int:
        """PAD with the zero point; ``paddings`` gives (before, after) for each axis."""
        scale, zero_point = self._per_tensor(x)
        shape = [n + b + a for n, (b, a) in zip(self.shape(x), paddings, strict=True)]
        out = self.add_tensor(name, shape, scale=scale, zero_point=zero_point)
        table = np.asarray(paddings, dtype=np.int32)
        pads = self.add_tensor(name + "/paddings", table.shape, dtype="int32", data=table)
        self.add_operator("PAD", [x, pads], [out])
        return out

    def finish(self, inputs: Sequence[int], outputs: Sequence[int]) -> bytes:
        """Serialise the model. Raises ValueError when it has no operator."""
        if not self._operators:
            raise ValueError("a model needs at least one operator")
        graph = schema.SubGraphT()
        graph.name = "main"
        graph.tensors = self._tensors
        graph.operators = self._operators
        graph.inputs = list(inputs)
        graph.outputs = list(outputs)
        graphs = [graph, *self._called_once()]
        model = schema.ModelT()
        model.version = 3
        model.description = self._description
        model.operatorCodes = [self._operator_code(name, version) for name, version in self._codes]
        model.subgraphs = graphs
        model.buffers = self._buffers
        return packed(model)

    def _called_once(self) -> list[schema.SubGraphT]:
        """The subgraph that gives the variables their first values, and the call of it."""
        if not self._resources:
            return []
        main = self._tensors, self._operators
        tensors: list[schema.TensorT] = []
        self._tensors, self._operators = tensors, []
        for name, value in self._resources:
            handle = self.add_tensor(f"{name}/handle", (), dtype="resource")
            self.add_operator("VAR_HANDLE", [], [handle], sharedName=name)
            tensors.append(main[0][value])
            self.add_operator("ASSIGN_VARIABLE", [handle, handle + 1], [])
        graph = schema.SubGraphT()
        graph.name, graph.tensors, graph.operators = "variables", tensors, self._operators
        graph.inputs, graph.outputs = [], []
        self._tensors, self._operators = main
        self.add_operator("CALL_ONCE", [], [], initSubgraphIndex=1)
        self._operators.insert(0, self._operators.pop())
        return [graph]

    @staticmethod
    def _operator_code(name: str, version: int) -> schema.OperatorCodeT:
        code = schema.OperatorCodeT()
        code.builtinCode = getattr(schema.BuiltinOperator, name)
        code.deprecatedBuiltinCode = min(code.builtinCode, _LAST_BYTE_SIZED_OPERATOR)
        code.version = version
        return code

    def _per_tensor(self, tensor: int) -> tuple[float, int]:
        quantization = self._tensors[tensor].quantization
        return quantization.scale[0], quantization.zeroPoint[0]

    def _window_output(
        self,
        name: str,
        x: int,
        channels: int,
        kernel: tuple[int, int],
        stride: tuple[int, int],
        dilation: tuple[int, int],
        padding: str,
        scale: float,
        zero_point: int,
    ) -> int:
        batch, height, width, _ = self.shape(x)
        out_h = conv_output_size(height, kernel[0], stride[0], dilation[0], padding)
        out_w = conv_output_size(width, kernel[1], stride[1], dilation[1], padding)
        shape = (batch, out_h, out_w, channels)
        return self.add_tensor(name, shape, scale=scale, zero_point=zero_point)
