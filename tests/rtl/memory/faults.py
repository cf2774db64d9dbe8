"""cocotb tests of windows, lawless memories and engines that give up; see test_engines.py."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import cocotb

from golden.machine import OWNERS, Owner
from golden.machine.windows import Window
from tests.rtl.memory.axi_memory import Beat, Behaviour
from tests.rtl.memory.bench import Bench
from tests.rtl.memory.engines import expected_memory, random_behaviour
from tests.rtl.memory.layout import Move
from tests.rtl.memory.moves import HALF, random_load, random_store

GRANULE = 16
NONE = tuple(Window() for _ in range(4))
IDS = 16  # AxiIdWidth is 4
MOST_TURNS = 200  # until enough of each kind was met
PRIVILEGED, USER_PROT = 0b001, 0b010


def set_windows(bench: Bench, windows: tuple[Window, ...]) -> None:
    """Drive the windows as ratel_windows takes them."""
    value = 0
    for index, window in enumerate(windows):
        word = window.base // GRANULE | window.limit // GRANULE << 28
        word |= window.valid << 56 | window.read << 57 | window.write << 58 | window.owners << 59
        value |= word << 65 * index
    bench.dut.windows_i.value = value


def random_window(rng: random.Random, base: int) -> Window:
    """Return a window of any size, in the half that loads read or the one that stores write."""
    first = base + rng.choice((0, HALF)) + rng.randrange(0, HALF, GRANULE)
    size = rng.choice((1, 2, 20, 200, 1500)) * GRANULE
    return Window(
        base=first, limit=min(first + size, (1 << 32)) - GRANULE, valid=rng.random() < 0.9,
        read=rng.random() < 0.9, write=rng.random() < 0.9,
        owners=rng.getrandbits(6) | rng.getrandbits(6),
    )  # fmt: skip


def near_window(bench: Bench, move: Move, window: Window) -> Move:
    """Move a transfer to the first or to the last bytes of a window, if its half has room there."""
    rng = bench.rng
    size = max(last for _, last in move.run_addresses(bench.shape)) + 1 - move.addr
    ends = (window.base - rng.choice((0, 0, 4, 40)), window.limit + GRANULE - rng.randint(1, size))
    addr = rng.choice(ends) // 4 * 4
    first = bench.memory.base + (HALF if move.op == "st.t" else 0)
    fits = first <= addr and addr + size <= first + HALF
    return replace(move, addr=addr) if fits and rng.random() < 0.9 else move


def bursts_of(bench: Bench, move: Move) -> list[tuple[int, int]]:
    """Return (first, last) byte of the bus words of each burst of a move, in order."""
    block, size = bench.bus_bytes * bench.max_burst, bench.bus_bytes
    found = []
    for first, last in move.run_addresses(bench.shape):
        while first <= last:
            end = min(last, first // block * block + block - 1)
            found.append((first // size * size, end // size * size + size - 1))
            first = end + 1
    return found


def first_refused(bench: Bench, move: Move, windows: tuple[Window, ...], owner: Owner) -> int:
    """Return how many bursts come before the first that no window allows."""
    write = move.op == "st.t"
    bursts = bursts_of(bench, move)
    for index, (first, last) in enumerate(bursts):
        if not owner.privileged and not any(
            window.allows(first, last, owner, write=write) for window in windows
        ):
            return index
    return len(bursts)


@cocotb.test()
async def windows_hold(dut: Any) -> None:
    """Every burst that shows is allowed, every other ends its instruction there."""
    bench = Bench(dut)
    await bench.start()
    rng, memory = bench.rng, bench.memory
    seen = {"refused at once": 0, "refused later": 0, "allowed": 0}
    for turn in range(MOST_TURNS):
        if turn >= 60 and min(seen.values()) > 5:  # a narrow array's moves have few bursts
            break
        memory.behaviour = random_behaviour(bench)
        windows = tuple(random_window(rng, memory.base) for _ in range(4))
        set_windows(bench, windows)
        moves: dict[str, list[Move]] = {"load": [], "store": []}
        asked: dict[str, list[tuple[int, int, int]]] = {"load": [], "store": []}
        wanted: dict[str, list[tuple[int, int]]] = {"load": [], "store": []}
        for engine, make in (("load", random_load), ("store", random_store)):
            for _ in range(rng.randint(1, 4)):
                owner = rng.choice(OWNERS)
                move = replace(make(rng, bench.shape, memory.base), owner=owner.id)
                move = near_window(bench, move, rng.choice(windows))
                bursts = bursts_of(bench, move)
                done = first_refused(bench, move, windows, owner)
                prot = PRIVILEGED if owner.privileged else USER_PROT
                asked[engine] += [
                    (first, (last + 1 - first) // bench.bus_bytes, prot)
                    for first, last in bursts[:done]
                ]
                refused = done < len(bursts)
                wanted[engine].append((int(refused), bursts[done][0] if refused else 0))
                kind = "allowed" if not refused else "refused later" if done else "refused at once"
                seen[kind] += not owner.privileged
                moves[engine].append(move)
        memory.asked.clear()
        for engine in ("load", "store"):
            bench.queues[engine].extend(moves[engine])
        await bench.finish(loads=len(moves["load"]), stores=len(moves["store"]))
        for engine, channel in (("load", "AR"), ("store", "AW")):
            shown = [entry[1:] for entry in memory.asked if entry[0] == channel]
            assert shown == asked[engine], f"{channel}: other bursts showed than are allowed"
            said = [(err, address if err else 0) for err, address, _ in bench.results[engine]]
            assert said == wanted[engine], f"{engine}: {said} instead of {wanted[engine]}"
            codes = [
                code and err for code, (err, _) in zip(bench.refused[engine], said, strict=True)
            ]
            assert codes == [err for err, _ in said], "a refusal is not named as one"
        await bench.adopt(but=moves["load"])
    assert min(seen.values()) > 5, seen
    await legal_job(bench)


@cocotb.test()
async def an_error_comes_before_a_refusal(dut: Any) -> None:
    """Memory fails a burst of a move whose window ends behind it: that ends it."""
    bench = Bench(dut)
    await bench.start()
    rng, memory = bench.rng, bench.memory
    users = [owner for owner in OWNERS if not owner.privileged]
    for engine, make in (("load", random_load), ("store", random_store)):
        tried = 0
        while tried < 12:
            memory.behaviour = random_behaviour(bench)
            owner = rng.choice(users)
            move = replace(make(rng, bench.shape, memory.base), owner=owner.id)
            bursts = bursts_of(bench, move)
            end = rng.choice(bursts)[1] // GRANULE * GRANULE
            window = Window(
                base=memory.base, limit=end, valid=True, read=True, write=True, owners=63
            )
            allowed = first_refused(bench, move, (window, *NONE[1:]), owner)
            if allowed in (0, len(bursts)):
                continue
            set_windows(bench, (window, *NONE[1:]))
            failing = rng.randrange(allowed)
            first, last = bursts[failing]
            word = first if engine == "store" else rng.randrange(first, last, bench.bus_bytes)
            if any(one <= word <= other for one, other in bursts[:failing]):
                continue  # a row before it reads the same word
            memory.behaviour.read_errors = memory.behaviour.write_errors = {word}
            bench.queues[engine].append(move)
            await bench.finish(loads=engine == "load", stores=engine == "store")
            said = [(err, address) for err, address, _ in bench.results[engine]]
            assert said == [(1, word)], f"{said}, but memory failed {word:#x}"
            assert bench.refused[engine] == [0], "an error of memory is named a refusal"
            await bench.adopt(but=[move] if engine == "load" else [])
            memory.behaviour = Behaviour()
            await legal_job(bench)
            tried += 1


@cocotb.test()
async def a_window_closes_behind_a_burst(dut: Any) -> None:
    """What is announced is finished; what is not is refused: at any moment of a transfer."""
    bench = Bench(dut)
    await bench.start()
    rng, memory = bench.rng, bench.memory
    stopped = 0
    for _ in range(30):
        memory.behaviour = random_behaviour(bench)
        whole = Window(
            base=memory.base, limit=memory.base + 2 * HALF - GRANULE, valid=True, read=True,
            write=True, owners=63,
        )  # fmt: skip
        set_windows(bench, (whole, *NONE[1:]))
        load = replace(random_load(rng, bench.shape, memory.base), owner=2)
        store = replace(random_store(rng, bench.shape, memory.base), owner=7)
        memory.asked.clear()
        bench.queues["load"].append(load)
        bench.queues["store"].append(store)
        bench.results["load"].clear()
        bench.results["store"].clear()
        for _ in range(rng.randint(2, 150)):
            await bench.cycle()
        set_windows(bench, NONE)
        await bench.cycle()
        shown = len(memory.asked) + (int(dut.ar_o.value) & 1) + (int(dut.aw_o.value) & 1)
        await bench.until(
            lambda: all(bench.results[engine] for engine in ("load", "store")),
            "both transfers have ended",
        )
        assert len(memory.asked) <= shown, "a burst showed after its window was closed"
        stopped += sum(bench.results[engine][0][0] for engine in ("load", "store"))
        await bench.finish()
        await bench.adopt(but=[load])
    assert stopped > 5, stopped
    await legal_job(bench)


@cocotb.test()
async def a_lawless_memory(dut: Any) -> None:
    """Foreign ids, misplaced RLAST, answers given twice: errors, no hang, then all is exact."""
    bench = Bench(dut)
    await bench.start()
    rng, memory = bench.rng, bench.memory
    errors = 0
    for _ in range(60):
        memory.behaviour = replace(
            random_behaviour(bench), wrong_id=rng.choice((0.0, 0.3)),
            wrong_last=rng.choice((0.0, 0.3)), twice=rng.choice((0.0, 0.3)), write_order="free",
        )  # fmt: skip
        before = memory.spoiled
        loads = [random_load(rng, bench.shape, memory.base) for _ in range(rng.randint(1, 4))]
        stores = [random_store(rng, bench.shape, memory.base) for _ in range(rng.randint(1, 4))]
        bench.queues["load"].extend(loads)
        bench.queues["store"].extend(stores)
        await bench.finish(loads=len(loads), stores=len(stores), quiet=False)
        said = [err for err, _, _ in bench.results["load"] + bench.results["store"]]
        assert not any(said) or memory.spoiled > before, "an error without a reason"
        errors += any(said)
        memory.behaviour = Behaviour(latency=1)
        for _ in range(400):  # what the memory still sends comes to nothing
            await bench.cycle()
        assert memory.quiet()
        await bench.adopt(but=loads)
        await legal_job(bench)
    assert errors > 20, errors


@cocotb.test()
async def every_single_wrong_answer_is_seen(dut: Any) -> None:
    """A foreign id and a misplaced RLAST, at one beat of one burst, are errors of their load.

    So is a foreign id of an answer to a store.
    """
    bench = Bench(dut)
    await bench.start()
    rng, memory = bench.rng, bench.memory
    for kind in ("wrong_id", "wrong_last"):
        for _ in range(25):
            always: dict[str, Any] = {kind: 1.0}
            memory.behaviour = replace(random_behaviour(bench), **always)
            load = random_load(rng, bench.shape, memory.base)
            stores = [random_store(rng, bench.shape, memory.base)] if kind == "wrong_id" else []
            bench.queues["load"].append(load)
            bench.queues["store"].extend(stores)
            await bench.finish(loads=1, stores=len(stores), quiet=False)
            said = [err for err, _, _ in bench.results["load"] + bench.results["store"]]
            assert all(said), f"{kind} was taken as data"
            memory.behaviour = Behaviour(latency=1)
            for _ in range(300):
                await bench.cycle()
            await bench.adopt(but=[load])
    await legal_job(bench)


@cocotb.test()
async def stale_answers_after_a_hard_reset(dut: Any) -> None:
    """A memory that is not reset with the core: nothing of before becomes data or an end."""
    bench = Bench(dut)
    await bench.start()
    rng, memory = bench.rng, bench.memory
    stale = 0
    for _ in range(30):
        memory.behaviour = replace(random_behaviour(bench), latency=rng.choice((5, 40)))
        bench.queues["load"].extend(random_load(rng, bench.shape, memory.base) for _ in range(3))
        for _ in range(rng.randint(5, 120)):
            await bench.cycle()
        owed = list(memory.reads), memory.r_offer
        await bench.reset(memory=False)
        stale += bool(owed[0])
        for _ in range(rng.choice((0, 40, 200))):
            await bench.cycle()
        table = Move(op="ld.l", addr=memory.base + rng.randrange(4096))
        bench.queues["load"].append(table)
        await bench.finish(loads=1, quiet=False)
        if not bench.results["load"][0][0]:
            bench.apply(table)
            found = await bench.read_back()
            assert (found["lut"] == bench.lut).all(), "stale beats became data"
        memory.behaviour = Behaviour(latency=1)
        for _ in range(400):
            await bench.cycle()
        await bench.adopt()
        await legal_job(bench)
    assert stale > 10, stale


@cocotb.test()
async def a_dead_memory_is_given_up(dut: Any) -> None:
    """Abort, then a reset that does not wait: late answers harm nothing, W and AW go on."""
    bench = Bench(dut)
    await bench.start()
    rng, memory = bench.rng, bench.memory
    late = spent = 0
    for turn in range(40):
        memory.behaviour = replace(random_behaviour(bench), write_order="free")
        bench.queues["load"].extend(random_load(rng, bench.shape, memory.base) for _ in range(3))
        bench.queues["store"].extend(random_store(rng, bench.shape, memory.base) for _ in range(3))
        for _ in range(rng.randint(5, 150)):
            await bench.cycle()
        channels = ("ar", "r", "aw", "w", "b")
        memory.behaviour.dead = frozenset(rng.sample(channels, rng.randint(1, 5)))
        for _ in range(rng.randint(1, 60)):
            await bench.cycle()
        await bench.give_up()
        late += bool(memory.reads or memory.answers)
        if turn % 3:  # it never answers: its requests are lost, but what is offered it takes later
            memory.reads.clear()
            memory.answers.clear()
            memory.r_offer = memory.b_offer = None
            spent += 1
        memory.behaviour = Behaviour(latency=rng.choice((1, 30)))
        for _ in range(rng.choice((0, 10, 300))):
            await bench.cycle()
        await bench.adopt()
        # A beat that was offered stays.
        await bench.until(
            lambda: not (int(dut.aw_o.value) & 1 or int(dut.w_o.value) & 1), "no write is offered"
        )
        if spent < 10:
            await legal_job(bench)
        else:  # ids may have run out
            await bench.reset()
            memory.forget()
            spent = 0
            await bench.adopt()
    assert late > 5, late


@cocotb.test()
async def ids_run_out_and_come_back(dut: Any) -> None:
    """Aborts use up all ids of both ports; when every late answer has come, both work again."""
    bench = Bench(dut)
    await bench.start()
    rng, memory = bench.rng, bench.memory
    for turn in range(IDS + 2):
        memory.behaviour = Behaviour(latency=1, dead=frozenset(("r", "b")))
        memory.asked.clear()
        loads = [random_load(rng, bench.shape, memory.base) for _ in range(3)]
        stores = [random_store(rng, bench.shape, memory.base) for _ in range(3)]
        bench.queues["load"].extend(loads)
        bench.queues["store"].extend(stores)
        for engine in ("load", "store"):
            bench.results[engine].clear()
            bench.refused[engine].clear()
        for _ in range(rng.randint(30, 80)):
            await bench.cycle()
        assert bool(memory.asked) == (turn < IDS), "bursts show while there are ids, and no longer"
        if turn >= IDS:  # what cannot be announced fails where it begins: nobody waits for it
            fails_at_once(bench, "load", loads)
            fails_at_once(bench, "store", stores)
        await bench.give_up()
    await bench.adopt()
    memory.behaviour = random_behaviour(bench)
    await bench.until(memory.quiet, "late answers are taken")
    await legal_job(bench)


def fails_at_once(bench: Bench, engine: str, moves: list[Move]) -> None:
    """See that moves end with an error at their first bus word, which no window has refused."""
    said = [(err, address) for err, address, _ in bench.results[engine]]
    firsts = [(1, move.addr // bench.bus_bytes * bench.bus_bytes) for move in moves]
    assert said, f"without ids a {engine} does not end"
    assert said == firsts[: len(said)], f"{engine}: {said} is not {firsts}"
    assert not any(bench.refused[engine]), f"a {engine} without ids is named a refusal"


@cocotb.test()
async def beats_come_ahead_of_their_burst(dut: Any) -> None:
    """While a burst that was given up waits on AR, beats with the next id are no data."""
    bench = Bench(dut)
    await bench.start()
    rng, memory = bench.rng, bench.memory
    for _ in range(30):
        memory.behaviour = Behaviour(latency=1, dead=frozenset(("ar",)))
        bench.queues["load"].append(random_load(rng, bench.shape, memory.base))
        await bench.until(lambda: bool(int(dut.ar_o.value) & 1), "a burst is shown")
        await bench.give_up()
        load = random_load(rng, bench.shape, memory.base)
        while len(bursts_of(bench, load)) != 1:
            load = random_load(rng, bench.shape, memory.base)
        ((first, last),) = bursts_of(bench, load)
        beats = (last + 1 - first) // bench.bus_bytes
        for index in range(beats):  # other data than the load asks for
            place = memory.base + HALF + bench.bus_bytes * index
            memory.reads.append(Beat(addr=place, due=0, last=int(index == beats - 1), id=1))
        for _ in range(rng.choice((0, 1, 5, 100))):
            await bench.cycle()
        memory.behaviour = Behaviour(latency=1)
        bench.queues["load"].append(load)
        await bench.finish(loads=1, quiet=False)
        if bench.results["load"][0][0]:
            await bench.adopt(but=[load])
        else:
            bench.apply(load)
            await bench.compare()
        for _ in range(300):
            await bench.cycle()
        await legal_job(bench)


async def legal_job(bench: Bench) -> None:
    """A load and a store, byte for byte."""
    memory, rng = bench.memory, bench.rng
    set_windows(bench, NONE)
    memory.behaviour = replace(memory.behaviour, wrong_id=0.0, wrong_last=0.0, twice=0.0)
    load = random_load(rng, bench.shape, memory.base)
    store = random_store(rng, bench.shape, memory.base)
    bench.apply(load)
    after = expected_memory(bench, [store])
    bench.queues["load"].append(load)
    bench.queues["store"].append(store)
    await bench.finish(loads=1, stores=1, quiet=False)
    said = bench.results["load"] + bench.results["store"]
    assert [err for err, _, _ in said] == [0, 0], "a legal job failed"
    await bench.compare()
    assert memory.data == after, "memory differs after a legal job"
