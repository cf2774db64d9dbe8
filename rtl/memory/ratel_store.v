`include "ratel_desc.vh"

// Store engine: scratchpad to memory, the mirror image of the load engine.
//
//   descriptor -+-> runs -> bursts -> windows -> port -> AW
//               |                       +--> answer queue <--- port <- B
//               +-> walk set-up
//                        scratchpad -> gather -> gearbox ----> port -> W
//
// AW and W are offered independently, neither waits for the other's ready. Up to WritesOutstanding
// bursts are announced and unanswered; up to four instructions are in work, told apart by a tag.
//
// Error response: the instruction announces no further bursts, sends the beats of the announced
// ones and ends with `err_o` when all are answered. Beats of and answers to the next instruction
// wait until then. A burst that no window allows goes to the answer queue alone, marked as refused:
// when all before it are answered, the instruction fails there. Abort: nothing more is announced,
// announced bursts are sent with strobes off; the engine is idle when the bus is, and waits for
// reset. A reset with `abandon_i` before it gives up on answers that did not come
// (ratel_write_port).
//
//   name                     | meaning
//   -------------------------|-------------------------------------------------------------------
//   Rows .. Windows          | as in ratel_core
//   rst_ni, bus_rst_ni       | reset of the engine; hard reset, of what the bus owes
//   valid_i, ready_o, desc_i | one transfer starts one instruction
//   done_o                   | one cycle, in order, after the last B; `err_o`: failed,
//                            | `err_addr_o`: AWADDR of the failing burst; `err_window_o`: refused
//                            | by the windows
//   idle_o                   | nothing in flight
//   abort_i, abandon_i       | abort or soft reset is pending; it does not wait any longer
//   windows_i                | memory windows (ratel_windows)
//   store_bytes_o            | bytes of memory written in this cycle
//   spad_rd_*                | scratchpad read port
//   m_axi_*                  | AXI4 write channels
module ratel_store #(
  parameter Rows              = 8,
  parameter Cols              = 8,
  parameter AxiDataWidth      = 64,
  parameter AxiIdWidth        = 4,
  parameter MaxBurst          = 16,
  parameter WritesOutstanding = 8,
  parameter WriteAfterData    = 0,
  parameter Windows           = 4
) (
  input  wire                         clk_i,
  input  wire                         rst_ni,
  input  wire                         bus_rst_ni,
  input  wire                         valid_i,
  output wire                         ready_o,
  input  wire [`DESC_STORE_WIDTH-1:0] desc_i,
  output wire                         done_o,
  output wire                         err_o,
  output wire                         err_window_o,
  output wire [31:0]                  err_addr_o,
  output wire                         idle_o,
  input  wire                         abort_i,
  input  wire                         abandon_i,
  input  wire [65*(Windows + (Windows == 0))-1:0] windows_i,
  output wire [4:0]                   store_bytes_o,
  // scratchpad
  output wire                         spad_rd_en_o,
  output wire [4:0]                   spad_rd_bank_o,
  output wire [15:0]                  spad_rd_addr_o,
  input  wire                         spad_rd_gnt_i,
  input  wire [Cols*8-1:0]            spad_rd_data_i,
  // AXI4 write channels
  output wire [AxiIdWidth-1:0]        m_axi_awid_o,
  output wire [31:0]                  m_axi_awaddr_o,
  output wire [7:0]                   m_axi_awlen_o,
  output wire [2:0]                   m_axi_awsize_o,
  output wire [1:0]                   m_axi_awburst_o,
  output wire [3:0]                   m_axi_awcache_o,
  output wire [2:0]                   m_axi_awprot_o,
  output wire                         m_axi_awvalid_o,
  input  wire                         m_axi_awready_i,
  output wire [AxiDataWidth-1:0]      m_axi_wdata_o,
  output wire [AxiDataWidth/8-1:0]    m_axi_wstrb_o,
  output wire                         m_axi_wlast_o,
  output wire                         m_axi_wvalid_o,
  input  wire                         m_axi_wready_i,
  input  wire [AxiIdWidth-1:0]        m_axi_bid_i,
  input  wire [1:0]                   m_axi_bresp_i,
  input  wire                         m_axi_bvalid_i,
  output wire                         m_axi_bready_o
);

  localparam BusBytes    = AxiDataWidth / 8;
  localparam OffsetWidth = $clog2(BusBytes);
  localparam WordWidth   = 32 - OffsetWidth;
  // A beat leaves only when its bytes are there, and a word is asked for two cycles before it
  // counts: with BusBytes - 1 bytes waiting for their beat, three words must fit for one to arrive
  // every cycle.
  localparam Capacity    = BusBytes + 3 * Cols;
  localparam CountWidth  = (Capacity > 31) ? $clog2(Capacity + 1) : 5;

  // ---------------------------------------------------------------- tags, error and abort
  reg  [1:0]  tag_q;        // of the next instruction
  reg  [2:0]  in_work_q;    // instructions started and not done
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
  wire        burst_final;
  wire        beats_valid;
  wire [1:0]  beats_tag;
  wire        answer_room;
  wire        answer_valid;
  wire        answer_refused;
  wire        answer_window;
  wire [1:0]  answer_tag;
  wire [WordWidth-1:0] answer_word;
  wire        answer_final;
  wire [1:0]  walk_tag;
  wire [1:0]  set_up_tag;
  wire        walk_busy;

  wire run_fails    = fail_q && (run_tag == fail_tag_q);
  wire burst_fails  = fail_q && (burst_tag == fail_tag_q);
  wire answer_fails = fail_q && (answer_tag == fail_tag_q);
  wire beats_wait   = fail_q && (beats_tag != fail_tag_q) && !abort_i;

  // The next instruction's words are read only when the last burst of this one is announced, or
  // when this one has failed and ended. So at the end of a failing instruction either the walk is
  // past it and the gearbox holds none of its bytes, or the gearbox holds nothing else, and is
  // emptied. Beats of the next one have waited. `walk_tag` stays after the last word.
  wire fail_end  = fail_q && !(run_valid && run_fails) && !(burst_valid && burst_fails) &&
                   !(answer_valid && answer_fails) &&
                   !(beats_valid && (beats_tag == fail_tag_q)) && !abort_i;
  wire fail_drop = fail_end && (walk_tag == fail_tag_q);
  wire walk_hold = (run_valid && (run_tag != set_up_tag)) ||
                   (burst_valid && (burst_tag != set_up_tag)) || fail_q;

  // A refused burst has no answer: it is its own, when it is the oldest.
  wire bus_answer;
  wire bus_error;
  wire head_ready  = answer_valid && (!fail_q || answer_fails || abort_i);
  wire refusal     = head_ready && answer_refused;
  wire answer      = (head_ready && !answer_refused && bus_answer) || refusal;
  wire answer_bad  = answer_refused || bus_error;
  wire answer_fail = answer && answer_bad && !fail_q && !abort_i;
  wire answer_end  = answer && answer_final && !answer_bad && !fail_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      fail_q        <= 1'b0;
      fail_tag_q    <= 2'd0;
      fail_addr_q   <= 32'd0;
      fail_window_q <= 1'b0;
    end else if (fail_end) begin
      fail_q <= 1'b0;
    end else if (answer_fail) begin
      fail_q        <= 1'b1;
      fail_tag_q    <= answer_tag;
      fail_addr_q   <= {answer_word, {OffsetWidth{1'b0}}};
      fail_window_q <= refusal && answer_window;
    end
  end

  // ---------------------------------------------------------------- start and end
  wire runs_free;
  wire walk_free;
  wire start = valid_i && ready_o;
  wire over  = answer_end || fail_end;

  assign ready_o = runs_free && walk_free && !in_work_q[2] && !abort_i;

  reg done_q;
  reg err_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      tag_q     <= 2'd0;
      in_work_q <= 3'd0;
      done_q    <= 1'b0;
      err_q     <= 1'b0;
    end else begin
      if (start) tag_q <= tag_q + 2'd1;
      if (start && !over)      in_work_q <= in_work_q + 3'd1;
      else if (!start && over) in_work_q <= in_work_q - 3'd1;
      done_q <= over;
      err_q  <= fail_end;
    end
  end

  assign done_o     = done_q;
  assign err_o      = err_q;
  assign err_addr_o = fail_addr_q;
  assign err_window_o = fail_window_q;

  always @(posedge clk_i) begin
    if (start) owner_q[tag_q] <= desc_i[`DESC_STORE_OWNER];
  end

  // ---------------------------------------------------------------- addresses
  ratel_runs u_runs (
    .clk_i             (clk_i),
    .rst_ni            (rst_ni),
    .start_valid_i     (start),
    .start_ready_o     (runs_free),
    .start_tag_i       (tag_q),
    .start_addr_i      (desc_i[`DESC_STORE_ADDR]),
    .start_run_bytes_i (desc_i[`DESC_STORE_RUN_BYTES]),
    .start_run_inner_i (desc_i[`DESC_STORE_RUN_INNER]),
    .start_run_outer_i (desc_i[`DESC_STORE_RUN_OUTER]),
    .start_pix_pitch_i (desc_i[`DESC_STORE_PIX_PITCH]),
    .start_row_pitch_i (desc_i[`DESC_STORE_ROW_PITCH]),
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
    .burst_final_o (burst_final)
  );

  // ---------------------------------------------------------------- windows
  // What is checked is what is announced, in the same cycle: a later change does not matter.
  wire       allowed;
  wire       spent;
  wire       port_ready;
  reg        refused_q;   // a refusal is in the answer queue: its instruction announces no more
  wire [2:0] burst_owner = owner_q[burst_tag];
  wire [2:0] prot = (burst_owner[1:0] == 2'd0) ? 3'b001 : 3'b010;  // privileged, non-secure

  ratel_windows #(
    .Windows (Windows)
  ) u_windows (
    .windows_i (windows_i),
    .owner_i   (burst_owner),
    .write_i   (1'b1),
    .first_i   (burst_addr),
    .last_i    (burst_end),
    .allowed_o (allowed)
  );

  wire may_go   = answer_room && !burst_fails && !refused_q && !abort_i;
  wire good     = allowed && !spent;
  wire announce = burst_valid && burst_ready;
  wire refuse   = burst_valid && may_go && !good;

  assign burst_ready = may_go && good && port_ready;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)      refused_q <= 1'b0;
    else if (refuse)  refused_q <= 1'b1;
    else if (refusal) refused_q <= 1'b0;
  end

  ratel_fifo #(
    .Width (4 + WordWidth + 1),
    .Depth (WritesOutstanding)
  ) u_answers (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .push_valid_i (announce || refuse),
    .push_ready_o (answer_room),
    .push_data_i  ({refuse, !allowed, burst_tag, burst_addr[31:OffsetWidth], burst_final}),
    .pop_valid_o  (answer_valid),
    .pop_ready_i  (answer),
    .pop_data_o   ({answer_refused, answer_window, answer_tag, answer_word, answer_final})
  );

  // ---------------------------------------------------------------- data
  wire [Cols*8-1:0]       push_data;
  wire [4:0]              push_bytes;
  wire [CountWidth-1:0]   pop_bytes;
  wire [CountWidth-1:0]   count;
  wire [AxiDataWidth-1:0] oldest;
  wire [4:0]              written;

  ratel_store_gather #(
    .Rows       (Rows),
    .Cols       (Cols),
    .Capacity   (Capacity)
  ) u_gather (
    .clk_i          (clk_i),
    .rst_ni         (rst_ni),
    .start_valid_i  (start),
    .start_ready_o  (walk_free),
    .start_tag_i    (tag_q),
    .start_base_i   (desc_i[`DESC_STORE_BASE]),
    .start_p0_i     (desc_i[`DESC_STORE_P0]),
    .start_rows_i   (desc_i[`DESC_STORE_ROWS]),
    .start_width_i  (desc_i[`DESC_STORE_W]),
    .start_blocks_i (desc_i[`DESC_STORE_BLOCKS]),
    .start_tail_i   (desc_i[`DESC_STORE_TAIL]),
    .start_pitch_i  (desc_i[`DESC_STORE_PITCH]),
    .start_cbs_i    (desc_i[`DESC_STORE_CBS]),
    .hold_i         (walk_hold),
    .set_up_tag_o   (set_up_tag),
    .drop_i         (fail_drop || abort_i),
    .walk_tag_o     (walk_tag),
    .busy_o         (walk_busy),
    .spad_rd_en_o   (spad_rd_en_o),
    .spad_rd_bank_o (spad_rd_bank_o),
    .spad_rd_addr_o (spad_rd_addr_o),
    .spad_rd_gnt_i  (spad_rd_gnt_i),
    .spad_rd_data_i (spad_rd_data_i),
    .count_i        (count),
    .push_data_o    (push_data),
    .push_bytes_o   (push_bytes)
  );

  ratel_gearbox #(
    .InBytes    (Cols),
    .OutBytes   (BusBytes),
    .Capacity   (Capacity)
  ) u_gearbox (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .flush_i      (fail_drop),
    .push_data_i  (push_data),
    .push_bytes_i ({{(CountWidth - 5){1'b0}}, push_bytes}),
    .pop_bytes_i  (pop_bytes),
    .count_o      (count),
    .data_o       (oldest)
  );

  wire                 port_quiet;
  wire [WordWidth-1:0] aw_word;

  ratel_write_port #(
    .DataWidth         (AxiDataWidth),
    .IdWidth           (AxiIdWidth),
    .MaxBurst          (MaxBurst),
    .WritesOutstanding (WritesOutstanding),
    .WriteAfterData    (WriteAfterData),
    .CountWidth        (CountWidth)
  ) u_port (
    .clk_i          (clk_i),
    .rst_ni         (bus_rst_ni),
    .burst_valid_i  (burst_valid && may_go && good),
    .burst_ready_o  (port_ready),
    .burst_tag_i    (burst_tag),
    .burst_addr_i   (burst_addr),
    .burst_len_i    (burst_len),
    .burst_last_i   (burst_last),
    .burst_prot_i   (prot),
    .spent_o        (spent),
    .beats_valid_o  (beats_valid),
    .beats_tag_o    (beats_tag),
    .beats_wait_i   (beats_wait),
    .blank_i        (abort_i),
    .count_i        (count),
    .data_i         (oldest),
    .pop_bytes_o    (pop_bytes),
    .written_o      (written),
    .answer_valid_o (bus_answer),
    .answer_ready_i (head_ready && !answer_refused),
    .answer_error_o (bus_error),
    .abandon_i      (abandon_i),
    .quiet_o        (port_quiet),
    .awid_o         (m_axi_awid_o),
    .awword_o       (aw_word),
    .awlen_o        (m_axi_awlen_o),
    .awprot_o       (m_axi_awprot_o),
    .awvalid_o      (m_axi_awvalid_o),
    .awready_i      (m_axi_awready_i),
    .wdata_o        (m_axi_wdata_o),
    .wstrb_o        (m_axi_wstrb_o),
    .wlast_o        (m_axi_wlast_o),
    .wvalid_o       (m_axi_wvalid_o),
    .wready_i       (m_axi_wready_i),
    .bid_i          (m_axi_bid_i),
    .bresp_i        (m_axi_bresp_i),
    .bvalid_i       (m_axi_bvalid_i),
    .bready_o       (m_axi_bready_o)
  );

  localparam SizeInt = OffsetWidth;

  assign m_axi_awaddr_o  = {aw_word, {OffsetWidth{1'b0}}};
  assign m_axi_awsize_o  = SizeInt[2:0];
  assign m_axi_awburst_o = 2'b01;      // INCR
  assign m_axi_awcache_o = 4'b0011;    // normal, non-cacheable, bufferable

  reg [4:0] store_bytes_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) store_bytes_q <= 5'd0;
    else         store_bytes_q <= written;
  end

  assign store_bytes_o = store_bytes_q;

  // ---------------------------------------------------------------- idle
  wire bus_idle = !run_valid && !burst_valid && port_quiet && !answer_valid;

  assign idle_o = bus_idle && (abort_i || (!walk_busy && (in_work_q == 3'd0) && !done_q));

endmodule
