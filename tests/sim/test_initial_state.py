"""What registers and memories hold before reset makes no difference to what the core does."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sim.support import passes

pytestmark = pytest.mark.sim

STATES = 10
RUNS = [
    ("layers", "AnyLayers", {"RATEL_LAYERS": "3"}),
    ("hazards", "RandomPrograms", {"RATEL_PROGRAMS": "3"}),
]


@pytest.mark.parametrize(("module", "test", "env"), RUNS, ids=["layers", "programs"])
def test_every_initial_state_gives_the_same_transactions(
    module: str, test: str, env: dict[str, str], seed: int, tmp_path: Path
) -> None:
    logs = set()
    for state in range(STATES):
        folder = tmp_path / str(state)
        passes(module, test, env=env, seed=seed, state_seed=1000 * seed + state, folder=folder)
        logs.add((folder / "transactions.txt").read_text(encoding="utf-8"))
    assert len(logs) == 1
    assert logs.pop().count("\n") > 10
