// Beats to bytes: exactly the wanted bytes of a burst, none of a beat that is wrong; every burst ends,
// wherever RLAST is.
`include "rules.svh"

module ratel_realign_rules #(
  parameter BusBytes    = 8,
  parameter OffsetWidth = 3
) (
  input wire                   clk_i,
  input wire                   rst_ni,
  input wire                   beat_valid_i,
  input wire                   beat_ready_o,
  input wire [BusBytes*8-1:0]  beat_data_i,
  input wire                   beat_last_i,
  input wire                   beat_error_i,
  input wire                   burst_valid_i,
  input wire                   burst_pop_o,
  input wire [31:0]            burst_addr_i,
  input wire [7:0]             burst_len_i,
  input wire [OffsetWidth-1:0] burst_last_i,
  input wire                   discard_i,
  input wire                   stall_i,
  input wire                   room_i,
  input wire [BusBytes*8-1:0]  push_data_o,
  input wire [4:0]             push_bytes_o,
  input wire                   fail_o,
  input wire [31:0]            fail_addr_o,
  input wire                   confused_o,
  input wire [7:0]             index_q
);

  `STARTS_IN_RESET

  wire        take   = beat_valid_i && beat_ready_o;
  wire        final_ = index_q == burst_len_i;
  wire        wrong  = beat_error_i || beat_last_i != final_;
  wire [31:0] from   = index_q == 8'd0 ? {{(32 - OffsetWidth){1'b0}}, burst_addr_i[OffsetWidth-1:0]} : 32'd0;
  wire [31:0] to     = final_ ? {{(32 - OffsetWidth){1'b0}}, burst_last_i} : BusBytes - 1;

  `HOST_STAYS(burst_stays, burst_valid_i, burst_pop_o, {burst_addr_i, burst_len_i, burst_last_i})
  `HOST_IF(burst_is_not_empty, burst_valid_i && burst_len_i == 8'd0,
           burst_addr_i[OffsetWidth-1:0] <= burst_last_i)

  `RULE_IF(inside_a_burst, index_q != 8'd0, burst_valid_i)
  `RULE_IF(beat_is_of_the_burst, burst_valid_i, index_q <= burst_len_i)
  `RULE_NEXT(next_beat, take && !burst_pop_o, index_q == $past(index_q) + 8'd1)
  `RULE_NEXT(next_burst_from_its_first, burst_pop_o, index_q == 8'd0)
  `RULE_NEXT(none_taken_same_beat, !take, index_q == $past(index_q))

  `RULE_IF(stalled_takes_none, stall_i || !burst_valid_i, !beat_ready_o && !burst_pop_o)
  `RULE_IF(takes_with_room, burst_valid_i && !stall_i && room_i, beat_ready_o)
  `RULE_IF(throws_away_without, burst_valid_i && !stall_i && discard_i, beat_ready_o)
  `RULE_IF(no_bytes_without_room, !room_i, push_bytes_o == 5'd0)
  `RULE_IF(burst_ends_with_it, take, burst_pop_o == (final_ || beat_last_i))

  reg     same;
  integer k;
  always @* begin
    same = 1'b1;
    for (k = 0; k < BusBytes; k = k + 1)
      if (k <= to - from && push_data_o[8*k +: 8] != beat_data_i[8*((from + k) % BusBytes) +: 8])
        same = 1'b0;
  end

  `RULE_IF(bytes_of_the_run, take && !discard_i && !wrong, {27'd0, push_bytes_o} == to - from + 1 && same)
  `RULE_IF(no_bytes_of_the_wrong, !take || discard_i || wrong, push_bytes_o == 5'd0)
  `RULE_IF(wrong_is_told, take && wrong && !discard_i, fail_o)
  `RULE_IF(right_is_not, !take || !wrong || discard_i, !fail_o)
  `RULE_IF(where_it_was_wrong, fail_o,
           fail_addr_o == burst_addr_i - burst_addr_i % BusBytes + {24'd0, index_q} * BusBytes)
  `RULE(confused_of_its_last, confused_o == (take && beat_last_i != final_))

endmodule
