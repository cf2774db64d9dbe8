"""golden.numerics against definitions in unbounded integers and fractions, written separately."""

import math
from fractions import Fraction

import numpy as np
import pytest

from golden import numerics
from golden.fixed_point import saturating_shift_left

INT_MIN, INT_MAX = -(2**31), 2**31 - 1
EDGES = [INT_MIN, INT_MIN + 1, -(2**30) - 1, -(2**30), -3, -2, -1, 0, 1, 2, 3, 2**30, INT_MAX]


def nearest(value: Fraction) -> int:
    """Nearest integer, ties away from zero."""
    magnitude = math.floor(abs(value) + Fraction(1, 2))
    return magnitude if value >= 0 else -magnitude


def to_int32(value: int) -> int:
    return (value + 2**31) % 2**32 - 2**31


def high_mul(a: int, b: int) -> int:
    """Definition: ab / 2^31 to the nearest integer; a tie goes up (to plus infinity).

    gemmlowp's nudge for negative products, 1 - 2^30, then truncation, sends -k.5 to -k.
    """
    if a == b == INT_MIN:
        return INT_MAX
    return math.floor(Fraction(a * b, 2**31) + Fraction(1, 2))


def random_int32(rng: np.random.Generator, count: int) -> np.ndarray:
    wide = rng.integers(INT_MIN, INT_MAX + 1, count)
    return np.concatenate([wide, wide >> rng.integers(0, 32, count), EDGES]).astype(np.int32)


def test_wrap_int32_is_modular() -> None:
    values = [0, 2**31, 2**31 - 1, -(2**31) - 1, 2**32, 2**40 + 7, -(2**45) - 9]
    assert numerics.wrap_int32(np.array(values)).tolist() == [to_int32(v) for v in values]


def test_high_mul_saturates_only_the_square_of_int32_min() -> None:
    mul = numerics.saturating_rounding_doubling_high_mul
    assert int(mul(INT_MIN, INT_MIN)) == INT_MAX
    assert int(mul(INT_MIN, INT_MAX)) == -INT_MAX
    assert int(mul(INT_MIN, INT_MIN + 1)) == INT_MAX


def test_high_mul_ties() -> None:
    mul = numerics.saturating_rounding_doubling_high_mul
    half = 1 << 30  # 1 * 2^30 / 2^31 = 0.5
    assert int(mul(1, half)) == 1
    assert int(mul(3, half)) == 2
    assert int(mul(-1, half)) == 0
    assert int(mul(-3, half)) == -1


def test_high_mul_matches_big_integers() -> None:
    rng = np.random.default_rng(11)
    a, b = random_int32(rng, 4000), random_int32(rng, 4000)
    b = rng.permutation(b)
    expected = [high_mul(int(x), int(y)) for x, y in zip(a, b, strict=True)]
    assert numerics.saturating_rounding_doubling_high_mul(a, b).tolist() == expected


def test_high_mul_over_all_pairs_of_edges() -> None:
    a, b = np.meshgrid(np.array(EDGES), np.array(EDGES))
    expected = [high_mul(int(x), int(y)) for x, y in zip(a.flat, b.flat, strict=True)]
    assert numerics.saturating_rounding_doubling_high_mul(a, b).ravel().tolist() == expected


@pytest.mark.parametrize("exponent", range(32))
def test_rounding_divide_matches_fractions(exponent: int) -> None:
    rng = np.random.default_rng(exponent)
    x = random_int32(rng, 300)
    ties = np.array([k * 2**exponent + 2**exponent // 2 for k in (-2, -1, 0, 1)])
    x = np.concatenate([x, np.clip(ties, INT_MIN, INT_MAX)]).astype(np.int32)
    expected = [nearest(Fraction(int(v), 2**exponent)) for v in x]
    assert numerics.rounding_divide_by_pot(x, exponent).tolist() == expected


def test_multiply_by_quantized_multiplier_matches_big_integers() -> None:
    rng = np.random.default_rng(5)
    x = random_int32(rng, 6000)
    multiplier = np.where(
        rng.random(x.size) < 0.9,
        rng.integers(2**30, 2**31, x.size),
        rng.choice([0, 1, 2**30, 2**31 - 1], x.size),
    )
    shift = rng.integers(-31, 31, x.size)
    actual = numerics.multiply_by_quantized_multiplier(x, multiplier, shift)
    for value, m, s, result in zip(x, multiplier, shift, actual, strict=True):
        shifted = to_int32(int(value) << max(int(s), 0))
        high = high_mul(shifted, int(m))
        assert result == nearest(Fraction(high, 2 ** max(-int(s), 0))), (value, m, s)


def test_left_shift_wraps_instead_of_saturating() -> None:
    # 2 << 30 wraps to INT32_MIN; half of that is -2^30.
    assert int(numerics.multiply_by_quantized_multiplier(2, 1 << 30, 30)) == -(1 << 30)


@pytest.mark.parametrize("exponent", [1, 2, 5])
def test_a_shift_saturates_beyond_what_it_can_hold(exponent: int) -> None:
    """gemmlowp: greater than 2^(31-e) - 1, not equal; the same below."""
    most = (1 << 31 - exponent) - 1
    x = np.array([most, most + 1, -most, -most - 1, 3], np.int32)
    wanted = [most << exponent, 2**31 - 1, -(most << exponent), -(2**31), 3 << exponent]
    assert saturating_shift_left(x, exponent).tolist() == wanted


def test_double_rounding_differs_from_single() -> None:
    # 0.5 rounds up to 1 in the high product, then 1/2 rounds away from zero: 1, where 0.25 is 0.
    assert int(numerics.multiply_by_quantized_multiplier(1, 1 << 30, -1)) == 1


def test_multipliers_broadcast_along_channels() -> None:
    acc = np.array([[1000, 1000], [-1000, 7]], dtype=np.int32)
    actual = numerics.multiply_by_quantized_multiplier(acc, [1 << 30, 3 << 29], [0, -2])
    # 0.5 on the first channel; 0.75 and then a quarter on the second.
    assert actual.tolist() == [[500, 188], [-500, 1]]


@pytest.mark.parametrize(
    ("multiplier", "shift"), [(-1, 0), (2**31, 0), (1 << 30, 31), (1 << 30, -32)]
)
def test_parameters_out_of_range_are_refused(multiplier: int, shift: int) -> None:
    with pytest.raises(ValueError, match="must lie in"):
        numerics.multiply_by_quantized_multiplier(1, multiplier, shift)


@pytest.mark.parametrize(
    ("real", "expected"),
    [
        (0.0, (0, 0)),
        (1.0, (1 << 30, 1)),
        (0.5, (1 << 30, 0)),
        (0.75, (3 << 29, 0)),
        (1 - 2**-40, (1 << 30, 1)),  # rounds up to 2^31, renormalised
        (2.0**-32, (1 << 30, -31)),
        (2.0**-33, (0, 0)),  # flushed: the shift would be -32
        (2.0**29, (1 << 30, 30)),
        (2.0**30, (1 << 30, 31)),  # representable, refused only on use
    ],
)
def test_quantize_multiplier(real: float, expected: tuple[int, int]) -> None:
    assert numerics.quantize_multiplier(real) == expected


def test_quantize_multiplier_matches_fractions() -> None:
    rng = np.random.default_rng(3)
    for real in 2.0 ** rng.uniform(-31.9, 30, 2000):
        multiplier, shift = numerics.quantize_multiplier(float(real))
        assert 2**30 <= multiplier < 2**31
        assert multiplier == nearest(Fraction(float(real)) * Fraction(2) ** (31 - shift))


@pytest.mark.parametrize("real", [-1.0, -(2.0**-60), math.inf, math.nan])
def test_quantize_multiplier_refuses(real: float) -> None:
    with pytest.raises(ValueError, match="finite and not negative"):
        numerics.quantize_multiplier(real)


def test_multipliers_and_shifts_are_int32() -> None:
    multipliers, shifts = numerics.quantize_multipliers([0.5, 3.0])
    assert multipliers.tolist() == [1 << 30, 3 << 29]
    assert shifts.tolist() == [0, 2]
    assert multipliers.dtype == shifts.dtype == np.int32


def test_requantize_offsets_then_clamps() -> None:
    acc = np.array([[-100000, 0, 7, 100000]], dtype=np.int32)
    result = numerics.requantize(
        acc, multiplier=1 << 30, shift=1, output_zero_point=-5, act_min=-5, act_max=90
    )
    assert result.dtype == np.int8
    assert result.tolist() == [[-5, -5, 2, 90]]


def test_bias_wraps() -> None:
    acc = np.array([[INT_MAX, INT_MIN]], dtype=np.int32)
    assert numerics.add_bias(acc, np.array([1, -1], np.int32)).tolist() == [[INT_MIN, INT_MAX]]
    assert numerics.add_bias(acc, None) is acc


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        ("NONE", (-128, 127)),
        ("RELU", (-10, 127)),
        ("RELU6", (-10, 110)),
        ("RELU_N1_TO_1", (-30, 10)),
    ],
)
def test_activation_range(activation: str, expected: tuple[int, int]) -> None:
    assert numerics.activation_range(activation, 0.05, -10) == expected


def test_unknown_activation_is_refused() -> None:
    with pytest.raises(ValueError, match="TANH is not supported"):
        numerics.activation_range("TANH", 0.05, 0)


def test_clamp_range_outside_int8_is_refused() -> None:
    with pytest.raises(ValueError, match="not within int8"):
        numerics.clamp_int8(np.array([0]), -129, 127)
