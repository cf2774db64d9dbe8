"""Golden operators against tflite-micro on random single-operator models, element by element.

The seed is pytest's --seed. Environment: RATEL_FUZZ_COUNT (models over all operators, default
12000) and RATEL_FUZZ_INDEX (run that one model of each test alone, as a failure's message says).
"""

import os

import pytest

from golden import numerics
from tests.golden.fuzz import Summary, run_fuzz
from tests.golden.fuzz_models import ALL_OPERATORS, MATRIX_OPERATORS

MATRIX_MODELS = 2000
ALL_MODELS = 12000
SHARES = 4  # of all models, for several processes

pytestmark = pytest.mark.fuzz


def environment_integer(name: str, default: int) -> int:
    text = os.environ.get(name, str(default))
    try:
        return int(text)
    except ValueError:
        pytest.fail(f"{name} must be an integer, not {text!r}", pytrace=False)


def fuzz(operators: tuple[str, ...], count: int, seed: int, first: int = 0) -> Summary:
    single = environment_integer("RATEL_FUZZ_INDEX", -1)
    indices = [single] if single >= 0 else range(first, first + count)
    summary = run_fuzz(operators, seed, indices)
    print(f"seed {seed}: {summary}")
    if summary.failures:
        shown = "\n".join(summary.failures[:5])
        pytest.fail(
            f"seed {seed}: {len(summary.failures)} of {sum(summary.models.values())} models "
            f"differ; repeat one with RATEL_FUZZ_INDEX=<model> and --seed {seed}\n{shown}",
            pytrace=False,
        )
    assert sum(summary.models.values()) == len(indices)
    assert summary.elements > 0
    return summary


def test_matrix_operators_equal_tflite_micro(seed: int) -> None:
    summary = fuzz(MATRIX_OPERATORS, MATRIX_MODELS, seed)
    if sum(summary.models.values()) < MATRIX_MODELS:
        return
    # The draw must reach every corner it promises, for any seed.
    activations = {"NONE", "RELU", "RELU6", "RELU_N1_TO_1"}
    layers = activations | {"SAME", "VALID", "dilation", "stride (3, 1)", "stride (1, 2)"}
    expected = {f"CONV_2D: {name}" for name in layers | {"dense", "grouped"}}
    expected |= {f"DEPTHWISE_CONV_2D: {name}" for name in layers | {"multiplier 1", "multiplier 2"}}
    expected |= {f"FULLY_CONNECTED: {name}" for name in activations | {"scales 1", "scales 2"}}
    assert expected - set(summary.features) == set()
    shifts = {feature.partition(": shift ")[2] for feature in summary.features}
    assert shifts >= {str(n) for n in range(numerics.SHIFT_MIN, numerics.SHIFT_MAX + 1)}
    assert summary.inner_elements > summary.elements // 4


@pytest.mark.parametrize("share", range(SHARES))
def test_all_operators_equal_their_judge(share: int, seed: int) -> None:
    count = environment_integer("RATEL_FUZZ_COUNT", ALL_MODELS) // SHARES
    summary = fuzz(ALL_OPERATORS, count, seed, first=share * count)
    if sum(summary.models.values()) >= len(ALL_OPERATORS):
        assert set(summary.models) == set(ALL_OPERATORS)
