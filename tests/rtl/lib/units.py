"""cocotb tests of the queue, the memory wrapper and the gearbox; `test_units.py` runs them."""

from __future__ import annotations

import os
import random
from collections import deque
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, Timer


def generator() -> random.Random:
    return random.Random(int(os.environ["RATEL_SEED"]))


async def reset(dut: Any) -> None:
    Clock(dut.clk_i, 10, "ns").start()
    dut.rst_ni.value = 0
    await FallingEdge(dut.clk_i)
    await FallingEdge(dut.clk_i)
    dut.rst_ni.value = 1


@cocotb.test()
async def fifo(dut: Any) -> None:
    """Order, fullness, stability of the oldest entry, no path from side to side."""
    rng = generator()
    width, depth = int(dut.Width.value), int(dut.Depth.value)
    dut.push_valid_i.value = dut.pop_ready_i.value = 0
    await reset(dut)
    held: deque[int] = deque()
    passed = filled = 0
    for cycle in range(4000):
        eager_push, eager_pop = ((0.9, 0.3), (0.3, 0.9), (1.0, 1.0))[cycle // 100 % 3]
        push, pop = rng.random() < eager_push, rng.random() < eager_pop
        data = rng.getrandbits(width)
        before = int(dut.push_ready_o.value), int(dut.pop_valid_o.value)
        dut.push_valid_i.value = push
        dut.push_data_i.value = data
        dut.pop_ready_i.value = pop
        await Timer(1, "ns")
        now = int(dut.push_ready_o.value), int(dut.pop_valid_o.value)
        assert now == before, "a handshake output follows an input in the same cycle"
        assert now == (len(held) < depth, len(held) > 0)
        if held:
            assert int(dut.pop_data_o.value) == held[0]
        filled += len(held) == depth
        if pop and held:
            held.popleft()
            passed += 1
        if push and now[0]:
            held.append(data)
        await FallingEdge(dut.clk_i)
    assert filled > 100
    assert passed > (1000 if depth == 1 else 1500)


@cocotb.test()
async def fifo_full_rate(dut: Any) -> None:
    """An entry goes in and one comes out every cycle."""
    await reset(dut)
    dut.push_valid_i.value = dut.pop_ready_i.value = 1
    for index in range(40):
        dut.push_data_i.value = index
        assert int(dut.push_ready_o.value)
        assert int(dut.pop_valid_o.value) == (index > 0)
        if index:
            assert int(dut.pop_data_o.value) == index - 1
        await FallingEdge(dut.clk_i)


@cocotb.test()
async def sram(dut: Any) -> None:
    """Enables, the old word when written and read at once, data that stay until read anew."""
    rng = generator()
    lane_bits, depth = int(dut.Lane.value), int(dut.Depth.value)
    width = int(dut.Width.value)
    lanes = width // lane_bits
    Clock(dut.clk_i, 10, "ns").start()
    await FallingEdge(dut.clk_i)
    words = [rng.getrandbits(width) for _ in range(depth)]
    dut.wr_en_i.value = 1
    dut.rd_en_i.value = 0
    dut.wr_be_i.value = (1 << lanes) - 1
    for addr, word in enumerate(words):
        dut.wr_addr_i.value = addr
        dut.wr_data_i.value = word
        await FallingEdge(dut.clk_i)
    expected: int | None = None
    same = 0
    for _ in range(3000):
        write, read = rng.random() < 0.6, rng.random() < 0.6
        wr_addr, enables = rng.randrange(depth), rng.getrandbits(lanes)
        data = rng.getrandbits(width)
        rd_addr = wr_addr if rng.random() < 0.3 else rng.randrange(depth)
        same += write and read and wr_addr == rd_addr
        dut.wr_en_i.value, dut.rd_en_i.value = write, read
        dut.wr_addr_i.value, dut.rd_addr_i.value = wr_addr, rd_addr
        dut.wr_be_i.value, dut.wr_data_i.value = enables, data
        if read:
            expected = words[rd_addr]
        if write:
            mask = sum(
                ((1 << lane_bits) - 1) << lane_bits * lane
                for lane in range(lanes)
                if enables >> lane & 1
            )
            words[wr_addr] = words[wr_addr] & ~mask | data & mask
        await FallingEdge(dut.clk_i)
        if expected is not None:
            assert int(dut.rd_data_o.value) == expected
    assert same > 100


async def spoiled(dut: Any, data: int, flips: int) -> tuple[int, int, int]:
    """Write data, turn bits of its code, read: what is shown, if it was put right, if it is bad."""
    dut.data_i.value, dut.flip_i.value, dut.rd_en_i.value = data, flips, 1
    await FallingEdge(dut.clk_i)
    dut.rd_en_i.value = 0
    seen = int(dut.data_o.value), int(dut.fixed_o.value), int(dut.bad_o.value)
    await FallingEdge(dut.clk_i)
    assert not int(dut.fixed_o.value) and not int(dut.bad_o.value), "told twice of one read"
    return seen


@cocotb.test()
async def parity(dut: Any) -> None:
    """Any one bit that turned is seen, in every byte and lane; nothing else is."""
    lanes = int(dut.Lanes.value)
    dut.rd_en_i.value = 0
    await reset(dut)
    for byte in range(256):
        data = int.from_bytes(bytes([byte] * lanes), "little")
        assert await spoiled(dut, data, 0) == (data, 0, 0)
        flip = 1 << byte % (9 * lanes)
        _, fixed, bad = await spoiled(dut, data, flip)
        assert (fixed, bad) == (0, 1), f"byte {byte:#x}, bit {flip:#x}"
    dut.data_i.value = 0
    dut.flip_i.value = 0
    await FallingEdge(dut.clk_i)
    assert int(dut.code_o.value) == 0, "a swept word is no word of the code"


@cocotb.test()
async def secded(dut: Any) -> None:
    """Every single bit of every byte is put right, every two of a byte are seen."""
    lanes, lane_bits = int(dut.Lanes.value), 13
    rng = generator()
    dut.rd_en_i.value = 0
    await reset(dut)
    for byte in range(256):
        others = rng.getrandbits(8 * lanes)
        lane = byte % lanes
        data = others & ~(0xFF << 8 * lane) | byte << 8 * lane
        assert await spoiled(dut, data, 0) == (data, 0, 0)
        for first in range(lane_bits):
            flip = 1 << lane_bits * lane + first
            assert await spoiled(dut, data, flip) == (data, 1, 0), f"{byte:#x}, bit {first}"
            second = rng.choice([bit for bit in range(lane_bits) if bit != first])
            _, fixed, bad = await spoiled(dut, data, flip | 1 << lane_bits * lane + second)
            assert (fixed, bad) == (0, 1), f"{byte:#x}, bits {first} and {second}"
    for first in range(lane_bits):
        for second in range(first):
            _, fixed, bad = await spoiled(dut, 0x5A, 1 << first | 1 << second)
            assert (fixed, bad) == (0, 1), f"bits {first} and {second}"
    everywhere = sum(1 << lane_bits * lane + lane for lane in range(lanes))
    assert await spoiled(dut, 0x123456, everywhere) == (0x123456, 1, 0), "one bit in each byte"
    dut.data_i.value = 0
    dut.flip_i.value = 0
    await FallingEdge(dut.clk_i)
    assert int(dut.code_o.value) == 0, "a swept word is no word of the code"


@cocotb.test()
async def clock_gate(dut: Any) -> None:
    """Whole pulses, of exactly the cycles that were wanted while the clock was low before them."""
    rng = generator()
    dut.clk_i.value = dut.scan_mode_i.value = 0
    wanted = 0
    for _ in range(400):
        dut.clk_i.value = 0
        scan = rng.random() < 0.1
        for _ in range(3):  # what changes while the clock is low does not matter
            wanted = rng.randrange(2)
            dut.en_i.value, dut.scan_mode_i.value = wanted, scan
            await Timer(1, "ns")
            assert not int(dut.clk_o.value)
        dut.clk_i.value = 1
        for _ in range(3):  # nor does what changes while it is high
            await Timer(1, "ns")
            assert int(dut.clk_o.value) == int(wanted or scan)
            dut.en_i.value = rng.randrange(2)
            dut.scan_mode_i.value = rng.randrange(2)
            await Timer(1, "ns")
            assert int(dut.clk_o.value) == int(wanted or scan)


@cocotb.test()
async def gearbox(dut: Any) -> None:
    """Any number of bytes in and out a cycle, in order; a flush empties it."""
    rng = generator()
    most_in, most_out = int(dut.InBytes.value), int(dut.OutBytes.value)
    capacity = int(dut.Capacity.value)
    dut.flush_i.value = dut.push_bytes_i.value = dut.pop_bytes_i.value = 0
    await reset(dut)
    held = bytearray()
    full = passed = 0
    for cycle in range(4000):
        assert int(dut.count_o.value) == len(held)
        seen = int(dut.data_o.value).to_bytes(most_out, "little")
        assert seen == bytes(held[:most_out]).ljust(most_out, b"\0")
        full += len(held) == capacity
        push = rng.randint(0, min(most_in, capacity - len(held)))
        pop = rng.randint(0, min(most_out, len(held)))
        if cycle // 50 % 3 == 0:
            push = min(most_in, capacity - len(held))
        elif cycle // 50 % 3 == 1:
            pop = min(most_out, len(held))
        flush = rng.random() < 0.01
        data = rng.randbytes(most_in)
        dut.flush_i.value = flush
        dut.push_bytes_i.value, dut.pop_bytes_i.value = push, pop
        dut.push_data_i.value = int.from_bytes(data, "little")
        held = bytearray() if flush else held[pop:] + data[:push]
        passed += pop
        await FallingEdge(dut.clk_i)
    assert full > 10
    assert passed > 1000
