// The requantiser's lane, stage by stage, against gemmlowp's formula in 65 bits.
//
// Each rule says what a stage's registers hold, from those of the stage before; the chain is the
// whole formula. Together with ratel_rounding_shift it covers every accumulator, bias, multiplier
// and shift. The product itself is the language's own `*` on both sides.
`include "rules.svh"

module ratel_requant_lane_rules (
  input wire        clk_i,
  input wire [4:0]  en_i,
  input wire [31:0] acc_i,
  input wire [31:0] bias_i,
  input wire [31:0] mult_i,
  input wire [7:0]  shift_i,
  input wire [31:0] biased_q,
  input wire [31:0] mult1_q,
  input wire [5:0]  shift1_q,
  input wire [31:0] shifted_q,
  input wire [31:0] mult2_q,
  input wire [4:0]  right2_q,
  input wire [63:0] product_q,
  input wire [4:0]  right3_q,
  input wire [31:0] high_q,
  input wire [4:0]  right4_q,
  input wire [31:0] value_o
);

  reg rst_ni = 1'b0;  // the lane has none: there is a cycle before the first
  always @(posedge clk_i) rst_ni <= 1'b1;

  wire signed [7:0]  shift    = shift_i;
  wire signed [7:0]  shift1   = {{2{shift1_q[5]}}, shift1_q};
  wire        [7:0]  left     = shift1 > 0 ? shift1 : 8'd0;
  wire        [7:0]  right    = shift1 < 0 ? 8'd0 - shift1 : 8'd0;
  wire signed [31:0] factor   = shifted_q;
  wire signed [31:0] mult     = mult2_q;
  wire signed [63:0] product  = factor * mult;

  // SaturatingRoundingDoublingHighMul: nudge away from zero, divide towards zero
  wire signed [64:0] exact    = {product_q[63], product_q};
  wire signed [64:0] nudged   = exact + (product_q[63] ? 65'sd1 - 65'sd1073741824 : 65'sd1073741824);
  wire signed [64:0] towards  = nudged[64] ? nudged + 65'sd2147483647 : nudged;
  wire signed [64:0] high     = towards >>> 31;

  // RoundingDivideByPOT
  wire signed [31:0] value     = high_q;
  wire        [31:0] mask      = (32'd1 << right4_q) - 32'd1;
  wire               rounds    = (high_q & mask) > (mask >> 1) + {31'd0, high_q[31]};
  wire signed [31:0] quotient  = value >>> right4_q;

  `HOST_IF(scale_is_legal, en_i[0], !mult_i[31] && shift >= -31 && shift <= 30)

  // Nothing is reset here either: what a stage holds counts once something legal came in.
  reg loaded_q = 1'b0;
  always @(posedge clk_i) if (rst_ni && en_i[0]) loaded_q <= 1'b1;
  `RULE_IF(shift_fits, loaded_q, shift1 != -32)

  `RULE_NEXT(bias_is_added, en_i[0], biased_q == $past(acc_i + bias_i))
  `RULE_NEXT(scale_is_kept, en_i[0], mult1_q == $past(mult_i) && shift1 == $past(shift))
  `RULE_NEXT(shifts_left, en_i[1], shifted_q == $past(biased_q << left) && mult2_q == $past(mult1_q))
  `RULE_NEXT(right_shift_is_kept, en_i[1] && loaded_q, {3'd0, right2_q} == $past(right))
  `RULE_NEXT(multiplies, en_i[2], product_q == $past(product) && right3_q == $past(right2_q))
  `RULE_NEXT(rounds_to_the_high_half, en_i[3],
             high_q == $past(high[31:0]) && right4_q == $past(right3_q))
  `RULE_NEXT(rounds_the_right_shift, en_i[4], value_o == $past(quotient + {31'd0, rounds}))

  // What does not move costs no energy.
  `RULE_NEXT(bias_waits, !en_i[0], biased_q == $past(biased_q) && mult1_q == $past(mult1_q)
             && shift1_q == $past(shift1_q))
  `RULE_NEXT(shifted_waits, !en_i[1], shifted_q == $past(shifted_q) && mult2_q == $past(mult2_q)
             && right2_q == $past(right2_q))
  `RULE_NEXT(product_waits, !en_i[2], product_q == $past(product_q) && right3_q == $past(right3_q))
  `RULE_NEXT(high_half_waits, !en_i[3], high_q == $past(high_q) && right4_q == $past(right4_q))
  `RULE_NEXT(value_waits, !en_i[4], value_o == $past(value_o))

endmodule
