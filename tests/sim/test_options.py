"""The whole core with options that no named configuration has: check bits, and clocks that stop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from golden.config import load_config
from honeyguide.project import BUILD
from honeyguide.runs import session_run
from honeyguide.sim import SimBuild, SimResult, SimRun, build, run
from tb.build import bench_build
from tests.sim.outstanding_benches import OUTSTANDING

pytestmark = pytest.mark.sim

MEMORIES = ("ratel_sram",)
GATED = {"ClockGate": 1, "StopWhenIdle": 1}


def with_options(
    module: str, test: str, seed: int, options: Mapping[str, int], public: Sequence[str] = ()
) -> SimResult:
    """Run a test on the default core with some parameters changed."""
    wanted = bench_build("8x8")
    parameters = {**load_config("8x8").verilog_parameters(), **options}
    # the options' builds run for a second or two each: to optimise them would cost most of the test
    quick = bool(options)  # without any it is the build of the other tests
    where = build(SimBuild(**{**wanted, "parameters": parameters}, public=public, quick=quick))
    name = "-".join([test, *(f"{option}{value}" for option, value in options.items()), str(seed)])
    return run(
        SimRun(
            build=where,
            module=module,
            test=test,
            seed=seed,
            env={"RATEL_CONFIG": "8x8", "RATEL_SPEED": "tile"},
            results_dir=session_run("pytest", BUILD) / name,
        )
    )


def test_clocks_that_stop_change_nothing(seed: int) -> None:
    """Those of compute and memories inside, and the core's own outside, as idle_o allows it."""
    logs: list[str] = []
    tried: tuple[dict[str, int], ...] = ({}, GATED)
    for options in tried:
        result = with_options("tests.sim.clock_benches", "Pauses", seed, options)
        assert result.passed, f"{options}: {result.message} ({result.log})"
        logs.append((result.log.parent / "transactions.txt").read_text(encoding="utf-8"))
        assert "ended in cycle" in logs[0]
    assert logs[1] == logs[0]


def test_one_wrong_bit_a_byte_is_put_right(seed: int) -> None:
    module = "tests.sim.memory_benches"
    result = with_options(module, "PutRight", seed, {"Integrity": 2, **OUTSTANDING}, MEMORIES)
    assert result.passed, f"{result.message} ({result.log})"


def test_a_wrong_bit_is_counted_whichever_memory_it_is_in(seed: int) -> None:
    module = "tests.sim.memory_benches"
    result = with_options(module, "Counted", seed, {"Integrity": 2, **OUTSTANDING}, MEMORIES)
    assert result.passed, f"{result.message} ({result.log})"


def test_nothing_is_left_in_any_memory_for_the_next_owner(seed: int) -> None:
    module = "tests.sim.memory_benches"
    result = with_options(module, "Swept", seed, {"Integrity": 2, **OUTSTANDING}, MEMORIES)
    assert result.passed, f"{result.message} ({result.log})"


def test_a_silent_memory_is_asked_as_often_as_the_parameters_say(seed: int) -> None:
    module = "tests.sim.outstanding_benches"
    result = with_options(module, "Announced", seed, {"Integrity": 2, **OUTSTANDING}, MEMORIES)
    assert result.passed, f"{result.message} ({result.log})"


def test_a_wrong_bit_under_parity_is_found(seed: int) -> None:
    module = "tests.sim.memory_benches"
    result = with_options(module, "Found", seed, {"Integrity": 1}, MEMORIES)
    assert result.passed, f"{result.message} ({result.log})"


@pytest.mark.parametrize(
    ("module", "test"),
    [("windows", "Users"), ("adversary", "Escape"), ("memory_port", "ResetInJob")],
)
def test_gated_clocks(module: str, test: str, seed: int) -> None:
    result = with_options(f"tb.tests.{module}", test, seed, GATED)
    assert result.passed, f"{result.message} ({result.log})"


@pytest.mark.nightly
def test_a_core_without_users(seed: int) -> None:
    result = with_options("tb.tests.layers", "AnyLayers", seed, {"Windows": 0})
    assert result.passed, f"{result.message} ({result.log})"
