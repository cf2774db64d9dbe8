// The checks of mac and vec instructions, in the documented order: the first that fails names
// code, field and detail. Purely combinational; one list serves all of them, because the orders
// agree.
//
//   name                      | meaning
//   --------------------------|--------------------------------------------------------------------
//   Rows .. ParamDepth        | as in ratel_core
//   vec_i, op_i               | class and operation
//   rs1_i, rs2_i              | operands
//   h_i .. dx_i               | shapes as the operation sees them (elementwise: the output has that
//                             | of the input, the kernel is 1x1); oc_i: OC of conv
//   act_min_i, act_max_i      | clamp
//   mult_i .. shift2_i        | groups scale, scale1, scale2
//   in_end_i .. wend_i        | first line or word past the end
//   pixels_i                  | OH * OW
//   held_i                    | the latest legal mac or vec was a conv with hold of
//   held_pixels_i, held_oc_i  | that size
//   fail_o                    | a check failed
//   code_o, field_o, detail_o | which one
`include "ratel_isa.vh"

module ratel_rules_compute #(
  parameter Rows       = 8,
  parameter Cols       = 8,
  parameter SpadDepth  = 1024,
  parameter WbufDepth  = 2048,
  parameter ParamDepth = 64
) (
  input  wire        vec_i,
  input  wire [3:0]  op_i,
  input  wire [31:0] rs1_i,
  input  wire [31:0] rs2_i,
  input  wire [15:0] h_i,
  input  wire [15:0] w_i,
  input  wire [15:0] channels_i,
  input  wire [15:0] blocks_i,
  input  wire [15:0] pitch_i,
  input  wire [15:0] cbs_i,
  input  wire [15:0] pitch2_i,
  input  wire [15:0] cbs2_i,
  input  wire [15:0] oh_i,
  input  wire [15:0] ow_i,
  input  wire [15:0] oc_i,
  input  wire [15:0] oblocks_i,
  input  wire [15:0] opitch_i,
  input  wire [15:0] ocbs_i,
  input  wire [15:0] kh_i,
  input  wire [15:0] kw_i,
  input  wire [7:0]  sy_i,
  input  wire [7:0]  sx_i,
  input  wire [7:0]  dy_i,
  input  wire [7:0]  dx_i,
  input  wire [7:0]  act_min_i,
  input  wire [7:0]  act_max_i,
  input  wire [31:0] mult_i,
  input  wire [7:0]  shift_i,
  input  wire [31:0] mult1_i,
  input  wire [7:0]  shift1_i,
  input  wire [31:0] mult2_i,
  input  wire [7:0]  shift2_i,
  input  wire [49:0] in_end_i,
  input  wire [49:0] in2_end_i,
  input  wire [49:0] out_end_i,
  input  wire [49:0] wend_i,
  input  wire [31:0] pixels_i,
  input  wire        held_i,
  input  wire [4:0]  held_pixels_i,
  input  wire [15:0] held_oc_i,
  output reg         fail_o,
  output reg  [7:0]  code_o,
  output reg  [7:0]  field_o,
  output reg  [31:0] detail_o
);
  localparam [31:0] SpadEnd  = SpadDepth;
  localparam [31:0] WbufEnd  = WbufDepth;
  localparam [31:0] ParamEnd = ParamDepth;
  localparam [31:0] RowsWord = Rows;
  localparam [31:0] ColsWord = Cols;
  localparam [15:0] Binary   = `VEC_BINARY;
  localparam [15:0] Window   = `VEC_WINDOW;
  localparam [15:0] Clamped  = `VEC_CLAMPED;
  localparam [15:0] Scaled   = `VEC_SCALED;
  localparam [15:0] Rescaled = `VEC_RESCALED;

  // --- what this operation has -----------------------------------------------------------------
  wire conv     = !vec_i && (op_i == `OP_CONV);
  wire binary   = vec_i && Binary[op_i];
  wire rescaled = vec_i && Rescaled[op_i];
  wire fill     = vec_i && (op_i == `OP_FILL);
  wire window   = !vec_i || Window[op_i];
  wire in_place = !window;
  wire clamped  = !vec_i || Clamped[op_i];

  wire [7:0] flags = rs2_i[31:24];
  wire       perch = !vec_i && flags[`FLAG_PERCH];
  wire       bias  = !vec_i && flags[`FLAG_BIAS];
  wire       acc   = conv && flags[`FLAG_ACC];
  wire       hold  = conv && flags[`FLAG_HOLD];
  wire       scale = vec_i ? Scaled[op_i] : !perch;

  wire reserved_rs2 = binary ? (rs2_i[31:16] != 16'd0) : (vec_i && (rs2_i != 32'd0));
  wire reserved_rs1 = fill && (rs1_i[15:0] != 16'd0);
  wire reserved_flags = !vec_i && ((flags[7:4] != 4'd0) || (!conv && (flags[3:2] != 2'd0)));

  // --- shifts -31..30 --------------------------------------------------------------------------
  wire shift_bad, shift1_bad, shift2_bad;
  assign shift_bad  = ($signed(shift_i)  < -8'sd31) || ($signed(shift_i)  > 8'sd30);
  assign shift1_bad = ($signed(shift1_i) < -8'sd31) || ($signed(shift1_i) > 8'sd30);
  assign shift2_bad = ($signed(shift2_i) < -8'sd31) || ($signed(shift2_i) > 8'sd30);

  // --- ranges; only looked at when nothing before failed, so that 16 bits suffice for OVERLAP ---
  wire [15:0] base  = rs1_i[15:0];
  wire [15:0] obase = rs1_i[31:16];
  wire [15:0] base2 = rs2_i[15:0];
  wire [16:0] pend  = {9'd0, rs2_i[23:16]} + {1'b0, oblocks_i};

  wire meets  = (base < out_end_i[15:0]) && (obase < in_end_i[15:0]);
  wire meets2 = (base2 < out_end_i[15:0]) && (obase < in2_end_i[15:0]);
  wire same   = (base == obase) && (pitch_i == opitch_i) && (cbs_i == ocbs_i);
  wire same2  = (base2 == obase) && (pitch2_i == opitch_i) && (cbs2_i == ocbs_i);
  wire overlap = !hold && !fill
                 && ((meets && !(in_place && same)) || (binary && meets2 && !same2));

  wire one_tile = (pixels_i <= RowsWord) && (oc_i <= ColsWord[15:0]);
  wire continues = held_i && ({27'd0, held_pixels_i} == pixels_i) && (held_oc_i == oc_i);
  wire acc_bad = ((acc || hold) && !one_tile) || (acc && !continues);

  wire [31:0] in_detail;
  wire [31:0] in2_detail;
  wire [31:0] out_detail;
  wire [31:0] weight_detail;

  ratel_saturate #(.InWidth (50), .OutWidth (32)) u_in_detail (
    .value_i (in_end_i),
    .value_o (in_detail)
  );
  ratel_saturate #(.InWidth (50), .OutWidth (32)) u_in2_detail (
    .value_i (in2_end_i),
    .value_o (in2_detail)
  );
  ratel_saturate #(.InWidth (50), .OutWidth (32)) u_out_detail (
    .value_i (out_end_i),
    .value_o (out_detail)
  );
  ratel_saturate #(.InWidth (50), .OutWidth (32)) u_weight_detail (
    .value_i (wend_i),
    .value_o (weight_detail)
  );

  always @* begin
    fail_o   = 1'b1;
    code_o   = `ERR_SIZE;
    field_o  = `FIELD_NONE;
    detail_o = 32'd0;
    if (reserved_flags) begin
      code_o   = `ERR_RESERVED;
      field_o  = `FIELD_FLAGS;
      detail_o = {24'd0, flags};
    end else if (reserved_rs2) begin
      code_o   = `ERR_RESERVED;
      field_o  = `FIELD_RS2;
      detail_o = rs2_i;
    end else if (reserved_rs1) begin
      code_o   = `ERR_RESERVED;
      field_o  = `FIELD_RS1;
      detail_o = rs1_i;
    end else if (h_i == 16'd0) begin
      field_o  = `FIELD_H;
    end else if (w_i == 16'd0) begin
      field_o  = `FIELD_W;
    end else if (channels_i == 16'd0) begin
      field_o  = `FIELD_C;
    end else if (!fill && (pitch_i < w_i)) begin
      field_o  = `FIELD_P;
      detail_o = {16'd0, pitch_i};
    end else if (!fill && (cbs_i < blocks_i)) begin
      field_o  = `FIELD_CBS;
      detail_o = {16'd0, cbs_i};
    end else if (binary && (pitch2_i < w_i)) begin
      field_o  = `FIELD_IN2_P;
      detail_o = {16'd0, pitch2_i};
    end else if (binary && (cbs2_i < blocks_i)) begin
      field_o  = `FIELD_IN2_CBS;
      detail_o = {16'd0, cbs2_i};
    end else if (window && (oh_i == 16'd0)) begin
      field_o  = `FIELD_OH;
    end else if (window && (ow_i == 16'd0)) begin
      field_o  = `FIELD_OW;
    end else if (conv && (oc_i == 16'd0)) begin
      field_o  = `FIELD_OC;
    end else if (!hold && (opitch_i < ow_i)) begin
      field_o  = `FIELD_OUT_P;
      detail_o = {16'd0, opitch_i};
    end else if (!hold && (ocbs_i < oblocks_i)) begin
      field_o  = `FIELD_OUT_CBS;
      detail_o = {16'd0, ocbs_i};
    end else if (window && (kh_i == 16'd0)) begin
      field_o  = `FIELD_KH;
    end else if (window && (kw_i == 16'd0)) begin
      field_o  = `FIELD_KW;
    end else if (window && (sy_i == 8'd0)) begin
      field_o  = `FIELD_SY;
    end else if (window && (sx_i == 8'd0)) begin
      field_o  = `FIELD_SX;
    end else if (window && (dy_i == 8'd0)) begin
      field_o  = `FIELD_DY;
    end else if (window && (dx_i == 8'd0)) begin
      field_o  = `FIELD_DX;
    end else if (clamped && ($signed(act_min_i) > $signed(act_max_i))) begin
      code_o   = `ERR_VALUE;
      field_o  = `FIELD_ACT;
      detail_o = {16'd0, act_max_i, act_min_i};
    end else if (scale && mult_i[31]) begin
      code_o   = `ERR_VALUE;
      field_o  = `FIELD_MULT;
      detail_o = mult_i;
    end else if (scale && shift_bad) begin
      code_o   = `ERR_VALUE;
      field_o  = `FIELD_SHIFT;
      detail_o = {{24{shift_i[7]}}, shift_i};
    end else if (rescaled && mult1_i[31]) begin
      code_o   = `ERR_VALUE;
      field_o  = `FIELD_MULT1;
      detail_o = mult1_i;
    end else if (rescaled && shift1_bad) begin
      code_o   = `ERR_VALUE;
      field_o  = `FIELD_SHIFT1;
      detail_o = {{24{shift1_i[7]}}, shift1_i};
    end else if (rescaled && mult2_i[31]) begin
      code_o   = `ERR_VALUE;
      field_o  = `FIELD_MULT2;
      detail_o = mult2_i;
    end else if (rescaled && shift2_bad) begin
      code_o   = `ERR_VALUE;
      field_o  = `FIELD_SHIFT2;
      detail_o = {{24{shift2_i[7]}}, shift2_i};
    end else if (!fill && (in_end_i > {18'd0, SpadEnd})) begin
      code_o   = `ERR_SPAD;
      field_o  = `FIELD_BASE;
      detail_o = in_detail;
    end else if (binary && (in2_end_i > {18'd0, SpadEnd})) begin
      code_o   = `ERR_SPAD;
      field_o  = `FIELD_IN2_BASE;
      detail_o = in2_detail;
    end else if (!hold && (out_end_i > {18'd0, SpadEnd})) begin
      code_o   = `ERR_SPAD;
      field_o  = `FIELD_OUT_BASE;
      detail_o = out_detail;
    end else if (!vec_i && (wend_i > {18'd0, WbufEnd})) begin
      code_o   = `ERR_WBUF;
      field_o  = `FIELD_WBASE;
      detail_o = weight_detail;
    end else if ((perch || bias) && ({15'd0, pend} > ParamEnd)) begin
      code_o   = `ERR_PARAM;
      field_o  = `FIELD_PBASE;
      detail_o = {15'd0, pend};
    end else if (overlap) begin
      code_o   = `ERR_OVERLAP;
      field_o  = `FIELD_OUT_BASE;
      detail_o = {16'd0, obase};
    end else if (acc_bad) begin
      code_o   = `ERR_ACC;
      field_o  = `FIELD_FLAGS;
      detail_o = {24'd0, flags};
    end else begin
      fail_o   = 1'b0;
      code_o   = `ERR_NONE;
    end
  end
endmodule
