// Four-state simulation of the core: nothing that was unknown before reset reaches a pin or a
// result, and nothing that the bus leaves unknown does either. For Icarus Verilog: the big bench
// (tb/hdl) runs on a simulator with two states, where unknown values are random ones.
//
//   cpu ---- CV-X-IF ---+
//   host --- AXI4-Lite --+-- ratel_core -- AXI4 -- memory
//                        |
//          watch: no output, and no enable inside, is unknown
//
// Everything is unknown for `+before=` cycles, the reset included; then comes reset, then the
// host's script. With 0 no register has the time to lose its unknown value by itself. The last line
// is `finished after <n> cycles`, or why there was no end. What was read goes to `+log=`; the files
// of the parts have the other plusargs.
//
//   name               | meaning
//   -------------------|------------------------------------
//   Rows .. ClockGate  | as in ratel_core, with its defaults
module ratel_four_state_tb #(
  parameter Rows             = 8,
  parameter Cols             = 8,
  parameter SpadDepth        = 1024,
  parameter WbufDepth        = 2048,
  parameter ParamDepth       = 64,
  parameter RequantLanes     = Cols,
  parameter AxiDataWidth     = 64,
  parameter AxiIdWidth       = 4,
  parameter MaxBurst         = 16,
  parameter ReadsOutstanding = 8,
  parameter WritesOutstanding = 8,
  parameter WriteAfterData   = 0,
  parameter Windows          = 4,
  parameter QueueDepth       = 4,
  parameter XifQueueDepth    = 4,
  parameter XifIdWidth       = 4,
  parameter Integrity        = 0,
  parameter ClockGate        = 0
) ();

  localparam Reset = 3;      // cycles in reset
  localparam Most  = 50000;  // cycles of a run that hangs

  reg             clk;
  reg             rst_n;
  reg             dump;
  integer         cycle;
  integer         ahead;  // cycles before reset
  integer         log;
  reg [8*256-1:0] file;

  wire run, ran, done, found, found_inside;

  wire                      irq;
  wire                      idle;
  wire                      x_compressed_ready, x_compressed_accept, x_mem_valid;
  wire                      x_issue_valid, x_issue_ready, x_issue_accept, x_issue_writeback;
  wire [31:0]               x_issue_instr, x_issue_rs1, x_issue_rs2;
  wire [XifIdWidth-1:0]     x_issue_id, x_commit_id, x_result_id;
  wire [1:0]                x_issue_rs_valid;
  wire                      x_issue_dualwrite, x_issue_loadstore, x_issue_ecswrite, x_issue_exc;
  wire [2:0]                x_issue_dualread;
  wire                      x_commit_valid, x_commit_kill;
  wire                      x_result_valid, x_result_ready, x_result_we;
  wire [31:0]               x_result_data;
  wire [4:0]                x_result_rd;
  wire                      x_result_exc, x_result_err, x_result_dbg;
  wire [5:0]                x_result_exccode;
  wire [13:0]               l_awaddr, l_araddr;
  wire [31:0]               l_wdata, l_rdata;
  wire [3:0]                l_wstrb;
  wire [1:0]                l_bresp, l_rresp;
  wire                      l_awvalid, l_awready, l_wvalid, l_wready, l_bvalid, l_bready;
  wire                      l_arvalid, l_arready, l_rvalid, l_rready;
  wire [AxiIdWidth-1:0]     m_awid, m_bid, m_arid, m_rid;
  wire [31:0]               m_awaddr, m_araddr;
  wire [7:0]                m_awlen, m_arlen;
  wire [2:0]                m_awsize, m_awprot, m_arsize, m_arprot;
  wire [1:0]                m_awburst, m_arburst, m_bresp, m_rresp;
  wire [3:0]                m_awcache, m_arcache;
  wire [AxiDataWidth-1:0]   m_wdata, m_rdata;
  wire [AxiDataWidth/8-1:0] m_wstrb;
  wire                      m_awvalid, m_awready, m_wvalid, m_wready, m_wlast, m_bvalid, m_bready;
  wire                      m_arvalid, m_arready, m_rvalid, m_rready, m_rlast;

  ratel_core #(
    .Rows             (Rows),
    .Cols             (Cols),
    .SpadDepth        (SpadDepth),
    .WbufDepth        (WbufDepth),
    .ParamDepth       (ParamDepth),
    .RequantLanes     (RequantLanes),
    .AxiDataWidth     (AxiDataWidth),
    .AxiIdWidth       (AxiIdWidth),
    .MaxBurst         (MaxBurst),
    .ReadsOutstanding (ReadsOutstanding),
    .WritesOutstanding (WritesOutstanding),
    .WriteAfterData    (WriteAfterData),
    .Windows           (Windows),
    .QueueDepth       (QueueDepth),
    .XifQueueDepth    (XifQueueDepth),
    .XifIdWidth       (XifIdWidth),
    .Integrity        (Integrity),
    .ClockGate        (ClockGate)
  ) u_core (
    .clk_i                 (clk),
    .rst_ni                (rst_n),
    .scan_mode_i           (1'b0),
    .irq_o                 (irq),
    .idle_o                (idle),
    .x_compressed_valid_i  (1'b0),
    .x_compressed_ready_o  (x_compressed_ready),
    .x_compressed_accept_o (x_compressed_accept),
    .x_issue_valid_i       (x_issue_valid),
    .x_issue_ready_o       (x_issue_ready),
    .x_issue_instr_i       (x_issue_instr),
    .x_issue_mode_i        (2'b11),
    .x_issue_hartid_i      (1'b0),
    .x_issue_id_i          (x_issue_id),
    .x_issue_rs1_i         (x_issue_rs1),
    .x_issue_rs2_i         (x_issue_rs2),
    .x_issue_rs_valid_i    (x_issue_rs_valid),
    .x_issue_accept_o      (x_issue_accept),
    .x_issue_writeback_o   (x_issue_writeback),
    .x_issue_dualwrite_o   (x_issue_dualwrite),
    .x_issue_dualread_o    (x_issue_dualread),
    .x_issue_loadstore_o   (x_issue_loadstore),
    .x_issue_ecswrite_o    (x_issue_ecswrite),
    .x_issue_exc_o         (x_issue_exc),
    .x_commit_hartid_i     (1'b0),
    .x_commit_valid_i      (x_commit_valid),
    .x_commit_id_i         (x_commit_id),
    .x_commit_kill_i       (x_commit_kill),
    .x_mem_valid_o         (x_mem_valid),
    .x_result_valid_o      (x_result_valid),
    .x_result_ready_i      (x_result_ready),
    .x_result_id_o         (x_result_id),
    .x_result_data_o       (x_result_data),
    .x_result_rd_o         (x_result_rd),
    .x_result_we_o         (x_result_we),
    .x_result_exc_o        (x_result_exc),
    .x_result_exccode_o    (x_result_exccode),
    .x_result_err_o        (x_result_err),
    .x_result_dbg_o        (x_result_dbg),
    .s_axil_awaddr_i       (l_awaddr),
    .s_axil_awprot_i       (3'bxxx),
    .s_axil_awvalid_i      (l_awvalid),
    .s_axil_awready_o      (l_awready),
    .s_axil_wdata_i        (l_wdata),
    .s_axil_wstrb_i        (l_wstrb),
    .s_axil_wvalid_i       (l_wvalid),
    .s_axil_wready_o       (l_wready),
    .s_axil_bresp_o        (l_bresp),
    .s_axil_bvalid_o       (l_bvalid),
    .s_axil_bready_i       (l_bready),
    .s_axil_araddr_i       (l_araddr),
    .s_axil_arprot_i       (3'bxxx),
    .s_axil_arvalid_i      (l_arvalid),
    .s_axil_arready_o      (l_arready),
    .s_axil_rdata_o        (l_rdata),
    .s_axil_rresp_o        (l_rresp),
    .s_axil_rvalid_o       (l_rvalid),
    .s_axil_rready_i       (l_rready),
    .m_axi_awid_o          (m_awid),
    .m_axi_awaddr_o        (m_awaddr),
    .m_axi_awlen_o         (m_awlen),
    .m_axi_awsize_o        (m_awsize),
    .m_axi_awburst_o       (m_awburst),
    .m_axi_awcache_o       (m_awcache),
    .m_axi_awprot_o        (m_awprot),
    .m_axi_awvalid_o       (m_awvalid),
    .m_axi_awready_i       (m_awready),
    .m_axi_wdata_o         (m_wdata),
    .m_axi_wstrb_o         (m_wstrb),
    .m_axi_wlast_o         (m_wlast),
    .m_axi_wvalid_o        (m_wvalid),
    .m_axi_wready_i        (m_wready),
    .m_axi_bid_i           (m_bid),
    .m_axi_bresp_i         (m_bresp),
    .m_axi_bvalid_i        (m_bvalid),
    .m_axi_bready_o        (m_bready),
    .m_axi_arid_o          (m_arid),
    .m_axi_araddr_o        (m_araddr),
    .m_axi_arlen_o         (m_arlen),
    .m_axi_arsize_o        (m_arsize),
    .m_axi_arburst_o       (m_arburst),
    .m_axi_arcache_o       (m_arcache),
    .m_axi_arprot_o        (m_arprot),
    .m_axi_arvalid_o       (m_arvalid),
    .m_axi_arready_i       (m_arready),
    .m_axi_rid_i           (m_rid),
    .m_axi_rdata_i         (m_rdata),
    .m_axi_rresp_i         (m_rresp),
    .m_axi_rlast_i         (m_rlast),
    .m_axi_rvalid_i        (m_rvalid),
    .m_axi_rready_o        (m_rready)
  );

  four_state_cpu #(
    .IdWidth (XifIdWidth)
  ) u_cpu (
    .clk_i            (clk),
    .rst_ni           (rst_n),
    .run_i            (run),
    .done_o           (ran),
    .log_i            (log),
    .issue_valid_o    (x_issue_valid),
    .issue_ready_i    (x_issue_ready),
    .issue_instr_o    (x_issue_instr),
    .issue_id_o       (x_issue_id),
    .issue_rs1_o      (x_issue_rs1),
    .issue_rs2_o      (x_issue_rs2),
    .issue_rs_valid_o (x_issue_rs_valid),
    .issue_accept_i   (x_issue_accept),
    .commit_valid_o   (x_commit_valid),
    .commit_id_o      (x_commit_id),
    .commit_kill_o    (x_commit_kill),
    .result_valid_i   (x_result_valid),
    .result_ready_o   (x_result_ready),
    .result_id_i      (x_result_id),
    .result_data_i    (x_result_data),
    .result_rd_i      (x_result_rd),
    .result_we_i      (x_result_we)
  );

  four_state_host u_host (
    .clk_i     (clk),
    .rst_ni    (rst_n),
    .log_i     (log),
    .run_o     (run),
    .ran_i     (ran),
    .done_o    (done),
    .awaddr_o  (l_awaddr),
    .awvalid_o (l_awvalid),
    .awready_i (l_awready),
    .wdata_o   (l_wdata),
    .wstrb_o   (l_wstrb),
    .wvalid_o  (l_wvalid),
    .wready_i  (l_wready),
    .bresp_i   (l_bresp),
    .bvalid_i  (l_bvalid),
    .bready_o  (l_bready),
    .araddr_o  (l_araddr),
    .arvalid_o (l_arvalid),
    .arready_i (l_arready),
    .rdata_i   (l_rdata),
    .rresp_i   (l_rresp),
    .rvalid_i  (l_rvalid),
    .rready_o  (l_rready)
  );

  four_state_memory #(
    .DataWidth (AxiDataWidth),
    .IdWidth   (AxiIdWidth)
  ) u_memory (
    .clk_i     (clk),
    .rst_ni    (rst_n),
    .dump_i    (dump),
    .awid_i    (m_awid),
    .awaddr_i  (m_awaddr),
    .awvalid_i (m_awvalid),
    .awready_o (m_awready),
    .wdata_i   (m_wdata),
    .wstrb_i   (m_wstrb),
    .wlast_i   (m_wlast),
    .wvalid_i  (m_wvalid),
    .wready_o  (m_wready),
    .bid_o     (m_bid),
    .bresp_o   (m_bresp),
    .bvalid_o  (m_bvalid),
    .bready_i  (m_bready),
    .arid_i    (m_arid),
    .araddr_i  (m_araddr),
    .arlen_i   (m_arlen),
    .arvalid_i (m_arvalid),
    .arready_o (m_arready),
    .rid_o     (m_rid),
    .rdata_o   (m_rdata),
    .rresp_o   (m_rresp),
    .rlast_o   (m_rlast),
    .rvalid_o  (m_rvalid),
    .rready_i  (m_rready)
  );

  four_state_watch #(
    .DataWidth  (AxiDataWidth),
    .IdWidth    (AxiIdWidth),
    .XifIdWidth (XifIdWidth)
  ) u_watch (
    .clk_i               (clk),
    .rst_ni              (rst_n),
    .found_o             (found),
    .irq_i               (irq),
    .x_unused_i          ({x_compressed_ready, x_compressed_accept, x_mem_valid,
                           x_issue_dualwrite, x_issue_dualread, x_issue_loadstore,
                           x_issue_ecswrite, x_issue_exc}),
    .x_issue_valid_i     (x_issue_valid),
    .x_issue_ready_i     (x_issue_ready),
    .x_issue_accept_i    (x_issue_accept),
    .x_issue_writeback_i (x_issue_writeback),
    .x_result_valid_i    (x_result_valid),
    .x_result_id_i       (x_result_id),
    .x_result_data_i     (x_result_data),
    .x_result_rd_i       (x_result_rd),
    .x_result_we_i       (x_result_we),
    .x_result_unused_i   ({x_result_exc, x_result_exccode, x_result_err, x_result_dbg}),
    .s_axil_awready_i    (l_awready),
    .s_axil_wready_i     (l_wready),
    .s_axil_bvalid_i     (l_bvalid),
    .s_axil_bresp_i      (l_bresp),
    .s_axil_arready_i    (l_arready),
    .s_axil_rvalid_i     (l_rvalid),
    .s_axil_rdata_i      (l_rdata),
    .s_axil_rresp_i      (l_rresp),
    .m_axi_awvalid_i     (m_awvalid),
    .m_axi_awid_i        (m_awid),
    .m_axi_awaddr_i      (m_awaddr),
    .m_axi_awlen_i       (m_awlen),
    .m_axi_awrest_i      ({m_awsize, m_awburst, m_awcache, m_awprot}),
    .m_axi_wvalid_i      (m_wvalid),
    .m_axi_wdata_i       (m_wdata),
    .m_axi_wstrb_i       (m_wstrb),
    .m_axi_wlast_i       (m_wlast),
    .m_axi_bready_i      (m_bready),
    .m_axi_arvalid_i     (m_arvalid),
    .m_axi_arid_i        (m_arid),
    .m_axi_araddr_i      (m_araddr),
    .m_axi_arlen_i       (m_arlen),
    .m_axi_arrest_i      ({m_arsize, m_arburst, m_arcache, m_arprot}),
    .m_axi_rready_i      (m_rready)
  );

  four_state_inside u_inside (
    .clk_i   (clk),
    .rst_ni  (rst_n),
    .found_o (found_inside)
  );

  initial begin
    clk = 1'b0;
    dump = 1'b0;
    cycle = 0;
    ahead = 0;
    if ($value$plusargs("before=%d", ahead)) ;
    if (!$value$plusargs("log=%s", file)) file = "four_state.log";
    log = $fopen(file, "w");
    // After time 0, where everybody starts, and before the first edge of the clock.
    #1 if (ahead == 0) rst_n = 1'b0;
  end

  always #5 clk = !clk;

  always @(posedge clk) begin
    cycle <= cycle + 1;
    if (cycle == ahead) rst_n <= 1'b0;
    if (cycle == ahead + Reset) rst_n <= 1'b1;
    if (dump) begin
      $display("finished after %0d cycles", cycle);
      $finish;
    end
    if (done === 1'b1) dump <= 1'b1;
    if (found || found_inside) $finish;
    if (cycle == Most) begin
      $display("no end after %0d cycles", cycle);
      $finish;
    end
  end

endmodule
