// What a mac or vec needs beyond its operands: in each step the product that the document has there is
// asked for, its result goes where it belongs two steps later, and stays there.
`include "rules.svh"

module ratel_derive_compute_rules #(
  parameter Rows = 8
) (
  input wire        clk_i,
  input wire        rst_ni,
  input wire [3:0]  step_i,
  input wire [15:0] h_i,
  input wire [15:0] w_i,
  input wire [15:0] blocks_i,
  input wire [15:0] pitch_i,
  input wire [15:0] cbs_i,
  input wire [15:0] base_i,
  input wire [15:0] pitch2_i,
  input wire [15:0] cbs2_i,
  input wire [15:0] base2_i,
  input wire [15:0] oh_i,
  input wire [15:0] ow_i,
  input wire [15:0] oblocks_i,
  input wire [15:0] opitch_i,
  input wire [15:0] ocbs_i,
  input wire [15:0] obase_i,
  input wire [15:0] kh_i,
  input wire [15:0] kw_i,
  input wire [7:0]  sy_i,
  input wire [7:0]  dy_i,
  input wire [15:0] pt_i,
  input wire [15:0] pl_i,
  input wire [15:0] depth_i,
  input wire [15:0] wbase_i,
  input wire [15:0] a_o,
  input wire [32:0] b_o,
  input wire [33:0] c_o,
  input wire [49:0] product_i,
  input wire [49:0] in_end_o,
  input wire [49:0] in2_end_o,
  input wire [49:0] out_end_o,
  input wire [49:0] wend_o,
  input wire [19:0] origin_o,
  input wire [19:0] row_step_o,
  input wire [19:0] tap_step_o,
  input wire [31:0] pixels_o,
  input wire [15:0] steps_o
);

  `STARTS_IN_RESET

  // What is asked for, and numbers of one size to compare it with.
  wire [113:0] asked   = {5'd0, a_o, 6'd0, b_o, 20'd0, c_o};
  wire [63:0]  product = {14'd0, product_i};
  wire         fits   = product < 64'h2_0000_0000;  // a place in an image, or a number of taps

  function [113:0] of(input [20:0] a, input [38:0] b, input [53:0] c);
    of = {a, b, c};
  endfunction

  wire [20:0] h_less   = {5'd0, h_i} - 21'd1;
  wire [20:0] oh_less  = {5'd0, oh_i} - 21'd1;
  wire [53:0] w_less   = {38'd0, w_i} - 54'd1;
  wire [53:0] ow_less  = {38'd0, ow_i} - 54'd1;
  wire [63:0] line     = product / Rows;
  wire [63:0] most     = 64'h1_FFFF_FFFF;
  wire [63:0] capped   = product < most ? product : most;
  wire        some     = h_i != 0 && w_i != 0;
  wire        some_out = oh_i != 0 && ow_i != 0;

  `RULE_IF(last_pixel, step_i == 4'd0 && some, asked == of(h_less, {23'd0, pitch_i}, w_less))
  `RULE_IF(last_pixel_out, step_i == 4'd1 && some_out, asked == of(oh_less, {23'd0, opitch_i}, ow_less))
  `RULE_IF(end_of_the_lines, step_i == 4'd2 && fits,
           asked == of({5'd0, cbs_i}, line[38:0], {38'd0, base_i} + {38'd0, blocks_i}))
  `RULE_IF(end_of_the_lines_out, step_i == 4'd3 && fits,
           asked == of({5'd0, ocbs_i}, line[38:0], {38'd0, obase_i} + {38'd0, oblocks_i}))
  `RULE_IF(taps_of_the_kernel, step_i == 4'd4, asked == of({5'd0, kh_i}, {23'd0, kw_i}, 54'd0))
  `RULE_IF(last_pixel_of_the_second, step_i == 4'd5 && some,
           asked == of(h_less, {23'd0, pitch2_i}, w_less))
  `RULE_IF(steps_of_a_block, step_i == 4'd6 && fits, asked == of({5'd0, depth_i}, product[38:0], 54'd0))
  `RULE_IF(end_of_the_lines_of_the_second, step_i == 4'd7 && fits,
           asked == of({5'd0, cbs2_i}, line[38:0], {38'd0, base2_i} + {38'd0, blocks_i}))
  `RULE_IF(end_of_the_weights, step_i == 4'd8,
           asked == of({5'd0, oblocks_i}, capped[38:0], {38'd0, wbase_i}))
  `RULE_IF(way_to_the_padding, step_i == 4'd9,
           asked == of({5'd0, pt_i}, {23'd0, pitch_i}, {38'd0, pl_i}))
  `RULE_IF(way_to_the_next_row, step_i == 4'd10, asked == of({13'd0, sy_i}, {23'd0, pitch_i}, 54'd0))
  `RULE_IF(way_to_the_next_tap, step_i == 4'd11, asked == of({13'd0, dy_i}, {23'd0, pitch_i}, 54'd0))
  `RULE_IF(pixels_that_leave, step_i == 4'd12, asked == of({5'd0, oh_i}, {23'd0, ow_i}, 54'd0))

  `RULE_NEXT(in_end_of_step_2, 1'b1,
             in_end_o == ($past(step_i) == 4'd4 ? $past(product_i) : $past(in_end_o)))
  `RULE_NEXT(out_end_of_step_3, 1'b1,
             out_end_o == ($past(step_i) == 4'd5 ? $past(product_i) : $past(out_end_o)))
  `RULE_NEXT(steps_of_step_6, 1'b1,
             steps_o == ($past(step_i) == 4'd8 ? $past(product_i[15:0]) : $past(steps_o)))
  `RULE_NEXT(in2_end_of_step_7, 1'b1,
             in2_end_o == ($past(step_i) == 4'd9 ? $past(product_i) : $past(in2_end_o)))
  `RULE_NEXT(wend_of_step_8, 1'b1,
             wend_o == ($past(step_i) == 4'd10 ? $past(product_i) : $past(wend_o)))
  `RULE_NEXT(origin_of_step_9, 1'b1,
             origin_o == ($past(step_i) == 4'd11 ? $past(product_i[19:0]) : $past(origin_o)))
  `RULE_NEXT(row_step_of_step_10, 1'b1,
             row_step_o == ($past(step_i) == 4'd12 ? $past(product_i[19:0]) : $past(row_step_o)))
  `RULE_NEXT(tap_step_of_step_11, 1'b1,
             tap_step_o == ($past(step_i) == 4'd13 ? $past(product_i[19:0]) : $past(tap_step_o)))
  `RULE_NEXT(pixels_of_step_12, 1'b1,
             pixels_o == ($past(step_i) == 4'd14 ? $past(product_i[31:0]) : $past(pixels_o)))

endmodule
