// The verdict on mac and vec: what passes reads and writes inside its buffers, has shapes that are
// not empty, and scales that the requantiser is proved for.
`include "rules.svh"
`include "ratel_isa.vh"

module ratel_rules_compute_rules #(
  parameter Rows       = 8,
  parameter Cols       = 8,
  parameter SpadDepth  = 1024,
  parameter WbufDepth  = 2048,
  parameter ParamDepth = 64
) (
  input wire        vec_i,
  input wire [3:0]  op_i,
  input wire [31:0] rs1_i,
  input wire [31:0] rs2_i,
  input wire [15:0] h_i,
  input wire [15:0] w_i,
  input wire [15:0] channels_i,
  input wire [15:0] oblocks_i,
  input wire [15:0] oh_i,
  input wire [15:0] ow_i,
  input wire [15:0] oc_i,
  input wire [15:0] kh_i,
  input wire [15:0] kw_i,
  input wire [7:0]  sy_i,
  input wire [7:0]  sx_i,
  input wire [7:0]  act_min_i,
  input wire [7:0]  act_max_i,
  input wire [31:0] mult_i,
  input wire [7:0]  shift_i,
  input wire [49:0] in_end_i,
  input wire [49:0] in2_end_i,
  input wire [49:0] out_end_i,
  input wire [49:0] wend_i,
  input wire [31:0] pixels_i,
  input wire        held_i,
  input wire [4:0]  held_pixels_i,
  input wire [15:0] held_oc_i,
  input wire        fail_o,
  input wire [7:0]  code_o
);

  wire [15:0] binaries = `VEC_BINARY;
  wire [15:0] windows  = `VEC_WINDOW;
  wire [15:0] scales   = `VEC_SCALED;
  wire        good     = !fail_o;
  wire        mac      = !vec_i;
  wire        conv     = mac && op_i == `OP_CONV;
  wire        fill     = vec_i && op_i == `OP_FILL;
  wire        binary   = vec_i && binaries[op_i];
  wire        window   = mac || windows[op_i];
  wire [7:0]  flags    = rs2_i[31:24];
  wire        hold     = conv && flags[`FLAG_HOLD];
  wire        acc      = conv && flags[`FLAG_ACC];
  wire        perch    = mac && flags[`FLAG_PERCH];
  wire        bias     = mac && flags[`FLAG_BIAS];
  wire        scaled   = mac ? !perch : scales[op_i];
  wire signed [7:0] shift = shift_i;

  wire [31:0] first_in  = {16'd0, rs1_i[15:0]};
  wire [31:0] first_out = {16'd0, rs1_i[31:16]};

  `ALWAYS(input_in_the_scratchpad, good && !fill, {14'd0, in_end_i} <= SpadDepth)
  `ALWAYS(second_input_in_the_scratchpad, good && binary, {14'd0, in2_end_i} <= SpadDepth)
  `ALWAYS(output_in_the_scratchpad, good && !hold, {14'd0, out_end_i} <= SpadDepth)
  `ALWAYS(weights_in_their_buffer, good && mac, {14'd0, wend_i} <= WbufDepth)
  `ALWAYS(parameters_in_their_buffer, good && (perch || bias),
          {24'd0, rs2_i[23:16]} + {16'd0, oblocks_i} <= ParamDepth)
  `ALWAYS(input_is_not_empty, good, h_i != 0 && w_i != 0 && channels_i != 0)
  `ALWAYS(window_is_not_empty, good && window, oh_i != 0 && ow_i != 0 && kh_i != 0 && kw_i != 0
          && sy_i != 0 && sx_i != 0)
  `ALWAYS(scale_is_legal, good && scaled, !mult_i[31] && shift >= -31 && shift <= 30)
  `ALWAYS(clamp_is_in_order, good && mac, $signed(act_min_i) <= $signed(act_max_i))
  `ALWAYS(accumulators_fit_a_tile, good && (acc || hold), pixels_i <= Rows && {16'd0, oc_i} <= Cols)
  `ALWAYS(continues_what_was_held, good && acc,
          held_i && {27'd0, held_pixels_i} == pixels_i && held_oc_i == oc_i)
  `ALWAYS(window_does_not_write_its_input, good && window && !hold && !fill,
          {34'd0, first_in[15:0]} >= out_end_i || {34'd0, first_out[15:0]} >= in_end_i)
  `ALWAYS(passes_without_a_code, good, code_o == `ERR_NONE)
  `ALWAYS(fails_with_a_code, fail_o, code_o != `ERR_NONE)

endmodule
