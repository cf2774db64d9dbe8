// Two sets of row words: no set is overwritten before it left, none leaves before it is whole.
`include "rules.svh"

module ratel_word_sets_rules #(
  parameter TagWidth = 8
) (
  input wire                clk_i,
  input wire                rst_ni,
  input wire                space_o,
  input wire                complete_i,
  input wire [TagWidth-1:0] tag_i,
  input wire                valid_o,
  input wire                pop_i,
  input wire [TagWidth-1:0] tag_o,
  input wire [1:0]          taken_q,
  input wire [1:0]          ready_q,
  input wire                complete_q,
  input wire                write_q,
  input wire                read_q,
  input wire [TagWidth-1:0] tag0_q,
  input wire [TagWidth-1:0] tag1_q
);

  `STARTS_IN_RESET

  `HOST_IF(completes_into_space, complete_i, space_o)
  `HOST_IF(pops_what_is_there, pop_i, valid_o)

  `RULE(taken_in_bounds, taken_q <= 2'd2 && ready_q <= taken_q)
  `RULE(ready_follows_taken, taken_q == ready_q + {1'b0, complete_q})
  `RULE(slots_follow_taken, (write_q ^ read_q) == taken_q[0])
  `RULE_IF(never_into_what_is_read, complete_i && taken_q != 0 && !pop_i, write_q != read_q)

`ifdef FORMAL
  (* anyseq *) wire  mark;
  reg                marked_q, second_q;
  reg [TagWidth-1:0] value_q;

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      marked_q <= 1'b0;
    end else if (!marked_q && complete_i && mark) begin
      marked_q <= 1'b1;
      value_q  <= tag_i;
      second_q <= taken_q - {1'b0, pop_i} == 2'd1;
    end else if (marked_q && pop_i) begin
      marked_q <= second_q;
      second_q <= 1'b0;
    end
  end

  `RULE_IF(mark_is_inside, marked_q,
           (second_q ? taken_q == 2'd2 : taken_q != 0)
           && ((read_q ^ second_q) ? tag1_q : tag0_q) == value_q)
  `RULE_IF(tags_in_order, marked_q && !second_q && valid_o, tag_o == value_q)
`endif

endmodule
