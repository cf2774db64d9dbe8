"""cocotb side of the lanes: a new item every cycle, extremes first, against golden/numerics."""

from __future__ import annotations

import itertools
import os
from typing import Any

import cocotb
import numpy as np
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge

from golden.numerics import (
    add_bias,
    multiply_by_quantized_multiplier,
    wrap_int32,
)
from golden.operators.pooling import divide_rounding

INT32 = 1 << 32
STAGES = 5
LARGEST_COUNT = (1 << 18) - 1  # of the port; 128 times it needs all bits of a sum
RANDOM_ITEMS = 6000
EXTREMES = (0, 1, -1, 2, -2, 3, -3, (1 << 31) - 1, -(1 << 31), 1 << 30, -(1 << 30))
MULTIPLIERS = (0, 1, 2, 1 << 30, (1 << 30) + 1, (1 << 31) - 1)
SHIFTS = (-31, -30, -16, -2, -1, 0, 1, 2, 15, 29, 30)


def signed(value: int) -> int:
    """Read 32 bits as two's complement."""
    return value - INT32 if value >> 31 else value


def generator() -> np.random.Generator:
    """Random numbers of this run."""
    return np.random.default_rng(int(os.environ["RATEL_SEED"]))


async def through(dut: Any, stages: list[list[dict[str, int]]], output: str) -> list[int]:
    """Send items through a lane, one a cycle; return the results.

    `stages[i][s]` names what ports hold when item i enters stage s (from 0).
    """
    Clock(dut.clk_i, 10, unit="ns").start()
    dut.en_i.value = (1 << STAGES) - 1
    results = []
    for cycle in range(len(stages) + STAGES):
        await FallingEdge(dut.clk_i)
        if cycle >= STAGES:
            results.append(signed(int(getattr(dut, output).value)))
        for stage in range(STAGES):
            if 0 <= cycle - stage < len(stages):
                for name, value in stages[cycle - stage][stage].items():
                    getattr(dut, name).value = value
    return results


def compare(results: list[int], expected: np.ndarray, items: list[Any]) -> None:
    """Raise AssertionError at the first item that differs."""
    assert len(results) == len(items) == len(expected)
    for item, seen, wanted in zip(items, results, expected, strict=True):
        assert seen == int(wanted), f"{item}: {seen}, expected {int(wanted)}"


@cocotb.test()
async def requant_lane(dut: Any) -> None:
    """Bias, left shift, doubling high multiply, rounding right shift."""
    rng = generator()
    items = [
        (acc, bias, mult, shift)
        for acc, mult, shift in itertools.product(EXTREMES, MULTIPLIERS, SHIFTS)
        for bias in (0, -1, (1 << 31) - 1)
    ]
    # Exact ties of the high multiply: acc * mult = (2k + 1) * 2^30.
    items += [(odd, 0, 1 << 30, shift) for odd in range(-9, 10) for shift in (-2, -1, 0, 1)]
    for _ in range(RANDOM_ITEMS):
        acc = int(rng.integers(-(1 << 31), 1 << 31)) >> int(rng.integers(0, 31))
        items.append((
            acc, int(rng.integers(-(1 << 31), 1 << 31)) >> int(rng.integers(0, 31)),
            int(rng.integers(0, 1 << 31)), int(rng.integers(-31, 31)),
        ))  # fmt: skip
    idle: dict[str, int] = {}
    stages = [
        [{"acc_i": a % INT32, "bias_i": b % INT32, "mult_i": m, "shift_i": s % 256}, *[idle] * 4]
        for a, b, m, s in items
    ]
    sums, biases, mults, shifts = (np.array(column) for column in zip(*items, strict=True))
    biased = add_bias(sums.astype(np.int32), biases)
    expected = multiply_by_quantized_multiplier(biased, mults, shifts)
    compare(await through(dut, stages, "value_o"), expected, items)


@cocotb.test()
async def rescale_lane(dut: Any) -> None:
    """Add and sub of rescaled operands, products, table bytes, mixed from cycle to cycle."""
    rng = generator()
    edges = (-255, -128, -1, 0, 1, 127, 255)
    kinds = ("add", "sub", "mul", "lut")
    items = [
        (kind, d1, d2, m, s, (1 << 31) - 1, s2)
        for kind in ("add", "sub") for d1 in edges for d2 in (-255, 3, 255)
        for m in MULTIPLIERS for s in SHIFTS for s2 in (-3, 0, 4)
    ]  # fmt: skip
    for _ in range(RANDOM_ITEMS):
        d1, d2 = (int(v) for v in rng.integers(-255, 256, 2))
        m1, m2 = (int(v) for v in rng.integers(0, 1 << 31, 2))
        s1, s2 = (int(v) for v in rng.integers(-31, 31, 2))
        items.append((str(rng.choice(kinds)), d1, d2, m1, s1, m2, s2))
    stages, expected = [], []
    for index, (kind, d1, d2, m1, s1, m2, s2) in enumerate(items):
        # mul_i and lut_i carry the item of each of the first three stages at once.
        near = [items[index - back][0] if index >= back else "add" for back in range(3)]
        plain = kind in ("mul", "lut")
        byte = int(rng.integers(-128, 128))
        stages.append([
            {
                "acc_i": (d1 % 65536) << 16 | d2 % 65536,
                "left1_i": max(s1, 0), "left2_i": max(s2, 0),
                "mul_i": sum((k == "mul") << i for i, k in enumerate(near)),
                "lut_i": sum((k == "lut") << i for i, k in enumerate(near)),
            },
            {"mult1_i": m1, "mult2_i": m2, "table_i": byte % 256},
            {},
            {"right1_i": 0 if plain else max(-s1, 0), "right2_i": 0 if plain else max(-s2, 0)},
            {"sub_i": int(kind == "sub")},
        ])  # fmt: skip
        scaled = [
            int(multiply_by_quantized_multiplier(wrap_int32(d << 20), m, s))
            for d, m, s in ((d1, m1, s1), (d2, m2, s2))
        ]
        value = {
            "add": scaled[0] + scaled[1], "sub": scaled[0] - scaled[1], "mul": d1 * d2, "lut": byte
        }[kind]  # fmt: skip
        expected.append(int(wrap_int32(value)))
    # The last items are still in the first stages when the list ends.
    tail = [("add", 0, 0, 0, 0, 0, 0)] * 2
    for back, _ in enumerate(tail, start=1):
        near = [items[-1 - i + back][0] if i >= back else "add" for i in range(3)]
        stages.append([
            {
                "acc_i": 0, "left1_i": 0, "left2_i": 0,
                "mul_i": sum((k == "mul") << i for i, k in enumerate(near)),
                "lut_i": sum((k == "lut") << i for i, k in enumerate(near)),
            },
            {"mult1_i": 0, "mult2_i": 0}, {}, {"right1_i": 0, "right2_i": 0}, {"sub_i": 0},
        ])  # fmt: skip
        expected.append(0)
    compare(await through(dut, stages, "sum_o"), np.array(expected), items + tail)


@cocotb.test()
async def average_lane(dut: Any) -> None:
    """Sum over count to nearest, ties away from zero, for every size of window."""
    rng = generator()
    items = [
        (total, count)
        for count in (*range(1, 40), 255, 256, 1000, 65535, 131072, LARGEST_COUNT)
        for mean in (-128, -127, -1, 0, 1, 126, 127)
        for total in {mean * count, mean * count + count // 2, mean * count - count // 2}
        if -128 * count <= total <= 127 * count
    ]
    for _ in range(RANDOM_ITEMS):
        count = int(rng.integers(1, LARGEST_COUNT + 1)) >> int(rng.integers(0, 18)) or 1
        items.append((int(rng.integers(-128 * count, 127 * count + 1)), count))
    counts = [count for _, count in items]
    stages = []
    for index, (total, count) in enumerate(items):
        stages.append([{"sum_i": total % (1 << 26), "half_i": count // 2}, {}, {}, {}, {}])
        # count_i carries the divisors of stages 2 to 5 at once, in this item's first cycle.
        divisors = [counts[index - back] if index >= back else 1 for back in range(1, 5)]
        stages[-1][0]["count_i"] = sum(d << (18 * i) for i, d in enumerate(divisors))
    sums = np.array([total for total, _ in items])
    expected = divide_rounding(sums, np.array(counts))
    stages += [
        [
            {
                "sum_i": 0,
                "half_i": 0,
                "count_i": sum(
                    (counts[-1 - i + back] if i >= back else 1) << (18 * i) for i in range(4)
                ),
            },
            {}, {}, {}, {},
        ]
        for back in range(4)
    ]  # fmt: skip
    results = await through(dut, stages, "average_o")
    compare(results[: len(items)], expected, items)
