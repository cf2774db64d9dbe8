"""Compare golden with tflite-micro over many random models from one seed.

Model ``index`` of a seed depends on nothing else, so a failure is repeated alone with
``RATEL_FUZZ_INDEX=<index> pytest --seed <seed> tests/golden/test_fuzz_tflm.py``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.golden.fuzz_case import Case
from tests.golden.fuzz_models import make_case
from tests.tflm.litert import run_litert
from tests.tflm.oracle import Oracle


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
            expected = judged(case)
        except RuntimeError as error:
            raise AssertionError(
                f"{case.oracle} refused model {index} of seed {seed}: {operator}, {case.describe}"
            ) from error
        found = case.golden()
        actual = found if isinstance(found, list) else [found]
        summary.models[operator] += 1
        summary.features.update({f"{operator}: {feature}" for feature in case.features})
        if len(actual) != len(expected):
            summary.failures.append(
                f"model {index}, {operator}: {len(actual)} outputs instead of {len(expected)}"
            )
        for ours, theirs in zip(actual, expected, strict=False):  # as just told
            summary.elements += theirs.size
            if theirs.dtype == np.int8:
                summary.inner_elements += int(((theirs > -128) & (theirs < 127)).sum())
            else:
                summary.inner_elements += theirs.size
            said = difference(ours, theirs, case.oracle)
            if said:
                summary.failures.append(f"model {index}, {operator}: {said}; {case.describe}")
                break
    return summary


def judged(case: Case) -> list[NDArray[Any]]:
    """What the oracle makes of a case: all outputs of all runs. Raises RuntimeError if it can't."""
    runs = case.runs or [case.inputs]
    if case.oracle == "litert":
        return run_litert(case.model, runs)
    oracle = Oracle(case.model)
    return [output for inputs in runs for output in oracle.run(inputs, case.outputs)]


def difference(ours: NDArray[Any], theirs: NDArray[Any], oracle: str) -> str:
    """What differs, in words; empty if nothing does."""
    if ours.shape != theirs.shape or ours.dtype != theirs.dtype:
        return f"{ours.dtype} {ours.shape} instead of {theirs.dtype} {theirs.shape}"
    wrong = ours != theirs
    if ours.dtype.kind == "f":
        wrong &= ~(np.isnan(ours) & np.isnan(theirs))
    if not wrong.any():
        return ""
    where = tuple(int(i) for i in np.argwhere(wrong)[0])
    return (
        f"{int(wrong.sum())} of {theirs.size} elements differ, first at {where}: "
        f"golden {ours[where]}, {oracle} {theirs[where]}"
    )
