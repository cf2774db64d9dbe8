// The protocol checkers alone, every pin a register: here Python plays a device or a host that breaks
// a rule, and the rule's assertion must stop the simulation (tests/sim/test_checkers.py).
module checker_tb;

  logic clk, rst_n;
  logic               x_issue_valid;
  logic               x_issue_ready;
  logic [31:0]        x_issue_instr;
  logic [4-1:0]       x_issue_id;
  logic [31:0]        x_issue_rs1;
  logic [31:0]        x_issue_rs2;
  logic [1:0]         x_issue_rs_valid;
  logic               x_issue_accept;
  logic               x_issue_writeback;
  logic [1:0]         x_issue_register_read;
  logic               x_issue_exc;
  logic               x_commit_valid;
  logic [4-1:0]       x_commit_id;
  logic               x_commit_kill;
  logic               x_result_valid;
  logic               x_result_ready;
  logic [4-1:0]       x_result_id;
  logic [31:0]        x_result_data;
  logic [4:0]         x_result_rd;
  logic               x_result_we;
  logic               x_result_err;
  logic [4-1:0]       m_awid;
  logic [31:0]        m_awaddr;
  logic [7:0]         m_awlen;
  logic [2:0]         m_awsize;
  logic [1:0]         m_awburst;
  logic               m_awvalid;
  logic               m_awready;
  logic [64-1:0]      m_wdata;
  logic [64/8-1:0]    m_wstrb;
  logic               m_wlast;
  logic               m_wvalid;
  logic               m_wready;
  logic [4-1:0]       m_bid;
  logic [1:0]         m_bresp;
  logic               m_bvalid;
  logic               m_bready;
  logic [4-1:0]       m_arid;
  logic [31:0]        m_araddr;
  logic [7:0]         m_arlen;
  logic [2:0]         m_arsize;
  logic [1:0]         m_arburst;
  logic               m_arvalid;
  logic               m_arready;
  logic [4-1:0]       m_rid;
  logic [64-1:0]      m_rdata;
  logic [1:0]         m_rresp;
  logic               m_rlast;
  logic               m_rvalid;
  logic               m_rready;
  logic [13:0]        l_awaddr;
  logic               l_awvalid;
  logic               l_awready;
  logic [31:0]        l_wdata;
  logic [3:0]         l_wstrb;
  logic               l_wvalid;
  logic               l_wready;
  logic [1:0]         l_bresp;
  logic               l_bvalid;
  logic               l_bready;
  logic [13:0]        l_araddr;
  logic               l_arvalid;
  logic               l_arready;
  logic [31:0]        l_rdata;
  logic [1:0]         l_rresp;
  logic               l_rvalid;
  logic               l_rready;

  logic               c_irq;
  logic [1:0]         c_pending;
  logic [1:0]         c_enable;
  logic               c_compressed_accept;
  logic               c_mem_valid;
  logic [2:0]         c_status;
  logic               c_status_user;
  logic [2:0]         c_engines;
  logic               c_sweep, c_writes, c_load;
  logic [7:0]         c_made;
  logic [31:0]        c_limit, c_count;
  logic               c_completes, c_cleared, c_bark;

  initial begin
    clk = 1'b0;
    rst_n = 1'b0;
    x_issue_valid = '0;
    x_issue_ready = '0;
    x_issue_instr = '0;
    x_issue_id = '0;
    x_issue_rs1 = '0;
    x_issue_rs2 = '0;
    x_issue_rs_valid = '0;
    x_issue_accept = '0;
    x_issue_writeback = '0;
    x_issue_register_read = '0;
    x_issue_exc = '0;
    x_commit_valid = '0;
    x_commit_id = '0;
    x_commit_kill = '0;
    x_result_valid = '0;
    x_result_ready = '0;
    x_result_id = '0;
    x_result_data = '0;
    x_result_rd = '0;
    x_result_we = '0;
    x_result_err = '0;
    m_awid = '0;
    m_awaddr = '0;
    m_awlen = '0;
    m_awsize = '0;
    m_awburst = '0;
    m_awvalid = '0;
    m_awready = '0;
    m_wdata = '0;
    m_wstrb = '0;
    m_wlast = '0;
    m_wvalid = '0;
    m_wready = '0;
    m_bid = '0;
    m_bresp = '0;
    m_bvalid = '0;
    m_bready = '0;
    m_arid = '0;
    m_araddr = '0;
    m_arlen = '0;
    m_arsize = '0;
    m_arburst = '0;
    m_arvalid = '0;
    m_arready = '0;
    m_rid = '0;
    m_rdata = '0;
    m_rresp = '0;
    m_rlast = '0;
    m_rvalid = '0;
    m_rready = '0;
    l_awaddr = '0;
    l_awvalid = '0;
    l_awready = '0;
    l_wdata = '0;
    l_wstrb = '0;
    l_wvalid = '0;
    l_wready = '0;
    l_bresp = '0;
    l_bvalid = '0;
    l_bready = '0;
    l_araddr = '0;
    l_arvalid = '0;
    l_arready = '0;
    l_rdata = '0;
    c_irq = '0;
    c_pending = '0;
    c_enable = '0;
    c_compressed_accept = '0;
    c_mem_valid = '0;
    c_status = '0;
    c_status_user = '0;
    c_engines = '0;
    {c_sweep, c_writes, c_load, c_made} = '0;
    {c_limit, c_count, c_completes, c_cleared, c_bark} = '0;
    l_rresp = '0;
    l_rvalid = '0;
    l_rready = '0;
  end

  always #5 clk = ~clk;

  cvxif_checker check_cvxif (
    .clk_i(clk),
    .rst_ni(rst_n),
    .issue_valid_i(x_issue_valid),
    .issue_ready_i(x_issue_ready),
    .issue_instr_i(x_issue_instr),
    .issue_id_i(x_issue_id),
    .issue_rs1_i(x_issue_rs1),
    .issue_rs2_i(x_issue_rs2),
    .issue_rs_valid_i(x_issue_rs_valid),
    .issue_accept_i(x_issue_accept),
    .issue_writeback_i(x_issue_writeback),
    .issue_register_read_i(x_issue_register_read),
    .issue_other_i(x_issue_exc),
    .commit_valid_i(x_commit_valid),
    .commit_id_i(x_commit_id),
    .commit_kill_i(x_commit_kill),
    .result_valid_i(x_result_valid),
    .result_ready_i(x_result_ready),
    .result_id_i(x_result_id),
    .result_data_i(x_result_data),
    .result_rd_i(x_result_rd),
    .result_we_i(x_result_we),
    .result_other_i(x_result_err)
  );

  axi_checker check_axi (
    .clk_i(clk),
    .rst_ni(rst_n),
    .lawless_i(1'b0),
    .awid_i(m_awid),
    .awaddr_i(m_awaddr),
    .awlen_i(m_awlen),
    .awsize_i(m_awsize),
    .awburst_i(m_awburst),
    .awvalid_i(m_awvalid),
    .awready_i(m_awready),
    .wdata_i(m_wdata),
    .wstrb_i(m_wstrb),
    .wlast_i(m_wlast),
    .wvalid_i(m_wvalid),
    .wready_i(m_wready),
    .bid_i(m_bid),
    .bresp_i(m_bresp),
    .bvalid_i(m_bvalid),
    .bready_i(m_bready),
    .arid_i(m_arid),
    .araddr_i(m_araddr),
    .arlen_i(m_arlen),
    .arsize_i(m_arsize),
    .arburst_i(m_arburst),
    .arvalid_i(m_arvalid),
    .arready_i(m_arready),
    .rid_i(m_rid),
    .rdata_i(m_rdata),
    .rresp_i(m_rresp),
    .rlast_i(m_rlast),
    .rvalid_i(m_rvalid),
    .rready_i(m_rready)
  );

  axil_checker check_axil (
    .clk_i(clk),
    .rst_ni(rst_n),
    .awaddr_i(l_awaddr),
    .awvalid_i(l_awvalid),
    .awready_i(l_awready),
    .wdata_i(l_wdata),
    .wstrb_i(l_wstrb),
    .wvalid_i(l_wvalid),
    .wready_i(l_wready),
    .bresp_i(l_bresp),
    .bvalid_i(l_bvalid),
    .bready_i(l_bready),
    .araddr_i(l_araddr),
    .arvalid_i(l_arvalid),
    .arready_i(l_arready),
    .rdata_i(l_rdata),
    .rresp_i(l_rresp),
    .rvalid_i(l_rvalid),
    .rready_i(l_rready)
  );

  core_checker check_core (
    .clk_i(clk),
    .rst_ni(rst_n),
    .irq_i(c_irq),
    .pending_i(c_pending),
    .enable_i(c_enable),
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
    .count_i(c_count)
  );

endmodule
