// The product of two cycles before, exact.
`include "rules.svh"

module ratel_multiply_add_rules (
  input wire        clk_i,
  input wire        rst_ni,
  input wire [15:0] a_i,
  input wire [32:0] b_i,
  input wire [33:0] c_i,
  input wire [15:0] a_q,
  input wire [32:0] b_q,
  input wire [33:0] c_q,
  input wire [49:0] product_o
);

  `STARTS_IN_RESET

  wire [63:0] exact = {48'd0, a_q} * {31'd0, b_q} + {30'd0, c_q};

  `RULE_NEXT(takes_its_numbers, 1'b1, a_q == $past(a_i) && b_q == $past(b_i) && c_q == $past(c_i))
  `RULE_NEXT(product_of_them, 1'b1, product_o == $past(exact[49:0]))

endmodule
