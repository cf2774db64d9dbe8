"""Integers that round as float32: what is called exact is, over every sum that can be."""

from __future__ import annotations

import numpy as np
import pytest

from golden.numerics import requantize
from sw.importer.from_onnx import requantise
from sw.importer.from_onnx.requantise import float_result, rounding


def both(
    scale: float, least: int, most: int, point: int, low: int = -128, high: int = 127
) -> tuple[np.ndarray, np.ndarray, bool]:
    """What float32 makes of all sums, what the core does, and whether it is said to be exact."""
    found = rounding(
        np.array([scale], dtype=np.float32), least=np.array([least]), most=np.array([most]),
        zero_point=point, low=low, high=high,
    )  # fmt: skip
    sums = np.arange(least, most + 1)
    wanted = np.clip(float_result(sums, np.float32(scale)) + point, low, high)
    made = requantize(
        sums, multiplier=found.multiplier[0], shift=found.shift[0], output_zero_point=point,
        act_min=low, act_max=high,
    )  # fmt: skip
    return wanted, made.astype(np.int64), bool(found.exact[0])


@pytest.mark.parametrize("exponent", range(-14, 3))
def test_what_is_called_exact_is_over_all_sums(exponent: int) -> None:
    rng = np.random.default_rng(exponent + 100)
    exact = 0
    for _ in range(12):
        scale = float(np.float32(2.0**exponent * rng.uniform(1, 2)))
        reach = int(min(300 / scale, 4e6)) + 2
        point = int(rng.integers(-128, 128))
        wanted, made, claimed = both(scale, -reach, int(rng.integers(1, reach)), point)
        differs = wanted != made
        assert not (claimed and differs.any())
        assert np.abs(wanted - made).max() <= 1
        # Only sums right at a step differ, and at less than half of the 255 steps.
        assert differs.sum() < 128
        exact += claimed
    if exponent >= -6:
        assert exact >= 6


def test_ties_go_to_even_where_the_scale_makes_them() -> None:
    wanted, made, claimed = both(0.5, -200, 200, 0)
    assert float_result(np.array([1, 3, 5, -1, -3]), np.float32(0.5)).tolist() == [0, 2, 2, 0, -2]
    # Half of the ties go down, half up: no multiplier does that, and it is not called exact.
    assert not claimed
    assert np.abs(wanted - made).max() == 1


def test_a_limit_that_all_sums_reach_is_exact() -> None:
    wanted, made, claimed = both(0.01, 0, 40, -128)
    assert claimed == bool((wanted == made).all())
    wanted, made, claimed = both(0.01, 20000, 30000, 0)
    assert claimed
    assert (made == 127).all()


def test_sums_that_would_overflow_are_refused() -> None:
    with pytest.raises(ValueError, match="beyond what int32 holds"):
        both(2.0**20, -(1 << 20), 1 << 20, 0)


def test_a_multiplier_that_is_only_near_is_not_called_exact(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without the search the nearest multiplier is taken, and the check of its steps says so."""

    def nearest(
        results: np.ndarray, steps: np.ndarray, right: int, scale: float
    ) -> tuple[int, int]:
        multiplier = int(scale * 2.0 ** (31 + right) * 1.001)
        return int((requantise._reached(results, multiplier, right) == steps).sum()), multiplier

    monkeypatch.setattr(requantise, "_most_allowed", nearest)
    wanted, made, claimed = both(0.013, -20000, 20000, 0)
    assert (wanted != made).any()
    assert not claimed
