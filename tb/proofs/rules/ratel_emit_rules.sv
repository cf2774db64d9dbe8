// W beats: as many as the burst announced, strobes between its first and last byte, nothing taken
// back.
`include "rules.svh"

module ratel_emit_rules #(
  parameter BusBytes    = 8,
  parameter CountWidth  = 6,
  parameter OffsetWidth = 3
) (
  input wire                   clk_i,
  input wire                   rst_ni,
  input wire                   burst_valid_i,
  input wire                   burst_pop_o,
  input wire [OffsetWidth-1:0] burst_first_i,
  input wire [7:0]             burst_len_i,
  input wire [OffsetWidth-1:0] burst_last_i,
  input wire                   blank_i,
  input wire [CountWidth-1:0]  count_i,
  input wire [CountWidth-1:0]  pop_bytes_o,
  input wire                   beat_valid_o,
  input wire                   beat_ready_i,
  input wire [BusBytes*8-1:0]  beat_data_o,
  input wire [BusBytes-1:0]    beat_strb_o,
  input wire                   beat_last_o,
  input wire                   make,
  input wire [7:0]             index_q
);

  `STARTS_IN_RESET

  wire [31:0] low  = index_q == 0 ? {{(32 - OffsetWidth){1'b0}}, burst_first_i} : 32'd0;
  wire [31:0] high = index_q == burst_len_i ? {{(32 - OffsetWidth){1'b0}}, burst_last_i}
                                            : BusBytes - 1;

  `HOST_STAYS(burst_stays, burst_valid_i, burst_pop_o, {burst_first_i, burst_len_i, burst_last_i})
  `HOST_IF(burst_has_bytes, burst_valid_i && burst_len_i == 0, burst_first_i <= burst_last_i)

  `RULE_IF(index_in_the_burst, burst_valid_i, index_q <= burst_len_i)
  `RULE_IF(starts_at_the_first, !burst_valid_i, index_q == 0)
  `STAYS(beat_stays, beat_valid_o, beat_ready_i, {beat_data_o, beat_strb_o, beat_last_o})
  `RULE_NEXT(last_ends_the_burst, make, beat_valid_o && beat_last_o == $past(burst_pop_o))
  `RULE_NEXT(blank_writes_nothing, make && blank_i, beat_strb_o == 0)
  `RULE_IF(takes_what_is_there, make && !blank_i, pop_bytes_o <= count_i && pop_bytes_o != 0)
  `RULE_IF(takes_nothing_idle, !make || blank_i, pop_bytes_o == 0)

  reg [BusBytes-1:0] wanted;
  integer            place;

  always @* begin
    for (place = 0; place < BusBytes; place = place + 1)
      wanted[place] = place >= low && place <= high;
  end

  `RULE_NEXT(strobes_of_wanted_bytes, make && !blank_i, beat_strb_o == $past(wanted))

endmodule
