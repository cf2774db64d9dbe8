"""Every other simulation test of the bench, at the speed and in the configurations that fit it."""

from __future__ import annotations

import pytest

from honeyguide.plan.catalogue import bench_tests
from tests.sim.support import passes

pytestmark = pytest.mark.sim

TESTS = [
    ("smoke", "FenceAlone"),
    ("smoke", "LoadAndStore"),
    ("registers", "ResetValues"),
    ("registers", "AccessPolicies"),
    ("registers", "Interrupts"),
    ("registers", "Counters"),
    ("instructions", "EveryCheck"),
    ("instructions", "ErrorRegisters"),
    ("instructions", "ReservedBits"),
    ("instructions", "IllegalWords"),
    ("doorbell", "DoorbellLayers"),
    ("doorbell", "BothPorts"),
    ("doorbell", "PortsAtOnce"),
    ("hazards", "EveryHazard"),
    ("hazards", "RandomPrograms"),
    ("offload", "KillsAndWaits"),
    ("offload", "OnlyKilled"),
    ("memory_port", "Stalled"),
    ("memory_port", "BusErrors"),
    ("memory_port", "ErrorsInPrograms"),
    ("memory_port", "ResetInJob"),
    ("memory_port", "AbortInJob"),
    ("memory_port", "AbortInEveryState"),
    ("windows", "Users"),
    ("windows", "UsersAtDoorbells"),
    ("windows", "NoWindow"),
    ("adversary", "Escape"),
    ("performance", "BackToBack"),
    ("scratchpad", "WholeScratchpad"),
    ("scenarios", "Storms"),
    ("scenarios", "PortsApart"),
]

# Those that say themselves how they run, in a file of their own (make new-test).
REGISTERED = {
    (test.file, test.name): test.registered for test in bench_tests() if test.registered is not None
}

# What costs little enough when Python wakes on every clock edge.
AT_PIN_LEVEL = [
    ("smoke", "LoadAndStore", {}),
    ("registers", "ResetValues", {}),
    ("registers", "AccessPolicies", {}),
    ("registers", "Interrupts", {}),
    ("registers", "AfterRest", {}),
    ("doorbell", "BothPorts", {"RATEL_PROGRAMS": "2"}),
    ("doorbell", "PortsAtOnce", {"RATEL_PROGRAMS": "3"}),
    ("hazards", "RandomPrograms", {"RATEL_PROGRAMS": "5"}),
    ("offload", "KillsAndWaits", {}),
    ("offload", "OnlyKilled", {}),
    ("memory_port", "Stalled", {}),
    ("memory_port", "ErrorsInPrograms", {}),
    ("memory_port", "ResetInJob", {"RATEL_RESETS": "8"}),
    ("windows", "Users", {"RATEL_PROGRAMS": "3"}),
    ("adversary", "Escape", {"RATEL_PROGRAMS": "2"}),
    ("scenarios", "Storms", {"RATEL_PROGRAMS": "1"}),
    ("scenarios", "PortsApart", {"RATEL_PROGRAMS": "2"}),
]

ELSEWHERE = [
    ("registers", "ResetValues"),
    ("instructions", "EveryCheck"),
    ("hazards", "RandomPrograms"),
    ("memory_port", "BusErrors"),
    ("memory_port", "ResetInJob"),
    ("windows", "Users"),
]


@pytest.mark.parametrize(("module", "test"), [*TESTS, *REGISTERED])
def test_tile_level(module: str, test: str, seed: int) -> None:
    said = REGISTERED.get((module, test), {})  # which may name another
    passes(module, test, seed=seed, speed=said.get("speed", "tile"), env=said.get("env"))


@pytest.mark.parametrize(("module", "test", "env"), AT_PIN_LEVEL)
def test_pin_level(module: str, test: str, env: dict[str, str], seed: int) -> None:
    passes(module, test, speed="pin", env=env, seed=seed)


@pytest.mark.parametrize("config", ["4x4", "16x16", "4x8", "16x4"])
@pytest.mark.parametrize(("module", "test"), ELSEWHERE)
def test_other_configurations(config: str, module: str, test: str, seed: int) -> None:
    passes(module, test, config=config, seed=seed)


def test_a_register_is_read_while_the_last_result_is_taken() -> None:
    """In that cycle it is answered with what was true the cycle before: nothing to judge."""
    passes("scenarios", "PortsApart", config="16x16", seed=50660)
