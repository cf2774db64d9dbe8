// Tiles: every pixel of every block once, none past the end.
`include "rules.svh"

module ratel_tile_counter_rules #(
  parameter Rows = 8
) (
  input wire        clk_i,
  input wire        rst_ni,
  input wire [17:0] pixels_i,
  input wire [15:0] blocks_i,
  input wire        advance_i,
  input wire [4:0]  rows_o,
  input wire        last_tile_o,
  input wire        last_block_o,
  input wire [15:0] block_o,
  input wire [17:0] passed_q
);

  `STARTS_IN_RESET

  wire idle = passed_q == 18'd0 && block_o == 16'd0;
  wire [18:0] seen = {1'b0, passed_q} + {14'd0, rows_o};

  `HOST(something_to_walk, pixels_i != 0 && blocks_i != 0)
  `HOST_NEXT(stable_while_it_walks, !(last_tile_o && last_block_o && advance_i) && !(idle && !advance_i),
             pixels_i == $past(pixels_i) && blocks_i == $past(blocks_i))

  `RULE(block_in_range, idle || block_o < blocks_i)
  `RULE(pixels_in_range, idle || passed_q < pixels_i)
  `RULE(rows_in_range, rows_o >= 1 && {27'd0, rows_o} <= Rows && seen <= {1'b0, pixels_i})
  `RULE(last_tile_ends_the_block, last_tile_o == (seen == {1'b0, pixels_i}))
  `RULE_IF(all_but_the_last_are_full, !last_tile_o, {27'd0, rows_o} == Rows)
  `RULE_NEXT(next_tile_follows, advance_i && !last_tile_o,
             passed_q == $past(seen[17:0]) && block_o == $past(block_o))
  `RULE_NEXT(next_block_follows, advance_i && last_tile_o && !last_block_o,
             passed_q == 0 && block_o == $past(block_o) + 16'd1)
  `RULE_NEXT(ends_at_the_start, advance_i && last_tile_o && last_block_o, idle)
  `RULE_NEXT(waits, !advance_i, passed_q == $past(passed_q) && block_o == $past(block_o))

endmodule
