"""The directed corners that coverage asked for."""

from __future__ import annotations

import pytest

from tests.sim.support import passes

pytestmark = pytest.mark.sim

CORNERS = [
    "Places", "Values", "Refused", "EveryInstructionAtDoorbell", "NoDestination",
    "CountersAtWork", "StatusAtWork", "SoftResetAtWork",
]  # fmt: skip


@pytest.mark.parametrize("test", CORNERS)
def test_corner(test: str, seed: int) -> None:
    passes("corners", test, seed=seed)
