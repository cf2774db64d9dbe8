// The walk over output pixels: it stays in its row, goes on by a stride, begins each row anew, and a
// tile in use stays as it is until it is released.
`include "rules.svh"

module ratel_row_generator_rules #(
  parameter Rows = 8
) (
  input wire                         clk_i,
  input wire                         rst_ni,
  input wire                         valid_i,
  input wire                         done_o,
  input wire [17:0]                  pixels_i,
  input wire [15:0]                  blocks_i,
  input wire [15:0]                  out_w_i,
  input wire [7:0]                   sy_i,
  input wire [7:0]                   sx_i,
  input wire [15:0]                  pad_top_i,
  input wire [15:0]                  pad_left_i,
  input wire [19:0]                  origin_i,
  input wire                         tile_valid_o,
  input wire [Rows-1:0]              tile_row_o,
  input wire [Rows*27-1:0]           tile_y_o,
  input wire [Rows*27-1:0]           tile_x_o,
  input wire [Rows*16-1:0]           tile_line_o,
  input wire [Rows*16-1:0]           tile_line2_o,
  input wire                         release_i,
  input wire                         fresh_q,
  input wire [4:0]                   row_q,
  input wire [15:0]                  ox_q,
  input wire [26:0]                  y_q,
  input wire [26:0]                  x_q,
  input wire                         full_q,
  input wire                         take,
  input wire                         shift,
  input wire                         is_row,
  input wire [15:0]                  ox,
  input wire [26:0]                  y,
`ifdef FORMAL
  input wire [17:0]                  passed,
`endif
  input wire [26:0]                  x
);

  `STARTS_IN_RESET

  wire [101:0] asked = {pixels_i, blocks_i, out_w_i, sy_i, sx_i, pad_top_i, origin_i};
  wire         goes  = shift && is_row;
  wire         last  = ox == out_w_i - 16'd1;
  wire [Rows*87-1:0] tile = {tile_row_o, tile_y_o, tile_x_o, tile_line_o, tile_line2_o};

  `HOST_IF(sizes_are_there, valid_i, out_w_i != 16'd0 && pixels_i != 18'd0 && blocks_i != 16'd0)
  `HOST_NEXT(instruction_stays, valid_i && !done_o, valid_i && asked == $past(asked)
             && pad_left_i == $past(pad_left_i))
  `HOST_IF(releases_what_is_there, release_i, tile_valid_o)

  `RULE_IF(begins_outside, fresh_q, ox == 16'd0 && y == 27'd0 - {11'd0, pad_top_i}
           && x == 27'd0 - {11'd0, pad_left_i})
  `RULE_IF(begins_with_a_tile, fresh_q, row_q == 5'd0)
  `RULE_IF(first_row_is_one, valid_i && row_q == 5'd0, is_row)
  `RULE_IF(nothing_is_begun, !valid_i, fresh_q)
`ifdef FORMAL
  `RULE_IF(no_pixel_is_passed, !valid_i, passed == 18'd0)
  `RULE_IF(some_are_left, valid_i, passed < pixels_i)
  `RULE_IF(row_is_a_pixel, valid_i,
           is_row == ({1'b0, passed} + {14'd0, row_q} < {1'b0, pixels_i}))
`endif
  `RULE_IF(pixel_is_in_its_row, valid_i, ox < out_w_i)
  `RULE_NEXT(next_in_a_row, goes && !last,
             ox_q == $past(ox) + 16'd1 && y_q == $past(y) && x_q == $past(x) + {19'd0, $past(sx_i)})
  `RULE_NEXT(next_row, goes && last, ox_q == 16'd0 && y_q == $past(y) + {19'd0, $past(sy_i)}
             && x_q == 27'd0 - {11'd0, $past(pad_left_i)})
  `RULE_NEXT(stands_still, !goes, ox_q == $past(ox_q) && y_q == $past(y_q) && x_q == $past(x_q))
  `RULE_NEXT(ends_with_the_last, done_o, fresh_q)
  `RULE(row_of_the_tile, row_q < Rows)
  `RULE_NEXT(tile_stays, tile_valid_o && !release_i, tile_valid_o && tile == $past(tile))
  `RULE_NEXT(full_becomes_the_tile, take, tile_valid_o)
  `RULE_NEXT(full_waits, full_q && !take, full_q)
  `RULE_NEXT(no_tile_of_its_own, !take && (!tile_valid_o || release_i), !tile_valid_o)
  `RULE_IF(next_tile_is_begun_by_a_walk, full_q, row_q == 5'd0)
  `RULE_IF(no_room_no_walk, shift, valid_i && (!full_q || take))

endmodule
