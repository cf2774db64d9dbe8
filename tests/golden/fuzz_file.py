"""Random models whose golden answer comes through the importer: file in, arrays out."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.network import Network, run_network
from models.tflite_writer import TfliteWriter
from sw.importer import import_network
from tests.golden.fuzz_case import Case
from tests.golden.fuzz_values import choice, int8_tensor, log_uniform

Array = NDArray[Any]
RANGES = {"int8": (-128, 127), "int16": (-32768, 32767), "int32": (-(1 << 31), (1 << 31) - 1)}


def values(rng: np.random.Generator, shape: Sequence[int], dtype: str = "int8") -> Array:
    """Random values of any type: uniform, extreme, small or constant."""
    shape = tuple(int(n) for n in shape)
    if dtype == "int8":
        return int8_tensor(rng, shape)
    if dtype == "bool":
        return rng.random(shape) < 0.5
    if dtype == "float32":
        return rng.normal(0, 2.0 ** rng.uniform(-3, 6), shape).astype(np.float32)
    low, high = RANGES[dtype]
    style = choice(rng, ("uniform", "uniform", "uniform", "small", "extreme"))
    if style == "small":
        return rng.integers(-20, 21, shape).astype(dtype)
    if style == "extreme":
        return rng.choice(np.array([low, high, 0]), shape).astype(dtype)
    return rng.integers(low, high + 1, shape, dtype=np.int64).astype(dtype)


def shape_of(rng: np.random.Generator, rank: int, largest: int = 6) -> tuple[int, ...]:
    return tuple(int(n) for n in rng.integers(1, largest + 1, rank))


def some_rank(rng: np.random.Generator, largest: int = 4) -> int:
    return int(rng.integers(1, largest + 1))


@dataclass(kw_only=True)
class Draft:
    """A model under construction, with the inputs it is run on."""

    operator: str
    rng: np.random.Generator
    writer: TfliteWriter = field(default_factory=lambda: TfliteWriter("fuzz"))
    ids: list[int] = field(default_factory=list)
    runs: list[list[Array]] = field(default_factory=lambda: [[]])
    notes: list[str] = field(default_factory=list)
    features: set[str] = field(default_factory=set)

    @property
    def name(self) -> str:
        """Operator without its types."""
        return self.operator.split(" ", 1)[0]

    @property
    def dtype(self) -> str:
        """First of its types."""
        return [*self.operator.split(" "), "int8"][1]

    def input(
        self, data: Array, *, scale: float | None = None, zero_point: int = 0, name: str = "x"
    ) -> int:
        """An input of the model."""
        index = self.writer.add_tensor(
            name, data.shape, dtype=str(data.dtype), scale=scale, zero_point=zero_point
        )
        self.ids.append(index)
        self.runs[0].append(data)
        self.notes.append(f"{name} {data.dtype} {data.shape} s {scale!r} z {zero_point}")
        return index

    def constant(self, data: Any, *, dtype: str = "int32", **options: Any) -> int:
        """A constant tensor."""
        array = np.asarray(data)
        self.notes.append(f"constant {array.tolist() if array.size < 20 else array.shape}")
        return self.writer.add_tensor("k", array.shape, dtype=dtype, data=array, **options)

    def output(
        self,
        shape: Sequence[int],
        *,
        dtype: str = "int8",
        scale: float | None = None,
        zero_point: int = 0,
    ) -> int:
        """A tensor that the operator makes."""
        self.notes.append(f"to {dtype} {tuple(shape)} s {scale!r} z {zero_point}")
        return self.writer.add_tensor("y", shape, dtype=dtype, scale=scale, zero_point=zero_point)

    def case(self, inputs: Sequence[int], outputs: Sequence[int], **options: Any) -> Case:
        """The case of one operator with these tensors."""
        self.writer.add_operator(self.name, inputs, outputs, **options)
        return self.finish(outputs, **options)

    def finish(self, outputs: Sequence[int], **options: Any) -> Case:
        model = self.writer.finish(self.ids, list(outputs))
        runs = self.runs
        return Case(
            operator=self.operator,
            model=model,
            inputs=runs[0],
            runs=runs,
            outputs=len(outputs),
            golden=lambda: answers(model, runs),
            describe="; ".join(self.notes) + f"; {options}",
            features=self.features,
        )


def network_of(model: bytes) -> Network:
    with tempfile.NamedTemporaryFile(suffix=".tflite") as file:
        file.write(model)
        file.flush()
        return import_network(Path(file.name))


def answers(model: bytes, runs: Sequence[Sequence[Array]]) -> list[Array]:
    """Golden's outputs of all runs, one after the other; the state goes from run to run."""
    network = network_of(model)
    state = {name: value.copy() for name, value in network.state.items()}
    made: list[Array] = []
    for inputs in runs:
        results = run_network(network, inputs, state)
        for index in network.outputs:
            constant = network.tensors[index].data
            made.append(results[index] if constant is None else constant)
    return made


def point(rng: np.random.Generator, dtype: str) -> int:
    """Zero point: int16 and wider have none."""
    if dtype != "int8":
        return 0
    return int(choice(rng, (-128, 127, 0, int(rng.integers(-128, 128)))))


def scale_of(rng: np.random.Generator, low: float = -10, high: float = 2) -> float:
    return log_uniform(rng, low, high)
