"""What the fuzz test can catch: plant a plausible mistake in golden, and it must find differences.

Each entry of MISTAKES replaces one function by a wrong one and runs the same comparison as
test_fuzz_tflm.py on the operators concerned.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from golden import numerics
from golden.operators import windows
from tests.golden.fuzz import run_fuzz
from tests.golden.fuzz_models import ALL_OPERATORS, MATRIX_OPERATORS
from tests.golden.planted import MISTAKES as EACH

pytestmark = pytest.mark.fuzz

double_rounding = numerics.multiply_by_quantized_multiplier
genuine_padding = windows.resolve_padding


def single_rounding(x: Any, multiplier: Any, shift: Any) -> np.ndarray:
    """One rounding of the whole product; left shifts untouched, so only rounding is at stake."""
    shift = np.asarray(shift, dtype=np.int64)
    total = 31 - np.minimum(shift, 0)
    product = np.asarray(x, dtype=np.int64) * np.asarray(multiplier, dtype=np.int64)
    rounded = (product + (np.int64(1) << (total - 1))) >> total
    left = double_rounding(x, multiplier, np.maximum(shift, 0))
    return np.where(shift > 0, left, rounded).astype(np.int32)


def saturating_left_shift(x: Any, multiplier: Any, shift: Any) -> np.ndarray:
    wide = np.asarray(x, dtype=np.int64) << np.maximum(np.asarray(shift, dtype=np.int64), 0)
    clipped = np.clip(wide, numerics.INT32_MIN, numerics.INT32_MAX)
    return double_rounding(clipped, multiplier, np.minimum(shift, 0))


def round_half_up(x: Any, exponent: Any) -> np.ndarray:
    e = np.asarray(exponent, dtype=np.int64)
    half = np.where(e > 0, np.int64(1) << np.maximum(e - 1, 0), 0)
    return ((np.asarray(x, dtype=np.int64) + half) >> e).astype(np.int32)


def pad_odd_row_before(*args: Any, **kwargs: Any) -> windows.Window:
    window = genuine_padding(*args, **kwargs)
    extent = (window.kernel_h - 1) * window.dilation_h + 1
    total = max((window.out_h - 1) * window.stride_h + extent - args[0], 0)
    fields = {name: getattr(window, name) for name in window.__dataclass_fields__}
    return windows.Window(**{**fields, "pad_top": (total + 1) // 2})


def saturating_bias(acc: np.ndarray, bias: Any) -> np.ndarray:
    if bias is None:
        return acc
    wide = acc.astype(np.int64) + np.asarray(bias, dtype=np.int64)
    return np.clip(wide, numerics.INT32_MIN, numerics.INT32_MAX).astype(np.int32)


def truncating_division(sums: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return np.asarray(np.sign(sums) * (np.abs(sums) // counts)).astype(np.int32)


REQUANTISER = "golden.numerics.multiply_by_quantized_multiplier"
MISTAKES: dict[str, tuple[tuple[str, ...], str, Callable[..., Any]]] = {
    "single rounding": (MATRIX_OPERATORS, REQUANTISER, single_rounding),
    "saturating left shift": (MATRIX_OPERATORS, REQUANTISER, saturating_left_shift),
    "half up": (MATRIX_OPERATORS, "golden.numerics.rounding_divide_by_pot", round_half_up),
    "bias that saturates, convolution": (
        ("CONV_2D",),
        "golden.operators.convolution.add_bias",
        saturating_bias,
    ),
    "bias that saturates, fully connected": (
        ("FULLY_CONNECTED",),
        "golden.operators.matmul.add_bias",
        saturating_bias,
    ),
    "odd padding before": (
        ("CONV_2D", "DEPTHWISE_CONV_2D"),
        "golden.operators.windows.resolve_padding",
        pad_odd_row_before,
    ),
    "average that truncates": (
        ("AVERAGE_POOL_2D",),
        "golden.operators.pooling.divide_rounding",
        truncating_division,
    ),
}

MODELS = 600


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_planted_mistake_is_found(mistake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    operators, target, wrong = MISTAKES[mistake]
    assert not run_fuzz(operators, 1, range(MODELS)).failures
    monkeypatch.setattr(target, wrong)
    summary = run_fuzz(operators, 1, range(MODELS))
    print(f"{mistake}: {len(summary.failures)} of {MODELS} models differ")
    assert summary.failures, f"{MODELS} models did not notice: {mistake}"


def test_single_rounding_fails_for_every_matrix_operator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(REQUANTISER, single_rounding)
    for operator in MATRIX_OPERATORS:
        summary = run_fuzz((operator,), 1, range(300))
        print(f"single rounding, {operator}: {len(summary.failures)} of 300 models differ")
        assert summary.failures


def test_every_generator_has_a_planted_mistake() -> None:
    assert set(EACH) == set(ALL_OPERATORS)


@pytest.mark.parametrize("operator", ALL_OPERATORS)
def test_every_generator_finds_a_mistake(operator: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """In golden's operator: values of some random model differ, not their type or shape alone."""
    mistake = EACH[operator]
    monkeypatch.setattr(mistake.target, mistake.wrong(mistake.genuine()))
    for first in range(0, MODELS, 20):
        summary = run_fuzz((operator,), 1, range(first, first + 20))
        if any("elements differ" in failure for failure in summary.failures):
            return
    pytest.fail(f"{MODELS} models of {operator} did not notice: {mistake.target}")
