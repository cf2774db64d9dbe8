"""A sample of inputs of every network on the RTL; `make networks` runs all of them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from golden.config import load_config
from golden.network import run_network
from scripts.reports.networks import TARGET_CONFIG, TARGETS
from scripts.runs.model import load_model
from scripts.runs.timeline import write_timeline
from scripts.runs.whole import WholeResult, run_whole
from scripts.runs.zoo import MLPERF, WAKE_WORD_STEPS, WAKE_WORDS, Entry, zoo
from tests.commands.support import command
from tests.sim.support import bench

pytestmark = pytest.mark.sim

STALL = 0.3


def entry(name: str, seed: int) -> Entry:
    found = next(e for e in zoo(seed) if e.name == name)
    if found.path is None:
        pytest.skip(found.missing)
    return found


def run(
    name: str,
    seed: int,
    folder: Path,
    *,
    count: int,
    config: str = "8x8",
    stall: float = 0.0,
    parts: int = 1,
) -> WholeResult:
    """Run a network that must be right: every tensor of every input, and golden by the oracle."""
    known = entry(name, seed)
    core = load_config(config)
    assert known.path is not None
    model = load_model(known.path, core)
    result = run_whole(
        model,
        known.inputs(model)[:count],
        build=bench(config),
        folder=folder,
        seed=seed,
        stall=stall,
        parts=parts,
    )
    assert result.reasons() == []
    assert result.oracle.ran
    assert result.oracle.comparisons >= result.rtl.comparisons
    assert result.rtl.mismatches == 0
    assert result.rtl.inputs == count
    return result


def check_prediction(result: WholeResult) -> None:
    assert result.prediction_error is not None
    assert result.off_prediction() == []


@pytest.mark.parametrize("config", ["8x8", "4x4", "16x16", "4x8", "16x4"])
def test_mnist(config: str, seed: int, tmp_path: Path) -> None:
    result = run("mnist", seed, tmp_path, count=10 if config == "8x8" else 2, config=config)
    if config != "4x8":  # its memory bus is not the one that predictions are made for
        check_prediction(result)


@pytest.mark.parametrize("name", WAKE_WORDS)
def test_a_wake_word_keeps_its_state_over_steps(name: str, seed: int, tmp_path: Path) -> None:
    steps = WAKE_WORD_STEPS if name == "okay_nabu" else 4
    result = run(name, seed, tmp_path, count=steps)
    check_prediction(result)
    assert remembers(result)


def remembers(result: WholeResult) -> bool:
    """Tell whether the last input gives another output after the others than by itself."""
    network = result.model.network
    alone = run_network(network, [result.inputs[-1].reshape(result.model.input_shape)])
    state = {name: value.copy() for name, value in network.state.items()}
    for given in result.inputs:
        after = run_network(network, [given.reshape(result.model.input_shape)], state)
    return any(not np.array_equal(alone[index], after[index]) for index in alone)


@pytest.mark.external
@pytest.mark.parametrize("name", MLPERF)
def test_mlperf_tiny(name: str, seed: int, tmp_path: Path) -> None:
    result = run(name, seed, tmp_path, count=1)
    check_prediction(result)
    if result.model.core.name == TARGET_CONFIG:
        assert result.multiple <= TARGETS[name]


@pytest.mark.parametrize("name", ["mnist", "hey_jarvis"])
def test_stalls_change_no_result(name: str, seed: int, tmp_path: Path) -> None:
    calm = run(name, seed, tmp_path / "calm", count=2)
    slow = run(name, seed, tmp_path / "slow", count=2, stall=0.6)  # less hides behind the array
    assert all(map(np.array_equal, calm.rtl.outputs, slow.rtl.outputs))
    assert slow.cycles > calm.cycles
    assert slow.prediction_error is None


@pytest.mark.external
def test_stalls_change_no_result_of_a_large_network(seed: int, tmp_path: Path) -> None:
    run("ds_cnn", seed, tmp_path, count=1, stall=STALL)


def test_parts_change_no_result(seed: int, tmp_path: Path) -> None:
    whole = run("mnist", seed, tmp_path / "one", count=3, parts=1).rtl
    split = run("mnist", seed, tmp_path / "two", count=3, parts=2).rtl
    assert np.array_equal(whole.outputs[0], split.outputs[0])
    assert whole.cycles == split.cycles
    assert whole.layers == split.layers


def test_a_time_line_shows_every_engine_within_the_inference(seed: int, tmp_path: Path) -> None:
    result = run("mnist", seed, tmp_path / "run", count=1)
    path = tmp_path / "trace.json"
    write_timeline(path, result.model, result.rtl.spans)
    events = [e for e in json.loads(path.read_text())["traceEvents"] if e["ph"] == "X"]
    assert {event["cat"] for event in events} == {"load", "execute", "store", "stalls"}
    first = min(event["ts"] for event in events)
    last = max(event["ts"] + event["dur"] for event in events)
    assert 0.9 * result.cycles < last - first <= result.cycles
    short = [dict(job, execute=job["execute"][:-1]) for job in result.rtl.spans]
    with pytest.raises(ValueError, match="execute"):
        write_timeline(path, result.model, short)


def test_a_network_that_was_named_and_is_not_here_is_no_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RATEL_MODELS", str(tmp_path / "nowhere"))
    words = ("--only", "mnist,resnet8", "--count", 1)
    ended = command("networks", *words, results=tmp_path)
    assert ended.code == 1, ended.out
    assert "FAIL: resnet8 was asked for by name and is not here" in ended.out
    assert ended.report is not None
    assert [line["pass"] for line in ended.report["networks"]] == [True]
