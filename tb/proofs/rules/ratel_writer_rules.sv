// End of the line: each byte is the requantised value plus zero point, clamped; and the walk over
// the output stays inside it.
`include "rules.svh"

module ratel_writer_rules #(
  parameter Rows  = 8,
  parameter Cols  = 8,
  parameter Lanes = 8
) (
  input wire                clk_i,
  input wire                rst_ni,
  input wire                done_o,
  input wire                hold_i,
  input wire [17:0]         pixels_i,
  input wire [15:0]         blocks_i,
  input wire [4:0]          tail_i,
  input wire [15:0]         out_w_i,
  input wire [15:0]         base_i,
  input wire [15:0]         pitch_i,
  input wire [15:0]         cbs_i,
  input wire [7:0]          zero_point_i,
  input wire [7:0]          min_i,
  input wire [7:0]          max_i,
  input wire                item_i,
  input wire [Lanes*32-1:0] value_i,
  input wire                end_o,
  input wire                wr_en_o,
  input wire [4:0]          wr_bank_o,
  input wire [15:0]         wr_addr_o,
  input wire [Cols*8-1:0]   wr_data_o,
  input wire [Cols-1:0]     wr_be_o,
  input wire [1:0]          group_q,
  input wire [17:0]         pixel_q,
  input wire [15:0]         ox_q,
  input wire [15:0]         block_q
);

  `STARTS_IN_RESET

  localparam Groups = Cols / Lanes;

  wire midst = group_q != 0 || pixel_q != 0 || block_q != 0;

  `HOST_IF(output_is_not_empty, item_i && !hold_i, pixels_i != 0 && blocks_i != 0 && out_w_i != 0)
  `HOST_IF(tail_has_channels, item_i && !hold_i, tail_i != 0 && {27'd0, tail_i} <= Cols)
  `HOST_NEXT(instruction_stays, (item_i || midst) && !done_o,
             hold_i == $past(hold_i) && pixels_i == $past(pixels_i) && blocks_i == $past(blocks_i)
             && out_w_i == $past(out_w_i) && base_i == $past(base_i) && pitch_i == $past(pitch_i)
             && cbs_i == $past(cbs_i) && tail_i == $past(tail_i))
  `HOST_IF(clamp_is_in_order, item_i, $signed(min_i) <= $signed(max_i))

  // Zero point and clamp, lane by lane, in 34 bits; a sum beyond 32 wraps, as in the reference.
  reg [Lanes*8-1:0]  expected;
  reg                exact;     // no sum wraps
  reg signed [33:0]  sum;
  reg signed [31:0]  wrapped;
  wire signed [7:0]  zero = zero_point_i, low = min_i, high = max_i;
  integer            lane;

  always @* begin
    exact = 1'b1;
    for (lane = 0; lane < Lanes; lane = lane + 1) begin
      wrapped = value_i[32*lane +: 32];
      sum     = wrapped;
      sum     = sum + zero;
      wrapped = sum[31:0];
      exact   = exact && sum >= -34'sd2147483648 && sum <= 34'sd2147483647;
      expected[8*lane +: 8] = wrapped < low ? min_i : wrapped > high ? max_i : wrapped[7:0];
    end
  end

  wire signed [33:0] first   = {{2{value_i[31]}}, value_i[31:0]} + {{26{zero[7]}}, zero};
  wire signed [33:0] lowest  = {{26{low[7]}}, low};
  wire signed [33:0] highest = {{26{high[7]}}, high};
  wire        [7:0]  clamped = first < lowest ? min_i : first > highest ? max_i : first[7:0];

  `RULE_NEXT(zero_point_and_clamp, item_i, wr_data_o == {Groups{$past(expected)}})
  `RULE_NEXT(exact_is_clamped, item_i && exact, wr_data_o[7:0] == $past(clamped))
  `RULE_NEXT(result_is_in_the_clamp, item_i, $signed(wr_data_o[7:0]) >= $signed($past(min_i))
             && $signed(wr_data_o[7:0]) <= $signed($past(max_i)))
  `RULE_NEXT(stands_still, !item_i, {wr_bank_o, wr_addr_o, wr_data_o, wr_be_o}
             == $past({wr_bank_o, wr_addr_o, wr_data_o, wr_be_o}))
  `RULE_NEXT(held_writes_nothing, hold_i || !item_i, !wr_en_o)
  `RULE_NEXT(item_is_written, item_i && !hold_i, wr_en_o)
  `RULE_NEXT(end_with_the_last, 1'b1, end_o == $past(done_o))

  `RULE_IF(pixel_in_the_output, midst, hold_i || pixel_q < pixels_i)
  `RULE_IF(block_in_the_output, midst, hold_i || block_q < blocks_i)
  `RULE_IF(starts_at_the_left, !midst, ox_q == 0)
  `RULE_IF(column_in_the_row, midst, hold_i || ox_q < out_w_i)
  `RULE(group_in_the_word, {30'd0, group_q} < Groups)
  `RULE_NEXT(group_by_group, item_i,
             {30'd0, group_q} == ($past(hold_i) || {30'd0, $past(group_q)} == Groups - 1 ? 32'd0
             : {30'd0, $past(group_q)} + 32'd1))
  `RULE_NEXT(no_group_of_its_own, !item_i, group_q == $past(group_q))
  `RULE(bank_is_there, !wr_en_o || {27'd0, wr_bank_o} < Rows)
  `RULE_NEXT(starts_again, done_o, group_q == 0 && pixel_q == 0 && block_q == 0 && ox_q == 0)
  `RULE_NEXT(writes_lanes_only, item_i && !hold_i && block_q == blocks_i - 16'd1,
             (wr_be_o & ~(({{Cols{1'b0}}, 1'b1} << $past(tail_i)) - 1'b1)) == 0)

endmodule
