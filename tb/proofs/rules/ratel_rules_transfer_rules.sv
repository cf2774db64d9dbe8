// The verdict on ld and st: what passes lies inside its buffer and inside memory, and is not empty.
`include "rules.svh"
`include "ratel_isa.vh"

module ratel_rules_transfer_rules #(
  parameter SpadDepth  = 1024,
  parameter WbufDepth  = 2048,
  parameter ParamDepth = 64
) (
  input wire        store_i,
  input wire [2:0]  op_i,
  input wire [31:0] rs1_i,
  input wire [31:0] rs2_i,
  input wire [15:0] h_i,
  input wire [15:0] w_i,
  input wire [15:0] channels_i,
  input wire [15:0] blocks_i,
  input wire [15:0] pitch_i,
  input wire [15:0] cbs_i,
  input wire [15:0] pix_pitch_i,
  input wire [31:0] row_pitch_i,
  input wire [31:0] row_span_i,
  input wire [49:0] end_i,
  input wire [49:0] span_i,
  input wire        fail_o,
  input wire [7:0]  code_o,
  input wire [7:0]  field_o,
  input wire [31:0] detail_o
);

  wire spad   = store_i || op_i == `OP_LD_T;
  wire matrix = !store_i && (op_i == `OP_LD_M || op_i == `OP_LD_MT);
  wire words  = !store_i && op_i == `OP_LD_W;
  wire params = !store_i && (op_i == `OP_LD_P || op_i == `OP_LD_B);

  wire [63:0] end_of_span = {32'd0, rs1_i} + {14'd0, span_i};

  // The multiplier gives no span of 2^49 or more, so its sum with an address does not wrap.
  `ALWAYS(inside_memory, !fail_o && !span_i[49], end_of_span <= 64'h1_0000_0000)
  `ALWAYS(inside_the_scratchpad, !fail_o && spad, {14'd0, end_i} <= SpadDepth)
  `ALWAYS(inside_the_weights, !fail_o && (matrix || words), {14'd0, end_i} <= WbufDepth)
  `ALWAYS(inside_the_parameters, !fail_o && params, {14'd0, end_i} <= ParamDepth)
  `ALWAYS(not_empty, !fail_o && (spad || matrix), h_i != 0 && w_i != 0 && channels_i != 0)
  `ALWAYS(counts_something, !fail_o && (words || params), rs2_i[31:16] != 0)
  `ALWAYS(rows_hold_pixels, !fail_o && spad, pitch_i >= w_i && cbs_i >= blocks_i)
  `ALWAYS(pixels_do_not_overlap, !fail_o && (spad || matrix), pix_pitch_i >= channels_i)
  `ALWAYS(rows_do_not_overlap, !fail_o && (spad || matrix) && h_i != 1, row_pitch_i >= row_span_i)
  `ALWAYS(parameters_are_aligned, !fail_o && params, rs1_i[1:0] == 0)
  // What a record says besides is the value that is wrong.
  wire [49:0] most = 50'hffff_ffff;
  wire [31:0] end_ = end_i > most ? 32'hffff_ffff : end_i[31:0];
  wire at_end = field_o == `FIELD_BASE || field_o == `FIELD_WBASE || field_o == `FIELD_PBASE;

  `ALWAYS(reserved_of_matrix_and_table, fail_o && code_o == `ERR_RESERVED,
          matrix || (!store_i && op_i == `OP_LD_L))
  `ALWAYS(refuses_what_is_reserved, !fail_o,
          !(matrix && rs2_i[31:16] != 0) && !(!store_i && op_i == `OP_LD_L && rs2_i != 0))
  `ALWAYS(tells_rs2, fail_o && field_o == `FIELD_RS2, detail_o == rs2_i)
  `ALWAYS(tells_the_pitch, fail_o && field_o == `FIELD_P, detail_o == {16'd0, pitch_i})
  `ALWAYS(tells_the_blocks, fail_o && field_o == `FIELD_CBS, detail_o == {16'd0, cbs_i})
  `ALWAYS(tells_the_pixels_pitch, fail_o && field_o == `FIELD_PIX_PITCH,
          detail_o == {16'd0, pix_pitch_i})
  `ALWAYS(tells_the_rows_pitch, fail_o && field_o == `FIELD_ROW_PITCH, detail_o == row_pitch_i)
  `ALWAYS(tells_the_address, fail_o && code_o == `ERR_ALIGN, detail_o == rs1_i)
  `ALWAYS(tells_the_end, fail_o && at_end, detail_o == end_)
  `ALWAYS(nothing_of_what_is_zero, fail_o && (field_o == `FIELD_H || field_o == `FIELD_W
          || field_o == `FIELD_C || field_o == `FIELD_COUNT), detail_o == 32'd0)
  `ALWAYS(passes_without_a_code, !fail_o, code_o == `ERR_NONE)
  `ALWAYS(fails_with_a_code, fail_o, code_o != `ERR_NONE)

endmodule
