// The verdict on mac and vec: what passes reads and writes inside its buffers, has shapes that are
// not empty, and scales that the requantiser is proved for. What does not is refused for the first of
// its faults, in the order of docs/architecture.md, section 5.
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
  input wire [15:0] blocks_i,
  input wire [15:0] pitch_i,
  input wire [15:0] cbs_i,
  input wire [15:0] pitch2_i,
  input wire [15:0] cbs2_i,
  input wire [15:0] oblocks_i,
  input wire [15:0] opitch_i,
  input wire [15:0] ocbs_i,
  input wire [15:0] oh_i,
  input wire [15:0] ow_i,
  input wire [15:0] oc_i,
  input wire [15:0] kh_i,
  input wire [15:0] kw_i,
  input wire [7:0]  sy_i,
  input wire [7:0]  sx_i,
  input wire [7:0]  dy_i,
  input wire [7:0]  dx_i,
  input wire [7:0]  act_min_i,
  input wire [7:0]  act_max_i,
  input wire [31:0] mult_i,
  input wire [7:0]  shift_i,
  input wire [31:0] mult1_i,
  input wire [7:0]  shift1_i,
  input wire [31:0] mult2_i,
  input wire [7:0]  shift2_i,
  input wire [49:0] in_end_i,
  input wire [49:0] in2_end_i,
  input wire [49:0] out_end_i,
  input wire [49:0] wend_i,
  input wire [31:0] pixels_i,
  input wire        held_i,
  input wire [4:0]  held_pixels_i,
  input wire [15:0] held_oc_i,
  input wire        fail_o,
  input wire [7:0]  code_o,
  input wire [7:0]  field_o,
  input wire [31:0] detail_o
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

  // --- the first fault -----------------------------------------------------------------------------
  wire        add    = vec_i && op_i == `OP_ADD;
  wire        sub    = vec_i && op_i == `OP_SUB;
  wire        two    = add || sub || (vec_i && op_i == `OP_MUL);
  wire        pool   = vec_i && (op_i == `OP_MAXPOOL || op_i == `OP_AVGPOOL);
  wire        taps   = mac || pool;
  wire        clamps = taps || two;
  wire [31:0] pend   = {24'd0, rs2_i[23:16]} + {16'd0, oblocks_i};

  function illegal;  // a shift outside -31..30
    input signed [7:0] value;
    illegal = value < -31 || value > 30;
  endfunction

  function [31:0] most;  // saturated to 32 bits
    input [49:0] value;
    most = value > 50'hffff_ffff ? 32'hffff_ffff : value[31:0];
  endfunction

  // The line ranges [base, end) of the output and of an input have a line in common.
  wire [49:0] base     = {34'd0, rs1_i[15:0]};
  wire [49:0] obase    = {34'd0, rs1_i[31:16]};
  wire [49:0] base2    = {34'd0, rs2_i[15:0]};
  wire        in_place = !taps && base == obase && pitch_i == opitch_i && cbs_i == ocbs_i;
  wire        in2_place = base2 == obase && pitch2_i == opitch_i && cbs2_i == ocbs_i;
  wire        overlap  = !hold && !fill && base < out_end_i && obase < in_end_i && !in_place;
  wire        overlap2 = two && base2 < out_end_i && obase < in2_end_i && !in2_place;
  wire        one_tile = pixels_i <= Rows && {16'd0, oc_i} <= Cols;
  wire        continues = held_i && {27'd0, held_pixels_i} == pixels_i && held_oc_i == oc_i;

  // {it is wrong, code, field, detail}, from the first on.
  localparam Checks = 36;
  localparam Entry  = 1 + 8 + 8 + 32;

  wire [Checks*Entry-1:0] checks = {
    {mac && (conv ? flags[7:4] != 0 : flags[7:2] != 0), `ERR_RESERVED, `FIELD_FLAGS, 24'd0, flags},
    {vec_i && (two ? rs2_i[31:16] != 0 : rs2_i != 0), `ERR_RESERVED, `FIELD_RS2, rs2_i},
    {fill && rs1_i[15:0] != 0, `ERR_RESERVED, `FIELD_RS1, rs1_i},
    {h_i == 0, `ERR_SIZE, `FIELD_H, 32'd0},
    {w_i == 0, `ERR_SIZE, `FIELD_W, 32'd0},
    {channels_i == 0, `ERR_SIZE, `FIELD_C, 32'd0},
    {!fill && pitch_i < w_i, `ERR_SIZE, `FIELD_P, 16'd0, pitch_i},
    {!fill && cbs_i < blocks_i, `ERR_SIZE, `FIELD_CBS, 16'd0, cbs_i},
    {two && pitch2_i < w_i, `ERR_SIZE, `FIELD_IN2_P, 16'd0, pitch2_i},
    {two && cbs2_i < blocks_i, `ERR_SIZE, `FIELD_IN2_CBS, 16'd0, cbs2_i},
    {taps && oh_i == 0, `ERR_SIZE, `FIELD_OH, 32'd0},
    {taps && ow_i == 0, `ERR_SIZE, `FIELD_OW, 32'd0},
    {conv && oc_i == 0, `ERR_SIZE, `FIELD_OC, 32'd0},
    {!hold && opitch_i < ow_i, `ERR_SIZE, `FIELD_OUT_P, 16'd0, opitch_i},
    {!hold && ocbs_i < oblocks_i, `ERR_SIZE, `FIELD_OUT_CBS, 16'd0, ocbs_i},
    {taps && kh_i == 0, `ERR_SIZE, `FIELD_KH, 32'd0},
    {taps && kw_i == 0, `ERR_SIZE, `FIELD_KW, 32'd0},
    {taps && sy_i == 0, `ERR_SIZE, `FIELD_SY, 32'd0},
    {taps && sx_i == 0, `ERR_SIZE, `FIELD_SX, 32'd0},
    {taps && dy_i == 0, `ERR_SIZE, `FIELD_DY, 32'd0},
    {taps && dx_i == 0, `ERR_SIZE, `FIELD_DX, 32'd0},
    {clamps && $signed(act_min_i) > $signed(act_max_i), `ERR_VALUE, `FIELD_ACT, 16'd0, act_max_i, act_min_i},
    {(two || mac && !perch) && mult_i > 32'h7fff_ffff, `ERR_VALUE, `FIELD_MULT, mult_i},
    {(two || mac && !perch) && illegal(shift_i), `ERR_VALUE, `FIELD_SHIFT, {24{shift_i[7]}}, shift_i},
    {(add || sub) && mult1_i > 32'h7fff_ffff, `ERR_VALUE, `FIELD_MULT1, mult1_i},
    {(add || sub) && illegal(shift1_i), `ERR_VALUE, `FIELD_SHIFT1, {24{shift1_i[7]}}, shift1_i},
    {(add || sub) && mult2_i > 32'h7fff_ffff, `ERR_VALUE, `FIELD_MULT2, mult2_i},
    {(add || sub) && illegal(shift2_i), `ERR_VALUE, `FIELD_SHIFT2, {24{shift2_i[7]}}, shift2_i},
    {!fill && in_end_i > SpadDepth, `ERR_SPAD, `FIELD_BASE, most(in_end_i)},
    {two && in2_end_i > SpadDepth, `ERR_SPAD, `FIELD_IN2_BASE, most(in2_end_i)},
    {!hold && out_end_i > SpadDepth, `ERR_SPAD, `FIELD_OUT_BASE, most(out_end_i)},
    {mac && wend_i > WbufDepth, `ERR_WBUF, `FIELD_WBASE, most(wend_i)},
    {(perch || bias) && pend > ParamDepth, `ERR_PARAM, `FIELD_PBASE, pend},
    {overlap || overlap2, `ERR_OVERLAP, `FIELD_OUT_BASE, 16'd0, rs1_i[31:16]},
    {(acc || hold) && !one_tile, `ERR_ACC, `FIELD_FLAGS, 24'd0, flags},
    {acc && !continues, `ERR_ACC, `FIELD_FLAGS, 24'd0, flags}
  };

  reg [Entry-1:0] first;
  integer         i;

  always @* begin
    first = {Entry{1'b0}};
    for (i = 0; i < Checks; i = i + 1)
      if (checks[i*Entry+Entry-1]) first = checks[i*Entry +: Entry];
  end

  `ALWAYS(fails_when_something_is_wrong, 1'b1, fail_o == first[Entry-1])
  `ALWAYS(names_the_first_fault, fail_o, {code_o, field_o} == first[47:32])
  `ALWAYS(detail_is_the_value, fail_o, detail_o == first[31:0])

endmodule
