// The walk over taps: words innermost, then columns, then rows of the kernel, each once a tile; the
// displacement goes on by the dilation, and a tap on offer stays as it is until it is taken.
`include "rules.svh"

module ratel_tap_generator_rules #(
  parameter Rows       = 8,
  parameter BankWidth  = 3,
  parameter PlaceWidth = 19
) (
  input wire                  clk_i,
  input wire                  rst_ni,
  input wire                  valid_i,
  input wire                  done_o,
  input wire                  conv_i,
  input wire                  binary_i,
  input wire [17:0]           pixels_i,
  input wire [15:0]           blocks_i,
  input wire [15:0]           in_base_i,
  input wire [15:0]           in2_base_i,
  input wire [15:0]           in_cbs_i,
  input wire [15:0]           in_blocks_i,
  input wire [15:0]           kh_i,
  input wire [15:0]           kw_i,
  input wire [7:0]            dy_i,
  input wire [7:0]            dx_i,
  input wire [19:0]           tap_step_i,
  input wire                  tap_valid_o,
  input wire                  tap_ready_i,
  input wire [26:0]           tap_y_o,
  input wire [26:0]           tap_x_o,
  input wire [BankWidth-1:0]  tap_low_o,
  input wire [15:0]           tap_line_o,
  input wire                  tap_first_o,
  input wire                  tap_last_o,
  input wire                  tap_second_o,
  input wire                  tap_tail_o,
  input wire                  tap_end_o,
  input wire [4:0]            tap_rows_o,
  input wire                  tap_edge_o,
  input wire [15:0]           ky_q,
  input wire [15:0]           kx_q,
  input wire [15:0]           word_q,
  input wire [26:0]           y_q,
  input wire [26:0]           x_q,
  input wire [PlaceWidth-1:0] place_q,
  input wire [PlaceWidth-1:0] line_place_q,
  input wire [15:0]           lines,
`ifdef FORMAL
  input wire [17:0]           passed,
`endif
  input wire [15:0]           block
);

  `STARTS_IN_RESET

  wire [173:0] asked = {conv_i, binary_i, pixels_i, blocks_i, in_base_i, in2_base_i, in_cbs_i, in_blocks_i,
                        kh_i, kw_i, dy_i, dx_i, tap_step_i};
  wire [15:0]  words = conv_i ? in_blocks_i : binary_i ? 16'd2 : 16'd1;
  wire         row_ends    = ky_q == kh_i - 16'd1;
  wire         column_ends = kx_q == kw_i - 16'd1;
  wire         word_ends   = word_q == words - 16'd1;
  wire         tile_ends   = row_ends && column_ends && word_ends;
  wire         edge_block  = block == blocks_i - 16'd1;
  wire         gives = valid_i && (!tap_valid_o || tap_ready_i);
  wire         start = ky_q == 0 && kx_q == 0 && word_q == 0;
  wire         still = y_q == 0 && x_q == 0 && place_q == 0 && line_place_q == 0;

  `HOST_IF(sizes_are_there, valid_i, pixels_i != 0 && blocks_i != 0 && kh_i != 0 && kw_i != 0 && words != 0)
  `HOST_IF(one_kind, valid_i, !conv_i || !binary_i)
  `HOST_NEXT(instruction_stays, valid_i && !done_o, valid_i && asked == $past(asked))

  // --- where it is
  `RULE_IF(tap_is_in_the_kernel, valid_i, ky_q < kh_i && kx_q < kw_i && word_q < words)
  `RULE_IF(nothing_is_begun, !valid_i, start && still && block == 0)
  `RULE_IF(begins_where_it_is, start, still)
  `RULE_IF(row_begins_at_its_left, kx_q == 0, x_q == 0 && place_q == line_place_q)
  `RULE_IF(top_row_is_not_moved, ky_q == 0, y_q == 0 && line_place_q == 0)
  `RULE_IF(block_is_in_range, valid_i, block < blocks_i)
`ifdef FORMAL
  wire tiles_end = {1'b0, passed} + Rows >= {1'b0, pixels_i};

  `RULE_IF(no_pixel_is_passed, !valid_i, passed == 0)
  `RULE_IF(some_are_left, valid_i, passed < pixels_i)
  `RULE(done_with_the_last_tap, done_o == (gives && tile_ends && edge_block && tiles_end))
  `RULE_NEXT(rows_of_the_tile, gives,
             {13'd0, tap_rows_o} == ($past(tiles_end) ? $past(pixels_i - passed) : Rows))
  `RULE_NEXT(tile_by_tile, gives && tile_ends && !tiles_end,
             passed == $past(passed) + Rows && block == $past(block))
  `RULE_NEXT(same_tile, !(gives && tile_ends), passed == $past(passed) && block == $past(block))
`endif

  // --- where it goes
  `RULE_NEXT(next_word, gives && !word_ends,
             word_q == $past(word_q) + 16'd1 && kx_q == $past(kx_q) && ky_q == $past(ky_q)
             && x_q == $past(x_q) && y_q == $past(y_q) && place_q == $past(place_q))
  `RULE_NEXT(next_column, gives && word_ends && !column_ends,
             word_q == 0 && kx_q == $past(kx_q) + 16'd1 && ky_q == $past(ky_q)
             && x_q == $past(x_q) + {19'd0, $past(dx_i)} && y_q == $past(y_q)
             && place_q == $past(place_q) + {{(PlaceWidth - 8){1'b0}}, $past(dx_i)})
  `RULE_NEXT(next_row, gives && word_ends && column_ends && !row_ends,
             word_q == 0 && kx_q == 0 && ky_q == $past(ky_q) + 16'd1
             && x_q == 0 && y_q == $past(y_q) + {19'd0, $past(dy_i)}
             && place_q == $past(line_place_q) + $past(tap_step_i[PlaceWidth-1:0]))
  `RULE_NEXT(row_keeps_its_left, gives && !(word_ends && column_ends), line_place_q == $past(line_place_q))
  `RULE_NEXT(next_tile, gives && tile_ends, start && still)
  `RULE_NEXT(stands_still, !gives, ky_q == $past(ky_q) && kx_q == $past(kx_q) && word_q == $past(word_q)
             && y_q == $past(y_q) && x_q == $past(x_q) && place_q == $past(place_q)
             && line_place_q == $past(line_place_q))

  // --- what it says of it
  `RULE_NEXT(gives_a_tap, gives, tap_valid_o)
  `RULE_NEXT(gives_no_other, !gives && tap_ready_i, !tap_valid_o)
  `STAYS(tap_stays, tap_valid_o, tap_ready_i,
         {tap_y_o, tap_x_o, tap_low_o, tap_line_o, tap_first_o, tap_last_o, tap_second_o, tap_tail_o,
          tap_end_o, tap_rows_o, tap_edge_o})
  `RULE_NEXT(first_and_last_of_the_tile, gives,
             tap_first_o == $past(start) && tap_last_o == $past(tile_ends))
  `RULE_NEXT(last_word_is_the_tail, gives, tap_tail_o == $past(word_ends))
  `RULE_NEXT(second_operand, gives, tap_second_o == $past(binary_i && word_q == 16'd1))
  `RULE_NEXT(end_and_edge, gives, tap_end_o == $past(done_o) && tap_edge_o == $past(edge_block))
  `RULE_NEXT(displacement, gives, tap_y_o == $past(y_q) && tap_x_o == $past(x_q)
             && tap_low_o == $past(place_q[BankWidth-1:0]))
  `RULE_NEXT(line_of_the_word, gives,
             tap_line_o == $past(lines) + $past(binary_i && word_q == 16'd1 ? in2_base_i : in_base_i)
                           + $past(conv_i ? word_q : block))

endmodule
