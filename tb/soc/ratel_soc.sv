// A whole system: CV32E40X with Ratel as its coprocessor, one memory, a few devices.
//
//                 +-----------+  CV-X-IF (x_*)  +-------+  AXI4 (m_*)
//      OBI  +-----| CV32E40X  |-----------------| Ratel |-------------+
//   instr.  |     +-----------+ <--- irq 16 --- +-------+             |
//           |           | OBI data                  |                 |
//           |     +-----v-----+  OBI to AXI4-Lite (l_*)               |
//           |     |  router   |-----------------+                     |
//           |     +-----------+--> devices (irq 7, irq 17)            |
//           v           v                                             v
//        +-------------------------- byte store -------------------------+
//
// The pins of Ratel have the names that the bench's own top gives them, so recorder, checkers and
// everything in Python that looks at pins serve both.
//
//   name               | meaning
//   -------------------|------------------------------------
//   Rows .. ClockGate  | as in ratel_core, with its defaults
module ratel_soc #(
  parameter int Rows             = 8,
  parameter int Cols             = 8,
  parameter int SpadDepth        = 1024,
  parameter int WbufDepth        = 2048,
  parameter int ParamDepth       = 64,
  parameter int RequantLanes     = Cols,
  parameter int AxiDataWidth     = 64,
  parameter int AxiIdWidth       = 4,
  parameter int MaxBurst         = 16,
  parameter int ReadsOutstanding = 8,
  parameter int WritesOutstanding = 8,
  parameter int WriteAfterData   = 0,
  parameter int Windows          = 4,
  parameter int QueueDepth       = 4,
  parameter int XifQueueDepth    = 4,
  parameter int XifIdWidth       = 4,
  parameter int Integrity        = 0,
  parameter int ClockGate        = 0
);

  // Bench control, written by Python
  logic        clk, rst_n;
  logic [31:0] seed, argument;
  logic [15:0] latency;
  logic [39:0] stall;             // ar, r, aw, w, b: probability/256
  logic [15:0] instr_stall;       // request, answer: probability/256
  logic [15:0] data_stall;
  logic [31:0] quiet_limit;
  wire  [15:0] lawless = '0;      // the system's memory keeps its rules
  logic        spoil;             // answer under a wrong id, for a test of the checkers
  // and read by it
  logic [31:0] cycle, quiet, transfers;
  logic        hung;
  logic        irq;
  logic        exited, marked;
  logic [31:0] value;

  // The CPU's ports
  logic        i_req, i_gnt, i_rvalid, i_err;
  logic [31:0] i_addr, i_rdata;
  logic        d_req, d_gnt, d_we, d_rvalid, d_err;
  logic [31:0] d_addr, d_wdata, d_rdata;
  logic [3:0]  d_be;
  logic        timer_irq, random_irq;
  // Targets of its data port: memory, registers, devices
  logic [2:0]       t_req, t_gnt, t_rvalid, t_err;
  logic [2:0][31:0] t_rdata;

`include "ratel_pins.svh"
  localparam int StopWhenIdle = 0;
  wire core_clk = clk;
  wire tile = 1'b1;  // its memory is the one of the tile level
  assign x_compressed_valid = 1'b0;
  assign {l_awprot, l_arprot} = '0;

  initial begin
    clk = 1'b0;
    {seed, argument, latency, stall, instr_stall, data_stall, spoil} = '0;
    quiet_limit = 32'd1_000_000;
    // A real edge: the CPU's gated clock may stand still in a reset that was there from the start.
    rst_n = 1'b1;
    #1 rst_n = 1'b0;
  end

  always #5 clk = ~clk;

  assign x_result_id = core_result_id ^ XifIdWidth'(spoil);

  // The privilege mode, which the CPU has not.
  logic        trap, mret, mret_ahead, user, user_next, user_refused, mode_write;
  logic [31:0] user_fault;

  // CV-X-IF as the CPU has it; x_* is what the core sees.
  logic                  c_issue_valid, c_issue_ready, c_commit_valid, c_commit_kill;
  logic [XifIdWidth-1:0] c_issue_id, c_commit_id, c_result_id;

  cv32e40x_flat #(
    .XifIdWidth(XifIdWidth)
  ) cpu (
    .clk_i(clk),
    .rst_ni(rst_n),
    .irq_i({14'd0, random_irq, irq, 8'd0, timer_irq, 7'd0}),
    .instr_req_o(i_req),
    .instr_gnt_i(i_gnt),
    .instr_addr_o(i_addr),
    .instr_rvalid_i(i_rvalid),
    .instr_rdata_i(i_rdata),
    .instr_err_i(i_err),
    .data_req_o(d_req),
    .data_gnt_i(d_gnt),
    .data_addr_o(d_addr),
    .data_we_o(d_we),
    .data_be_o(d_be),
    .data_wdata_o(d_wdata),
    .data_rvalid_i(d_rvalid),
    .data_rdata_i(d_rdata),
    .data_err_i(d_err),
    .x_issue_valid_o(c_issue_valid),
    .x_issue_ready_i(c_issue_ready),
    .x_issue_instr_o(x_issue_instr),
    .x_issue_id_o(c_issue_id),
    .x_issue_rs1_o(x_issue_rs1),
    .x_issue_rs2_o(x_issue_rs2),
    .x_issue_rs_valid_o(x_issue_rs_valid),
    .x_issue_accept_i(x_issue_accept),
    .x_issue_writeback_i(x_issue_writeback),
    .x_issue_dualwrite_i(x_issue_dualwrite),
    .x_issue_dualread_i(x_issue_dualread),
    .x_issue_loadstore_i(x_issue_loadstore),
    .x_issue_ecswrite_i(x_issue_ecswrite),
    .x_issue_exc_i(x_issue_exc),
    .x_commit_valid_o(c_commit_valid),
    .x_commit_id_o(c_commit_id),
    .x_commit_kill_o(c_commit_kill),
    .x_result_valid_i(x_result_valid),
    .x_result_ready_o(x_result_ready),
    .x_result_id_i(c_result_id),
    .x_result_data_i(x_result_data),
    .x_result_rd_i(x_result_rd),
    .x_result_we_i(x_result_we),
    .x_result_exc_i(x_result_exc),
    .x_result_exccode_i(x_result_exccode),
    .x_result_err_i(x_result_err),
    .x_result_dbg_i(x_result_dbg),
    .trap_o(trap),
    .mret_o(mret),
    .mret_ahead_o(mret_ahead)
  );

  user_mode mode (
    .clk_i(clk),
    .rst_ni(rst_n),
    .trap_i(trap),
    .mret_i(mret),
    .mret_ahead_i(mret_ahead),
    .write_i(mode_write),
    .next_i(value[0]),
    .refused_i(user_refused),
    .addr_i(d_addr),
    .user_o(user),
    .next_o(user_next),
    .fault_o(user_fault)
  );

  assign x_issue_mode = user ? 2'd0 : 2'd3;

  ratel_cv32e40x #(
    .XifIdWidth(XifIdWidth)
  ) adapter (
    .clk_i(clk),
    .rst_ni(rst_n),
    .c_issue_valid_i(c_issue_valid),
    .c_issue_ready_o(c_issue_ready),
    .c_issue_instr_i(x_issue_instr),
    .c_issue_id_i(c_issue_id),
    .c_commit_valid_i(c_commit_valid),
    .c_commit_id_i(c_commit_id),
    .c_commit_kill_i(c_commit_kill),
    .c_result_id_o(c_result_id),
    .x_issue_valid_o(x_issue_valid),
    .x_issue_ready_i(x_issue_ready),
    .x_issue_accept_i(x_issue_accept),
    .x_issue_id_o(x_issue_id),
    .x_commit_valid_o(x_commit_valid),
    .x_commit_id_o(x_commit_id),
    .x_commit_kill_o(x_commit_kill),
    .x_result_valid_i(x_result_valid),
    .x_result_ready_i(x_result_ready),
    .x_result_id_i(x_result_id)
  );

`include "ratel_dut.svh"
`define HONEYGUIDE_MEMORY(pin) pin
`include "memory.svh"

  obi_memory instructions (
    .clk_i(clk),
    .rst_ni(rst_n),
    .seed_i(seed ^ 32'h1257),
    .stall_i(instr_stall),
    .cycle_i(cycle),
    .req_i(i_req),
    .gnt_o(i_gnt),
    .addr_i(i_addr),
    .we_i(1'b0),
    .be_i(4'hf),
    .wdata_i('0),
    .rvalid_o(i_rvalid),
    .rdata_o(i_rdata),
    .err_o(i_err)
  );

  obi_router router (
    .clk_i(clk),
    .rst_ni(rst_n),
    .req_i(d_req),
    .gnt_o(d_gnt),
    .addr_i(d_addr),
    .user_i(user),
    .refused_o(user_refused),
    .rvalid_o(d_rvalid),
    .rdata_o(d_rdata),
    .err_o(d_err),
    .req_o(t_req),
    .gnt_i(t_gnt),
    .rvalid_i(t_rvalid),
    .rdata_i(t_rdata),
    .err_i(t_err)
  );

  obi_memory data (
    .clk_i(clk),
    .rst_ni(rst_n),
    .seed_i(seed ^ 32'hda7a),
    .stall_i(data_stall),
    .cycle_i(cycle),
    .req_i(t_req[0]),
    .gnt_o(t_gnt[0]),
    .addr_i(d_addr),
    .we_i(d_we),
    .be_i(d_be),
    .wdata_i(d_wdata),
    .rvalid_o(t_rvalid[0]),
    .rdata_o(t_rdata[0]),
    .err_o(t_err[0])
  );

  obi_axil registers (
    .clk_i(clk),
    .rst_ni(rst_n),
    .req_i(t_req[1]),
    .gnt_o(t_gnt[1]),
    .addr_i(d_addr),
    .we_i(d_we),
    .be_i(d_be),
    .wdata_i(d_wdata),
    .rvalid_o(t_rvalid[1]),
    .rdata_o(t_rdata[1]),
    .err_o(t_err[1]),
    .awaddr_o(l_awaddr),
    .awvalid_o(l_awvalid),
    .awready_i(l_awready),
    .wdata_o(l_wdata),
    .wstrb_o(l_wstrb),
    .wvalid_o(l_wvalid),
    .wready_i(l_wready),
    .bresp_i(l_bresp),
    .bvalid_i(l_bvalid),
    .bready_o(l_bready),
    .araddr_o(l_araddr),
    .arvalid_o(l_arvalid),
    .arready_i(l_arready),
    .rdata_i(l_rdata),
    .rresp_i(l_rresp),
    .rvalid_i(l_rvalid),
    .rready_o(l_rready)
  );

  soc_devices devices (
    .clk_i(clk),
    .rst_ni(rst_n),
    .seed_i(seed),
    .argument_i(argument),
    .cycle_i(cycle),
    .req_i(t_req[2]),
    .gnt_o(t_gnt[2]),
    .addr_i(d_addr),
    .we_i(d_we),
    .wdata_i(d_wdata),
    .rvalid_o(t_rvalid[2]),
    .rdata_o(t_rdata[2]),
    .timer_irq_o(timer_irq),
    .random_irq_o(random_irq),
    .exit_o(exited),
    .mark_o(marked),
    .mode_o(mode_write),
    .next_i(user_next),
    .fault_i(user_fault),
    .value_o(value)
  );
  assign t_err[2] = 1'b0;

  // Nothing moved on any pin of Ratel for too long: Python is woken to say so.
  assign hung = quiet > quiet_limit || transfers > quiet_limit;

endmodule
