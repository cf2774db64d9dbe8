"""Write quantised ONNX networks, in QDQ form and in QOperator form, with random weights.

The writer knows what onnxruntime's quantiser makes of a network and nothing of its arithmetic.

    w = OnnxWriter(seed=1, dtype="uint8")
    x = w.input("image", (1, 3, 16, 16), 0.02, 120)
    y = w.qdq_conv(x, channels=8, kernel=3, pads=1, then="Relu")
    model = w.finish({y: "output"})

A tensor is an `Activation`: its quantised name, shape and scale. In QDQ form each operator gets a
DequantizeLinear in front of each operand and a QuantizeLinear behind its result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
MICROSOFT = "com.microsoft"


@dataclass(frozen=True, kw_only=True)
class Activation:
    """A quantised tensor: name, shape (NCHW), scale and zero point."""

    name: str
    shape: tuple[int, ...]
    scale: float
    point: int


@dataclass(kw_only=True)
class OnnxWriter:
    """A graph under construction. Needs the package ``onnx``."""

    seed: int
    dtype: str = "int8"
    opset: int = 17
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)
    inputs: list[Any] = field(default_factory=list)
    count: int = 0

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)

    def name(self, stem: str) -> str:
        """A new name."""
        self.count += 1
        return f"{stem}_{self.count}"

    def constant(self, array: Any, stem: str = "constant") -> str:
        """Add a constant."""
        from onnx import numpy_helper

        name = self.name(stem)
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def node(
        self,
        kind: str,
        inputs: Sequence[str],
        *,
        outputs: int = 1,
        domain: str = "",
        **attributes: Any,
    ) -> list[str]:
        """Add a node; return the names of what it makes."""
        from onnx import helper

        names = [self.name(kind.lower()) for _ in range(outputs)]
        self.nodes.append(helper.make_node(kind, list(inputs), names, domain=domain, **attributes))
        return names

    def scaling(self, scale: float, point: int, dtype: str = "") -> list[str]:
        """Names of a scale and a zero point."""
        zero = np.array(point, dtype=dtype or self.dtype)
        return [self.constant(np.float32(scale), "scale"), self.constant(zero, "zero_point")]

    def point(self) -> int:
        """A zero point: the ends, the middle, or any."""
        low, high = (0, 255) if self.dtype == "uint8" else (-128, 127)
        anywhere = int(self.rng.integers(low, high + 1))
        return int(self.rng.choice(np.array([low, (low + high + 1) // 2, anywhere])))

    # ---- the border

    def input(
        self, name: str, shape: Sequence[int | str], scale: float, point: int, *, real: bool = True
    ) -> Activation:
        """Add an input, float32 with a QuantizeLinear behind it or quantised itself.

        A dimension with a name is dynamic, and 1 here.
        """
        from onnx import TensorProto, helper

        elements = {"int8": TensorProto.INT8, "uint8": TensorProto.UINT8}
        kind = TensorProto.FLOAT if real else elements[self.dtype]
        self.inputs.append(helper.make_tensor_value_info(name, kind, list(shape)))
        sizes = tuple(n if isinstance(n, int) else 1 for n in shape)
        if not real:
            return Activation(name=name, shape=sizes, scale=scale, point=point)
        return self.quantise(name, sizes, scale, point)

    def quantise(self, name: str, shape: Sequence[int], scale: float, point: int) -> Activation:
        """QuantizeLinear of a float32 tensor."""
        (made,) = self.node("QuantizeLinear", [name, *self.scaling(scale, point)])
        return Activation(
            name=made, shape=tuple(shape), scale=float(np.float32(scale)), point=point
        )

    def real(self, x: Activation) -> str:
        """DequantizeLinear of a tensor."""
        (made,) = self.node("DequantizeLinear", [x.name, *self.scaling(x.scale, x.point)])
        return made

    def finish(self, outputs: dict[str, Sequence[int]], quantised: Sequence[str] = ()) -> bytes:
        """Return the file: outputs by name and shape, float32 unless they are `quantised`."""
        from onnx import TensorProto, checker, helper

        elements = {"int8": TensorProto.INT8, "uint8": TensorProto.UINT8}
        ports = [
            helper.make_tensor_value_info(
                name, elements[self.dtype] if name in quantised else TensorProto.FLOAT, list(shape)
            )
            for name, shape in outputs.items()
        ]
        graph = helper.make_graph(self.nodes, "network", self.inputs, ports, self.constants)
        sets = [helper.make_opsetid("", self.opset), helper.make_opsetid(MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=sets, ir_version=10)
        checker.check_model(model)
        return bytes(model.SerializeToString())

    # ---- weights

    def weights(
        self, shape: Sequence[int], axis: int, *, each: bool = True, dtype: str = "int8"
    ) -> tuple[Array, Array, int]:
        """Random weights, their scales (one a slice of the axis, or one) and zero point."""
        scales = self.rng.uniform(0.002, 0.01, shape[axis] if each else 1).astype(np.float32)
        point = 0
        if dtype == "uint8":
            point = int(self.rng.integers(100, 150))
            return self.rng.integers(0, 256, tuple(shape)).astype(np.uint8), scales, point
        # Seven bits beside int8: some processors saturate sums of two such products at 16 bits.
        most = 63 if self.dtype == "int8" else 127
        return self.rng.integers(-most, most + 1, tuple(shape)).astype(np.int8), scales, point

    def spread(self, x: Activation, scales: Array, depth: int) -> float:
        """A scale for sums of so many products."""
        wide = 74 * x.scale * float(scales.mean()) * np.sqrt(depth)
        return float(np.float32(wide * self.rng.uniform(1.0, 2.0)))

    def dequantised(self, data: Array, scales: Array, point: int, axis: int) -> str:
        """A constant behind a DequantizeLinear."""
        one = scales.size == 1
        names = [
            self.constant(data, "weights"),
            self.constant(scales.reshape(()) if one else scales, "scale"),
            self.constant(
                np.array(point, dtype=data.dtype)
                if one
                else np.full(scales.shape, point, data.dtype),
                "zero_point",
            ),
        ]
        options: dict[str, Any] = {} if one else {"axis": axis}
        return self.node("DequantizeLinear", names, **options)[0]

    def bias(self, x: Activation, scales: Array, count: int) -> tuple[Array, Array]:
        """Random biases int32 and their scales."""
        data = self.rng.integers(-8000, 8000, count).astype(np.int32)
        return data, (np.float32(x.scale) * scales).astype(np.float32)

    # ---- QDQ form

    def qdq(
        self, kind: str, operands: Sequence[Activation | str], shape: Sequence[int],
        scale: float, point: int, *, then: str = "", limits: Sequence[float] = (),
        **attributes: Any,
    ) -> Activation:  # fmt: skip
        """An operator of float32 between DequantizeLinear and QuantizeLinear; str are constants."""
        names = [o if isinstance(o, str) else self.real(o) for o in operands]
        (made,) = self.node(kind, names, **attributes)
        if then:
            bounds = [self.constant(np.float32(v), "bound") for v in limits]
            (made,) = self.node(then, [made, *bounds])
        return self.quantise(made, shape, scale, point)

    def same(
        self,
        kind: str,
        x: Activation,
        operands: Sequence[str],
        shape: Sequence[int],
        **attributes: Any,
    ) -> Activation:
        """An operator that keeps the scale, in QDQ form."""
        return self.qdq(kind, [x, *operands], shape, x.scale, x.point, **attributes)

    def qdq_conv(
        self, x: Activation, channels: int, kernel: int, *, pads: int = 0, stride: int = 1,
        group: int = 1, each: bool = True, dtype: str = "int8", then: str = "",
        limits: Sequence[float] = (), with_bias: bool = True, point: int | None = None,
        **attributes: Any,
    ) -> Activation:  # fmt: skip
        """Conv of square kernels."""
        n, depth, h, w = x.shape
        shape = (channels, depth // group, kernel, kernel)
        data, scales, zero = self.weights(shape, 0, each=each, dtype=dtype)
        operands: list[Activation | str] = [x, self.dequantised(data, scales, zero, 0)]
        if with_bias:
            bias, bias_scales = self.bias(x, scales, channels)
            operands.append(self._bias_name(bias, bias_scales))
        out = self.conv_shape(n, channels, (h, w), kernel, pads, stride, attributes)
        if "auto_pad" not in attributes:
            attributes["pads"] = [pads] * 4
        return self.qdq(
            "Conv", operands, out, self.spread(x, scales, shape[1] * kernel**2),
            self.point() if point is None else point, then=then, limits=limits,
            kernel_shape=[kernel] * 2, strides=[stride] * 2, group=group, **attributes,
        )  # fmt: skip

    def _bias_name(self, bias: Array, scales: Array) -> str:
        names = [self.constant(bias, "bias"), self.constant(
            scales.reshape(()) if scales.size == 1 else scales, "scale"
        )]  # fmt: skip
        options: dict[str, Any] = {} if scales.size == 1 else {"axis": 0}
        return self.node("DequantizeLinear", names, **options)[0]

    @staticmethod
    def conv_shape(
        n: int, channels: int, size: Sequence[int], kernel: int, pads: int, stride: int,
        attributes: dict[str, Any],
    ) -> tuple[int, ...]:  # fmt: skip
        """Shape of a convolution's result."""
        step = attributes.get("dilations", [1])[0]
        extent = (kernel - 1) * step + 1
        if "auto_pad" in attributes:
            return (n, channels, *(-(-s // stride) for s in size))
        return (n, channels, *((s + 2 * pads - extent) // stride + 1 for s in size))

    # ---- QOperator form

    def qlinear(
        self, kind: str, x: Activation, shape: Sequence[int], scale: float, point: int,
        *middle: str, domain: str = MICROSOFT, **attributes: Any,
    ) -> Activation:  # fmt: skip
        """An operator whose inputs are x, its scaling, others, and the output's scaling."""
        inputs = [x.name, *self.scaling(x.scale, x.point), *middle, *self.scaling(scale, point)]
        (made,) = self.node(kind, inputs, domain=domain, **attributes)
        return Activation(
            name=made, shape=tuple(shape), scale=float(np.float32(scale)), point=point
        )

    def triple(self, x: Activation) -> list[str]:
        """A tensor with its scale and zero point."""
        return [x.name, *self.scaling(x.scale, x.point)]

    def weight_names(self, data: Array, scales: Array, point: int) -> list[str]:
        """Weights with their scales and zero points."""
        one = scales.size == 1
        points = np.array(point, data.dtype) if one else np.full(scales.shape, point, data.dtype)
        return [
            self.constant(data, "weights"),
            self.constant(scales.reshape(()) if one else scales, "scale"),
            self.constant(points, "zero_point"),
        ]

    def qlinear_conv(
        self, x: Activation, channels: int, kernel: int, *, pads: int = 0, stride: int = 1,
        group: int = 1, each: bool = True, dtype: str = "int8", with_bias: bool = True,
        **attributes: Any,
    ) -> Activation:  # fmt: skip
        """QLinearConv of square kernels."""
        n, depth, h, w = x.shape
        shape = (channels, depth // group, kernel, kernel)
        data, scales, zero = self.weights(shape, 0, each=each, dtype=dtype)
        scale, point = self.spread(x, scales, shape[1] * kernel**2), self.point()
        inputs = [*self.triple(x), *self.weight_names(data, scales, zero)]
        inputs += self.scaling(scale, point)
        if with_bias:
            inputs.append(self.constant(self.bias(x, scales, channels)[0], "bias"))
        out = self.conv_shape(n, channels, (h, w), kernel, pads, stride, attributes)
        (made,) = self.node(
            "QLinearConv", inputs, kernel_shape=[kernel] * 2, strides=[stride] * 2, group=group,
            pads=[pads] * 4, **attributes,
        )  # fmt: skip
        return Activation(name=made, shape=out, scale=scale, point=point)
