"""Which signals the views show, grouped by engine, and how each is written.

Paths are relative to the bench top. tests/waves checks that each exists: a view shows nothing that
the wave file does not have.
"""

from __future__ import annotations

from honeyguide.waves.view import Views, group
from tb.waves.decode import DECODERS

# Values of state registers, by the end of the path of the signal.
STATES = {
    "u_check.state_q": ("Idle", "Derive", "Judge", "Hand"),
    "u_soft_reset.state_q": ("Run", "Abort", "Reset", "Release"),
    "check_engine": ("load", "execute", "store"),
    "u_array.op1_q": ("first", "add", "maximum", "pack"),
}


CONTROL = "dut.u_control"
LOAD = "dut.u_load"
EXECUTE = "dut.u_execute"
STORE = "dut.u_store"

GROUPS = (
    group("Clock", "", "/clk:bit", "/rst_n:bit", "/cycle:decimal", "/irq:bit"),
    group(
        "Ports", "dut", "x_issue_valid_i:bit", "x_issue_ready_o:bit", "x_issue_instr_i:mnemonic",
        "x_issue_instr_i", "x_issue_rs1_i", "x_issue_rs2_i", "x_issue_id_i", "x_issue_accept_o:bit",
        "x_commit_valid_i:bit", "x_commit_id_i", "x_commit_kill_i:bit", "x_result_valid_o:bit",
        "x_result_ready_i:bit", "x_result_data_o",
    ),
    group(
        "Front end", CONTROL, "in_valid:bit", "in_ready:bit", "in_word:mnemonic", "in_rs1",
        "in_rs2", "retired_data", "check_index:decimal", "u_check.state_q:state",
        "check_word:mnemonic", "fail:bit", "fail_code:decimal", "fail_field:decimal", "fail_detail",
    ),
    group(
        "Dispatch", CONTROL, "check_valid:bit", "check_ready:bit", "check_engine:state",
        "checked_index:decimal", "engine_busy", "engine_blocked", "load_valid_o:bit",
        "load_ready_i:bit", "execute_valid_o:bit", "execute_ready_i:bit",
        "execute_desc_o:operation", "store_valid_o:bit", "store_ready_i:bit",
        "u_soft_reset.state_q:state",
    ),
    group(
        "Load", LOAD, "done_o:bit", "err_o:bit", "m_axi_arvalid_o:bit", "m_axi_arready_i:bit",
        "m_axi_araddr_o", "m_axi_arlen_o:decimal", "m_axi_rvalid_i:bit", "m_axi_rready_o:bit",
        "m_axi_rdata_i", "m_axi_rresp_i", "m_axi_rlast_i:bit", "u_gearbox.count_o:decimal",
        "spad_wr_valid_o:bit", "spad_wr_ready_i:bit", "spad_wr_bank_o:decimal",
        "spad_wr_addr_o:decimal", "spad_wr_data_o", "spad_wr_be_o", "wbuf_wr_en_o:bit",
        "wbuf_wr_addr_o:decimal", "wbuf_wr_data_o", "wbuf_wr_be_o", "pbuf_wr_en_o:bit",
        "lut_wr_en_o:bit",
    ),
    group(
        "Execute: array", EXECUTE, "step_desc:operation", "x_done_o:bit", "tile_valid:bit",
        "tap_valid:bit",
        "tap_ready:bit", "tap_y:signed", "tap_x:signed", "set_valid:bit", "set_words",
        "set_inside", "weight_valid:bit", "w_rd_data_i", "step:bit", "step_op:decimal",
        "step_byte:decimal", "step_last:bit", "zp:signed", "exec_stall_fetch_o:bit",
        "exec_stall_drain_o:bit", "pending:bit", "shadow:bit", "acc",
    ),
    group(
        "Execute: requantiser", EXECUTE, "drain_desc:operation", "room:bit", "item:bit",
        "item_group:decimal",
        "item_acc", "pre_item:bit", "pre_value", "out_item:bit", "out_value", "ex_wr_en_o:bit",
        "ex_wr_bank_o:decimal", "ex_wr_addr_o:decimal", "ex_wr_data_o", "ex_wr_be_o",
    ),
    group(
        "Store", STORE, "done_o:bit", "err_o:bit", "spad_rd_en_o:bit", "spad_rd_gnt_i:bit",
        "spad_rd_bank_o:decimal", "spad_rd_addr_o:decimal", "spad_rd_data_i",
        "u_gearbox.count_o:decimal", "m_axi_awvalid_o:bit", "m_axi_awready_i:bit",
        "m_axi_awaddr_o", "m_axi_awlen_o:decimal", "m_axi_wvalid_o:bit", "m_axi_wready_i:bit",
        "m_axi_wdata_o", "m_axi_wstrb_o", "m_axi_wlast_o:bit", "m_axi_bvalid_i:bit",
        "m_axi_bready_o:bit", "m_axi_bresp_i",
    ),
    group(
        "Memories", "dut", "ex_rd_en", "ex_rd_gnt", "ex_rd_addr", "ex_rd_data", "w_rd_en:bit",
        "w_rd_addr:decimal", "p_rd_en:bit", "p_rd_addr:decimal", "p_rd_bias", "p_rd_mult",
        "p_rd_shift", "t_rd_en:bit", "t_rd_index", "t_rd_data",
    ),
    group(
        "Registers", "", "/l_awaddr", "/l_awvalid:bit", "/l_wdata", "/l_wvalid:bit",
        "/l_bvalid:bit", "/l_bresp", "/l_araddr", "/l_arvalid:bit", "/l_rdata", "/l_rvalid:bit",
        closed=True,
    ),
)  # fmt: skip
# Groups that come first and open for a stage; the others show their heading only.
OPEN_FOR = {
    "control": ("Front end", "Dispatch", "Ports"),
    "load": ("Load", "Front end"),
    "array": ("Execute: array", "Memories", "Front end"),
    "memory": ("Memories", "Execute: array", "Load"),
    "requantiser": ("Execute: requantiser", "Memories", "Front end"),
    "store": ("Store", "Front end"),
}
ALWAYS_OPEN = ("Clock",)
# Where a stage is in the core; the registers inside are found in the waves.
INSIDE = {
    "control": (CONTROL,),
    "load": (LOAD,),
    "array": (EXECUTE,),
    "requantiser": (EXECUTE,),
    "memory": ("dut.u_spad", "dut.u_wbuf", "dut.u_pbuf", "dut.u_lut"),
    "store": (STORE,),
}

VIEWS = Views(
    groups=GROUPS,
    always_open=ALWAYS_OPEN,
    open_for=OPEN_FOR,
    states=STATES,
    decoders=DECODERS,
    inside=INSIDE,
)
