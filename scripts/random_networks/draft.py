"""A random network under construction: what has been made so far, and random choices from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from golden.numerics import limits
from models.tflite_writer import TfliteWriter
from sw.importer.registry import OPERATORS

MOST_PARTS = 4

Array = NDArray[np.generic]
Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How large a network may become.

    Attributes:
        operators: at most.
        elements: of a tensor that is made.
        constant: elements of a constant.
        channels: of a product's result.
        macs: multiply-accumulates of a product.
        side: largest height and width of an input.
        depth: most channels of an input.
        long: share of inputs that have nearly all elements along one axis.
    """

    operators: int
    elements: int
    constant: int
    channels: int
    macs: int
    side: int
    depth: int
    long: float = 0.0


# Few elements let thousands of networks run; everything fits the scratchpad and weight buffer.
SMALL = Extent(
    operators=30, elements=2500, constant=1 << 20, channels=24, macs=1 << 31, side=12, depth=16
)
# What does not: strips, layers whose tensors go through memory, weights in parts.
LARGE = Extent(
    operators=8, elements=150_000, constant=250_000, channels=160, macs=4_000_000, side=80,
    depth=96, long=0.25,
)  # fmt: skip


class UnsuitableError(Exception):
    """Nothing made so far fits an operator, or its result would be too large; draw another one."""


@dataclass(frozen=True, kw_only=True)
class Value:
    """A tensor that may be read; `scale` 0 stands for none."""

    index: int
    shape: tuple[int, ...]
    dtype: str = "int8"
    scale: float = 0.0
    zero_point: int = 0

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.prod(self.shape, dtype=np.int64))

    def like(self, shape: Sequence[int]) -> Value:
        """Return a tensor to be made of the same type and quantisation."""
        return wanted(shape, dtype=self.dtype, scale=self.scale, zero_point=self.zero_point)


def wanted(
    shape: Sequence[int], *, dtype: str = "int8", scale: float = 0.0, zero_point: int = 0
) -> Value:
    """Return a tensor that is to be made."""
    return Value(
        index=-1,
        shape=tuple(int(n) for n in shape),
        dtype=dtype,
        scale=float(np.float32(scale)),
        zero_point=zero_point,
    )


@dataclass(kw_only=True)
class Draft:
    """The network so far; `pool` are the tensors that may be read, `read` those that were."""

    rng: np.random.Generator
    extent: Extent = SMALL
    writer: TfliteWriter = field(default_factory=lambda: TfliteWriter("random network"))
    inputs: list[int] = field(default_factory=list)
    pool: list[Value] = field(default_factory=list)
    read: set[int] = field(default_factory=set)
    made: list[int] = field(default_factory=list)
    weights: list[tuple[int, tuple[int, ...], NDArray[np.float32]]] = field(default_factory=list)
    operators: int = 0

    def integer(self, low: int, high: int) -> int:
        """Random integer in low..high."""
        return int(self.rng.integers(low, high + 1))

    def chance(self, share: float) -> bool:
        """True in that share of cases."""
        return bool(self.rng.random() < share)

    def choice(self, options: Sequence[Item]) -> Item:
        """One of these."""
        return options[self.integer(0, len(options) - 1)]

    def scale(self, low: float = -7, high: float = -2) -> float:
        """A float32 scale between these powers of two."""
        return float(np.float32(2.0 ** self.rng.uniform(low, high)))

    def point(self, dtype: str = "int8") -> int:
        """A zero point; only int8 has one."""
        if dtype != "int8":
            return 0
        return self.choice((-128, 127, 0, self.integer(-128, 127), self.integer(-20, 20)))

    def values(self, shape: Sequence[int], dtype: str = "int8") -> Array:
        """Random values of an integer type, mostly uniform, sometimes only its ends."""
        if dtype == "bool":
            return self.rng.random(tuple(shape)) < 0.5
        low, high = limits(dtype)
        if self.chance(0.1):
            return self.rng.choice(np.array([low, high, 0]), tuple(shape)).astype(dtype)
        return self.rng.integers(low, high, tuple(shape), dtype=dtype, endpoint=True)

    def any(self, fits: Callable[[Value], bool] = lambda _: True) -> Value:
        """Return a tensor that fits, rather a late one. Raises UnsuitableError if there is none."""
        fitting = [value for value in self.pool if fits(value)]
        if not fitting:
            raise UnsuitableError
        return self.choice(fitting[-4:] if self.chance(0.7) else fitting)

    def operand(
        self, name: str, fits: Callable[[Value], bool] = lambda _: True, rank: int = 4
    ) -> Value:
        """Return a tensor of a type that the operator takes, of at most that rank."""
        types = {kind.split()[0] for kind in OPERATORS[name].types}
        return self.any(lambda v: v.dtype in types and len(v.shape) <= rank and fits(v))

    def image(self, name: str, fits: Callable[[Value], bool] = lambda _: True) -> Value:
        """Return a tensor of four axes, at need by a RESHAPE."""
        whole = self.operand(name, fits, rank=5)
        if len(whole.shape) == 4:
            return whole
        shape = [n for n in whole.shape if n > 1][:4]
        if int(np.prod(shape)) != whole.size:
            raise UnsuitableError
        shape = [1] * (4 - len(shape)) + shape
        return self.reshaped(whole, shape)

    def reshaped(self, source: Value, shape: Sequence[int]) -> Value:
        """Return it in another shape."""
        table = self.constant(np.array(shape, dtype=np.int32))
        return self.add("RESHAPE", [source, table], [source.like(shape)], newShape=list(shape))[0]

    def input(self, shape: Sequence[int], dtype: str, scale: float, zero_point: int) -> Value:
        """Add an input of the network."""
        name = f"input{len(self.inputs)}"
        value = self._tensor(
            name, wanted(shape, dtype=dtype, scale=scale, zero_point=zero_point), None
        )
        self.inputs.append(value.index)
        self.pool.append(value)
        return value

    def constant(
        self,
        data: Array,
        *,
        scale: float | NDArray[np.float32] = 0.0,
        zero_point: int = 0,
        channel_axis: int = 0,
    ) -> Value:
        """Add a constant. Raises UnsuitableError if that is too large."""
        if data.size > self.extent.constant:
            raise UnsuitableError
        index = self.writer.add_tensor(
            f"constant{self.operators}_{len(self.read)}_{self.integer(0, 1 << 20)}",
            data.shape,
            dtype=str(data.dtype),
            data=data,
            scale=scale if np.any(scale) else None,
            zero_point=zero_point,
            channel_axis=channel_axis,
        )
        one = float(np.asarray(scale).reshape(-1)[0])
        return Value(
            index=index, shape=data.shape, dtype=str(data.dtype), scale=one, zero_point=zero_point
        )

    def add(
        self, name: str, inputs: Sequence[Value | int], outputs: Sequence[Value], **options: Any
    ) -> list[Value]:
        """Add an operator; return what it makes. Raises UnsuitableError if that is too large."""
        if any(not 0 < value.size <= self.extent.elements for value in outputs):
            raise UnsuitableError
        indices = [item if isinstance(item, int) else item.index for item in inputs]
        results = [
            self._tensor(f"{name.lower()}{self.operators}_{part}", value, None)
            for part, value in enumerate(outputs)
        ]
        self.writer.add_operator(name, indices, [value.index for value in results], **options)
        self.operators += 1
        self.read.update(indices)
        self.pool += results
        self.made += [value.index for value in results]
        return results

    def afford(self, macs: int) -> None:
        """Raise UnsuitableError if a product takes too many multiply-accumulates."""
        if macs > self.extent.macs:
            raise UnsuitableError

    def retire(self, value: Value) -> None:
        """Let nothing read a tensor any more: it is an output."""
        self.pool.remove(value)

    def finish(self) -> bytes:
        """Return the file: its outputs are what nobody reads, and now and then one more."""
        ends = [index for index in self.made if index not in self.read]
        others = [index for index in self.made if index in self.read]
        if others and self.chance(0.2):
            ends.append(self.choice(others))
        return self.writer.finish(self.inputs, ends)

    def _tensor(self, name: str, value: Value, data: Array | None) -> Value:
        index = self.writer.add_tensor(
            name,
            value.shape,
            dtype=value.dtype,
            data=data,
            scale=value.scale or None,
            zero_point=value.zero_point,
        )
        return Value(
            index=index,
            shape=value.shape,
            dtype=value.dtype,
            scale=value.scale,
            zero_point=value.zero_point,
        )
