"""Plays a few cycles on the pins of `checker_tb`; the environment variable RULE says which.

A scenario is a list of cycles, each a change of pins. `BROKEN` holds one for every assertion, and
the assertion that must stop it; `SOUND` holds legal traffic that no assertion may stop.
"""

from __future__ import annotations

import os
from typing import Any

import cocotb
from cocotb.triggers import ClockCycles, FallingEdge

Cycle = dict[str, int]

CUSTOM0, FOREIGN = 0x0B, 0x33
FENCE = CUSTOM0 | 5 << 12
VALUE = FENCE | 1 << 7  # a fence that returns to x1
ISSUE = {"x_issue_valid": 1, "x_issue_instr": VALUE, "x_issue_id": 3, "x_issue_rs_valid": 3}
ANSWER = {"x_issue_writeback": 1, "x_issue_register_read": 1}
NO_ANSWER = dict.fromkeys(ANSWER, 0)
TAKE = {"x_issue_ready": 1, "x_issue_accept": 1, **ANSWER}
NO_ISSUE = {"x_issue_valid": 0, "x_issue_ready": 0, "x_issue_accept": 0, **NO_ANSWER}
CFG = {"x_issue_instr": CUSTOM0, "x_issue_writeback": 0, "x_issue_register_read": 3}
COMMIT = {"x_commit_valid": 1, "x_commit_id": 3}
NO_COMMIT = {"x_commit_valid": 0}
RESULT = {
    "x_result_valid": 1, "x_result_id": 3, "x_result_data": 5, "x_result_rd": 1, "x_result_we": 1,
}  # fmt: skip
ISSUED = [{**ISSUE, **TAKE}, NO_ISSUE]
COMMITTED = [*ISSUED, COMMIT, NO_COMMIT]

BURST = {"len": 1, "size": 3, "burst": 1, "id": 2, "addr": 0x1000, "valid": 1}


def burst(channel: str, **changes: int) -> Cycle:
    """Return an offered burst on channel ar or aw."""
    return {f"m_{channel}{name}": value for name, value in {**BURST, **changes}.items()}


AW_TAKEN = [{**burst("aw"), "m_awready": 1}, {"m_awvalid": 0, "m_awready": 0}]
AR_TAKEN = [{**burst("ar"), "m_arready": 1}, {"m_arvalid": 0, "m_arready": 0}]
W = {"m_wvalid": 1, "m_wready": 1, "m_wdata": 1, "m_wstrb": 1}
R = {"m_rvalid": 1, "m_rid": 2, "m_rdata": 9}
B = {"m_bvalid": 1, "m_bid": 2}
L_WRITTEN = [
    {"l_awvalid": 1, "l_awready": 1, "l_wvalid": 1, "l_wready": 1},
    {"l_awvalid": 0, "l_awready": 0, "l_wvalid": 0, "l_wready": 0},
]
L_READ = [{"l_arvalid": 1, "l_arready": 1}, {"l_arvalid": 0, "l_arready": 0}]
NONE: Cycle = {}
MACHINE: Cycle = {"c_starts": 2, "c_users": 0}  # a load of machine mode
HART: Cycle = {"c_taken": 1, "c_hart": 3}
ASKS: Cycle = {"c_addressed": 2, "c_prot": 0o10, "c_cache": 0x33}

# Two or more breakages of one assertion are told apart by a suffix after a dot.
WATCHED = {"c_limit": 2, "c_engines": 1, "c_status": 1}

# All is quiet: the clock of compute stops, then that of the core.
RESTS: list[Cycle] = [{"i_engines": 0}, *[NONE] * 10, {"i_compute": 0}]
STILL: list[Cycle] = [*RESTS, *[NONE] * 72]
ASLEEP: list[Cycle] = [*STILL, {"i_idle": 1}]
# AXI-Lite hands over two accesses, and the answer to one of them.
ONE_OF_TWO: dict[str, list[Cycle]] = {
    "read": [*RESTS, {"i_axil": 4}, NONE, {"i_axil": 1}, {"i_axil": 0}],
    "write": [*RESTS, {"i_axil": 24}, NONE, {"i_axil": 2}, {"i_axil": 0}],
}


def counted(cycles: int) -> Cycle:
    """Return what the watchdog has counted."""
    return {"c_count": cycles}


BROKEN: dict[str, list[Cycle]] = {
    "cvxif_offer_stays": [ISSUE, {"x_issue_instr": CUSTOM0 | 1 << 12}, NONE],
    "cvxif_operands_stay": [ISSUE, {"x_issue_rs1": 7}, NONE],
    "cvxif_operands_stay.invalid": [ISSUE, {"x_issue_rs_valid": 1}, NONE],
    "cvxif_id_is_free": [*COMMITTED, {**ISSUE, **TAKE}, NONE],
    "cvxif_id_is_free.undecided": [*ISSUED, ISSUE, NONE],
    "cvxif_accepts_own_opcode": [{**ISSUE, **TAKE, "x_issue_rs_valid": 2}, NONE],
    "cvxif_accepts_own_opcode.rs2": [{**ISSUE, **TAKE, **CFG, "x_issue_rs_valid": 1}, NONE],
    "cvxif_refuses_at_once": [{**ISSUE, "x_issue_instr": FOREIGN}, NONE],
    "cvxif_accepts_own_opcode.foreign": [{**ISSUE, **TAKE, **CFG, "x_issue_instr": FOREIGN}, NONE],
    "cvxif_answer": [{**ISSUE, **TAKE, "x_issue_writeback": 0}, NONE],
    "cvxif_answer.registers": [{**ISSUE, **TAKE, "x_issue_register_read": 3}, NONE],
    "cvxif_answer.refused": [{**ISSUE, "x_issue_ready": 1, "x_issue_writeback": 1}, NONE],
    "cvxif_answer.other": [{**ISSUE, **TAKE, "x_issue_exc": 1}, NONE],
    "cvxif_result_after_commit": [*ISSUED, RESULT, NONE],
    "cvxif_result_after_commit.id0": [*COMMITTED, {**RESULT, "x_result_id": 0}, NONE],
    "cvxif_result_after_commit.twice": [*COMMITTED, {**RESULT, "x_result_ready": 1}, NONE, NONE],
    "cvxif_result_after_commit.killed": [
        *ISSUED, {**COMMIT, "x_commit_kill": 1}, NO_COMMIT, RESULT, NONE,
    ],
    "cvxif_result_after_commit.killed_at_issue": [
        {**ISSUE, **TAKE, **COMMIT, "x_commit_kill": 1}, {**NO_ISSUE, **NO_COMMIT}, RESULT, NONE,
    ],
    "cvxif_result_after_commit.killed_with_an_older": [
        {**ISSUE, "x_issue_id": 2, **TAKE}, {"x_issue_id": 3},
        {**NO_ISSUE, **COMMIT, "x_commit_id": 2, "x_commit_kill": 1}, NO_COMMIT, RESULT, NONE,
    ],
    "cvxif_result_after_commit.killed_while_offered": [
        {**ISSUE, **COMMIT, "x_commit_kill": 1}, {**TAKE, **NO_COMMIT}, NO_ISSUE, RESULT, NONE,
    ],
    "cvxif_result_is_of_its_word": [*COMMITTED, {**RESULT, "x_result_rd": 2}, NONE],
    "cvxif_result_is_of_its_word.we": [*COMMITTED, {**RESULT, "x_result_we": 0}, NONE],
    "cvxif_result_is_of_its_word.other": [*COMMITTED, {**RESULT, "x_result_err": 1}, NONE],
    "cvxif_result_is_of_its_word.no_value": [
        {**ISSUE, **TAKE, **CFG, **COMMIT}, {**NO_ISSUE, **NO_COMMIT},
        {**RESULT, "x_result_rd": 0, "x_result_we": 0}, NONE,
    ],
    "cvxif_result_stays": [*COMMITTED, RESULT, {"x_result_data": 6}, NONE],
    "cvxif_result_stays.withdrawn": [*COMMITTED, RESULT, {"x_result_valid": 0}, NONE],
    "axi_ar_stays": [burst("ar"), {"m_araddr": 0x1008}, NONE],
    "axi_aw_stays": [burst("aw"), {"m_awvalid": 0}, NONE],
    "axi_w_stays": [{**W, "m_wready": 0}, {"m_wstrb": 3}, NONE],
    "axi_r_stays": [*AR_TAKEN, R, {"m_rdata": 8}, NONE],
    "axi_b_stays": [*AW_TAKEN, B, {"m_bresp": 2}, NONE],
    "axi_ar_burst": [burst("ar", addr=0x1FF8), NONE],
    "axi_ar_burst.long": [burst("ar", len=16), NONE],
    "axi_ar_burst.narrow": [burst("ar", size=2), NONE],
    "axi_aw_burst": [burst("aw", addr=0x1FFC), NONE],
    "axi_aw_burst.wrap": [burst("aw", burst=2), NONE],
    "axi_wlast": [*AW_TAKEN, {**W, "m_wlast": 1}, {"m_wvalid": 0}, NONE, NONE],
    "axi_wlast.early_data": [{**W, "m_wlast": 1}, {"m_wvalid": 0}, *AW_TAKEN, NONE, NONE],
    "axi_b_asked": [B, NONE],
    "axi_r_asked": [*AR_TAKEN, {**R, "m_rid": 1}, NONE],
    "axi_reset": [{"rst_n": 0}, NONE, burst("ar"), NONE],
    "axil_aw_stays": [{"l_awvalid": 1}, {"l_awaddr": 4}, NONE],
    "axil_w_stays": [{"l_wvalid": 1}, {"l_wdata": 4}, NONE],
    "axil_ar_stays": [{"l_arvalid": 1}, {"l_arvalid": 0}, NONE],
    "axil_b_stays": [*L_WRITTEN, {"l_bvalid": 1}, {"l_bresp": 2}, NONE],
    "axil_r_stays": [*L_READ, {"l_rvalid": 1}, {"l_rdata": 2}, NONE],
    "axil_b_asked": [{"l_bvalid": 1}, NONE],
    "axil_r_asked": [{"l_rvalid": 1}, NONE],
    "axil_no_exclusive": [*L_WRITTEN, {"l_bvalid": 1, "l_bresp": 1}, NONE],
    "axil_reset": [{"rst_n": 0}, NONE, {"l_rvalid": 1}, NONE],
    "core_irq_follows_status": [{"c_irq": 1}, NONE],
    "core_irq_follows_status.lost": [{"c_pending": 2, "c_enable": 3}, NONE],
    "core_irq_follows_status.masked": [{"c_pending": 2, "c_enable": 1, "c_irq": 1}, NONE],
    "core_takes_no_compressed": [{"c_compressed_accept": 1}, NONE],
    "core_answers_compressed": [{"c_compressed_ready": 0}, NONE],
    "core_asks_no_memory": [{"c_mem_valid": 1}, NONE],
    "core_says_who_asks": [{**MACHINE, **ASKS, "c_prot": 0o20}, NONE],
    "core_says_who_asks.user": [{**MACHINE, "c_users": 2, **ASKS}, NONE],
    "core_says_who_asks.write": [{**MACHINE, "c_starts": 1}, {**ASKS, "c_addressed": 1}, NONE],
    "core_says_who_asks.late": [MACHINE, *[{"c_starts": 0}] * 40, ASKS, NONE],
    "core_result_is_of_its_hart": [HART, {"c_taken": 0, "c_result": 1, "c_result_hart": 2}, NONE],
    "core_asks_for_no_cache": [{**MACHINE, **ASKS, "c_cache": 0x13}, NONE],
    "core_status_shows_engines": [{"c_engines": 2}, NONE],
    "core_status_shows_engines.user": [
        {"c_engines": 2, "c_status": 2, "c_status_user": 1}, NONE,
    ],
    "core_sweeps_alone": [{"c_sweep": 1, "c_writes": 1}, NONE],
    "core_watchdog_barks_in_time": [{**WATCHED}, counted(1), counted(2), NONE],
    "core_watchdog_barks_in_time.early": [{**WATCHED}, {**counted(1), "c_bark": 1}, NONE],
    "core_watchdog_barks_in_time.never": [{"c_bark": 1}, NONE],
    "core_watchdog_barks_in_time.progress": [
        {**WATCHED}, {**counted(1), "c_completes": 1}, {**counted(0), "c_completes": 0},
        {**counted(1), "c_bark": 1}, NONE,
    ],
    "core_watchdog_counts": [{"c_engines": 1, "c_status": 1}, NONE, NONE],
    "core_watchdog_counts.idle": [{"c_count": 1}, NONE],
    "core_users_are_alone": [{"c_load": 1, "c_made": 1 << 6}, NONE],
    "idle_clocks_what_works": [*STILL, {"i_engines": 1}, NONE],
    "idle_clocks_what_works.sweep": [*STILL, {"i_sweep": 1}, NONE],
    "idle_clocks_what_works.memory": [*STILL, {"i_accesses": 1}, NONE],
    "idle_clocks_what_works.behind": [*RESTS[:4], {"i_compute": 0}, NONE],
    "idle_stops_the_clock_of_compute": [RESTS[0], *[NONE] * 30],
    **{
        f"idle_is_long_after_all.{name}": [*ASLEEP, {name: 1}, {name: 0}, NONE]
        for name in ("i_offered", "i_result", "i_busy", "i_ports")
    },
    **{
        f"idle_is_long_after_all.{name}": [*ASLEEP, {name: 1, "i_compute": 1}, {name: 0}, NONE]
        for name in ("i_engines", "i_sweep")
    },
    **{
        f"idle_is_long_after_all.axil{over}": [*ASLEEP, {"i_axil": over}, {"i_axil": 0}, NONE, NONE]
        for over in (4, 8, 16)
    },
    **{
        f"idle_is_long_after_all.second_{name}": [*cycles, *[NONE] * 99, {"i_idle": 1}, NONE]
        for name, cycles in ONE_OF_TWO.items()
    },
    "idle_is_long_after_all": [*RESTS, *[NONE] * 60, {"i_idle": 1}, NONE],
    "idle_comes": [*STILL, *[NONE] * 30],
}  # fmt: skip

SOUND: dict[str, list[Cycle]] = {
    "a result of its hart": [HART, {"c_taken": 0, "c_result": 1, "c_result_hart": 3}, NONE],
    "reads of machine mode, then of users": [
        {**MACHINE, **ASKS}, {"c_starts": 0}, {"c_addressed": 0}, {"c_starts": 2, "c_users": 2},
        {"c_addressed": 2, "c_prot": 0o20}, {"c_prot": 0o10}, {"c_addressed": 0, "c_starts": 0},
    ],
    "a watchdog that barks in time": [
        {**WATCHED}, counted(1), {**counted(2), "c_bark": 1}, NONE, {"c_cleared": 1},
        {**counted(0), "c_cleared": 0, "c_bark": 0}, {**counted(1), "c_completes": 1}, counted(0),
    ],
    "offload": [
        ISSUE, NONE, TAKE, NO_ISSUE, COMMIT, NO_COMMIT, RESULT, NONE, {"x_result_ready": 1},
        {"x_result_valid": 0}, {**ISSUE, **TAKE}, NO_ISSUE,
    ],
    "late operands": [
        {**ISSUE, "x_issue_rs_valid": 0}, {"x_issue_rs_valid": 3, "x_issue_rs1": 4}, TAKE, NO_ISSUE,
    ],
    "refused": [{**ISSUE, "x_issue_instr": FOREIGN, "x_issue_ready": 1}, NO_ISSUE],
    "killed": [*ISSUED, {**COMMIT, "x_commit_kill": 1}, NO_COMMIT, {**ISSUE, **TAKE}, NO_ISSUE],
    "committed at issue": [
        {**ISSUE, **TAKE, **COMMIT}, {**NO_ISSUE, **NO_COMMIT}, {**RESULT, "x_result_ready": 1},
        {"x_result_valid": 0},
    ],
    "killed at issue": [
        {**ISSUE, **TAKE, **COMMIT, "x_commit_kill": 1},
        {**NO_COMMIT, "x_issue_instr": FENCE, "x_issue_id": 4}, NO_ISSUE,
    ],
    "committed while the offer waits": [
        {**ISSUE, "x_issue_rs_valid": 0, **COMMIT}, {"x_issue_rs_valid": 1, **TAKE, **NO_COMMIT},
        NO_ISSUE, RESULT, {"x_result_ready": 1}, {"x_result_valid": 0},
    ],
    "committed with a younger one": [
        {**ISSUE, **TAKE}, {"x_issue_id": 4}, {**NO_ISSUE, **COMMIT, "x_commit_id": 4}, NO_COMMIT,
        {**RESULT, "x_result_ready": 1}, {"x_result_id": 4}, {"x_result_valid": 0},
    ],
    "out of order": [
        {**ISSUE, **TAKE}, {"x_issue_id": 4}, {**NO_ISSUE, **COMMIT, "x_commit_id": 4}, NO_COMMIT,
        {**RESULT, "x_result_id": 4, "x_result_ready": 1}, {"x_result_id": 3},
        {"x_result_valid": 0},
    ],
    "taken back": [ISSUE, NO_ISSUE, {**ISSUE, **TAKE, "x_issue_id": 4}, NO_ISSUE],
    "another in its place": [
        {**ISSUE, "x_issue_rs_valid": 0}, {"x_issue_id": 4, "x_issue_instr": FENCE}, NONE,
    ],
    "a kill is over when a new one is offered": [
        {**ISSUE, **TAKE}, {**NO_ISSUE, **COMMIT, "x_commit_kill": 1},
        {**NO_COMMIT, **ISSUE, **TAKE, "x_issue_id": 4}, {**NO_ISSUE, **COMMIT, "x_commit_id": 4,
        "x_commit_kill": 0}, {**NO_COMMIT, **RESULT, "x_result_id": 4}, NONE,
    ],
    "write": [*AW_TAKEN, W, {"m_wlast": 1}, {"m_wvalid": 0}, B, {"m_bready": 1}, {"m_bvalid": 0}],
    "write, data first": [W, {"m_wlast": 1}, {"m_wvalid": 0}, *AW_TAKEN, NONE, NONE],
    "read": [
        *AR_TAKEN, R, {"m_rready": 1}, {"m_rlast": 1}, {"m_rvalid": 0, "m_rready": 0},
    ],
    "burst up to the page": [burst("ar", addr=0x1FF0), NONE],
    "status": [
        {"c_engines": 5, "c_status": 5, "c_completes": 1}, {"c_status": 0, "c_status_user": 1},
        {"c_sweep": 1}, {"c_sweep": 0, "c_writes": 1}, {"c_load": 1, "c_made": 0x11},
    ],
    "clocks that stop, and one that comes again": [
        *ASLEEP, NONE, {"i_offered": 1}, {"i_idle": 0, "i_offered": 0}, NONE,
        {"i_engines": 1, "i_compute": 1}, {"i_engines": 0}, *[NONE] * 6, {"i_compute": 0},
    ],
    "a register is read, and its answer waits": [
        *RESTS, {"i_axil": 4}, {"i_axil": 0}, *[NONE] * 99, {"i_axil": 1}, {"i_axil": 0},
        *[NONE] * 79, {"i_idle": 1}, NONE,
    ],
    **{
        f"a {name} is owed behind another": [
            *cycles, *[NONE] * 99, {"i_axil": {"read": 1, "write": 2}[name]}, {"i_axil": 0},
            *[NONE] * 79, {"i_idle": 1}, NONE,
        ]
        for name, cycles in ONE_OF_TWO.items()
    },
    "interrupt": [
        {"c_pending": 3}, {"c_enable": 1, "c_irq": 1}, {"c_pending": 2, "c_irq": 0},
        {"c_enable": 2, "c_irq": 1}, {"c_enable": 0, "c_irq": 0},
    ],
    "register write": [*L_WRITTEN, {"l_bvalid": 1}, {"l_bready": 1}, {"l_bvalid": 0}],
    "register read": [*L_READ, {"l_rvalid": 1}, {"l_rready": 1}, {"l_rvalid": 0}],
}  # fmt: skip


@cocotb.test()
async def scenario(dut: Any) -> None:
    """Play the scenario named by RULE."""
    await ClockCycles(dut.clk, 3)
    await FallingEdge(dut.clk)
    dut.rst_n.value = 1
    await ClockCycles(dut.clk, 2)
    for cycle in (BROKEN | SOUND)[os.environ["RULE"]]:
        await FallingEdge(dut.clk)
        for pin, value in cycle.items():
            getattr(dut, pin).value = value
    await ClockCycles(dut.clk, 3)
