"""Golden against its judge on some models of each operator: all of them at once, in seconds.

`test_fuzz_tflm.py` does thousands. A fault in an operator falls here first, under its name.
"""

from __future__ import annotations

import pytest

from tests.golden.fuzz import run_fuzz
from tests.golden.fuzz_models import ALL_OPERATORS

MODELS = 24


@pytest.mark.parametrize("operator", ALL_OPERATORS)
def test_some_models_equal_their_judge(operator: str, seed: int) -> None:
    summary = run_fuzz((operator,), seed, range(MODELS))
    assert summary.failures == []
    assert summary.models == {operator: MODELS}
    assert summary.elements > 0
