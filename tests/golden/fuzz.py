"""Compare golden with tflite-micro over many random models from one seed.

Model ``index`` of a seed depends on nothing else, so a failure is repeated alone with
``RATEL_FUZZ_INDEX=<index> pytest --seed <seed> tests/golden/test_fuzz_tflm.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from tests.golden.fuzz_models import make_case
from tests.tflm.oracle import run_tflm


@dataclass(kw_only=True)
class Summary:
    """What a run compared, what it covered, and every model that differed."""

    models: Counter[str] = field(default_factory=Counter)
    elements: int = 0
    inner_elements: int = 0  # elements that no clamp decided
    features: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        per_operator = ", ".join(f"{name} {count}" for name, count in self.models.items())
        share = self.inner_elements / max(self.elements, 1)
        return (
            f"{sum(self.models.values())} models, {self.elements} elements ({share:.0%} strictly "
            f"inside int8), {len(self.failures)} models differ; {per_operator}"
        )


def run_fuzz(operators: Sequence[str], seed: int, indices: Iterable[int]) -> Summary:
    """Draw, run and compare the models ``indices`` of ``seed``; operators take turns."""
    summary = Summary()
    for index in indices:
        operator = operators[index % len(operators)]
        case = make_case(operator, np.random.default_rng([seed, index]))
        try:
            expected = run_tflm(case.model, case.inputs)
        except RuntimeError as error:
            raise AssertionError(
                f"tflite-micro refused model {index} of seed {seed}: {operator}, {case.describe}"
            ) from error
        actual = case.golden()
        summary.models[operator] += 1
        summary.elements += expected.size
        summary.inner_elements += int(((expected > -128) & (expected < 127)).sum())
        summary.features.update({f"{operator}: {feature}" for feature in case.features})
        if actual.shape != expected.shape or actual.dtype != expected.dtype:
            summary.failures.append(
                f"model {index}, {operator}: {actual.dtype} {actual.shape} instead of "
                f"{expected.dtype} {expected.shape}; {case.describe}"
            )
        elif not np.array_equal(actual, expected):
            where = tuple(int(i) for i in np.argwhere(actual != expected)[0])
            summary.failures.append(
                f"model {index}, {operator}: {int((actual != expected).sum())} of {expected.size} "
                f"elements differ, first at {where}: golden {actual[where]}, "
                f"tflite-micro {expected[where]}; {case.describe}"
            )
    return summary
