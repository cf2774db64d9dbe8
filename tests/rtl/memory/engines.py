"""cocotb tests of the load and store engines; `test_engines.py` runs them."""

from __future__ import annotations

import itertools
from typing import Any

import cocotb

from tests.rtl.memory.axi_memory import Behaviour
from tests.rtl.memory.bench import Bench
from tests.rtl.memory.layout import Move
from tests.rtl.memory.moves import HALF, LOADS, random_load, random_store

WAITS = (0.0, 0.0, 0.3, 0.6, 0.9)
ORDERS = ("free", "w_first", "aw_first")


def random_behaviour(bench: Bench) -> Behaviour:
    rng = bench.rng
    return Behaviour(
        ar_wait=rng.choice(WAITS), r_wait=rng.choice(WAITS), aw_wait=rng.choice(WAITS),
        w_wait=rng.choice(WAITS), b_wait=rng.choice(WAITS), latency=rng.choice((1, 3, 20, 80)),
        write_order=rng.choice(ORDERS), response=rng.choice((2, 3)),
    )  # fmt: skip


def expected_memory(bench: Bench, stores: list[Move]) -> bytearray:
    after = bytearray(bench.memory.data)
    for move in stores:
        for address, place in move.places(bench.shape):
            after[address & 0xFFFF] = int(bench.spad[place])
    return after


def words(bench: Bench, move: Move) -> list[int]:
    """Return the bus words that a move touches, in order."""
    size = bench.bus_bytes
    return [
        word
        for first, last in move.run_addresses(bench.shape)
        for word in range(first // size * size, last + 1, size)
    ]


async def random_moves(dut: Any, *, batches: int, base: int) -> None:
    bench = Bench(dut, base=base)
    await bench.start()
    rng = bench.rng
    for _ in range(batches):
        bench.memory.behaviour = random_behaviour(bench)
        bench.ex_reads = rng.choice((0.0, 0.5, 1.0))
        bench.ex_writes = rng.choice((0.0, 0.5, 1.0))
        loads = [random_load(rng, bench.shape, base) for _ in range(rng.randint(0, 4))]
        stores = [random_store(rng, bench.shape, base) for _ in range(rng.randint(0, 5))]
        for move in loads:
            bench.apply(move)
        after = expected_memory(bench, stores)
        bench.memory.strobed.clear()
        bench.counted = {"load": 0, "store": 0}
        bench.queues["load"].extend(loads)
        bench.queues["store"].extend(stores)
        await bench.finish(loads=len(loads), stores=len(stores))
        assert all(err == 0 for err, _, _ in bench.results["load"] + bench.results["store"])
        await bench.compare()
        assert bench.memory.data == after, "memory differs"
        wanted = sorted(at for move in stores for at, _ in move.places(bench.shape))
        assert sorted(at for at, _ in bench.memory.strobed) == wanted, "strobes differ"
        assert bench.counted["store"] == len(wanted)
        assert bench.counted["load"] == sum(1 for m in loads for _ in m.places(bench.shape))
    assert bench.ex_checked > 1000, bench.ex_checked
    assert bench.memory.most_reads >= 4, bench.memory.most_reads
    assert bench.memory.most_writes >= 4, bench.memory.most_writes


@cocotb.test()
async def random_traffic(dut: Any) -> None:
    await random_moves(dut, batches=40, base=0x4321_0000)


@cocotb.test()
async def random_traffic_at_the_top_of_memory(dut: Any) -> None:
    await random_moves(dut, batches=15, base=0xFFFF_0000)


@cocotb.test()
async def a_read_error_at_every_beat(dut: Any) -> None:
    """The failing load ends with its address; loads before and after it are untouched."""
    bench = Bench(dut)
    await bench.start()
    rng = bench.rng
    compared = 0
    for op in sorted(set(LOADS)):
        while True:
            failing = random_load(rng, bench.shape, bench.memory.base, op)
            beats = words(bench, failing)
            if 3 <= len(set(beats)) <= 80:
                break
        for index in sorted(rng.sample(range(len(beats)), min(24, len(beats)))):
            bench.memory.behaviour = random_behaviour(bench)
            before, after = (random_load(rng, bench.shape, bench.memory.base) for _ in range(2))
            # a word that a neighbour reads too would make that one fail as well
            others = set(words(bench, before)) | set(words(bench, after))
            errors = {beats[index], *rng.sample(beats[index:], min(2, len(beats) - index))}
            if others & errors:
                continue
            bench.memory.behaviour.read_errors = errors
            bench.queues["load"].extend([before, failing, after])
            bench.ex_writes = rng.choice((0.0, 0.9))
            await bench.finish(loads=3)
            first = next(word for word in beats if word in errors)
            said = [result[:2] for result in bench.results["load"]]
            assert [err for err, _ in said] == [0, 1, 0], said
            assert said[1][1] == first, f"{said[1][1]:#x} is not {first:#x}"
            bench.apply(before)
            bench.memory.behaviour = Behaviour()
            bench.ex_writes = 0.0
            bench.apply(after)
            await bench.adopt(but=[failing])
            # what the next one wrote must be whole where the failing one could not disturb it
            bench.queues["load"].append(after)
            bench.apply(after)
            await bench.finish(loads=1)
            await bench.compare()
            compared += 1
    assert compared > 30, compared


@cocotb.test()
async def loads_after_a_failed_one_are_whole(dut: Any) -> None:
    """Failing loads go to the table; the tensors between them arrive byte for byte."""
    bench = Bench(dut)
    await bench.start()
    rng = bench.rng
    for _ in range(25):
        bench.memory.behaviour = random_behaviour(bench)
        table = Move(op="ld.l", addr=bench.memory.base + HALF + rng.randrange(4096))
        beats = words(bench, table)
        errors = set(rng.sample(beats, rng.randint(1, 3)))
        bench.memory.behaviour.read_errors = errors
        moves: list[Move] = []
        for _ in range(3):
            moves += [table] * rng.randint(1, 2)
            moves += [random_load(rng, bench.shape, bench.memory.base, "ld.t")]
        bench.queues["load"].extend(moves)
        for move in moves:
            if move is not table:
                bench.apply(move)
        await bench.finish(loads=len(moves))
        first = next(word for word in beats if word in errors)
        for move, (err, address, _) in zip(moves, bench.results["load"], strict=True):
            assert err == (move is table)
            assert not err or address == first
        await bench.adopt(but=[table])


@cocotb.test()
async def a_write_error_at_every_burst(dut: Any) -> None:
    """The failing store ends with AWADDR of its burst and writes nothing but its own bytes."""
    bench = Bench(dut)
    await bench.start()
    rng = bench.rng
    size, failed = bench.bus_bytes, 0
    for _ in range(12):
        failing = random_store(rng, bench.shape, bench.memory.base)
        bench.memory.write_log.clear()
        bench.memory.behaviour = Behaviour()
        bench.queues["store"].append(failing)
        await bench.finish(stores=1)
        bursts = [addr for addr, _, _ in bench.memory.write_log]
        for index in rng.sample(range(len(bursts)), min(6, len(bursts))):
            before, after = (random_store(rng, bench.shape, bench.memory.base) for _ in range(2))
            bench.memory.behaviour = random_behaviour(bench)
            bench.ex_reads = rng.choice((0.0, 0.9))
            errors = {bursts[index], *rng.sample(bursts[index:], min(2, len(bursts) - index))}
            # a neighbour's burst that starts at the same address would fail as well
            if any(burst in errors for burst in burst_starts(bench, [before, after])):
                continue
            first = next(burst for burst in bursts if burst in errors)
            bench.memory.behaviour.write_errors = errors
            old = bytearray(bench.memory.data)
            bench.memory.strobed.clear()
            bench.memory.write_log.clear()
            bench.queues["store"].extend([before, failing, after])
            await bench.finish(stores=3)
            said = [result[:2] for result in bench.results["store"]]
            assert [err for err, _ in said] == [0, 1, 0], said
            assert said[1][1] == first, f"{said[1][1]:#x} is not {first:#x}"
            # every byte has the value of the last store that wrote it, or the old one
            values = {at: bench.spad[place] for at, place in failing.places(bench.shape)}
            sure = {at: bench.spad[place] for at, place in before.places(bench.shape)}
            last = {at: bench.spad[place] for at, place in after.places(bench.shape)}
            for offset, now in enumerate(bench.memory.data):
                at = bench.memory.base + offset
                if at in last:
                    assert now == last[at]
                elif at in values:
                    assert now in {values[at], sure.get(at, old[offset])}
                else:
                    assert now == sure.get(at, old[offset])
            # what was announced was written whole: a prefix of the bytes
            bytes_written = len(bench.memory.strobed) - len(sure) - len(last)
            assert 0 < bytes_written <= len(values)
            failed += 1
            assert first % size == 0
    assert failed > 10, failed


def burst_starts(bench: Bench, moves: list[Move]) -> set[int]:
    """Return where bursts of these moves start: first words and multiples of MaxBurst."""
    window = bench.bus_bytes * bench.max_burst
    starts = set()
    for move in moves:
        for first, last in move.run_addresses(bench.shape):
            starts.add(first // bench.bus_bytes * bench.bus_bytes)
            starts.update(range((first // window + 1) * window, last + 1, window))
    return starts


@cocotb.test()
async def an_abort_at_any_time(dut: Any) -> None:
    """Announced bursts end, nothing is announced or strobed any more, and reset heals all."""
    bench = Bench(dut)
    await bench.start()
    rng = bench.rng
    blank = 0
    for _ in range(60):
        bench.memory.behaviour = random_behaviour(bench)
        if rng.random() < 0.3:
            bench.memory.behaviour.read_errors = set(
                range(bench.memory.base, bench.memory.base + HALF, 8 * bench.bus_bytes)
            )
            bench.memory.behaviour.write_errors = set(
                range(bench.memory.base + HALF, bench.memory.base + 2 * HALF, 8 * bench.bus_bytes)
            )
        loads = [random_load(rng, bench.shape, bench.memory.base) for _ in range(3)]
        stores = [random_store(rng, bench.shape, bench.memory.base) for _ in range(3)]
        bench.queues["load"].extend(loads)
        bench.queues["store"].extend(stores)
        for _ in range(rng.choice((rng.randint(1, 20), rng.randint(1, 300)))):
            await bench.cycle()
        memory = bench.memory
        dut.abort_i.value = 1
        bench.queues["load"].clear()
        bench.queues["store"].clear()
        await bench.cycle()
        reads, writes, beats = len(memory.read_log), memory.aw_taken, len(memory.w_strobes)
        await bench.until(
            lambda: bool(bench.status >> 3 & 1 and bench.status >> 7 & 1 and bench.memory.quiet()),
            "abort comes to an end",
        )
        # at most what stood in the AR, AW and W registers when abort came
        assert len(memory.read_log) - reads <= 1
        assert memory.aw_taken - writes <= 1
        strobed = [index for index, strobes in enumerate(memory.w_strobes[beats:]) if strobes]
        assert strobed in ([], [0]), strobed
        blank += len(memory.w_strobes) - beats - len(strobed)
        for _ in range(10):
            await bench.cycle()
            assert not int(dut.ar_o.value) & 1 and not int(dut.aw_o.value) & 1
            assert not int(dut.w_o.value) & 1
        await bench.reset()
        memory.behaviour = Behaviour()
        await bench.adopt()
        check = random_load(rng, bench.shape, memory.base)
        store = random_store(rng, bench.shape, memory.base)
        bench.apply(check)
        after = expected_memory(bench, [store])
        bench.ex_reads = bench.ex_writes = 0.0
        bench.queues["load"].append(check)
        bench.queues["store"].append(store)
        await bench.finish(loads=1, stores=1)
        await bench.compare()
        assert memory.data == after
    assert blank > 50, blank


@cocotb.test()
async def throughput(dut: Any) -> None:
    """Without waits the engines keep up with the bus or with a word a cycle."""
    bench = Bench(dut)
    await bench.start()
    shape, bus = bench.shape, bench.bus_bytes
    memory = bench.memory
    # single-beat bursts can only hide a short latency behind those outstanding
    memory.behaviour = Behaviour(latency=12 if bench.max_burst > 1 else 1)
    lines = shape.spad_depth // 2
    pixels = lines * shape.rows
    word = min(bus, shape.cols)
    wide: dict[str, Any] = {"base": 0, "h": 1, "pitch": 1, "cbs": 1}
    cases: list[tuple[str, float, list[Move]]] = []
    for c in (shape.cols, 3):
        moves = [
            Move(op=op, addr=memory.base + off, w=pixels, c=c, pix_pitch=c, row_pitch=pixels * c,
                 **(wide | {"pitch": pixels}))
            for op in ("ld.t", "st.t")
            for off in (0, 0, 5, 1)
        ]  # fmt: skip
        rate = float(min(word, c))
        cases.append((f"ld.t C={c}", rate, moves[:4]))
        cases.append((f"st.t C={c}", rate, moves[4:]))
    cases.append(
        ("ld.w", float(word), [Move(op="ld.w", addr=memory.base, count=shape.wbuf_depth)] * 4)
    )
    gaps = Move(op="ld.t", addr=memory.base, w=pixels, c=3, pix_pitch=bus * 2, row_pitch=0,
                **(wide | {"pitch": pixels}))  # fmt: skip
    for name, rate, moves in [*cases, ("ld.t C=3, a burst a pixel", 0.0, [gaps])]:
        engine = "store" if moves[0].op == "st.t" else "load"
        memory.r_times.clear()
        memory.w_times.clear()
        bench.queues[engine].extend(moves)
        wanted: dict[str, Any] = {f"{engine}s": len(moves)}
        await bench.finish(**wanted)
        times = memory.w_times if engine == "store" else memory.r_times
        total = sum(sum(1 for _ in move.places(shape)) for move in moves)
        cycles = times[-1] - times[0] + 1
        dut._log.info("THROUGHPUT %s: %.2f bytes a cycle of %.0f", name, total / cycles, rate)
        assert total / cycles >= 0.97 * rate, f"{name}: {total} bytes in {cycles} cycles"


@cocotb.test()
async def a_busy_scratchpad_starves_nobody(dut: Any) -> None:
    """Execute reads every bank in every cycle: the store gets a word in 9, execute all the rest."""
    bench = Bench(dut)
    await bench.start()
    shape, pixels = bench.shape, 40
    move = Move(
        op="st.t", addr=bench.memory.base, w=pixels, c=shape.cols, pix_pitch=shape.cols,
        row_pitch=pixels * shape.cols, pitch=pixels,
    )  # fmt: skip
    after = expected_memory(bench, [move])
    bench.ex_reads = 1.0
    bench.queues["store"].append(move)
    await bench.finish(stores=1)
    cycles = bench.results["store"][0][2] - bench.started["store"][0]
    assert 9 * pixels <= cycles <= 9 * pixels + 30, cycles
    assert bench.ex_refused == pixels
    assert bench.memory.data == after


@cocotb.test()
async def a_whole_burst_holds_nobody(dut: Any) -> None:
    """With WriteAfterData a burst takes a cycle a beat from its AW on, however slow execute is."""
    bench = Bench(dut)
    await bench.start()
    shape, memory = bench.shape, bench.memory
    memory.behaviour = Behaviour(write_order="aw_first")
    move = Move(
        op="st.t", addr=memory.base + 3, w=60, c=shape.cols, pix_pitch=shape.cols,
        row_pitch=60 * shape.cols, pitch=60,
    )  # fmt: skip
    after = expected_memory(bench, [move])
    bench.ex_reads = 1.0
    bench.queues["store"].append(move)
    bench.results["store"].clear()
    shown: list[int] = []

    def stored() -> bool:
        shown.extend([memory.now] * (memory.aw_taken - len(shown)))
        return bool(bench.results["store"])

    await bench.until(stored, "the store has ended")
    ends = list(itertools.accumulate(beats for _, beats, _ in memory.write_log))
    for begin, end, (_, beats, _) in zip(shown, ends, memory.write_log, strict=True):
        held = memory.w_times[end - 1] - begin
        assert held <= beats + 2, f"a burst of {beats} beats held W for {held} cycles"
    assert memory.data == after
    assert len(shown) > 2


@cocotb.test()
async def a_wrong_byte_is_seen(dut: Any) -> None:
    """The comparison fails when one byte of an expectation is off, in each memory."""
    bench = Bench(dut)
    await bench.start()
    await bench.compare()
    for image in (bench.spad, bench.wbuf, bench.pbuf, bench.lut):
        place = tuple(bench.rng.randrange(size) for size in image.shape)
        image[place] ^= 0x10
        try:
            await bench.compare()
        except AssertionError:
            image[place] ^= 0x10
        else:
            raise AssertionError("a wrong byte was not seen")
    await bench.compare()
