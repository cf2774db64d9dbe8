"""Memory planning: nobody shares bytes with what is still needed; little more than the bound."""

from __future__ import annotations

import os
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from golden.config import load_config
from golden.network import Network
from golden.network.operations import Transpose
from sw.compiler.fastest import compile_network
from sw.compiler.memory import Life, Lives, first_fit, most_at_once
from sw.importer import import_network
from tests.sw.golden_core import BASE, play
from tests.sw.random_networks import Builder

ROOT = Path(__file__).resolve().parents[2]
MODELS = Path(os.environ.get("RATEL_MODELS", ROOT / ".." / "shared" / "models")) / "mlperf_tiny"
MLPERF_TINY = ("pretrainedResnet_quant", "vww_96_int8", "kws_ref_model", "ad01_int8")
OVER_BOUND = 1.10


def _random_lives(seed: int) -> Lives:
    rng = np.random.default_rng(seed)
    lives = Lives()
    for tensor in range(30):
        first = int(rng.integers(0, 40))
        lives.note(tensor, int(rng.integers(1, 5000)), first)
        lives.note(tensor, 0, first + int(rng.integers(0, 6)))
    for tensor, life in lives.by_tensor.items():
        life.size = max(life.size, 1 + tensor)
    return lives


@pytest.mark.parametrize("seed", range(20))
def test_tensors_that_live_together_lie_apart(seed: int) -> None:
    lives = _random_lives(seed)
    offsets, size, bound = lives.plan(64)
    everyone = list(lives.by_tensor.values())
    for a, b in combinations(everyone, 2):
        if a.first <= b.last and b.first <= a.last:
            assert offsets[a.tensor] + a.size <= offsets[b.tensor] or (
                offsets[b.tensor] + b.size <= offsets[a.tensor]
            )
    assert all(offset % 64 == 0 for offset in offsets.values())
    busiest = max(
        sum(-(-life.size // 64) * 64 for life in everyone if life.first <= now <= life.last)
        for now in range(60)
    )
    assert bound == busiest <= size <= OVER_BOUND * busiest


def test_the_bound_is_what_is_needed_at_the_busiest_moment() -> None:
    lives = [
        Life(tensor=0, size=10, first=0, last=1),
        Life(tensor=1, size=20, first=1, last=2),
        Life(tensor=2, size=5, first=2, last=3),
    ]
    assert most_at_once((life.first, life.last, life.size) for life in lives) == 30
    assert most_at_once([]) == 0
    assert first_fit(lives) == ({0: 0, 1: 10, 2: 0}, 30)


def _transposes() -> Network:
    builder = Builder(rng=np.random.default_rng(4))
    x = builder.tensor((1, 6, 6, 8))
    for _ in range(5):
        (x,) = builder.layer(Transpose(permutation=(0, 2, 1, 3)), [x], (1, 6, 6, 8))
    return Network(
        name="transposes",
        tensors=tuple(builder.tensors),
        layers=tuple(builder.layers),
        inputs=(0,),
        outputs=(x,),
    )


def test_a_life_that_is_taken_too_short_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    network, config = _transposes(), load_config("8x8")
    inputs = [np.random.default_rng(1).integers(-128, 128, (1, 6, 6, 8)).astype(np.int8)]
    assert play(config, network, inputs).differences == []

    def note(self: Lives, tensor: int, size: int, position: int) -> None:
        life = Life(tensor=tensor, size=size, first=position, last=position)
        self.by_tensor.setdefault(tensor, life)

    monkeypatch.setattr(Lives, "note", note)
    monkeypatch.setattr(Lives, "extend", lambda *_: None)
    assert play(config, network, inputs).differences


def _within_the_bound(network: Network, name: str) -> None:
    for config in ("8x8", "4x4", "16x16"):
        program = compile_network(load_config(config), network, memory_base=BASE)
        use = program.memory
        assert 0 < use.bound <= use.tensors <= OVER_BOUND * use.bound, (name, config)
        assert 0 < use.line_bound <= use.lines <= program.config.spad_depth
        assert program.memory_end - BASE == use.constants + use.tensors


def test_mnist_needs_little_more_than_what_lives_at_once() -> None:
    _within_the_bound(import_network(ROOT / "models" / "mnist" / "mnist.tflite"), "mnist")


@pytest.mark.external
@pytest.mark.parametrize("name", MLPERF_TINY)
def test_mlperf_networks_need_little_more_than_what_lives_at_once(name: str) -> None:
    path = MODELS / f"{name}.tflite"
    if not path.exists():
        pytest.skip(f"{path.name} is not on this machine (set RATEL_MODELS to where it is)")
    _within_the_bound(import_network(path), name)
