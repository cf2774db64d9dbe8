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
    """Byte enables, the old word when written and read at once, data that stay until read anew."""
    rng = generator()
    lanes, depth = int(dut.Width.value) // 8, int(dut.Depth.value)
    Clock(dut.clk_i, 10, "ns").start()
    await FallingEdge(dut.clk_i)
    words = [bytearray(rng.randbytes(lanes)) for _ in range(depth)]
    dut.wr_en_i.value = 1
    dut.rd_en_i.value = 0
    dut.wr_be_i.value = (1 << lanes) - 1
    for addr, word in enumerate(words):
        dut.wr_addr_i.value = addr
        dut.wr_data_i.value = int.from_bytes(word, "little")
        await FallingEdge(dut.clk_i)
    expected: int | None = None
    same = 0
    for _ in range(3000):
        write, read = rng.random() < 0.6, rng.random() < 0.6
        wr_addr, enables, data = rng.randrange(depth), rng.getrandbits(lanes), rng.randbytes(lanes)
        rd_addr = wr_addr if rng.random() < 0.3 else rng.randrange(depth)
        same += write and read and wr_addr == rd_addr
        dut.wr_en_i.value, dut.rd_en_i.value = write, read
        dut.wr_addr_i.value, dut.rd_addr_i.value = wr_addr, rd_addr
        dut.wr_be_i.value, dut.wr_data_i.value = enables, int.from_bytes(data, "little")
        if read:
            expected = int.from_bytes(words[rd_addr], "little")
        if write:
            for lane in range(lanes):
                if enables >> lane & 1:
                    words[wr_addr][lane] = data[lane]
        await FallingEdge(dut.clk_i)
        if expected is not None:
            assert int(dut.rd_data_o.value) == expected
    assert same > 100


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
