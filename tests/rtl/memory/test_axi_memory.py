"""The AXI memory of these tests refuses what a manager must not do."""

from __future__ import annotations

import random

import pytest

from tests.rtl.memory.axi_memory import AxiMemory, Behaviour

BASE = 0x4321_0000


@pytest.fixture
def memory() -> AxiMemory:
    return AxiMemory(bus_bytes=8, max_burst=16, base=BASE, rng=random.Random(1))


def address(addr: int, beats: int, *, size: int = 3, kind: int = 1) -> int:
    return kind << 44 | size << 41 | (beats - 1) << 33 | addr << 1 | 1


def beat(data: int, strobes: int = 0xFF, *, last: bool = True) -> int:
    return data << 10 | strobes << 2 | last << 1 | 1


@pytest.mark.parametrize("channel", ["ar", "aw"])
@pytest.mark.parametrize(
    ("bundle", "said"),
    [
        (address(BASE + 4, 1), "aligned"),
        (address(BASE, 17), "17 beats"),
        (address(BASE + 0xFC0, 9), "crosses 4 KiB"),
        (address(BASE, 1, size=2), "full width"),
        (address(BASE, 1, kind=0), "INCR"),
        (address(BASE + 0x1_0000, 1), "outside"),
    ],
)
def test_a_bad_address(memory: AxiMemory, channel: str, bundle: int, said: str) -> None:
    offers = {"ar": 0, "aw": 0, channel: bundle}
    with pytest.raises(AssertionError, match=said):
        memory.step(offers["ar"], offers["aw"], 0, 1, 1)


@pytest.mark.parametrize("channel", ["ar", "aw", "w"])
@pytest.mark.parametrize("second", [0, "other"])
def test_an_offer_that_does_not_stand(memory: AxiMemory, channel: str, second: int | str) -> None:
    memory.behaviour = Behaviour(ar_wait=1.0, aw_wait=1.0, w_wait=1.0)
    offers = {"ar": 0, "aw": 0, "w": 0}
    offers[channel] = beat(1) if channel == "w" else address(BASE, 1)
    memory.step(offers["ar"], offers["aw"], offers["w"], 1, 1)
    memory.step(offers["ar"], offers["aw"], offers["w"], 1, 1)
    changed = beat(2) if channel == "w" else address(BASE + 8, 1)
    offers[channel] = changed if second == "other" else 0
    with pytest.raises(AssertionError, match="changed before it was taken"):
        memory.step(offers["ar"], offers["aw"], offers["w"], 1, 1)


def test_a_burst_of_another_length(memory: AxiMemory) -> None:
    with pytest.raises(AssertionError, match="1 beats for 2 announced"):
        memory.step(0, address(BASE, 2), beat(1), 1, 1)


def test_a_write_and_a_read(memory: AxiMemory) -> None:
    memory.behaviour = Behaviour(latency=1)
    old = bytes(memory.data[8:16])
    memory.step(0, address(BASE + 8, 1), beat(0x1122334455667788, 0x0F), 1, 1)
    assert bytes(memory.data[8:16]) == bytes.fromhex("88776655") + old[4:]
    answers = [memory.step(0, 0, 0, 1, 1)[2] for _ in range(4)]
    assert answers.count(1) == 1
    memory.step(address(BASE + 8, 1), 0, 0, 1, 1)
    data = [r for r in (memory.step(0, 0, 0, 1, 1)[1] for _ in range(4)) if r]
    assert data == [int.from_bytes(memory.data[8:16], "little") << 4 | 8 | 1]
    assert memory.quiet()
