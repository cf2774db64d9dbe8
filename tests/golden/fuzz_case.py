"""What the generators of random models share: the case itself and common draws."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from golden.numerics import SHIFT_MAX, activation_range
from tests.golden.fuzz_values import ACTIVATIONS, choice


@dataclass(frozen=True, kw_only=True)
class Case:
    """A model, its inputs, the golden answer (evaluated on call), and what the case covers.

    ``runs`` are inputs of several inferences, the first of which is ``inputs``; golden then answers
    with all ``outputs`` of all of them. ``oracle`` judges: tflite-micro, or litert.
    """

    operator: str
    model: bytes
    inputs: list[NDArray[Any]]
    golden: Callable[[], NDArray[Any] | list[NDArray[Any]]]
    describe: str
    features: set[str] = field(default_factory=set)
    runs: list[list[NDArray[Any]]] = field(default_factory=list)
    outputs: int = 1
    oracle: str = "tflite-micro"


class RedrawError(Exception):
    """The draw lies in what the module's docstring leaves out; draw again."""


def image_size(rng: np.random.Generator, largest: int = 9) -> tuple[int, int]:
    return int(rng.integers(1, largest + 1)), int(rng.integers(1, largest + 1))


def channel_count(rng: np.random.Generator, largest: int = 19) -> int:
    return int(choice(rng, (1, 3, 4, 8, 16, int(rng.integers(1, largest + 1)))))


def window_arguments(
    rng: np.random.Generator, size: tuple[int, int], *, dilate: bool
) -> dict[str, Any]:
    """Keyword arguments of ``resolve_padding`` with a non-empty output."""
    for _ in range(100):
        kernel = (int(rng.integers(1, 6)), int(rng.integers(1, 6)))
        stride = (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
        dilation = (1, 1)
        if dilate and rng.random() < 0.3:
            dilation = (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
        padding = choice(rng, ("SAME", "VALID"))
        extents = [(k - 1) * d + 1 for k, d in zip(kernel, dilation, strict=True)]
        if padding == "SAME" or all(e <= n for e, n in zip(extents, size, strict=True)):
            return {"kernel": kernel, "stride": stride, "dilation": dilation, "padding": padding}
    return {"kernel": (1, 1), "stride": (1, 1), "dilation": (1, 1), "padding": "SAME"}


def activation_of(rng: np.random.Generator, scale: float, point: int) -> tuple[str, int, int]:
    activation = choice(rng, ACTIVATIONS)
    if 6 / scale > 2**30:
        activation = "NONE"
    return (activation, *activation_range(activation, scale, point))


def check_shifts(shifts: Any) -> None:
    if np.max(shifts) > SHIFT_MAX:
        raise RedrawError


def shift_features(shifts: Any) -> set[str]:
    return {f"shift {int(shift)}" for shift in np.atleast_1d(shifts)}


def window_features(window: dict[str, Any]) -> set[str]:
    dilated = window["dilation"] != (1, 1)
    return {window["padding"], f"stride {window['stride']}"} | ({"dilation"} if dilated else set())
