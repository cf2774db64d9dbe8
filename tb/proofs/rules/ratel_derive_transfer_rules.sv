// What a transfer needs beyond its operands: in each step the product that the document has there is
// asked for, its result goes where it belongs two steps later, and stays there.
`include "rules.svh"

module ratel_derive_transfer_rules #(
  parameter Rows = 8,
  parameter Cols = 8
) (
  input wire        clk_i,
  input wire        rst_ni,
  input wire [3:0]  step_i,
  input wire        matrix_i,
  input wire        transposed_i,
  input wire [15:0] h_i,
  input wire [15:0] w_i,
  input wire [15:0] channels_i,
  input wire [15:0] blocks_i,
  input wire [15:0] pitch_i,
  input wire [15:0] cbs_i,
  input wire [15:0] pix_pitch_i,
  input wire [31:0] row_pitch_i,
  input wire [15:0] base_i,
  input wire [15:0] p0_i,
  input wire [15:0] a_o,
  input wire [32:0] b_o,
  input wire [33:0] c_o,
  input wire [49:0] product_i,
  input wire [31:0] row_span_o,
  input wire [49:0] span_o,
  input wire [49:0] end_o,
  input wire [15:0] start_o,
  input wire [31:0] row_bytes_o,
  input wire [31:0] pixels_o,
  input wire [31:0] all_bytes_o
);

  `STARTS_IN_RESET

  // A product of two, either first, and what is added: of numbers that the checks let pass.
  wire [63:0] a       = {48'd0, a_o};
  wire [63:0] b       = {31'd0, b_o};
  wire [63:0] c       = {30'd0, c_o};
  wire [63:0] product = {14'd0, product_i};
  wire [63:0] w       = {48'd0, w_i};
  wire [63:0] h       = {48'd0, h_i};
  wire [63:0] p0      = {48'd0, p0_i};
  wire [63:0] base    = {48'd0, base_i};
  wire        some    = w_i != 0 && h_i != 0;
  wire        fits   = product < 64'h1_0000_0000;  // of operands that are products

  `RULE_IF(bytes_of_a_row, step_i == 4'd0 && some,
           a == w - 1 && b == {48'd0, pix_pitch_i} && c == {48'd0, channels_i})
  `RULE_IF(last_pixel, step_i == 4'd1 && !matrix_i && some,
           a == h - 1 && b == {48'd0, pitch_i} && c == p0 + w - 1)
  `RULE_IF(size_of_the_kernel, step_i == 4'd1 && matrix_i, a == h && b == w && c == 0)
  `RULE_IF(bytes_of_all_rows, step_i == 4'd2 && some && fits,
           a == h - 1 && b == {32'd0, row_pitch_i} && c == product)
  `RULE_IF(end_of_the_lines, step_i == 4'd3 && !matrix_i && fits,
           a == {48'd0, cbs_i} && b == product / Rows && c == base + {48'd0, blocks_i})
  `RULE_IF(end_of_the_words, step_i == 4'd3 && matrix_i && !transposed_i && fits,
           a == {48'd0, blocks_i} && b == product && c == base)
  `RULE_IF(end_of_the_words_transposed, step_i == 4'd3 && matrix_i && transposed_i && fits,
           a == {48'd0, channels_i} && c == base && b * Cols >= product && b * Cols < product + Cols)
  `RULE_IF(first_line, step_i == 4'd4, a == {48'd0, cbs_i} && b == p0 / Rows && c == base)
  `RULE_IF(bytes_without_gaps, step_i == 4'd5, a == {48'd0, channels_i} && b == w && c == 0)
  `RULE_IF(pixels_of_the_image, step_i == 4'd6, a == h && b == w && c == 0)
  `RULE_IF(bytes_of_the_image, step_i == 4'd7 && fits, a == h && b == product && c == 0)

  `RULE_NEXT(row_span_of_step_0, 1'b1,
             row_span_o == ($past(step_i) == 4'd2 ? $past(product_i[31:0]) : $past(row_span_o)))
  `RULE_NEXT(span_of_step_2, 1'b1, span_o == ($past(step_i) == 4'd4 ? $past(product_i) : $past(span_o)))
  `RULE_NEXT(end_of_step_3, 1'b1, end_o == ($past(step_i) == 4'd5 ? $past(product_i) : $past(end_o)))
  `RULE_NEXT(start_of_step_4, 1'b1,
             start_o == ($past(step_i) == 4'd6 ? $past(product_i[15:0]) : $past(start_o)))
  `RULE_NEXT(row_bytes_of_step_5, 1'b1,
             row_bytes_o == ($past(step_i) == 4'd7 ? $past(product_i[31:0]) : $past(row_bytes_o)))
  `RULE_NEXT(pixels_of_step_6, 1'b1,
             pixels_o == ($past(step_i) == 4'd8 ? $past(product_i[31:0]) : $past(pixels_o)))
  `RULE_NEXT(all_bytes_of_step_7, 1'b1,
             all_bytes_o == ($past(step_i) == 4'd9 ? $past(product_i[31:0]) : $past(all_bytes_o)))

endmodule
