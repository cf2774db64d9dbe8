"""One plausible mistake for each generator of random models: what is replaced, and by what."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np

import golden.operators
from golden.numerics import limits, multiply_by_quantized_multiplier, multiply_wide, narrow

Function = Callable[..., Any]
OPERATORS = "golden.operators"
LAYERS = "golden.network.operations"
# An operator is imported when it is first evaluated: under a mistake, it would keep that for good.
for _module in pkgutil.iter_modules(golden.operators.__path__):
    importlib.import_module(f"{OPERATORS}.{_module.name}")


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """``wrong`` takes the place of ``target``, given the genuine one."""

    target: str
    wrong: Callable[[Function], Any]

    def genuine(self) -> Any:
        """What stands there."""
        module, _, name = self.target.rpartition(".")
        try:
            return getattr(importlib.import_module(module), name)
        except ModuleNotFoundError:  # a method
            module, _, owner = module.rpartition(".")
            return getattr(getattr(importlib.import_module(module), owner), name)


def rolled(genuine: Function) -> Function:
    """Every result moved on by one element; its type and shape stay."""

    def wrong(*arguments: Any, **options: Any) -> Any:
        made = genuine(*arguments, **options)
        if isinstance(made, list):
            return [np.roll(array, 1) for array in made]
        return np.roll(made, 1)

    return wrong


def single_rounding(_: Function) -> Function:
    """One rounding of the whole product; left shifts untouched."""

    def wrong(x: Any, multiplier: Any, shift: Any) -> Any:
        shift = np.asarray(shift, dtype=np.int64)
        total = 31 - np.minimum(shift, 0)
        product = np.asarray(x, dtype=np.int64) * np.asarray(multiplier, dtype=np.int64)
        rounded = (product + (np.int64(1) << (total - 1))) >> total
        left = multiply_by_quantized_multiplier(x, multiplier, np.maximum(shift, 0))
        return np.where(shift > 0, left, rounded).astype(np.int32)

    return wrong


def full_multiplier(_: Function) -> Function:
    """A wide sum scaled by all bits of its multiplier."""

    def wrong(x: Any, multiplier: Any, shift: Any) -> Any:
        exact = multiply_wide(x, multiplier, shift).astype(np.float64)
        total = 31.0 - np.asarray(shift, dtype=np.float64)
        full = np.floor(np.asarray(x) * np.asarray(multiplier, np.float64) / 2.0**total + 0.5)
        return np.where(np.abs(exact) < 1 << 30, full, exact).astype(np.int64).astype(np.int32)

    return wrong


def truncated(_: Function) -> Function:
    """A division by a power of two that rounds down."""
    return lambda x, exponent: (np.asarray(x, np.int64) >> np.asarray(exponent)).astype(np.int32)


def saturating(genuine: Function) -> Function:
    """Whole numbers that stop at the end of their type instead of wrapping."""

    def wrong(kind: str, a: Any, b: Any, low: int, high: int) -> Any:
        wide = {"ADD": np.add, "SUB": np.subtract, "MUL": np.multiply}.get(kind)
        if wide is None:
            return genuine(kind, a, b, low, high) + 1
        exact = wide(a.astype(np.float64), b.astype(np.float64))
        return np.clip(exact, low, high).astype(a.dtype)

    return wrong


def wrong_cast(_: Function) -> Function:
    """Integers saturate, floating-point values are rounded, int8 is taken for uint8."""

    def wrong(x: Any, dtype: str) -> Any:
        if x.dtype == np.bool_:
            return (-x.astype(np.int32)).astype(dtype)
        if x.dtype.kind == "f":
            return np.rint(x).astype(dtype)
        if x.dtype == np.int8:
            return x.view(np.uint8).astype(dtype)
        return x.astype(dtype) + 1 if dtype == "float32" else narrow(x, dtype)

    return wrong


def _ceiling_for_floor(genuine: Any) -> Any:
    """The module `math`, whose floor is its ceiling."""
    names = {name: getattr(genuine, name) for name in dir(genuine) if not name.startswith("_")}
    return SimpleNamespace(**{**names, "floor": genuine.ceil})


def last_of_equals(_: Function) -> Function:
    def wrong(x: Any, *, axis: int, largest: bool) -> Any:
        pick = np.argmax if largest else np.argmin
        return (x.shape[axis] - 1 - pick(np.flip(x, axis), axis=axis)).astype(np.int32)

    return wrong


def towards_zero(_: Function) -> Function:
    def wrong(x: Any, dtype: str, *, scale: float, zero_point: int) -> Any:
        return narrow(np.trunc(x / np.float32(scale)).astype(np.int64) + zero_point, dtype)

    return wrong


def _plain(target: str, wrong: Function) -> Mistake:
    return Mistake(target=target, wrong=lambda _: wrong)


NUMERICS = Mistake(target="golden.numerics.multiply_by_quantized_multiplier", wrong=single_rounding)
ROUNDED_ONCE = Mistake(
    target=f"{OPERATORS}.rescaling.multiply_by_quantized_multiplier", wrong=single_rounding
)


def _first_is_another(genuine: Function) -> Function:
    def wrong(self: Any, inputs: Any, state: Any) -> Any:
        made = [np.array(array) for array in genuine(self, inputs, state)]
        first = made[0].reshape(-1)
        first[:1] = first[:1] + 1  # once more where a constant is made in a layer of its own
        return [made[0], *made[1:]]

    return wrong


HOST = Mistake(target=f"{LAYERS}.HostFunction.evaluate", wrong=_first_is_another)


def _layer(name: str) -> Mistake:
    return Mistake(target=f"{LAYERS}.{name}.evaluate", wrong=rolled)


def _moved(name: str) -> Mistake:
    return Mistake(target=f"{OPERATORS}.rearranging.{name}", wrong=rolled)


def _at(place: str, wrong: Callable[[Function], Any]) -> Mistake:
    return Mistake(target=f"{OPERATORS}.{place}", wrong=wrong)


# Names of generators, separated by commas -> the mistake that each of them has to find.
_MISTAKES: dict[str, Mistake] = {
    "CONV_2D, DEPTHWISE_CONV_2D, FULLY_CONNECTED, BATCH_MATMUL, ADD, SUB, MUL, RELU, LEAKY_RELU, "
    "QUANTIZE, MEAN, TRANSPOSE_CONV": NUMERICS,
    "ADD int16, SUB int16, MUL int16, SQUARED_DIFFERENCE, SQUARED_DIFFERENCE int16, ABS, "
    "ABS int16, PRELU, RELU int16, LEAKY_RELU int16, QUANTIZE int8 to int16, QUANTIZE int16, "
    "QUANTIZE int16 to int8, QUANTIZE int32 to int8": ROUNDED_ONCE,
    "DIV": _at(
        "rescaling._divide_by_any_pot",
        lambda _: lambda x, exponent: (x.astype(np.int64) >> (exponent & 31)).astype(np.int32),
    ),
    "ADD int32, SUB int32, MUL int32, SQUARED_DIFFERENCE int32": _at("rescaling.plain", saturating),
    "QUANTIZE float32 to int8": _at("rescaling.quantize_float", towards_zero),
    "DEQUANTIZE, DEQUANTIZE int16": _at(
        "rescaling.dequantize",
        lambda _: (
            lambda x, *, scale, zero_point: (
                (x.astype(np.float32) - np.float32(zero_point))
                / (np.float32(1) / np.float32(scale))
            )
        ),
    ),
    "CAST, CAST int16, CAST int32, CAST bool, CAST float32": _at("rescaling.cast", wrong_cast),
    "EQUAL, NOT_EQUAL, GREATER, GREATER_EQUAL, LESS, LESS_EQUAL": _at(
        "ordering.comparable",
        lambda _: lambda x, *, zero_point, multiplier, shift: x.astype(np.int32) - zero_point,
    ),
    "EQUAL int32, NOT_EQUAL int32, GREATER int32, GREATER_EQUAL int32, LESS int32, "
    "LESS_EQUAL int32, EQUAL bool, NOT_EQUAL bool": _at(
        "ordering.relation", lambda genuine: lambda kind, a, b: ~genuine(kind, a, b)
    ),
    "MAXIMUM, MAXIMUM int16, MAXIMUM int32": _at("ordering.maximum", lambda _: np.minimum),
    "MINIMUM, MINIMUM int16, MINIMUM int32": _at("ordering.minimum", lambda _: np.maximum),
    "ARG_MAX, ARG_MIN": _at("ordering.argument", last_of_equals),
    "SELECT_V2, SELECT_V2 int16": _at(
        "ordering.select", lambda _: lambda condition, a, b: np.where(condition, b, a)
    ),
    "LOGICAL_AND bool, LOGICAL_OR bool, LOGICAL_NOT bool": _at(
        "ordering.logical", lambda genuine: lambda *arguments: ~genuine(*arguments)
    ),
    "AVERAGE_POOL_2D, AVERAGE_POOL_2D int16": _at(
        "pooling.divide_rounding",
        lambda _: lambda sums, counts: (np.sign(sums) * (np.abs(sums) // counts)).astype(np.int32),
    ),
    "MAX_POOL_2D": _plain(f"{OPERATORS}.pooling.INT8_MIN", 0),  # type: ignore[arg-type]
    "MAX_POOL_2D int16": _at("pooling.limits", lambda _: lambda dtype: (0, limits(dtype)[1])),
    "LOGISTIC, TANH, HARD_SWISH": _at("lookup.rounding_divide_by_pot", truncated),
    "RELU6": _at(
        "lookup.activation_range",
        lambda genuine: lambda *arguments: (genuine(*arguments)[0], 0),
    ),
    "RELU_0_TO_1, RELU_N1_TO_1": _at(
        "lookup.quantize_bound", lambda genuine: lambda *arguments: genuine(*arguments) - 1
    ),
    "ELU, GELU, EXP, LOG": _at("transfer.math", _ceiling_for_floor),
    "RSQRT": _at("transfer._inverse_square_root", lambda genuine: lambda value: genuine(value + 1)),
    "SOFTMAX, SOFTMAX int8 to int16": _at("softmax.rounding_divide_by_pot", truncated),
    "SOFTMAX int16": _at(
        "softmax_wide._lookup",
        lambda _: lambda value, table: table[256 + (value.astype(np.int64) >> 7)],
    ),
    "LOGISTIC int16, TANH int16": _at(
        "sigmoid._TABLE", lambda _: np.floor(65536 / (1 + np.exp(-np.arange(256) / 24))).astype(int)
    ),
    "CONV_2D int16, DEPTHWISE_CONV_2D int16, FULLY_CONNECTED int16, TRANSPOSE_CONV int16, "
    "BATCH_MATMUL int16": _at("wide.multiply_wide", full_multiplier),
    "SUM, SUM int16, MEAN int16": _at(
        "reduction.multiply_by_quantized_multiplier", single_rounding
    ),
    "REDUCE_MAX, REDUCE_MIN": _at(
        "reduction.extreme",
        lambda genuine: (
            lambda x, *, axes, keep_dims, smallest: genuine(
                x, axes=axes, keep_dims=keep_dims, smallest=not smallest
            )
        ),
    ),
    "UNIDIRECTIONAL_SEQUENCE_LSTM, SVDF, SVDF int16 state": _at(
        "recurrent.multiply_by_quantized_multiplier", single_rounding
    ),
    "RESIZE_NEAREST_NEIGHBOR, RESIZE_NEAREST_NEIGHBOR int16": _at(
        "resizing.nearest_rows", lambda genuine: lambda *a, **k: np.maximum(genuine(*a, **k) - 1, 0)
    ),
    "RESIZE_BILINEAR": _at(
        "resizing.resize_bilinear",
        lambda genuine: (
            lambda x, size, **modes: (
                -genuine(-x.astype(np.int16), size, **modes).astype(np.int8) - 1
            )
        ),
    ),
    "NEG": _layer("Lookup"),
    "NEG int16, NEG int32, SHAPE, FILL, FILL int32, ZEROS_LIKE, ZEROS_LIKE int32": HOST,
    "CONCATENATION": _at("movement.concatenation", rolled),
    "PAD, PADV2": _at("movement.pad", rolled),
    "TRANSPOSE": _at("movement.transpose", rolled),
    "STRIDED_SLICE": _at("movement.strided_slice", rolled),
    "CONCATENATION int8, CONCATENATION int16, CONCATENATION int32": _layer("Concatenation"),
    "PAD int8, PAD int16, PADV2 int8, PADV2 int16": _layer("Pad"),
    "TRANSPOSE int8, TRANSPOSE int16": _layer("Transpose"),
    "STRIDED_SLICE int8, STRIDED_SLICE int16, STRIDED_SLICE int32, SLICE, SLICE int16, "
    "SLICE int32, SPLIT, SPLIT int16, SPLIT int32, SPLIT_V, SPLIT_V int16, SPLIT_V int32": _layer(
        "Slice"
    ),
    "RESHAPE, RESHAPE int16, RESHAPE int32, SQUEEZE, EXPAND_DIMS": _layer("Reshape"),
    "PACK, PACK int32": _moved("pack"),
    "UNPACK, UNPACK int32": _moved("unpack"),
    "MIRROR_PAD": _moved("mirror_pad"),
    "REVERSE_V2, REVERSE_V2 int16, REVERSE_V2 int32": _moved("reverse"),
    "TILE, TILE int32": _moved("tile"),
    "BROADCAST_TO, BROADCAST_TO int32": _moved("broadcast_to"),
    "GATHER": _moved("gather"),
    "GATHER_ND": _moved("gather_nd"),
    "SPACE_TO_DEPTH": _moved("space_to_depth"),
    "DEPTH_TO_SPACE": _moved("depth_to_space"),
    "SPACE_TO_BATCH_ND": _moved("space_to_batch"),
    "BATCH_TO_SPACE_ND": _moved("batch_to_space"),
}


def _each() -> Iterator[tuple[str, Mistake]]:
    for names, mistake in _MISTAKES.items():
        for name in names.split(", "):
            yield name, mistake


MISTAKES: dict[str, Mistake] = dict(_each())
