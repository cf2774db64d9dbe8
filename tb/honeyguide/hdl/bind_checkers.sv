// Binds the protocol checkers to the bench top HONEYGUIDE_TOP, which has the pins of axi_pins.svh and,
// with the macro HONEYGUIDE_XIF, those of xif_pins.svh.
`include "xif.svh"

`ifdef HONEYGUIDE_XIF
bind `HONEYGUIDE_TOP cvxif_checker #(
  .IdWidth(XifIdWidth)
) check_cvxif (
  .clk_i(clk),
  .rst_ni(rst_n),
`include "bound_xif.svh"
  .issue_register_read_i(x_issue_register_read),
  .issue_other_i(x_issue_dualwrite || x_issue_dualread != 0 || x_issue_loadstore
                 || x_issue_ecswrite || x_issue_exc),
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
  .rdata_i(m_rdata),
`include "bound_axi.svh"
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
