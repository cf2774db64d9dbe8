"""The directed corners that coverage asked for."""

from __future__ import annotations

import pytest

from honeyguide.plan.catalogue import bench_tests
from tests.sim.support import passes

pytestmark = pytest.mark.sim

# All of the file: what a list by hand leaves out, the self-test can't see.
CORNERS = [test.name for test in bench_tests() if test.file == "corners"]


@pytest.mark.parametrize("test", CORNERS)
def test_corner(test: str, seed: int) -> None:
    passes("corners", test, seed=seed)
