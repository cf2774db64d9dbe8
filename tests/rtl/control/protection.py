"""cocotb tests of who may do what: pages, locks, records of owners, soft reset, counters."""

from __future__ import annotations

from typing import Any

import cocotb
from cocotb.triggers import Timer

from golden.isa import Instruction
from golden.isa_builders import cfg_in, fence, ld_l, rdcnt, st_t
from golden.isa_table import ErrorCode, FieldId
from golden.machine import MACHINE_MODE, OWNERS, Owner, Port
from golden.register_map import PAGE, PAGES, USER_PAGE
from golden.registers_table import REGISTERS
from tb.env.descriptors import unpack
from tests.rtl.control.bench import OKAY, SLVERR, Bench
from tests.rtl.control.hazards import _GROUPS
from tests.rtl.control.owners import MACHINE, SWEEP, USER
from tests.rtl.control.registers import OFFSET, cause_of, get, record, ring, started

RECORD = ("ERR_CAUSE", "ERR_INSTR", "ERR_DETAIL", "ERR_INDEX")
BAD = cfg_in(w=1, h=1, c=1, cbs=1).word | 1 << 7  # rd is not x0: illegal on the doorbell
STATUS_DOORBELL, STATUS_ERROR = 1 << 4, 1 << 8
SOFT_RESET, ABORT = 1, 4  # of CTRL


async def page_get(bench: Bench, page: int, name: str) -> int:
    data, response = await bench.read(PAGE * page + OFFSET[name])
    assert response == OKAY, f"{name} of page {page}"
    return data


async def page_ring(bench: Bench, page: int, instruction: Instruction) -> None:
    for name, value in (
        ("DB_RS1", instruction.rs1), ("DB_RS2", instruction.rs2), ("DB_INSTR", instruction.word),
    ):  # fmt: skip
        assert await bench.write(PAGE * page + OFFSET[name], value) == OKAY, name


async def refuse(bench: Bench, owner: Owner) -> Instruction:
    """Let an owner have an instruction refused; return it."""
    instruction = ld_l(addr=0)
    instruction = Instruction(instruction.word, owner.id, 1)  # rs2 is reserved
    if owner.port is Port.AXIL:
        await page_ring(bench, owner.context, instruction)
        return instruction
    if not owner.privileged:
        await bench.write(OFFSET["XIF_CONTEXT"], owner.context)
    bench.dut.x_issue_mode_i.value = MACHINE if owner.privileged else USER
    await bench.issue(instruction)
    bench.dut.x_issue_mode_i.value = MACHINE
    return instruction


@cocotb.test()
async def user_pages(dut: Any) -> None:
    """A user page has its own registers and nothing else."""
    bench = await started(dut)
    for page in range(1, PAGES):
        for register in REGISTERS:
            for index in range(register.count):
                addr = PAGE * page + register.offset + 4 * index
                _, response = await bench.read(addr)
                allowed = register.name in USER_PAGE
                assert response == (OKAY if allowed else SLVERR), f"read of {addr:#x}"
                written = await bench.write(addr, 0xFFFFFFFF)
                writable = allowed and register.writable_mask
                assert written == (OKAY if writable else SLVERR), f"write to {addr:#x}"
                await bench.step(3)
        for addr in (0x054, 0x180, 0xFFC, 0x011):
            assert (await bench.read(PAGE * page + addr))[1] == SLVERR
    assert await get(bench, "XIF_CONTEXT") == 1 and await get(bench, "IRQ_ENABLE") == 0


@cocotb.test()
async def records_are_their_owners(dut: Any) -> None:
    """Each has its record; a fence clears its own; who else may clear is said in the document."""
    bench = await started(dut)
    refused = {owner: await refuse(bench, owner) for owner in OWNERS}
    await bench.step(40 + len(OWNERS) * SWEEP)
    assert await get(bench, "ERR_PENDING") == 0xFF
    for number, owner in enumerate(OWNERS):
        cause = cause_of(owner, ErrorCode.RESERVED, FieldId.RS2)
        assert await record(bench, owner) == (cause, refused[owner].word, 1, number)
        if owner.port is Port.AXIL:
            values = [await page_get(bench, owner.context, name) for name in RECORD]
            if not owner.context:
                assert values[0] == cause
                continue
            assert values == [cause, refused[owner].word, 1, number]
    for page in range(1, PAGES):
        pending = await get(bench, "ERR_PENDING")
        if page == 1:  # by its own word
            await page_ring(bench, page, fence(clear=1))
            await bench.step(6)
            assert await page_get(bench, page, "DB_RESULT") & 1 << 31
        else:
            await bench.write(PAGE * page + OFFSET["ERR_CAUSE"], 1 << 31)
        assert await get(bench, "ERR_PENDING") == pending & ~(1 << 4 + page)
        assert not await page_get(bench, page, "STATUS") & STATUS_ERROR, "that of others"
        assert await get(bench, "STATUS") & STATUS_ERROR
    assert await bench.value(fence(clear=1)) == cause_of(
        MACHINE_MODE, ErrorCode.RESERVED, FieldId.RS2
    )
    assert await get(bench, "ERR_PENDING") == 0x1E
    for owner in OWNERS:
        await bench.write(OFFSET["ERR_OWNER"], owner.id)
        before = await get(bench, "ERR_PENDING")
        for name in ("DB_RS1", "DB_RS2", "IRQ_ENABLE", "IRQ_STATUS"):
            await bench.write(OFFSET[name], 1 << 31)
        assert await get(bench, "ERR_PENDING") == before, "only ERR_CAUSE clears a record"
        await bench.write(OFFSET["ERR_CAUSE"], 1 << 31)
    assert await get(bench, "ERR_PENDING") == 0 and not await get(bench, "IRQ_STATUS")


@cocotb.test()
async def wrapped_bits_are_their_owners(dut: Any) -> None:
    """Each bit of WRAPPED stays until it is cleared, by the supervisor or on its owner's page."""
    bench = await started(dut)

    async def shown() -> list[int]:
        return [await page_get(bench, page, "WRAPPED") for page in range(PAGES)]

    async def tell(owners: int) -> None:
        bench.dut.exec_wrapped_i.value = owners
        await bench.step()
        bench.dut.exec_wrapped_i.value = 0
        await bench.step(2)

    told = 0
    for owner in OWNERS:
        await tell(1 << owner.id)
        told |= 1 << owner.id
        assert await shown() == [told, *(told & 1 << 4 + page for page in range(1, PAGES))]
    for page in range(1, PAGES):
        await bench.write(PAGE * page + OFFSET["WRAPPED"], ~(1 << 4 + page) & 0xFF)
        assert await get(bench, "WRAPPED") == told, f"page {page} cleared another's"
        await bench.write(PAGE * page + OFFSET["WRAPPED"], 0xFF, strobes=0xE)
        assert await get(bench, "WRAPPED") == told, "that byte was not written"
        await bench.write(PAGE * page + OFFSET["WRAPPED"], 0xFF)
        told &= ~(1 << 4 + page)
        assert await shown() == [told, 0, *(told & 1 << 4 + p for p in range(2, PAGES))]
    await bench.write(OFFSET["WRAPPED"], 0x03)
    assert await get(bench, "WRAPPED") == 0x1C
    assert not await get(bench, "ERR_PENDING"), "it is no error"
    await bench.write(OFFSET["CTRL"], ABORT)
    await bench.step(20)
    assert await get(bench, "WRAPPED") == 0x1C
    bench.idle["load"] = False  # so that the reset has to wait
    bench.dut.exec_wrapped_i.value = 0xFF
    await bench.write(OFFSET["CTRL"], SOFT_RESET)
    await bench.step(2)
    bench.dut.exec_wrapped_i.value = 0
    assert await get(bench, "STATUS") & 1 << 5
    assert await get(bench, "WRAPPED") == 0, "what is being reset has no results"


@cocotb.test()
async def no_record_is_torn(dut: Any) -> None:
    """What ERR_CAUSE showed is not replaced, and when it is cleared the rest reads 0."""
    bench = await started(dut)
    await bench.configure(_GROUPS)
    bench.engines["load"].frozen = True
    bench.engines["load"].fail = lambda _job: 0x40
    await bench.issue(ld_l(addr=0x40))
    await refuse(bench, MACHINE_MODE)
    await bench.step(30)
    cause = await get(bench, "ERR_CAUSE")
    assert cause == cause_of(MACHINE_MODE, ErrorCode.RESERVED, FieldId.RS2)
    bench.engines["load"].frozen = False  # an older error, too late
    await bench.step(10)
    assert await get(bench, "ERR_CAUSE") == cause
    assert await get(bench, "ERR_DETAIL") == 1
    bench.engines["load"].fail = lambda _job: None
    await bench.issue(fence(clear=1))  # somebody clears it between two reads, and errs again
    await bench.step(10)
    await refuse(bench, MACHINE_MODE)
    await bench.step(40)
    for name in RECORD[1:]:
        assert await get(bench, name) == 0, f"{name} is of another error"
    assert await get(bench, "ERR_CAUSE") == cause
    assert await get(bench, "ERR_DETAIL") == 1


@cocotb.test()
async def any_owner(dut: Any) -> None:
    """ERR_OWNER.ANY: the lowest owner's record; what was shown is what is looked at and cleared."""
    bench = await started(dut)
    user = Owner(port=Port.AXIL, context=3)
    await refuse(bench, user)
    await bench.step(30 + SWEEP)
    cause = cause_of(user, ErrorCode.RESERVED, FieldId.RS2)
    assert await get(bench, "ERR_CAUSE") == cause
    word = await refuse(bench, MACHINE_MODE)  # lower, after the first was shown
    await bench.step(30 + SWEEP)
    assert await get(bench, "ERR_INDEX") == 0
    await bench.write(OFFSET["ERR_CAUSE"], 1 << 31)
    assert await get(bench, "ERR_PENDING") == 1
    cause = cause_of(MACHINE_MODE, ErrorCode.RESERVED, FieldId.RS2)
    assert [await get(bench, name) for name in RECORD] == [cause, word.word, 1, 1]
    await bench.write(OFFSET["ERR_CAUSE"], 1 << 31)
    assert [await get(bench, name) for name in RECORD] == [0, 0, 0, 0]


@cocotb.test()
async def what_was_shown_may_be_gone(dut: Any) -> None:
    """Cleared by its owner, or forgotten with a write to ERR_OWNER: then the lowest is meant."""
    bench = await started(dut)
    user = Owner(port=Port.AXIL, context=3)
    for gone in ("cleared", "forgotten"):
        await refuse(bench, user)
        await bench.step(30 + SWEEP)
        cause = cause_of(user, ErrorCode.RESERVED, FieldId.RS2)
        assert await get(bench, "ERR_CAUSE") == cause
        word = await refuse(bench, MACHINE_MODE)
        await bench.step(30 + SWEEP)
        assert await get(bench, "ERR_PENDING") == 0x81
        if gone == "cleared":
            await bench.write(PAGE * user.context + OFFSET["ERR_CAUSE"], 1 << 31)
            await bench.write(OFFSET["ERR_CAUSE"], 1 << 31)
            assert await get(bench, "ERR_PENDING") == 0, "what is gone was cleared once more"
        else:
            await bench.write(OFFSET["ERR_OWNER"], 8)
            assert await get(bench, "ERR_INSTR") == word.word, "what was shown before is still"
            await bench.write(OFFSET["ERR_CAUSE"], 1 << 31)
            assert await get(bench, "ERR_PENDING") == 0x80


@cocotb.test()
async def each_lock_locks_its_own(dut: Any) -> None:
    """A lock that is written 0 leaves open what it is for."""
    for lock, locked in ((1, "XIF_CONTEXT"), (2, "USER_RIGHTS")):
        bench = await started(dut)
        await bench.write(OFFSET["LOCK"], lock)
        assert await get(bench, "LOCK") == lock
        for name in ("XIF_CONTEXT", "USER_RIGHTS"):
            assert await bench.write(OFFSET[name], 1) == (SLVERR if name == locked else OKAY), name


@cocotb.test()
async def older_errors_win_whatever_the_order(dut: Any) -> None:
    """Loads and stores that fail in any order, refusals between them: the oldest is kept."""
    bench = await started(dut)
    await bench.configure(_GROUPS)
    rng = bench.rng
    for name in ("load", "store"):
        bench.engines[name].depth = 8
        bench.engines[name].fail = lambda job: unpack(job.engine, job.desc)["addr"]
        bench.engines[name].latency = lambda: rng.choice((1, 40, 90, 150))
    for turn in range(40):
        first = None
        for _ in range(rng.randint(1, 5)):
            kind = rng.choice(("load", "store", "refused", "refused fence"))
            where = 0x1000 * rng.randint(1, 200)
            item = {
                "load": ld_l(addr=where), "store": st_t(addr=where, base=1),
                "refused": Instruction(ld_l(addr=0).word, 0, 1),
                "refused fence": Instruction(fence().word, 4, 0),
            }[kind]  # fmt: skip
            first = first or (kind, item, where)
            await bench.issue(item)
            await bench.step(rng.choice((0, 0, 3, 60)))
        assert first is not None
        code = {
            "load": ErrorCode.BUS_READ, "store": ErrorCode.BUS_WRITE,
            "refused": ErrorCode.RESERVED, "refused fence": ErrorCode.RESERVED,
        }[first[0]]  # fmt: skip
        await bench.step(4)
        got = await bench.value(fence(clear=1))
        assert got & 0xFF == code, f"turn {turn}: {got:08x}, first was {first}"
        assert bench.errors[-1][1] == first[1].word, f"turn {turn}: {bench.errors[-1]}"


@cocotb.test()
async def locks_and_soft_reset(dut: Any) -> None:
    """What is locked stays, operands stay; the rest goes back in the cycle of the request."""
    bench = await started(dut)
    for locked in (False, True):
        await bench.write(OFFSET["XIF_CONTEXT"], 3)
        await bench.write(OFFSET["USER_RIGHTS"], 1)
        await bench.write(OFFSET["ERR_OWNER"], 5)
        await bench.write(PAGE + OFFSET["DB_RS1"], 0x3000)
        if locked:
            await bench.write(OFFSET["LOCK"], 3)
            assert await bench.write(OFFSET["XIF_CONTEXT"], 2) == SLVERR
            assert await bench.write(OFFSET["USER_RIGHTS"], 0) == SLVERR
            assert await bench.write(OFFSET["LOCK"], 0) == OKAY
        bench.idle["load"] = False
        await bench.write(OFFSET["CTRL"], 1)
        await bench.step(3)
        assert await get(bench, "STATUS") & 1 << 5
        assert await bench.write(PAGE + OFFSET["DB_RS2"], 0x77) == OKAY
        assert await bench.write(OFFSET["IRQ_ENABLE"], 2) == OKAY
        assert await bench.write(PAGE + OFFSET["DB_INSTR"], ld_l(addr=0).word) == SLVERR
        bench.idle["load"] = True
        await bench.step(8)
        assert await get(bench, "XIF_CONTEXT") == 3, "a user's program became another user's"
        assert await get(bench, "USER_RIGHTS") == int(locked)
        assert await get(bench, "LOCK") == 3 * locked
        assert await get(bench, "ERR_OWNER") == 8
        assert await get(bench, "IRQ_ENABLE") == 2, "written while the reset was pending"
        assert await page_get(bench, 1, "DB_RS1") == 0x3000
        assert await page_get(bench, 1, "DB_RS2") == 0x77


@cocotb.test()
async def users_and_counters(dut: Any) -> None:
    """A user reads counters only with the right; refused, it returns 0 at once, with an error."""
    bench = await started(dut)
    await bench.issue(cfg_in(w=1, h=1, c=1, cbs=1))
    await bench.step(4)
    dut.x_issue_mode_i.value = USER
    assert await bench.value(rdcnt(index=2)) == 0
    await bench.step(8)
    user = Owner(context=1)
    cause = cause_of(user, ErrorCode.PRIVILEGE, FieldId.RS1)
    assert await record(bench, user) == (cause, rdcnt(index=2).word, 2, 1)
    await page_ring(bench, 2, rdcnt(index=2))
    await bench.step(8)
    assert await page_get(bench, 2, "DB_RESULT") == 0
    assert await get(bench, "ERR_PENDING") == 1 << 1 | 1 << 6
    await bench.write(OFFSET["USER_RIGHTS"], 1)
    assert await bench.value(rdcnt(index=2)) == 1
    await page_ring(bench, 2, rdcnt(index=2))
    await bench.step(3)
    assert await page_get(bench, 2, "DB_RESULT") == 1


@cocotb.test()
async def there_are_so_many_counters(dut: Any) -> None:
    """What is behind them is refused at each page's doorbell, whatever the low bits say."""
    bench = await started(dut)
    await bench.write(OFFSET["USER_RIGHTS"], 1)
    last = rdcnt(index=0).word
    for index in (16, 31, 48, 64, 1 << 10 | 1, 1 << 31 | 2):
        for page in range(PAGES):
            owner = Owner(port=Port.AXIL, context=page)
            await page_ring(bench, page, Instruction(last, index, 0))
            await bench.step(10)
            cause, word, detail, _ = await record(bench, owner)
            wanted = cause_of(owner, ErrorCode.VALUE, FieldId.RS1)
            assert (cause, word, detail) == (wanted, last, index), f"{index:#x} on page {page}"
            await bench.write(OFFSET["ERR_CAUSE"], 1 << 31)
            assert not await get(bench, "ERR_PENDING")


@cocotb.test()
async def rdcnt_passes_everything(dut: Any) -> None:
    """Queues full, engines stuck, a fence that waits: it still returns, with what is before it."""
    bench = await started(dut)
    bench.engines["load"].frozen = True
    dut.x_issue_instr_i.value = ld_l(addr=0).word
    issued = 0
    while True:  # until nothing more is taken
        await bench.step(30)
        dut.x_issue_valid_i.value = 1
        await Timer(1, "ns")
        ready = int(dut.x_issue_ready_o.value)
        dut.x_issue_valid_i.value = 0
        if not ready:
            break
        await bench.issue(ld_l(addr=0))
        issued += 1
    assert issued >= 5
    for _ in range(3):
        assert await bench.value(rdcnt(index=2)) == issued
        await bench.step(2)
    await ring(bench, fence())
    assert await bench.write(OFFSET["USER_RIGHTS"], 1) == OKAY
    await page_ring(bench, 3, rdcnt(index=2))
    await bench.step(2)
    assert await page_get(bench, 3, "DB_RESULT") == issued + 1, "the fence of page 0 is before it"


@cocotb.test()
async def counters_have_64_bits(dut: Any) -> None:
    """Past 2^32, through both readers."""
    bench = await started(dut)
    dut.u_counters.count_q.value = (1 << 32) - 3 << 64 * 8  # bytes_read
    dut.load_bytes_i.value = 5
    await bench.step(1)
    dut.load_bytes_i.value = 0
    await bench.step(2)
    assert await get(bench, "COUNTER", 8) == 2 and await get(bench, "COUNTER_HIGH", 8) == 1
    assert await bench.value(rdcnt(index=8)) == 2 and await bench.value(rdcnt(index=40)) == 1


@cocotb.test()
async def test_mode_holds_the_inner_reset_off(dut: Any) -> None:
    """With scan_mode_i only rst_ni resets."""
    bench = await started(dut)
    for scan in (1, 0):
        dut.scan_mode_i.value = scan
        await bench.write(OFFSET["CTRL"], 1)
        fell = False
        for _ in range(10):
            fell = fell or not int(dut.core_rst_no.value)
            await bench.step()
        assert fell != bool(scan)
