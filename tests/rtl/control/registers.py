"""cocotb tests of the AXI4-Lite port: registers, doorbell, interrupt, errors, soft reset."""

from __future__ import annotations

from typing import Any

import cocotb

from golden.isa import Instruction
from golden.isa_builders import cfg_in, fence, ld_l, rdcnt, st_t
from golden.isa_table import Counter, ErrorCode
from golden.machine import MACHINE_MODE, SUPERVISOR, Owner
from golden.registers_table import REGISTERS
from tests.rtl.control.bench import OKAY, SLVERR, Bench, Job
from tests.rtl.control.hazards import _GROUPS

OFFSET = {register.name: register.offset for register in REGISTERS}
# Registers that keep what is written, a byte at a time, and start nothing.
WRITTEN_BYTEWISE = (
    "DB_RS1", "DB_RS2", "IRQ_ENABLE", "OPTIONS", "WINDOW_BASE", "WINDOW_LIMIT", "WINDOW_CTRL",
)  # fmt: skip
STATUS_DOORBELL, STATUS_PENDING, STATUS_ERROR = 1 << 4, 1 << 5, 1 << 8


async def ring(bench: Bench, instruction: Instruction) -> None:
    """Issue an instruction by the doorbell."""
    assert await bench.write(OFFSET["DB_RS1"], instruction.rs1) == OKAY
    assert await bench.write(OFFSET["DB_RS2"], instruction.rs2) == OKAY
    assert await bench.write(OFFSET["DB_INSTR"], instruction.word) == OKAY


async def get(bench: Bench, name: str, index: int = 0) -> int:
    data, response = await bench.read(OFFSET[name] + 4 * index)
    assert response == OKAY, name
    return data


async def record(bench: Bench, owner: Owner) -> tuple[int, int, int, int]:
    """Cause, word, detail and index of an owner's error record."""
    await bench.write(OFFSET["ERR_OWNER"], owner.id)
    names = ("ERR_CAUSE", "ERR_INSTR", "ERR_DETAIL", "ERR_INDEX")
    values = [await get(bench, name) for name in names]
    return values[0], values[1], values[2], values[3]


def cause_of(owner: Owner, code: int, field: int = 0) -> int:
    """Value of ERR_CAUSE."""
    return 1 << 31 | owner.id << 24 | field << 8 | code


async def started(dut: Any) -> Bench:
    bench = Bench(dut)
    await bench.start()
    await bench.step(2)
    return bench


@cocotb.test()
async def every_address(dut: Any) -> None:
    """Reset values, and SLVERR exactly where no register answers."""
    bench = await started(dut)
    mapped = {
        register.offset + 4 * i: register for register in REGISTERS for i in range(register.count)
    }
    parameters = {
        "PARAMS0": (int(dut.SpadDepth.value).bit_length() - 1) << 24
        | int(dut.Cols.value) << 16 | int(dut.Rows.value) << 8 | int(dut.AxiDataWidth.value) // 8,
        "PARAMS1": int(dut.QueueDepth.value) << 24
        | (int(dut.ParamDepth.value).bit_length() - 1) << 16
        | (int(dut.WbufDepth.value).bit_length() - 1) << 8 | int(dut.RequantLanes.value),
    }  # fmt: skip
    for addr in (*range(0, 0x1000, 4), 1, 0x12, 0x23, 0x102):
        data, response = await bench.read(addr)
        register = mapped.get(addr)
        assert response == (OKAY if register else SLVERR), f"read of {addr:#x}"
        if register is None:
            assert data == 0
        elif addr != OFFSET["COUNTER"]:  # the cycle counter runs
            assert data == parameters.get(register.name, register.reset), register.name
        if register is None or not register.writable_mask:
            assert await bench.write(addr, 0xFFFFFFFF) == SLVERR, f"write to {addr:#x}"
        if addr % 4 == 0 and addr < 0x140:
            off = addr + 1 + bench.rng.randrange(3)
            assert await bench.write(off, 0) == SLVERR, f"write to {off:#x}"


@cocotb.test()
async def strobes_and_orders(dut: Any) -> None:
    """Byte strobes are honoured, and address and data come in any order."""
    bench = await started(dut)
    rng = bench.rng
    kept = {
        (register.name, i): register.reset
        for register in REGISTERS
        if register.name in WRITTEN_BYTEWISE
        for i in range(register.count)
    }
    masks = {register.name: register.writable_mask for register in REGISTERS}
    for _ in range(600):
        name, index = rng.choice(list(kept))
        data, strobes = rng.getrandbits(32), rng.randrange(16)
        mask = sum(0xFF << 8 * i for i in range(4) if strobes >> i & 1) & masks[name]
        delays = {"aw_delay": rng.randrange(4), "w_delay": rng.randrange(4)}
        addr = OFFSET[name] + 4 * index
        assert await bench.write(addr, data, strobes=strobes, **delays) == OKAY
        kept[name, index] = kept[name, index] & ~mask | data & mask
        assert await get(bench, name, index) == kept[name, index], f"{name}[{index}]"
    for name in ("CTRL", "DB_INSTR"):
        assert await bench.write(OFFSET[name], 3, strobes=rng.randrange(15)) == SLVERR
    assert not await get(bench, "STATUS") & STATUS_DOORBELL
    assert await get(bench, "DB_RS1") == kept["DB_RS1", 0], "a refused write had an effect"


@cocotb.test()
async def doorbell(dut: Any) -> None:
    """Results, illegal words, order with the other port, and that a full doorbell blocks nobody."""
    bench = await started(dut)
    await ring(bench, rdcnt(index=2))
    await bench.step(3)
    assert await get(bench, "DB_RESULT") == 0
    await ring(bench, cfg_in(w=1, h=2, c=3, cbs=4))
    await ring(bench, rdcnt(index=2))
    await bench.step(3)
    assert await get(bench, "DB_RESULT") == 1
    await ring(bench, Instruction(0x12345678))
    await bench.step(3)
    wanted = cause_of(SUPERVISOR, ErrorCode.ILLEGAL)
    assert await record(bench, SUPERVISOR) == (wanted, 0x12345678, 0x12345678, 1)
    assert await get(bench, "STATUS") & STATUS_ERROR
    assert await get(bench, "DB_RESULT") == 0, "an instruction without a value shows 0"
    # A fence that waits for a load. What would change its operands, and a word more, wait a bounded
    # time; everything else is answered at once.
    bench.engines["load"].frozen = True
    await ring(bench, ld_l(addr=0x40))
    await ring(bench, fence(clear=1))
    for name in ("DB_RS1", "DB_RS2", "DB_INSTR"):
        before = bench.cycle
        assert await bench.write(OFFSET[name], rdcnt(index=2).word) == SLVERR, name
        assert 60 < bench.cycle - before < 80, f"{name} was answered after {bench.cycle - before}"
    before = bench.cycle
    assert await bench.write(OFFSET["IRQ_ENABLE"], 0) == OKAY
    assert bench.cycle - before < 8
    assert await get(bench, "STATUS") & 0x13 == 0x13, "busy, load busy, doorbell pending"
    waiting = cocotb.start_soon(bench.write(OFFSET["DB_INSTR"], cfg_in(w=1, h=1, c=1, cbs=1).word))
    await bench.step(40)
    assert not waiting.done()
    bench.engines["load"].frozen = False
    assert await waiting == OKAY
    await bench.step(5)
    assert (await record(bench, SUPERVISOR))[0] == 0
    assert await get(bench, "STATUS") == 0


@cocotb.test()
async def soft_reset_passes_a_full_doorbell(dut: Any) -> None:
    """However many words are rung at a core that is stuck, CTRL answers."""
    bench = await started(dut)
    bench.engines["load"].frozen = True
    await ring(bench, ld_l(addr=0x40))
    await ring(bench, fence())
    for _ in range(5):
        await bench.write(OFFSET["DB_INSTR"], fence().word)
    bench.engines["load"].running.clear()
    before = bench.cycle
    assert await bench.write(OFFSET["CTRL"], 1) == OKAY
    assert bench.cycle - before < 8
    await bench.step(10)
    assert await get(bench, "STATUS") == 0
    assert await get(bench, "DB_RESULT") == 1 << 31 | ErrorCode.RESET


@cocotb.test()
async def interrupts(dut: Any) -> None:
    """Done is cleared by writing 1; error follows the records, whoever clears them when."""
    bench = await started(dut)
    await bench.issue(fence(done=1))
    await bench.step(6)
    assert await get(bench, "IRQ_STATUS") == 1
    assert not int(dut.irq_o.value)
    await bench.write(OFFSET["IRQ_ENABLE"], 1)
    await bench.step(2)
    assert int(dut.irq_o.value)
    await ring(bench, Instruction(0))
    await bench.step(4)
    assert await get(bench, "IRQ_STATUS") == 3
    await bench.write(OFFSET["IRQ_STATUS"], 1)
    await bench.step(2)
    assert await get(bench, "IRQ_STATUS") == 2
    assert not int(dut.irq_o.value)
    await bench.write(OFFSET["IRQ_ENABLE"], 2)
    await bench.step(2)
    assert int(dut.irq_o.value)
    await bench.write(OFFSET["IRQ_STATUS"], 2)
    await bench.step(2)
    assert int(dut.irq_o.value), "the record is still there"
    # a handler clears the record, the next error comes, and then it clears IRQ_STATUS
    await bench.write(OFFSET["ERR_OWNER"], SUPERVISOR.id)
    await bench.write(OFFSET["ERR_CAUSE"], 1 << 31)
    await bench.step(2)
    assert not int(dut.irq_o.value)
    await ring(bench, Instruction(0))
    await bench.write(OFFSET["IRQ_STATUS"], 3)
    await bench.step(4)
    assert int(dut.irq_o.value), "an error came between the two clears"
    await bench.issue(Instruction(fence(clear=1).word | 1 << 7, 1, 0))  # of another owner
    await bench.step(6)
    assert int(dut.irq_o.value)
    await ring(bench, fence(clear=1))
    await bench.step(6)
    assert not int(dut.irq_o.value)
    assert await get(bench, "ERR_CAUSE") == 0
    assert await get(bench, "ERR_INSTR") == 0


@cocotb.test()
async def a_refusal_passes_a_full_queue(dut: Any) -> None:
    """What the front end refuses is recorded while an instruction before it finds no room."""
    bench = await started(dut)
    await bench.configure(_GROUPS)
    bench.engines["load"].frozen = True
    for i in range(int(dut.QueueDepth.value) + 1):  # the last one stays in the check
        await bench.issue(ld_l(addr=0x40 * i))
    await bench.step(40)
    await bench.issue(fence_refused())
    await bench.step(40)
    assert await get(bench, "ERR_PENDING") == 1, "a refused fence waits for nothing"
    waited = await get(bench, "COUNTER", Counter.QUEUE_FULL)
    await bench.step(100)
    more = await get(bench, "COUNTER", Counter.QUEUE_FULL) - waited
    assert 100 <= more <= 110, f"in {more} cycles of 100 the queue was full"
    bench.engines["load"].frozen = False
    await bench.value(fence(clear=1))
    waited = await get(bench, "COUNTER", Counter.QUEUE_FULL)
    await bench.issue(ld_l(addr=0x40))
    await bench.step(40)
    assert await get(bench, "COUNTER", Counter.QUEUE_FULL) == waited, "now it has room"


@cocotb.test()
async def bus_errors(dut: Any) -> None:
    """A bus error names its instruction, and an older one wins over a younger refusal."""
    bench = await started(dut)
    await bench.configure(_GROUPS)  # 12 instructions
    bench.engines["load"].fail = lambda _job: 0x1234_0008
    bench.engines["store"].fail = lambda _job: 0x5678_0000
    bench.engines["load"].frozen = bench.engines["store"].frozen = True
    load, store = ld_l(addr=0x1234_0000), st_t(addr=0x5678_0000, base=1)
    await bench.issue(load)  # number 12
    await bench.issue(store)
    await bench.issue(Instruction(cfg_in(w=0, h=0, c=0, cbs=0).word, 0, 0))
    await bench.issue(fence_refused())  # while both are under way
    await bench.step(40)
    pending = await get(bench, "ERR_PENDING")
    assert pending == 1, "a refused fence waits for nothing"
    bench.engines["store"].frozen = False
    await bench.step(10)
    wanted = cause_of(MACHINE_MODE, ErrorCode.BUS_WRITE)
    assert bench.errors[-1] == (wanted, store.word, 0x5678_0000, 13)
    bench.engines["load"].frozen = False
    await bench.step(10)
    wanted = cause_of(MACHINE_MODE, ErrorCode.BUS_READ)
    assert await record(bench, MACHINE_MODE) == (wanted, load.word, 0x1234_0008, 12)
    assert await bench.value(fence(clear=1)) == wanted
    await bench.issue(store)
    wanted = cause_of(MACHINE_MODE, ErrorCode.BUS_WRITE)
    assert await bench.value(fence()) == wanted
    assert (await record(bench, MACHINE_MODE))[3] == 17


def fence_refused() -> Instruction:
    """A fence with a reserved bit."""
    return Instruction(fence().word, 4, 0)


@cocotb.test()
async def soft_reset(dut: Any) -> None:
    """Waits for the engines, drops what is queued, keeps both ports alive."""
    bench = await started(dut)
    bench.engines["load"].frozen = True
    bench.idle["load"] = False
    await bench.write(OFFSET["IRQ_ENABLE"], 3)
    await ring(bench, Instruction(0))
    for number in range(3):
        await bench.issue(ld_l(addr=number))
    await bench.step()
    await bench.issue(fence(done=1))
    dut.x_result_ready_i.value = 0
    await bench.write(OFFSET["CTRL"], 1)
    await bench.step(20)
    assert await get(bench, "STATUS") & STATUS_PENDING
    assert int(dut.abort_o.value)
    assert int(dut.core_rst_no.value)
    assert int(dut.x_result_valid_o.value), "a committed fence gets its result"
    assert int(dut.x_result_data_o.value) == 1 << 31 | ErrorCode.RESET, "and that says why"
    assert await bench.write(OFFSET["IRQ_ENABLE"], 1) == OKAY
    waiting = cocotb.start_soon(bench.write(OFFSET["DB_INSTR"], cfg_in(w=0, h=0, c=0, cbs=0).word))
    await bench.step(20)
    assert not waiting.done(), "a doorbell write waits for the end of the reset"
    bench.engines["load"].running.clear()
    bench.engines["load"].frozen = False
    bench.idle["load"] = True
    dut.x_result_ready_i.value = 1
    assert await waiting == OKAY
    await bench.step(4200)  # the memories are swept first
    for name in ("STATUS", "ERR_CAUSE", "IRQ_STATUS", "DB_RESULT"):
        assert await get(bench, name) == 0, name
    assert await get(bench, "IRQ_ENABLE") == 1, "what was written while it was pending is kept"
    before = len(bench.engines["load"].log)
    await bench.issue(ld_l(addr=77))
    assert await bench.value(rdcnt(index=2)) == 2, "instructions are counted from the reset"
    await bench.step(20)
    assert len(bench.engines["load"].log) == before + 1


@cocotb.test()
async def a_request_in_the_reset_itself_is_the_same_one(dut: Any) -> None:
    """Registers go back where a soft reset begins, and not where one is asked for in its middle."""
    bench = await started(dut)
    met = set()
    for delay in range(12):
        bench.idle["load"] = False
        await bench.write(OFFSET["CTRL"], 1)
        await bench.write(OFFSET["IRQ_ENABLE"], 3)
        in_reset: list[bool] = []
        bench.idle["load"] = True
        await bench.step(delay)
        again = cocotb.start_soon(bench.write(OFFSET["CTRL"], 1))
        for _ in range(100):
            if int(dut.s_axil_bvalid_o.value):  # it was taken in the cycle before its answer
                break
            in_reset.append(not int(dut.core_rst_no.value))
            await bench.step()
        assert await again == OKAY
        assert await get(bench, "IRQ_ENABLE") == (3 if in_reset[-1] else 0), delay
        met.add(in_reset[-1])
        await bench.step(40)
    assert met == {True, False}


@cocotb.test()
async def counters(dut: Any) -> None:
    """Every counter counts its event, from both readers, and is cleared."""
    bench = await started(dut)
    await bench.configure(_GROUPS)
    await bench.step(20)
    dut.exec_step_i.value = 1
    dut.exec_macs_i.value = 256
    dut.load_bytes_i.value = 16
    dut.store_bytes_i.value = 3
    dut.exec_stall_fetch_i.value = 1
    await bench.step(10)
    for name in ("exec_step", "exec_macs", "load_bytes", "store_bytes", "exec_stall_fetch"):
        getattr(dut, f"{name}_i").value = 0
    wanted = {6: 10, 7: 2560, 8: 160, 9: 30, 11: 10, 12: 0, 5: 0}
    for index, value in wanted.items():
        assert await get(bench, "COUNTER", index) == value, index
        assert await bench.value(rdcnt(index=index)) == value, index

    def slow(_job: Job) -> None:
        bench.engines["load"].frozen = True

    bench.on_start = slow
    await bench.issue(ld_l(addr=0x10))
    await bench.issue(st_t(addr=0x20, base=1))  # waits for the load
    await bench.step(100)
    bench.engines["load"].frozen = False
    bench.on_start = lambda _job: None
    await bench.value(fence())
    busy, load, store, waited = [await get(bench, "COUNTER", i) for i in (1, 3, 5, 14)]
    assert 80 < waited < store < load < busy < 300, (waited, load, store, busy)
    first = await get(bench, "COUNTER", 0)
    assert await get(bench, "COUNTER", 0) > first
    await bench.write(OFFSET["CTRL"], 2)
    assert await get(bench, "COUNTER", 0) < first
    for index in range(1, 16):
        assert await get(bench, "COUNTER", index) == 0, index
