"""Random layers against the golden machine, in volume. Each layer is named by its own seed."""

from __future__ import annotations

import pytest

from tests.sim.support import passes

pytestmark = pytest.mark.sim

LAYERS = 50  # a process
# 500 layers of the array on the default core, 100 each on the smallest and the largest.
VOLUME = [
    *(("8x8", part) for part in range(10)),
    *(("4x4", part) for part in range(2)),
    *(("16x16", part) for part in range(2)),
    ("4x8", 0),
    ("16x4", 0),
]


@pytest.mark.parametrize(("config", "part"), VOLUME)
def test_mac_layers(config: str, part: int, seed: int) -> None:
    passes(
        "layers", "MacLayers", config=config, seed=seed * 1000 + part,
        env={"RATEL_LAYERS": str(LAYERS)},
    )  # fmt: skip


@pytest.mark.parametrize("config", ["8x8", "4x4", "16x16", "4x8", "16x4"])
def test_vector_layers(config: str, seed: int) -> None:
    passes("layers", "VectorLayers", config=config, seed=seed, env={"RATEL_LAYERS": str(LAYERS)})


def test_layers_at_pin_level(seed: int) -> None:
    passes("layers", "AnyLayers", speed="pin", seed=seed, env={"RATEL_LAYERS": "12"})
