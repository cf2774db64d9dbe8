// CV32E40X with flat ports: its CV-X-IF interface object taken apart into the wires that Ratel has.
//
// The CPU drives issue, commit and result_ready; compressed and memory offers of CV-X-IF are not
// used. All operands are always valid: the CPU offers nothing before they are.
//
//   name            | meaning
//   ----------------|------------------------------------------------------------
//   BootAddr        | where the CPU starts
//   XifIdWidth      | as in ratel_core
//   instr_*, data_* | OBI: request until granted, answers in order
//   irq_i           | interrupt lines as in mip; 16..31 are free for the platform
//   x_*             | CV-X-IF, seen from the CPU; its mode is always machine: not here
//   trap_o, mret_o  | a trap is entered, an mret retires: for user_mode
//   mret_ahead_o    | an mret is in execute or write-back
module cv32e40x_flat
  import cv32e40x_pkg::*;
#(
  parameter logic [31:0] BootAddr = 32'h80,
  parameter int          XifIdWidth = 4
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic [31:0]           irq_i,

  output logic                  instr_req_o,
  input  logic                  instr_gnt_i,
  output logic [31:0]           instr_addr_o,
  input  logic                  instr_rvalid_i,
  input  logic [31:0]           instr_rdata_i,
  input  logic                  instr_err_i,

  output logic                  data_req_o,
  input  logic                  data_gnt_i,
  output logic [31:0]           data_addr_o,
  output logic                  data_we_o,
  output logic [3:0]            data_be_o,
  output logic [31:0]           data_wdata_o,
  input  logic                  data_rvalid_i,
  input  logic [31:0]           data_rdata_i,
  input  logic                  data_err_i,

  output logic                  x_issue_valid_o,
  input  logic                  x_issue_ready_i,
  output logic [31:0]           x_issue_instr_o,
  output logic [XifIdWidth-1:0] x_issue_id_o,
  output logic [31:0]           x_issue_rs1_o,
  output logic [31:0]           x_issue_rs2_o,
  output logic [1:0]            x_issue_rs_valid_o,
  input  logic                  x_issue_accept_i,
  input  logic                  x_issue_writeback_i,
  input  logic                  x_issue_dualwrite_i,
  input  logic [2:0]            x_issue_dualread_i,
  input  logic                  x_issue_loadstore_i,
  input  logic                  x_issue_ecswrite_i,
  input  logic                  x_issue_exc_i,
  output logic                  x_commit_valid_o,
  output logic [XifIdWidth-1:0] x_commit_id_o,
  output logic                  x_commit_kill_o,
  input  logic                  x_result_valid_i,
  output logic                  x_result_ready_o,
  input  logic [XifIdWidth-1:0] x_result_id_i,
  input  logic [31:0]           x_result_data_i,
  input  logic [4:0]            x_result_rd_i,
  input  logic                  x_result_we_i,
  input  logic                  x_result_exc_i,
  input  logic [5:0]            x_result_exccode_i,
  input  logic                  x_result_err_i,
  input  logic                  x_result_dbg_i,

  output logic                  trap_o,
  output logic                  mret_o,
  output logic                  mret_ahead_o
);

  if_xif #(.X_NUM_RS(2), .X_ID_WIDTH(XifIdWidth)) xif ();

  assign xif.compressed_ready = 1'b1;
  assign xif.compressed_resp  = '0;

  assign x_issue_valid_o    = xif.issue_valid;
  assign x_issue_instr_o    = xif.issue_req.instr;
  assign x_issue_id_o       = xif.issue_req.id;
  assign x_issue_rs1_o      = xif.issue_req.rs[0];
  assign x_issue_rs2_o      = xif.issue_req.rs[1];
  assign x_issue_rs_valid_o = xif.issue_req.rs_valid;
  assign xif.issue_ready    = x_issue_ready_i;
  assign xif.issue_resp = '{
    accept:    x_issue_accept_i,
    writeback: x_issue_writeback_i,
    dualwrite: x_issue_dualwrite_i,
    dualread:  x_issue_dualread_i,
    loadstore: x_issue_loadstore_i,
    ecswrite:  x_issue_ecswrite_i,
    exc:       x_issue_exc_i
  };

  assign x_commit_valid_o = xif.commit_valid;
  assign x_commit_id_o    = xif.commit.id;
  assign x_commit_kill_o  = xif.commit.commit_kill;

  assign xif.mem_valid = 1'b0;
  assign xif.mem_req   = '0;

  assign xif.result_valid = x_result_valid_i;
  assign x_result_ready_o = xif.result_ready;
  assign xif.result = '{
    id:      x_result_id_i,
    data:    x_result_data_i,
    rd:      x_result_rd_i,
    we:      x_result_we_i,
    ecsdata: '0,
    ecswe:   '0,
    exc:     x_result_exc_i,
    exccode: x_result_exccode_i,
    err:     x_result_err_i,
    dbg:     x_result_dbg_i
  };

  cv32e40x_core #(
    .M_EXT            (M),
    .B_EXT            (B_NONE),
    .A_EXT            (1'b0),
    .DBG_NUM_TRIGGERS (0),
    .NUM_MHPMCOUNTERS (1),
    .X_EXT            (1'b1),
    .X_NUM_RS         (2),
    .X_ID_WIDTH       (XifIdWidth)
  ) cpu (
    .clk_i,
    .rst_ni,
    .scan_cg_en_i        (1'b0),
    .boot_addr_i         (BootAddr),
    .dm_exception_addr_i ('0),
    .dm_halt_addr_i      ('0),
    .mhartid_i           ('0),
    .mimpid_patch_i      ('0),
    .mtvec_addr_i        ('0),
    .instr_req_o,
    .instr_gnt_i,
    .instr_rvalid_i,
    .instr_addr_o,
    .instr_memtype_o     (),
    .instr_prot_o        (),
    .instr_dbg_o         (),
    .instr_rdata_i,
    .instr_err_i,
    .data_req_o,
    .data_gnt_i,
    .data_rvalid_i,
    .data_addr_o,
    .data_be_o,
    .data_we_o,
    .data_wdata_o,
    .data_memtype_o      (),
    .data_prot_o         (),
    .data_dbg_o          (),
    .data_atop_o         (),
    .data_rdata_i,
    .data_err_i,
    .data_exokay_i       (1'b0),
    .mcycle_o            (),
    .xif_compressed_if   (xif),
    .xif_issue_if        (xif),
    .xif_commit_if       (xif),
    .xif_mem_if          (xif),
    .xif_mem_result_if   (xif),
    .xif_result_if       (xif),
    .irq_i,
    .wu_wfe_i            (1'b0),
    .clic_irq_i          (1'b0),
    .clic_irq_id_i       ('0),
    .clic_irq_level_i    ('0),
    .clic_irq_priv_i     ('0),
    .clic_irq_shv_i      (1'b0),
    .fencei_flush_req_o  (),
    .fencei_flush_ack_i  (1'b1),
    .debug_req_i         (1'b0),
    .debug_havereset_o   (),
    .debug_running_o     (),
    .debug_halted_o      (),
    .fetch_enable_i      (1'b1),
    .core_sleep_o        ()
  );

  assign trap_o = cpu.ctrl_fsm.csr_save_cause;
  assign mret_o = cpu.ctrl_fsm.csr_restore_mret;
  assign mret_ahead_o =
    (cpu.id_ex_pipe.instr_valid && cpu.id_ex_pipe.sys_en && cpu.id_ex_pipe.sys_mret_insn)
    || (cpu.ex_wb_pipe.instr_valid && cpu.ex_wb_pipe.sys_en && cpu.ex_wb_pipe.sys_mret_insn);

endmodule
