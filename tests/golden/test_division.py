"""DIV of int8 against TensorFlow Lite Micro: every numerator over every divisor, at every shift.

Where the shift behind the product leaves 0..31, C++ says nothing and the machine code decides; a
small numerator over a large divisor is such a case at the factors of any network.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.golden.fuzz import judged
from tests.golden.fuzz_case import Case
from tests.golden.fuzz_file import Draft, answers

POINTS = ((0, 0, 0), (58, -128, -128), (-128, 127, 5))  # of numerator, divisor, quotient
POWERS = (-40, -33, -31, -20, -8, -3, 0, 1, 4, 6, 7, 10, 20, 24, 28, 30)  # of the factor


def quotients(points: tuple[int, int, int], power: int, scale: float) -> Case:
    """The model of all quotients but those by zero."""
    a, b = (grid.reshape(-1).astype(np.int8) for grid in np.meshgrid(*[np.arange(-128, 128)] * 2))
    kept = b != points[1]
    draft = Draft(operator="DIV", rng=np.random.default_rng(0))
    x = draft.input(a[kept], scale=0.7, zero_point=points[0])
    y = draft.input(b[kept], scale=float(np.float32(0.7 / 2.0**power)), zero_point=points[1])
    z = draft.output(a[kept].shape, scale=scale, zero_point=points[2])
    return draft.case([x, y], [z], fusedActivationFunction="NONE")


@pytest.mark.parametrize("points", POINTS)
@pytest.mark.parametrize("scale", [0.9, 1.0])
def test_every_quotient_is_that_of_tflite_micro(points: tuple[int, int, int], scale: float) -> None:
    signs = set()
    for power in POWERS:
        case = quotients(points, power, scale)
        ours, theirs = answers(case.model, case.runs)[0], judged(case)[0]
        wrong = np.flatnonzero(ours != theirs)
        first = [(int(case.inputs[i][k])) for k in wrong[:1] for i in (0, 1)]
        assert not wrong.size, f"factor 2^{power}: {wrong.size} differ, first at {first}"
        signs |= set(np.sign(case.inputs[1].astype(int) - points[1]).tolist())
    assert signs <= {-1, 1}
    assert len(signs) == (2 if points[1] not in (-128, 127) else 1)


def test_a_shift_beyond_31_is_among_them() -> None:
    """0 / 100 is 0; the kernel shifts by more than 31 bits, and gives a unit more."""
    draft = Draft(operator="DIV", rng=np.random.default_rng(0))
    x = draft.input(np.array([0], np.int8), scale=0.5)
    y = draft.input(np.array([100], np.int8), scale=0.5)
    case = draft.case([x, y], [draft.output((1,), scale=0.5)], fusedActivationFunction="NONE")
    assert answers(case.model, case.runs)[0].tolist() == judged(case)[0].tolist() == [1]


def test_a_divisor_of_zero_has_no_answer() -> None:
    draft = Draft(operator="DIV", rng=np.random.default_rng(0))
    x = draft.input(np.array([5], np.int8), scale=0.5)
    y = draft.input(np.array([3], np.int8), scale=0.5, zero_point=3)
    case = draft.case([x, y], [draft.output((1,), scale=0.5)], fusedActivationFunction="NONE")
    with pytest.raises(ValueError, match="divisor of zero"):
        answers(case.model, case.runs)
