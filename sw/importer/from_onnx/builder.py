"""Tensors and layers of a network under construction, each tensor in the order that is wanted.

ONNX has images as NCHW, the core as NHWC. A tensor is made in one of the two; the other one is a
TRANSPOSE of it, made when somebody wants it and not before, so that chains of convolutions, sums
and poolings stay in NHWC from end to end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network import Layer, NetworkError, Tensor
from golden.network.operations import Lookup, Operation, Reshape, Transpose
from sw.importer.from_onnx.file import Node, OnnxFile
from sw.importer.from_onnx.values import (
    IMAGE,
    PLAIN,
    Function,
    Quantised,
    Real,
    Scaling,
    Target,
    Value,
    Weights,
)
from sw.importer.unsigned import TOP_BIT, flip

UINT8, INT8 = 2, 3  # of TensorProto.DataType
MOST_SAID = 600  # characters of a sentence on a node; a list of numbers has no end
MOST_BYTES = 256 << 20  # of all tensors that are computed
TO_IMAGE, TO_PLAIN = (0, 2, 3, 1), (0, 3, 1, 2)
NUMBERS = frozenset({"Unsqueeze", "Expand"})  # a table may be a single number; elsewhere one axis
# Scales: onnxruntime takes smaller ones for 0, and 256 steps of larger ones are infinite.
LEAST_SCALE, MOST_SCALE = 2.0**-126, 2.0**119
SCALARS = frozenset({"QLinearAdd", "QLinearMul", "QLinearAveragePool"})  # of scales without an axis
INPUTS = np.arange(256, dtype=np.uint8).view(np.int8)  # of each entry of a table


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """A tensor of the file that golden computes.

    ``shape`` is that of the file, ``kind`` the operator that makes it; ``exact`` says that golden
    must equal onnxruntime in every bit, else within one step, as that rounds in float32.
    """

    name: str
    shape: tuple[int, ...]
    tensor: int
    form: str
    kind: str
    exact: bool


@dataclass(kw_only=True)
class Builder:
    """What has been read so far."""

    file: OnnxFile
    tensors: list[Tensor] = field(default_factory=list)
    layers: list[Layer] = field(default_factory=list)
    values: dict[str, Value] = field(default_factory=dict)
    constants: dict[str, NDArray[Any]] = field(default_factory=dict)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    inexact: set[int] = field(default_factory=set)
    checked: set[int] = field(default_factory=set)
    inputs: list[int] = field(default_factory=list)
    made: int = 0

    @property
    def path(self) -> Path:
        """The file."""
        return self.file.path

    def error(self, node: Node, what: str) -> NetworkError:
        """NetworkError that names file, node and its output."""
        named = repr(node.outputs[0]) if node.outputs else "(none)"
        if len(what) > MOST_SAID:
            what = f"{what[: MOST_SAID // 2]} ... {what[-MOST_SAID // 2 :]}"
        return NetworkError(f"{self.path}: node {node.index} {node.kind} (output {named}): {what}")

    # ---- operands of a node

    def constant(self, node: Node, position: int) -> NDArray[Any]:
        """An operand that must be a constant."""
        name = node.input(position)
        if name not in self.constants:
            raise self.error(node, f"input {position} must be a constant; export it as one")
        return self.constants[name]

    def optional(self, node: Node, position: int, attribute: str = "") -> NDArray[Any] | None:
        """A constant, or the attribute that older operator sets have; None without."""
        if attribute and attribute in node.attributes:
            return np.asarray(node.attributes[attribute])
        return self.constant(node, position) if node.input(position) else None

    def integers(self, node: Node, position: int, attribute: str = "") -> list[int] | None:
        """The same as whole numbers."""
        found = self.optional(node, position, attribute)
        if found is not None and found.size and found.dtype.kind != "i":
            named = (
                f"attribute {attribute}" if attribute in node.attributes else f"input {position}"
            )
            raise self.error(node, f"{named} must be whole numbers, not {found.dtype}")
        least = 0 if node.kind in NUMBERS else 1
        if found is not None and not least <= found.ndim <= 1:
            raise self.error(node, f"input {position} has shape {found.shape}, not one axis")
        return None if found is None else [int(n) for n in found.reshape(-1)]

    def reals(self, node: Node, position: int) -> NDArray[Any]:
        """A constant of float numbers, as scales are."""
        found = self.constant(node, position)
        if found.dtype.kind != "f":
            raise self.error(node, f"input {position} must be float numbers, not {found.dtype}")
        return found

    def scalar(self, node: Node, position: int) -> float:
        """A constant of one value."""
        found = self.constant(node, position)
        if found.size != 1:
            raise self.error(node, f"input {position} must be one number, not {found.size}")
        return float(found.reshape(-1)[0])

    def single(self, node: Node, position: int) -> None:
        """Raise NetworkError for a scale or zero point in more axes than onnxruntime takes."""
        most = 0 if node.kind in SCALARS else 1
        shape = self.constant(node, position).shape
        if len(shape) > most:
            wanted = "(1,) or ()" if most else "()"
            raise self.error(node, f"input {position} has shape {shape}; {wanted} is wanted")

    def usable(self, node: Node, scales: np.ndarray) -> None:
        """Raise NetworkError for scales with which float32 has no value for each step."""
        bad = [s for s in scales.reshape(-1) if not LEAST_SCALE <= s <= MOST_SCALE]
        if bad and not (np.isfinite(bad[0]) and bad[0] > 0):
            raise self.error(node, f"scale {bad[0]} is not a positive number; quantise it anew")
        if bad:
            raise self.error(node, f"scale {bad[0]:g} leaves float32; quantise it anew")

    def scaling(self, node: Node, scale_at: int, point_at: int) -> Scaling:
        """A scale and a zero point for a whole tensor; without a zero point it is uint8, 0."""
        self.reals(node, scale_at)
        scale = self.scalar(node, scale_at)
        self.single(node, scale_at)
        self.usable(node, np.asarray(scale))
        point = np.zeros(1, dtype=np.uint8)
        if node.input(point_at):
            point = self.constant(node, point_at)
        elif (named := node.attributes.get("output_dtype", 0)) in (INT8, UINT8):
            point = np.zeros(1, dtype=np.int8 if named == INT8 else np.uint8)
        if str(point.dtype) not in ("int8", "uint8") or point.size != 1:
            raise self.error(
                node, f"it quantises to {point.dtype} x {point.size}; only one int8 or uint8 "
                "zero point is supported, quantise it so",
            )  # fmt: skip
        if node.input(point_at):
            self.single(node, point_at)
        flipped = point.dtype == np.uint8
        return Scaling(
            scale=scale, zero_point=int(point.reshape(-1)[0]) - 128 * flipped, flipped=flipped
        )

    def known(self, node: Node, position: int) -> Value:
        """What stands behind an operand."""
        name = node.input(position)
        if name in self.values:
            return self.values[name]
        if name in self.constants:
            dtype = self.constants[name].dtype
            raise self.error(node, f"input {position} is a {dtype} constant; quantise it")
        raise self.error(node, f"input {position} is missing")

    def quantised(self, node: Node, position: int) -> Quantised:
        """An operand of a node that computes: a tensor, or what DequantizeLinear made of it."""
        value = self.known(node, position)
        if isinstance(value, Real) and not value.functions:
            return value.source
        if isinstance(value, Quantised):
            return value
        if isinstance(value, Weights):
            return self.fixed(node, value)
        raise self.error(
            node, f"input {position} is float32 that no QuantizeLinear rounds; quantise it"
        )

    def fixed(self, node: Node, weights: Weights) -> Quantised:
        """A constant as a tensor."""
        if weights.scales.size != 1:
            raise self.error(node, "a constant operand must have one scale; quantise it per tensor")
        scaling = Scaling(
            scale=float(weights.scales.reshape(-1)[0]),
            zero_point=weights.zero_point,
            flipped=weights.flipped,
        )
        value = Quantised(shape=weights.data.shape, scaling=scaling)
        value.forms[PLAIN] = self.tensor(weights.data.shape, scaling, data=weights.data)
        return value

    def weights(self, node: Node, position: int) -> Weights:
        """An operand that must be constant weights."""
        value = self.known(node, position)
        if not isinstance(value, Weights):
            raise self.error(node, f"input {position} must be constant weights")
        return value

    def rescaled(self, node: Node, position: int, scaling: Scaling) -> Quantised:
        """A tensor of the QOperator form, whose scale stands with who reads it."""
        value = self.known(node, position)
        if isinstance(value, Weights):
            return self.fixed(node, value)
        if not isinstance(value, Quantised):
            raise self.error(node, f"input {position} is not quantised")
        if value.scaling.flipped != scaling.flipped:
            raise self.error(node, f"the zero point of input {position} has another type")
        return Quantised(shape=value.shape, scaling=scaling, forms=value.forms)

    # ---- tensors and layers

    def tensor(
        self,
        shape: Sequence[int],
        scaling: Scaling | None = None,
        *,
        name: str = "",
        dtype: str = "int8",
        data: NDArray[Any] | None = None,
    ) -> int:
        """Add a tensor."""
        shape = tuple(int(n) for n in shape)
        size = 1
        for n in shape:
            size *= n
        self.made += 0 if data is not None else size
        if size < 1 or self.made > MOST_BYTES:
            raise NetworkError(
                f"{self.path}: a tensor of shape {shape} is empty, or all take more than "
                f"{MOST_BYTES >> 20} MiB; run it on smaller inputs"
            )
        index = len(self.tensors)
        self.tensors.append(
            Tensor(
                index=index, name=name or f"tensor{index}", shape=shape, dtype=dtype,
                scale=scaling.scale if scaling else 0.0,
                zero_point=scaling.zero_point if scaling else 0,
                data=data, flipped=bool(scaling and scaling.flipped),
            )
        )  # fmt: skip
        return index

    def layer(
        self, kind: str, operation: Operation, inputs: Sequence[int], outputs: Sequence[int]
    ) -> None:
        """Add a layer."""
        self.layers.append(
            Layer(
                index=len(self.layers), operator=kind, operation=operation,
                inputs=tuple(inputs), outputs=tuple(outputs),
            )
        )  # fmt: skip

    def compute(
        self,
        node: Node,
        operation: Operation,
        inputs: Sequence[int],
        shape: Sequence[int],
        scaling: Scaling,
        form: str = PLAIN,
        *,
        exact: bool = True,
        rank: int = 4,
    ) -> Quantised:
        """Add a layer that makes one tensor; ``shape`` is as the form has it.

        An image of ``rank`` 3 is one row of pixels.
        """
        index = self.tensor(shape, scaling, name=node.outputs[0])
        self.layer(node.kind, operation, inputs, [index])
        if not exact or any(self._unsettled(i) for i in inputs):
            self.inexact.add(index)
        logical = tuple(shape)
        if form == IMAGE:
            logical = tuple(shape[a] for a in (TO_PLAIN if rank == 4 else (0, 3, 2)))
        return Quantised(shape=tuple(int(n) for n in logical), scaling=scaling, forms={form: index})

    def form(self, value: Quantised, form: str) -> int:
        """The tensor of a value in an order; at need a TRANSPOSE, or a RESHAPE if that will do."""
        if form in value.forms:
            return value.forms[form]
        if len(value.shape) == 3:
            return self._form_of_row(value, form)
        source = self.tensors[next(iter(value.forms.values()))]
        axes = TO_IMAGE if form == IMAGE else TO_PLAIN
        shape = tuple(source.shape[a] for a in axes)
        if source.data is not None:
            data = np.ascontiguousarray(source.data.transpose(axes))
            index = self.tensor(shape, value.scaling, data=data)
        else:
            index = self.tensor(shape, value.scaling, name=f"{source.name} as {form}")
            long = [axis for axis in axes if source.shape[axis] > 1]
            moves = long != sorted(long)
            operation = Transpose(permutation=axes) if moves else Reshape(shape=shape)
            self.layer("Transpose" if moves else "Reshape", operation, [source.index], [index])
            if self._unsettled(source.index):
                self.inexact.add(index)
        value.forms[form] = index
        return index

    def _form_of_row(self, value: Quantised, form: str) -> int:
        """The same for shape [n, c, w], whose image is one row of pixels."""
        n, c, w = value.shape
        forms = value.forms
        if form == IMAGE:
            forms = {PLAIN: self.reshaped(forms[PLAIN], (n, c, 1, w))}
        index = self.form(Quantised(shape=(n, c, 1, w), scaling=value.scaling, forms=forms), form)
        value.forms[form] = index if form == IMAGE else self.reshaped(index, value.shape)
        return value.forms[form]

    def reshaped(self, index: int, shape: tuple[int, ...]) -> int:
        """A tensor under another shape."""
        source = self.tensors[index]
        scaling = Scaling(scale=source.scale, zero_point=source.zero_point, flipped=source.flipped)
        if source.data is not None:
            return self.tensor(shape, scaling, data=source.data.reshape(shape))
        made = self.tensor(shape, scaling, name=f"{source.name} reshaped")
        self.layer("Reshape", Reshape(shape=shape), [index], [made])
        if self._unsettled(index):
            self.inexact.add(made)
        return made

    def table(
        self, node: Node, source: Quantised, functions: Sequence[Function], to: Target
    ) -> Quantised:
        """Functions of each element, rounded to a target: a table of 256 entries."""
        real = source.scaling.real(INPUTS)
        with np.errstate(all="ignore"):
            for function in functions:
                real = np.asarray(function(real), dtype=np.float32)
        entries = np.clip(to.scaling.quantise(real), to.low, to.high).astype(np.int8)
        if np.array_equal(entries, INPUTS):
            return Quantised(shape=source.shape, scaling=to.scaling, forms=source.forms)
        form = next(iter(source.forms))
        index = source.forms[form]
        if self.tensors[index].data is not None:
            data = entries[self.tensors[index].data.view(np.uint8)]  # type: ignore[union-attr]
            made = self.tensor(data.shape, to.scaling, data=data)
            return Quantised(shape=source.shape, scaling=to.scaling, forms={form: made})
        return self.compute(
            node, Lookup(table=entries), [index], self.tensors[index].shape, to.scaling, form,
            exact=not functions,
        )  # fmt: skip

    # ---- the border and the checkpoints

    def _unsettled(self, index: int) -> bool:
        """Whether a tensor may be a step off, and nobody has compared it yet."""
        return index in self.inexact and index not in self.checked

    def checkpoint(self, name: str, value: Quantised) -> None:
        """Note that a tensor of the file is there to be compared."""
        form, index = next(iter(value.forms.items()))
        maker = [layer.operator for layer in self.layers if index in layer.outputs]
        if self.tensors[index].data is None and maker:
            self.checkpoints.append(
                Checkpoint(
                    name=name, shape=value.shape, tensor=index, form=form, kind=maker[0],
                    exact=not self._unsettled(index),
                )
            )  # fmt: skip
            self.checked.add(index)

    def checkpoint_of(self, name: str, shape: tuple[int, ...], index: int, kind: str) -> None:
        """Note a tensor that is no int8: it must equal onnxruntime's on the values before it."""
        self.checkpoints.append(
            Checkpoint(name=name, shape=shape, tensor=index, form=PLAIN, kind=kind, exact=True)
        )

    def border_input(self, name: str, shape: tuple[int, ...], dtype: str) -> Quantised:
        """An int8 or uint8 input of the network; its scale stands with who reads it."""
        scaling = Scaling(scale=1.0, zero_point=0, flipped=dtype == "uint8")
        index = self.tensor(shape, scaling, name=name)
        if scaling.flipped:
            outside = self.tensor(shape, name=name, dtype="uint8")
            self.inputs.append(outside)
            self.layer("UINT8", flip("int8"), [outside], [index])
        else:
            self.inputs.append(index)
        return Quantised(shape=shape, scaling=scaling, forms={PLAIN: index})

    def border_output(self, value: Quantised, name: str) -> int:
        """The tensor that the caller gets."""
        index = self.form(value, PLAIN)
        if not value.scaling.flipped:
            return index
        outside = self.tensor(value.shape, name=name, dtype="uint8")
        self.layer("UINT8", flip("uint8"), [index], [outside])
        return outside


def turned(data: NDArray[Any]) -> NDArray[np.int8]:
    """int8 as it is, uint8 with its top bit turned over."""
    if data.dtype == np.uint8:
        return (data ^ np.uint8(TOP_BIT)).view(np.int8)
    return data.astype(np.int8)


def shape_of(value: Value) -> tuple[int, ...]:
    """Shape of what stands behind a name."""
    if isinstance(value, Real):
        return value.source.shape
    if isinstance(value, Weights):
        return value.data.shape
    return value.shape


# What makes layers of a node, and what its outputs then are.
Handler = Callable[[Builder, Node], Value | list[Value] | None]
