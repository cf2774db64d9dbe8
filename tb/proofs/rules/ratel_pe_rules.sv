// A processing element: what each cycle takes, from the cycle before, and that nothing moves unasked.
`include "rules.svh"

module ratel_pe_rules (
  input wire        clk_i,
  input wire        a_en_i,
  input wire        broadcast_i,
  input wire [7:0]  own_i,
  input wire [7:0]  shared_i,
  input wire [7:0]  zp_i,
  input wire        product_en_i,
  input wire [8:0]  b_i,
  input wire        acc_en_i,
  input wire [1:0]  op_i,
  input wire [31:0] acc_o,
  input wire        wraps_o,
  input wire [8:0]  a_q,
  input wire [17:0] product_q
);

  reg rst_ni = 1'b0;  // the element has none: there is a cycle before the first
  always @(posedge clk_i) rst_ni <= 1'b1;

  wire signed [7:0]  taken   = broadcast_i ? shared_i : own_i;
  wire signed [7:0]  zero    = zp_i;
  wire signed [8:0]  operand = taken - zero;
  wire signed [8:0]  weight  = b_i;
  wire signed [8:0]  at      = a_q;
  wire signed [17:0] product = at * weight;
  wire signed [17:0] done    = product_q;
  wire signed [31:0] acc     = acc_o;
  wire signed [32:0] sum     = acc + done;
  wire        [31:0] packed_ = {acc_o[15:0], product_q[15:0]};

  `RULE_NEXT(takes_less_its_zero_point, a_en_i, a_q == $past(operand))
  `RULE_NEXT(multiplies, product_en_i, product_q == $past(product))
  `RULE_NEXT(loads, acc_en_i && op_i == 2'd0, acc == $past(done))
  `RULE_NEXT(adds, acc_en_i && op_i == 2'd1, acc_o == $past(sum[31:0]))
  `RULE_NEXT(keeps_the_larger, acc_en_i && op_i == 2'd2,
             acc == ($past(done > acc) ? $past(done) : $past(acc)))
  `RULE_NEXT(packs, acc_en_i && op_i == 2'd3, acc_o == $past(packed_))
  `RULE(wraps_out_of_int32, wraps_o == (op_i == 2'd1 && sum[32] != sum[31]))

  // What does not move costs no energy.
  `RULE_NEXT(operand_waits, !a_en_i, a_q == $past(a_q))
  `RULE_NEXT(product_waits, !product_en_i, product_q == $past(product_q))
  `RULE_NEXT(sum_waits, !acc_en_i, acc_o == $past(acc_o))

endmodule
