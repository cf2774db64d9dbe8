`include "ratel_desc.vh"

// Load engine: memory to scratchpad, weight buffer, parameter buffer and table.
//
//   descriptor -+-> runs -> bursts -> windows -> AR     R -> port -> realign -> gearbox -> scatter
//               |                       |                               ^                    ^  |
//               |                       +--> burst queue ---------------+                    |  |
//               +----------------------------------------------------------- walk set-up ----+  v
//                                                                                          memories
//
// The address side runs ahead: the next descriptor is taken, and its bursts are announced, while
// data of the last one still arrive. Up to two instructions are in work; a tag tells them apart.
//
// Error response: the instruction announces no further bursts, the announced ones are drained and
// thrown away, the instruction ends with `err_o`. Beats of the next instruction wait until then.
// A burst that no window allows goes to the burst queue alone, marked as refused: when all before
// it has come, the instruction fails there.
// Abort: the same for all, without an end; the engine is idle when the bus is, and waits for reset.
// A reset with `abandon_i` before it gives up on answers that did not come (ratel_read_port).
//
//   name                          | meaning
//   ------------------------------|----------------------------------------------------------------
//   Rows .. Windows               | as in ratel_core
//   rst_ni, bus_rst_ni            | reset of the engine; hard reset, of what the bus owes
//   valid_i, ready_o, desc_i      | one transfer starts one instruction
//   done_o                        | one cycle, in order; `err_o`: failed, `err_addr_o`: bus-aligned
//                                 | address of the first failing beat; `err_window_o`: refused by
//                                 | the windows
//   idle_o                        | nothing in flight
//   abort_i, abandon_i            | abort or soft reset is pending; it does not wait any longer
//   windows_i                     | memory windows (ratel_windows)
//   load_bytes_o                  | bytes of memory used in this cycle
//   m_axi_*                       | AXI4 read channels
//   spad_*, wbuf_*, pbuf_*, lut_* | write ports of the memories
module ratel_load #(
  parameter Rows             = 8,
  parameter Cols             = 8,
  parameter AxiDataWidth     = 64,
  parameter AxiIdWidth       = 4,
  parameter MaxBurst         = 16,
  parameter ReadsOutstanding = 8,
  parameter Windows          = 4
) (
  input  wire                        clk_i,
  input  wire                        rst_ni,
  input  wire                        bus_rst_ni,
  input  wire                        valid_i,
  output wire                        ready_o,
  input  wire [`DESC_LOAD_WIDTH-1:0] desc_i,
  output wire                        done_o,
  output wire                        err_o,
  output wire                        err_window_o,
  output wire [31:0]                 err_addr_o,
  output wire                        idle_o,
  input  wire                        abort_i,
  input  wire                        abandon_i,
  input  wire [65*(Windows + (Windows == 0))-1:0] windows_i,
  output wire [4:0]                  load_bytes_o,
  // AXI4 read channels
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
  output wire                        m_axi_rready_o,
  // memories
  output wire                        spad_wr_valid_o,
  output wire [4:0]                  spad_wr_bank_o,
  output wire [15:0]                 spad_wr_addr_o,
  output wire [Cols*8-1:0]           spad_wr_data_o,
  output wire [Cols-1:0]             spad_wr_be_o,
  input  wire                        spad_wr_ready_i,
  output wire                        wbuf_wr_en_o,
  output wire [15:0]                 wbuf_wr_addr_o,
  output wire [Cols*8-1:0]           wbuf_wr_data_o,
  output wire [Cols-1:0]             wbuf_wr_be_o,
  output wire                        pbuf_wr_en_o,
  output wire [7:0]                  pbuf_wr_addr_o,
  output wire [3:0]                  pbuf_wr_slot_o,
  output wire [Cols*8-1:0]           pbuf_wr_data_o,
  output wire                        lut_wr_en_o,
  output wire [7:0]                  lut_wr_addr_o,
  output wire [Cols*8-1:0]           lut_wr_data_o
);

  localparam BusBytes    = AxiDataWidth / 8;
  localparam OffsetWidth = $clog2(BusBytes);
  localparam WordWidth   = 32 - OffsetWidth;
  localparam InfoWidth   = 2 + 2 + 32 + 8 + OffsetWidth;
  // Room for a beat is seen before the word of this cycle leaves; with Cols - 1 bytes waiting for
  // their word and a beat on top, the next beat still fits.
  localparam Capacity    = Cols + 2 * BusBytes;
  localparam CountWidth  = (Capacity > 31) ? $clog2(Capacity + 1) : 5;
  localparam RoomInt     = Capacity - BusBytes;
  localparam [CountWidth-1:0] Room = RoomInt[CountWidth-1:0];

  // ---------------------------------------------------------------- tags, error and abort
  reg  [1:0]  tag_q;        // of the next instruction
  reg         fail_q;       // an instruction is being stopped
  reg  [1:0]  fail_tag_q;
  reg  [31:0] fail_addr_q;
  reg         fail_window_q;
  reg  [2:0]  owner_q [0:3];   // of the instruction of each tag

  wire        run_valid;
  wire        run_ready;
  wire [1:0]  run_tag;
  wire [31:0] run_first;
  wire [31:0] run_last;
  wire        run_final;
  wire        burst_valid;
  wire        burst_ready;
  wire [1:0]  burst_tag;
  wire [31:0] burst_addr;
  wire [31:0] burst_end;
  wire [7:0]  burst_len;
  wire [OffsetWidth-1:0] burst_last;
  wire        unused_burst_final;
  wire        info_room;
  wire        info_valid;
  wire        info_pop;
  wire        info_refused;
  wire        info_window;
  wire [1:0]  info_tag;
  wire [31:0] info_addr;
  wire [7:0]  info_len;
  wire [OffsetWidth-1:0] info_last;
  wire        walk_valid;
  wire [1:0]  walk_tag;
  wire        walk_busy;
  wire        word_pending;
  wire        word_done;
  wire        beat_fail;
  wire [31:0] beat_fail_addr;
  wire        refusal_pop;
  wire        refusal_fail;

  wire run_fails   = fail_q && (run_tag == fail_tag_q);
  wire burst_fails = fail_q && (burst_tag == fail_tag_q);
  wire info_fails  = fail_q && (info_tag == fail_tag_q);

  // All that was announced for the failing instruction has come, and all before it has ended.
  wire drained  = fail_q && !(run_valid && run_fails) && !(burst_valid && burst_fails) &&
                  !(info_valid && info_fails);
  wire fail_end = drained && walk_valid && (walk_tag == fail_tag_q) && !word_pending && !abort_i;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      fail_q      <= 1'b0;
      fail_tag_q  <= 2'd0;
      fail_addr_q <= 32'd0;
      fail_window_q <= 1'b0;
    end else if (fail_end) begin
      fail_q <= 1'b0;
    end else if (beat_fail || refusal_fail) begin
      fail_q      <= 1'b1;
      fail_tag_q  <= info_tag;
      fail_addr_q <= beat_fail ? beat_fail_addr
                               : {info_addr[31:OffsetWidth], {OffsetWidth{1'b0}}};
      fail_window_q <= refusal_fail && info_window;
    end
  end

  // ---------------------------------------------------------------- start and end
  wire runs_free;
  wire walk_free;
  wire start = valid_i && ready_o;

  assign ready_o = runs_free && walk_free && !abort_i;

  reg done_q;
  reg err_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      tag_q  <= 2'd0;
      done_q <= 1'b0;
      err_q  <= 1'b0;
    end else begin
      if (start) tag_q <= tag_q + 2'd1;
      done_q <= word_done || fail_end;
      err_q  <= fail_end;
    end
  end

  assign done_o     = done_q;
  assign err_o      = err_q;
  assign err_addr_o = fail_addr_q;
  assign err_window_o = fail_window_q;

  always @(posedge clk_i) begin
    if (start) owner_q[tag_q] <= desc_i[`DESC_LOAD_OWNER];
  end

  // ---------------------------------------------------------------- addresses
  ratel_runs u_runs (
    .clk_i             (clk_i),
    .rst_ni            (rst_ni),
    .start_valid_i     (start),
    .start_ready_o     (runs_free),
    .start_tag_i       (tag_q),
    .start_addr_i      (desc_i[`DESC_LOAD_ADDR]),
    .start_run_bytes_i (desc_i[`DESC_LOAD_RUN_BYTES]),
    .start_run_inner_i (desc_i[`DESC_LOAD_RUN_INNER]),
    .start_run_outer_i (desc_i[`DESC_LOAD_RUN_OUTER]),
    .start_pix_pitch_i (desc_i[`DESC_LOAD_PIX_PITCH]),
    .start_row_pitch_i (desc_i[`DESC_LOAD_ROW_PITCH]),
    .drop_i            (run_fails || abort_i),
    .run_valid_o       (run_valid),
    .run_ready_i       (run_ready),
    .run_tag_o         (run_tag),
    .run_first_o       (run_first),
    .run_last_o        (run_last),
    .run_final_o       (run_final)
  );

  ratel_bursts #(
    .BusBytes (BusBytes),
    .MaxBurst (MaxBurst)
  ) u_bursts (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .run_valid_i   (run_valid),
    .run_ready_o   (run_ready),
    .run_tag_i     (run_tag),
    .run_first_i   (run_first),
    .run_last_i    (run_last),
    .run_final_i   (run_final),
    .drop_i        (burst_fails || abort_i),
    .burst_valid_o (burst_valid),
    .burst_ready_i (burst_ready),
    .burst_tag_o   (burst_tag),
    .burst_addr_o  (burst_addr),
    .burst_end_o   (burst_end),
    .burst_len_o   (burst_len),
    .burst_last_o  (burst_last),
    .burst_final_o (unused_burst_final)
  );

  // ---------------------------------------------------------------- windows
  // What is checked is what is announced, in the same cycle: a later change does not matter.
  wire       allowed;
  wire       spent;
  wire       port_ready;
  reg        refused_q;   // a refusal is in the burst queue: its instruction announces no more
  wire [2:0] burst_owner = owner_q[burst_tag];
  wire [2:0] prot = (burst_owner[1:0] == 2'd0) ? 3'b001 : 3'b010;  // privileged, non-secure

  ratel_windows #(
    .Windows (Windows)
  ) u_windows (
    .windows_i (windows_i),
    .owner_i   (burst_owner),
    .write_i   (1'b0),
    .first_i   (burst_addr),
    .last_i    (burst_end),
    .allowed_o (allowed)
  );

  wire may_go   = info_room && !burst_fails && !refused_q && !abort_i;
  wire good     = allowed && !spent;
  wire announce = burst_valid && burst_ready;
  wire refuse   = burst_valid && may_go && !good;

  assign burst_ready = may_go && good && port_ready;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)          refused_q <= 1'b0;
    else if (refuse)      refused_q <= 1'b1;
    else if (refusal_pop) refused_q <= 1'b0;
  end

  ratel_fifo #(
    .Width (InfoWidth),
    .Depth (ReadsOutstanding)
  ) u_info (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .push_valid_i (announce || refuse),
    .push_ready_o (info_room),
    .push_data_i  ({refuse, !allowed, burst_tag, burst_addr, burst_len, burst_last}),
    .pop_valid_o  (info_valid),
    .pop_ready_i  (info_pop || refusal_pop),
    .pop_data_o   ({info_refused, info_window, info_tag, info_addr, info_len, info_last})
  );

  wire info_data = info_valid && !info_refused;   // a burst whose beats are to come

  assign refusal_pop  = info_valid && info_refused && (!fail_q || info_fails || abort_i);
  assign refusal_fail = refusal_pop && !fail_q && !abort_i;

  // ---------------------------------------------------------------- data
  wire                    beat_valid;
  wire                    beat_ready;
  wire                    beat_last;
  wire                    beat_error;
  wire [AxiDataWidth-1:0] beat_data;
  wire [AxiDataWidth-1:0] push_data;
  wire [4:0]              push_bytes;
  wire [CountWidth-1:0]   pop_bytes;
  wire [CountWidth-1:0]   count;
  wire [Cols*8-1:0]       oldest;

  wire confused;
  wire port_quiet;
  wire [WordWidth-1:0] ar_word;

  ratel_read_port #(
    .DataWidth (AxiDataWidth),
    .IdWidth   (AxiIdWidth)
  ) u_port (
    .clk_i         (clk_i),
    .rst_ni        (bus_rst_ni),
    .burst_valid_i (burst_valid && may_go && good),
    .burst_ready_o (port_ready),
    .burst_word_i  (burst_addr[31:OffsetWidth]),
    .burst_len_i   (burst_len),
    .burst_prot_i  (prot),
    .spent_o       (spent),
    .beat_valid_o  (beat_valid),
    .beat_ready_i  (beat_ready),
    .beat_data_o   (beat_data),
    .beat_last_o   (beat_last),
    .beat_error_o  (beat_error),
    .answered_i    (info_pop),
    .confused_i    (confused),
    .abandon_i     (abandon_i),
    .quiet_o       (port_quiet),
    .arid_o        (m_axi_arid_o),
    .arword_o      (ar_word),
    .arlen_o       (m_axi_arlen_o),
    .arprot_o      (m_axi_arprot_o),
    .arvalid_o     (m_axi_arvalid_o),
    .arready_i     (m_axi_arready_i),
    .rid_i         (m_axi_rid_i),
    .rdata_i       (m_axi_rdata_i),
    .rresp_i       (m_axi_rresp_i),
    .rlast_i       (m_axi_rlast_i),
    .rvalid_i      (m_axi_rvalid_i),
    .rready_o      (m_axi_rready_o)
  );

  localparam SizeInt = OffsetWidth;

  assign m_axi_araddr_o  = {ar_word, {OffsetWidth{1'b0}}};
  assign m_axi_arsize_o  = SizeInt[2:0];
  assign m_axi_arburst_o = 2'b01;      // INCR
  assign m_axi_arcache_o = 4'b0011;    // normal, non-cacheable, bufferable

  ratel_realign #(
    .BusBytes (BusBytes)
  ) u_realign (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .beat_valid_i  (beat_valid),
    .beat_ready_o  (beat_ready),
    .beat_data_i   (beat_data),
    .beat_last_i   (beat_last),
    .beat_error_i  (beat_error),
    .burst_valid_i (info_data),
    .burst_pop_o   (info_pop),
    .burst_addr_i  (info_addr),
    .burst_len_i   (info_len),
    .burst_last_i  (info_last),
    .discard_i     (info_fails || abort_i),
    .stall_i       (fail_q && !info_fails && !abort_i),
    .room_i        (count <= Room),
    .push_data_o   (push_data),
    .push_bytes_o  (push_bytes),
    .fail_o        (beat_fail),
    .fail_addr_o   (beat_fail_addr),
    .confused_o    (confused)
  );

  ratel_gearbox #(
    .InBytes  (BusBytes),
    .OutBytes (Cols),
    .Capacity (Capacity)
  ) u_gearbox (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .flush_i      (fail_end),
    .push_data_i  (push_data),
    .push_bytes_i ({{(CountWidth - 5){1'b0}}, push_bytes}),
    .pop_bytes_i  (pop_bytes),
    .count_o      (count),
    .data_o       (oldest)
  );

  // K of a legal ld.m is below 2^16: the weight buffer has no more words.
  wire [31:0] pixels = desc_i[`DESC_LOAD_PIXELS];

  reg [4:0] load_bytes_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) load_bytes_q <= 5'd0;
    else         load_bytes_q <= push_bytes;
  end

  assign load_bytes_o = load_bytes_q;

  ratel_scatter #(
    .Rows       (Rows),
    .Cols       (Cols),
    .CountWidth (CountWidth)
  ) u_scatter (
    .clk_i            (clk_i),
    .rst_ni           (rst_ni),
    .start_valid_i    (start),
    .start_ready_o    (walk_free),
    .start_tag_i      (tag_q),
    .start_op_i       (desc_i[`DESC_LOAD_OP]),
    .start_base_i     (desc_i[`DESC_LOAD_BASE]),
    .start_p0_i       (desc_i[`DESC_LOAD_P0]),
    .start_rows_i     (desc_i[`DESC_LOAD_ROWS]),
    .start_width_i    (desc_i[`DESC_LOAD_W]),
    .start_channels_i (desc_i[`DESC_LOAD_CHANNELS]),
    .start_blocks_i   (desc_i[`DESC_LOAD_BLOCKS]),
    .start_tail_i     (desc_i[`DESC_LOAD_TAIL]),
    .start_pitch_i    (desc_i[`DESC_LOAD_PITCH]),
    .start_cbs_i      (desc_i[`DESC_LOAD_CBS]),
    .start_pixels_i   (pixels[15:0]),
    .drop_i           (fail_end),
    .walk_valid_o     (walk_valid),
    .walk_tag_o       (walk_tag),
    .busy_o           (walk_busy),
    .count_i          (count),
    .data_i           (oldest),
    .pop_bytes_o      (pop_bytes),
    .spad_wr_valid_o  (spad_wr_valid_o),
    .spad_wr_bank_o   (spad_wr_bank_o),
    .spad_wr_addr_o   (spad_wr_addr_o),
    .spad_wr_data_o   (spad_wr_data_o),
    .spad_wr_be_o     (spad_wr_be_o),
    .spad_wr_ready_i  (spad_wr_ready_i),
    .wbuf_wr_en_o     (wbuf_wr_en_o),
    .wbuf_wr_addr_o   (wbuf_wr_addr_o),
    .wbuf_wr_data_o   (wbuf_wr_data_o),
    .wbuf_wr_be_o     (wbuf_wr_be_o),
    .pbuf_wr_en_o     (pbuf_wr_en_o),
    .pbuf_wr_addr_o   (pbuf_wr_addr_o),
    .pbuf_wr_slot_o   (pbuf_wr_slot_o),
    .pbuf_wr_data_o   (pbuf_wr_data_o),
    .lut_wr_en_o      (lut_wr_en_o),
    .lut_wr_addr_o    (lut_wr_addr_o),
    .lut_wr_data_o    (lut_wr_data_o),
    .pending_o        (word_pending),
    .done_o           (word_done)
  );

  // ---------------------------------------------------------------- idle
  wire bus_idle = !run_valid && !burst_valid && port_quiet && !info_valid;

  assign idle_o = bus_idle && (abort_i || (!walk_busy && !word_pending && !done_q));

  wire unused_inputs = &{1'b0, pixels[31:16]};

endmodule
