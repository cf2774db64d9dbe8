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
  logic [31:0] cycle, quiet;
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

  // Pins of Ratel: CV-X-IF, AXI4-Lite, AXI4
  logic                              x_issue_valid;
  logic                              x_issue_ready;
  logic [31:0]                       x_issue_instr;
  logic [1:0]                        x_issue_mode;
  logic [XifIdWidth-1:0]             x_issue_id;
  logic [31:0]                       x_issue_rs1;
  logic [31:0]                       x_issue_rs2;
  logic [1:0]                        x_issue_rs_valid;
  logic                              x_issue_accept;
  logic                              x_issue_writeback;
  logic [1:0]                        x_issue_register_read;
  logic                              x_issue_dualwrite;
  logic [2:0]                        x_issue_dualread;
  logic                              x_issue_loadstore;
  logic                              x_issue_ecswrite;
  logic                              x_issue_exc;
  logic                              x_commit_valid;
  logic [XifIdWidth-1:0]             x_commit_id;
  logic                              x_commit_kill;
  logic                              x_result_valid;
  logic                              x_result_ready;
  logic [XifIdWidth-1:0]             x_result_id;
  logic [31:0]                       x_result_data;
  logic [4:0]                        x_result_rd;
  logic                              x_result_we;
  logic                              x_result_exc;
  logic [5:0]                        x_result_exccode;
  logic                              x_result_err;
  logic                              x_result_dbg;
  logic [13:0]                       l_awaddr;
  logic                              l_awvalid;
  logic                              l_awready;
  logic [31:0]                       l_wdata;
  logic [3:0]                        l_wstrb;
  logic                              l_wvalid;
  logic                              l_wready;
  logic [1:0]                        l_bresp;
  logic                              l_bvalid;
  logic                              l_bready;
  logic [13:0]                       l_araddr;
  logic                              l_arvalid;
  logic                              l_arready;
  logic [31:0]                       l_rdata;
  logic [1:0]                        l_rresp;
  logic                              l_rvalid;
  logic                              l_rready;
  logic [AxiIdWidth-1:0]             m_awid;
  logic [31:0]                       m_awaddr;
  logic [7:0]                        m_awlen;
  logic [2:0]                        m_awsize;
  logic [1:0]                        m_awburst;
  logic [3:0]                        m_awcache;
  logic [2:0]                        m_awprot;
  logic                              m_awvalid;
  logic                              m_awready;
  logic [AxiDataWidth-1:0]           m_wdata;
  logic [AxiDataWidth/8-1:0]         m_wstrb;
  logic                              m_wlast;
  logic                              m_wvalid;
  logic                              m_wready;
  logic [AxiIdWidth-1:0]             m_bid;
  logic [1:0]                        m_bresp;
  logic                              m_bvalid;
  logic                              m_bready;
  logic [AxiIdWidth-1:0]             m_arid;
  logic [31:0]                       m_araddr;
  logic [7:0]                        m_arlen;
  logic [2:0]                        m_arsize;
  logic [1:0]                        m_arburst;
  logic [3:0]                        m_arcache;
  logic [2:0]                        m_arprot;
  logic                              m_arvalid;
  logic                              m_arready;
  logic [AxiIdWidth-1:0]             m_rid;
  logic [AxiDataWidth-1:0]           m_rdata;
  logic [1:0]                        m_rresp;
  logic                              m_rlast;
  logic                              m_rvalid;
  logic                              m_rready;

  initial begin
    clk = 1'b0;
    {seed, argument, latency, stall, instr_stall, data_stall, spoil} = '0;
    quiet_limit = 32'd1_000_000;
    // A real edge: the CPU's gated clock may stand still in a reset that was there from the start.
    rst_n = 1'b1;
    #1 rst_n = 1'b0;
  end

  always #5 clk = ~clk;

  logic [XifIdWidth-1:0] core_result_id;
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
    .clk_i(clk),
    .rst_ni(rst_n),
    .scan_mode_i(1'b0),
    .irq_o(irq),
    .idle_o(),
    .x_compressed_valid_i(1'b0),
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
    .x_compressed_ready_o(),
    .x_compressed_accept_o(),
    .x_mem_valid_o(),
    .x_result_valid_o(x_result_valid),
    .x_result_ready_i(x_result_ready),
    .x_result_hartid_o(),
    .x_result_id_o(core_result_id),
    .x_result_data_o(x_result_data),
    .x_result_rd_o(x_result_rd),
    .x_result_we_o(x_result_we),
    .x_result_exc_o(x_result_exc),
    .x_result_exccode_o(x_result_exccode),
    .x_result_err_o(x_result_err),
    .x_result_dbg_o(x_result_dbg),
    .s_axil_awaddr_i(l_awaddr),
    .s_axil_awprot_i(3'b000),
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
    .s_axil_arprot_i(3'b000),
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

  axi_memory #(
    .DataWidth(AxiDataWidth),
    .IdWidth(AxiIdWidth)
  ) memory (
    .clk_i(clk),
    .rst_ni(rst_n),
    .enable_i(1'b1),
    .seed_i(seed),
    .latency_i(latency),
    .stall_i(stall),
    .lawless_i(lawless),
    .awid_i(m_awid),
    .awaddr_i(m_awaddr),
    .awlen_i(m_awlen),
    .awvalid_i(m_awvalid),
    .awready_o(m_awready),
    .wdata_i(m_wdata),
    .wstrb_i(m_wstrb),
    .wlast_i(m_wlast),
    .wvalid_i(m_wvalid),
    .wready_o(m_wready),
    .bid_o(m_bid),
    .bresp_o(m_bresp),
    .bvalid_o(m_bvalid),
    .bready_i(m_bready),
    .arid_i(m_arid),
    .araddr_i(m_araddr),
    .arlen_i(m_arlen),
    .arvalid_i(m_arvalid),
    .arready_o(m_arready),
    .rid_o(m_rid),
    .rdata_o(m_rdata),
    .rresp_o(m_rresp),
    .rlast_o(m_rlast),
    .rvalid_o(m_rvalid),
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

  // Nothing moved on any pin of Ratel for too long: Python is woken to say so.
  assign hung = quiet > quiet_limit;

endmodule
