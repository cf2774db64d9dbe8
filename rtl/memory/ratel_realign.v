// Read beats to bytes: takes R beats in order, drops what stands before the first and after the
// last wanted byte of a burst, and hands the rest to the gearbox, shifted down to byte 0.
//
// A burst ends with its last beat or with RLAST, whichever comes first; where they differ the beat
// is an error, so neither a missing nor an early RLAST can make anything wait for ever.
//
//   name                      | meaning
//   --------------------------|--------------------------------------------------------------------
//   BusBytes                  | bytes of a bus word
//   beat_*                    | an R beat; taken when valid and ready; last: RLAST
//   burst_*                   | the burst it belongs to (see ratel_bursts); done with `burst_pop_o`
//   discard_i                 | take the beats of this burst and throw them away
//   stall_i                   | take none
//   room_i                    | the gearbox has room for a whole beat
//   push_data_o, push_bytes_o | bytes for the gearbox in this cycle; 0 when there are none
//   fail_o, fail_addr_o       | the beat taken carries an error; its bus-aligned address
//   confused_o                | the beat taken has RLAST in the wrong place
module ratel_realign #(
  parameter BusBytes = 8
) (
  input  wire                        clk_i,
  input  wire                        rst_ni,
  input  wire                        beat_valid_i,
  output wire                        beat_ready_o,
  input  wire [BusBytes*8-1:0]       beat_data_i,
  input  wire                        beat_last_i,
  input  wire                        beat_error_i,
  input  wire                        burst_valid_i,
  output wire                        burst_pop_o,
  input  wire [31:0]                 burst_addr_i,
  input  wire [7:0]                  burst_len_i,
  input  wire [$clog2(BusBytes)-1:0] burst_last_i,
  input  wire                        discard_i,
  input  wire                        stall_i,
  input  wire                        room_i,
  output wire [BusBytes*8-1:0]       push_data_o,
  output wire [4:0]                  push_bytes_o,
  output wire                        fail_o,
  output wire [31:0]                 fail_addr_o,
  output wire                        confused_o
);

  localparam OffsetWidth = $clog2(BusBytes);

  reg [7:0] index_q;   // of the beat in its burst

  wire first_beat = (index_q == 8'd0);
  wire last_beat  = (index_q == burst_len_i);
  wire burst_end  = last_beat || beat_last_i;
  wire misplaced  = (last_beat != beat_last_i);
  wire bad        = beat_error_i || misplaced;

  wire [OffsetWidth-1:0] low  = first_beat ? burst_addr_i[OffsetWidth-1:0] : {OffsetWidth{1'b0}};
  wire [OffsetWidth-1:0] high = last_beat ? burst_last_i : {OffsetWidth{1'b1}};
  wire [OffsetWidth-1:0] span = high - low;

  // Throwing away must not wait for room: the scatter may be waiting for the end of this very
  // burst.
  wire take = beat_valid_i && burst_valid_i && !stall_i && (discard_i || bad || room_i);
  wire keep = take && !discard_i && !bad;

  assign beat_ready_o = burst_valid_i && !stall_i && (discard_i || bad || room_i);
  assign burst_pop_o  = take && burst_end;
  assign push_data_o  = beat_data_i >> {low, 3'd0};
  assign push_bytes_o = keep ? {{(5 - OffsetWidth){1'b0}}, span} + 5'd1 : 5'd0;
  assign fail_o       = take && !discard_i && bad;
  assign confused_o   = take && misplaced;
  assign fail_addr_o  = {burst_addr_i[31:OffsetWidth] + {{(24 - OffsetWidth){1'b0}}, index_q},
                         {OffsetWidth{1'b0}}};

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni)   index_q <= 8'd0;
    else if (take) index_q <= burst_end ? 8'd0 : index_q + 8'd1;
  end

endmodule
