// Ratel: an INT8 neural-network coprocessor.
//
//   CV-X-IF --+             +--> load ----> weights, parameters, table, scratchpad  <--- AXI4 R
//             +-- control --+--> execute -- all of them
//   AXI4-Lite +             +--> store ---- scratchpad                              ---> AXI4 W
//
// Wiring only. The core is a module of ports that a CPU and a bus connect to.
// The engines are reset by rst_ni and by soft reset (core_rst_n), which control sequences.
//
//   name                                | meaning
//   ------------------------------------|----------------------------------------------------------
//   Rows, Cols                          | of the array; Cols also is the bytes of a word everywhere
//   SpadDepth                           | lines of each of the scratchpad's Rows banks
//   WbufDepth, ParamDepth               | words of the weight buffer, entries of the parameter
//                                       | buffer
//   RequantLanes                        | results that are requantised a cycle: Cols (the default),
//                                       | a half or a quarter
//   AxiDataWidth, AxiIdWidth            | bits of m_axi_wdata_o and of ids
//   MaxBurst                            | beats of the longest burst
//   ReadsOutstanding, WritesOutstanding | bursts that may be announced and not answered
//   WriteAfterData                      | 1: a write burst is announced when all its data are there
//   Windows                             | memory windows (ratel_windows); 0: there are no users
//   QueueDepth                          | instructions that wait for each engine
//   XifQueueDepth                       | instructions that CV-X-IF may have accepted and not ended
//   XifIdWidth, XifHartIdWidth          | bits of the ids of CV-X-IF
//   Integrity                           | check bits of memories (ratel_code_write): 0 none,
//                                       | 1 parity, 2 SECDED
//   ClockGate                           | 1: compute and memories have no clock while idle
//   clk_i, rst_ni                       | clock, asynchronous reset
//   scan_mode_i                         | test mode: only rst_ni resets; may be left open
//   irq_o                               | level interrupt, see registers IRQ_STATUS and IRQ_ENABLE
//   idle_o                              | clk_i may stop until something is offered (ratel_idle)
//   x_*                                 | CV-X-IF 1.0 (docs/cv-x-if.md): issue with its operands,
//                                       | commit, result; and what older versions have: compressed,
//                                       | memory, flags that are always 0
//   s_axil_*                            | AXI4-Lite subordinate: supervisor page with registers and
//                                       | doorbell, three user pages with a doorbell each
//   m_axi_*                             | AXI4 manager
`include "ratel_isa.vh"
`include "ratel_desc.vh"
`include "ratel_ranges.vh"

module ratel_core #(
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
  parameter XifHartIdWidth   = 1,
  parameter Integrity        = 0,
  parameter ClockGate        = 0
) (
  input  wire                        clk_i,
  input  wire                        rst_ni,
  input  wire                        scan_mode_i,
  output wire                        irq_o,
  output wire                        idle_o,
  input  wire                        x_compressed_valid_i,
  output wire                        x_compressed_ready_o,
  output wire                        x_compressed_accept_o,
  input  wire                        x_issue_valid_i,
  output wire                        x_issue_ready_o,
  input  wire [31:0]                 x_issue_instr_i,
  input  wire [1:0]                  x_issue_mode_i,
  input  wire [XifHartIdWidth-1:0]   x_issue_hartid_i,
  input  wire [XifIdWidth-1:0]       x_issue_id_i,
  input  wire [31:0]                 x_issue_rs1_i,
  input  wire [31:0]                 x_issue_rs2_i,
  input  wire [1:0]                  x_issue_rs_valid_i,
  output wire                        x_issue_accept_o,
  output wire                        x_issue_writeback_o,
  output wire [1:0]                  x_issue_register_read_o,
  output wire                        x_issue_dualwrite_o,
  output wire [2:0]                  x_issue_dualread_o,
  output wire                        x_issue_loadstore_o,
  output wire                        x_issue_ecswrite_o,
  output wire                        x_issue_exc_o,
  input  wire                        x_commit_valid_i,
  input  wire [XifHartIdWidth-1:0]   x_commit_hartid_i,
  input  wire [XifIdWidth-1:0]       x_commit_id_i,
  input  wire                        x_commit_kill_i,
  output wire                        x_mem_valid_o,
  output wire                        x_result_valid_o,
  input  wire                        x_result_ready_i,
  output wire [XifHartIdWidth-1:0]   x_result_hartid_o,
  output wire [XifIdWidth-1:0]       x_result_id_o,
  output wire [31:0]                 x_result_data_o,
  output wire [4:0]                  x_result_rd_o,
  output wire                        x_result_we_o,
  output wire                        x_result_exc_o,
  output wire [5:0]                  x_result_exccode_o,
  output wire                        x_result_err_o,
  output wire                        x_result_dbg_o,
  input  wire [13:0]                 s_axil_awaddr_i,
  input  wire [2:0]                  s_axil_awprot_i,
  input  wire                        s_axil_awvalid_i,
  output wire                        s_axil_awready_o,
  input  wire [31:0]                 s_axil_wdata_i,
  input  wire [3:0]                  s_axil_wstrb_i,
  input  wire                        s_axil_wvalid_i,
  output wire                        s_axil_wready_o,
  output wire [1:0]                  s_axil_bresp_o,
  output wire                        s_axil_bvalid_o,
  input  wire                        s_axil_bready_i,
  input  wire [13:0]                 s_axil_araddr_i,
  input  wire [2:0]                  s_axil_arprot_i,
  input  wire                        s_axil_arvalid_i,
  output wire                        s_axil_arready_o,
  output wire [31:0]                 s_axil_rdata_o,
  output wire [1:0]                  s_axil_rresp_o,
  output wire                        s_axil_rvalid_o,
  input  wire                        s_axil_rready_i,
  output wire [AxiIdWidth-1:0]       m_axi_awid_o,
  output wire [31:0]                 m_axi_awaddr_o,
  output wire [7:0]                  m_axi_awlen_o,
  output wire [2:0]                  m_axi_awsize_o,
  output wire [1:0]                  m_axi_awburst_o,
  output wire [3:0]                  m_axi_awcache_o,
  output wire [2:0]                  m_axi_awprot_o,
  output wire                        m_axi_awvalid_o,
  input  wire                        m_axi_awready_i,
  output wire [AxiDataWidth-1:0]     m_axi_wdata_o,
  output wire [AxiDataWidth/8-1:0]   m_axi_wstrb_o,
  output wire                        m_axi_wlast_o,
  output wire                        m_axi_wvalid_o,
  input  wire                        m_axi_wready_i,
  input  wire [AxiIdWidth-1:0]       m_axi_bid_i,
  input  wire [1:0]                  m_axi_bresp_i,
  input  wire                        m_axi_bvalid_i,
  output wire                        m_axi_bready_o,
  output wire [AxiIdWidth-1:0]       m_axi_arid_o,
  output wire [31:0]                 m_axi_araddr_o,
  output wire [7:0]                  m_axi_arlen_o,
  output wire [2:0]                  m_axi_arsize_o,
  output wire [1:0]                  m_axi_arburst_o,
  output wire [3:0]                  m_axi_arcache_o,
  output wire [2:0]                  m_axi_arprot_o,
  output wire                        m_axi_arvalid_o,
  input  wire                        m_axi_arready_i,
  input  wire [AxiIdWidth-1:0]       m_axi_rid_i,
  input  wire [AxiDataWidth-1:0]     m_axi_rdata_i,
  input  wire [1:0]                  m_axi_rresp_i,
  input  wire                        m_axi_rlast_i,
  input  wire                        m_axi_rvalid_i,
  output wire                        m_axi_rready_o
);

  ratel_parameter_check #(
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
    .WriteAfterData   (WriteAfterData),
    .Windows          (Windows),
    .QueueDepth       (QueueDepth),
    .XifQueueDepth    (XifQueueDepth),
    .XifIdWidth       (XifIdWidth),
    .XifHartIdWidth   (XifHartIdWidth),
    .Integrity        (Integrity),
    .ClockGate        (ClockGate)
  ) u_parameter_check ();

  // What the port has and Ratel does not use: compressed, memory, dual registers, exceptions.
  assign x_compressed_ready_o  = 1'b1;
  assign x_compressed_accept_o = 1'b0;
  assign x_issue_dualwrite_o   = 1'b0;
  assign x_issue_dualread_o    = 3'b000;
  assign x_issue_loadstore_o   = 1'b0;
  assign x_issue_ecswrite_o    = 1'b0;
  assign x_issue_exc_o         = 1'b0;
  assign x_mem_valid_o         = 1'b0;
  assign x_result_exc_o        = 1'b0;
  assign x_result_exccode_o    = 6'd0;
  assign x_result_err_o        = 1'b0;
  assign x_result_dbg_o        = 1'b0;
  wire unused = &{1'b0, x_compressed_valid_i, x_commit_hartid_i, s_axil_awprot_i, s_axil_arprot_i};

  // --- control -----------------------------------------------------------------------------------
  wire                          core_rst_n;
  wire                          abort;
  wire                          load_valid;
  wire                          load_ready;
  wire                          load_done;
  wire                          load_idle;
  wire [`DESC_LOAD_WIDTH-1:0]   load_desc;
  wire                          load_err;
  wire                          load_err_window;
  wire [31:0]                   load_err_addr;
  wire [4:0]                    load_bytes;
  wire                          execute_valid;
  wire                          execute_ready;
  wire                          execute_done;
  wire                          execute_idle;
  wire [`DESC_EXECUTE_WIDTH-1:0] execute_desc;
  wire                          store_valid;
  wire                          store_ready;
  wire                          store_done;
  wire                          store_idle;
  wire [`DESC_STORE_WIDTH-1:0]  store_desc;
  wire                          store_err;
  wire                          store_err_window;
  wire [31:0]                   store_err_addr;
  wire [65*(Windows + (Windows == 0))-1:0] windows;
  wire                          abandon;
  wire                          sweep;
  wire [13:0]                   sweep_addr;
  wire [4:0]                    store_bytes;
  wire                          step;
  wire                          stall_fetch;
  wire                          stall_drain;
  wire [8:0]                    macs;
  wire [7:0]                    wrapped;
  wire                          compute;
  wire                          compute_clk;
  wire                          spad_fixed;
  wire                          spad_ex_bad;
  wire                          spad_st_bad;
  wire                          w_fixed;
  wire                          w_bad;
  wire                          p_fixed;
  wire                          p_bad;
  wire                          t_fixed;
  wire                          t_bad;

  // What a core without a clock must get it back for, in the same cycle.
  wire wake = x_issue_valid_i || x_commit_valid_i || s_axil_awvalid_i || s_axil_wvalid_i
              || s_axil_arvalid_i || m_axi_rvalid_i || m_axi_bvalid_i;

  ratel_control #(
    .Rows          (Rows),
    .Cols          (Cols),
    .SpadDepth     (SpadDepth),
    .WbufDepth     (WbufDepth),
    .ParamDepth    (ParamDepth),
    .RequantLanes  (RequantLanes),
    .AxiDataWidth  (AxiDataWidth),
    .Windows       (Windows),
    .QueueDepth    (QueueDepth),
    .XifQueueDepth (XifQueueDepth),
    .XifIdWidth        (XifIdWidth),
    .XifHartIdWidth    (XifHartIdWidth),
    .Integrity         (Integrity)
  ) u_control (
    .clk_i               (clk_i),
    .rst_ni              (rst_ni),
    .scan_mode_i         (scan_mode_i),
    .irq_o               (irq_o),
    .x_issue_valid_i     (x_issue_valid_i),
    .x_issue_ready_o     (x_issue_ready_o),
    .x_issue_instr_i     (x_issue_instr_i),
    .x_issue_mode_i      (x_issue_mode_i),
    .x_issue_hartid_i    (x_issue_hartid_i),
    .x_issue_id_i        (x_issue_id_i),
    .x_issue_rs1_i       (x_issue_rs1_i),
    .x_issue_rs2_i       (x_issue_rs2_i),
    .x_issue_rs_valid_i  (x_issue_rs_valid_i),
    .x_issue_accept_o    (x_issue_accept_o),
    .x_issue_writeback_o (x_issue_writeback_o),
    .x_issue_register_read_o (x_issue_register_read_o),
    .x_commit_valid_i    (x_commit_valid_i),
    .x_commit_id_i       (x_commit_id_i),
    .x_commit_kill_i     (x_commit_kill_i),
    .x_result_valid_o    (x_result_valid_o),
    .x_result_ready_i    (x_result_ready_i),
    .x_result_hartid_o   (x_result_hartid_o),
    .x_result_id_o       (x_result_id_o),
    .x_result_data_o     (x_result_data_o),
    .x_result_rd_o       (x_result_rd_o),
    .x_result_we_o       (x_result_we_o),
    .s_axil_awaddr_i     (s_axil_awaddr_i),
    .s_axil_awvalid_i    (s_axil_awvalid_i),
    .s_axil_awready_o    (s_axil_awready_o),
    .s_axil_wdata_i      (s_axil_wdata_i),
    .s_axil_wstrb_i      (s_axil_wstrb_i),
    .s_axil_wvalid_i     (s_axil_wvalid_i),
    .s_axil_wready_o     (s_axil_wready_o),
    .s_axil_bresp_o      (s_axil_bresp_o),
    .s_axil_bvalid_o     (s_axil_bvalid_o),
    .s_axil_bready_i     (s_axil_bready_i),
    .s_axil_araddr_i     (s_axil_araddr_i),
    .s_axil_arvalid_i    (s_axil_arvalid_i),
    .s_axil_arready_o    (s_axil_arready_o),
    .s_axil_rdata_o      (s_axil_rdata_o),
    .s_axil_rresp_o      (s_axil_rresp_o),
    .s_axil_rvalid_o     (s_axil_rvalid_o),
    .s_axil_rready_i     (s_axil_rready_i),
    .core_rst_no         (core_rst_n),
    .abort_o             (abort),
    .abandon_o           (abandon),
    .sweep_o             (sweep),
    .sweep_addr_o        (sweep_addr),
    .windows_o           (windows),
    .load_valid_o        (load_valid),
    .load_ready_i        (load_ready),
    .load_desc_o         (load_desc),
    .load_done_i         (load_done),
    .load_err_i          (load_err),
    .load_err_window_i   (load_err_window),
    .load_err_addr_i     (load_err_addr),
    .load_idle_i         (load_idle),
    .load_bytes_i        (load_bytes),
    .execute_valid_o     (execute_valid),
    .execute_ready_i     (execute_ready),
    .execute_desc_o      (execute_desc),
    .execute_done_i      (execute_done),
    .exec_step_i         (step),
    .exec_macs_i         (macs),
    .exec_wrapped_i      (wrapped),
    .exec_stall_fetch_i  (stall_fetch),
    .exec_stall_drain_i  (stall_drain),
    .store_valid_o       (store_valid),
    .store_ready_i       (store_ready),
    .store_desc_o        (store_desc),
    .store_done_i        (store_done),
    .store_err_i         (store_err),
    .store_err_window_i  (store_err_window),
    .store_err_addr_i    (store_err_addr),
    .store_idle_i        (store_idle),
    .store_bytes_i       (store_bytes),
    .execute_idle_i      (execute_idle),
    .mem_fixed_i         (spad_fixed || w_fixed || p_fixed || t_fixed),
    .mem_bad_i           ({spad_st_bad, t_bad, p_bad, w_bad, spad_ex_bad}),
    .wake_i              (wake),
    .compute_o           (compute),
    .idle_o              (idle_o)
  );

  // --- clock of compute and memories -------------------------------------------------------------
  generate
    if (ClockGate != 0) begin : gen_gated
      ratel_clock_gate u_clock_gate (
        .clk_i       (clk_i),
        .en_i        (compute),
        .scan_mode_i (scan_mode_i),
        .clk_o       (compute_clk)
      );
    end else begin : gen_free
      assign compute_clk = clk_i;
      wire unused_compute = &{1'b0, compute};
    end
  endgenerate

  // --- engines -----------------------------------------------------------------------------------
  wire                          ld_wr_valid;
  wire                          ld_wr_ready;
  wire                          lw_en;
  wire                          lp_en;
  wire                          lt_en;
  wire [4:0]                    ld_wr_bank;
  wire [15:0]                   ld_wr_addr;
  wire [15:0]                   lw_addr;
  wire [7:0]                    lp_addr;
  wire [7:0]                    lt_addr;
  wire [3:0]                    lp_slot;
  wire [Cols*8-1:0]             ld_wr_data;
  wire [Cols*8-1:0]             lw_data;
  wire [Cols*8-1:0]             lp_data;
  wire [Cols*8-1:0]             lt_data;
  wire [Cols-1:0]               ld_wr_be;
  wire [Cols-1:0]               lw_be;

  ratel_load #(
    .Rows             (Rows),
    .Cols             (Cols),
    .AxiDataWidth     (AxiDataWidth),
    .AxiIdWidth       (AxiIdWidth),
    .MaxBurst         (MaxBurst),
    .ReadsOutstanding (ReadsOutstanding),
    .Windows          (Windows)
  ) u_load (
    .clk_i           (clk_i),
    .rst_ni          (core_rst_n),
    .bus_rst_ni      (rst_ni),
    .valid_i         (load_valid),
    .ready_o         (load_ready),
    .desc_i          (load_desc),
    .done_o          (load_done),
    .err_o           (load_err),
    .err_window_o    (load_err_window),
    .err_addr_o      (load_err_addr),
    .idle_o          (load_idle),
    .abort_i         (abort),
    .abandon_i       (abandon),
    .windows_i       (windows),
    .load_bytes_o    (load_bytes),
    .m_axi_arid_o    (m_axi_arid_o),
    .m_axi_araddr_o  (m_axi_araddr_o),
    .m_axi_arlen_o   (m_axi_arlen_o),
    .m_axi_arsize_o  (m_axi_arsize_o),
    .m_axi_arburst_o (m_axi_arburst_o),
    .m_axi_arcache_o (m_axi_arcache_o),
    .m_axi_arprot_o  (m_axi_arprot_o),
    .m_axi_arvalid_o (m_axi_arvalid_o),
    .m_axi_arready_i (m_axi_arready_i),
    .m_axi_rid_i     (m_axi_rid_i),
    .m_axi_rdata_i   (m_axi_rdata_i),
    .m_axi_rresp_i   (m_axi_rresp_i),
    .m_axi_rlast_i   (m_axi_rlast_i),
    .m_axi_rvalid_i  (m_axi_rvalid_i),
    .m_axi_rready_o  (m_axi_rready_o),
    .spad_wr_valid_o (ld_wr_valid),
    .spad_wr_bank_o  (ld_wr_bank),
    .spad_wr_addr_o  (ld_wr_addr),
    .spad_wr_data_o  (ld_wr_data),
    .spad_wr_be_o    (ld_wr_be),
    .spad_wr_ready_i (ld_wr_ready),
    .wbuf_wr_en_o    (lw_en),
    .wbuf_wr_addr_o  (lw_addr),
    .wbuf_wr_data_o  (lw_data),
    .wbuf_wr_be_o    (lw_be),
    .pbuf_wr_en_o    (lp_en),
    .pbuf_wr_addr_o  (lp_addr),
    .pbuf_wr_slot_o  (lp_slot),
    .pbuf_wr_data_o  (lp_data),
    .lut_wr_en_o     (lt_en),
    .lut_wr_addr_o   (lt_addr),
    .lut_wr_data_o   (lt_data)
  );

  wire                          st_rd_en;
  wire                          st_rd_gnt;
  wire [4:0]                    st_rd_bank;
  wire [15:0]                   st_rd_addr;
  wire [Cols*8-1:0]             st_rd_data;

  ratel_store #(
    .Rows         (Rows),
    .Cols         (Cols),
    .AxiDataWidth (AxiDataWidth),
    .AxiIdWidth   (AxiIdWidth),
    .MaxBurst     (MaxBurst),
    .WritesOutstanding (WritesOutstanding),
    .WriteAfterData (WriteAfterData),
    .Windows      (Windows)
  ) u_store (
    .clk_i           (clk_i),
    .rst_ni          (core_rst_n),
    .bus_rst_ni      (rst_ni),
    .valid_i         (store_valid),
    .ready_o         (store_ready),
    .desc_i          (store_desc),
    .done_o          (store_done),
    .err_o           (store_err),
    .err_window_o    (store_err_window),
    .err_addr_o      (store_err_addr),
    .idle_o          (store_idle),
    .abort_i         (abort),
    .abandon_i       (abandon),
    .windows_i       (windows),
    .store_bytes_o   (store_bytes),
    .spad_rd_en_o    (st_rd_en),
    .spad_rd_bank_o  (st_rd_bank),
    .spad_rd_addr_o  (st_rd_addr),
    .spad_rd_gnt_i   (st_rd_gnt),
    .spad_rd_data_i  (st_rd_data),
    .m_axi_awid_o    (m_axi_awid_o),
    .m_axi_awaddr_o  (m_axi_awaddr_o),
    .m_axi_awlen_o   (m_axi_awlen_o),
    .m_axi_awsize_o  (m_axi_awsize_o),
    .m_axi_awburst_o (m_axi_awburst_o),
    .m_axi_awcache_o (m_axi_awcache_o),
    .m_axi_awprot_o  (m_axi_awprot_o),
    .m_axi_awvalid_o (m_axi_awvalid_o),
    .m_axi_awready_i (m_axi_awready_i),
    .m_axi_wdata_o   (m_axi_wdata_o),
    .m_axi_wstrb_o   (m_axi_wstrb_o),
    .m_axi_wlast_o   (m_axi_wlast_o),
    .m_axi_wvalid_o  (m_axi_wvalid_o),
    .m_axi_wready_i  (m_axi_wready_i),
    .m_axi_bid_i     (m_axi_bid_i),
    .m_axi_bresp_i   (m_axi_bresp_i),
    .m_axi_bvalid_i  (m_axi_bvalid_i),
    .m_axi_bready_o  (m_axi_bready_o)
  );

  wire                          ex_wr_en;
  wire                          w_rd_en;
  wire                          p_rd_en;
  wire                          t_rd_en;
  wire [Rows-1:0]               ex_rd_en;
  wire [Rows-1:0]               ex_rd_gnt;
  wire [Rows*16-1:0]            ex_rd_addr;
  wire [Rows*Cols*8-1:0]        ex_rd_data;
  wire [4:0]                    ex_wr_bank;
  wire [15:0]                   ex_wr_addr;
  wire [15:0]                   w_rd_addr;
  wire [Cols*8-1:0]             ex_wr_data;
  wire [Cols*8-1:0]             w_rd_data;
  wire [Cols*8-1:0]             p_rd_shift;
  wire [Cols*8-1:0]             t_rd_index;
  wire [Cols*8-1:0]             t_rd_data;
  wire [Cols-1:0]               ex_wr_be;
  wire [7:0]                    p_rd_addr;
  wire [Cols*32-1:0]            p_rd_bias;
  wire [Cols*32-1:0]            p_rd_mult;

  ratel_execute #(
    .Rows         (Rows),
    .Cols         (Cols),
    .RequantLanes (RequantLanes)
  ) u_execute (
    .clk_i              (compute_clk),
    .rst_ni             (core_rst_n),
    .x_valid_i          (execute_valid),
    .x_desc_i           (execute_desc),
    .x_ready_o          (execute_ready),
    .x_done_o           (execute_done),
    .x_idle_o           (execute_idle),
    .ex_rd_en_o         (ex_rd_en),
    .ex_rd_addr_o       (ex_rd_addr),
    .ex_rd_gnt_i        (ex_rd_gnt),
    .ex_rd_data_i       (ex_rd_data),
    .ex_wr_en_o         (ex_wr_en),
    .ex_wr_bank_o       (ex_wr_bank),
    .ex_wr_addr_o       (ex_wr_addr),
    .ex_wr_data_o       (ex_wr_data),
    .ex_wr_be_o         (ex_wr_be),
    .w_rd_en_o          (w_rd_en),
    .w_rd_addr_o        (w_rd_addr),
    .w_rd_data_i        (w_rd_data),
    .p_rd_en_o          (p_rd_en),
    .p_rd_addr_o        (p_rd_addr),
    .p_rd_bias_i        (p_rd_bias),
    .p_rd_mult_i        (p_rd_mult),
    .p_rd_shift_i       (p_rd_shift),
    .t_rd_en_o          (t_rd_en),
    .t_rd_index_o       (t_rd_index),
    .t_rd_data_i        (t_rd_data),
    .exec_step_o        (step),
    .exec_stall_fetch_o (stall_fetch),
    .exec_stall_drain_o (stall_drain),
    .exec_macs_o        (macs),
    .wrapped_o          (wrapped)
  );

  // --- memories ----------------------------------------------------------------------------------
  ratel_spad #(
    .Rows  (Rows),
    .Cols  (Cols),
    .Depth (SpadDepth),
    .Integrity (Integrity)
  ) u_spad (
    .clk_i         (compute_clk),
    .rst_ni        (core_rst_n),
    .ex_rd_en_i    (ex_rd_en),
    .ex_rd_addr_i  (ex_rd_addr),
    .ex_rd_gnt_o   (ex_rd_gnt),
    .ex_rd_data_o  (ex_rd_data),
    .st_rd_en_i    (st_rd_en),
    .st_rd_bank_i  (st_rd_bank),
    .st_rd_addr_i  (st_rd_addr),
    .st_rd_gnt_o   (st_rd_gnt),
    .st_rd_data_o  (st_rd_data),
    .ex_wr_en_i    (ex_wr_en),
    .ex_wr_bank_i  (ex_wr_bank),
    .ex_wr_addr_i  (ex_wr_addr),
    .ex_wr_data_i  (ex_wr_data),
    .ex_wr_be_i    (ex_wr_be),
    .ld_wr_valid_i (ld_wr_valid),
    .ld_wr_bank_i  (ld_wr_bank),
    .ld_wr_addr_i  (ld_wr_addr),
    .ld_wr_data_i  (ld_wr_data),
    .ld_wr_be_i    (ld_wr_be),
    .ld_wr_ready_o (ld_wr_ready),
    .sweep_i       (sweep),
    .sweep_addr_i  (sweep_addr),
    .fixed_o       (spad_fixed),
    .ex_bad_o      (spad_ex_bad),
    .st_bad_o      (spad_st_bad)
  );

  ratel_wbuf #(
    .Cols  (Cols),
    .Depth (WbufDepth),
    .Integrity (Integrity)
  ) u_wbuf (
    .clk_i     (compute_clk),
    .rst_ni    (core_rst_n),
    .rd_en_i   (w_rd_en),
    .rd_addr_i (w_rd_addr),
    .rd_data_o (w_rd_data),
    .wr_en_i   (lw_en),
    .wr_addr_i (lw_addr),
    .wr_data_i (lw_data),
    .wr_be_i   (lw_be),
    .sweep_i   (sweep),
    .sweep_addr_i (sweep_addr),
    .fixed_o   (w_fixed),
    .bad_o     (w_bad)
  );

  ratel_pbuf #(
    .Cols  (Cols),
    .Depth (ParamDepth),
    .Integrity (Integrity)
  ) u_pbuf (
    .clk_i      (compute_clk),
    .rst_ni     (core_rst_n),
    .rd_en_i    (p_rd_en),
    .rd_addr_i  (p_rd_addr),
    .rd_bias_o  (p_rd_bias),
    .rd_mult_o  (p_rd_mult),
    .rd_shift_o (p_rd_shift),
    .wr_en_i    (lp_en),
    .wr_addr_i  (lp_addr),
    .wr_slot_i  (lp_slot),
    .wr_data_i  (lp_data),
    .sweep_i    (sweep),
    .sweep_addr_i (sweep_addr),
    .fixed_o   (p_fixed),
    .bad_o     (p_bad)
  );

  ratel_lut #(
    .Cols (Cols),
    .Integrity (Integrity)
  ) u_lut (
    .clk_i      (compute_clk),
    .rst_ni     (core_rst_n),
    .rd_en_i    (t_rd_en),
    .rd_index_i (t_rd_index),
    .rd_data_o  (t_rd_data),
    .wr_en_i    (lt_en),
    .wr_addr_i  (lt_addr),
    .wr_data_i  (lt_data),
    .sweep_i    (sweep),
    .sweep_addr_i (sweep_addr),
    .fixed_o   (t_fixed),
    .bad_o     (t_bad)
  );
endmodule
