"""Functions of one tensor, sums and products of two, softmax: ONNX's definitions in float32."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network.operations import Addition, HostFunction, Maximum, Multiplication, Operation
from golden.operators.parameters import add_parameters
from sw.importer.from_onnx.builder import Builder
from sw.importer.from_onnx.file import Node
from sw.importer.from_onnx.products import requantisation
from sw.importer.from_onnx.values import IMAGE, PLAIN, Floats, Function, Quantised, Scaling, Target

F = np.float32
SELU = (1.67326319217681884765625, 1.05070102214813232421875)  # alpha and gamma of the operator
Placed = dict[str, Any]  # form and rank of a result, as `Builder.compute` takes them


def _sigmoid(x: Floats) -> Floats:
    return np.asarray(F(1) / (F(1) + np.exp(-x)), dtype=F)


def _gelu(x: Floats, *, approximate: bool) -> Floats:
    if approximate:
        inner = F(math.sqrt(2 / math.pi)) * (x + F(0.044715) * x * x * x)
        return np.asarray(F(0.5) * x * (F(1) + np.tanh(inner)), dtype=F)
    return np.asarray(F(0.5) * x * (F(1) + _erf(np.asarray(x / F(math.sqrt(2)), dtype=F))), F)


def _selu(alpha: Any, gamma: Any, x: Floats) -> Floats:
    return np.asarray(gamma * np.where(x > 0, x, alpha * np.expm1(x)), dtype=F)


def _erf(x: Floats) -> Floats:
    return np.asarray(np.vectorize(math.erf, otypes=[F])(x), dtype=F)


def function_of(b: Builder, node: Node) -> Function:
    """The function of a node's first operand, its other operands being constants."""
    attributes = node.attributes

    def number(name: str, otherwise: float) -> Any:
        return F(attributes.get(name, otherwise))

    alpha = number("alpha", {"LeakyRelu": 0.01, "HardSigmoid": 0.2, "Elu": 1.0}.get(node.kind, 1))
    simple: dict[str, Function] = {
        "Relu": lambda x: np.maximum(x, F(0)),
        "LeakyRelu": lambda x: np.where(x >= 0, x, alpha * x),
        "Sigmoid": _sigmoid,
        "Tanh": np.tanh,
        "HardSigmoid": lambda x: np.clip(alpha * x + number("beta", 0.5), F(0), F(1)),
        "HardSwish": lambda x: x * np.clip(x / F(6) + F(0.5), F(0), F(1)),
        "Elu": lambda x: np.where(x >= 0, x, alpha * np.expm1(x)),
        "Softplus": lambda x: np.log1p(np.exp(x)),
        "Exp": np.exp,
        "Log": np.log,
        "Sqrt": np.sqrt,
        "Abs": np.abs,
        "Neg": np.negative,
        "Erf": _erf,
        "Selu": partial(_selu, number("alpha", SELU[0]), number("gamma", SELU[1])),
        "Celu": lambda x: np.where(x >= 0, x, alpha * np.expm1(x / alpha)).astype(F),
        "Softsign": lambda x: np.asarray(x / (F(1) + np.abs(x)), dtype=F),
        "ThresholdedRelu": lambda x: np.where(x > alpha, x, F(0)),
        "Mish": lambda x: x * np.tanh(np.log1p(np.exp(x))),
        "Sin": np.sin,
        "Cos": np.cos,
        "Atan": np.arctan,
        "Sinh": np.sinh,
        "Reciprocal": np.reciprocal,
        "Sign": np.sign,
        "Floor": np.floor,
        "Ceil": np.ceil,
        "Round": np.rint,
        "Gelu": partial(_gelu, approximate=attributes.get("approximate", b"none") == b"tanh"),
    }
    if node.kind in simple:
        return simple[node.kind]
    if node.kind == "Clip":
        low, high = limits(b, node)
        return lambda x: np.clip(x, F(low), F(high))
    if node.kind == "PRelu":
        slope = F(b.scalar(node, 1))
        return lambda x: np.where(x >= 0, x, slope * x)
    constant_first = node.input(0) in b.constants
    constant = F(b.scalar(node, 0 if constant_first else 1))
    binary = BINARY[node.kind]
    return (lambda x: binary(constant, x)) if constant_first else (lambda x: binary(x, constant))


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "Add": np.add, "Sub": np.subtract, "Mul": np.multiply, "Div": np.divide, "Pow": np.power,
    "Max": np.maximum, "Min": np.minimum, "Sum": np.add,
}  # fmt: skip

FUNCTIONS = (
    "Relu", "LeakyRelu", "Sigmoid", "Tanh", "HardSigmoid", "HardSwish", "Elu", "Softplus", "Exp",
    "Log", "Sqrt", "Abs", "Neg", "Erf", "Gelu", "Clip", "PRelu", "Selu", "Celu", "Softsign",
    "ThresholdedRelu", "Mish", "Sin", "Cos", "Atan", "Sinh", "Reciprocal", "Sign", "Floor", "Ceil",
    "Round",
)  # fmt: skip
WITH_NUMBER = ("Add", "Sub", "Mul", "Div", "Pow")  # functions if an operand is a float32 constant


def limits(b: Builder, node: Node) -> tuple[float, float]:
    """Bounds of a Relu or Clip; infinite where it has none.

    Raises NetworkError for bounds of which none is the lower: onnxruntime's kernels differ there.
    """
    if node.kind == "Relu":
        return 0.0, math.inf
    found = []
    for position, name, otherwise in ((1, "min", -math.inf), (2, "max", math.inf)):
        bound = b.optional(node, position, name)
        found.append(otherwise if bound is None else float(bound.reshape(-1)[0]))
    if not found[0] <= found[1]:
        raise b.error(node, f"its bounds are {found[0]:g} and {found[1]:g}; swap them")
    return found[0], found[1]


def two(
    b: Builder, node: Node, x: Quantised, y: Quantised
) -> tuple[list[int], tuple[int, ...], Placed]:
    """Both operands' tensors in one order, the shape of the result in it, and which it is."""
    try:
        shape = np.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        raise b.error(node, f"shapes {x.shape} and {y.shape} do not broadcast") from None
    constant = [b.tensors[next(iter(v.forms.values()))].data is not None for v in (x, y)]
    if all(constant):
        raise b.error(node, "both operands are constants; export it folded")
    images = [IMAGE in v.forms for v, fixed in zip((x, y), constant, strict=True) if not fixed]
    rank = len(shape)
    if rank not in (3, 4) or not any(images):
        return [b.form(v, PLAIN) for v in (x, y)], shape, {"form": PLAIN, "rank": rank}
    indices = []
    for value in (x, y):
        if len(value.shape) == rank:
            indices.append(b.form(value, IMAGE))
            continue
        tensor = b.tensors[value.forms[PLAIN]]
        if tensor.data is None:
            raise b.error(
                node, f"a tensor of shape {value.shape} beside an image; give it {rank} axes"
            )
        wide = (1,) * (rank - len(value.shape)) + value.shape
        data = tensor.data.reshape(wide)
        whole = Quantised(shape=wide, scaling=value.scaling)
        whole.forms[PLAIN] = b.tensor(wide, value.scaling, data=data)
        indices.append(b.form(whole, IMAGE))
    n, c, *sides = shape
    return indices, (n, *((1,) if rank == 3 else ()), *sides, c), {"form": IMAGE, "rank": rank}


def add(b: Builder, node: Node, x: Quantised, y: Quantised, to: Target) -> Quantised:
    """Add and Sub: the core's rule with three multipliers, where onnxruntime has float32."""
    indices, shape, placed = two(b, node, x, y)
    try:
        parameters = add_parameters(x.scaling.scale, y.scaling.scale, to.scaling.scale)
    except ValueError as error:
        raise b.error(node, str(error)) from error
    operation = Addition(
        a_zero_point=x.scaling.zero_point, b_zero_point=y.scaling.zero_point,
        output_zero_point=to.scaling.zero_point, parameters=parameters,
        subtract=node.kind == "Sub", act_min=to.low, act_max=to.high,
    )  # fmt: skip
    return b.compute(node, operation, indices, shape, to.scaling, **placed, exact=False)


def multiply(b: Builder, node: Node, x: Quantised, y: Quantised, to: Target) -> Quantised:
    """Mul."""
    indices, shape, placed = two(b, node, x, y)
    scale = F(x.scaling.scale) * F(y.scaling.scale) / F(to.scaling.scale)
    largest = np.array([255 * 255], dtype=np.int64)
    made, _ = requantisation(b, node, np.array([scale], dtype=F), (-largest, largest), to)
    operation = Multiplication(
        a_zero_point=x.scaling.zero_point, b_zero_point=y.scaling.zero_point,
        output_zero_point=to.scaling.zero_point, multiplier=int(made.multiplier[0]),
        shift=int(made.shift[0]), act_min=to.low, act_max=to.high,
    )  # fmt: skip
    return b.compute(node, operation, indices, shape, to.scaling, **placed, exact=False)


def extreme(b: Builder, node: Node, x: Quantised, y: Quantised) -> Quantised:
    """Max and Min of tensors of one scale, which they keep."""
    if x.scaling != y.scaling:
        raise b.error(node, "its operands have different scales; quantise them alike")
    indices, shape, placed = two(b, node, x, y)
    operation = Maximum(smallest=node.kind == "Min")
    return b.compute(node, operation, indices, shape, x.scaling, **placed)


def softmax_axes(b: Builder, node: Node, rank: int, *, opset: int) -> tuple[int, ...]:
    """The axes that Softmax and LogSoftmax sum over."""
    axis = int(node.attributes.get("axis", 1 if opset < 13 else -1))
    if not -rank <= axis < rank:
        raise b.error(node, f"axis {axis} does not exist in {rank} dimensions")
    # Older operator sets take all axes from this one on together.
    return tuple(range(axis % rank, rank)) if opset < 13 else (axis,)


def softmax(axes: tuple[int, ...], real: Floats) -> Floats:
    """Softmax in float32."""
    powers = np.exp(real - real.max(axis=axes, keepdims=True))
    return np.asarray(powers / powers.sum(axis=axes, keepdims=True, dtype=F), dtype=F)


def log_softmax(axes: tuple[int, ...], real: Floats) -> Floats:
    """LogSoftmax in float32."""
    moved = real - real.max(axis=axes, keepdims=True)
    sums = np.exp(moved).sum(axis=axes, keepdims=True, dtype=F)
    return np.asarray(moved - np.log(sums), dtype=F)


def places(axis: int, *, keep: bool, last: bool, largest: bool) -> Operation:
    """ArgMax and ArgMin, on the host: of bytes, as their order is that of the real numbers."""
    return HostFunction(function=partial(_places, axis, keep, last, largest))


def _places(
    axis: int, keep: bool, last: bool, largest: bool, inputs: Any
) -> list[NDArray[np.generic]]:
    values = np.flip(inputs[0], axis) if last else inputs[0]
    found = (np.argmax if largest else np.argmin)(values, axis=axis, keepdims=keep)
    return [np.asarray(values.shape[axis] - 1 - found if last else found, dtype=np.int64)]


def _quantised(scaling: Scaling, inputs: Any) -> list[NDArray[np.generic]]:
    return [scaling.quantise(inputs[0]).astype(np.int8)]


def quantise_input(scaling: Scaling) -> Operation:
    """QuantizeLinear of a float32 input, on the host."""
    return HostFunction(function=partial(_quantised, scaling))
