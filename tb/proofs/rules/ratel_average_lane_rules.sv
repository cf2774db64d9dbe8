// An average, stage by stage: the magnitude and half the count, then two digits a stage of what is
// left, the most significant first; the sign goes with its item, and no stage moves unasked.
`include "rules.svh"

module ratel_average_lane_rules (
  input wire        clk_i,
  input wire [4:0]  en_i,
  input wire [25:0] sum_i,
  input wire [17:0] half_i,
  input wire [71:0] count_i,
  input wire [31:0] average_o,
  input wire [25:0] rest1_q,
  input wire [25:0] rest2_q,
  input wire [25:0] rest3_q,
  input wire [25:0] rest4_q,
  input wire [1:0]  bits2_q,
  input wire [3:0]  bits3_q,
  input wire [5:0]  bits4_q,
  input wire [7:0]  bits5_q,
  input wire [4:0]  minus_q
);

  reg rst_ni = 1'b0;  // the lane has none: there is a cycle before the first
  always @(posedge clk_i) rst_ni <= 1'b1;

  wire signed [25:0] sum       = sum_i;
  wire        [26:0] magnitude = sum < 0 ? -sum : sum;

  // Of the stage's digit, 0 to 3: divisor and place.
  wire [31:0] unit2 = {14'd0, count_i[17:0]} * 64;
  wire [31:0] unit3 = {14'd0, count_i[35:18]} * 16;
  wire [31:0] unit4 = {14'd0, count_i[53:36]} * 4;
  wire [31:0] unit5 = {14'd0, count_i[71:54]};

  function [31:0] taken(input [1:0] digit, input [31:0] unit);
    taken = (digit[1] ? 2 * unit : 32'd0) + (digit[0] ? unit : 32'd0);
  endfunction

  // A digit is enough: at most 128 and a half times the divisor is left.
  function fits(input [25:0] rest, input [31:0] unit);
    fits = unit != 0 && unit < 32'h0200_0000 && {6'd0, rest} < 4 * unit;
  endfunction

  wire fits2 = en_i[1] && fits(rest1_q, unit2);
  wire fits3 = en_i[2] && fits(rest2_q, unit3);
  wire fits4 = en_i[3] && fits(rest3_q, unit4);
  wire fits5 = en_i[4] && fits(rest4_q, unit5);

  `RULE_NEXT(magnitude_and_half, en_i[0] && magnitude + {9'd0, half_i} < 27'h400_0000,
             {1'b0, rest1_q} == $past(magnitude + {9'd0, half_i}))
  `RULE_NEXT(digit_of_64, fits2, taken(bits2_q, $past(unit2)) + {6'd0, rest2_q} == {6'd0, $past(rest1_q)}
             && {6'd0, rest2_q} < $past(unit2))
  `RULE_NEXT(digit_of_16, fits3, taken(bits3_q[1:0], $past(unit3)) + {6'd0, rest3_q} == {6'd0, $past(rest2_q)}
             && {6'd0, rest3_q} < $past(unit3))
  `RULE_NEXT(digit_of_4, fits4, taken(bits4_q[1:0], $past(unit4)) + {6'd0, rest4_q} == {6'd0, $past(rest3_q)}
             && {6'd0, rest4_q} < $past(unit4))
  `RULE_NEXT(digit_of_1, fits5, taken(bits5_q[1:0], $past(unit5)) <= {6'd0, $past(rest4_q)}
             && {6'd0, $past(rest4_q)} < taken(bits5_q[1:0], $past(unit5)) + $past(unit5))

  // --- digits that were found, and the sign
  `RULE_NEXT(digits_go_on, 1'b1,
             (!$past(en_i[2]) || bits3_q[3:2] == $past(bits2_q))
             && (!$past(en_i[3]) || bits4_q[5:2] == $past(bits3_q))
             && (!$past(en_i[4]) || bits5_q[7:2] == $past(bits4_q)))
  `RULE_NEXT(sign_goes_along, 1'b1,
             minus_q == $past((en_i & {minus_q[3:0], sum < 0}) | (~en_i & minus_q)))
  `RULE(average_has_its_sign, $signed(average_o) == (minus_q[4] ? -$signed({24'd0, bits5_q})
                                                              : $signed({24'd0, bits5_q})))

  // What does not move costs no energy.
  `RULE_NEXT(magnitude_waits, !en_i[0], rest1_q == $past(rest1_q))
  `RULE_NEXT(first_digit_waits, !en_i[1], {bits2_q, rest2_q} == $past({bits2_q, rest2_q}))
  `RULE_NEXT(second_digit_waits, !en_i[2], {bits3_q, rest3_q} == $past({bits3_q, rest3_q}))
  `RULE_NEXT(third_digit_waits, !en_i[3], {bits4_q, rest4_q} == $past({bits4_q, rest4_q}))
  `RULE_NEXT(average_waits, !en_i[4], average_o == $past(average_o))

endmodule
