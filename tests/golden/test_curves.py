"""Curves of int16 and softmax, against their formulas in floating point."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from golden.operators import softmax
from golden.operators.sigmoid import logistic_int16, tanh_int16


@pytest.mark.parametrize("function", [logistic_int16, tanh_int16])
def test_int16_curves_take_a_scale_as_a_multiplier_or_as_a_power_of_two(
    function: Callable[..., NDArray[np.int16]],
) -> None:
    """Scale 2^-12 is a factor of 3, exactly, with whatever shift; without one none is rounded."""
    x = np.arange(-32768, 32768).astype(np.int16)
    plain = function(x)
    real = x / 4096
    curve = np.tanh(real) if function is tanh_int16 else 1 / (1 + np.exp(-real))
    assert np.abs(plain / 32768 - curve).max() < 2 / 32768 + 1e-4
    for shift in (0, 1, 5, 12):
        assert np.array_equal(function(x, multiplier=3 << shift, left_shift=shift), plain)
    halves = function(x, multiplier=3, left_shift=1)  # of 2^-13, rounded to the next number
    wider = function((x.astype(np.int32) >> 1).astype(np.int16))
    assert np.abs(halves[::2].astype(int) - wider[::2]).max() == 0


@pytest.mark.parametrize("left_shift", [-3, -1, 1, 2])
def test_tanh_of_int16_takes_a_power_of_two_on_both_sides(left_shift: int) -> None:
    x = np.arange(-32768, 32768).astype(np.int16)
    curve = np.tanh(x * 2.0 ** (left_shift - 12))
    found = tanh_int16(x, left_shift=left_shift) / 32768
    inside = np.abs(x * 2.0 ** (left_shift - 12)) < 8  # beyond it the argument may wrap
    assert np.abs(found - curve)[inside].max() < 4 / 32768


def test_softmax_is_taken_over_the_last_axis() -> None:
    x = np.random.default_rng(5).integers(-128, 128, (2, 3, 4), dtype=np.int8)
    whole = softmax.softmax(x, input_scale=0.05)
    rows = [softmax.softmax(row[None], input_scale=0.05)[0] for row in x.reshape(6, 4)]
    assert np.array_equal(whole, np.reshape(rows, x.shape))
