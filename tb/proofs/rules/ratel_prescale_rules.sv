// Prescaler: an item leaves after five cycles with the scale that it came with; none is divided by
// 0, and the table is asked for lookups alone.
`include "rules.svh"

module ratel_prescale_rules #(
  parameter Lanes = 8
) (
  input wire                clk_i,
  input wire                rst_ni,
  input wire                item_i,
  input wire [Lanes*32-1:0] acc_i,
  input wire [17:0]         count_i,
  input wire                sub_i,
  input wire                mul_i,
  input wire                avg_i,
  input wire                lut_i,
  input wire [7:0]          shift1_i,
  input wire [7:0]          shift2_i,
`ifdef FORMAL
  input wire [9:0]          lefts,
`endif
  input wire [31:0]         mult_i,
  input wire [7:0]          shift_i,
  input wire                table_rd_en_o,
  input wire [Lanes*8-1:0]  index,
  input wire                busy_o,
  input wire                item_o,
  input wire [31:0]         mult_o,
  input wire [7:0]          shift_o,
  input wire [4:0]          valid_q,
  input wire [4:0]          avg_q,
  input wire [4:0]          rescale_en,
  input wire [4:0]          average_en,
  input wire [3:0]          sub_q,
  input wire [1:0]          mul_q,
  input wire [1:0]          lut_q,
  input wire [31:0]         mult1_q,
  input wire [31:0]         mult2_q,
  input wire [14:0]         right1_q,
  input wire [14:0]         right2_q,
  input wire [71:0]         count_q,
  input wire [39:0]         scale1_q,
  input wire [39:0]         scale2_q,
  input wire [39:0]         scale3_q,
  input wire [39:0]         scale4_q,
  input wire [39:0]         scale5_q
);

  `STARTS_IN_RESET

  // Items and their scales, five cycles long.
  reg [4:0]  came_q;
  reg [39:0] one_q, two_q, three_q, four_q, five_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) came_q <= 5'd0;
    else         came_q <= {came_q[3:0], item_i};
  end

  always @(posedge clk_i) begin
    one_q   <= {shift_i, mult_i};
    two_q   <= one_q;
    three_q <= two_q;
    four_q  <= three_q;
    five_q  <= four_q;
  end

  `RULE(table_for_lookups, table_rd_en_o == (item_i && lut_i))
  `RULE_IF(table_at_low_bytes, table_rd_en_o, index[7:0] == acc_i[7:0])
  `RULE(a_stage_a_cycle, valid_q == came_q)
  `RULE(leaves_after_five, item_o == came_q[4])
  `RULE(rescales_or_averages, (rescale_en & average_en) == 5'd0
        && (rescale_en | average_en) == {valid_q[3:0], item_i})
  `RULE(averages_what_is_one, average_en == ({valid_q[3:0], item_i} & {avg_q[3:0], avg_i}))
  `RULE(busy_while_inside, busy_o == |came_q)
  `RULE_IF(scale_1, came_q[0], scale1_q == one_q)
  `RULE_IF(scale_2, came_q[1], scale2_q == two_q)
  `RULE_IF(scale_3, came_q[2], scale3_q == three_q)
  `RULE_IF(scale_4, came_q[3], scale4_q == four_q)
  `RULE_IF(scale_5, came_q[4], scale5_q == five_q)
  `RULE_IF(leaves_with_its_scale, item_o, {shift_o, mult_o} == five_q)
  `RULE_NEXT(operation_goes_along, item_i || busy_o,
             avg_q == {$past(avg_q[3:0]), $past(avg_i)}
             && sub_q == {$past(sub_q[2:0]), $past(sub_i)}
             && mul_q == {$past(mul_q[0]), $past(mul_i)}
             && lut_q == {$past(lut_q[0]), $past(lut_i)})
  `RULE_NEXT(nothing_moves_without_an_item, !item_i && !busy_o,
             {avg_q, sub_q, mul_q, lut_q} == $past({avg_q, sub_q, mul_q, lut_q})
             && {mult1_q, mult2_q, right1_q, right2_q}
             == $past({mult1_q, mult2_q, right1_q, right2_q})
             && {count_q, scale1_q, scale2_q, scale3_q, scale4_q, scale5_q}
             == $past({count_q, scale1_q, scale2_q, scale3_q, scale4_q, scale5_q}))

  // Positive is to the left, negative to the right by as much, for whatever eight bits can say,
  // modulo the 32 bits of what is shifted; products and table bytes are not rescaled.
  wire       rescaled = !mul_i && !lut_i;
  wire [7:0] away1    = 8'd0 - shift1_i;
  wire [7:0] away2    = 8'd0 - shift2_i;

`ifdef FORMAL
  `RULE_IF(left_of_the_first, item_i, lefts[4:0] == ($signed(shift1_i) > 0 ? shift1_i[4:0] : 5'd0))
  `RULE_IF(left_of_the_second, item_i, lefts[9:5] == ($signed(shift2_i) > 0 ? shift2_i[4:0] : 5'd0))
`endif
  `RULE_NEXT(right_of_the_first, item_i,
             right1_q[4:0] == ($past(rescaled && $signed(shift1_i) < 0) ? $past(away1[4:0]) : 5'd0))
  `RULE_NEXT(right_of_the_second, item_i,
             right2_q[4:0] == ($past(rescaled && $signed(shift2_i) < 0) ? $past(away2[4:0]) : 5'd0))
  `RULE_NEXT(amounts_go_along, item_i || busy_o, {right1_q[14:5], right2_q[14:5]}
             == {$past(right1_q[9:0]), $past(right2_q[9:0])})
  `RULE_NEXT(divisor, item_i,
             count_q[17:0] == (($past(count_i) == 18'd0) ? 18'd1 : $past(count_i)))

endmodule
