// The bench top of any core with an AXI4-Lite port, an AXI4 port and an interrupt: clock, reset, who
// drives (Python, or at the tile level player and memory), recorder, protocol checkers.
//
//   l_*  the core's s_axil_*     m_*  its m_axi_*     irq     py_*  what Python drives
//
// Macros: HONEYGUIDE_CORE the core's module, with parameters DataWidth and IdWidth and the ports
// below; HONEYGUIDE_WRITES if its AXI4 port has the channels that write.
//
//   name                         | meaning
//   -----------------------------|-----------------------------------------------------------------
//   DataWidth, IdWidth, MaxBurst | bits of the AXI4 port's data and ids; beats of its longest burst
module axi_tb
  import bench_pkg::*;
#(
  parameter int DataWidth = 64,
  parameter int IdWidth   = 4,
  parameter int MaxBurst  = 16
);

`include "axi_pins.svh"
`include "drivers.svh"

  `HONEYGUIDE_CORE #(
    .DataWidth(DataWidth),
    .IdWidth(IdWidth)
  ) dut (
    .clk_i(clk),
    .rst_ni(rst_n),
    .irq_o(irq),
    .s_axil_awaddr_i(l_awaddr),
    .s_axil_awprot_i(l_awprot),
    .s_axil_awvalid_i(l_awvalid),
    .s_axil_wdata_i(l_wdata),
    .s_axil_wstrb_i(l_wstrb),
    .s_axil_wvalid_i(l_wvalid),
    .s_axil_bready_i(l_bready),
    .s_axil_araddr_i(l_araddr),
    .s_axil_arprot_i(l_arprot),
    .s_axil_arvalid_i(l_arvalid),
    .s_axil_rready_i(l_rready),
    .s_axil_awready_o(l_awready),
    .s_axil_wready_o(l_wready),
    .s_axil_bresp_o(l_bresp),
    .s_axil_bvalid_o(l_bvalid),
    .s_axil_arready_o(l_arready),
    .s_axil_rdata_o(l_rdata),
    .s_axil_rresp_o(l_rresp),
    .s_axil_rvalid_o(l_rvalid),
`ifdef HONEYGUIDE_WRITES
    .m_axi_awid_o(m_awid),
    .m_axi_awaddr_o(m_awaddr),
    .m_axi_awlen_o(m_awlen),
    .m_axi_awsize_o(m_awsize),
    .m_axi_awburst_o(m_awburst),
    .m_axi_awvalid_o(m_awvalid),
    .m_axi_wdata_o(m_wdata),
    .m_axi_wstrb_o(m_wstrb),
    .m_axi_wlast_o(m_wlast),
    .m_axi_wvalid_o(m_wvalid),
    .m_axi_bready_o(m_bready),
    .m_axi_awready_i(m_awready),
    .m_axi_wready_i(m_wready),
    .m_axi_bid_i(m_bid),
    .m_axi_bresp_i(m_bresp),
    .m_axi_bvalid_i(m_bvalid),
`endif
    .m_axi_arid_o(m_arid),
    .m_axi_araddr_o(m_araddr),
    .m_axi_arlen_o(m_arlen),
    .m_axi_arsize_o(m_arsize),
    .m_axi_arburst_o(m_arburst),
    .m_axi_arvalid_o(m_arvalid),
    .m_axi_rready_o(m_rready),
    .m_axi_arready_i(m_arready),
    .m_axi_rid_i(m_rid),
    .m_axi_rdata_i(m_rdata),
    .m_axi_rresp_i(m_rresp),
    .m_axi_rlast_i(m_rlast),
    .m_axi_rvalid_i(m_rvalid)
  );

`ifndef HONEYGUIDE_WRITES
  assign {m_awid, m_awaddr, m_awlen, m_awsize, m_awburst, m_awvalid} = '0;
  assign {m_wdata, m_wstrb, m_wlast, m_wvalid, m_bready} = '0;
`endif

endmodule
