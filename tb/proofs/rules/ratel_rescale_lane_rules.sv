// The lane that brings two operands to one scale: what a stage holds, from the stage before, and
// that it moves when it is told to and at no other time.
`include "rules.svh"

module ratel_rescale_lane_rules (
  input wire        clk_i,
  input wire [4:0]  en_i,
  input wire [31:0] acc_i,
  input wire [2:0]  mul_i,
  input wire [2:0]  lut_i,
  input wire [4:0]  left1_i,
  input wire [4:0]  left2_i,
  input wire [31:0] mult1_i,
  input wire [31:0] mult2_i,
  input wire [7:0]  table_i,
  input wire        sub_i,
  input wire [31:0] sum_o,
  input wire [11:0] e1_q,
  input wire [11:0] e2_q,
  input wire [43:0] p1_q,
  input wire [43:0] p2_q,
  input wire [31:0] h1_q,
  input wire [31:0] h2_q,
  input wire [31:0] r1_q,
  input wire [31:0] r2_q
);

  reg rst_ni = 1'b0;  // the lane has none: there is a cycle before the first
  always @(posedge clk_i) rst_ni <= 1'b1;

  wire signed [8:0]  first  = acc_i[24:16];
  wire signed [8:0]  second = acc_i[8:0];
  wire signed [11:0] wide1  = first;
  wire signed [11:0] wide2  = second;
  wire signed [7:0]  entry  = table_i;
  wire signed [43:0] sum1   = p1_q;
  wire signed [43:0] sum2   = p2_q;
  wire signed [43:0] half1  = (sum1 + 44'sd1024) >>> 11;
  wire signed [43:0] half2  = (sum2 + 44'sd1024) >>> 11;
  wire signed [43:0] table_ = entry;

  `RULE_NEXT(operands_to_be_multiplied, en_i[0] && mul_i[0],
             e1_q == $past(wide1) && e2_q == $past(wide2))
  `RULE_NEXT(operands_shifted_left, en_i[0] && !mul_i[0],
             e1_q == $past(wide1 << left1_i) && e2_q == $past(wide2 << left2_i))
  `RULE_NEXT(table_alone, en_i[1] && lut_i[1], p1_q == $past(table_) && p2_q == 44'd0)
  `RULE_NEXT(one_product, en_i[1] && mul_i[1] && !lut_i[1], p2_q == 44'd0)
  `RULE_NEXT(low_half, en_i[2] && (mul_i[2] || lut_i[2]), h1_q == $past(p1_q[31:0]))
  `RULE_NEXT(high_half, en_i[2] && !mul_i[2] && !lut_i[2], h1_q == $past(half1[31:0]))
  `RULE_NEXT(high_half_of_the_other, en_i[2], h2_q == $past(half2[31:0]))
  `RULE_NEXT(adds, en_i[4] && !sub_i, sum_o == $past(r1_q + r2_q))
  `RULE_NEXT(subtracts, en_i[4] && sub_i, sum_o == $past(r1_q - r2_q))

  // What does not move costs no energy.
  `RULE_NEXT(operands_wait, !en_i[0], e1_q == $past(e1_q) && e2_q == $past(e2_q))
  `RULE_NEXT(products_wait, !en_i[1], p1_q == $past(p1_q) && p2_q == $past(p2_q))
  `RULE_NEXT(halves_wait, !en_i[2], h1_q == $past(h1_q) && h2_q == $past(h2_q))
  `RULE_NEXT(quotients_wait, !en_i[3], r1_q == $past(r1_q) && r2_q == $past(r2_q))
  `RULE_NEXT(sum_waits, !en_i[4], sum_o == $past(sum_o))

endmodule
