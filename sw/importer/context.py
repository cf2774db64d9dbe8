"""What a handler of one operator sees: its options, tensors and constants, with good errors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from tflite_micro.tensorflow.lite.micro.python import schema_py_generated as schema

from golden.network import NetworkError, Tensor
from golden.numerics import activation_range
from golden.operators.windows import Window, resolve_padding
from sw.importer.records import OperatorRecord, TensorRecord

Made = TypeVar("Made")

_ACTIVATIONS = {
    schema.ActivationFunctionType.NONE: "NONE",
    schema.ActivationFunctionType.RELU: "RELU",
    schema.ActivationFunctionType.RELU6: "RELU6",
    schema.ActivationFunctionType.RELU_N1_TO_1: "RELU_N1_TO_1",
}
MOST_PADDING = 32767  # rows or columns: tflite-micro has them in 16 bits
MOST_PADDED = 1 << 27  # elements of an image with its padding
_PADDINGS = {schema.Padding.SAME: "SAME", schema.Padding.VALID: "VALID"}


@dataclass(frozen=True, kw_only=True)
class Operator:
    """One operator being imported: ``inputs`` may hold -1 for an optional tensor left out."""

    index: int
    name: str
    version: int
    kind: str
    options: Any
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]
    dtypes: frozenset[str]
    context: Context

    def error(self, what: str, *, tensor: Tensor | None = None) -> NetworkError:
        """NetworkError that names file, operator and a tensor: the output where none is given."""
        if tensor is not None:
            named = f"tensor {tensor.name!r}"
        elif self.outputs:
            named = f"output tensor {self.context.tensors[self.outputs[0]].name!r}"
        else:
            named = "no output"
        return NetworkError(
            f"{self.context.path}: operator {self.index} {self.name} ({named}): {what}"
        )

    def record(self, position: int) -> TensorRecord:
        """What the file says of the input at ``position``: all scales and zero points, the axis."""
        return self.context.records[self.tensor(position).index]

    def tensor(self, position: int) -> Tensor:
        """Input tensor at ``position``; raises when the operator has none there."""
        if position >= len(self.inputs) or self.inputs[position] < 0:
            raise self.error(f"input {position} is missing")
        return self.context.tensors[self.inputs[position]]

    def activation(self, position: int) -> Tensor:
        """Input tensor at ``position``, of a type that the operator takes."""
        return self._known(self.tensor(position))

    def output(self, position: int = 0) -> Tensor:
        """Output tensor at ``position``, of a type that the operator makes."""
        return self._known(self.context.tensors[self.outputs[position]])

    def int8(self, position: int) -> Tensor:
        """Input tensor at ``position``, which must be int8 with one scale."""
        return self.quantised(self.given(position, "int8"))

    def made_int8(self) -> Tensor:
        """The output tensor, which must be int8 with one scale."""
        return self.quantised(self.made("int8"))

    def given(self, position: int, *dtypes: str) -> Tensor:
        """Input tensor at ``position`` of one of these types, quantised or not."""
        return self._of(self.tensor(position), dtypes)

    def made(self, *dtypes: str, position: int = 0) -> Tensor:
        """Output tensor at ``position`` of one of these types, quantised or not."""
        return self._of(self.context.tensors[self.outputs[position]], dtypes)

    def quantised(self, tensor: Tensor) -> Tensor:
        """The tensor, which must have one scale."""
        if tensor.scale <= 0.0:
            raise self.error("it has no per-tensor scale; quantise it", tensor=tensor)
        return tensor

    def _known(self, tensor: Tensor) -> Tensor:
        return self._of(tensor, tuple(sorted(self.dtypes)))

    def _of(self, tensor: Tensor, dtypes: tuple[str, ...]) -> Tensor:
        if tensor.dtype not in dtypes:
            known = " or ".join(dtypes)
            raise self.error(
                f"it is {tensor.dtype}; only {known} is supported, quantise it", tensor=tensor
            )
        return tensor

    def axes(self, position: int, rank: int) -> tuple[int, ...]:
        """Constant axes at ``position``, counted from the front, each once."""
        found = []
        for axis in self.constant(position, "int32").reshape(-1):
            if not -rank <= axis < rank:
                raise self.error(f"axis {axis} does not exist in {rank} dimensions")
            found.append(int(axis) % rank)
        return tuple(sorted(set(found)))

    def integers(self, position: int) -> list[int]:
        """Constant int32 or int64 values at ``position``."""
        tensor = self.tensor(position)
        dtype = "int64" if tensor.dtype == "int64" else "int32"
        return [int(value) for value in self.constant(position, dtype).reshape(-1)]

    def defined(self, make: Callable[[], Made]) -> Made:
        """What ``make`` gives; a ValueError becomes an error of this operator."""
        try:
            return make()
        except ValueError as error:
            raise self.error(str(error)) from error

    def constant(self, position: int, dtype: str) -> NDArray[Any]:
        """Value of a constant input of that type."""
        tensor = self.tensor(position)
        if tensor.dtype != dtype:
            raise self.error(
                f"it is {tensor.dtype}; only {dtype} is supported here, export it so", tensor=tensor
            )
        if tensor.data is None:
            raise self.error("it must be a constant; export it as one", tensor=tensor)
        return tensor.data

    def moves(self, index: int) -> bool:
        """Whether a tensor is one that the operator's elements come from, no table of constants."""
        tensor = self.context.tensors[index]
        return tensor.data is None or tensor.dtype == self.context.tensors[self.outputs[0]].dtype

    def forget_inputs(self) -> None:
        """Say that the result does not depend on the values of the inputs."""
        self.context.ignored.update(self.outputs)

    def variable(self, position: int) -> str:
        """Name of the state tensor at ``position``, which is a variable from now on.

        TensorFlow Lite Micro starts it at its zero point.
        """
        index = self.inputs[position]
        tensor = self.tensor(position)
        name = f"{tensor.name} {index}"
        self.context.variables[index] = name
        point = tensor.zero_point if tensor.dtype == "int8" else 0
        self.context.state[name] = np.full(tensor.shape, point, dtype=tensor.dtype)
        return name

    def bias(self, position: int) -> NDArray[np.int32] | None:
        """Bias int32 at ``position``, None where the operator has none."""
        if position >= len(self.inputs) or self.inputs[position] < 0:
            return None
        dtype = self.given(position, "int32", "int64").dtype
        return np.asarray(self.constant(position, dtype)).reshape(-1)

    def weight_scales(self, position: int) -> NDArray[np.float32]:
        """Scales of the weights at ``position``, [1] or one a channel; zero points must be 0."""
        tensor = self.tensor(position)
        if tensor.channel_scales is None or len(tensor.channel_scales) == 0:
            raise self.error("its weights are not quantised", tensor=tensor)
        return tensor.channel_scales

    def nhwc(self, tensor: Tensor) -> tuple[int, int, int, int]:
        """Shape of a 4-D tensor."""
        if len(tensor.shape) != 4:
            raise self.error(f"it has shape {tensor.shape}, not NHWC", tensor=tensor)
        n, h, w, c = tensor.shape
        return n, h, w, c

    def clamp(self) -> tuple[int, int]:
        """Clamp (act_min, act_max) of the fused activation on the output's quantisation."""
        code = getattr(self.options, "fusedActivationFunction", 0) if self.options else 0
        if code not in _ACTIVATIONS:
            raise self.error(f"fused activation number {code} is not supported")
        output = self.quantised(self.made("int8", "int16"))
        return activation_range(_ACTIVATIONS[code], output.scale, output.zero_point, output.dtype)

    def window(self, kernel: tuple[int, int]) -> Window:
        """Window of a convolution or pooling on input 0 with this operator's options."""
        _, in_h, in_w, channels = self.nhwc(self.tensor(0))
        options = self.options
        # Steps between the taps of a single row or column mean nothing, whatever they are.
        dilation = [
            getattr(options, name, 1) if size > 1 else 1
            for name, size in zip(("dilationHFactor", "dilationWFactor"), kernel, strict=True)
        ]
        try:
            window = resolve_padding(
                in_h,
                in_w,
                kernel=kernel,
                stride=(options.strideH, options.strideW),
                dilation=(dilation[0], dilation[1]),
                padding=_PADDINGS[options.padding],
            )
        except ValueError as error:
            raise self.error(f"its window does not fit {in_h} x {in_w} pixels: {error}") from None
        padded = (in_h + 2 * window.pad_top) * (in_w + 2 * window.pad_left) * channels
        if max(window.pad_top, window.pad_left) > MOST_PADDING or padded > MOST_PADDED:
            raise self.error(
                f"its window reaches {window.pad_top} rows and {window.pad_left} columns beyond "
                f"{in_h} x {in_w} pixels; export it with smaller dilations"
            )
        _, out_h, out_w, _ = self.nhwc(self.context.tensors[self.outputs[0]])
        if (window.out_h, window.out_w) != (out_h, out_w):
            raise self.error(
                f"its output should be {window.out_h} x {window.out_w} pixels, "
                f"the file says {out_h} x {out_w}"
            )
        return window


@dataclass(kw_only=True)
class Context:
    """The file being imported, its tensors (and what the file says of them), variables so far."""

    path: Path
    tensors: list[Tensor]
    records: Sequence[TensorRecord]
    variables: dict[int, str] = field(default_factory=dict)
    state: dict[str, NDArray[Any]] = field(default_factory=dict)
    ignored: set[int] = field(default_factory=set)

    def add(self, tensor: Tensor) -> int:
        """Add a tensor that the file does not have; return its index."""
        index = len(self.tensors)
        self.tensors.append(replace(tensor, index=index))
        return index

    def operator(
        self, name: str, version: int, record: OperatorRecord, dtypes: frozenset[str]
    ) -> Operator:
        """View of one operator for its rules and its handler; ``dtypes`` are those it takes."""
        return Operator(
            dtypes=dtypes,
            index=record.index,
            name=name,
            version=version,
            kind=record.kind,
            options=record.options,
            inputs=record.inputs,
            outputs=record.outputs,
            context=self,
        )

    def is_activation(self, index: int) -> bool:
        """Whether the tensor is computed at run time (not a constant, a handle or left out)."""
        return index >= 0 and self.tensors[index].data is None and index not in self.variables
