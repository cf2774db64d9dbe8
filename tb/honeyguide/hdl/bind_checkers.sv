// Binds the protocol checkers to the bench top HONEYGUIDE_TOP, which has the pins of axi_pins.svh and,
// with the macro HONEYGUIDE_XIF, those of xif_pins.svh.

`ifdef HONEYGUIDE_XIF
bind `HONEYGUIDE_TOP cvxif_checker #(
  .IdWidth(XifIdWidth)
) check_cvxif (
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
  .issue_other_i(x_issue_dualwrite || x_issue_dualread != 0 || x_issue_loadstore
                 || x_issue_ecswrite || x_issue_exc),
  .commit_valid_i(x_commit_valid),
  .commit_id_i(x_commit_id),
  .commit_kill_i(x_commit_kill),
  .result_valid_i(x_result_valid),
  .result_ready_i(x_result_ready),
  .result_id_i(x_result_id),
  .result_data_i(x_result_data),
  .result_rd_i(x_result_rd),
  .result_we_i(x_result_we),
  .result_other_i(x_result_exc || x_result_exccode != 0 || x_result_err || x_result_dbg)
);
`endif

bind `HONEYGUIDE_TOP axi_checker #(
  .DataWidth(DataWidth),
  .IdWidth(IdWidth),
  .MaxBurst(MaxBurst)
) check_axi (
  .clk_i(clk),
  .rst_ni(rst_n),
  .lawless_i(lawless != 0),
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

bind `HONEYGUIDE_TOP axil_checker check_axil (
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
