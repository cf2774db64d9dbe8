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

  logic clk, rst_n, tile, play, hung, irq;
  logic [31:0] cycle, quiet, quiet_limit, seed, command_count, finished;
  logic [15:0] latency;
  logic [39:0] stall;
  logic [15:0] lawless;           // of the memory: answered twice, other id: probability/256
  logic [7:0]  result_stall;

  logic [13:0] l_awaddr, py_l_awaddr, sv_l_awaddr;
  logic [2:0] l_awprot, py_l_awprot, sv_l_awprot;
  logic l_awvalid, py_l_awvalid, sv_l_awvalid;
  logic [31:0] l_wdata, py_l_wdata, sv_l_wdata;
  logic [3:0] l_wstrb, py_l_wstrb, sv_l_wstrb;
  logic l_wvalid, py_l_wvalid, sv_l_wvalid;
  logic l_bready, py_l_bready, sv_l_bready;
  logic [13:0] l_araddr, py_l_araddr, sv_l_araddr;
  logic [2:0] l_arprot, py_l_arprot, sv_l_arprot;
  logic l_arvalid, py_l_arvalid, sv_l_arvalid;
  logic l_rready, py_l_rready, sv_l_rready;
  logic l_awready;
  logic l_wready;
  logic [1:0] l_bresp;
  logic l_bvalid;
  logic l_arready;
  logic [31:0] l_rdata;
  logic [1:0] l_rresp;
  logic l_rvalid;
  logic m_awready, py_m_awready, sv_m_awready;
  logic m_wready, py_m_wready, sv_m_wready;
  logic [IdWidth-1:0] m_bid, py_m_bid, sv_m_bid;
  logic [1:0] m_bresp, py_m_bresp, sv_m_bresp;
  logic m_bvalid, py_m_bvalid, sv_m_bvalid;
  logic m_arready, py_m_arready, sv_m_arready;
  logic [IdWidth-1:0] m_rid, py_m_rid, sv_m_rid;
  logic [DataWidth-1:0] m_rdata, py_m_rdata, sv_m_rdata;
  logic [1:0] m_rresp, py_m_rresp, sv_m_rresp;
  logic m_rlast, py_m_rlast, sv_m_rlast;
  logic m_rvalid, py_m_rvalid, sv_m_rvalid;
  logic [IdWidth-1:0] m_arid;
  logic [31:0] m_araddr;
  logic [7:0] m_arlen;
  logic [2:0] m_arsize;
  logic [1:0] m_arburst;
  logic m_arvalid;
  logic m_rready;
  logic [IdWidth-1:0] m_awid;
  logic [31:0] m_awaddr;
  logic [7:0] m_awlen;
  logic [2:0] m_awsize;
  logic [1:0] m_awburst;
  logic m_awvalid;
  logic [DataWidth-1:0] m_wdata;
  logic [DataWidth/8-1:0] m_wstrb;
  logic m_wlast;
  logic m_wvalid;
  logic m_bready;

  assign l_awaddr = tile ? sv_l_awaddr : py_l_awaddr;
  assign l_awprot = py_l_awprot;
  assign l_awvalid = tile ? sv_l_awvalid : py_l_awvalid;
  assign l_wdata = tile ? sv_l_wdata : py_l_wdata;
  assign l_wstrb = tile ? sv_l_wstrb : py_l_wstrb;
  assign l_wvalid = tile ? sv_l_wvalid : py_l_wvalid;
  assign l_bready = tile ? sv_l_bready : py_l_bready;
  assign l_araddr = tile ? sv_l_araddr : py_l_araddr;
  assign l_arprot = py_l_arprot;
  assign l_arvalid = tile ? sv_l_arvalid : py_l_arvalid;
  assign l_rready = tile ? sv_l_rready : py_l_rready;
  assign m_awready = tile ? sv_m_awready : py_m_awready;
  assign m_wready = tile ? sv_m_wready : py_m_wready;
  assign m_bid = tile ? sv_m_bid : py_m_bid;
  assign m_bresp = tile ? sv_m_bresp : py_m_bresp;
  assign m_bvalid = tile ? sv_m_bvalid : py_m_bvalid;
  assign m_arready = tile ? sv_m_arready : py_m_arready;
  assign m_rid = tile ? sv_m_rid : py_m_rid;
  assign m_rdata = tile ? sv_m_rdata : py_m_rdata;
  assign m_rresp = tile ? sv_m_rresp : py_m_rresp;
  assign m_rlast = tile ? sv_m_rlast : py_m_rlast;
  assign m_rvalid = tile ? sv_m_rvalid : py_m_rvalid;

  initial begin
    clk = 1'b0;
    {rst_n, tile, play} = '0;
    {seed, command_count, latency, stall, lawless, result_stall} = '0;
    quiet_limit = 32'd1_000_000;
    {py_l_awaddr, py_l_awprot, py_l_awvalid, py_l_wdata, py_l_wstrb, py_l_wvalid} = '0;
    {py_l_bready, py_l_araddr, py_l_arprot, py_l_arvalid, py_l_rready} = '0;
    {py_m_awready, py_m_wready, py_m_bid, py_m_bresp, py_m_bvalid, py_m_arready} = '0;
    {py_m_rid, py_m_rdata, py_m_rresp, py_m_rlast, py_m_rvalid} = '0;
  end

  always #5 clk = ~clk;

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

  command_player #(
    .IdWidth(1)
  ) player (
    .clk_i(clk),
    .rst_ni(rst_n),
    .enable_i(tile && play),
    .seed_i(seed),
    .result_stall_i(result_stall),
    .count_i(command_count),
    .finished_o(finished),
    .issue_valid_o(),
    .issue_ready_i(1'b0),
    .issue_instr_o(),
    .issue_mode_o(),
    .issue_id_o(),
    .issue_rs1_o(),
    .issue_rs2_o(),
    .issue_rs_valid_o(),
    .issue_accept_i(1'b0),
    .commit_valid_o(),
    .commit_id_o(),
    .commit_kill_o(),
    .result_valid_i(1'b0),
    .result_ready_o(),
    .result_id_i(1'b0),
    .awaddr_o(sv_l_awaddr),
    .awvalid_o(sv_l_awvalid),
    .wdata_o(sv_l_wdata),
    .wstrb_o(sv_l_wstrb),
    .wvalid_o(sv_l_wvalid),
    .bready_o(sv_l_bready),
    .araddr_o(sv_l_araddr),
    .arvalid_o(sv_l_arvalid),
    .rready_o(sv_l_rready),
    .awready_i(l_awready),
    .wready_i(l_wready),
    .bvalid_i(l_bvalid),
    .arready_i(l_arready),
    .rdata_i(l_rdata),
    .rvalid_i(l_rvalid)
  );

  assign sv_l_awprot = '0;
  assign sv_l_arprot = '0;

  axi_memory #(
    .DataWidth(DataWidth),
    .IdWidth(IdWidth)
  ) memory (
    .clk_i(clk),
    .rst_ni(rst_n),
    .enable_i(tile),
    .seed_i(seed),
    .latency_i(latency),
    .stall_i(stall),
    .lawless_i(lawless),
    .awid_i(m_awid),
    .awaddr_i(m_awaddr),
    .awlen_i(m_awlen),
    .awvalid_i(m_awvalid),
    .wdata_i(m_wdata),
    .wstrb_i(m_wstrb),
    .wlast_i(m_wlast),
    .wvalid_i(m_wvalid),
    .bready_i(m_bready),
    .arid_i(m_arid),
    .araddr_i(m_araddr),
    .arlen_i(m_arlen),
    .arvalid_i(m_arvalid),
    .rready_i(m_rready),
    .awready_o(sv_m_awready),
    .wready_o(sv_m_wready),
    .bid_o(sv_m_bid),
    .bresp_o(sv_m_bresp),
    .bvalid_o(sv_m_bvalid),
    .arready_o(sv_m_arready),
    .rid_o(sv_m_rid),
    .rdata_o(sv_m_rdata),
    .rresp_o(sv_m_rresp),
    .rlast_o(sv_m_rlast),
    .rvalid_o(sv_m_rvalid)
  );

  pin_recorder #(
    .DataWidth(DataWidth),
    .IdWidth(IdWidth),
    .XifIdWidth(1)
  ) recorder (
    .clk_i(clk),
    .rst_ni(rst_n),
    .enable_i(1'b1),
    .cycle_o(cycle),
    .quiet_o(quiet),
    .irq_i(irq),
    .issue_valid_i(1'b0),
    .issue_ready_i(1'b0),
    .issue_instr_i('0),
    .issue_mode_i('0),
    .issue_id_i('0),
    .issue_rs1_i('0),
    .issue_rs2_i('0),
    .issue_rs_valid_i('0),
    .issue_accept_i(1'b0),
    .issue_writeback_i(1'b0),
    .commit_valid_i(1'b0),
    .commit_id_i('0),
    .commit_kill_i(1'b0),
    .result_valid_i(1'b0),
    .result_ready_i(1'b0),
    .result_id_i('0),
    .result_data_i('0),
    .result_rd_i('0),
    .result_we_i(1'b0),
    .result_odd_i(1'b0),
    .l_awaddr_i(l_awaddr),
    .l_awvalid_i(l_awvalid),
    .l_wdata_i(l_wdata),
    .l_wstrb_i(l_wstrb),
    .l_wvalid_i(l_wvalid),
    .l_bready_i(l_bready),
    .l_araddr_i(l_araddr),
    .l_arvalid_i(l_arvalid),
    .l_rready_i(l_rready),
    .l_awready_i(l_awready),
    .l_wready_i(l_wready),
    .l_bresp_i(l_bresp),
    .l_bvalid_i(l_bvalid),
    .l_arready_i(l_arready),
    .l_rdata_i(l_rdata),
    .l_rresp_i(l_rresp),
    .l_rvalid_i(l_rvalid),
    .awid_i(m_awid),
    .awaddr_i(m_awaddr),
    .awlen_i(m_awlen),
    .awsize_i(m_awsize),
    .awburst_i(m_awburst),
    .awvalid_i(m_awvalid),
    .wdata_i(m_wdata),
    .wstrb_i(m_wstrb),
    .wlast_i(m_wlast),
    .wvalid_i(m_wvalid),
    .bready_i(m_bready),
    .arid_i(m_arid),
    .araddr_i(m_araddr),
    .arlen_i(m_arlen),
    .arsize_i(m_arsize),
    .arburst_i(m_arburst),
    .arvalid_i(m_arvalid),
    .rready_i(m_rready),
    .awready_i(m_awready),
    .wready_i(m_wready),
    .bid_i(m_bid),
    .bresp_i(m_bresp),
    .bvalid_i(m_bvalid),
    .arready_i(m_arready),
    .rid_i(m_rid),
    .rresp_i(m_rresp),
    .rlast_i(m_rlast),
    .rvalid_i(m_rvalid)
  );

  axi_checker #(
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
    .wdata_i(m_wdata),
    .wstrb_i(m_wstrb),
    .wlast_i(m_wlast),
    .wvalid_i(m_wvalid),
    .bready_i(m_bready),
    .arid_i(m_arid),
    .araddr_i(m_araddr),
    .arlen_i(m_arlen),
    .arsize_i(m_arsize),
    .arburst_i(m_arburst),
    .arvalid_i(m_arvalid),
    .rready_i(m_rready),
    .awready_i(m_awready),
    .wready_i(m_wready),
    .bid_i(m_bid),
    .bresp_i(m_bresp),
    .bvalid_i(m_bvalid),
    .arready_i(m_arready),
    .rid_i(m_rid),
    .rdata_i(m_rdata),
    .rresp_i(m_rresp),
    .rlast_i(m_rlast),
    .rvalid_i(m_rvalid)
  );

  axil_checker check_axil (
    .clk_i(clk),
    .rst_ni(rst_n),
    .awaddr_i(l_awaddr),
    .awvalid_i(l_awvalid),
    .wdata_i(l_wdata),
    .wstrb_i(l_wstrb),
    .wvalid_i(l_wvalid),
    .bready_i(l_bready),
    .araddr_i(l_araddr),
    .arvalid_i(l_arvalid),
    .rready_i(l_rready),
    .awready_i(l_awready),
    .wready_i(l_wready),
    .bresp_i(l_bresp),
    .bvalid_i(l_bvalid),
    .arready_i(l_arready),
    .rdata_i(l_rdata),
    .rresp_i(l_rresp),
    .rvalid_i(l_rvalid)
  );

  // Nothing moved on any pin for too long: Python is woken to say so.
  assign hung = quiet > quiet_limit;

endmodule
