// Who drives the pins of a bench top: Python's agents the py_* registers (pin level), or, while `tile`,
// player and memory the sv_* (tile level), when Python wakes once a job. With bench control and clock.
`include "xif.svh"
`define HONEYGUIDE_MEMORY(pin) sv_``pin

`define DRIVEN(pin) \
  var type(pin) py_``pin, sv_``pin; \
  assign pin = tile ? sv_``pin : py_``pin; \
  initial py_``pin = '0;

`define DRIVEN_BY_PYTHON(pin) \
  var type(pin) py_``pin; \
  assign pin = py_``pin; \
  initial py_``pin = '0;

  // Bench control, written by Python
  logic        clk, rst_n, tile, play;
  logic [31:0] seed, command_count, quiet_limit;
  logic [15:0] latency;
  logic [39:0] stall;             // ar, r, aw, w, b: probability/256
  logic [15:0] lawless;           // of the memory: answered twice, other id: probability/256
  logic [7:0]  result_stall;
  // and read by it
  logic [31:0] finished, cycle, quiet, transfers;
  logic        hung;
  logic        irq;

`ifdef HONEYGUIDE_XIF
  `DRIVEN(x_issue_valid)
  `DRIVEN(x_issue_instr)
  `DRIVEN(x_issue_mode)
  `DRIVEN(x_issue_id)
  `DRIVEN(x_issue_rs1)
  `DRIVEN(x_issue_rs2)
  `DRIVEN(x_issue_rs_valid)
  `DRIVEN(x_commit_valid)
  `DRIVEN(x_commit_id)
  `DRIVEN(x_commit_kill)
  `DRIVEN(x_result_ready)
`endif
  `DRIVEN(l_awaddr)
  `DRIVEN_BY_PYTHON(l_awprot)
  `DRIVEN(l_awvalid)
  `DRIVEN(l_wdata)
  `DRIVEN(l_wstrb)
  `DRIVEN(l_wvalid)
  `DRIVEN(l_bready)
  `DRIVEN(l_araddr)
  `DRIVEN_BY_PYTHON(l_arprot)
  `DRIVEN(l_arvalid)
  `DRIVEN(l_rready)
  `DRIVEN(m_awready)
  `DRIVEN(m_wready)
  `DRIVEN(m_bid)
  `DRIVEN(m_bresp)
  `DRIVEN(m_bvalid)
  `DRIVEN(m_arready)
  `DRIVEN(m_rid)
  `DRIVEN(m_rdata)
  `DRIVEN(m_rresp)
  `DRIVEN(m_rlast)
  `DRIVEN(m_rvalid)

  initial begin
    clk = 1'b0;
    {rst_n, tile, play} = '0;
    {seed, command_count, latency, stall, lawless, result_stall} = '0;
    quiet_limit = 32'd1_000_000;
  end

  always #5 clk = ~clk;

  // Nothing moved on any pin for too long, or nothing but data: Python is woken to say so.
  assign hung = quiet > quiet_limit || transfers > quiet_limit;

  command_player #(
    .IdWidth(`XIF(XifIdWidth, 1))
  ) player (
    .clk_i(clk),
    .rst_ni(rst_n),
    .enable_i(tile && play),
    .seed_i(seed),
    .result_stall_i(result_stall),
    .count_i(command_count),
    .finished_o(finished),
    .issue_valid_o(`XIF(sv_x_issue_valid,)),
    .issue_ready_i(`XIF(x_issue_ready, '0)),
    .issue_instr_o(`XIF(sv_x_issue_instr,)),
    .issue_mode_o(`XIF(sv_x_issue_mode,)),
    .issue_id_o(`XIF(sv_x_issue_id,)),
    .issue_rs1_o(`XIF(sv_x_issue_rs1,)),
    .issue_rs2_o(`XIF(sv_x_issue_rs2,)),
    .issue_rs_valid_o(`XIF(sv_x_issue_rs_valid,)),
    .issue_accept_i(`XIF(x_issue_accept, '0)),
    .commit_valid_o(`XIF(sv_x_commit_valid,)),
    .commit_id_o(`XIF(sv_x_commit_id,)),
    .commit_kill_o(`XIF(sv_x_commit_kill,)),
    .result_valid_i(`XIF(x_result_valid, '0)),
    .result_ready_o(`XIF(sv_x_result_ready,)),
    .result_id_i(`XIF(x_result_id, '0)),
    .awaddr_o(sv_l_awaddr),
    .awvalid_o(sv_l_awvalid),
    .awready_i(l_awready),
    .wdata_o(sv_l_wdata),
    .wstrb_o(sv_l_wstrb),
    .wvalid_o(sv_l_wvalid),
    .wready_i(l_wready),
    .bvalid_i(l_bvalid),
    .bready_o(sv_l_bready),
    .araddr_o(sv_l_araddr),
    .arvalid_o(sv_l_arvalid),
    .arready_i(l_arready),
    .rdata_i(l_rdata),
    .rvalid_i(l_rvalid),
    .rready_o(sv_l_rready)
  );

`include "memory.svh"
