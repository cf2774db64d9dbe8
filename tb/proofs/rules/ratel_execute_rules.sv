// Execute: what its parts are told where an instruction says nothing of its own.
`include "rules.svh"

module ratel_execute_rules #(
  parameter Cols = 8
) (
  input wire        clk_i,
  input wire        rst_ni,
`ifdef FORMAL
  input wire        scaled,
  input wire [31:0] mult,
  input wire [7:0]  shift,
  input wire [4:0]  step_cols,
  input wire [4:0]  item_cols,
`endif
  input wire        set_edge,
  input wire        item_edge
);

`ifdef FORMAL
  // As gemmlowp has it: a multiplier of 2**31 stands for one, and a shift of one is to the left.
  `RULE_IF(without_a_scale_it_is_one, !scaled, {32'd0, mult} << shift == 64'd1 << 31)

  // All columns of a block are outputs, but of the last block.
  `RULE_IF(all_columns_count, !set_edge, {27'd0, step_cols} == Cols)
  `RULE_IF(all_columns_leave, !item_edge, {27'd0, item_cols} == Cols)
`endif

endmodule
