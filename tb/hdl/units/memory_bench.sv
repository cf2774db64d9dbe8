`include "ratel_desc.vh"

// Load and store engines with the memories they serve, ports bundled for a Python bench that looks once a cycle:
// every bundle is one read or one write. Bit 0 of a bundle is its valid or enable.
//
//   name                    | meaning
//   ------------------------|---------------------------------------------------------------------
//   Rows .. Windows         | as in ratel_core
//   bus_rst_ni .. windows_i | as in ratel_load and ratel_store
//   load_i, store_i         | {descriptor, valid}
//   status_o                | of both engines: windows, bytes, bready and rready, idle, err, done,
//                           | ready
//   *_err_addr_o            | address of the first failure
//   ready_i                 | {wready, awready, arready}
//   ar_o, aw_o              | {burst, size, len, addr, valid}
//   ar_who_o, aw_who_o      | {prot, id}
//   r_i                     | {data, last, resp, valid}; r_id_i
//   w_o                     | {data, strb, last, valid}
//   b_i                     | {resp, valid}; b_id_i
//   sweep_i                 | {address, enable}
//   ex_wr_i                 | {be, data, addr, bank, enable}
//   ex_rd_*                 | execute's reads, every bank at the same line
//   buf_rd_addr_i           | word of both buffers, whose outputs are wbuf_rd_data_o,
//                           | pbuf_rd_data_o
//   lut_*                   | the table
module memory_bench #(
  parameter Rows             = 8,
  parameter Cols             = 8,
  parameter AxiDataWidth     = 64,
  parameter MaxBurst         = 16,
  parameter ReadsOutstanding = 8,
  parameter SpadDepth        = 64,
  parameter WbufDepth        = 128,
  parameter ParamDepth       = 16,
  parameter WriteAfterData   = 0,
  parameter Windows          = 4
) (
  input  wire                                 clk_i,
  input  wire                                 rst_ni,
  input  wire                                 bus_rst_ni,
  input  wire                                 abort_i,
  input  wire                                 abandon_i,
  input  wire [Windows*65-1:0]                windows_i,
  input  wire [`DESC_LOAD_WIDTH:0]            load_i,
  input  wire [`DESC_STORE_WIDTH:0]           store_i,
  output wire [21:0]                          status_o,
  output wire [31:0]                          load_err_addr_o,
  output wire [31:0]                          store_err_addr_o,
  // AXI
  input  wire [2:0]                           ready_i,
  output wire [45:0]                          ar_o,
  output wire [6:0]                           ar_who_o,
  input  wire [AxiDataWidth+3:0]              r_i,
  input  wire [3:0]                           r_id_i,
  output wire [45:0]                          aw_o,
  output wire [6:0]                           aw_who_o,
  output wire [AxiDataWidth+AxiDataWidth/8+1:0] w_o,
  input  wire [2:0]                           b_i,
  input  wire [3:0]                           b_id_i,
  // the part of execute
  input  wire [14:0]                          sweep_i,
  input  wire [Cols*9+21:0]                   ex_wr_i,
  input  wire [Rows-1:0]                      ex_rd_en_i,
  input  wire [15:0]                          ex_rd_addr_i,
  output wire [Rows-1:0]                      ex_rd_gnt_o,
  output wire [Rows*Cols*8-1:0]               ex_rd_data_o,
  input  wire [15:0]                          buf_rd_addr_i,
  output wire [Cols*8-1:0]                    wbuf_rd_data_o,
  output wire [Cols*72-1:0]                   pbuf_rd_data_o,
  input  wire [Cols*8-1:0]                    lut_index_i,
  output wire [Cols*8-1:0]                    lut_rd_data_o
);

  wire              ld_ready, ld_done, ld_err, ld_idle;
  wire              st_ready, st_done, st_err, st_idle;
  wire [4:0]        ld_bytes, st_bytes;
  wire              rready, bready, ld_window, st_window;

  assign status_o = {st_window, ld_window, st_bytes, ld_bytes, bready, rready, st_idle, st_err, st_done, st_ready,
                     ld_idle, ld_err, ld_done, ld_ready};

  wire              ld_wr_valid, ld_wr_ready;
  wire [4:0]        ld_wr_bank;
  wire [15:0]       ld_wr_addr;
  wire [Cols*8-1:0] ld_wr_data;
  wire [Cols-1:0]   ld_wr_be;
  wire              wbuf_wr_en;
  wire [15:0]       wbuf_wr_addr;
  wire [Cols*8-1:0] wbuf_wr_data;
  wire [Cols-1:0]   wbuf_wr_be;
  wire              pbuf_wr_en;
  wire [7:0]        pbuf_wr_addr;
  wire [3:0]        pbuf_wr_slot;
  wire [Cols*8-1:0] pbuf_wr_data;
  wire              lut_wr_en;
  wire [7:0]        lut_wr_addr;
  wire [Cols*8-1:0] lut_wr_data;
  wire              st_rd_en, st_rd_gnt;
  wire [4:0]        st_rd_bank;
  wire [15:0]       st_rd_addr;
  wire [Cols*8-1:0] st_rd_data;

  ratel_load #(
    .Rows             (Rows),
    .Cols             (Cols),
    .AxiDataWidth     (AxiDataWidth),
    .AxiIdWidth       (4),
    .MaxBurst         (MaxBurst),
    .ReadsOutstanding (ReadsOutstanding),
    .Windows          (Windows)
  ) u_load (
    .clk_i           (clk_i),
    .rst_ni          (rst_ni),
    .bus_rst_ni      (bus_rst_ni),
    .valid_i         (load_i[0]),
    .ready_o         (ld_ready),
    .desc_i          (load_i[`DESC_LOAD_WIDTH:1]),
    .done_o          (ld_done),
    .err_o           (ld_err),
    .err_window_o    (ld_window),
    .err_addr_o      (load_err_addr_o),
    .idle_o          (ld_idle),
    .abort_i         (abort_i),
    .abandon_i       (abandon_i),
    .windows_i       (windows_i),
    .load_bytes_o    (ld_bytes),
    .m_axi_arid_o    (ar_who_o[3:0]),
    .m_axi_araddr_o  (ar_o[32:1]),
    .m_axi_arlen_o   (ar_o[40:33]),
    .m_axi_arsize_o  (ar_o[43:41]),
    .m_axi_arburst_o (ar_o[45:44]),
    .m_axi_arcache_o (),
    .m_axi_arprot_o  (ar_who_o[6:4]),
    .m_axi_arvalid_o (ar_o[0]),
    .m_axi_arready_i (ready_i[0]),
    .m_axi_rid_i     (r_id_i),
    .m_axi_rdata_i   (r_i[AxiDataWidth+3:4]),
    .m_axi_rresp_i   (r_i[2:1]),
    .m_axi_rlast_i   (r_i[3]),
    .m_axi_rvalid_i  (r_i[0]),
    .m_axi_rready_o  (rready),
    .spad_wr_valid_o (ld_wr_valid),
    .spad_wr_bank_o  (ld_wr_bank),
    .spad_wr_addr_o  (ld_wr_addr),
    .spad_wr_data_o  (ld_wr_data),
    .spad_wr_be_o    (ld_wr_be),
    .spad_wr_ready_i (ld_wr_ready),
    .wbuf_wr_en_o    (wbuf_wr_en),
    .wbuf_wr_addr_o  (wbuf_wr_addr),
    .wbuf_wr_data_o  (wbuf_wr_data),
    .wbuf_wr_be_o    (wbuf_wr_be),
    .pbuf_wr_en_o    (pbuf_wr_en),
    .pbuf_wr_addr_o  (pbuf_wr_addr),
    .pbuf_wr_slot_o  (pbuf_wr_slot),
    .pbuf_wr_data_o  (pbuf_wr_data),
    .lut_wr_en_o     (lut_wr_en),
    .lut_wr_addr_o   (lut_wr_addr),
    .lut_wr_data_o   (lut_wr_data)
  );

  ratel_store #(
    .Rows         (Rows),
    .Cols         (Cols),
    .AxiDataWidth (AxiDataWidth),
    .AxiIdWidth   (4),
    .MaxBurst     (MaxBurst),
    .WriteAfterData (WriteAfterData),
    .Windows      (Windows)
  ) u_store (
    .clk_i           (clk_i),
    .rst_ni          (rst_ni),
    .bus_rst_ni      (bus_rst_ni),
    .valid_i         (store_i[0]),
    .ready_o         (st_ready),
    .desc_i          (store_i[`DESC_STORE_WIDTH:1]),
    .done_o          (st_done),
    .err_o           (st_err),
    .err_window_o    (st_window),
    .err_addr_o      (store_err_addr_o),
    .idle_o          (st_idle),
    .abort_i         (abort_i),
    .abandon_i       (abandon_i),
    .windows_i       (windows_i),
    .store_bytes_o   (st_bytes),
    .spad_rd_en_o    (st_rd_en),
    .spad_rd_bank_o  (st_rd_bank),
    .spad_rd_addr_o  (st_rd_addr),
    .spad_rd_gnt_i   (st_rd_gnt),
    .spad_rd_data_i  (st_rd_data),
    .m_axi_awid_o    (aw_who_o[3:0]),
    .m_axi_awaddr_o  (aw_o[32:1]),
    .m_axi_awlen_o   (aw_o[40:33]),
    .m_axi_awsize_o  (aw_o[43:41]),
    .m_axi_awburst_o (aw_o[45:44]),
    .m_axi_awcache_o (),
    .m_axi_awprot_o  (aw_who_o[6:4]),
    .m_axi_awvalid_o (aw_o[0]),
    .m_axi_awready_i (ready_i[1]),
    .m_axi_wdata_o   (w_o[AxiDataWidth+AxiDataWidth/8+1:AxiDataWidth/8+2]),
    .m_axi_wstrb_o   (w_o[AxiDataWidth/8+1:2]),
    .m_axi_wlast_o   (w_o[1]),
    .m_axi_wvalid_o  (w_o[0]),
    .m_axi_wready_i  (ready_i[2]),
    .m_axi_bid_i     (b_id_i),
    .m_axi_bresp_i   (b_i[2:1]),
    .m_axi_bvalid_i  (b_i[0]),
    .m_axi_bready_o  (bready)
  );

  ratel_spad #(
    .Rows  (Rows),
    .Cols  (Cols),
    .Depth (SpadDepth)
  ) u_spad (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .ex_rd_en_i    (ex_rd_en_i),
    .ex_rd_addr_i  ({Rows{ex_rd_addr_i}}),
    .ex_rd_gnt_o   (ex_rd_gnt_o),
    .ex_rd_data_o  (ex_rd_data_o),
    .st_rd_en_i    (st_rd_en),
    .st_rd_bank_i  (st_rd_bank),
    .st_rd_addr_i  (st_rd_addr),
    .st_rd_gnt_o   (st_rd_gnt),
    .st_rd_data_o  (st_rd_data),
    .ex_wr_en_i    (ex_wr_i[0]),
    .ex_wr_bank_i  (ex_wr_i[5:1]),
    .ex_wr_addr_i  (ex_wr_i[21:6]),
    .ex_wr_data_i  (ex_wr_i[22 +: Cols*8]),
    .ex_wr_be_i    (ex_wr_i[22+Cols*8 +: Cols]),
    .ld_wr_valid_i (ld_wr_valid),
    .ld_wr_bank_i  (ld_wr_bank),
    .ld_wr_addr_i  (ld_wr_addr),
    .ld_wr_data_i  (ld_wr_data),
    .ld_wr_be_i    (ld_wr_be),
    .ld_wr_ready_o (ld_wr_ready),
    .sweep_i       (sweep_i[0]),
    .sweep_addr_i  (sweep_i[14:1]),
    .fixed_o       (),
    .ex_bad_o      (),
    .st_bad_o      ()
  );

  ratel_wbuf #(
    .Cols  (Cols),
    .Depth (WbufDepth)
  ) u_wbuf (
    .clk_i     (clk_i),
    .rst_ni (rst_ni),
    .rd_en_i   (1'b1),
    .rd_addr_i (buf_rd_addr_i),
    .rd_data_o (wbuf_rd_data_o),
    .wr_en_i   (wbuf_wr_en),
    .wr_addr_i (wbuf_wr_addr),
    .wr_data_i (wbuf_wr_data),
    .wr_be_i   (wbuf_wr_be),
    .sweep_i (sweep_i[0]),
    .sweep_addr_i (sweep_i[14:1]),
    .fixed_o (),
    .bad_o ()
  );

  ratel_pbuf #(
    .Cols  (Cols),
    .Depth (ParamDepth)
  ) u_pbuf (
    .clk_i      (clk_i),
    .rst_ni (rst_ni),
    .rd_en_i    (1'b1),
    .rd_addr_i  (buf_rd_addr_i[7:0]),
    .rd_bias_o  (pbuf_rd_data_o[0 +: Cols*32]),
    .rd_mult_o  (pbuf_rd_data_o[Cols*32 +: Cols*32]),
    .rd_shift_o (pbuf_rd_data_o[Cols*64 +: Cols*8]),
    .wr_en_i    (pbuf_wr_en),
    .wr_addr_i  (pbuf_wr_addr),
    .wr_slot_i  (pbuf_wr_slot),
    .wr_data_i  (pbuf_wr_data),
    .sweep_i (sweep_i[0]),
    .sweep_addr_i (sweep_i[14:1]),
    .fixed_o (),
    .bad_o ()
  );

  ratel_lut #(
    .Cols (Cols)
  ) u_lut (
    .clk_i      (clk_i),
    .rst_ni (rst_ni),
    .rd_en_i    (1'b1),
    .rd_index_i (lut_index_i),
    .rd_data_o  (lut_rd_data_o),
    .wr_en_i    (lut_wr_en),
    .wr_addr_i  (lut_wr_addr),
    .wr_data_i  (lut_wr_data),
    .sweep_i (sweep_i[0]),
    .sweep_addr_i (sweep_i[14:1]),
    .fixed_o (),
    .bad_o ()
  );

endmodule
