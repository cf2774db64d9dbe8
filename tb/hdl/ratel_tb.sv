// Bench top: the core, a clock, and two sets of drivers for its pins.
//
//   tile = 0   Python agents drive the py_* registers (pin level)
//   tile = 1   the transactors below drive the pins, Python wakes once a job (tile level)
//
// Monitors look at the plain names x_* (CV-X-IF), l_* (AXI4-Lite), m_* (AXI4), which are the pins at
// either speed. One build serves both, so both test the same circuit.
//
//   name               | meaning
//   -------------------|------------------------------------
//   Rows .. ClockGate  | as in ratel_core, with its defaults
//   StopWhenIdle       | 1: the core has no clock while it says that it needs none
module ratel_tb #(
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
  parameter int ClockGate        = 0,
  parameter int StopWhenIdle     = 0
);

  // Bench control, written by Python
  logic        clk, rst_n, tile, play;
  logic [31:0] seed, command_count;
  logic [15:0] latency;
  logic [39:0] stall;             // ar, r, aw, w, b: probability/256
  logic [15:0] lawless;           // of the memory: answered twice, other id: probability/256
  logic [7:0]  result_stall;
  // and read by it
  logic [31:0] finished, cycle, quiet;
  logic [31:0] quiet_limit;
  logic        hung;
  logic        irq;
  logic        idle;
  logic        core_clk;
  logic [31:0] core_edges;  // rising ones, of the core's clock

  // CV-X-IF
  logic                         x_compressed_valid;
  logic                         py_x_compressed_valid;
  logic                         x_issue_valid;
  logic                         py_x_issue_valid;
  logic                         sv_x_issue_valid;
  logic                         x_issue_ready;
  logic [31:0]                  x_issue_instr;
  logic [31:0]                  py_x_issue_instr;
  logic [31:0]                  sv_x_issue_instr;
  logic [1:0]                   x_issue_mode;
  logic [1:0]                   py_x_issue_mode;
  logic [1:0]                   sv_x_issue_mode;
  logic [XifIdWidth-1:0]        x_issue_id;
  logic [XifIdWidth-1:0]        py_x_issue_id;
  logic [XifIdWidth-1:0]        sv_x_issue_id;
  logic [31:0]                  x_issue_rs1;
  logic [31:0]                  py_x_issue_rs1;
  logic [31:0]                  sv_x_issue_rs1;
  logic [31:0]                  x_issue_rs2;
  logic [31:0]                  py_x_issue_rs2;
  logic [31:0]                  sv_x_issue_rs2;
  logic [1:0]                   x_issue_rs_valid;
  logic [1:0]                   py_x_issue_rs_valid;
  logic [1:0]                   sv_x_issue_rs_valid;
  logic                         x_issue_accept;
  logic                         x_issue_writeback;
  logic [1:0]                   x_issue_register_read;
  logic                         x_issue_dualwrite;
  logic [2:0]             x_issue_dualread;
  logic                         x_issue_loadstore;
  logic                         x_issue_ecswrite;
  logic                         x_issue_exc;
  logic                         x_commit_valid;
  logic                         py_x_commit_valid;
  logic                         sv_x_commit_valid;
  logic [XifIdWidth-1:0]        x_commit_id;
  logic [XifIdWidth-1:0]        py_x_commit_id;
  logic [XifIdWidth-1:0]        sv_x_commit_id;
  logic                         x_commit_kill;
  logic                         py_x_commit_kill;
  logic                         sv_x_commit_kill;
  logic                         x_compressed_ready;
  logic                         x_compressed_accept;
  logic                         x_mem_valid;
  logic                         x_result_valid;
  logic                         x_result_ready;
  logic                         py_x_result_ready;
  logic                         sv_x_result_ready;
  logic [XifIdWidth-1:0]        x_result_id;
  logic [31:0]                  x_result_data;
  logic [4:0]                   x_result_rd;
  logic                         x_result_we;
  logic                         x_result_exc;
  logic [5:0]                   x_result_exccode;
  logic                         x_result_err;
  logic                         x_result_dbg;
  // AXI4-Lite, registers
  logic [13:0]                  l_awaddr;
  logic [13:0]                  py_l_awaddr;
  logic [13:0]                  sv_l_awaddr;
  logic [2:0]                   l_awprot;
  logic [2:0]                   py_l_awprot;
  logic                         l_awvalid;
  logic                         py_l_awvalid;
  logic                         sv_l_awvalid;
  logic                         l_awready;
  logic [31:0]                  l_wdata;
  logic [31:0]                  py_l_wdata;
  logic [31:0]                  sv_l_wdata;
  logic [3:0]                   l_wstrb;
  logic [3:0]                   py_l_wstrb;
  logic [3:0]                   sv_l_wstrb;
  logic                         l_wvalid;
  logic                         py_l_wvalid;
  logic                         sv_l_wvalid;
  logic                         l_wready;
  logic [1:0]                   l_bresp;
  logic                         l_bvalid;
  logic                         l_bready;
  logic                         py_l_bready;
  logic                         sv_l_bready;
  logic [13:0]                  l_araddr;
  logic [13:0]                  py_l_araddr;
  logic [13:0]                  sv_l_araddr;
  logic [2:0]                   l_arprot;
  logic [2:0]                   py_l_arprot;
  logic                         l_arvalid;
  logic                         py_l_arvalid;
  logic                         sv_l_arvalid;
  logic                         l_arready;
  logic [31:0]                  l_rdata;
  logic [1:0]                   l_rresp;
  logic                         l_rvalid;
  logic                         l_rready;
  logic                         py_l_rready;
  logic                         sv_l_rready;
  // AXI4, memory
  logic [AxiIdWidth-1:0]        m_awid;
  logic [31:0]                  m_awaddr;
  logic [7:0]                   m_awlen;
  logic [2:0]                   m_awsize;
  logic [1:0]                   m_awburst;
  logic [3:0]                   m_awcache;
  logic [2:0]                   m_awprot;
  logic                         m_awvalid;
  logic                         m_awready;
  logic                         py_m_awready;
  logic                         sv_m_awready;
  logic [AxiDataWidth-1:0]      m_wdata;
  logic [AxiDataWidth/8-1:0]    m_wstrb;
  logic                         m_wlast;
  logic                         m_wvalid;
  logic                         m_wready;
  logic                         py_m_wready;
  logic                         sv_m_wready;
  logic [AxiIdWidth-1:0]        m_bid;
  logic [AxiIdWidth-1:0]        py_m_bid;
  logic [AxiIdWidth-1:0]        sv_m_bid;
  logic [1:0]                   m_bresp;
  logic [1:0]                   py_m_bresp;
  logic [1:0]                   sv_m_bresp;
  logic                         m_bvalid;
  logic                         py_m_bvalid;
  logic                         sv_m_bvalid;
  logic                         m_bready;
  logic [AxiIdWidth-1:0]        m_arid;
  logic [31:0]                  m_araddr;
  logic [7:0]                   m_arlen;
  logic [2:0]                   m_arsize;
  logic [1:0]                   m_arburst;
  logic [3:0]                   m_arcache;
  logic [2:0]                   m_arprot;
  logic                         m_arvalid;
  logic                         m_arready;
  logic                         py_m_arready;
  logic                         sv_m_arready;
  logic [AxiIdWidth-1:0]        m_rid;
  logic [AxiIdWidth-1:0]        py_m_rid;
  logic [AxiIdWidth-1:0]        sv_m_rid;
  logic [AxiDataWidth-1:0]      m_rdata;
  logic [AxiDataWidth-1:0]      py_m_rdata;
  logic [AxiDataWidth-1:0]      sv_m_rdata;
  logic [1:0]                   m_rresp;
  logic [1:0]                   py_m_rresp;
  logic [1:0]                   sv_m_rresp;
  logic                         m_rlast;
  logic                         py_m_rlast;
  logic                         sv_m_rlast;
  logic                         m_rvalid;
  logic                         py_m_rvalid;
  logic                         sv_m_rvalid;
  logic                         m_rready;

  assign x_compressed_valid = py_x_compressed_valid;
  assign x_issue_valid = tile ? sv_x_issue_valid : py_x_issue_valid;
  assign x_issue_instr = tile ? sv_x_issue_instr : py_x_issue_instr;
  assign x_issue_mode = tile ? sv_x_issue_mode : py_x_issue_mode;
  assign x_issue_id = tile ? sv_x_issue_id : py_x_issue_id;
  assign x_issue_rs1 = tile ? sv_x_issue_rs1 : py_x_issue_rs1;
  assign x_issue_rs2 = tile ? sv_x_issue_rs2 : py_x_issue_rs2;
  assign x_issue_rs_valid = tile ? sv_x_issue_rs_valid : py_x_issue_rs_valid;
  assign x_commit_valid = tile ? sv_x_commit_valid : py_x_commit_valid;
  assign x_commit_id = tile ? sv_x_commit_id : py_x_commit_id;
  assign x_commit_kill = tile ? sv_x_commit_kill : py_x_commit_kill;
  assign x_result_ready = tile ? sv_x_result_ready : py_x_result_ready;
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
    py_x_compressed_valid = '0;
    py_x_issue_valid = '0;
    py_x_issue_instr = '0;
    py_x_issue_mode = '0;
    py_x_issue_id = '0;
    py_x_issue_rs1 = '0;
    py_x_issue_rs2 = '0;
    py_x_issue_rs_valid = '0;
    py_x_commit_valid = '0;
    py_x_commit_id = '0;
    py_x_commit_kill = '0;
    py_x_result_ready = '0;
    py_l_awaddr = '0;
    py_l_awprot = '0;
    py_l_awvalid = '0;
    py_l_wdata = '0;
    py_l_wstrb = '0;
    py_l_wvalid = '0;
    py_l_bready = '0;
    py_l_araddr = '0;
    py_l_arprot = '0;
    py_l_arvalid = '0;
    py_l_rready = '0;
    py_m_awready = '0;
    py_m_wready = '0;
    py_m_bid = '0;
    py_m_bresp = '0;
    py_m_bvalid = '0;
    py_m_arready = '0;
    py_m_rid = '0;
    py_m_rdata = '0;
    py_m_rresp = '0;
    py_m_rlast = '0;
    py_m_rvalid = '0;
  end

  always #5 clk = ~clk;

  // As an integrator would do it.
  generate
    if (StopWhenIdle != 0) begin : gen_stop
      ratel_clock_gate u_clock_gate (
        .clk_i(clk),
        .en_i(!idle || x_issue_valid || x_commit_valid || l_awvalid || l_wvalid || l_arvalid
              || m_rvalid || m_bvalid),
        .scan_mode_i(1'b0),
        .clk_o(core_clk)
      );
      initial core_edges = '0;
      always @(posedge core_clk) core_edges <= core_edges + 1;
    end else begin : gen_run
      assign core_clk = clk;
      assign core_edges = '0;
    end
  endgenerate

  ratel_core #(
    .Rows(Rows),
    .Cols(Cols),
    .SpadDepth(SpadDepth),
    .WbufDepth(WbufDepth),
    .ParamDepth(ParamDepth),
    .RequantLanes(RequantLanes),
    .AxiDataWidth(AxiDataWidth),
    .AxiIdWidth(AxiIdWidth),
    .MaxBurst(MaxBurst),
    .ReadsOutstanding(ReadsOutstanding),
    .WritesOutstanding(WritesOutstanding),
    .WriteAfterData(WriteAfterData),
    .Windows(Windows),
    .QueueDepth(QueueDepth),
    .XifQueueDepth(XifQueueDepth),
    .XifIdWidth(XifIdWidth),
    .Integrity(Integrity),
    .ClockGate(ClockGate)
  ) dut (
    .clk_i(StopWhenIdle != 0 ? core_clk : clk),
    .rst_ni(rst_n),
    .scan_mode_i(1'b0),
    .irq_o(irq),
    .idle_o(idle),
    .x_compressed_valid_i(x_compressed_valid),
    .x_issue_valid_i(x_issue_valid),
    .x_issue_ready_o(x_issue_ready),
    .x_issue_instr_i(x_issue_instr),
    .x_issue_mode_i(x_issue_mode),
    .x_issue_hartid_i('0),
    .x_issue_id_i(x_issue_id),
    .x_issue_rs1_i(x_issue_rs1),
    .x_issue_rs2_i(x_issue_rs2),
    .x_issue_rs_valid_i(x_issue_rs_valid),
    .x_issue_accept_o(x_issue_accept),
    .x_issue_writeback_o(x_issue_writeback),
    .x_issue_register_read_o(x_issue_register_read),
    .x_issue_dualwrite_o(x_issue_dualwrite),
    .x_issue_dualread_o(x_issue_dualread),
    .x_issue_loadstore_o(x_issue_loadstore),
    .x_issue_ecswrite_o(x_issue_ecswrite),
    .x_issue_exc_o(x_issue_exc),
    .x_commit_valid_i(x_commit_valid),
    .x_commit_hartid_i('0),
    .x_commit_id_i(x_commit_id),
    .x_commit_kill_i(x_commit_kill),
    .x_compressed_ready_o(x_compressed_ready),
    .x_compressed_accept_o(x_compressed_accept),
    .x_mem_valid_o(x_mem_valid),
    .x_result_valid_o(x_result_valid),
    .x_result_ready_i(x_result_ready),
    .x_result_hartid_o(),
    .x_result_id_o(x_result_id),
    .x_result_data_o(x_result_data),
    .x_result_rd_o(x_result_rd),
    .x_result_we_o(x_result_we),
    .x_result_exc_o(x_result_exc),
    .x_result_exccode_o(x_result_exccode),
    .x_result_err_o(x_result_err),
    .x_result_dbg_o(x_result_dbg),
    .s_axil_awaddr_i(l_awaddr),
    .s_axil_awprot_i(l_awprot),
    .s_axil_awvalid_i(l_awvalid),
    .s_axil_awready_o(l_awready),
    .s_axil_wdata_i(l_wdata),
    .s_axil_wstrb_i(l_wstrb),
    .s_axil_wvalid_i(l_wvalid),
    .s_axil_wready_o(l_wready),
    .s_axil_bresp_o(l_bresp),
    .s_axil_bvalid_o(l_bvalid),
    .s_axil_bready_i(l_bready),
    .s_axil_araddr_i(l_araddr),
    .s_axil_arprot_i(l_arprot),
    .s_axil_arvalid_i(l_arvalid),
    .s_axil_arready_o(l_arready),
    .s_axil_rdata_o(l_rdata),
    .s_axil_rresp_o(l_rresp),
    .s_axil_rvalid_o(l_rvalid),
    .s_axil_rready_i(l_rready),
    .m_axi_awid_o(m_awid),
    .m_axi_awaddr_o(m_awaddr),
    .m_axi_awlen_o(m_awlen),
    .m_axi_awsize_o(m_awsize),
    .m_axi_awburst_o(m_awburst),
    .m_axi_awcache_o(m_awcache),
    .m_axi_awprot_o(m_awprot),
    .m_axi_awvalid_o(m_awvalid),
    .m_axi_awready_i(m_awready),
    .m_axi_wdata_o(m_wdata),
    .m_axi_wstrb_o(m_wstrb),
    .m_axi_wlast_o(m_wlast),
    .m_axi_wvalid_o(m_wvalid),
    .m_axi_wready_i(m_wready),
    .m_axi_bid_i(m_bid),
    .m_axi_bresp_i(m_bresp),
    .m_axi_bvalid_i(m_bvalid),
    .m_axi_bready_o(m_bready),
    .m_axi_arid_o(m_arid),
    .m_axi_araddr_o(m_araddr),
    .m_axi_arlen_o(m_arlen),
    .m_axi_arsize_o(m_arsize),
    .m_axi_arburst_o(m_arburst),
    .m_axi_arcache_o(m_arcache),
    .m_axi_arprot_o(m_arprot),
    .m_axi_arvalid_o(m_arvalid),
    .m_axi_arready_i(m_arready),
    .m_axi_rid_i(m_rid),
    .m_axi_rdata_i(m_rdata),
    .m_axi_rresp_i(m_rresp),
    .m_axi_rlast_i(m_rlast),
    .m_axi_rvalid_i(m_rvalid),
    .m_axi_rready_o(m_rready)
  );

  command_player #(
    .IdWidth(XifIdWidth)
  ) player (
    .clk_i(clk),
    .rst_ni(rst_n),
    .enable_i(tile && play),
    .seed_i(seed),
    .result_stall_i(result_stall),
    .count_i(command_count),
    .finished_o(finished),
    .issue_valid_o(sv_x_issue_valid),
    .issue_ready_i(x_issue_ready),
    .issue_instr_o(sv_x_issue_instr),
    .issue_mode_o(sv_x_issue_mode),
    .issue_id_o(sv_x_issue_id),
    .issue_rs1_o(sv_x_issue_rs1),
    .issue_rs2_o(sv_x_issue_rs2),
    .issue_rs_valid_o(sv_x_issue_rs_valid),
    .issue_accept_i(x_issue_accept),
    .commit_valid_o(sv_x_commit_valid),
    .commit_id_o(sv_x_commit_id),
    .commit_kill_o(sv_x_commit_kill),
    .result_valid_i(x_result_valid),
    .result_ready_o(sv_x_result_ready),
    .result_id_i(x_result_id),
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

  axi_memory #(
    .DataWidth(AxiDataWidth),
    .IdWidth(AxiIdWidth)
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
    .awready_o(sv_m_awready),
    .wdata_i(m_wdata),
    .wstrb_i(m_wstrb),
    .wlast_i(m_wlast),
    .wvalid_i(m_wvalid),
    .wready_o(sv_m_wready),
    .bid_o(sv_m_bid),
    .bresp_o(sv_m_bresp),
    .bvalid_o(sv_m_bvalid),
    .bready_i(m_bready),
    .arid_i(m_arid),
    .araddr_i(m_araddr),
    .arlen_i(m_arlen),
    .arvalid_i(m_arvalid),
    .arready_o(sv_m_arready),
    .rid_o(sv_m_rid),
    .rdata_o(sv_m_rdata),
    .rresp_o(sv_m_rresp),
    .rlast_o(sv_m_rlast),
    .rvalid_o(sv_m_rvalid),
    .rready_i(m_rready)
  );

  pin_recorder #(
    .DataWidth(AxiDataWidth),
    .IdWidth(AxiIdWidth),
    .XifIdWidth(XifIdWidth)
  ) recorder (
    .clk_i(clk),
    .rst_ni(rst_n),
    .enable_i(1'b1),
    .cycle_o(cycle),
    .quiet_o(quiet),
    .irq_i(irq),
    .issue_valid_i(x_issue_valid),
    .issue_ready_i(x_issue_ready),
    .issue_instr_i(x_issue_instr),
    .issue_mode_i(x_issue_mode),
    .issue_id_i(x_issue_id),
    .issue_rs1_i(x_issue_rs1),
    .issue_rs2_i(x_issue_rs2),
    .issue_rs_valid_i(x_issue_rs_valid),
    .issue_accept_i(x_issue_accept),
    .issue_writeback_i(x_issue_writeback),
    .commit_valid_i(x_commit_valid),
    .commit_id_i(x_commit_id),
    .commit_kill_i(x_commit_kill),
    .result_valid_i(x_result_valid),
    .result_ready_i(x_result_ready),
    .result_id_i(x_result_id),
    .result_data_i(x_result_data),
    .result_rd_i(x_result_rd),
    .result_we_i(x_result_we),
    .result_odd_i(x_result_exc || x_result_err || x_result_dbg),
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
    .rresp_i(m_rresp),
    .rlast_i(m_rlast),
    .rvalid_i(m_rvalid),
    .rready_i(m_rready)
  );

  // Nothing moved on any pin for too long: Python is woken to say so.
  assign hung = quiet > quiet_limit;

endmodule
