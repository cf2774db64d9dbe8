// The array around its elements: a step reaches each stage one cycle after the other, with its own
// operation, weights and rows; a tile is told as final in the third cycle after its last step.
`include "rules.svh"

module ratel_array_rules #(
  parameter Rows = 8,
  parameter Cols = 8
) (
  input wire                    clk_i,
  input wire                    rst_ni,
  input wire                    step_i,
  input wire                    last_i,
  input wire [1:0]              op_i,
  input wire                    broadcast_i,
  input wire [3:0]              byte_i,
  input wire [Rows*Cols*8-1:0]  words_i,
  input wire [7:0]              zp_i,
  input wire                    weighted_i,
  input wire [Cols*8-1:0]       weights_i,
  input wire [7:0]              weight_zp_i,
  input wire [Rows-1:0]         inside_i,
  input wire                    pending_o,
  input wire                    shadow_o,
`ifdef FORMAL
  input wire [Cols*9-1:0]       factors,
  input wire [35:0]             operands,
  input wire [71:0]             products,
`endif
  input wire [Rows*Cols*32-1:0] acc_o,
  input wire [Rows*18-1:0]      count_o,
  input wire [1:0]              op1_q,
  input wire [1:0]              op2_q,
  input wire [Rows-1:0]         inside1_q,
  input wire [Rows-1:0]         inside2_q
);

  `STARTS_IN_RESET

  // --- when: steps and ends of tiles of the three cycles before
  reg [2:0] steps_q;
  reg [2:0] ends_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) {steps_q, ends_q} <= 6'd0;
    else {steps_q, ends_q} <= {steps_q[1:0], step_i, ends_q[1:0], step_i && last_i};
  end

  `RULE(final_in_the_third_cycle, shadow_o == ends_q[2])
  `RULE(pending_until_then, pending_o == (ends_q != 3'd0))

  // --- a step's own operation and rows, two cycles on
  `RULE_NEXT(operation_goes_along, 1'b1, op1_q == ($past(step_i) ? $past(op_i) : $past(op1_q))
             && op2_q == ($past(steps_q[0]) ? $past(op1_q) : $past(op2_q)))
  `RULE_NEXT(rows_go_along, 1'b1, inside1_q == ($past(step_i) ? $past(inside_i) : $past(inside1_q))
             && inside2_q == ($past(steps_q[0]) ? $past(inside1_q) : $past(inside2_q)))

  // --- counts
  reg [Rows*18-1:0] counts;
  integer           r;

  always @* begin
    for (r = 0; r < Rows; r = r + 1)
      counts[18*r +: 18] = (op2_q == 2'd0 ? 18'd0 : count_o[18*r +: 18]) + (inside2_q[r] ? 18'd1 : 18'd0);
  end

  `RULE_NEXT(counts_rows_inside, steps_q[1], count_o == $past(counts))
  `RULE_NEXT(nothing_moves_unasked, !steps_q[1], count_o == $past(count_o) && acc_o == $past(acc_o))

`ifdef FORMAL
  // --- elements: of two rows and two columns, row by row
  wire signed [7:0] zero        = zp_i;
  wire signed [7:0] weight_zero = weight_zp_i;

  reg signed [7:0] weight;
  reg signed [7:0] taken;
  reg [Cols*9-1:0] next_factors;
  reg [35:0]       next_operands;
  reg [127:0]      next_sums;
  reg [31:0]       product;
  integer          k;
  integer          c;

  always @* begin
    for (c = 0; c < Cols; c = c + 1) begin
      weight = weights_i[8*c +: 8];
      next_factors[9*c +: 9] = weighted_i ? weight - weight_zero : 9'sd1;
    end
    for (k = 0; k < 4; k = k + 1) begin
      taken = words_i[8*(Cols*(k/2) + (broadcast_i ? byte_i % Cols : k%2)) +: 8];
      next_operands[9*k +: 9] = taken - zero;
      product = {{14{products[18*k+17]}}, products[18*k +: 18]};
      next_sums[32*k +: 32] = (op2_q == 2'd0 ? 32'd0 : acc_o[32*(Cols*(k/2) + k%2) +: 32]) + product;
    end
  end

  `RULE_NEXT(weights_less_their_zero_point, step_i, factors == $past(next_factors))
  `RULE_NEXT(factors_wait, !step_i, factors == $past(factors))
  `RULE_NEXT(each_element_its_byte, step_i, operands == $past(next_operands))
  `RULE_NEXT(operands_wait, !step_i, operands == $past(operands))
  `RULE_NEXT(products_wait_for_steps, !steps_q[0], products == $past(products))
  `RULE_NEXT(each_sum_its_product, steps_q[1] && !op2_q[1],
             {acc_o[32*Cols +: 64], acc_o[63:0]} == $past(next_sums))
`endif

endmodule
