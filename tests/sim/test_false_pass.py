"""No broken bench may pass, and each must fail for its own reason."""

from __future__ import annotations

import re

import pytest

from honeyguide.sim import SimStatus
from tests.sim.support import passes, simulate

pytestmark = pytest.mark.sim

BENCHES = "tests.sim.broken_benches"

# bench -> how it must end, and what its message must say
CAUGHT = {
    "ComparesNothing": (SimStatus.FAIL, "nothing was compared|comparisons, at least"),
    "RaisesNoObjection": (SimStatus.FAIL, "no objection"),
    "BodyEndsEarly": (SimStatus.FAIL, "did not come to its end"),
    "LogsAnError": (SimStatus.FAIL, "1 ERRORs were logged, first somebody.else"),
    "ComponentLogsAnError": (SimStatus.FAIL, "1 ERRORs were logged"),
    "ComponentReportsAnError": (SimStatus.FAIL, "1 ERRORs were logged"),
    "KeepsItsErrors": (SimStatus.FAIL, "keep their records to themselves: somebody.silent"),
    "LeavesAnItem": (SimStatus.FAIL, "1 items were seen and not looked at"),
    "LosesAResult": (SimStatus.FAIL, "checkpoint was asked for|never returned a result"),
    "NeverComparesMemory": (SimStatus.FAIL, "never compared"),
    "ComparesWhileBusy": (SimStatus.FAIL, "while the core may be busy"),
    "ExpectsAnotherByte": (
        SimStatus.FAIL,
        r"instruction 5 `st.t .*`: byte 0x205 \(pixel y=0 x=1 channel 2\): expected 7, got 6",
    ),
    "ForgetsAStore": (SimStatus.FAIL, "expected no write"),
    "InvertsBytesBeforeAReset": (
        SimStatus.FAIL,
        r"after reset: instruction 5 `st.t .*`: byte 0x200 .* with a value that no instruction",
    ),
    "CorruptsMemoryBeforeAReset": (SimStatus.FAIL, "is not what was written on the pins"),
    "LosesACoveredByteBeforeAReset": (
        SimStatus.FAIL,
        "byte 0x200 .* was not written, though a fence that covers it",
    ),
    "InflatesACounterClearedAtWork": (
        SimStatus.FAIL,
        r"read of COUNTER \(0x108\): expected \d+ to \d+ after a clear at work, got",
    ),
    "ExpectsNothingOfCounters": (
        SimStatus.FAIL,
        r"read of COUNTER \(0x\w+\): not judged, though all that it counts is known",
    ),
    "ReadsZerosThatNobodyWrote": (SimStatus.FAIL, r"byte 0x200 .*expected -?\d+, got 0"),
    "ExpectsAStoreTooMany": (SimStatus.FAIL, "expected a write|expected result|read of COUNTER"),
    "ExpectsAnInterrupt": (SimStatus.FAIL, "interrupt line: expected 1, got 0"),
    "Hangs": (SimStatus.FAIL, "hang: no pin moved for 2000 cycles"),
    "PollsForEver": (SimStatus.FAIL, "hang: no pin moved for 2000 cycles"),
    "LosesPatience": (SimStatus.FAIL, "hang: 20[1-9] transfers of AXI4 in a row, and nothing else"),
    "ExpectsMoreSteps": (SimStatus.FAIL, r"read of COUNTER \(0x118\): expected 0x0+1, got 0x0+,"),
    "RunsForEver": (SimStatus.FAIL, "time-out after 200 us"),
    "LeavesTheSimulator": (SimStatus.CRASH, "left no results|ended early"),
    "Crashes": (SimStatus.CRASH, "SIGSEGV"),
}
CAUGHT_AT_PIN_LEVEL = {
    "MonitorIsBlind": (SimStatus.FAIL, "checkpoint|disagree|never returned"),
    "MonitorIsUnbound": (SimStatus.FAIL, "m_wlost"),
    "MonitorFails": (SimStatus.FAIL, "shows XXXXXXXX"),
    "BreaksAxi": (SimStatus.FAIL, "Assertion|axi"),
    "BreaksOffload": (SimStatus.FAIL, "Assertion|cvxif"),
}


def caught(bench: str, expected: tuple[SimStatus, str], *, speed: str, seed: int) -> None:
    result = simulate(BENCHES, bench, speed=speed, seed=seed, timeout_s=60)
    status, words = expected
    assert result.status is status, f"{bench} ended with {result.status}: {result.message}"
    assert re.search(words, result.message), result.message


def test_the_unbroken_bench_passes(seed: int) -> None:
    passes(BENCHES, "Sound", seed=seed)
    passes(BENCHES, "Sound", seed=seed, speed="pin")
    passes(BENCHES, "ResetBeforeTheComparison", seed=seed)
    passes(BENCHES, "ClearsCountersAtWork", seed=seed)


@pytest.mark.parametrize("bench", CAUGHT)
def test_broken_bench_fails(bench: str, seed: int) -> None:
    caught(bench, CAUGHT[bench], speed="tile", seed=seed)


@pytest.mark.parametrize("bench", CAUGHT_AT_PIN_LEVEL)
def test_broken_pin_level_bench_fails(bench: str, seed: int) -> None:
    caught(bench, CAUGHT_AT_PIN_LEVEL[bench], speed="pin", seed=seed)
