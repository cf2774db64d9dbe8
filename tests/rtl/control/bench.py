"""Drives `ratel_control` with pretended engines: ports on one side, descriptors on the other.

Everything happens at falling edges, half a cycle before the core samples it. One falling edge is a
step of the bench: what is driven there is what the next rising edge sees, and what is read there
is what the last one left.
"""

from __future__ import annotations

import os
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import cocotb
from cocotb.clock import Clock
from cocotb.triggers import FallingEdge, ReadOnly

from golden.isa import Instruction
from golden.isa_table import GROUPS

OKAY, SLVERR = 0, 2
ENGINES = ("load", "execute", "store")
RESULT_LIMIT = 20_000  # cycles until the bench gives up waiting


@dataclass(kw_only=True)
class Job:
    """An instruction that an engine was given: its descriptor and cycles of start and end."""

    engine: str
    desc: int
    start: int
    end: int | None = None


@dataclass(kw_only=True)
class Engine:
    """A pretended engine.

    `latency` returns cycles from start to done, `fail` the address of a bus error.
    """

    name: str
    ready: float = 1.0
    depth: int = 2
    latency: Callable[[], int] = lambda: 1
    fail: Callable[[Job], int | None] = lambda _job: None
    frozen: bool = False  # completes nothing
    running: deque[tuple[Job, int]] = field(default_factory=deque)
    log: list[Job] = field(default_factory=list)


class Bench:
    """The design with a clock, three engines and simple masters on both ports."""

    def __init__(self, dut: Any) -> None:
        self.dut = dut
        self.rng = random.Random(int(os.environ["RATEL_SEED"]))
        self.engines = {name: Engine(name=name) for name in ENGINES}
        self.cycle = 0
        self.on_start: Callable[[Job], None] = lambda _job: None
        self.on_done: Callable[[Job], None] = lambda _job: None
        self.next_id = 0
        self.ids = 1 << int(dut.XifIdWidth.value)
        self.idle = {"load": True, "store": True}
        self.errors: list[tuple[int, int, int, int]] = []  # cause, word, detail, index
        self._driven: dict[str, bool] = {}

    async def start(self) -> None:
        """Start clock and engines, and reset."""
        dut = self.dut
        for name in (
            "x_issue_valid_i", "x_issue_instr_i", "x_issue_id_i", "x_issue_rs1_i", "x_issue_rs2_i",
            "x_commit_valid_i", "x_commit_id_i", "x_commit_kill_i", "s_axil_awaddr_i",
            "s_axil_awvalid_i", "s_axil_wdata_i", "s_axil_wstrb_i", "s_axil_wvalid_i",
            "s_axil_araddr_i", "s_axil_arvalid_i", "exec_step_i", "exec_macs_i", "exec_wrapped_i",
            "exec_stall_fetch_i", "exec_stall_drain_i", "load_bytes_i", "store_bytes_i",
            "load_err_i", "store_err_i", "load_err_window_i", "store_err_window_i",
            "load_err_addr_i", "store_err_addr_i", "mem_fixed_i", "mem_bad_i", "wake_i",
        ):  # fmt: skip
            getattr(dut, name).value = 0
        for name in ENGINES:
            getattr(dut, f"{name}_ready_i").value = 0
            getattr(dut, f"{name}_done_i").value = 0
        dut.load_idle_i.value = 1
        dut.store_idle_i.value = 1
        dut.execute_idle_i.value = 1
        dut.x_issue_rs_valid_i.value = 3
        dut.x_issue_mode_i.value = 3
        dut.scan_mode_i.value = 0
        dut.x_issue_hartid_i.value = 0
        dut.x_result_ready_i.value = 1
        dut.s_axil_bready_i.value = 1
        dut.s_axil_rready_i.value = 1
        dut.rst_ni.value = 0
        Clock(dut.clk_i, 10, unit="ns").start()
        for _ in range(3):
            await FallingEdge(dut.clk_i)
        dut.rst_ni.value = 1
        cocotb.start_soon(self._engines())

    async def step(self, cycles: int = 1) -> None:
        """Wait for falling edges."""
        for _ in range(cycles):
            await FallingEdge(self.dut.clk_i)

    async def _engines(self) -> None:
        """Take descriptors and complete them in order, a step a cycle."""
        dut = self.dut
        abort, cause = dut.abort_o, dut.cause
        valid = {name: getattr(dut, f"{name}_valid_o") for name in ENGINES}
        while True:
            await FallingEdge(dut.clk_i)
            self.cycle += 1
            aborted = int(abort.value)
            for name, engine in self.engines.items():
                self._complete(name, engine)
                room = len(engine.running) < engine.depth
                ready = room and not aborted and self.rng.random() < engine.ready
                self._drive(f"{name}_ready_i", ready)
                if ready and int(valid[name].value):
                    desc = int(getattr(dut, f"{name}_desc_o").value)
                    job = Job(engine=name, desc=desc, start=self.cycle)
                    engine.log.append(job)
                    engine.running.append((job, self.cycle + max(1, engine.latency())))
                    self.on_start(job)
            said = int(cause.value)
            if said:
                record = (
                    said, int(dut.error_word.value), int(dut.error_detail.value),
                    int(dut.error_index.value),
                )  # fmt: skip
                if not self.errors or self.errors[-1] != record:
                    self.errors.append(record)
            self._drive("load_idle_i", self.idle["load"])
            self._drive("store_idle_i", self.idle["store"])

    def _drive(self, name: str, value: bool) -> None:
        """Drive what the engines alone drive, if it changes: in most of the cycles it does not."""
        if self._driven.get(name) is not value:
            self._driven[name] = value
            getattr(self.dut, name).value = int(value)

    def _complete(self, name: str, engine: Engine) -> None:
        dut = self.dut
        done = bool(engine.running) and not engine.frozen and self.cycle >= engine.running[0][1]
        self._drive(f"{name}_done_i", done)
        if not done:
            return
        job, _ = engine.running.popleft()
        job.end = self.cycle
        if name != "execute":
            address = engine.fail(job)
            getattr(dut, f"{name}_err_i").value = int(address is not None)
            getattr(dut, f"{name}_err_addr_i").value = address or 0
        self.on_done(job)

    # --- CV-X-IF ---------------------------------------------------------------------------------

    async def issue(self, instruction: Instruction, *, kill: bool = False) -> None:
        """Offer an instruction until it is taken, and commit it in the same cycle."""
        dut = self.dut
        dut.x_issue_valid_i.value = 1
        dut.x_issue_instr_i.value = instruction.word
        dut.x_issue_rs1_i.value = instruction.rs1
        dut.x_issue_rs2_i.value = instruction.rs2
        dut.x_issue_id_i.value = self.next_id
        for _ in range(RESULT_LIMIT):
            await ReadOnly()
            ready, accept = int(dut.x_issue_ready_o.value), int(dut.x_issue_accept_o.value)
            await FallingEdge(dut.clk_i)
            if ready:
                break
        else:
            raise AssertionError(f"{instruction.word:08x} was not taken")
        assert accept, f"{instruction.word:08x} was not accepted"
        dut.x_issue_valid_i.value = 0
        dut.x_commit_valid_i.value = 1
        dut.x_commit_id_i.value = self.next_id
        dut.x_commit_kill_i.value = int(kill)
        await FallingEdge(dut.clk_i)
        dut.x_commit_valid_i.value = 0
        self.next_id = (self.next_id + 1) % self.ids

    async def value(self, instruction: Instruction) -> int:
        """Issue an instruction that returns a value, and return that."""
        await self.issue(instruction)
        for _ in range(RESULT_LIMIT):
            if int(self.dut.x_result_valid_o.value) and int(self.dut.x_result_we_o.value):
                return int(self.dut.x_result_data_o.value)
            await FallingEdge(self.dut.clk_i)
        raise AssertionError(f"{instruction.word:08x} returned nothing")

    # --- AXI4-Lite -------------------------------------------------------------------------------

    async def write(
        self, addr: int, data: int, *, strobes: int = 15, aw_delay: int = 0, w_delay: int = 0
    ) -> int:
        """Write a register; return the response."""
        dut = self.dut
        aw = cocotb.start_soon(self._send("aw", aw_delay, s_axil_awaddr_i=addr))
        w = cocotb.start_soon(self._send("w", w_delay, s_axil_wdata_i=data, s_axil_wstrb_i=strobes))
        for _ in range(RESULT_LIMIT):
            if int(dut.s_axil_bvalid_o.value):
                response = int(dut.s_axil_bresp_o.value)
                await FallingEdge(dut.clk_i)
                await aw
                await w
                return response
            await FallingEdge(dut.clk_i)
        raise AssertionError(f"write to {addr:#x} got no response")

    async def _send(self, channel: str, delay: int, **payload: int) -> None:
        dut = self.dut
        await self.step(delay)
        valid = getattr(dut, f"s_axil_{channel}valid_i")
        ready = getattr(dut, f"s_axil_{channel}ready_o")
        for name, value in payload.items():
            getattr(dut, name).value = value
        valid.value = 1
        while not int(ready.value):
            await FallingEdge(dut.clk_i)
        await FallingEdge(dut.clk_i)
        valid.value = 0

    async def read(self, addr: int) -> tuple[int, int]:
        """Read a register; return data and response."""
        dut = self.dut
        sender = cocotb.start_soon(self._send("ar", 0, s_axil_araddr_i=addr))
        for _ in range(RESULT_LIMIT):
            if int(dut.s_axil_rvalid_o.value):
                answer = int(dut.s_axil_rdata_o.value), int(dut.s_axil_rresp_o.value)
                await FallingEdge(dut.clk_i)
                await sender
                return answer
            await FallingEdge(dut.clk_i)
        raise AssertionError(f"read of {addr:#x} got no answer")

    async def configure(self, groups: dict[str, tuple[int, int]]) -> None:
        """Write configuration groups given as (rs1, rs2) by name without `cfg.`."""
        for item in GROUPS:
            name = item.name.removeprefix("cfg.")
            if name in groups:
                rs1, rs2 = groups[name]
                word = item.funct7 << 25 | 11 << 20 | 10 << 15 | item.funct3 << 12 | 0x0B
                await self.issue(Instruction(word, rs1, rs2))
