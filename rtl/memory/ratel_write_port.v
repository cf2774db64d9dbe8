// Write channels of the store engine: keeps the rules of the bus whatever becomes of the engine.
//
//   bursts -+-> AW register ----------------> AW      B --> late answer?  dropped
//           +-> beat queue --> emit --------> W             nothing owed? dropped
//                 gearbox ------^                           else          answers, in order
//
// With WriteAfterData a burst is shown on the bus only when all its beats have been made, so that
// a subordinate's W channel is never held by data that do not exist yet:
//
//   bursts -+-> AW queue ----- as many as are whole ----> AW
//           +-> beat queue --> emit --> beats, MaxBurst of them ---> W
//
// What was announced is always sent to its end: with its data, or with strobes off while `blank_i`
// is high and after the engine gave up (`abandon_i`). An answer with another id than the bursts
// have, or before the last beat of its burst, is an error; after it, and after an answer that
// nothing was owed for, nothing is announced, and all answers are errors, until all that is owed
// has come and B has been quiet for `Quiet` cycles.
//
//   name                       | meaning
//   ---------------------------|-------------------------------------------------------------------
//   DataWidth, IdWidth         | bits of wdata_o and of ids
//   MaxBurst .. WriteAfterData | as in ratel_core
//   CountWidth                 | bits of a number of bytes in the gearbox, at least 5
//   rst_ni                     | hard reset only
//   burst_*                    | a burst, announced when valid and ready (see ratel_bursts)
//   spent_o                    | no burst will be taken: too many were given up
//   beats_*                    | the burst whose beats are made; `beats_wait_i`: not yet
//   blank_i                    | send the rest of what is announced with strobes off
//   count_i .. pop_bytes_o     | the gearbox; `written_o`: bytes strobed in this cycle
//   answer_*                   | an answer to the oldest burst; error: of the subordinate or of its
//                              | rules
//   abandon_i                  | the engine gives up on what is owed (and is reset)
//   quiet_o                    | no address waits, no beat is to be sent
//   awid_o .. bready_o         | AXI4 write channels; awword_o: address without the bits inside a
//                              | bus word
module ratel_write_port #(
  parameter DataWidth         = 64,
  parameter IdWidth           = 4,
  parameter MaxBurst          = 16,
  parameter WritesOutstanding = 8,
  parameter WriteAfterData    = 0,
  parameter CountWidth        = 6
) (
  input  wire                            clk_i,
  input  wire                            rst_ni,
  input  wire                            burst_valid_i,
  output wire                            burst_ready_o,
  input  wire [1:0]                      burst_tag_i,
  input  wire [31:0]                     burst_addr_i,
  input  wire [7:0]                      burst_len_i,
  input  wire [$clog2(DataWidth/8)-1:0]  burst_last_i,
  input  wire [2:0]                      burst_prot_i,
  output wire                            spent_o,
  output wire                            beats_valid_o,
  output wire [1:0]                      beats_tag_o,
  input  wire                            beats_wait_i,
  input  wire                            blank_i,
  input  wire [CountWidth-1:0]           count_i,
  input  wire [DataWidth-1:0]            data_i,
  output wire [CountWidth-1:0]           pop_bytes_o,
  output wire [4:0]                      written_o,
  output wire                            answer_valid_o,
  input  wire                            answer_ready_i,
  output wire                            answer_error_o,
  input  wire                            abandon_i,
  output wire                            quiet_o,
  // bus
  output wire [IdWidth-1:0]              awid_o,
  output wire [31-$clog2(DataWidth/8):0] awword_o,
  output wire [7:0]                      awlen_o,
  output wire [2:0]                      awprot_o,
  output wire                            awvalid_o,
  input  wire                            awready_i,
  output wire [DataWidth-1:0]            wdata_o,
  output wire [DataWidth/8-1:0]          wstrb_o,
  output wire                            wlast_o,
  output wire                            wvalid_o,
  input  wire                            wready_i,
  input  wire [IdWidth-1:0]              bid_i,
  input  wire [1:0]                      bresp_i,
  input  wire                            bvalid_i,
  output wire                            bready_o
);

  localparam BusBytes    = DataWidth / 8;
  localparam OffsetWidth = $clog2(BusBytes);
  localparam WordWidth   = 32 - OffsetWidth;
  localparam AddrWidth   = IdWidth + WordWidth + 8 + 3;
  localparam [5:0] Quiet = 6'd32;

  wire [IdWidth-1:0]     id;
  wire [4:0]             owed;
  wire                   late;
  wire                   announce;
  wire                   addr_room;
  wire                   beats_room;
  wire                   beats_pop;
  wire [OffsetWidth-1:0] beats_first;
  wire [7:0]             beats_len;
  wire [OffsetWidth-1:0] beats_last;
  wire                   beat_valid;
  wire                   beat_ready;
  wire [DataWidth-1:0]   beat_data;
  wire [BusBytes-1:0]    beat_strb;
  wire                   beat_last;
  reg                    orphan_q;   // beats of a store that was given up are still to be sent
  reg                    resync_q;
  reg  [5:0]             quiet_q;

  assign burst_ready_o = addr_room && beats_room && !orphan_q && !resync_q;
  assign announce      = burst_valid_i && burst_ready_o;

  // ---------------------------------------------------------------- AW, and W as it is shown
  wire [AddrWidth-1:0] new_addr = {id, burst_addr_i[31:OffsetWidth], burst_len_i, burst_prot_i};
  wire                 last_sent;   // the last beat of a burst is taken
  wire                 w_empty;     // no beat is under way

  generate
    if (WriteAfterData == 0) begin : gen_direct
      reg                 aw_valid_q;
      reg [AddrWidth-1:0] aw_q;

      assign addr_room = !aw_valid_q || awready_i;

      always @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni)        aw_valid_q <= 1'b0;
        else if (announce)  aw_valid_q <= 1'b1;
        else if (awready_i) aw_valid_q <= 1'b0;
      end

      always @(posedge clk_i) begin
        if (announce) aw_q <= new_addr;
      end

      assign awvalid_o = aw_valid_q;
      assign {awid_o, awword_o, awlen_o, awprot_o} = aw_q;
      assign wvalid_o   = beat_valid;
      assign wdata_o    = beat_data;
      assign wstrb_o    = beat_strb;
      assign wlast_o    = beat_last;
      assign beat_ready = wready_i;
      assign w_empty    = !beat_valid;
    end else begin : gen_whole
      localparam BeatDepth = (MaxBurst > 2) ? MaxBurst : 2;

      reg  [4:0] whole_aw_q;    // bursts whose beats are all made: addresses not yet taken
      reg  [4:0] whole_w_q;     // last beats not yet taken
      wire       aw_queued;
      wire       w_queued;
      wire       whole = beat_valid && beat_ready && beat_last;
      wire       aw_take = awvalid_o && awready_i;

      // Whole bursts of a store that was given up are sent with strobes off, like all that is not
      // made yet: nothing of it is written later, into what the next job wrote. The one beat that
      // is on offer stays as it is until it is taken.
      reg                 offered_q;
      wire [BusBytes-1:0] strb;
      wire                blank_w = orphan_q && !offered_q;

      assign wstrb_o = blank_w ? {BusBytes{1'b0}} : strb;

      always @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni)        offered_q <= 1'b0;
        else if (abandon_i) offered_q <= wvalid_o && !wready_i && !blank_w;
        else if (wready_i)  offered_q <= 1'b0;
      end

      assign awvalid_o = aw_queued && (whole_aw_q != 5'd0);
      assign wvalid_o  = w_queued && (whole_w_q != 5'd0);
      assign w_empty   = !beat_valid && !w_queued;

      always @(posedge clk_i or negedge rst_ni) begin
        if (!rst_ni) begin
          whole_aw_q <= 5'd0;
          whole_w_q  <= 5'd0;
        end else begin
          whole_aw_q <= whole_aw_q + {4'd0, whole} - {4'd0, aw_take};
          whole_w_q  <= whole_w_q + {4'd0, whole} - {4'd0, last_sent};
        end
      end

      ratel_fifo #(
        .Width (AddrWidth),
        .Depth (WritesOutstanding)
      ) u_addresses (
        .clk_i        (clk_i),
        .rst_ni       (rst_ni),
        .push_valid_i (announce),
        .push_ready_o (addr_room),
        .push_data_i  (new_addr),
        .pop_valid_o  (aw_queued),
        .pop_ready_i  (aw_take),
        .pop_data_o   ({awid_o, awword_o, awlen_o, awprot_o})
      );

      ratel_fifo #(
        .Width (DataWidth + BusBytes + 1),
        .Depth (BeatDepth)
      ) u_whole (
        .clk_i        (clk_i),
        .rst_ni       (rst_ni),
        .push_valid_i (beat_valid),
        .push_ready_o (beat_ready),
        .push_data_i  ({beat_last, beat_strb, beat_data}),
        .pop_valid_o  (w_queued),
        .pop_ready_i  (wvalid_o && wready_i),
        .pop_data_o   ({wlast_o, strb, wdata_o})
      );
    end
  endgenerate

  assign last_sent = wvalid_o && wready_i && wlast_o;

  // ---------------------------------------------------------------- beats
  ratel_fifo #(
    .Width (2 + 8 + 2 * OffsetWidth),
    .Depth (WritesOutstanding)
  ) u_beats (
    .clk_i        (clk_i),
    .rst_ni       (rst_ni),
    .push_valid_i (announce),
    .push_ready_o (beats_room),
    .push_data_i  ({burst_tag_i, burst_addr_i[OffsetWidth-1:0], burst_len_i, burst_last_i}),
    .pop_valid_o  (beats_valid_o),
    .pop_ready_i  (beats_pop),
    .pop_data_o   ({beats_tag_o, beats_first, beats_len, beats_last})
  );

  ratel_emit #(
    .BusBytes   (BusBytes),
    .CountWidth (CountWidth)
  ) u_emit (
    .clk_i         (clk_i),
    .rst_ni        (rst_ni),
    .burst_valid_i (beats_valid_o && (!beats_wait_i || orphan_q)),
    .burst_pop_o   (beats_pop),
    .burst_first_i (beats_first),
    .burst_len_i   (beats_len),
    .burst_last_i  (beats_last),
    .blank_i       (blank_i || orphan_q),
    .count_i       (count_i),
    .data_i        (data_i),
    .pop_bytes_o   (pop_bytes_o),
    .beat_valid_o  (beat_valid),
    .beat_ready_i  (beat_ready),
    .beat_data_o   (beat_data),
    .beat_strb_o   (beat_strb),
    .beat_last_o   (beat_last),
    .written_o     (written_o)
  );

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)        orphan_q <= 1'b0;
    else if (abandon_i) orphan_q <= 1'b1;
    else if (!beats_valid_o && w_empty && !awvalid_o) orphan_q <= 1'b0;
  end

  // ---------------------------------------------------------------- B
  reg  [4:0] sent_q;   // bursts of the present id, sent to the end and not answered

  wire foreign     = (bid_i != id);
  wire late_answer = late && (foreign || spent_o);   // with no id left, all that comes is late
  wire stray       = !late_answer && (owed == 5'd0);
  wire early       = (sent_q == 5'd0);
  wire answered    = answer_valid_o && answer_ready_i;

  assign answer_valid_o = bvalid_i && !late_answer && !stray;
  assign answer_error_o = (bresp_i != 2'b00) || foreign || early || resync_q;
  assign bready_o       = late_answer || stray || answer_ready_i;

  ratel_bus_ids #(
    .IdWidth (IdWidth)
  ) u_ids (
    .clk_i      (clk_i),
    .rst_ni     (rst_ni),
    .announce_i (announce),
    .answered_i (answered),
    .late_i     (bvalid_i && late_answer),
    .abandon_i  (abandon_i),
    .id_o       (id),
    .owed_o     (owed),
    .late_o     (late),
    .spent_o    (spent_o)
  );

  wire counts = last_sent && !orphan_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      sent_q   <= 5'd0;
      resync_q <= 1'b0;
      quiet_q  <= 6'd0;
    end else begin
      if (abandon_i || ((owed == 5'd0) && !beats_valid_o && w_empty)) sent_q <= 5'd0;
      else sent_q <= sent_q + {4'd0, counts} - {4'd0, answered && !early};
      if ((bvalid_i && stray) || (answered && (foreign || early)))   resync_q <= 1'b1;
      else if ((owed == 5'd0) && (quiet_q == 6'd0))                  resync_q <= 1'b0;
      if (bvalid_i || (owed != 5'd0) || beats_valid_o || !w_empty)   quiet_q <= Quiet;
      else if (quiet_q != 6'd0)                                      quiet_q <= quiet_q - 6'd1;
    end
  end

  assign quiet_o = !awvalid_o && !beats_valid_o && w_empty;

endmodule
