// Binds the recorder to the bench top HONEYGUIDE_TOP, whose cycle, quiet and transfers it counts.
`include "xif.svh"

bind `HONEYGUIDE_TOP pin_recorder #(
  .DataWidth(DataWidth),
  .IdWidth(IdWidth),
  .XifIdWidth(`XIF(XifIdWidth, 1))
) recorder (
  .clk_i(clk),
  .rst_ni(rst_n),
  .enable_i(1'b1),
  .cycle_o(cycle),
  .quiet_o(quiet),
  .transfers_o(transfers),
  .irq_i(irq),
`include "bound_xif.svh"
  .issue_mode_i(`XIF(x_issue_mode, '0)),
  .result_odd_i(`XIF(x_result_exc || x_result_err || x_result_dbg, '0)),
  .l_awaddr_i(l_awaddr),
  .l_awvalid_i(l_awvalid),
  .l_awready_i(l_awready),
  .l_wdata_i(l_wdata),
  .l_wstrb_i(l_wstrb),
  .l_wvalid_i(l_wvalid),
  .l_wready_i(l_wready),
  .l_bresp_i(l_bresp),
  .l_bvalid_i(l_bvalid),
  .l_bready_i(l_bready),
  .l_araddr_i(l_araddr),
  .l_arvalid_i(l_arvalid),
  .l_arready_i(l_arready),
  .l_rdata_i(l_rdata),
  .l_rresp_i(l_rresp),
  .l_rvalid_i(l_rvalid),
  .l_rready_i(l_rready),
`include "bound_axi.svh"
);
