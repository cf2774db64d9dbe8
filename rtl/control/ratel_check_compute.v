// Check of mac and vec instructions: derived numbers, legality, descriptor and ranges.
//
// Operands and configuration stand still from the first step until the dispatcher has taken the
// instruction, so that nothing of them is copied here. What an operation does not have takes its
// neutral value: elementwise operations are pools of one pixel without padding.
//
//   name                         | meaning
//   -----------------------------|---------------------------------------------------------------
//   Rows .. ParamDepth           | as in ratel_core
//   vec_i, op_i                  | class and operation
//   rs1_i, rs2_i                 | operands
//   owner_i                      | who asks
//   forget_i                     | accumulators that a hold left are gone
//   in_group_i .. scale2_group_i | configuration groups
//   step_i                       | step of the microprogram in ratel_derive_compute
//   a_o .. product_i             | the multiplier
//   accept_i                     | the instruction is legal and leaves: remember whether it holds
//   fail_o .. detail_o           | verdict
//   desc_o, ranges_o             | what the dispatcher gets
`include "ratel_isa.vh"
`include "ratel_desc.vh"
`include "ratel_ranges.vh"

module ratel_check_compute #(
  parameter Rows       = 8,
  parameter Cols       = 8,
  parameter SpadDepth  = 1024,
  parameter WbufDepth  = 2048,
  parameter ParamDepth = 64
) (
  input  wire                           clk_i,
  input  wire                           rst_ni,
  input  wire                           vec_i,
  input  wire [3:0]                     op_i,
  input  wire [31:0]                    rs1_i,
  input  wire [31:0]                    rs2_i,
  input  wire [2:0]                     owner_i,
  input  wire                           forget_i,
  input  wire [63:0]                    in_group_i,
  input  wire [63:0]                    out_group_i,
  input  wire [63:0]                    pitch_group_i,
  input  wire [63:0]                    kernel_group_i,
  input  wire [63:0]                    pad_group_i,
  input  wire [63:0]                    act_group_i,
  input  wire [63:0]                    scale_group_i,
  input  wire [63:0]                    scale1_group_i,
  input  wire [63:0]                    scale2_group_i,
  input  wire [3:0]                     step_i,
  output wire [15:0]                    a_o,
  output wire [32:0]                    b_o,
  output wire [33:0]                    c_o,
  input  wire [49:0]                    product_i,
  input  wire                           accept_i,
  output wire                           fail_o,
  output wire [7:0]                     code_o,
  output wire [7:0]                     field_o,
  output wire [31:0]                    detail_o,
  output wire [`DESC_EXECUTE_WIDTH-1:0] desc_o,
  output wire [`RANGE_WIDTH-1:0]        ranges_o
);
  localparam [15:0] Binary = `VEC_BINARY;
  localparam [15:0] Window = `VEC_WINDOW;

  // --- operation -------------------------------------------------------------------------------
  wire conv   = !vec_i && (op_i == `OP_CONV);
  wire binary = vec_i && Binary[op_i];
  wire fill   = vec_i && (op_i == `OP_FILL);
  wire lut    = vec_i && (op_i == `OP_LUT);
  wire window = !vec_i || Window[op_i];

  wire [3:0] flags = vec_i ? 4'd0 : rs2_i[27:24];
  wire       hold  = conv && flags[`FLAG_HOLD];

  // --- shapes as the operation sees them -------------------------------------------------------
  wire [15:0] w        = in_group_i[`BITS_IN_W];
  wire [15:0] h        = in_group_i[`BITS_IN_H];
  wire [15:0] channels = in_group_i[`BITS_IN_C];
  wire [15:0] cbs      = in_group_i[`BITS_IN_CBS];
  wire [15:0] oc       = conv ? out_group_i[`BITS_OUT_OC] : channels;
  wire [15:0] ow       = window ? out_group_i[`BITS_OUT_OW] : w;
  wire [15:0] oh       = window ? out_group_i[`BITS_OUT_OH] : h;
  wire [15:0] ocbs     = out_group_i[`BITS_OUT_CBS];
  wire [15:0] pitch    = pitch_group_i[`BITS_PITCH_IN_P];
  wire [15:0] opitch   = pitch_group_i[`BITS_PITCH_OUT_P];
  wire [15:0] pitch2   = pitch_group_i[`BITS_PITCH_IN2_P];
  wire [15:0] cbs2     = pitch_group_i[`BITS_PITCH_IN2_CBS];
  wire [15:0] kw       = window ? kernel_group_i[`BITS_KERNEL_KW] : 16'd1;
  wire [15:0] kh       = window ? kernel_group_i[`BITS_KERNEL_KH] : 16'd1;
  wire [7:0]  sx       = window ? kernel_group_i[`BITS_KERNEL_SX] : 8'd1;
  wire [7:0]  sy       = window ? kernel_group_i[`BITS_KERNEL_SY] : 8'd1;
  wire [7:0]  dx       = window ? kernel_group_i[`BITS_KERNEL_DX] : 8'd1;
  wire [7:0]  dy       = window ? kernel_group_i[`BITS_KERNEL_DY] : 8'd1;
  wire [15:0] pl       = window ? pad_group_i[`BITS_PAD_PL] : 16'd0;
  wire [15:0] pt       = window ? pad_group_i[`BITS_PAD_PT] : 16'd0;
  wire [7:0]  act_min  = act_group_i[`BITS_ACT_ACT_MIN];
  wire [7:0]  act_max  = act_group_i[`BITS_ACT_ACT_MAX];
  wire [31:0] mult     = scale_group_i[`BITS_SCALE_MULT];
  wire [7:0]  shift    = scale_group_i[`BITS_SCALE_SHIFT];
  wire [31:0] mult1    = scale1_group_i[`BITS_SCALE1_MULT];
  wire [7:0]  shift1   = scale1_group_i[`BITS_SCALE1_SHIFT];
  wire [31:0] mult2    = scale2_group_i[`BITS_SCALE2_MULT];
  wire [7:0]  shift2   = scale2_group_i[`BITS_SCALE2_SHIFT];

  // Reserved bits of the groups, 0 by the check of cfg.
  wire unused = &{1'b0, pad_group_i[63:56], act_group_i[63:40], act_group_i[31:16],
                  scale_group_i[63:40], scale1_group_i[63:40], scale2_group_i[63:40]};

  wire [15:0] base  = rs1_i[15:0];
  wire [15:0] obase = rs1_i[31:16];
  wire [15:0] base2 = rs2_i[15:0];
  wire [7:0]  pbase = rs2_i[23:16];

  wire [15:0] blocks;
  wire [4:0]  tail;
  wire [15:0] oblocks;
  wire [4:0]  otail;

  ratel_blocks #(
    .Cols (Cols)
  ) u_blocks (
    .channels_i (channels),
    .blocks_o   (blocks),
    .tail_o     (tail)
  );

  ratel_blocks #(
    .Cols (Cols)
  ) u_out_blocks (
    .channels_i (oc),
    .blocks_o   (oblocks),
    .tail_o     (otail)
  );

  // --- derived ---------------------------------------------------------------------------------
  wire [49:0] in_end;
  wire [49:0] in2_end;
  wire [49:0] out_end;
  wire [49:0] wend;
  wire [19:0] origin;
  wire [19:0] row_step;
  wire [19:0] tap_step;
  wire [31:0] pixels;
  wire [15:0] steps;

  ratel_derive_compute #(
    .Rows (Rows)
  ) u_derive (
    .clk_i      (clk_i),
    .rst_ni     (rst_ni),
    .step_i     (step_i),
    .h_i        (h),
    .w_i        (w),
    .blocks_i   (blocks),
    .pitch_i    (pitch),
    .cbs_i      (cbs),
    .base_i     (base),
    .pitch2_i   (pitch2),
    .cbs2_i     (cbs2),
    .base2_i    (base2),
    .oh_i       (oh),
    .ow_i       (ow),
    .oblocks_i  (oblocks),
    .opitch_i   (opitch),
    .ocbs_i     (ocbs),
    .obase_i    (obase),
    .kh_i       (kh),
    .kw_i       (kw),
    .sy_i       (sy),
    .dy_i       (dy),
    .pt_i       (pt),
    .pl_i       (pl),
    .depth_i    (conv ? channels : 16'd1),
    .wbase_i    (base2),
    .a_o        (a_o),
    .b_o        (b_o),
    .c_o        (c_o),
    .product_i  (product_i),
    .in_end_o   (in_end),
    .in2_end_o  (in2_end),
    .out_end_o  (out_end),
    .wend_o     (wend),
    .origin_o   (origin),
    .row_step_o (row_step),
    .tap_step_o (tap_step),
    .pixels_o   (pixels),
    .steps_o    (steps)
  );

  // --- verdict ---------------------------------------------------------------------------------
  reg        held_q;
  reg [4:0]  held_pixels_q;
  reg [15:0] held_oc_q;

  always @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      held_q        <= 1'b0;
      held_pixels_q <= 5'd0;
      held_oc_q     <= 16'd0;
    end else if (forget_i) begin
      held_q        <= 1'b0;
    end else if (accept_i) begin
      held_q        <= hold;
      held_pixels_q <= pixels[4:0];
      held_oc_q     <= oc;
    end
  end

  ratel_rules_compute #(
    .Rows       (Rows),
    .Cols       (Cols),
    .SpadDepth  (SpadDepth),
    .WbufDepth  (WbufDepth),
    .ParamDepth (ParamDepth)
  ) u_rules (
    .vec_i         (vec_i),
    .op_i          (op_i),
    .rs1_i         (rs1_i),
    .rs2_i         (rs2_i),
    .h_i           (h),
    .w_i           (w),
    .channels_i    (channels),
    .blocks_i      (blocks),
    .pitch_i       (pitch),
    .cbs_i         (cbs),
    .pitch2_i      (pitch2),
    .cbs2_i        (cbs2),
    .oh_i          (oh),
    .ow_i          (ow),
    .oc_i          (oc),
    .oblocks_i     (oblocks),
    .opitch_i      (opitch),
    .ocbs_i        (ocbs),
    .kh_i          (kh),
    .kw_i          (kw),
    .sy_i          (sy),
    .sx_i          (sx),
    .dy_i          (dy),
    .dx_i          (dx),
    .act_min_i     (act_min),
    .act_max_i     (act_max),
    .mult_i        (mult),
    .shift_i       (shift),
    .mult1_i       (mult1),
    .shift1_i      (shift1),
    .mult2_i       (mult2),
    .shift2_i      (shift2),
    .in_end_i      (in_end),
    .in2_end_i     (in2_end),
    .out_end_i     (out_end),
    .wend_i        (wend),
    .pixels_i      (pixels),
    .held_i        (held_q),
    .held_pixels_i (held_pixels_q),
    .held_oc_i     (held_oc_q),
    .fail_o        (fail_o),
    .code_o        (code_o),
    .field_o       (field_o),
    .detail_o      (detail_o)
  );

  // --- descriptor ------------------------------------------------------------------------------
  assign desc_o[`DESC_EXECUTE_VEC]        = vec_i;
  assign desc_o[`DESC_EXECUTE_OP]         = op_i;
  assign desc_o[`DESC_EXECUTE_FLAGS]      = flags;
  assign desc_o[`DESC_EXECUTE_IN_BASE]    = base;
  assign desc_o[`DESC_EXECUTE_IN2_BASE]   = base2;
  assign desc_o[`DESC_EXECUTE_OUT_BASE]   = obase;
  assign desc_o[`DESC_EXECUTE_WBASE]      = base2;
  assign desc_o[`DESC_EXECUTE_PBASE]      = pbase;
  assign desc_o[`DESC_EXECUTE_IN_H]       = h;
  assign desc_o[`DESC_EXECUTE_IN_W]       = w;
  assign desc_o[`DESC_EXECUTE_IN_PITCH]   = pitch;
  assign desc_o[`DESC_EXECUTE_IN_CBS]     = cbs;
  assign desc_o[`DESC_EXECUTE_IN_BLOCKS]  = blocks;
  assign desc_o[`DESC_EXECUTE_IN_TAIL]    = tail;
  assign desc_o[`DESC_EXECUTE_IN2_PITCH]  = pitch2;
  assign desc_o[`DESC_EXECUTE_IN2_CBS]    = cbs2;
  assign desc_o[`DESC_EXECUTE_OUT_H]      = oh;
  assign desc_o[`DESC_EXECUTE_OUT_W]      = ow;
  assign desc_o[`DESC_EXECUTE_OUT_PITCH]  = opitch;
  assign desc_o[`DESC_EXECUTE_OUT_CBS]    = ocbs;
  assign desc_o[`DESC_EXECUTE_OUT_BLOCKS] = oblocks;
  assign desc_o[`DESC_EXECUTE_OUT_TAIL]   = otail;
  assign desc_o[`DESC_EXECUTE_KH]         = kh;
  assign desc_o[`DESC_EXECUTE_KW]         = kw;
  assign desc_o[`DESC_EXECUTE_SY]         = sy;
  assign desc_o[`DESC_EXECUTE_SX]         = sx;
  assign desc_o[`DESC_EXECUTE_DY]         = dy;
  assign desc_o[`DESC_EXECUTE_DX]         = dx;
  assign desc_o[`DESC_EXECUTE_PAD_TOP]    = pt;
  assign desc_o[`DESC_EXECUTE_PAD_LEFT]   = pl;
  assign desc_o[`DESC_EXECUTE_ROW_STEP]   = row_step;
  assign desc_o[`DESC_EXECUTE_TAP_STEP]   = tap_step;
  assign desc_o[`DESC_EXECUTE_ORIGIN]     = origin;
  assign desc_o[`DESC_EXECUTE_PIXELS]     = pixels[17:0];  // of a legal output
  assign desc_o[`DESC_EXECUTE_STEPS]      = steps;
  assign desc_o[`DESC_EXECUTE_IN_ZP]      = pad_group_i[`BITS_PAD_ZIN];
  assign desc_o[`DESC_EXECUTE_W_ZP]       = pad_group_i[`BITS_PAD_ZW];
  assign desc_o[`DESC_EXECUTE_OUT_ZP]     = pad_group_i[`BITS_PAD_ZOUT];
  assign desc_o[`DESC_EXECUTE_ACT_MIN]    = act_min;
  assign desc_o[`DESC_EXECUTE_ACT_MAX]    = act_max;
  assign desc_o[`DESC_EXECUTE_FILL]       = act_group_i[`BITS_ACT_FILL];
  assign desc_o[`DESC_EXECUTE_MULT]       = mult;
  assign desc_o[`DESC_EXECUTE_SHIFT]      = shift;
  assign desc_o[`DESC_EXECUTE_MULT1]      = mult1;
  assign desc_o[`DESC_EXECUTE_SHIFT1]     = shift1;
  assign desc_o[`DESC_EXECUTE_MULT2]      = mult2;
  assign desc_o[`DESC_EXECUTE_SHIFT2]     = shift2;
  assign desc_o[`DESC_EXECUTE_OWNER]      = owner_i;

  // --- ranges ----------------------------------------------------------------------------------
  assign ranges_o[`RANGE_A_VALID] = !fill;
  assign ranges_o[`RANGE_A_LO]    = base;
  assign ranges_o[`RANGE_A_HI]    = in_end[15:0];
  assign ranges_o[`RANGE_B_VALID] = binary;
  assign ranges_o[`RANGE_B_LO]    = base2;
  assign ranges_o[`RANGE_B_HI]    = in2_end[15:0];
  assign ranges_o[`RANGE_D_VALID] = !hold;
  assign ranges_o[`RANGE_D_LO]    = obase;
  assign ranges_o[`RANGE_D_HI]    = out_end[15:0];
  assign ranges_o[`RANGE_W_VALID] = !vec_i;
  assign ranges_o[`RANGE_W_LO]    = base2;
  assign ranges_o[`RANGE_W_HI]    = wend[15:0];
  assign ranges_o[`RANGE_P_VALID] = !vec_i && (flags[`FLAG_PERCH] || flags[`FLAG_BIAS]);
  assign ranges_o[`RANGE_P_LO]    = {8'd0, pbase};
  assign ranges_o[`RANGE_P_HI]    = {8'd0, pbase} + oblocks;
  assign ranges_o[`RANGE_T_VALID] = lut;
  assign ranges_o[`RANGE_M_VALID] = 1'b0;
  assign ranges_o[`RANGE_M_LO]    = 32'd0;
  assign ranges_o[`RANGE_M_HI]    = 33'd0;
endmodule
