"""The same seed gives the same transactions, on two runs and at both speeds; another does not.

The second run is a process of its own: what a warm simulator forks does the same.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sim.support import passes

pytestmark = pytest.mark.sim

RUNS = [
    ("layers", "AnyLayers", {"RATEL_LAYERS": "4"}),
    ("hazards", "RandomPrograms", {"RATEL_PROGRAMS": "3"}),
    ("offload", "KillsAndWaits", {"RATEL_PROGRAMS": "4"}),
]


def transactions(folder: Path, module: str, test: str, **options: object) -> str:
    passes(module, test, folder=folder, **options)
    text = (folder / "transactions.txt").read_text(encoding="utf-8")
    assert text.count("\n") > 10
    return text


@pytest.mark.parametrize(("module", "test", "env"), RUNS)
def test_same_seed_same_transactions(
    module: str, test: str, env: dict[str, str], seed: int, tmp_path: Path
) -> None:
    options = {"env": env, "seed": seed}
    first = transactions(tmp_path / "first", module, test, **options)
    alone = transactions(tmp_path / "again", module, test, warm=False, **options)
    assert alone == first
    assert transactions(tmp_path / "pin", module, test, speed="pin", **options) == first
    other = {"env": env, "seed": seed + 1}
    assert transactions(tmp_path / "other", module, test, **other) != first
