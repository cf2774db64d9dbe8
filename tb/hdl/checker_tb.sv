// The protocol checkers alone, every pin a register: here Python plays a device or a host that breaks
// a rule, and the rule's assertion must stop the simulation (tests/sim/test_checkers.py).
module checker_tb;

  localparam int DataWidth = 64, IdWidth = 4, MaxBurst = 16, XifIdWidth = 4;

  logic clk, rst_n;
  wire [15:0] lawless = '0;
`include "xif_pins.svh"
`include "axi_pins.svh"

  logic               c_irq;
  logic [1:0]         c_pending;
  logic [1:0]         c_enable;
  logic               c_compressed_ready;
  logic               c_compressed_accept;
  logic [1:0]         c_starts;
  logic [1:0]         c_users;
  logic [1:0]         c_addressed;
  logic [5:0]         c_prot;
  logic [7:0]         c_cache;
  logic               c_taken;
  logic [7:0]         c_hart;
  logic               c_result;
  logic [7:0]         c_result_hart;
  logic               c_mem_valid;
  logic [2:0]         c_status;
  logic               c_status_user;
  logic [2:0]         c_engines;
  logic               c_sweep, c_writes, c_load;
  logic [7:0]         c_made;
  logic [31:0]        c_limit, c_count;
  logic               c_completes, c_cleared, c_bark;
  logic [6:0]         i_offered;
  logic [4:0]         i_axil;
  logic               i_result, i_busy, i_sweep, i_engines, i_ports, i_accesses;
  logic               i_compute, i_idle;

  initial begin
    clk = 1'b0;
    rst_n = 1'b0;
    {x_issue_valid, x_issue_ready, x_issue_instr, x_issue_mode, x_issue_id, x_issue_rs1, x_issue_rs2,
     x_issue_rs_valid, x_issue_accept, x_issue_writeback, x_issue_register_read, x_issue_dualwrite,
     x_issue_dualread, x_issue_loadstore, x_issue_ecswrite, x_issue_exc} = '0;
    {x_commit_valid, x_commit_id, x_commit_kill} = '0;
    {x_result_valid, x_result_ready, x_result_id, x_result_data, x_result_rd, x_result_we,
     x_result_exc, x_result_exccode, x_result_err, x_result_dbg} = '0;
    {l_awaddr, l_awprot, l_awvalid, l_awready, l_wdata, l_wstrb, l_wvalid, l_wready} = '0;
    {l_bresp, l_bvalid, l_bready, l_araddr, l_arprot, l_arvalid, l_arready} = '0;
    {l_rdata, l_rresp, l_rvalid, l_rready} = '0;
    {m_awid, m_awaddr, m_awlen, m_awsize, m_awburst, m_awvalid, m_awready} = '0;
    {m_wdata, m_wstrb, m_wlast, m_wvalid, m_wready, m_bid, m_bresp, m_bvalid, m_bready} = '0;
    {m_arid, m_araddr, m_arlen, m_arsize, m_arburst, m_arvalid, m_arready} = '0;
    {m_rid, m_rdata, m_rresp, m_rlast, m_rvalid, m_rready} = '0;
    c_irq = '0;
    c_pending = '0;
    c_enable = '0;
    c_compressed_ready = '1;
    c_compressed_accept = '0;
    c_starts = '0;
    c_users = '0;
    c_addressed = '0;
    c_prot = '0;
    c_cache = '0;
    c_taken = '0;
    c_hart = '0;
    c_result = '0;
    c_result_hart = '0;
    c_mem_valid = '0;
    c_status = '0;
    c_status_user = '0;
    c_engines = '0;
    {c_sweep, c_writes, c_load, c_made} = '0;
    {c_limit, c_count, c_completes, c_cleared, c_bark} = '0;
    {i_offered, i_axil, i_result, i_busy, i_sweep, i_ports, i_accesses, i_idle} = '0;
    {i_engines, i_compute} = '1;
  end

  always #5 clk = ~clk;

  idle_checker check_idle (
    .clk_i(clk),
    .rst_ni(rst_n),
    .offered_i(i_offered),
    .result_i(i_result),
    .axil_i(i_axil),
    .busy_i(i_busy),
    .sweep_i(i_sweep),
    .engines_i(i_engines),
    .ports_i(i_ports),
    .accesses_i(i_accesses),
    .compute_i(i_compute),
    .idle_i(i_idle)
  );

  core_checker check_core (
    .clk_i(clk),
    .rst_ni(rst_n),
    .irq_i(c_irq),
    .pending_i(c_pending),
    .enable_i(c_enable),
    .compressed_ready_i(c_compressed_ready),
    .compressed_accept_i(c_compressed_accept),
    .mem_valid_i(c_mem_valid),
    .status_i(c_status),
    .status_user_i(c_status_user),
    .engines_i(c_engines),
    .sweep_i(c_sweep),
    .writes_i(c_writes),
    .load_i(c_load),
    .made_i(c_made),
    .limit_i(c_limit),
    .completes_i(c_completes),
    .cleared_i(c_cleared),
    .bark_i(c_bark),
    .count_i(c_count),
    .starts_i(c_starts),
    .users_i(c_users),
    .addressed_i(c_addressed),
    .prot_i(c_prot),
    .cache_i(c_cache),
    .taken_i(c_taken),
    .issue_id_i(8'd9),
    .issue_hart_i(c_hart),
    .result_i(c_result),
    .result_id_i(8'd9),
    .result_hart_i(c_result_hart)
  );

endmodule
